"""Any input as a table that is open for reading."""

from __future__ import annotations

import io
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any, cast

from vnpolicy_nlp.archive.csvtable import CsvTable
from vnpolicy_nlp.archive.encodings import describe, detect, utf8_chunks
from vnpolicy_nlp.archive.files import Counted, Input, damage, kind_of, open_unpacked
from vnpolicy_nlp.archive.jsontable import JsonTable
from vnpolicy_nlp.archive.parquettable import ParquetTable
from vnpolicy_nlp.errors import TableError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vnpolicy_nlp.archive.rows import Bad, Row, Table

__all__ = ["open_table", "records_of"]

_MARK = b"\xef\xbb\xbf"
_SAMPLE = 1 << 20  # bytes by which an encoding is told


@contextmanager
def open_table(source: Input, encoding: str | None, separator: str | None) -> Iterator[tuple[Table, Counted]]:
    """Open an input; what it is is seen from its first bytes and its name, what it is not told is found out.

    Yields
    ------
    table : Table
    counted : Counted
        The file below it, for progress and for its hash.

    Raises
    ------
    TableError, ColumnError
    """
    with open_unpacked(source) as (counted, content):
        try:
            sample = _read(content, _SAMPLE)
            table: Table
            if sample.startswith(b"PAR1"):
                if source.path is None:
                    raise TableError("Parquet cannot be read from standard input: give the file's name")
                table = ParquetTable(source.path)
            else:
                if sample.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
                    raise TableError(
                        f"{source.name} is a spreadsheet or a ZIP file: save it as CSV, or unpack it, first"
                    )
                table = _text_table(source, cast("IO[bytes]", _Again(sample, content)), sample, encoding, separator)
        except Exception as error:
            if what := damage(error):
                raise TableError(f"cannot read {source.name}: {what}; copy it again") from error
            raise
        yield table, counted


def _text_table(source: Input, content: IO[bytes], sample: bytes, encoding: str | None, separator: str | None) -> Table:
    found = encoding or detect(sample)
    chunks = utf8_chunks(content, found)
    kind = kind_of(source.place)
    table: CsvTable | JsonTable
    if kind.format == "jsonl" or (source.path is None and sample.lstrip()[:1] == b"{"):
        table = JsonTable(chunks, source.name)
    else:
        table = CsvTable(chunks, source.name, separator, "\t" if kind.format == "tsv" else ",")
        table.byte_order_mark = sample.startswith(_MARK)
    table.notes = {"encoding": describe(found), **table.notes}
    return table


def records_of(table: Table, name: str) -> Iterator[Row | Bad]:
    """Yield the records of a table; say how far it could be read if it is damaged."""
    n = 0
    try:
        for record in table.records():
            yield record
            n += 1
    except Exception as error:
        if what := damage(error):
            raise TableError(f"cannot read {name} beyond its first {n} rows: {what}; copy it again") from error
        raise


def _read(content: IO[bytes], n: int) -> bytes:
    """Read `n` bytes, or all there are: a packed file gives less at a time."""
    data = bytearray()
    while len(data) < n and (more := content.read(n - len(data))):
        data += more
    return bytes(data)


class _Again(io.RawIOBase):
    """A stream of which the beginning has been read already."""

    def __init__(self, start: bytes, rest: IO[bytes]) -> None:
        self._start, self._rest = start, rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self._start:
            data, self._start = self._start[: len(buffer)], self._start[len(buffer) :]
        else:
            data = self._rest.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)
