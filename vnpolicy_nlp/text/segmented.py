"""Segmented texts as arrays of numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from vnpolicy_nlp.text.lexicon import PAD, Numbers
from vnpolicy_nlp.text.tables import REACH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["Segmented"]


@dataclass(frozen=True, eq=False)
class Segmented:
    """Texts as numbers.

    Attributes
    ----------
    tokens : ndarray of int64, shape (n_tokens,)
        Token numbers, with `REACH` paddings before, between and after the texts.
    inside : ndarray of bool, shape (n_tokens,)
        Whether a token goes on with the word before it.
    bounds : ndarray of int64, shape (n_texts, 2)
        First token and one past the last token of each text.
    numbers : Numbers
        What the numbers stand for.
    """

    tokens: NDArray[np.int64]
    inside: NDArray[np.bool_]
    bounds: NDArray[np.int64]
    numbers: Numbers

    def words(self) -> list[list[str]]:
        """Return the words of each text, their syllables joined by a blank."""
        numbers, bounds = self.word_numbers()
        spelled = self.numbers.words.spelled
        strings = [spelled[number] for number in numbers.tolist()]
        return [strings[first:last] for first, last in bounds.tolist()]

    def word_numbers(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the numbers of all words, paddings among them, and first and last place of each text's words."""
        begins = np.flatnonzero(~self.inside)
        return self.numbers.words.numbers(self.tokens, begins), np.searchsorted(begins, self.bounds)

    @property
    def n_texts(self) -> int:
        """How many texts these are."""
        return len(self.bounds)

    @classmethod
    def of_words(cls, texts: Sequence[Sequence[str]]) -> Segmented:
        """Return texts that are segmented already, as numbers."""
        numbers = Numbers()
        tokens, inside, bounds = [PAD] * REACH, [False] * REACH, []
        for words in texts:
            first = len(tokens)
            for word in words:
                syllables = word.split(" ")
                tokens += numbers.add(syllables)
                inside += [at > 0 for at in range(len(syllables))]
            bounds.append((first, len(tokens)))
            tokens += [PAD] * REACH
            inside += [False] * REACH
        return cls(
            np.array(tokens, dtype=np.int64),
            np.array(inside, dtype=bool),
            np.array(bounds, dtype=np.int64).reshape(-1, 2),
            numbers,
        )
