"""Tagged rows as bytes of CSV or JSON lines."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from vnpolicy_nlp.archive.csvtable import CsvRow, Dialect
from vnpolicy_nlp.archive.rows import MISSING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from vnpolicy_nlp.archive.rows import Bad, Row

__all__ = ["CsvFormat", "JsonFormat", "quarantined"]

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
        header = CsvRow(columns, raw) if raw else list(columns)
        return (_MARK if self.byte_order_mark else b"") + self.rows(columns, [header], added, [list(added)])

    def rows(
        self, columns: Sequence[str], rows: Sequence[Row], added: Sequence[str], more: Sequence[list[str]]
    ) -> bytes:
        """Return rows with their new cells."""
        if self.as_read:
            lines = [self._longer(row, cells) for row, cells in zip(rows, more, strict=True)]
            return "".join(lines).encode()
        collected = _Collected(self.line_end)
        # Before Python 3.13 the module quotes only those of \r and \n that stand in its line terminator, so it gets
        # both here, and `_Collected` puts the file's own in their place.
        writer = csv.writer(collected, delimiter=self.dialect.separator, lineterminator="\r\n")
        writer.writerows([*map(_as_text, row), *cells] for row, cells in zip(rows, more, strict=True))
        return "".join(collected.written).encode()

    def _longer(self, row: Row, cells: Sequence[str]) -> str:
        raw: str = row.raw  # type: ignore[attr-defined]
        body = raw.rstrip("\r\n") if raw[-1:] in "\r\n" else raw
        new = self.dialect.separator.join(map(self.dialect.cell, cells))
        return f"{body}{self.dialect.separator}{new}{raw[len(body) :] or self.line_end}"


class _Collected:
    def __init__(self, line_end: str) -> None:
        self.written: list[str] = []
        self._line_end = line_end

    def write(self, line: str) -> int:
        self.written.append(line if self._line_end == "\r\n" else line.removesuffix("\r\n") + self._line_end)
        return len(line)


def _as_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None or value is MISSING:
        return ""
    return json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, bool | list | dict) else str(value)


class JsonFormat:
    """JSON lines: one object a row. Keys that an object did not have it has not now."""

    def head(self, columns: Sequence[str], added: Sequence[str], raw: str = "") -> bytes:
        """Return what stands before the rows: nothing."""
        return b""

    def rows(
        self, columns: Sequence[str], rows: Sequence[Row], added: Sequence[str], more: Sequence[list[str]]
    ) -> bytes:
        """Return rows with their new cells."""
        lines = []
        for row, cells in zip(rows, more, strict=True):
            record = {key: value for key, value in zip(columns, row, strict=True) if value is not MISSING}
            record |= zip(added, cells, strict=True)
            lines.append(json.dumps(record, ensure_ascii=False, default=str) + "\n")
        return "".join(lines).encode()


def quarantined(name: str, bad: Iterable[Bad], *, header: bool) -> bytes:
    """Return the rows of a quarantine file: the file, the line, the reason, and the record as it stands there."""
    lines = _Collected("\n")
    writer = csv.writer(lines, lineterminator="\r\n")
    if header:
        writer.writerow(("file", "line", "reason", "raw"))
    writer.writerows((name, record.line, record.reason, record.raw.rstrip("\r\n")) for record in bad)
    return "".join(lines.written).encode("utf-8", "surrogateescape")
