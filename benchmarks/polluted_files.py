"""Which reader of CSV loses nothing: one good file, spoiled in every way the Pollock benchmark lists, one way a file.

    pip install duckdb pyarrow
    python benchmarks/polluted_files.py [--group GROUP] [--files] [--save DIR] [--no-speed]

The good file has 200 articles of `data/articles.csv`. Every line of a text ends with the number of its row, so that
each piece of a record is known again wherever it comes out. What becomes of a record is one of five things:

right     a row with its very cells
aside     all of its text is in what the reader gives back as not readable
refused   the reader raises an error instead of reading the file
lost      some of it is neither in a row nor set aside, and nothing says so
wrong     some of it is in a row that is not its own: cells changed, shifted, merged, or a row that never was

The last two are the damage: nobody is told. The header is a record as well. Lines that are no records (titles above the
table, footnotes, repeated headers) are counted apart. A header in which the engine finds no text column counts as
refused for every reader, since the engine stops there. The ways to spoil a file are Vitagliano et al., "Pollock: A Data
Loading Benchmark" (VLDB 2023); files and scores are our own.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import subprocess
import sys
import tempfile
import time
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from unittest import mock

from vnpolicy_nlp.archive import csvtable
from vnpolicy_nlp.archive.files import Input
from vnpolicy_nlp.archive.rows import Bad
from vnpolicy_nlp.archive.tables import open_table, records_of
from vnpolicy_nlp.errors import ColumnError
from vnpolicy_nlp.model.columns import guess_text_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

Row = list[str]

DATA = Path(__file__).parent.parent / "data" / "articles.csv"
HEAD = ["id", "ngay", "tieu_de", "noi_dung", "vung"]
N = 200
EVERY = "every 20th row"
PLACES: dict[str, Sequence[int]] = {"first row": [0], "middle row": [100], "last row": [199], EVERY: range(7, N, 20)}
SINGLE = [name for name in PLACES if name != EVERY]
MANY_BYTES = 60_000_000  # of the file for speed
LONGEST_LINE = 32_000_000  # told to DuckDB, whose own limit is 2 MB
FATES = ("right", "aside", "refused", "lost", "wrong")


def mark(number: int) -> str:
    """Return what ends each line of a row's text."""
    return f"(r{number:03})"


def other(number: int) -> str:
    """Return what marks a line that is no record."""
    return f"(x{number:02})"


@cache
def good_rows() -> tuple[Row, ...]:
    """Return the rows of the good file."""
    with DATA.open(encoding="utf-8", newline="") as file:
        chosen = list(csv.DictReader(file))[::10][:N]
    rows = []
    for number, article in enumerate(chosen):
        year, month, day = article["date"].split("-")
        text = "\n".join(f"{line} {mark(number)}" for line in article["content"].split("\n"))
        title = f"{article['title']} {mark(number)}"
        rows.append([f"{number:04}", f"{day}/{month}/{year}", title, text, ["NA", article["region"]][number % 9 > 0]])
    return tuple(rows)


@cache
def flat_rows() -> tuple[Row, ...]:
    """Return the same without what needs quotation marks: line breaks, commas, quotation marks."""
    return tuple([re.sub("[\\n,\"';|]+ ?", " ", cell) for cell in row] for row in good_rows())


class Told(NamedTuple):
    """What a user who knows the file can tell a reader."""

    separator: str = ","
    quote: str = '"'
    escape: str = '"'
    encoding: str = "utf-8"
    header: bool = True


PLAIN = Told()


@dataclass
class Polluted:
    """A spoiled file and what may come of it.

    Attributes
    ----------
    rows : sequence of Row
        What is right for each record.
    also : dict
        What is right as well, by the row's number.
    headers : list of Row
        Headers that are right; empty where there is none.
    others : list of str
        Marks of lines that are no records.
    optional : list of Row
        Rows that may come out or not.
    broken : set of int
        Rows whose cells cannot be told for certain: to set them aside is the best there is.
    """

    group: str
    name: str
    data: bytes
    text: str
    rows: Sequence[Row]
    also: dict[int, list[Row]]
    headers: list[Row]
    others: list[str]
    optional: list[Row]
    broken: set[int]
    told: Told


GROUPS: dict[str, Callable[[], Iterator[Polluted]]] = {}


def group(build: Callable[[], Iterator[Polluted]]) -> Callable[[], Iterator[Polluted]]:
    """Register what makes the files of a group."""
    GROUPS[getattr(build, "__name__", "").replace("_", " ")] = build
    return build


def as_cell(text: str, told: Told = PLAIN, *, always: bool = False) -> str:
    """Return a cell as it stands in a file; without a quotation mark it stands as it is."""
    if not told.quote or (not always and not any(s in text for s in (told.separator, told.quote, "\r", "\n"))):
        return text
    if told.escape == "\\":
        text = text.replace("\\", "\\\\")
    return told.quote + text.replace(told.quote, told.escape + told.quote) + told.quote


def as_line(row: Iterable[str], told: Told = PLAIN, *, always: bool = False) -> str:
    """Return a row as it stands in a file, without its end."""
    return told.separator.join(as_cell(cell, told, always=always) for cell in row)


def as_lines(told: Told = PLAIN, rows: Sequence[Row] | None = None, *, always: bool = False) -> list[str]:
    """Return all rows as they stand in a file."""
    return [as_line(row, told, always=always) for row in (rows or good_rows())]


def polluted(
    name: str,
    lines: Sequence[str] | None = None,
    *,
    head: str | None = ",".join(HEAD),
    before: Sequence[str] = (),
    after: Sequence[str] = (),
    end: str = "\n",
    last_end: str | None = None,
    text: str | None = None,
    data: bytes | None = None,
    rows: Sequence[Row] | None = None,
    also: dict[int, list[Row]] | None = None,
    headers: list[Row] | None = None,
    others: Sequence[str] = (),
    optional: Sequence[Row] = (),
    broken: Iterable[int] = (),
    told: Told = PLAIN,
) -> Polluted:
    """Put a file together from lines, or take it as it is given; its group is named later."""
    if text is None:
        whole = [*before, *([] if head is None else [head]), *(as_lines() if lines is None else lines), *after]
        text = end.join(whole) + (end if last_end is None else last_end)
    found = sorted(set(re.findall(r"\(x\d\d\)", text)))
    return Polluted(
        "",
        name,
        text.encode(told.encoding, "surrogateescape") if data is None else data,
        text,
        rows or good_rows(),
        also or {},
        [HEAD] if headers is None else headers,
        [*found, *others],
        list(optional),
        set(broken),
        told,
    )


def at(place: str, change: Callable[[int, str], str], lines: Sequence[str] | None = None) -> list[str]:
    """Change the lines at a place."""
    changed = list(as_lines() if lines is None else lines)
    for number in PLACES[place]:
        changed[number] = change(number, changed[number])
    return changed


def changed_rows(place: str, change: Callable[[int, Row], Row], rows: Sequence[Row] | None = None) -> list[Row]:
    """Change the rows at a place."""
    changed = list(rows or good_rows())
    for number in PLACES[place]:
        changed[number] = change(number, list(changed[number]))
    return changed


def of_row(make: Callable[[Row], str]) -> Callable[[int, str], str]:
    """Return what makes a line from a row's cells."""
    return lambda number, _: make(list(good_rows()[number]))


# The ways to spoil a file, as Pollock lists them


@group
def nothing() -> Iterator[Polluted]:
    """Make the good file in its usual forms."""
    yield polluted("as it is")
    yield polluted("everything quoted", as_lines(always=True), head=as_line(HEAD, always=True))
    yield polluted("without line breaks", as_lines(rows=flat_rows()), rows=flat_rows())
    yield polluted("one row", as_lines()[:1], rows=good_rows()[:1])


@group
def delimiter() -> Iterator[Polluted]:
    """Use other delimiters, of several characters too."""
    for separator in (",", ";", "\t", "|", " ", ":", "^", "~", "||", ", ", "\t\t", "::", "\\t"):
        told = Told(separator)
        for always in (False, True):
            name = f"{separator!r}{', everything quoted' * always}"
            yield polluted(name, as_lines(told, always=always), head=as_line(HEAD, told, always=always), told=told)


@group
def delimiter_in_some_rows() -> Iterator[Polluted]:
    """Use another delimiter in some rows."""
    for separator in (";", "\t", "|"):
        write = partial(as_line, told=Told(separator))
        for place, numbers in PLACES.items():
            yield polluted(f"{separator!r} in {place}", at(place, of_row(write)), broken=numbers)
        yield polluted(f"{separator!r} in the header", head=separator.join(HEAD))


def quoted_by(opening: str, closing: str, row: Row, *, always: bool) -> str:
    """Return a line with quotation marks of which opening and closing one differ."""
    return ",".join(f"{opening}{cell}{closing}" if always or re.search("[,\n]", cell) else cell for cell in row)


@group
def quotation_marks() -> Iterator[Polluted]:
    """Use other quotation marks, or none."""
    for quote in ("'", "`", "$"):
        told = Told(quote=quote, escape=quote)
        for always in (False, True):
            name = f"{quote}{', everything quoted' * always}"
            yield polluted(name, as_lines(told, always=always), head=as_line(HEAD, told, always=always), told=told)
    for opening, closing in ("“”", "«»", "„“"):
        for always in (False, True):
            lines = [quoted_by(opening, closing, row, always=always) for row in good_rows()]
            name = f"{opening}{closing}{', everything quoted' * always}"
            yield polluted(name, lines, broken=range(N))  # no reader can be told of two marks
    for separator in (",", ";", "\t", "|"):
        told = Told(separator, "", "")
        lines = as_lines(told, flat_rows())
        yield polluted(f"none, {separator!r}", lines, head=separator.join(HEAD), rows=flat_rows(), told=told)
    for place, numbers in PLACES.items():
        write = partial(as_line, told=Told(quote="'", escape="'"), always=True)
        yield polluted(f"' in {place}", at(place, of_row(write)), broken=numbers)


def with_marks(number: int, row: Row) -> Row:
    """Put a quotation mark, a comma and a backslash into a row."""
    return [row[0], row[1], 'Họp "Dân biết, dân bàn" ' + row[2], 'Tin "nóng", C:\\ \\n ' + row[3], row[4]]


@group
def escape_characters() -> Iterator[Polluted]:
    """Escape quotation marks in other ways, or not at all."""
    rows = [with_marks(0, row) for row in good_rows()]
    slashed = Told(escape="\\")
    yield polluted("doubled", as_lines(rows=rows), rows=rows)
    yield polluted("backslash", as_lines(slashed, rows), rows=rows, told=slashed)
    plain = [as_line(row, Told(escape="")) for row in rows]
    yield polluted("none", plain, rows=rows, broken=range(N))
    for place, numbers in PLACES.items():
        lines = at(place, lambda number, _: as_line(rows[number], slashed), as_lines(rows=rows))
        yield polluted(f"backslash in {place}", lines, rows=rows, broken=numbers)
    for place in SINGLE:
        tailed = changed_rows(place, lambda _, row: [*row[:3], row[3] + " C:\\", row[4]])
        yield polluted(f"a cell that ends in a backslash in {place}", as_lines(rows=tailed), rows=tailed)
    commas = [[cell.replace("và", "và,") for cell in row] for row in flat_rows()]
    lines = [",".join(cell.replace(",", "\\,") for cell in row) for row in commas]
    yield polluted("backslash before commas, no quotation marks", lines, rows=commas, told=Told(escape="\\"))


@group
def quotation_marks_not_escaped() -> Iterator[Polluted]:
    """Leave quotation marks as they are inside cells."""
    inside: dict[str, Callable[[str], str]] = {
        "a word": lambda text: text.replace(" ", ' "nóng" ', 1),
        "one mark": lambda text: text.replace(" ", ' 15" ', 1),
        "one before a comma": lambda text: text.replace(" ", ' nóng", ', 1),
        "one before a line break": lambda text: text.replace("\n", '"\n', 1),
        "one at the end": lambda text: text + '"',
    }
    for what, change in inside.items():
        for place, numbers in PLACES.items():
            rows = changed_rows(place, partial(lambda made, _, row: [*row[:3], made(row[3]), row[4]], change))
            lines = at(place, partial(lambda those, number, _: as_line(those[number], Told(escape="")), rows))
            yield polluted(f"{what} in {place}", lines, rows=rows, broken=numbers)
    for place in SINGLE:
        for what, title in (("inside", 'Tin 15" mới'), ("around the first word of", '"Tin" mới')):
            rows = changed_rows(place, partial(lambda begun, n, row: [*row[:2], f"{begun} {mark(n)}", *row[3:]], title))
            lines = as_lines(rows=rows)
            for number in PLACES[place]:
                row = rows[number]
                lines[number] = ",".join([*row[:3], *map(as_cell, row[3:])])
            yield polluted(f"{what} an unquoted cell in {place}", lines, rows=rows, broken=PLACES[place])


def spoiled_quotes(row: Row, column: int, opening: str, closing: str) -> str:
    """Return a line with other quotation marks around one cell."""
    cells = [as_cell(cell) for cell in row]
    cells[column] = opening + row[column].replace('"', '""') + closing
    return ",".join(cells)


@group
def quotation_marks_not_closed() -> Iterator[Polluted]:
    """Leave out closing or opening quotation marks."""
    for what, column, opening, closing in (
        ("text not closed", 3, '"', ""),
        ("text not opened", 3, "", '"'),
        ("title not closed", 2, '"', ""),
        ("last cell not closed", 4, '"', ""),
        ("first cell not closed", 0, '"', ""),
    ):
        for place, numbers in PLACES.items():
            write = partial(spoiled_quotes, column=column, opening=opening, closing=closing)
            yield polluted(f"{what} in {place}", at(place, of_row(write)), broken=numbers)
    for place in SINGLE:
        yield polluted(f"a mark alone on a line before the {place}", at(place, lambda _, line: f'"\n{line}'))
    yield polluted("header not closed", head='id,ngay,tieu_de,"noi_dung,vung')


@group
def blanks() -> Iterator[Polluted]:
    """Put blanks around cells and quotation marks."""

    def stripped(numbers: Iterable[int], made: Callable[[str], str], rows: Sequence[Row]) -> dict[int, list[Row]]:
        return {number: [[made(cell) for cell in rows[number]]] for number in numbers}

    everywhere = {**{place: PLACES[place] for place in SINGLE}, "all rows": range(N)}
    for sign, what in ((" ", "blanks"), ("\t", "tabs"), ("\xa0", "no-break spaces")):
        for place, numbers in everywhere.items():
            around = partial(lambda padding, cell: f"{padding}{cell}{padding}", sign)
            lines = as_lines(rows=flat_rows())
            for number in numbers:
                lines[number] = ",".join(map(around, flat_rows()[number]))
            also = stripped(numbers, around, flat_rows())
            yield polluted(f"{what} around cells in {place}", lines, rows=flat_rows(), also=also)
    for what, before, behind in (("before", " ", ""), ("behind", "", " "), ("around", " ", " ")):
        for place, numbers in everywhere.items():
            lines = as_lines()
            for number in numbers:
                row = good_rows()[number]
                lines[number] = ",".join(before + as_cell(cell, always=True) + behind for cell in row)
            also = stripped(numbers, partial(lambda a, b, cell: a + cell + b, before, behind), good_rows())
            yield polluted(f"blanks {what} quotation marks in {place}", lines, also=also, broken=numbers)
    for place, numbers in everywhere.items():
        lines = [line + "  " * (number in numbers) for number, line in enumerate(as_lines())]
        also = {number: [[*good_rows()[number][:4], good_rows()[number][4] + "  "]] for number in numbers}
        yield polluted(f"blanks at the end of {place}", lines, also=also)


@group
def line_ends() -> Iterator[Polluted]:
    """End lines in other ways."""
    head = ",".join(HEAD)
    for what, end in (("LF", "\n"), ("CRLF", "\r\n"), ("CR", "\r")):
        yield polluted(what, end=end)
        yield polluted(f"{what}, the last one missing", end=end, last_end="")
        rows = [[cell.replace("\n", end) for cell in row] for row in good_rows()]
        yield polluted(f"{what} in cells too", as_lines(rows=rows), end=end, rows=rows)
        yield polluted(f"{what}, no line breaks in cells", as_lines(rows=flat_rows()), end=end, rows=flat_rows())
    for what, ends in (("LF and CRLF", ("\n", "\r\n")), ("LF and CR", ("\n", "\r")), ("CR and CRLF", ("\r", "\r\n"))):
        for rows_, kind in ((good_rows(), ""), (flat_rows(), ", no line breaks in cells")):
            text = "".join(line + ends[n % 2] for n, line in enumerate([head, *as_lines(rows=rows_)]))
            yield polluted(f"{what} in turns{kind}", text=text, rows=rows_)
    for what, end in (("CRLF", "\r"), ("CR CRLF", "\r\r")):
        for place in SINGLE:
            yield polluted(f"{what} in {place}", at(place, partial(lambda more, _, line: line + more, end)))
    for place in SINGLE:
        text = "\n".join([head, *as_lines()]) + "\n"
        line = as_lines()[PLACES[place][0]]
        yield polluted(f"CR in {place}", text=text.replace(line + "\n", line + "\r"))
    yield polluted("LF CR", end="\n\r")
    for what, sign in (("U+2028", "\u2028"), ("U+0085", "\x85"), ("vertical tab", "\v"), ("form feed", "\f")):
        rows = changed_rows("middle row", partial(lambda more, _, row: [*row[:2], row[2] + more + "!", *row[3:]], sign))
        yield polluted(f"{what} in a cell", as_lines(rows=rows), rows=rows)


@group
def missing_cells() -> Iterator[Polluted]:
    """Leave cells out."""
    for what, keep in (("last cell", [0, 1, 2, 3]), ("middle cell", [0, 1, 3, 4]), ("all but the first two", [0, 1])):
        for place, numbers in PLACES.items():
            lines = at(place, of_row(partial(lambda kept, row: as_line(row[n] for n in kept), keep)))
            rows = list(good_rows())
            also: dict[int, list[Row]] = {}
            for number in numbers:
                row = rows[number]
                if keep == list(range(len(keep))):  # the rest may be filled up: nothing has moved
                    also[number] = [row[: len(keep)] + [""] * (len(HEAD) - len(keep))]
            yield polluted(f"{what} in {place}", lines, also=also, broken=numbers)


@group
def too_many_cells() -> Iterator[Polluted]:
    """Put cells too many."""
    makers: dict[str, Callable[[Row], str]] = {
        "an empty one at the end": lambda row: as_line([*row, ""]),
        "three empty ones at the end": lambda row: as_line([*row, "", "", ""]),
        "one with text at the end": lambda row: as_line([*row, f"thừa {row[2][-6:]}"]),
        "one in the middle": lambda row: as_line([*row[:3], f"thừa {row[2][-6:]}", *row[3:]]),
        "a comma that is not quoted": lambda row: as_line([*row[:2], "Họp", " " + row[2], *row[3:]]),
    }
    for what, make in makers.items():
        for place, numbers in PLACES.items():
            yield polluted(f"{what} in {place}", at(place, of_row(make)), broken=numbers)
    empty = [as_line([*row, ""]) for row in good_rows()]
    with_empty = {number: [[*row, ""]] for number, row in enumerate(good_rows())}
    yield polluted("an empty one in all rows", empty, broken=range(N))
    yield polluted(
        "an empty one in header and rows",
        empty,
        head=",".join([*HEAD, ""]),
        also=with_empty,
        headers=[[*HEAD, ""], HEAD],
    )


@group
def empty_rows() -> Iterator[Polluted]:
    """Put lines without text between the rows."""
    for what, line in (
        ("blank line", ""),
        ("three blank lines", "\n\n"),
        ("line of blanks", "   "),
        ("line of commas", ",,,,"),
        ("line of empty quotes", '"","","","",""'),
        ("line of one comma", ","),
    ):
        optional = [[""] * 5, ["   ", "", "", "", ""]]
        for place in SINGLE:
            lines = at(place, partial(lambda new, _, old: f"{new}\n{old}", line))
            yield polluted(f"{what} before the {place}", lines, optional=optional)
    yield polluted("blank line after every row", end="\n\n")
    yield polluted("blank lines at the end", after=["", "", "", ""])
    yield polluted("lines of commas at the end", after=[",,,,"] * 30, optional=[[""] * 5])


def strange_lines(n: int, n_cells: int, start: int = 0) -> list[str]:
    """Return lines that are no records."""
    return [",".join(f"Nguồn {k} {other(start + line)}" for k in range(n_cells)) for line in range(n)]


@group
def lines_above_the_table() -> Iterator[Polluted]:
    """Put titles and remarks above the header."""
    for n in (1, 2, 3, 5):
        yield polluted(f"{n} of one cell", before=strange_lines(n, 1))
        yield polluted(f"{n} of two cells", before=strange_lines(n, 2))
        yield polluted(f"{n} of as many cells as the table", before=strange_lines(n, 5))
        yield polluted(f"{n}, then a blank line", before=[*strange_lines(n, 1), ""])
        yield polluted(f"{n} padded with commas", before=[line + ",,,," for line in strange_lines(n, 1)])
    yield polluted("a comment", before=["# Xuất ngày 1/1/2020 (x00)"])
    yield polluted("sep=,", before=["sep=,"], others=["sep="])
    yield polluted("a blank line", before=[""])


@group
def lines_below_the_table() -> Iterator[Polluted]:
    """Put footnotes below the table."""
    for n in (1, 3, 5):
        yield polluted(f"{n} of one cell", after=strange_lines(n, 1))
        yield polluted(f"{n} of two cells", after=strange_lines(n, 2))
        yield polluted(f"{n} of as many cells as the table", after=strange_lines(n, 5))
        yield polluted(f"a blank line, then {n}", after=["", *strange_lines(n, 1)])
        yield polluted(f"{n} padded with commas", after=[line + ",,,," for line in strange_lines(n, 1)])


@group
def repeated_headers() -> Iterator[Polluted]:
    """Put the header between the rows, as joined files have it."""
    head = ",".join(HEAD)
    for place, numbers in PLACES.items():
        lines = at(place, lambda _, line: f"{head}\n{line}")
        yield polluted(f"before {place}", lines, others=["noi_dung"] * len(numbers))
    yield polluted("at the end", after=[head], others=["noi_dung"])
    lines = at("middle row", lambda _, line: f"\ufeff{head}\n{line}")
    yield polluted("with a byte order mark", lines, others=["noi_dung"])


@group
def header() -> Iterator[Polluted]:
    """Spoil the header."""
    names = {
        "two equal names": ["id", "id", *HEAD[2:]],
        "all but the text equal": ["a", "a", "a", "noi_dung", "a"],
        "first name empty": ["", *HEAD[1:]],
        "middle name empty": [*HEAD[:2], "", *HEAD[3:]],
        "last name empty": [*HEAD[:4], ""],
        "three names empty": ["", "", "tieu_de", "noi_dung", ""],
        "line break in a name": ["id", "ngày\n(d/m/y)", *HEAD[2:]],
        "signs in a name": ["id", "ngày/%R", *HEAD[2:]],
        "a name of 600 kB": [*HEAD[:4], "HEADER" * 100_000],
        "numbers as names": ["1", "2", "3", "noi_dung", "5"],
        "capitals": [name.upper() for name in HEAD],
        "equal but for capitals": ["ID", "id", *HEAD[2:]],
        "quotation marks in a name": ["id", 'ngày "đăng"', *HEAD[2:]],
    }
    for what, head in names.items():
        yield polluted(what, head=as_line(head), headers=[head])
    yield polluted("quoted", head=as_line(HEAD, always=True))
    yield polluted("blanks around names", head=" , ".join(HEAD), headers=[HEAD, " , ".join(HEAD).split(",")])
    yield polluted("a second line below", at("first row", lambda _, line: f"(x00),(x01),,,\n{line}"))
    yield polluted("two lines below", at("first row", lambda _, line: f"(x00),(x01),,,\n,,(x02),,\n{line}"))
    yield polluted("a name too few", head=",".join(HEAD[:4]), headers=[HEAD[:4], [*HEAD[:4], ""]], broken=range(N))
    yield polluted("a name too many", head=",".join([*HEAD, "them"]), headers=[[*HEAD, "them"]], broken=range(N))
    told = Told(header=False)
    yield polluted("none", head=None, headers=[], told=told)
    yield polluted("none, everything quoted", as_lines(always=True), head=None, headers=[], told=told)


@group
def several_tables() -> Iterator[Polluted]:
    """Put other tables into the file."""
    for n_cells in (2, 5, 7):
        table = strange_lines(10, n_cells)
        yield polluted(f"{n_cells} columns below", after=table)
        yield polluted(f"{n_cells} columns below, after a blank line", after=["", *table])
        yield polluted(f"{n_cells} columns above", before=[*table, ""])
        yield polluted(f"{n_cells} columns in the middle", at("middle row", partial(_put_before, "\n".join(table))))


def _put_before(text: str, _: int, line: str) -> str:
    return f"{text}\n{line}"


def to_1258(text: str) -> str:
    """Decompose letters as far as Windows-1258 needs it; it has no Icelandic letter that looks like "Đ"."""
    made = []
    for letter in text.replace("\xd0", "Đ"):
        try:
            letter.encode("cp1258")
            made.append(letter)
        except UnicodeEncodeError:
            *base, tone = list(unicodedata.normalize("NFD", letter))
            if tone in "\u0302\u0306\u031b":  # ộ: the circumflex stands last
                base, tone = [*base[:-1], tone], base[-1]
            made.append(unicodedata.normalize("NFC", "".join(base)) + tone)
    return "".join(made)


@group
def encodings() -> Iterator[Polluted]:
    """Use other encodings."""
    text = "\n".join([",".join(HEAD), *as_lines()]) + "\n"
    mark_ = "\ufeff"
    yield polluted("UTF-8 with a byte order mark", text=mark_ + text)
    quoted = text.replace(",".join(HEAD), as_line(HEAD, always=True), 1)
    yield polluted("byte order mark before a quoted header", text=mark_ + quoted)
    yield polluted("two byte order marks", text=mark_ * 2 + text)
    for encoding in ("utf-16-le", "utf-16-be"):
        told = Told(encoding="utf-16")
        data = (mark_ + text).encode(encoding)
        yield polluted(f"{encoding} with a byte order mark", text=text, data=data, told=told)
        yield polluted(encoding, text=text, told=Told(encoding=encoding))
    yield polluted("utf-32", text=text, told=Told(encoding="utf-32"))
    old = to_1258(text)
    apart = [[to_1258(cell) for cell in row] for row in good_rows()]
    rows_1258 = {n: [row, [unicodedata.normalize("NFC", cell) for cell in row]] for n, row in enumerate(apart)}
    yield polluted("windows-1258", text=text, data=old.encode("cp1258"), also=rows_1258, told=Told(encoding="cp1258"))
    plain = [[_ascii(cell) for cell in row] for row in good_rows()]
    yield polluted("ASCII", as_lines(rows=plain), rows=plain)
    apart = [[unicodedata.normalize("NFD", cell) for cell in row] for row in good_rows()]
    yield polluted("UTF-8, letters and marks apart", as_lines(rows=apart), rows=apart)
    twice = [[cell.encode().decode("latin-1") for cell in row] for row in good_rows()]
    mended = {number: [row] for number, row in enumerate(good_rows())}
    yield polluted("UTF-8 encoded twice", as_lines(rows=twice), rows=twice, also=mended)
    for place, numbers in PLACES.items():
        lines = at(place, lambda _, line: to_1258(line).encode("cp1258").decode("utf-8", "surrogateescape"))
        yield polluted(f"windows-1258 in {place}", lines, broken=numbers)


def _ascii(text: str) -> str:
    return unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D")).encode("ascii", "ignore").decode()


@group
def bytes_that_are_no_text() -> Iterator[Polluted]:
    """Put bytes that are no UTF-8, and NUL bytes."""
    strays = {
        "FF": "\udcff",
        "half a letter": "\udce1\udcba",
        "a surrogate": "\udced\udca0\udc80",
        "C0 80": "\udcc0\udc80",
    }
    for what, sign in strays.items():
        for place, numbers in PLACES.items():
            rows = changed_rows(place, partial(lambda new, _, row: [*row[:2], f"{new} {row[2]}", *row[3:]], sign))
            yield polluted(f"{what} in {place}", as_lines(rows=rows), rows=rows, broken=numbers)
    yield polluted(
        "FF in the header", head="id,ng\udcffay,tieu_de,noi_dung,vung", headers=[["id", "ng\udcffay", *HEAD[2:]]]
    )
    for place in PLACES:
        rows = changed_rows(place, lambda _, row: [*row[:2], "\0" + row[2], *row[3:]])
        yield polluted(f"NUL in {place}", as_lines(rows=rows), rows=rows)
        rows = changed_rows(place, lambda _, row: [*row[:3], row[3].replace(" ", "\0 ", 1), row[4]])
        yield polluted(f"NUL in a quoted cell in {place}", as_lines(rows=rows), rows=rows)
    head = "id,ng\0ay,tieu_de,noi_dung,vung"
    yield polluted("NUL in the header", head=head, headers=[head.split(",")])
    for place in SINGLE:
        number = PLACES[place][0]
        also = {number: [["\0" * 4096 + good_rows()[number][0], *good_rows()[number][1:]]]}
        lines = at(place, lambda _, line: "\0" * 4096 + line)
        yield polluted(f"4096 NUL bytes before the {place}", lines, also=also, broken=[number])
    yield polluted("4096 NUL bytes at the end", after=["\0" * 4096])


@group
def very_long_cells() -> Iterator[Polluted]:
    """Make cells very long."""
    for size in (200_000, 3_000_000):
        for place in SINGLE:
            rows = changed_rows(place, partial(lambda n, _, row: [*row[:3], "dài " * (n // 4) + row[3], row[4]], size))
            yield polluted(f"{size // 1000} kB in {place}", as_lines(rows=rows), rows=rows)
    rows = changed_rows("middle row", lambda _, row: [*row[:3], "dài " * 5_000_000 + row[3], row[4]])
    yield polluted("20 MB in middle row", as_lines(rows=rows), rows=rows)
    rows = changed_rows("middle row", lambda n, row: [*row[:3], f"dòng {mark(n)}\n" * 15_000 + row[3], row[4]])
    yield polluted("15,000 lines in middle row", as_lines(rows=rows), rows=rows)


@group
def a_byte_missing() -> Iterator[Polluted]:
    """Take one byte away, or the rest of the file."""
    for place in SINGLE:
        number = PLACES[place][0]
        line = as_lines()[number]
        following = {number, number + 1} & set(range(N))
        for what, made in (
            ("opening quotation mark", line.replace(',"', ",", 1)),
            ("closing quotation mark", '",'.join(line.split('",')[:-1]) + "," + line.split('",')[-1]),
            ("first comma", line.replace(",", "", 1)),
            ("last comma", "".join(line.rsplit(",", 1))),
        ):
            yield polluted(f"{what} in {place}", at(place, partial(lambda new, _, __: new, made)), broken={number})
        text = "\n".join([",".join(HEAD), *as_lines()]) + "\n"
        yield polluted(f"line end of {place}", text=text.replace(line + "\n", line), broken=following - {N - 1} or ())
        data = text.encode()
        start = data.index(line.encode()) + next(n for n, byte in enumerate(line.encode()) if byte > 0x7F)
        spoiled = data[:start] + data[start + 1 :]
        yield polluted(f"first byte of a letter in {place}", text=text, data=spoiled, broken={number})
    text = "\n".join([",".join(HEAD), *as_lines()[:-1]]) + "\n"
    half = as_lines()[-1][:200]
    yield polluted("the rest of the file, in a quoted cell", text=text + half, broken={N - 1})
    yield polluted("the rest of the file, behind a date", text=text + half[:15], broken={N - 1})
    yield polluted("the rest of the file, in a letter", text=text, data=(text + half).encode()[:-1], broken={N - 1})
    twice = text.replace('""', '"""', 1)
    yield polluted("none: one quotation mark too many", text=twice + as_lines()[-1] + "\n", broken=_doubled(twice))


def _doubled(text: str) -> set[int]:
    """Return the row in which a quotation mark stands three times."""
    found = re.search(r"\(r(\d{3})\)", text[text.index('"""') :])
    return {int(found[1])} if found else set()


def corpus() -> Iterator[Polluted]:
    """Yield all files, those that two groups would have only once."""
    seen = set()
    for name, build in GROUPS.items():
        for file in build():
            if file.data not in seen:
                seen.add(file.data)
                file.group = name
                yield file


# The readers


@dataclass
class Reading:
    """What a reader made of a file; columns are None where it says that there is no header."""

    columns: Row | None
    rows: list[Row]
    rejected: list[str] = field(default_factory=list)


def as_text(rows: Iterable[Sequence[Any]]) -> list[Row]:
    """Return rows of strings; nothing is the empty cell."""
    return [["" if cell is None or cell != cell else cell for cell in row] for row in rows]


def read_engine(path: Path, encoding: str | None = None, separator: str | None = None) -> Reading:
    """Read as `vnpolicy tag` does, which finds out all by itself, or with its two options."""
    reading = Reading([], [])
    encoding = {"cp1258": "windows-1258"}.get(encoding or "", encoding)
    with open_table(Input(path, Path(path.name)), encoding, separator) as (table, _):
        reading.columns = table.columns
        for record in records_of(table, path.name):
            if isinstance(record, Bad):
                reading.rejected.append(record.raw)
            else:
                reading.rows.append(list(record))
    return reading


def read_engine_with_options(path: Path, told: Told) -> Reading:
    """Read as `vnpolicy tag --encoding --separator` does, where a backslash and a t are a tab."""
    return read_engine(path, told.encoding, told.separator.replace("\\t", "\t"))


def read_engine_told(path: Path, told: Told) -> Reading:
    """Read by the engine's reader with the whole dialect given, which no option can do."""
    escape = "\\" if told.escape == "\\" else None
    dialect = csvtable.Dialect(told.separator, told.quote or '"', escape)
    with mock.patch.object(csvtable, "find_dialect", return_value=dialect):
        return read_engine(path, told.encoding)


def duckdb_options(told: Told | None, columns: Row) -> dict[str, Any]:
    """Return what DuckDB is told."""
    if told is None:
        return {}
    return {
        "auto_detect": False,
        "header": told.header,
        "columns": {f"c{n}": "VARCHAR" for n in range(len(columns))},
        "delimiter": told.separator,
        "quotechar": told.quote,
        "escapechar": told.escape,
        "encoding": told.encoding,
        "max_line_size": LONGEST_LINE,
    }


def read_duckdb(path: Path, told: Told | None, header: Row, **more: Any) -> Reading:
    """Read by DuckDB, all cells as text, errors kept; if it is told the dialect, it is told the columns too."""
    with import_module("duckdb").connect() as connection:
        options = {"all_varchar": True, "store_rejects": True, **duckdb_options(told, header), **more}
        relation = connection.read_csv(str(path), **options)
        columns = list(relation.columns)
        rows = as_text(relation.fetchall())
        bad = connection.sql("SELECT DISTINCT line, line_byte_position, csv_line FROM reject_errors ORDER BY ALL")
        rejected = [line or "" for _, _, line in bad.fetchall()]
    if told is not None:
        return Reading(header if told.header else None, rows, rejected)
    return Reading(None if all(re.fullmatch(r"column\d+", name) for name in columns) else columns, rows, rejected)


def read_pyarrow(path: Path, told: Told) -> Reading:
    """Read by pyarrow, all cells as text, records with another number of cells handed over."""
    arrow, module = import_module("pyarrow"), import_module("pyarrow.csv")
    rejected: list[str] = []

    def keep(row: Any) -> str:
        rejected.append(row.text)
        return "skip"

    parse = module.ParseOptions(
        delimiter=told.separator,
        quote_char=told.quote or False,
        double_quote=told.escape == told.quote != "",
        escape_char=told.escape if told.escape not in ("", told.quote) else False,
        newlines_in_values=True,
        invalid_row_handler=keep,
    )
    read = module.ReadOptions(
        block_size=1 << 28, encoding=told.encoding, use_threads=False, autogenerate_column_names=not told.header
    )
    columns = module.open_csv(path, read_options=read, parse_options=parse).schema.names
    rejected.clear()
    convert = module.ConvertOptions(column_types=dict.fromkeys(columns, arrow.string()), strings_can_be_null=False)
    table = module.read_csv(path, read_options=read, parse_options=parse, convert_options=convert)
    cells = [column.to_pylist() for column in table.columns]
    return Reading(list(columns) if told.header else None, as_text(zip(*cells, strict=True)), rejected)


def read_pandas(path: Path, told: Told) -> Reading:
    """Read by pandas' Python engine, all cells as text, records with too many cells handed over."""
    rejected: list[str] = []
    csv.field_size_limit(2**31 - 1)  # pandas leaves it at 128 KiB, and goes on behind it in silence

    def keep(cells: list[Any]) -> None:
        rejected.append(told.separator.join(map(str, cells)))

    frame = import_module("pandas").read_csv(
        path,
        sep=told.separator if len(told.separator) == 1 else re.escape(told.separator),
        quotechar=told.quote or '"',
        quoting=csv.QUOTE_MINIMAL if told.quote else csv.QUOTE_NONE,
        doublequote=told.escape == told.quote != "",
        escapechar=told.escape if told.escape not in ("", told.quote) else None,
        encoding=told.encoding,
        header=0 if told.header else None,
        engine="python",
        dtype=str,
        keep_default_na=False,
        on_bad_lines=keep,
    )
    rows = as_text(frame.itertuples(index=False))
    if list(frame.index) != list(range(len(frame))):  # more cells than names: pandas takes some for the row's name
        rows = as_text(frame.reset_index().itertuples(index=False))
    return Reading([str(name) for name in frame.columns] if told.header else None, rows, rejected)


LENIENT = {"strict_mode": False, "null_padding": True, "parallel": False}
READERS: dict[str, Callable[[Path, Polluted], Reading]] = {
    "engine": lambda path, file: read_engine(path),
    "engine, options": lambda path, file: read_engine_with_options(path, file.told),
    "engine, told": lambda path, file: read_engine_told(path, file.told),
    "DuckDB": lambda path, file: read_duckdb(path, None, HEAD),
    "DuckDB, told": lambda path, file: read_duckdb(path, file.told, (file.headers or [HEAD])[0]),
    "DuckDB, lenient": lambda path, file: read_duckdb(path, file.told, (file.headers or [HEAD])[0], **LENIENT),
    "pyarrow, told": lambda path, file: read_pyarrow(path, file.told),
    "pandas, told": lambda path, file: read_pandas(path, file.told),
}


# What became of it


@dataclass
class Score:
    """How many records had which fate, and how many lines that are no records."""

    records: Counter[str] = field(default_factory=Counter)
    others: Counter[str] = field(default_factory=Counter)
    sound_aside: int = 0  # records set aside that could have been read
    note: str = ""

    def __iadd__(self, more: Score) -> Score:
        """Add another one."""
        self.records += more.records
        self.others += more.others
        self.sound_aside += more.sound_aside
        return self

    @property
    def damage(self) -> int:
        """Records lost or wrong, and lines lost or taken for records."""
        return sum(fates["lost"] + fates["wrong"] for fates in (self.records, self.others))


def refusal(file: Polluted, why: str) -> Score:
    """Return the score of a reader that raised an error."""
    n = len(file.rows) + bool(file.headers)
    return Score(Counter(refused=n), Counter(refused=len(file.others)), note=why)


def score(file: Polluted, reading: Reading) -> Score:
    """Say what became of each record."""
    if reading.columns is not None:
        try:
            guess_text_columns(reading.columns)
        except ColumnError:
            return refusal(file, f"no text column in {reading.columns}"[:150])
    fates: Counter[str] = Counter()
    came = Counter(map(tuple, reading.rows))
    missing = []
    for number, row in enumerate(file.rows):
        right = next((cells for cells in (row, *file.also.get(number, ())) if came[tuple(cells)]), None)
        if right is None:
            missing.append(number)
        else:
            came[tuple(right)] -= 1
            fates["right"] += 1
    for row in file.optional:
        came.pop(tuple(row), None)
    strange = [cells for cells in came.elements() if cells]
    if header_is_right(file, reading.columns):
        fates["right"] += bool(file.headers)
    else:
        fates["wrong"] += bool(file.headers)
    result = Score(fates)
    shown, rejected = "\n".join("\n".join(cells) for cells in strange), "\n".join(reading.rejected)
    named = "\n".join(reading.columns or []) if not file.headers else ""
    firsts = {cells[0] for cells in strange}
    for number in missing:
        fate = fate_of(file, number, shown + named, rejected, firsts)
        fates[fate] += 1
        result.sound_aside += fate == "aside" and number not in file.broken
    for token, n in Counter(file.others).items():
        n_wrong = min(n, sum(any(token in cell for cell in cells) for cells in strange))
        n_aside = min(n - n_wrong, rejected.count(token))
        result.others += Counter(wrong=n_wrong, aside=n_aside, lost=n - n_wrong - n_aside)
    known = [*map(mark, missing), *file.others]
    ids = {file.rows[number][0] for number in missing}
    fates["wrong"] += sum(cells[0] not in ids and not any(t in c for c in cells for t in known) for cells in strange)
    return result


def header_is_right(file: Polluted, columns: Row | None) -> bool:
    """Say whether a header is what it should be."""
    return columns in file.headers if columns is not None else not file.headers


def fate_of(file: Polluted, number: int, shown: str, rejected: str, firsts: set[str]) -> str:
    """Return the fate of a record that did not come out right."""
    token = mark(number)
    if token in shown or file.rows[number][0] in firsts:
        return "wrong"
    n_pieces = file.text.count(token)
    if n_pieces:
        return "aside" if rejected.count(token) >= n_pieces else "lost"
    return "aside" if file.rows[number][0] in rejected else "lost"


def read_all(name: str, start: int) -> None:
    """Read the files one after the other by one reader, from a number on; print a line of JSON for each."""
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "in.csv"
        for number, file in enumerate(corpus()):
            if number < start:
                continue
            path.write_bytes(file.data)
            try:
                result = score(file, READERS[name](path, file))
            except Exception as error:  # whatever a reader raises is its refusal
                result = refusal(file, f"{type(error).__name__}: {error}"[:150])
            print(json.dumps([result.records, result.others, result.sound_aside, result.note]), flush=True)


def scores_of(name: str, n_files: int) -> list[Score]:
    """Return the scores of a reader, which works in a process of its own, for it may crash."""
    scores: list[Score] = []
    while len(scores) < n_files:
        command = [sys.executable, __file__, "--read", name, "--start", str(len(scores))]
        done = subprocess.run(command, capture_output=True, text=True)
        for line in done.stdout.splitlines():
            records, others, sound_aside, note = json.loads(line)
            scores.append(Score(Counter(records), Counter(others), sound_aside, note))
        if len(scores) < n_files:
            if done.returncode > 0:
                raise SystemExit(done.stderr)
            file = list(corpus())[len(scores)]
            scores.append(refusal(file, f"the process died of signal {-done.returncode}"))
    return scores


# Speed


def make_big(path: Path) -> int:
    """Write the good rows again and again; return the number of bytes."""
    rows = ("\n".join(as_lines()) + "\n").encode()
    with path.open("wb") as file:
        file.write((",".join(HEAD) + "\n").encode())
        for _ in range(MANY_BYTES // len(rows)):
            file.write(rows)
    return path.stat().st_size


def rows_of_engine(path: Path) -> Iterator[Any]:
    """Yield rows of the engine."""
    with open_table(Input(path, Path(path.name)), None, None) as (table, _):
        yield from records_of(table, path.name)


def rows_of_duckdb(path: Path) -> Iterator[Any]:
    """Yield rows of DuckDB, some thousand at a time."""
    with import_module("duckdb").connect() as connection:
        result = connection.execute("FROM read_csv(?, all_varchar=true, store_rejects=true)", [str(path)])
        while rows := result.fetchmany(4000):
            yield from rows


def batches_of_duckdb(path: Path) -> Iterator[Any]:
    """Yield Arrow batches of DuckDB: no Python objects are made."""
    with import_module("duckdb").connect() as connection:
        result = connection.execute("FROM read_csv(?, all_varchar=true, store_rejects=true)", [str(path)])
        yield from result.to_arrow_reader(4000)


def batches_of_pyarrow(path: Path) -> Iterator[Any]:
    """Yield batches of pyarrow: no Python objects are made."""
    arrow, module = import_module("pyarrow"), import_module("pyarrow.csv")
    parse = module.ParseOptions(newlines_in_values=True, invalid_row_handler=lambda row: "skip")
    convert = module.ConvertOptions(column_types=dict.fromkeys(HEAD, arrow.string()))
    yield from module.open_csv(path, parse_options=parse, convert_options=convert)


def rows_of_pyarrow(path: Path) -> Iterator[Any]:
    """Yield rows of pyarrow."""
    for batch in batches_of_pyarrow(path):
        yield from zip(*[column.to_pylist() for column in batch.columns], strict=True)


def rows_of_pandas(path: Path) -> Iterator[Any]:
    """Yield rows of pandas, some thousand at a time."""
    frames = import_module("pandas").read_csv(
        path, engine="python", dtype=str, keep_default_na=False, on_bad_lines=lambda cells: None, chunksize=4000
    )
    for frame in frames:
        yield from frame.itertuples(index=False)


SPEED: dict[str, Callable[[Path], Iterator[Any]]] = {
    "engine": rows_of_engine,
    "DuckDB": rows_of_duckdb,
    "DuckDB, Arrow only": batches_of_duckdb,
    "pyarrow": rows_of_pyarrow,
    "pyarrow, Arrow only": batches_of_pyarrow,
    "pandas": rows_of_pandas,
}


def peak() -> float:
    """Return the peak resident memory of this process in MB (Linux)."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def time_reader(name: str, path: Path) -> None:
    """Print seconds, peak memory before and peak memory behind, for a reader that has this process for itself."""
    modules = {"D": ["duckdb", "pyarrow"], "p": ["pandas"] if name == "pandas" else ["pyarrow.csv"]}
    for module in modules.get(name[0], []):
        import_module(module)
    before, started = peak(), time.perf_counter()
    for _ in SPEED[name](path):
        pass
    print(time.perf_counter() - started, before, peak())


def print_speed() -> None:
    """Print megabytes a second, the best of three, and peak memory."""
    print(f"\n{'speed':<20} MB/s   peak MB   of it before reading")
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "big.csv"
        n_bytes = make_big(path)
        for name in SPEED:
            command = [sys.executable, __file__, "--time", name, str(path)]
            runs = [subprocess.run(command, capture_output=True, text=True, check=True).stdout.split() for _ in "123"]
            seconds, before, after = (
                choose(map(float, run)) for choose, run in zip((min, max, max), zip(*runs, strict=True), strict=True)
            )
            print(f"{name:<20}{n_bytes / 1e6 / seconds:>5.0f}{after:>10.0f}{before:>23.0f}")


def print_table(title: str, scores: dict[str, Score], damaged: dict[str, int]) -> None:
    """Print one table, a reader a row."""
    names = "".join(f"{fate:>9}" for fate in FATES)
    print(f"\n{title}\n{'':<16}{names}   sound aside   other lines: aside refused lost as rows   damaged files")
    for name, one in scores.items():
        figures = "".join(f"{one.records[fate]:>9}" for fate in FATES)
        rest = f"{one.others['aside']:>18}{one.others['refused']:>8}{one.others['lost']:>5}{one.others['wrong']:>8}"
        print(f"{name:<16}{figures}{one.sound_aside:>14}{rest}{damaged[name]:>16}")


def report(files: Sequence[Polluted], found: dict[str, list[Score]], wanted: str | None, *, each: bool) -> None:
    """Print the tables by group and in total."""
    for title in [*GROUPS, "total"]:
        if wanted not in (None, title):
            continue
        chosen = [n for n, file in enumerate(files) if title in (file.group, "total")]
        scores = {name: Score() for name in found}
        for name, total in scores.items():
            for n in chosen:
                total += found[name][n]
        damaged = {name: sum(found[name][n].damage > 0 for n in chosen) for name in found}
        print_table(f"{title}: {len(chosen)} files", scores, damaged)
        if each and title != "total":
            print_files([files[n] for n in chosen], {name: [found[name][n] for n in chosen] for name in found})


def print_files(files: Sequence[Polluted], found: dict[str, list[Score]]) -> None:
    """Print what each reader made of each file."""
    for number, file in enumerate(files):
        print(f"  {file.name!r}")
        for name, scores in found.items():
            one = scores[number]
            fates = ", ".join(f"{one.records[fate]} {fate}" for fate in FATES if one.records[fate])
            others = ", ".join(f"{n} {fate}" for fate, n in sorted(one.others.items()) if n)
            print(f"    {name:<16} {fates}{f'; others: {others}' * bool(others)}{f'; {one.note}' * bool(one.note)}")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--group", choices=[*GROUPS, "total"], help="print this one only")
    parser.add_argument("--files", action="store_true", help="print each file as well")
    parser.add_argument("--save", type=Path, help="write the files to this folder, and read none")
    parser.add_argument("--no-speed", action="store_true")
    parser.add_argument("--read", help=argparse.SUPPRESS)
    parser.add_argument("--start", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--time", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.read:
        read_all(given.read, given.start)
    elif given.time:
        time_reader(given.time[0], Path(given.time[1]))
    elif given.save:
        given.save.mkdir(parents=True)
        for number, file in enumerate(corpus()):
            name = re.sub(r"\W+", "-", f"{number:03} {file.group} {file.name}")
            (given.save / f"{name}.csv").write_bytes(file.data)
    else:
        files = list(corpus())
        report(files, {name: scores_of(name, len(files)) for name in READERS}, given.group, each=given.files)
        if not given.no_speed:
            print_speed()


if __name__ == "__main__":
    main()
