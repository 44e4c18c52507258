"""Tagged rows as bytes of CSV or JSON lines."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from vnpolicy_nlp.archive.csvtable import Dialect
from vnpolicy_nlp.archive.rows import MISSING, RawRow
from vnpolicy_nlp.errors import TableError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from vnpolicy_nlp.archive.rows import Bad, Row

__all__ = ["CsvFormat", "JsonFormat", "as_text", "quarantined", "raw_of"]

_MARK = b"\xef\xbb\xbf"  # by which Excel knows UTF-8


@dataclass(frozen=True)
class CsvFormat:
    """How a CSV file is written.

    Rows that were read from CSV stay as they stand there, to the character, and get their new cells behind them; other
    rows are written by the standard library.

    Attributes
    ----------
    dialect : Dialect
    line_end : str
        LF or CRLF.
    byte_order_mark : bool
    as_read : bool
        Whether rows of the input stay as they are; their dialect is this one then.
    """

    dialect: Dialect = field(default_factory=Dialect)
    line_end: str = "\n"
    byte_order_mark: bool = False
    as_read: bool = False

    def head(self, columns: Sequence[str], added: Sequence[str], raw: str = "") -> bytes:
        """Return what stands before the rows; `raw` is the header of the input."""
        header = RawRow(columns, raw.encode()) if raw else list(columns)
        return (_MARK if self.byte_order_mark else b"") + self.rows(columns, [header], added, [list(added)])

    def rows(
        self, columns: Sequence[str], rows: Sequence[Row], added: Sequence[str], more: Sequence[list[str]]
    ) -> bytes:
        """Return rows with their new cells."""
        if self.as_read:
            return b"".join(self._pieces(rows, more))
        collected = _Collected(self.line_end)
        # Before Python 3.13 the module quotes only those of \r and \n that stand in its line terminator, so it gets
        # both here, and `_Collected` puts the file's own in their place.
        writer = csv.writer(collected, delimiter=self.dialect.separator, lineterminator="\r\n")
        writer.writerows([*map(as_text, row), *cells] for row, cells in zip(rows, more, strict=True))
        return "".join(collected.written).encode()

    def _pieces(self, rows: Sequence[Row], more: Sequence[list[str]]) -> Iterator[bytes]:
        """Yield rows as they stand in the file, without their line ends, and what comes behind them."""
        separator, cell = self.dialect.separator, self.dialect.cell
        for row, cells in zip(rows, more, strict=True):
            raw: bytes = row.raw  # type: ignore[attr-defined]
            body = raw.rstrip(b"\r\n")
            yield body
            yield separator.join(["", *map(cell, cells)]).encode()
            yield raw[len(body) :] or self.line_end.encode()


class _Collected:
    def __init__(self, line_end: str) -> None:
        self.written: list[str] = []
        self._line_end = line_end

    def write(self, line: str) -> int:
        self.written.append(line if self._line_end == "\r\n" else line.removesuffix("\r\n") + self._line_end)
        return len(line)


def as_text(value: Any) -> str:
    """Return a value as it stands in a cell: JSON where it is no plain one, Python's b'' for bytes that are no text."""
    if isinstance(value, str):
        return value
    if value is None or value is MISSING:
        return ""
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return str(value)
    return (
        json.dumps(value, ensure_ascii=False, default=as_text) if isinstance(value, bool | list | dict) else str(value)
    )


def raw_of(cells: Iterable[Any]) -> str:
    """Return a record of a file that is no text as it is set aside: JSON, but for bytes, which stay as they are."""

    def shown(value: Any) -> str:
        return value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else as_text(value)

    return json.dumps(list(cells), ensure_ascii=False, default=shown)


@dataclass(frozen=True)
class JsonFormat:
    """JSON lines: one object a row.

    Attributes
    ----------
    as_read : bool
        Whether rows stay as they stand in the input, which is JSON lines too, and get new keys.
    """

    as_read: bool = False

    def head(self, columns: Sequence[str], added: Sequence[str], raw: str = "") -> bytes:
        """Return what stands before the rows: nothing.

        Raises
        ------
        TableError
            If two columns have one name, as no keys of an object can.
        """
        if twice := [name for name in columns if columns.count(name) > 1]:
            raise TableError(
                f"{columns.count(twice[0])} columns are named {twice[0]!r}, and a JSON object holds a name once: "
                "write CSV or Parquet, or rename one"
            )
        return b""

    def rows(
        self, columns: Sequence[str], rows: Sequence[Row], added: Sequence[str], more: Sequence[list[str]]
    ) -> bytes:
        """Return rows with their new cells."""
        lines = []
        for row, cells in zip(rows, more, strict=True):
            new = json.dumps(dict(zip(added, cells, strict=True)), ensure_ascii=False)
            old = row.raw.strip() if self.as_read else self._object(columns, row)  # type: ignore[attr-defined]
            body = old[:-1].rstrip()
            lines += [body, b"" if body == b"{" else b", ", new[1:].encode(), b"\n"]
        return b"".join(lines)

    def _object(self, columns: Sequence[str], row: Row) -> bytes:
        return json.dumps(dict(zip(columns, row, strict=True)), ensure_ascii=False, default=as_text).encode()


def quarantined(name: str, bad: Iterable[Bad], *, header: bool) -> bytes:
    """Return the rows of a quarantine file: the file, the line, the reason, and the record as it stands there."""
    lines = _Collected("\n")
    writer = csv.writer(lines, lineterminator="\r\n")
    if header:
        writer.writerow(("file", "line", "reason", "raw"))
    writer.writerows((name, record.line, record.reason, record.raw.rstrip("\r\n")) for record in bad)
    return "".join(lines.written).encode("utf-8", "surrogateescape")
