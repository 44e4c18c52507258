"""What is counted: the units of a view, and the n-grams that they make up, by number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np

from vnpolicy_nlp.text.pairmap import PairMap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from vnpolicy_nlp.text.lexicon import Numbers
    from vnpolicy_nlp.text.segmented import Segmented

    Ints = NDArray[np.int64]

__all__ = ["DROPPED", "NgramIndex", "SyllableUnits", "View", "WordUnits"]

DROPPED = -1  # a unit that is no term and lets its neighbours meet: punctuation


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

    def unit_of(self, word: str) -> str:
        """Return the unit that a word, or in the syllable view a syllable, is; an empty string for none."""
        # Lower case only now: underthesea cuts a lower-cased text into other words (2.4 % of them).
        unit = word.lower().replace(" ", "_")
        return unit if unit[:1].isalnum() or any(map(str.isalnum, unit)) else ""

    def _units(self, words: Sequence[str]) -> list[str]:
        if self.unit == "syllable":
            words = " ".join(words).split(" ")
        return [unit for unit in map(self.unit_of, words) if unit]


class NgramIndex:
    """Columns of a vocabulary's n-grams, by the numbers of their units.

    An n-gram is looked up as the pair of its first n - 1 units and its last one.
    """

    def __init__(self, ngrams: Sequence[tuple[str, ...]]) -> None:
        self.unit_number = {unit: n for n, unit in enumerate(dict.fromkeys(u for ngram in ngrams for u in ngram))}
        self.unknown = len(self.unit_number)  # a unit that is in no term
        column = {ngram: place for place, ngram in enumerate(ngrams)}
        singles = [column.get((unit,), -1) for unit in self.unit_number]
        self.columns = [np.array([*singles, -1])]  # by level: number of an n-gram to column, -1 for none
        self.levels: list[PairMap] = []
        number: dict[tuple[str, ...], int] = {(unit,): n for unit, n in self.unit_number.items()}
        for size in range(2, max(map(len, ngrams), default=1) + 1):
            keys = list(dict.fromkeys(ngram[:size] for ngram in ngrams if len(ngram) >= size))
            pairs = [(number[key[:-1]], self.unit_number[key[-1]]) for key in keys]
            first, second = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
            self.levels.append(PairMap.build(first, second, np.arange(len(keys))))
            self.columns.append(np.array([column.get(key, -1) for key in keys], dtype=np.int64))
            number = {key: n for n, key in enumerate(keys)}

    def find(self, units: Ints) -> tuple[Ints, Ints]:
        """Return places and columns of all terms in a row of units, in no particular order."""
        places, columns = [], []
        at, number = np.arange(len(units)), units
        for size, column_of in enumerate(self.columns, start=1):
            if size > 1:
                follower = units[np.minimum(at + size - 1, len(units) - 1)]
                found, number = self.levels[size - 2].find(number, follower, where=at + size <= len(units))
                at = at[found]
            column = column_of[number]
            known = column >= 0
            places.append(at[known])
            columns.append(column[known])
        return np.concatenate(places), np.concatenate(columns)


class SyllableUnits:
    """The units of segmented texts where each token is one.

    A number of a token once found is kept for as long as the batches number their tokens alike.
    """

    def __init__(self, view: View, index: NgramIndex) -> None:
        self._view = view
        self._number_of, self._unknown = index.unit_number, index.unknown
        self._kept: WeakKeyDictionary[Numbers, Ints] = WeakKeyDictionary()

    def __call__(self, articles: Segmented) -> tuple[Ints, Ints]:
        """Return the units of a batch, `DROPPED` among them, and first and last place of each text's units."""
        return self.alone(articles.numbers)[articles.tokens], articles.bounds

    def alone(self, numbers: Numbers) -> Ints:
        """Return the unit of each token, shape (n_tokens,)."""
        known = self._kept.get(numbers, np.zeros(0, dtype=np.int64))
        if len(known) < len(numbers):
            new = [self._unit(token) for token in numbers.tokens[len(known) :]]
            known = self._kept[numbers] = np.concatenate([known, np.array(new, dtype=np.int64)])
        return known

    def _unit(self, token: str) -> int:
        if not token:
            return self._unknown  # the padding keeps texts apart
        unit = self._view.unit_of(token)
        return self._number_of.get(unit, self._unknown) if unit else DROPPED


class WordUnits:
    """The units of segmented texts where each word is one.

    Words of several tokens are looked up by the numbers of their syllables, so that no string is built.
    """

    def __init__(self, view: View, index: NgramIndex) -> None:
        self._view, self._index = view, index
        self._words = NgramIndex([tuple(unit.split("_")) for unit in index.unit_number])  # its columns are units
        self._alone = SyllableUnits(view, index)
        self._syllables = SyllableUnits(view, self._words)
        self._odd_tokens: WeakKeyDictionary[Numbers, NDArray[np.bool_]] = WeakKeyDictionary()

    def __call__(self, articles: Segmented) -> tuple[Ints, Ints]:
        """Return the units of a batch, `DROPPED` among them, and first and last place of each text's units."""
        tokens, begins = articles.tokens, np.flatnonzero(~articles.inside)
        units = self._alone.alone(articles.numbers)[tokens[begins]]
        sizes = np.diff(begins, append=len(tokens))
        several = np.flatnonzero(sizes > 1)
        syllables = self._syllables.alone(articles.numbers)[tokens]
        units[several] = self._index.unknown
        at, number = several, syllables[begins[several]]
        for size, (level, unit_of) in enumerate(zip(self._words.levels, self._words.columns[1:], strict=True), start=2):
            found, number = level.find(number, syllables[begins[at] + size - 1])
            at = at[found]
            ends = sizes[at] == size
            unit = unit_of[number[ends]]
            units[at[ends]] = np.where(unit >= 0, unit, self._index.unknown)
            at, number = at[~ends], number[~ends]
        self._correct(units, several, begins, sizes, articles)
        return units, np.searchsorted(begins, articles.bounds)

    def _correct(self, units: Ints, several: Ints, begins: Ints, sizes: Ints, articles: Segmented) -> None:
        """Look up by their spelling the words of several tokens among which is punctuation or a "_"."""
        odd = self._odd(articles.numbers)[articles.tokens]
        count = np.concatenate([[0], np.cumsum(odd)])
        for word in several[count[begins[several] + sizes[several]] > count[begins[several]]].tolist():
            tokens = articles.tokens[begins[word] : begins[word] + sizes[word]].tolist()
            unit = self._view.unit_of(" ".join(articles.numbers.tokens[token] for token in tokens))
            units[word] = self._index.unit_number.get(unit, self._index.unknown) if unit else DROPPED

    def _odd(self, numbers: Numbers) -> NDArray[np.bool_]:
        """Return which tokens are not plain syllables."""
        odd = self._odd_tokens.get(numbers, np.zeros(0, dtype=bool))
        if len(odd) < len(numbers):
            new = ["_" in token or not token[:1].isalnum() for token in numbers.tokens[len(odd) :]]
            odd = self._odd_tokens[numbers] = np.concatenate([odd, np.array(new, dtype=bool)])
        return odd
