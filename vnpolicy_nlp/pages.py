"""HTML pages as files: in UTF-8 that a double click reads aright, and never over another file."""

from __future__ import annotations

import os
from pathlib import Path

from vnpolicy_nlp.errors import OutputError

__all__ = ["check_page", "write_page"]


def check_page(path: str | Path) -> None:
    """Raise `OutputError` if something is there already, or no page can be written there."""
    if Path(path).suffix.lower() not in (".html", ".htm"):
        raise OutputError(f"{path} is no name for a page: let it end in .html")
    try:
        if os.path.lexists(path):  # a link that leads nowhere too
            raise OutputError(f"{path} exists: choose another name for the page, or move it away")
        if not Path(path).absolute().parent.is_dir():
            raise OutputError(f"there is no folder {Path(path).parent}: make it first, or choose another place")
    except (OSError, ValueError) as error:  # a name that is too long, or holds a NUL
        raise _cannot_write(path, error) from error


def write_page(page: str, path: str | Path) -> None:
    """Write a page, which names UTF-8 as its encoding, whole or not at all.

    Raises
    ------
    OutputError
        If something is there already, or the page cannot be written.
    """
    check_page(path)
    data = page.encode("utf-8", "replace")  # a text may hold half a character
    try:
        with Path(path).open("xb") as file:
            try:
                file.write(data)
                file.flush()
            except OSError:
                Path(path).unlink()  # half a page would be taken for a page
                raise
    except (OSError, ValueError) as error:
        raise _cannot_write(path, error) from error


def _cannot_write(path: str | Path, error: OSError | ValueError) -> OutputError:
    return OutputError(f"cannot write the page to {path}: {getattr(error, 'strerror', None) or error}")
