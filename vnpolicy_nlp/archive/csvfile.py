"""CSV files read and written row by row, every cell as it stands.

The standard library's reader in strict mode is used on purpose: it never turns "007" into 7 or "NA" into
nothing, keeps line breaks inside quotes, and says where a file is broken instead of repairing it in silence.
"""

from __future__ import annotations

import csv
import os
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vnpolicy_nlp.errors import ColumnError, OutputError, TableError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import TextIO

__all__ = ["CsvFile", "RowWriter", "create_csv", "open_csv"]

_MAX_CELL = 2**31 - 1  # the module's own limit of 128 KiB is less than a long report with its page's scripts


@dataclass(frozen=True)
class CsvFile:
    """A CSV file that was read through once and found sound.

    Attributes
    ----------
    path : Path
    columns : tuple of str
        The header.
    n_rows : int
        Rows below the header. Blank lines are none.
    separator : str
    line_end : str
        The line end of the header, LF or CRLF; a new file gets the same.
    byte_order_mark : bool
        Whether the file begins with the mark by which Excel knows UTF-8; a new file gets the same.
    """

    path: Path
    columns: tuple[str, ...]
    n_rows: int
    separator: str
    line_end: str
    byte_order_mark: bool

    def rows(self) -> Iterator[list[str]]:
        """Yield the rows below the header."""
        rows = _rows(self.path, self.separator)
        next(rows)
        for _, row in rows:
            yield row


def open_csv(path: str | Path, separator: str = ",") -> CsvFile:
    """Read a file through once, so that a broken row is found before hours of work and not after them.

    Raises
    ------
    TableError
        If there is no such file, it is empty, not UTF-8, or a row is broken: with the line and what to do.
    ColumnError
        If the header seems to use another separator.
    """
    path = Path(path)
    rows = _rows(path, separator)
    first = next(rows, None)
    if first is None:
        raise TableError(f"{path} is empty: it needs a header line and at least one row")
    columns = first[1]
    if len(columns) == 1:
        _check_separator(path, columns[0], separator)
    n_rows = 0
    for line, row in rows:
        if len(row) != len(columns):
            raise TableError(
                f"{path}, row that ends in line {line}: {len(row)} cells where the header has {len(columns)}; "
                "mend the row (often a quotation mark is missing), then run again"
            )
        n_rows += 1
    with path.open("rb") as file:
        start = file.readline()
    line_end = "\r\n" if start.endswith(b"\r\n") else "\n"
    return CsvFile(path, tuple(columns), n_rows, separator, line_end, start.startswith(b"\xef\xbb\xbf"))


class RowWriter:
    """Writes rows to a CSV file that `create_csv` has opened."""

    def __init__(self, file: TextIO, model: CsvFile) -> None:
        self._file = file
        self._line_end = model.line_end
        # Before Python 3.13 the module quotes only those of \r and \n that stand in its line terminator, so it
        # gets both here, and `write` puts the file's own in their place.
        self._writer = csv.writer(self, delimiter=model.separator, lineterminator="\r\n")

    def write_rows(self, rows: Iterable[list[str]]) -> None:
        """Append rows; cells are quoted where they need it."""
        self._writer.writerows(rows)

    def write(self, line: str) -> int:
        """Take one finished line from the csv module."""
        return self._file.write(line.removesuffix("\r\n") + self._line_end)


@contextmanager
def create_csv(path: str | Path, model: CsvFile) -> Iterator[RowWriter]:
    """Write a file in the manner of `model`, under another name until it is complete.

    If the block fails, what was there before is still there and nothing else is.

    Raises
    ------
    OutputError
        If `path` is there already, is the file that is being read, or cannot be written.
    """
    path = Path(path)
    if path.exists() and path.samefile(model.path):
        raise OutputError(f"{path} is the input: choose another name for the output")
    if path.exists():
        raise OutputError(f"{path} is there already: choose another name or remove it first")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, scratch = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-", suffix=".part")
    except OSError as error:
        raise _cannot_write(path, error) from error
    encoding = "utf-8-sig" if model.byte_order_mark else "utf-8"
    try:
        with open(descriptor, "w", encoding=encoding, newline="") as file:  # noqa: PTH123 - a descriptor
            yield RowWriter(file, model)
            file.flush()
            os.fsync(file.fileno())
        _publish(Path(scratch), path)
    except OSError as error:
        raise _cannot_write(path, error) from error
    finally:
        Path(scratch).unlink(missing_ok=True)


def _publish(scratch: Path, path: Path) -> None:
    """Give the finished file its name, with the rights that a new file has here and not those of a private one."""
    umask = os.umask(0)
    os.umask(umask)
    scratch.chmod(0o666 & ~umask)
    scratch.replace(path)


def _rows(path: Path, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the header and the rows, each with the number of the line on which it ends."""
    csv.field_size_limit(_MAX_CELL)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, delimiter=separator, strict=True)
            for row in reader:
                if row:
                    yield reader.line_num, row
    except FileNotFoundError as error:
        raise TableError(f"no such file: {path}") from error
    except UnicodeDecodeError as error:
        raise TableError(f"{path} is not UTF-8 text: {_how_to_convert(path)}") from error
    except csv.Error as error:
        raise TableError(
            f"{path}, line {reader.line_num}: {error}; mend the quotation marks there, then run again"
        ) from error
    except OSError as error:
        raise TableError(f"cannot read {path}: {error.strerror}") from error


def _check_separator(path: Path, header: str, separator: str) -> None:
    for other, name in ((";", "';'"), ("\t", "tab"), ("|", "'|'"), (",", "','")):
        if other != separator and other in header:
            raise ColumnError(
                f"the header of {path} has one column, {header!r}: is the separator {name}? Give it with --separator"
            )


def _how_to_convert(path: Path) -> str:
    """Say what to do with a file that is not UTF-8, judging by its first bytes."""
    with path.open("rb") as file:
        start = file.read(4)
    if start[:2] in (b"\x1f\x8b", b"BZ", b"PK", b"\xfd7", b"\x28\xb5"):
        return "it is a packed file or a spreadsheet; unpack it, or save it as CSV, first"
    encoding = "UTF-16" if start[:2] in (b"\xff\xfe", b"\xfe\xff") else "WINDOWS-1258"
    return f"convert it first, for example with iconv -f {encoding} -t UTF-8"


def _cannot_write(path: Path, error: OSError) -> OutputError:
    return OutputError(f"cannot write {path}: {error.strerror or error}")
