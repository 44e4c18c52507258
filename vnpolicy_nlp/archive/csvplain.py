"""Plain CSV, cut into rows by arrays of positions: what most files are from one end to the other.

A block is plain if a strict parser takes it without a question: all is UTF-8, every record has as many cells as the
header, and quotation marks stand around cells, or doubled within such cells, and nowhere else. Then a separator or a
line end is one if an even number of marks stands before it. Of a block that is not plain nothing is taken here: it is
for `csvrecords`, which gives the same rows of plain ones, in twice the time.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from vnpolicy_nlp.archive.csvrecords import MOST_LINES
from vnpolicy_nlp.archive.rows import RawRow

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from vnpolicy_nlp.archive.csvrecords import Dialect

    Ints = NDArray[np.int64]

__all__ = ["Plain", "may_be_plain", "plain_rows"]

_LF, _CR = b"\n\r"
_LARGEST = 1 << 22  # bytes of a block: the arrays take several times as much
_SHORT = 64  # bytes to a cell: shorter ones are read sooner by the csv module


class Plain(NamedTuple):
    """What was taken from the beginning of a block.

    Attributes
    ----------
    rows : list of RawRow
    n_bytes, n_lines : int
        What there is in the rows.
    """

    rows: list[RawRow]
    n_bytes: int
    n_lines: int


_NOTHING = Plain([], 0, 0)


class _Grid(NamedTuple):
    """Where the cells of some records stand in a block.

    Attributes
    ----------
    borders : ndarray of int64, shape (n_rows + 1,)
        Where the records begin, and where the last one ends.
    begins, stops : ndarray of int64, shape (n_rows, n_columns)
        First byte of each cell and the one behind its last, without marks around it.
    doubled : ndarray of int64
        Where the second of two marks stands that are one within a cell.
    n_lines : int
        Lines of the records.
    """

    borders: Ints
    begins: Ints
    stops: Ints
    doubled: Ints
    n_lines: int


def may_be_plain(dialect: Dialect) -> bool:
    """Say whether there are plain files in a dialect."""
    signs = dialect.separator + dialect.quote
    return dialect.escape is None and signs.isascii() and len(signs) == len(set(signs) - set("\r\n")) == 2


def plain_rows(block: bytes, dialect: Dialect, n_columns: int) -> Plain:
    """Return the rows of a plain block, none of another one.

    Parameters
    ----------
    block : bytes
        Begins where a record does. Its last record may go on in the next block, and is no row then.
    dialect : Dialect
        One that `may_be_plain`.
    n_columns : int
    """
    grid = _grid(block, ord(dialect.separator), ord(dialect.quote), n_columns)
    if grid is None:
        return _NOTHING
    stops = grid.stops.ravel()
    places = zip(grid.begins.ravel().tolist(), stops.tolist(), strict=True)
    try:
        cells = [block[begin:stop].decode() for begin, stop in places]
    except UnicodeDecodeError:
        return _NOTHING
    for place in np.unique(np.searchsorted(stops, grid.doubled)).tolist():
        cells[place] = cells[place].replace(dialect.quote * 2, dialect.quote)
    borders = grid.borders.tolist()
    rows = [
        RawRow(cells[row * n_columns : (row + 1) * n_columns], block[begin:end])
        for row, (begin, end) in enumerate(pairwise(borders))
    ]
    return Plain(rows, borders[-1], grid.n_lines)


def _grid(block: bytes, separator: int, quote: int, n_columns: int) -> _Grid | None:
    """Return where the cells of a block stand; None where it is not plain, whatever is in its cells."""
    if len(block) > _LARGEST or block.endswith(b"\r"):
        return None
    signs = np.frombuffer(block, dtype=np.uint8)
    if (signs[np.flatnonzero(signs == _CR) + 1] != _LF).any():
        return None
    quotes = np.flatnonzero(signs == quote)
    line_ends = np.flatnonzero(signs == _LF)
    ends = _outside(line_ends, quotes)
    n_cells, n_inner_lines = len(ends) * n_columns, len(line_ends) - len(ends)
    if not n_cells or n_cells * _SHORT > len(block) or n_inner_lines >= MOST_LINES:
        return None
    last, n_lines = ends[-1], int(np.searchsorted(line_ends, ends[-1])) + 1
    separators = _outside(np.flatnonzero(signs[:last] == separator), quotes)
    quotes = quotes[: np.searchsorted(quotes, last)]
    if len(separators) != len(ends) * (n_columns - 1) or not _stand_at_borders(
        signs, quotes, [separator, quote, _LF, _CR]
    ):
        return None
    borders = np.append(0, ends + 1)
    inner = separators.reshape(len(ends), n_columns - 1)
    begins = np.column_stack([borders[:-1], inner + 1])
    stops = np.column_stack([inner, ends - (signs[ends - 1] == _CR)])
    is_blank = begins[:, 0] >= stops[:, -1]
    if is_blank.any() or (begins > stops).any():  # a record has too many cells, and another one too few
        return None
    is_quoted = signs[begins] == quote
    doubled = quotes[2::2][np.diff(quotes)[1::2] == 1]
    return _Grid(borders, begins + is_quoted, stops - is_quoted, doubled, n_lines)


def _outside(places: Ints, quotes: Ints) -> Ints:
    """Return those of some places that are not within quotation marks."""
    found: Ints = places[np.searchsorted(quotes, places) % 2 == 0]
    return found


def _stand_at_borders(signs: NDArray[np.uint8], quotes: Ints, borders: list[int]) -> bool:
    """Say whether all marks, an even number, stand around cells or are doubled: if `borders` are before and behind."""
    opening, closing = quotes[0::2], quotes[1::2]
    is_border = np.zeros(256, dtype=bool)
    is_border[borders] = True
    return bool((is_border[signs[opening - 1]] | (opening == 0)).all() and is_border[signs[closing + 1]].all())
