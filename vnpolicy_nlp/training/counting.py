"""Terms of the training articles, counted once, and TF-IDF features of any part of them.

Out-of-fold scores need features that know nothing of the articles held out. Counting is most of the work and knows
nothing of folds: only the choice of terms and their idf depend on the articles, and both follow from the counts.
What comes out is what scikit-learn's ``CountVectorizer`` and ``TfidfTransformer`` give on the same articles.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from vnpolicy_nlp.model.features import ViewFeatures, term_frequencies

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from vnpolicy_nlp.model.features import View

    Ints = NDArray[np.int64]

__all__ = ["TermCounts", "count_terms"]


@dataclass(frozen=True, eq=False)
class TermCounts:
    """How often each term of one view occurs in each text.

    Attributes
    ----------
    view : View
    terms : tuple of str
        Sorted: the columns.
    counts : csr_array of float64, shape (n_texts, n_terms)
    """

    view: View
    terms: tuple[str, ...]
    counts: sparse.csr_array

    def idf(self, rows: Ints, min_df: int) -> NDArray[np.float64]:
        """Return the inverse document frequencies among some texts, shape (n_terms,), smooth as scikit-learn has them.

        Terms in fewer than `min_df` of these texts get 0, which is to leave them out.
        """
        df = np.bincount(self.counts[rows].indices, minlength=self.counts.shape[1])
        idf = np.log((1 + len(rows)) / (1 + df)) + 1.0
        return np.where(df >= min_df, idf, 0.0)

    def transform(self, rows: Ints, idf: NDArray[np.float64], sublinear_tf: bool | float) -> sparse.csr_array:
        """Return TF-IDF rows of unit length (L2), shape (n_rows, n_terms); a term without idf is a stored 0."""
        tfidf = self.counts[rows]
        tfidf.data = term_frequencies(tfidf.data, sublinear_tf) * idf.take(tfidf.indices)
        row = np.repeat(np.arange(len(rows)), np.diff(tfidf.indptr))
        length = np.sqrt(np.bincount(row, tfidf.data * tfidf.data, minlength=len(rows)))
        length[length == 0] = 1.0
        tfidf.data /= length.take(row)
        return tfidf

    def features(self, idf: NDArray[np.float64], sublinear_tf: bool | float) -> ViewFeatures:
        """Return the view's features for a model."""
        return ViewFeatures(self.view, self.terms, idf, sublinear_tf)


def count_terms(texts: Sequence[Sequence[str]], view: View, *, min_df: int, n_counted: int | None = None) -> TermCounts:
    """Count the terms of segmented texts.

    Parameters
    ----------
    texts : sequence of sequences of str
        The words of each text.
    view : View
    min_df : int
        Terms in fewer texts are left out.
    n_counted : int, optional
        How many of the first texts count for `min_df`; all without it.

    Notes
    -----
    An n-gram is at most as frequent as the one that it begins with, so of each length only those are looked at that
    go on from a term frequent enough (Agrawal and Srikant 1994, "Fast algorithms for mining association rules").
    """
    n_counted = len(texts) if n_counted is None else n_counted
    number_of: dict[str, int] = {}
    numbered = [[number_of.setdefault(unit, len(number_of)) for unit in view.units(words)] for words in texts]
    lengths = np.array(list(map(len, numbered)), dtype=np.int64)
    units = np.fromiter((unit for text in numbered for unit in text), dtype=np.int64, count=int(lengths.sum()))
    text_of = np.repeat(np.arange(len(texts)), lengths)
    del numbered
    spelled = np.array([*number_of, ""], dtype=object)[:-1]
    names, number, at = spelled, units, np.arange(len(units))
    terms: list[str] = []
    parts: list[tuple[Ints, Ints, Ints]] = []  # texts, columns and counts
    least, greatest = view.ngram_range
    for size in range(1, greatest + 1):
        if size > 1:
            inside = np.flatnonzero(_text_at(text_of, at + size - 1) == text_of.take(at))
            at = at.take(inside)
            pairs, number = np.unique(
                number.take(inside) * len(spelled) + units.take(at + size - 1), return_inverse=True
            )
            first, last = np.divmod(pairs, max(len(spelled), 1))
        text, term, count = _occurrences(text_of.take(at), number, len(texts))
        df = np.bincount(term.compress(text < n_counted), minlength=int(number.max(initial=-1)) + 1)
        kept = df >= min_df
        if size > 1:
            names = names[first.compress(kept)] + " " + spelled[last.compress(kept)]
        else:
            names = names[np.flatnonzero(kept)]
        place = np.cumsum(kept) - 1
        if size >= least:
            wanted = kept.take(term)
            columns = place.take(term.compress(wanted)) + len(terms)
            parts.append((text.compress(wanted), columns, count.compress(wanted)))
            terms += names.tolist()
        goes_on = kept.take(number)
        at, number = at.compress(goes_on), place.take(number.compress(goes_on))
    return _sorted_by_term(view, terms, parts, len(texts))


def _text_at(text_of: Ints, places: Ints) -> Ints:
    """Return the text at each place, -1 past the end."""
    return np.append(text_of, -1).take(np.minimum(places, len(text_of)))


def _occurrences(text: Ints, term: Ints, n_texts: int) -> tuple[Ints, Ints, Ints]:
    """Return each text and term that occur together, once, and how often they do."""
    keys, count = np.unique(term * n_texts + text, return_counts=True)
    term, text = np.divmod(keys, max(n_texts, 1))
    return text, term, count


def _sorted_by_term(view: View, terms: list[str], parts: Sequence[tuple[Ints, Ints, Ints]], n_texts: int) -> TermCounts:
    order = sorted(range(len(terms)), key=terms.__getitem__)
    place = np.empty(len(terms), dtype=np.int64)
    place[order] = np.arange(len(terms))
    text, column, count = (np.concatenate(part) for part in zip(*parts, strict=True))
    counts = sparse.coo_array((count.astype(np.float64), (text, place.take(column))), shape=(n_texts, len(terms)))
    return TermCounts(view, tuple(terms[n] for n in order), counts.tocsr())
