"""TF-IDF features of segmented articles, equal to scikit-learn's ``TfidfVectorizer``, in numpy alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

__all__ = ["CSR", "View", "ViewFeatures", "linear_scores"]


@dataclass(frozen=True, slots=True)
class View:
    """One way to read a segmented article as a bag of terms.

    Calling a view with the words of an article gives its terms, so it serves scikit-learn's vectorisers
    as an ``analyzer``.

    Attributes
    ----------
    unit : {"word", "syllable"}
        What is counted: underthesea's words ("giám_sát"), or the syllables they consist of ("giám", "sát").
    ngram_range : tuple of int
        Least and greatest number of units in a term, as in scikit-learn.
    """

    unit: str
    ngram_range: tuple[int, int]

    def __call__(self, words: Sequence[str]) -> list[str]:
        """Return the terms of an article: lower case, without punctuation, shortest n-grams first."""
        units = self._units(words)
        least, greatest = self.ngram_range
        terms = units[:] if least == 1 else []
        for n in range(max(least, 2), greatest + 1):
            terms += map(" ".join, zip(*(units[start:] for start in range(n)), strict=False))
        return terms

    def _units(self, words: Sequence[str]) -> list[str]:
        # Lower case only now: underthesea cuts a lower-cased text into other words (2.4 % of them).
        if self.unit == "syllable":
            units = " ".join(words).lower().split()
        else:
            units = [word.lower().replace(" ", "_") for word in words]
        return [unit for unit in units if any(map(str.isalnum, unit))]


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
    indices: NDArray[np.int64]
    indptr: NDArray[np.int64]

    @property
    def row_lengths(self) -> NDArray[np.int64]:
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

    @cached_property
    def vocabulary(self) -> dict[str, int]:
        """Column of each term."""
        return {term: column for column, term in enumerate(self.terms)}

    def transform(self, articles: Iterable[Sequence[str]]) -> CSR:
        """Return the TF-IDF matrix of segmented articles, rows of unit length (L2), as scikit-learn has it."""
        rows = [self._row(words) for words in articles]
        indptr = np.zeros(len(rows) + 1, dtype=np.int64)
        np.cumsum([len(columns) for columns, _ in rows], out=indptr[1:])
        none = np.zeros(0, dtype=np.int64), np.zeros(0)
        indices = np.concatenate([columns for columns, _ in [*rows, none]])
        data = np.concatenate([values for _, values in [*rows, none]])
        return CSR(data, indices, indptr)

    def _row(self, words: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        column = self.vocabulary.get
        counts = Counter(column(term) for term in self.view(words))
        del counts[None]  # terms that the training data did not have; Counter deletes what is not there
        columns = np.array(sorted(counts), dtype=np.int64)  # type: ignore[type-var]
        values = np.array([counts[int(c)] for c in columns], dtype=np.float64)
        if self.sublinear_tf:
            values = np.log(values) + 1.0
        values *= self.idf[columns]
        length = np.sqrt(values @ values)
        return columns, values / length if length else values


def linear_scores(features: CSR, coef: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ``features @ coef.T``, shape (n_rows, n_topics), for `coef` of shape (n_topics, n_columns)."""
    n_rows = len(features.indptr) - 1
    row = np.repeat(np.arange(n_rows), features.row_lengths)
    scores = np.empty((n_rows, len(coef)))
    for topic, weights in enumerate(coef):
        scores[:, topic] = np.bincount(row, features.data * weights[features.indices], minlength=n_rows)
    return scores
