"""HTML pages as files: in UTF-8 that a double click reads aright, and never over another file."""

from __future__ import annotations

from pathlib import Path

from vnpolicy_nlp.errors import OutputError

__all__ = ["check_page", "write_page"]


def check_page(path: str | Path) -> None:
    """Raise `OutputError` if something is there already."""
    if Path(path).exists():
        raise OutputError(f"{path} exists: choose another name for the page, or move it away")


def write_page(page: str, path: str | Path) -> None:
    """Write a page, which names UTF-8 as its encoding.

    Raises
    ------
    OutputError
        If something is there already, or the page cannot be written.
    """
    data = page.encode("utf-8", "replace")  # a text may hold half a character
    try:
        with Path(path).open("xb") as file:
            file.write(data)
    except FileExistsError:
        check_page(path)
    except OSError as error:
        raise OutputError(f"cannot write the page to {path}: {error.strerror or error}") from error
