"""TF-IDF features of segmented articles, equal to scikit-learn's, in numpy alone."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from vnpolicy_nlp.model.units import DROPPED, NgramIndex, TokenUnits, View, WordUnits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from vnpolicy_nlp.text.segmented import Segmented

    Ints = NDArray[np.int64]

__all__ = ["COO", "View", "ViewFeatures", "linear_scores", "term_frequencies"]


class COO(NamedTuple):
    """A sparse matrix by coordinates, as in scipy: ``data[i]`` stands in row ``row[i]`` and column ``col[i]``.

    Attributes
    ----------
    data : ndarray of float64, shape (n_nonzero,)
    row, col : ndarray of int64, shape (n_nonzero,)
        No two values stand in one place. Columns of terms of one length come in the order of their numbers, each with
        its rows ascending, so that the weights of a column are fetched once and not in every row.
    n_rows : int
    """

    data: NDArray[np.float64]
    row: Ints
    col: Ints
    n_rows: int

    @property
    def row_lengths(self) -> Ints:
        """Number of stored values in each row, shape (n_rows,)."""
        return np.bincount(self.row, minlength=self.n_rows)

    def row_sums(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the sum of values of the same places in each row, shape (n_rows,)."""
        return np.bincount(self.row, values, minlength=self.n_rows).astype(np.float64, copy=False)


@dataclass(frozen=True, eq=False)
class ViewFeatures:
    """The TF-IDF features of one view: what scikit-learn's fitted vectorisers know.

    Attributes
    ----------
    view : View
    terms : tuple of str
        The vocabulary in column order.
    idf : ndarray of float64, shape (n_terms,)
    sublinear_tf : bool or float
        A term that occurs `n` times counts `n` where it is False, ``1 + ln(n)`` where it is True, and
        ``1 + k * ln(n)`` where it is a number `k`.
    """

    view: View
    terms: tuple[str, ...]
    idf: NDArray[np.float64]
    sublinear_tf: bool | float

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what has been worked out on the way, for other processes to work out themselves."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @cached_property
    def vocabulary(self) -> dict[str, int]:
        """Column of each term."""
        return {term: column for column, term in enumerate(self.terms)}

    def transform(self, articles: Segmented) -> COO:
        """Return the TF-IDF matrix of segmented articles, rows of unit length (L2), as scikit-learn has it."""
        counts = self._counts(*self._units(articles))
        values = term_frequencies(counts.data, self.sublinear_tf)
        values *= self.idf.take(counts.col)
        length = np.sqrt(counts.row_sums(values * values))
        length[length == 0] = 1.0  # no term, or terms of no weight
        return counts._replace(data=values / length.take(counts.row))

    def _counts(self, units: Ints, bounds: Ints) -> COO:
        """Return the number of occurrences of each term in each text."""
        kept = units != DROPPED
        before = np.concatenate([[0], np.cumsum(kept)])  # of a place among all units, that among those kept
        starts = np.concatenate([[0], before[bounds[:, 0]], before[-1:]])
        # Between the texts are paddings, which are in no term: they may count as the text before them.
        text_of = _short(np.repeat(np.arange(-1, len(bounds)), np.diff(starts)), len(bounds))
        data, rows, columns = [], [], []
        for place, number, column_of in self._index.find(units.compress(kept)):
            order = _order(number, len(column_of))
            number, text = number.take(order), text_of.take(place.take(order))
            differs = np.ones(len(number), dtype=bool)
            np.not_equal(number[1:], number[:-1], out=differs[1:])
            differs[1:] |= text[1:] != text[:-1]
            first = np.flatnonzero(differs)
            data.append(np.diff(first, append=len(number)))
            rows.append(text.take(first))
            columns.append(column_of.take(number.take(first)))
        return COO(
            np.concatenate(data).astype(np.float64),
            np.concatenate(rows).astype(np.int64),
            np.concatenate(columns),
            len(bounds),
        )

    def occurrences(self, articles: Segmented) -> Iterator[tuple[Ints, Ints]]:
        """Yield the terms wherever they occur, those of one length at a time, the shortest first.

        Yields
        ------
        columns : ndarray of int64, shape (n_found,)
        words : ndarray of int64, shape (n_found, n_units)
            In which words the units of a term stand, paddings counted as words.
        """
        units, _ = self._units(articles)
        words = np.cumsum(~articles.inside) - 1
        if self.view.unit == "word":
            words = np.arange(len(units))
        kept = np.flatnonzero(units != DROPPED)
        for size, (places, number, column_of) in enumerate(self._index.find(units.take(kept)), start=1):
            yield column_of.take(number), words.take(kept.take(places[:, np.newaxis] + np.arange(size)))

    @cached_property
    def _index(self) -> NgramIndex:
        return NgramIndex(self.terms)

    @cached_property
    def _units(self) -> TokenUnits | WordUnits:
        kind = TokenUnits if self.view.unit == "syllable" else WordUnits
        return kind(self.view, self._index)


def term_frequencies(counts: NDArray[np.float64], sublinear_tf: bool | float) -> NDArray[np.float64]:
    """Return what numbers of occurrences count for, as `ViewFeatures.sublinear_tf` says; maybe in place."""
    if sublinear_tf is False:
        return counts
    values = np.log(counts)
    if sublinear_tf is not True:
        values *= sublinear_tf
    values += 1.0
    return values


def linear_scores(features: COO, coef: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ``features @ coef.T``, shape (n_rows, n_topics), for `coef` of shape (n_topics, n_columns)."""
    sums = [features.row_sums(features.data * weights.take(features.col)) for weights in coef]
    return np.stack(sums, axis=1)


def _short(numbers: Ints, end: int) -> NDArray[np.integer[Any]]:
    """Return numbers less than `end` as 16 bits where that holds them."""
    return numbers.astype(np.uint16) if end <= 1 << 16 else numbers


def _order(numbers: Ints, end: int) -> Ints:
    """Return the order of numbers from 0 to less than `end`, equal ones in the order in which they stand.

    numpy sorts numbers of 16 bits by radix, and no others: two such sorts, of the lower half and then of the upper
    half, take little more than half the time of its sort of the whole.
    """
    order = np.argsort(numbers.astype(np.uint16), kind="stable")
    if end > 1 << 32:
        return np.argsort(numbers, kind="stable")
    if end > 1 << 16:
        order = order.take(np.argsort((numbers.take(order) >> 16).astype(np.uint16), kind="stable"))
    return order
