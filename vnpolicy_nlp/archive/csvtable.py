"""CSV as it is found in old archives: every record comes out, as a row or as what could not be read.

`csvrecords` parses, and starts anew behind a record that cannot be parsed: so one quotation mark that is never closed
costs one line, and not the rest of the file; `csvplain` saves it the blocks in which there is nothing to doubt.
`csvsample` tells dialect and rows by the file's beginning. Here stands what makes a table of that: which record is the
header, and which are rows. `docs/reading.md` says how this compares with other readers.
"""

from __future__ import annotations

import codecs
import re
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

from vnpolicy_nlp.archive.csvplain import may_be_plain, plain_rows
from vnpolicy_nlp.archive.csvrecords import Dialect, Lines, records_in
from vnpolicy_nlp.archive.csvsample import SEPARATORS, Shape, find_dialect, rows_fit, usual_size
from vnpolicy_nlp.archive.rows import Bad, RawRow, Row
from vnpolicy_nlp.errors import ColumnError, TableError
from vnpolicy_nlp.model.columns import guess_text_columns

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["CsvTable", "Dialect", "find_dialect"]

_LONGEST_LINE = 1 << 28  # bytes
_LONGEST_NAME = 200  # characters of a column's name, unless another column is named like a text
_STRAY = re.compile("[\udc80-\udcff]")  # bytes that are no UTF-8, as "surrogateescape" keeps them
_EXCELS_LINE = re.compile("sep=([^\r\n])[\r\n]")  # by which Excel tells itself the separator
_SPLIT = re.compile("[,;\t|^~:]+")  # where a header may have to be cut that the dialect does not fit
_BLANK = " \t\r\n"


class CsvTable:
    """A CSV file that is open for reading.

    Parameters
    ----------
    chunks : iterator of bytes
        The content in UTF-8.
    name : str
        Of the file, for messages.
    separator : str, optional
        Found out without it.
    suffix_separator : str
        What the file's name lets expect.

    Raises
    ------
    TableError
        If it is empty.
    ColumnError
        If no line is a header that fits the rows.
    """

    def __init__(
        self, chunks: Iterator[bytes], name: str, separator: str | None = None, suffix_separator: str = ","
    ) -> None:
        self._name = name
        self._blocks = _Blocks(chunks, name)
        first = next(self._blocks, b"")
        while first.startswith(codecs.BOM_UTF8):  # the encoding's mark is gone already; some files have two
            first = first.removeprefix(codecs.BOM_UTF8)
        if not first.strip(b"\r\n\0 "):
            raise TableError(f"{name} is empty: it needs a header line and at least one row")
        self._sample = first.decode("utf-8", "surrogateescape")
        self._excels = _EXCELS_LINE.match(self._sample)
        self.dialect = find_dialect(self._sample, self._separators(separator, suffix_separator))
        self._is_stray = False
        self._lines = Lines(map(self._decoded, chain([first], self._blocks)))
        self._records = records_in(self._lines, self.dialect)
        self._before: list[Bad] = []
        self.columns, self.header = self._find_header()
        self.line_end = "\r\n" if self.header.endswith("\r\n") else "\n"
        self.byte_order_mark = False  # whether the file begins with one, as Excel writes it
        self.notes = {"dialect": str(self.dialect)}

    def _separators(self, given: str | None, by_suffix: str) -> Sequence[str]:
        """Return the separators that may be; quotation marks and escapes are looked for with each."""
        if given is not None:
            return (given,)
        if self._excels:
            return (self._excels[1],)
        return ("\t", "\t\t") if by_suffix == "\t" else SEPARATORS

    def _find_header(self) -> tuple[list[str], str]:
        """Return the first record that has as many cells as most; what stands before it is set aside."""
        usual, _ = usual_size(self._sample, self.dialect)
        most_lines = self._sample.count("\n") + 1
        for line, row, raw in self._records:
            is_excels = self._excels is not None and line == 1
            is_likely = isinstance(row, list) and row and (len(row) == usual or usual == 0 or _names_a_text(row))
            if isinstance(row, list) and is_likely and not is_excels:
                if _STRAY.search(raw):
                    raise TableError(f"{self._name}: the header is not valid UTF-8; give the encoding with --encoding")
                self._check_names(line, row)
                self._check_size(line, row)
                return row, raw
            if row or raw.strip():
                self._before.append(Bad(line, row if isinstance(row, str) else "stands before the header", raw))
            if line > most_lines:
                break
        raise ColumnError(f"{self._name} has no header that fits its rows: give the separator with --separator")

    def _check_names(self, line: int, names: list[str]) -> None:
        """Raise `ColumnError` if a header is likely none: better no table than one whose first row is lost in it."""
        if _names_a_text(names):
            return
        remedy = "give the separator with --separator, or mend the header"
        for bad in self._before:
            if _hides_a_text(bad.raw):
                raise ColumnError(
                    f"{self._name}, line {bad.line}: this seems to be the header, and cannot be read as the rows are "
                    f"({bad.reason.replace('stands before the header', 'another number of cells')}); {remedy}"
                )
        if len(names) == 1 and _hides_a_text(names[0]):
            raise ColumnError(f"{self._name} has one column only, {names[0]!r}, by {self.dialect}: {remedy}")
        if max(map(len, names)) > _LONGEST_NAME:
            raise ColumnError(
                f"{self._name} has no header: line {line}, the first that has as many cells as most, is a row; put a "
                "line with the columns' names on top, or give the separator with --separator"
            )

    def _check_size(self, line: int, names: list[str]) -> None:
        """Raise `ColumnError` if no row of the sample fits the header, or so few that they fit by chance."""
        if not rows_fit(self._sample, self.dialect, names):
            raise ColumnError(
                f"{self._name}: the header in line {line} has {len(names)} cells by {self.dialect}, and hardly any "
                "record below has as many: mend the header, or give the separator with --separator"
            )

    def records(self) -> Iterator[Row | Bad]:
        """Yield all records below the header."""
        yield from self._before
        n_columns = len(self.columns)
        is_simple = may_be_plain(self.dialect)
        is_doubtful = False  # whether this may be a piece of a broken record
        while True:
            if is_simple and not is_doubtful and not self._lines.waiting:
                yield from self._plain_rows()
            record = next(self._records, None)
            if record is None:
                return
            line, row, raw = record
            if isinstance(row, str):
                is_doubtful = True
                yield Bad(line, row, raw)
            elif self._is_stray and _STRAY.search(raw):
                yield Bad(line, "not valid UTF-8", raw)
            elif len(row) == n_columns:
                if is_doubtful and not self._shape.fits(row, raw):
                    # Its other lines may hold the row that is looked for.
                    yield Bad(line, "behind a broken record, and unlike the rows", self._lines.give_back())
                else:
                    is_doubtful = False
                    yield RawRow(row, raw.encode())
            elif raw.strip(_BLANK):  # a blank line is no record
                is_doubtful = True
                yield Bad(line, f"{len(row)} cells where the header has {n_columns}", raw)

    @cached_property
    def _shape(self) -> Shape:
        """What rows look like: learned when the first broken record is met, for most files have none."""
        return Shape(self._sample, self.dialect, self.columns)

    def _plain_rows(self) -> Iterator[RawRow]:
        """Yield the rows of the next blocks, up to one that is not plain."""
        for block in self._blocks:
            plain = plain_rows(block, self.dialect, len(self.columns))
            self._lines.number += plain.n_lines
            self._blocks.give_back(block[plain.n_bytes :])
            if not plain.rows:
                return
            yield from plain.rows

    def _decoded(self, block: bytes) -> list[str]:
        """Return the lines of a block with their ends, as the csv module wants them: LF, CRLF or CR."""
        lines = block.splitlines(keepends=True)  # of bytes: those of text would cut at U+2028 and others too
        try:
            return list(map(bytes.decode, lines))
        except UnicodeDecodeError:
            self._is_stray = True
            return [line.decode("utf-8", "surrogateescape") for line in lines]


def _names_a_text(row: list[str]) -> bool:
    try:
        return len(guess_text_columns(row)) > 0
    except ColumnError:
        return False


def _hides_a_text(line: str) -> bool:
    """Say whether a line names a text's column if it is cut by any separator."""
    return _names_a_text([name.strip("\"' \r\n") for name in _SPLIT.split(line)])


class _Blocks:
    """The bytes of a file, cut behind line ends.

    Parameters
    ----------
    chunks : iterator of bytes
    name : str
        Of the file, for messages.
    """

    def __init__(self, chunks: Iterator[bytes], name: str) -> None:
        self._chunks, self._name = chunks, name
        self._rest = bytearray()

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        for chunk in self._chunks:
            # A carriage return may be half of a line end, unless something stands behind it.
            cut = chunk.rfind(b"\n") + 1 or chunk.rfind(b"\r", 0, -1) + 1
            if cut:
                block = bytes(self._rest + chunk[:cut])
                self._rest = bytearray(chunk[cut:])
                return block
            self._rest += chunk
            if len(self._rest) > _LONGEST_LINE:
                raise TableError(f"{self._name} has a line of more than {_LONGEST_LINE >> 20} MiB: is it a table?")
        if not self._rest:
            raise StopIteration
        block, self._rest = bytes(self._rest), bytearray()
        return block

    def give_back(self, data: bytes) -> None:
        """Put the end of the last block in front of the next one."""
        self._rest[:0] = data
