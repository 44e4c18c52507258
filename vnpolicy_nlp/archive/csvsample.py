"""What the beginning of a CSV file tells about the rest: its dialect, and what its rows look like."""

from __future__ import annotations

import io
import re
from collections import Counter
from typing import TYPE_CHECKING

from vnpolicy_nlp.archive.csvrecords import NOT_CLOSED, Dialect, Lines, Record, records_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["SEPARATORS", "Shape", "find_dialect", "rows_fit", "usual_size"]

SEPARATORS = (",", ";", "\t", "|", "||", "\t\t")
_NEARLY_ALL = 0.95  # of the sample's rows: among the others may be pieces of broken records
_FEW = 20  # rows, of which none may be left out
_TIMES_LONGER = 4  # than the longest cell of its column in the sample is no cell of this column
_SEVERAL, _MANY, _MOST_OTHERS = 2, 50, 3  # records; those of another size than the header's to each of its size
_NO_LIMIT, _SHORT = 1 << 40, 100  # characters; what is short is not too long for any column
_EMPTY, _DIGITS, _DATE_OR_NUMBER, _WORD, _TEXT = range(5)  # kinds of cells, each freer than the one before
_FIGURES = re.compile(r"[\d/:.,+\-TZ ]{1,40}")


def _records(sample: str, dialect: Dialect) -> Iterator[Record]:
    """Yield the records of a sample; blank lines are none."""
    lines = Lines(iter([io.StringIO(sample, newline="").readlines()]))
    return (record for record in records_in(lines, dialect) if record[1])


def find_dialect(sample: str, separators: Sequence[str] = SEPARATORS) -> Dialect:
    """Return the dialect in which most of a sample's records have the same number of cells, and more than one.

    Parameters
    ----------
    sample : str
        The beginning of a file, whole lines.
    separators : sequence of str
        Those that may be; the first where none fits.
    """
    best, best_score = Dialect(separators[0]), (0.0, 0, 0)
    for separator in separators:
        if separator not in sample:
            continue
        candidates = [Dialect(separator)]
        if '\\"' in sample or f"\\{separator}" in sample:
            candidates.append(Dialect(separator, escape="\\"))
        if f"'{separator}'" in sample:
            candidates.append(Dialect(separator, quote="'"))
        for candidate in candidates:
            size, share = usual_size(sample, candidate)
            # Of `a||b` three cells of `|` and two of `||` are as wide: then the longer separator it is.
            score = share, (size - 1) * len(separator) + 1, len(separator)
            if size and score > best_score:
                best, best_score = candidate, score
    return best


def usual_size(sample: str, dialect: Dialect) -> tuple[int, float]:
    """Return the most frequent number of cells above one, 0 if there is none, and the share of its records."""
    sizes = Counter(len(cells) if isinstance(cells, list) else 0 for _, cells, _ in _records(sample, dialect))
    likely = [(n, size) for size, n in sizes.items() if size > 1]
    if not likely:
        return 0, 0.0
    n, size = max(likely)
    return size, round(n / sizes.total(), 2)


def rows_fit(sample: str, dialect: Dialect, columns: list[str]) -> bool:
    """Say whether the rows of a sample fit its header: one at least, if there are several, and not by chance."""
    n_fit = n_text = n_others = 0
    is_below = False
    for _, cells, _ in _records(sample, dialect):
        if cells == NOT_CLOSED:  # perhaps because the sample ends here: what follows are pieces
            break
        if is_below and isinstance(cells, list):
            is_row = len(cells) == len(columns)
            n_fit += is_row
            n_text += is_row and _kind(cells[0]) == _TEXT
            n_others += not is_row
            if n_fit + n_others >= _MANY and n_fit >= n_others / _MOST_OTHERS:
                return True
        is_below = is_below or cells == columns
    if not n_fit:
        return n_others < _SEVERAL
    # Where texts are cut at each line, one line in seven has as many commas as a row of five cells.
    return n_fit + n_others < _MANY or n_fit >= n_others / _MOST_OTHERS or n_text * 2 < n_fit


class Shape:
    """What rows look like, by which one is known again behind a broken record, whose pieces may have as many cells.

    Parameters
    ----------
    sample : str
        The beginning of a file, whole lines.
    dialect : Dialect
    columns : list of str
        The header.
    """

    def __init__(self, sample: str, dialect: Dialect, columns: list[str]) -> None:
        self._dialect = dialect
        rows: list[list[str]] = []
        quoted: list[bool] = []
        freest = _EMPTY  # of the rows' first cells
        is_sound = True  # what follows a broken record may be a piece of it, and teaches nothing
        for _, cells, raw in _records(sample, dialect):
            if cells == columns:
                is_sound = True
            elif isinstance(cells, str) or len(cells) != len(columns):
                is_sound = False
            elif is_sound or not rows or _kind(cells[0]) <= freest:
                if is_sound:
                    rows.append(cells)
                    quoted.append(raw.startswith(dialect.quote))
                    freest = max(freest, _kind(cells[0]))
                is_sound = True
        by_column = list(zip(*rows, strict=True)) or [()] * len(columns)
        self._kinds = [_usual_kind([_kind(cell) for cell in cells]) for cells in by_column]
        self._lengths = [_TIMES_LONGER * max(map(len, cells), default=_NO_LIMIT) for cells in by_column]
        self._begins_quoted = set(quoted) or {True, False}
        self._begins_empty = not rows or any(not row[0] for row in rows)

    def fits(self, cells: list[str], raw: str) -> bool:
        """Say whether a record with the right number of cells looks like a row."""
        if raw.startswith(self._dialect.quote) not in self._begins_quoted or not (cells[0] or self._begins_empty):
            return False
        # Doubled marks and marks around cells come in pairs; half a pair is left where a record was cut.
        if self._dialect.escape is None and raw.count(self._dialect.quote) % 2:
            return False
        return all(
            _kind(cell) <= kind and len(cell) <= max(length, _SHORT)
            for cell, kind, length in zip(cells, self._kinds, self._lengths, strict=True)
        )


def _kind(cell: str) -> int:
    """Return how free a cell is: what may be text may be a number, but not the other way round."""
    if not cell:
        return _EMPTY
    if cell.isdecimal():
        return _DIGITS
    if _FIGURES.fullmatch(cell) and any(map(str.isdecimal, cell)):
        return _DATE_OR_NUMBER
    return _TEXT if " " in cell or "\n" in cell else _WORD


def _usual_kind(kinds: list[int]) -> int:
    """Return the freest kind of a column."""
    if not kinds:
        return _TEXT
    if len(kinds) < _FEW:
        return max(kinds) or _TEXT
    return sorted(kinds)[int(len(kinds) * _NEARLY_ALL)] or _TEXT
