"""What is counted: the units of a view, and the n-grams that they make up, by number."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np

from vnpolicy_nlp.text.lexicon import PAD
from vnpolicy_nlp.text.pairmap import PairMap

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from vnpolicy_nlp.text.lexicon import Numbers
    from vnpolicy_nlp.text.segmented import Segmented

    Ints = NDArray[np.int64]

__all__ = ["DROPPED", "NgramIndex", "TokenUnits", "View", "WordUnits"]

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
        units = self.units(words)
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

    def units(self, words: Sequence[str]) -> list[str]:
        """Return the units of an article, in their order."""
        if self.unit == "syllable":
            words = " ".join(words).split(" ")
        return [unit for unit in map(self.unit_of, words) if unit]


class NgramIndex:
    """Columns of a vocabulary's n-grams, by the numbers of their units.

    An n-gram is looked up as the pair of its first n - 1 units and its last one. Units and n-grams are numbered in the
    order in which the vocabulary has them.

    Parameters
    ----------
    terms : sequence of str
        All different.
    joint : str
        What stands between the units of a term.

    Attributes
    ----------
    unit_number : dict of str to int
    unknown : int
        Of a unit that is in no term.
    columns : list of ndarray of int64
        By level: number of an n-gram to column, -1 for none.
    levels : list of PairMap
        Pairs to numbers, from those of two units on.
    """

    def __init__(self, terms: Sequence[str], joint: str = " ") -> None:
        units = joint.join(terms).split(joint) if terms else []
        numbering: dict[str, int] = defaultdict(count().__next__)
        numbers = np.fromiter(map(numbering.__getitem__, units), np.int64, len(units))
        self.unit_number = dict(numbering)
        self.unknown = len(numbering)
        sizes = _n_units(terms, joint)
        starts = np.cumsum(sizes) - sizes
        number = numbers.take(starts)  # of what each term begins with, one unit at first
        self.columns = [_columns(number, sizes == 1, self.unknown + 1)]
        self.levels: list[PairMap] = []
        for size in range(2, int(sizes.max(initial=1)) + 1):
            longer = np.flatnonzero(sizes >= size)
            first, second = number[longer], numbers[starts[longer] + size - 1]
            one, of = _first_places(first << 32 | second)
            self.levels.append(PairMap.build(first[one], second[one], np.arange(len(one))))
            number[longer] = of
            self.columns.append(_columns(number, sizes == size, len(one)))

    def find(self, units: Ints) -> Iterator[tuple[Ints, Ints, Ints]]:
        """Yield the terms in a row of units, those of one length at a time, the shortest first.

        Yields
        ------
        places, numbers : ndarray of int64, shape (n_found,)
            Where the terms begin, ascending, and their numbers.
        column_of : ndarray of int64, shape (n_numbers,)
            The columns of the numbers.
        """
        at, number = np.arange(len(units)), units
        for size, column_of in enumerate(self.columns, start=1):
            if size > 1:
                inner = np.searchsorted(at, len(units) - size + 1)  # those that leave room for another unit
                follower = units[size - 1 :] if size == 2 else units.take(at[:inner] + size - 1)
                found, number = self.levels[size - 2].find(number[:inner], follower)
                at = at.take(found)
            known = column_of.take(number) >= 0
            yield at.compress(known), number.compress(known), column_of


def _n_units(terms: Sequence[str], joint: str) -> Ints:
    """Return how many units each term has."""
    characters = np.frombuffer("\n".join([*terms, ""]).encode("utf-8", "surrogatepass"), dtype=np.uint8)
    n_joints = np.cumsum(characters == ord(joint))[characters == ord("\n")]
    n_units: Ints = 1 + np.diff(n_joints, prepend=0)
    return n_units


def _columns(number: Ints, is_term: NDArray[np.bool_], n_numbers: int) -> Ints:
    """Return the column of each number, -1 for numbers that are no terms."""
    columns = np.full(n_numbers, -1)
    columns[number[is_term]] = np.flatnonzero(is_term)
    return columns


def _first_places(keys: Ints) -> tuple[Ints, Ints]:
    """Return where each key stands first, ascending, and for each place which of these its key is."""
    order = np.argsort(keys, kind="stable")
    differs = np.diff(keys.take(order), prepend=-1) != 0
    first = order.compress(differs)
    of = np.empty_like(order)
    of[order] = np.cumsum(differs) - 1
    by_place = np.argsort(first)
    rank = np.empty_like(first)
    rank[by_place] = np.arange(len(first))
    return first.take(by_place), rank.take(of)


class TokenUnits:
    """The units of segmented texts where each token is one.

    A number of a token once found is kept for as long as the batches number their tokens alike.
    """

    def __init__(self, view: View, index: NgramIndex) -> None:
        self._view = view
        self._number_of, self._unknown = index.unit_number, index.unknown
        self._kept: WeakKeyDictionary[Numbers, Ints] = WeakKeyDictionary()

    def __call__(self, articles: Segmented) -> tuple[Ints, Ints]:
        """Return the units of a batch, `DROPPED` among them, and first and last place of each text's units."""
        return self.of_tokens(articles.numbers).take(articles.tokens), articles.bounds

    def of_tokens(self, numbers: Numbers) -> Ints:
        """Return the unit of each token, shape (n_tokens,)."""
        known = self._kept.get(numbers, np.zeros(0, dtype=np.int64))
        if len(known) < len(numbers):
            new = np.array(self._find(numbers.tokens[len(known) :]), dtype=np.int64)
            known = np.concatenate([known, new])
            known[PAD] = self._unknown  # the padding keeps texts apart
            self._kept[numbers] = known
        return known

    def _find(self, tokens: Sequence[str]) -> list[int]:
        number_of, unknown = self._number_of, self._unknown
        return [number_of.get(unit, unknown) if unit else DROPPED for unit in map(self._view.unit_of, tokens)]


class _PartsOfWords(TokenUnits):
    """The numbers of tokens as parts of words; punctuation and what has a "_" in it is `DROPPED`."""

    def _find(self, tokens: Sequence[str]) -> list[int]:
        plain = ["_" not in token and token[:1].isalnum() for token in tokens]
        return [number if so else DROPPED for so, number in zip(plain, super()._find(tokens), strict=True)]


class WordUnits:
    """The units of segmented texts where each word is one.

    Words of several tokens are looked up by the numbers of their tokens, so that no string is built.
    """

    def __init__(self, view: View, index: NgramIndex) -> None:
        self._view, self._index = view, index
        self._words = NgramIndex(tuple(index.unit_number), joint="_")  # its columns are units
        self._alone = TokenUnits(view, index)
        self._parts = _PartsOfWords(view, self._words)

    def __call__(self, articles: Segmented) -> tuple[Ints, Ints]:
        """Return the units of a batch, `DROPPED` among them, and first and last place of each text's units."""
        tokens, begins = articles.tokens, np.flatnonzero(~articles.inside)
        units = self._alone.of_tokens(articles.numbers).take(tokens.take(begins))
        sizes = np.diff(begins, append=len(tokens))
        several = np.flatnonzero(sizes > 1)
        units[several] = self._index.unknown
        odd = self._odd(tokens, begins[several], sizes[several], articles.numbers)
        self._look_up(units, several.compress(~odd), tokens, begins, sizes, articles.numbers)
        for word in several.compress(odd).tolist():
            spelled = articles.numbers.tokens
            syllables = [spelled[token] for token in tokens[begins[word] : begins[word] + sizes[word]].tolist()]
            unit = self._view.unit_of(" ".join(syllables))
            units[word] = self._index.unit_number.get(unit, self._index.unknown) if unit else DROPPED
        return units, np.searchsorted(begins, articles.bounds)

    def _odd(self, tokens: Ints, begins: Ints, sizes: Ints, numbers: Numbers) -> NDArray[np.bool_]:
        """Return which words of several tokens must be looked up by their spelling."""
        is_odd = self._parts.of_tokens(numbers) == DROPPED
        odd: NDArray[np.bool_] = is_odd[tokens[begins]] | is_odd[tokens[begins + 1]]
        longer = np.flatnonzero(sizes > 2)
        for place in range(2, int(sizes.max(initial=0))):
            odd[longer] |= is_odd[tokens[begins[longer] + place]]
            longer = longer.compress(sizes[longer] > place + 1)
        return odd

    def _look_up(self, units: Ints, at: Ints, tokens: Ints, begins: Ints, sizes: Ints, numbers: Numbers) -> None:
        """Put in the units of the words `at`, which consist of several plain syllables."""
        part_of = self._parts.of_tokens(numbers)
        number = part_of[tokens[begins[at]]]
        for size, (level, unit_of) in enumerate(zip(self._words.levels, self._words.columns[1:], strict=True), start=2):
            found, number = level.find(number, part_of[tokens[begins[at] + size - 1]])
            at = at.take(found)
            ends = sizes[at] == size
            unit = unit_of[number.compress(ends)]
            units[at.compress(ends)] = np.where(unit >= 0, unit, self._index.unknown)
            at, number = at.compress(~ends), number.compress(~ends)
