"""Small tables, read whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from vnpolicy_nlp.errors import TableError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["read_table"]


def read_table(path: str | Path) -> pd.DataFrame:
    """Return a UTF-8 CSV file with a header, every cell a string.

    Raises
    ------
    TableError
        If there is no such file, or it is none.
    """
    try:
        return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise TableError(f"no such file: {path}") from error
    except (ValueError, OSError) as error:
        raise TableError(f"cannot read {path} as UTF-8 CSV: {' '.join(str(error).split())}") from error
