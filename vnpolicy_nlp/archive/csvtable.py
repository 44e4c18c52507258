"""CSV as it is found in old archives: every record comes out, as a row or as what could not be read.

The parser is the standard library's in strict mode, which takes any cell as it stands ("007", "NA", line breaks) and
repairs nothing in silence. What is added here is what to do when it gives up: the line where the broken record begins
is set aside, and reading goes on with the next one. So one quotation mark that is never closed costs one line, and not
the rest of the file. `docs/reading.md` says how this compares with other readers.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vnpolicy_nlp.archive.rows import Bad, RawRow, Row
from vnpolicy_nlp.errors import ColumnError, TableError
from vnpolicy_nlp.model.columns import guess_text_columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["CsvTable", "Dialect", "find_dialect"]

_MAX_CELL = 2**31 - 1  # the module's own limit of 128 KiB is less than a long report with its page's scripts
_LONGEST_LINE = 1 << 28  # bytes
# A record of several lines that grows beyond this has a quotation mark that is never closed.
_MOST_LINES, _MOST_CHARACTERS = 20_000, 16_000_000
# What has been given back is read again. Where that becomes too much, a record may have few lines only.
_MOST_READ_AGAIN, _FEW_LINES = 64_000_000, 8
_SEPARATORS = ",;\t|"
_STRAY = re.compile("[\udc80-\udcff]")  # bytes that are no UTF-8, as "surrogateescape" keeps them


@dataclass(frozen=True)
class Dialect:
    """How the cells of a file are told apart.

    Attributes
    ----------
    separator : str
    quote : str
    escape : str or None
        What stands before a quotation mark inside a cell; None where the mark is doubled.
    """

    separator: str = ","
    quote: str = '"'
    escape: str | None = None

    def __str__(self) -> str:
        name = {"\t": "tab"}.get(self.separator, f"'{self.separator}'")
        quoting = "" if self == Dialect(self.separator) else f", quotation marks {self.quote}, escape {self.escape}"
        return f"separator {name}{quoting}"

    def cell(self, text: str) -> str:
        """Return a cell as it stands in a file."""
        if not any(sign in text for sign in (self.separator, self.quote, self.escape or self.quote, "\r", "\n")):
            return text
        if self.escape is not None:
            text = text.replace(self.escape, self.escape * 2)
        return f"{self.quote}{text.replace(self.quote, (self.escape or self.quote) + self.quote)}{self.quote}"

    def reader(self, lines: Iterable[str]) -> Iterator[list[str]]:
        """Return the standard library's reader."""
        csv.field_size_limit(_MAX_CELL)
        return csv.reader(
            lines,
            delimiter=self.separator,
            quotechar=self.quote,
            escapechar=self.escape,
            doublequote=self.escape is None,
            strict=True,
        )


class _Lines:
    """Lines that remember which of them the present record has taken, and can be given back."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._again: deque[str] = deque()
        self.taken: list[str] = []
        self._n_characters = self._n_again = 0
        self.number = 0  # of the line taken last

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines)
        self.taken.append(line)
        self.number += 1
        self._n_characters += len(line)
        most = _MOST_LINES if self._n_again < _MOST_READ_AGAIN else _FEW_LINES
        if len(self.taken) > 1 and (len(self.taken) > most or self._n_characters > _MOST_CHARACTERS):
            raise csv.Error("the quotation mark is not closed")
        return line

    def begin(self) -> None:
        """Begin a record."""
        self.taken = []
        self._n_characters = 0

    def give_back(self) -> str:
        """Give back all lines of the record but the first; return that one."""
        first, *rest = self.taken
        self._again.extendleft(reversed(rest))
        self._n_again += self._n_characters + 1000 * len(rest)  # a line costs more than its characters
        self.number -= len(rest)
        return first


def _records(lines: _Lines, dialect: Dialect) -> Iterator[tuple[int, list[str] | str, str]]:
    """Yield each record with its first line's number and its raw text: its cells, or why they cannot be told."""
    reader = dialect.reader(lines)
    while True:
        lines.begin()
        first_line = lines.number + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raw = lines.give_back()
            reader = dialect.reader(lines)  # the old one has half a record in it
            yield first_line, _reason(error), raw
        else:
            yield first_line, row, "".join(lines.taken)


def _reason(error: csv.Error) -> str:
    if "unexpected end" in str(error) or "not closed" in str(error):
        return "a quotation mark is not closed"
    return f"a quotation mark in the wrong place ({error})"


def find_dialect(sample: str) -> Dialect:
    """Return the dialect in which most of a sample's records have the same number of cells, and more than one.

    Parameters
    ----------
    sample : str
        The beginning of a file, whole lines.
    """
    best, best_score = Dialect(), (0.0, 0)
    for separator in _SEPARATORS:
        if separator not in sample:
            continue
        candidates = [Dialect(separator)]
        if '\\"' in sample:
            candidates.append(Dialect(separator, escape="\\"))
        if f"'{separator}'" in sample:
            candidates.append(Dialect(separator, quote="'"))
        for candidate in candidates:
            score = _regularity(sample, candidate)
            if score > best_score:
                best, best_score = candidate, score
    return best


def _regularity(sample: str, dialect: Dialect) -> tuple[float, int]:
    """Return the share of records that have the most frequent number of cells, if above one, and this number."""
    sizes: Counter[int] = Counter()
    for _, row, _ in _records(_Lines(iter(io.StringIO(sample, newline=""))), dialect):
        if row:  # a blank line is no record
            sizes[len(row) if isinstance(row, list) else 0] += 1
    likely = [(n, size) for size, n in sizes.items() if size > 1]
    if not likely:
        return 0.0, 0
    n, size = max(likely)
    return round(n / sizes.total(), 2), size


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
        If the separator cannot be told.
    """

    def __init__(
        self, chunks: Iterator[bytes], name: str, separator: str | None = None, suffix_separator: str = ","
    ) -> None:
        self._name = name
        blocks = _blocks(chunks, name)
        first = next(blocks, b"")
        if not first.strip(b"\r\n\0 "):
            raise TableError(f"{name} is empty: it needs a header line and at least one row")
        sample = first.decode("utf-8", "surrogateescape")
        if separator is not None:
            self.dialect = Dialect(separator)
        elif suffix_separator == "\t":
            self.dialect = Dialect("\t")
        else:
            self.dialect = find_dialect(sample)
        self._is_stray = False
        self._lines = _Lines(self._decoded(_chain(first, blocks)))
        self._records = _records(self._lines, self.dialect)
        self._before: list[Bad] = []
        self.columns, self.header = self._find_header(sample)
        self.line_end = "\r\n" if self.header.endswith("\r\n") else "\n"
        self.byte_order_mark = False  # whether the file begins with one, as Excel writes it
        self.notes = {"dialect": str(self.dialect)}

    def _find_header(self, sample: str) -> tuple[list[str], str]:
        """Return the first record that has as many cells as most; what stands before it is set aside."""
        _, usual = _regularity(sample, self.dialect)
        most_lines = sample.count("\n") + 1
        for line, row, raw in self._records:
            if isinstance(row, list) and row and (len(row) == usual or usual == 0 or _names_a_text(row)):
                if _STRAY.search(raw):
                    raise TableError(f"{self._name}: the header is not valid UTF-8; give the encoding with --encoding")
                return row, raw
            if row or raw.strip():
                self._before.append(Bad(line, row if isinstance(row, str) else "stands before the header", raw))
            if line > most_lines:
                break
        raise ColumnError(f"{self._name} has no header that fits its rows: give the separator with --separator")

    def records(self) -> Iterator[Row | Bad]:
        """Yield all records below the header."""
        yield from self._before
        n_columns = len(self.columns)
        for line, row, raw in self._records:
            if isinstance(row, str):
                yield Bad(line, row, raw)
            elif self._is_stray and _STRAY.search(raw):
                yield Bad(line, "not valid UTF-8", raw)
            elif len(row) == n_columns:
                yield RawRow(row, raw)
            elif row:  # a blank line is no record
                yield Bad(line, f"{len(row)} cells where the header has {n_columns}", raw)

    def _decoded(self, blocks: Iterator[bytes]) -> Iterator[str]:
        """Yield the lines of blocks with their ends, as the csv module wants them: LF, CRLF or CR."""
        for block in blocks:
            try:
                text = block.decode("utf-8")
            except UnicodeDecodeError:
                text = block.decode("utf-8", "surrogateescape")
                self._is_stray = True
            yield from io.StringIO(text, newline="")


def _names_a_text(row: list[str]) -> bool:
    try:
        return len(guess_text_columns(row)) > 0
    except ColumnError:
        return False


def _chain(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _blocks(chunks: Iterator[bytes], name: str) -> Iterator[bytes]:
    """Yield the bytes again, cut behind line ends."""
    rest = bytearray()
    for chunk in chunks:
        # A carriage return may be half of a line end, unless something stands behind it.
        cut = chunk.rfind(b"\n") + 1 or chunk.rfind(b"\r", 0, -1) + 1
        if not cut:
            rest += chunk
            if len(rest) > _LONGEST_LINE:
                raise TableError(f"{name} has a line of more than {_LONGEST_LINE >> 20} MiB: is it a table?")
            continue
        yield bytes(rest + chunk[:cut])
        rest = bytearray(chunk[cut:])
    if rest:
        yield bytes(rest)
