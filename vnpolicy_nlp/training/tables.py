"""Tables of a size that a person has labelled, read whole."""

from __future__ import annotations

import bz2
import csv
import gzip
import json
import lzma
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd

from vnpolicy_nlp.errors import TableError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["as_strings", "read_records", "read_table"]

SEPARATORS = ",;\t|"
_PACKED = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}


def read_table(path: str | Path) -> pd.DataFrame:
    """Return a file as a table in which every cell is a string.

    By its name CSV or TSV (UTF-8 with a header; the separator is found in the header), Parquet, or JSON lines. Packed
    CSV and JSON lines may end with .gz, .bz2 or .xz.

    Raises
    ------
    TableError
        If there is no such file, or it is none of these.
    """
    path = Path(path)
    kind = _kind(path)
    if kind in (".xlsx", ".xls", ".ods"):
        raise TableError(f"{path} is a spreadsheet file: save it as CSV UTF-8 (or as Parquet) first")
    try:
        if kind in (".parquet", ".pq"):
            return as_strings(pd.read_parquet(path))
        if kind in (".jsonl", ".ndjson"):
            return as_strings(pd.DataFrame(read_records(path)))
        with _opened(path) as file:
            separator = _separator(file.readline())
        return pd.read_csv(path, sep=separator, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise TableError(f"no such file: {path}") from error
    except UnicodeDecodeError as error:
        raise TableError(
            f"cannot read {path} as UTF-8 CSV: {_lines_in_another_encoding(path)}; save it as UTF-8"
        ) from error
    except (ValueError, OSError, csv.Error) as error:
        raise TableError(f"cannot read {path} as UTF-8 CSV: {' '.join(str(error).split())}") from error
    except ImportError as error:
        raise TableError(f"{path} is Parquet: install vnpolicy-nlp[parquet] to read it") from error


def read_records(path: str | Path) -> list[dict[str, Any]]:
    """Return the objects of a JSON or JSON lines file.

    Raises
    ------
    TableError
        Naming the line that is no JSON object.
    """
    path = Path(path)
    try:
        with _opened(path) as file:
            content = file.read()
    except FileNotFoundError as error:
        raise TableError(f"no such file: {path}") from error
    except (ValueError, OSError) as error:
        raise TableError(f"cannot read {path} as UTF-8 JSON: {' '.join(str(error).split())}") from error
    if content.lstrip().startswith("["):
        return _objects(path, enumerate([_parsed(path, 1, content)], start=1), whole=True)
    lines = ((n, line) for n, line in enumerate(content.split("\n"), start=1) if line.strip())
    return _objects(path, ((n, _parsed(path, n, line)) for n, line in lines))


def as_strings(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with every cell a string: lists as JSON, 1.0 and True as "1", missing cells as ""."""
    strings = {name: [_cell(value) for value in table.iloc[:, n]] for n, name in enumerate(table.columns)}
    if len(strings) != table.shape[1]:
        raise TableError(f"two columns have the same name: {', '.join(map(str, table.columns))}")
    return pd.DataFrame(strings, dtype=object)


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, list | tuple | dict | set):
        return json.dumps(sorted(value) if isinstance(value, set) else value, ensure_ascii=False)
    if value is None or value is pd.NA or value is pd.NaT or value != value:
        return ""
    if isinstance(value, bool | np.bool_):
        return str(int(value))
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value)


def _kind(path: Path) -> str:
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] in _PACKED:
        suffixes.pop()
    return suffixes[-1] if suffixes else ""


def _opened(path: Path) -> IO[str]:
    opener: Any = _PACKED.get(path.suffix.lower(), open)
    return cast("IO[str]", opener(path, "rt", encoding="utf-8-sig", newline=""))


def _lines_in_another_encoding(path: Path) -> str:
    opener: Any = _PACKED.get(path.suffix.lower(), open)
    lines, n_lines = [], 0
    with opener(path, "rb") as file:
        for n_lines, line in enumerate(file, start=1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                lines.append(n_lines)
    shown = ", ".join(map(str, lines[:10])) + (f" and {len(lines) - 10} more" if len(lines) > 10 else "")
    return f"{len(lines)} of {n_lines} lines are in another encoding (line {shown})"


def _separator(header: str) -> str:
    """Return the separator that cuts the header into most names."""
    names = {sign: len(next(csv.reader([header], delimiter=sign), [])) for sign in SEPARATORS}
    return max(SEPARATORS, key=names.__getitem__)


def _parsed(path: Path, line: int, text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise TableError(f"{path}, line {line}: not JSON ({error})") from error


def _objects(path: Path, values: Iterable[tuple[int, Any]], *, whole: bool = False) -> list[dict[str, Any]]:
    found = []
    for line, value in values:
        items = value if whole else [value]
        for item in items:
            if not isinstance(item, dict):
                raise TableError(f"{path}, line {line}: {str(item)[:60]!r} is not a JSON object")
            found.append(item)
    return found
