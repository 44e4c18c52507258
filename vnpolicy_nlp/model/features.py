"""TF-IDF features of segmented articles, equal to scikit-learn's ``TfidfVectorizer``, in numpy alone."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from vnpolicy_nlp.model.units import DROPPED, NgramIndex, TokenUnits, View, WordUnits

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from vnpolicy_nlp.text.segmented import Segmented

    Ints = NDArray[np.int64]

__all__ = ["CSR", "View", "ViewFeatures", "linear_scores"]


class CSR(NamedTuple):
    """A sparse matrix by rows, as in scipy: row ``i`` is ``slice(indptr[i], indptr[i + 1])``.

    Attributes
    ----------
    data : ndarray of float64, shape (n_nonzero,)
    indices : ndarray of int64, shape (n_nonzero,)
        Columns, ascending within a row.
    indptr : ndarray of int64, shape (n_rows + 1,)
    """

    data: NDArray[np.float64]
    indices: Ints
    indptr: Ints

    @property
    def row_lengths(self) -> Ints:
        """Number of stored values in each row, shape (n_rows,)."""
        return np.diff(self.indptr)


@dataclass(frozen=True, eq=False)
class ViewFeatures:
    """The TF-IDF features of one view: what scikit-learn's fitted ``TfidfVectorizer`` knows.

    Attributes
    ----------
    view : View
    terms : tuple of str
        The vocabulary in column order.
    idf : ndarray of float64, shape (n_terms,)
    sublinear_tf : bool
        Whether a term that occurs `n` times counts ``1 + ln(n)`` instead of `n`.
    """

    view: View
    terms: tuple[str, ...]
    idf: NDArray[np.float64]
    sublinear_tf: bool

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what has been worked out on the way, for other processes to work out themselves."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @cached_property
    def vocabulary(self) -> dict[str, int]:
        """Column of each term."""
        return {term: column for column, term in enumerate(self.terms)}

    def transform(self, articles: Segmented) -> CSR:
        """Return the TF-IDF matrix of segmented articles, rows of unit length (L2), as scikit-learn has it."""
        units, bounds = self._units(articles)
        return self._tfidf(*self._counts(units, bounds), articles.n_texts)

    def _counts(self, units: Ints, bounds: Ints) -> tuple[Ints, Ints, Ints]:
        """Return row, column and number of occurrences of each term in each text, by row and column."""
        kept = units != DROPPED
        place, column = self._index.find(units.compress(kept))
        before = np.concatenate([[0], np.cumsum(kept)])  # of a place among all units, that among those kept
        starts = np.concatenate([[0], before[bounds[:, 0]], before[-1:]])
        text_of = np.repeat(np.arange(-1, len(bounds)), np.diff(starts))
        bits = len(self.terms).bit_length()
        keys = text_of.take(place) << bits | column
        ordered = _sorted(keys, len(bounds) << bits)
        differs = np.ones(len(ordered), dtype=bool)
        np.not_equal(ordered[1:], ordered[:-1], out=differs[1:])
        first = np.flatnonzero(differs)
        count = np.diff(first, append=len(ordered))
        keys = ordered[first].astype(np.int64)
        return keys >> bits, keys & ((1 << bits) - 1), count

    def _tfidf(self, row: Ints, column: Ints, count: Ints, n_rows: int) -> CSR:
        values = count.astype(np.float64)
        if self.sublinear_tf:
            values = np.log(values) + 1.0
        values *= self.idf.take(column)
        indptr = np.searchsorted(row, np.arange(n_rows + 1))
        length = np.sqrt(_row_sums(values * values, indptr))
        length[length == 0] = 1.0  # no term, or terms of no weight
        return CSR(values / length.take(row), column, indptr)

    @cached_property
    def _index(self) -> NgramIndex:
        return NgramIndex([tuple(term.split(" ")) for term in self.terms])

    @cached_property
    def _units(self) -> TokenUnits | WordUnits:
        kind = TokenUnits if self.view.unit == "syllable" else WordUnits
        return kind(self.view, self._index)


def linear_scores(features: CSR, coef: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ``features @ coef.T``, shape (n_rows, n_topics), for `coef` of shape (n_topics, n_columns)."""
    weighted = (features.data * weights.take(features.indices) for weights in coef)
    return np.stack([_row_sums(values, features.indptr) for values in weighted], axis=1)


def _sorted(keys: Ints, end: int) -> NDArray[np.integer[Any]]:
    """Return numbers from 0 to less than `end` in ascending order, of as short a type as holds them.

    numpy sorts numbers of 16 bits by radix, the only ones: two such sorts, of the lower half and then of the upper
    half, take little more than half the time of its sort of the whole.
    """
    if end > 1 << 32:
        return np.sort(keys)
    short = keys.astype(np.uint32)
    short = short.take(np.argsort(short.astype(np.uint16), kind="stable"))
    return short.take(np.argsort((short >> np.uint32(16)).astype(np.uint16), kind="stable"))


def _row_sums(values: NDArray[np.float64], indptr: Ints) -> NDArray[np.float64]:
    """Return the sum of each row's values, 0 for an empty row."""
    sums = np.zeros(len(indptr) - 1)
    filled = np.flatnonzero(np.diff(indptr))
    if len(filled):
        sums[filled] = np.add.reduceat(values, indptr[filled])
    return sums
