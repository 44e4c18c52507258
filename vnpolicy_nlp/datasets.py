"""Where the articles are that come with the package: written for it, invented, labelled."""

from __future__ import annotations

from pathlib import Path

from vnpolicy_nlp.errors import TableError

__all__ = ["data_folder"]


def data_folder() -> Path:
    """Return the folder with ``articles.csv``, ``evidence.csv`` and the sample archive.

    It is inside the installed package, or beside it in a checkout; ``README.md`` in a checkout says what it holds.

    Raises
    ------
    TableError
        If it is in neither place.
    """
    package = Path(__file__).parent
    for folder in (package / "data", package.parent / "data"):
        if (folder / "articles.csv").is_file():
            return folder
    raise TableError("the articles that come with vnpolicy-nlp are not there: install it again")
