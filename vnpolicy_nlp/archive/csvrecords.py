"""The records of a CSV file: cells where they can be told, and the raw text always.

The parser is the standard library's in strict mode, which takes any cell as it stands ("007", "NA", line breaks) and
repairs nothing in silence. What is added here is what to do when it gives up: the line where the broken record begins
is handed out as it is, and reading goes on with the next one.
"""

from __future__ import annotations

import csv
import re
from collections import deque
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["MOST_LINES", "NOT_CLOSED", "Dialect", "Lines", "Record", "records_in"]

_MAX_CELL = 2**31 - 1  # the module's own limit of 128 KiB is less than a long report with its page's scripts
NOT_CLOSED = "a quotation mark is not closed"
# A record of several lines that grows beyond this has a quotation mark that is never closed.
MOST_LINES, _MOST_CHARACTERS = 20_000, 16_000_000
# What has been given back is read again. Where that becomes too much, a record may have few lines only.
_MOST_READ_AGAIN, _FEW_LINES = 64_000_000, 8
# Stands for a separator of several characters, as the csv module takes one only. No decoded text can hold it.
_ONE_SIGN = "\ud800"


@dataclass(frozen=True)
class Dialect:
    """How the cells of a file are told apart.

    Attributes
    ----------
    separator : str
        One character or several.
    quote : str
    escape : str or None
        What stands before a quotation mark inside a cell; None where the mark is doubled.
    """

    separator: str = ","
    quote: str = '"'
    escape: str | None = None

    def __str__(self) -> str:
        name = {"\t": "tab", "\t\t": "two tabs"}.get(self.separator, f"'{self.separator}'")
        quoting = "" if self == Dialect(self.separator) else f", quotation marks {self.quote}, escape {self.escape}"
        return f"separator {name}{quoting}"

    def cell(self, text: str) -> str:
        """Return a cell as it stands in a file."""
        if self._special.search(text) is None:
            return text
        if self.escape is not None:
            text = text.replace(self.escape, self.escape * 2)
        return f"{self.quote}{text.replace(self.quote, (self.escape or self.quote) + self.quote)}{self.quote}"

    @cached_property
    def _special(self) -> re.Pattern[str]:
        """What a cell must not hold outside quotation marks."""
        return re.compile(
            "|".join(map(re.escape, [*self.separator, self.quote, self.escape or self.quote, "\r", "\n"]))
        )

    def reader(self, lines: Iterable[str]) -> Iterator[list[str]]:
        """Return the standard library's reader."""
        csv.field_size_limit(_MAX_CELL)
        is_one = len(self.separator) == 1
        rows = csv.reader(
            lines if is_one else (line.replace(self.separator, _ONE_SIGN) for line in lines),
            delimiter=self.separator if is_one else _ONE_SIGN,
            quotechar=self.quote,
            escapechar=self.escape,
            doublequote=self.escape is None,
            strict=True,
        )
        # Inside quotation marks the separator is text.
        return rows if is_one else ([cell.replace(_ONE_SIGN, self.separator) for cell in row] for row in rows)


# Its first line's number, its cells or why they cannot be told, and its raw text. No NamedTuple: that costs 2 % more.
Record = tuple[int, list[str] | str, str]


class Lines:
    """Lines that remember which of them the present record has taken, and can be given back.

    Parameters
    ----------
    blocks : iterator of list of str
        The lines, some at a time.

    Attributes
    ----------
    waiting : deque of str
        Those that are read next, before another block is asked for.
    taken : list of str
        By the present record.
    number : int
        Of the line taken last.
    """

    def __init__(self, blocks: Iterator[list[str]]) -> None:
        self._blocks = blocks
        self.waiting: deque[str] = deque()
        self.taken: list[str] = []
        self.number = 0
        self._n_characters = self._n_again = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        while not self.waiting:
            self.waiting.extend(next(self._blocks))
        line = self.waiting.popleft()
        taken = self.taken
        taken.append(line)
        self.number += 1
        self._n_characters += len(line)
        if len(taken) > 1:
            most = MOST_LINES if self._n_again < _MOST_READ_AGAIN else _FEW_LINES
            if len(taken) > most or self._n_characters > _MOST_CHARACTERS:
                raise csv.Error("the quotation mark is not closed")
        return line

    def begin(self) -> None:
        """Begin a record."""
        self.taken = []
        self._n_characters = 0

    def give_back(self) -> str:
        """Give back all lines of the record but the first; return that one."""
        first, *rest = self.taken
        self.waiting.extendleft(reversed(rest))
        self._n_again += self._n_characters + 1000 * len(rest)  # a line costs more than its characters
        self.number -= len(rest)
        self.taken = [first]
        return first


def records_in(lines: Lines, dialect: Dialect) -> Iterator[Record]:
    """Yield each record.

    Who takes a record for broken although it could be parsed gives its lines back, all but the first, before the next.
    """
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
        return NOT_CLOSED
    return f"a quotation mark in the wrong place ({error})"
