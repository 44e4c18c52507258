"""Any input as a table that is open for reading."""

from __future__ import annotations

import io
import re
import tarfile
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any, cast

from vnpolicy_nlp.archive.csvtable import CsvTable
from vnpolicy_nlp.archive.encodings import describe, detect, utf8_chunks
from vnpolicy_nlp.archive.files import Counted, Input, damage, kind_of, open_unpacked, packing_of
from vnpolicy_nlp.archive.jsontable import JsonTable
from vnpolicy_nlp.archive.parquettable import ParquetTable
from vnpolicy_nlp.errors import TableError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from vnpolicy_nlp.archive.rows import Bad, Row, Table

__all__ = ["no_table", "open_table", "records_of"]

_MARK = b"\xef\xbb\xbf"
_PARQUET = b"PAR1"
_JSON = re.compile(rb"\s*(\[\s*)?\{")
# How files begin that some call tables, and that no reader here reads.
_OTHERS = {
    b"PK\x03\x04": "is a spreadsheet or a ZIP file: save it as CSV, or unpack it, first",
    b"\xd0\xcf\x11\xe0": "is an old spreadsheet or document: save it as CSV first",
    b"%PDF-": "is a PDF: it needs to be exported as text, with a table's columns, first",
    b"7z\xbc\xaf\x27\x1c": "is a 7z archive: unpack it, and give the files that are in it",
    b"Rar!\x1a\x07": "is a RAR archive: unpack it, and give the files that are in it",
    b"SQLite format 3\0": "is a database of SQLite: export its table as CSV first",
    b"ARROW1": "is a Feather file: write it as Parquet first",
    b"PARE": "is encrypted Parquet: decrypt it first",
}
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
            if what := no_table(sample, source, counted.packing):
                raise TableError(f"{source.name} {what}")
            if sample.startswith(_PARQUET):
                table = ParquetTable(cast("Path", source.path))
            else:
                table = _text_table(source, cast("IO[bytes]", _Again(sample, content)), sample, encoding, separator)
        except Exception as error:
            if what := damage(error):
                raise TableError(f"cannot read {source.name}: {what}; copy it again") from error
            raise
        yield table, counted


def no_table(sample: bytes, source: Input, packing: str) -> str | None:
    """Return what a file is that begins so, and what to do with it, if it is nothing that can be read as it stands."""
    for magic, what in _OTHERS.items():
        if sample.startswith(magic):
            return what
    if _is_tar(sample):
        return "is a tar archive: unpack it, and give the files that are in it"
    if again := packing_of(sample):
        return f"is packed twice, by {again} within {packing}: unpack it once"
    if sample.startswith(_PARQUET):
        if source.path is None:
            return "is Parquet, which cannot be read as a stream: give the file's name"
        if packing:
            return f"is Parquet packed by {packing}, which has to be read from both ends: unpack it first"
    elif kind_of(source.place).format == "parquet":
        return "is no Parquet file, though its name says so: name it for what it is, or copy it again"
    return None


def _is_tar(sample: bytes) -> bool:
    try:
        tarfile.TarInfo.frombuf(sample[:512], "utf-8", "surrogateescape")
    except tarfile.HeaderError:  # its checksum among others
        return False
    return True


def _text_table(source: Input, content: IO[bytes], sample: bytes, encoding: str | None, separator: str | None) -> Table:
    found = encoding or detect(sample)
    chunks = utf8_chunks(content, found)
    kind = kind_of(source.place)
    table: CsvTable | JsonTable
    if kind.format == "jsonl" or (source.path is None and _JSON.match(sample)):
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
