"""Numbers for tokens and words, and what the word model says of each token."""

from __future__ import annotations

import threading
from itertools import count, repeat
from typing import TYPE_CHECKING

import numpy as np

from vnpolicy_nlp.text.keytable import KeyTable
from vnpolicy_nlp.text.tables import is_digit, is_title

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from vnpolicy_nlp.text.tables import Tables

    Ints = NDArray[np.int64]

__all__ = ["PAD", "Lexicon", "Numbers", "Words", "unpack"]

PAD = 0  # between texts; says nothing to its neighbours
_ROOM = 1 << 14
_SIGNS = ("+", "-")  # that a number may begin with
_IN_A_KEY = 4  # tokens
_BITS = 21  # of a vocabulary number
_MASK = (1 << _BITS) - 1


class Numbers:
    """Every token met so far, numbered in the order of meeting.

    Attributes
    ----------
    tokens : list of str
        By number; the first is the padding.
    words : Words
        The words that the tokens have made up so far.
    n_characters : int
        Of all tokens together.
    """

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self.n_characters = 0
        self.tokens: list[str] = [""]
        self.words = Words(self.tokens)

    def __len__(self) -> int:
        return len(self.tokens)

    def add(self, tokens: Sequence[str]) -> list[int]:
        """Return the numbers of tokens, new ones where they are new."""
        numbers = self._numbers
        new = [token for token in dict.fromkeys(tokens) if token not in numbers]
        if new:
            numbers.update(zip(new, count(len(self.tokens)), strict=False))
            self.tokens += new
            self.n_characters += sum(map(len, new))
        return list(map(numbers.__getitem__, tokens))


class Lexicon(Numbers):
    """Numbers of tokens, with what the word model says of each once `fill` has been called.

    Parameters
    ----------
    tables : Tables

    Attributes
    ----------
    single : ndarray of float64, shape (5, capacity)
        Weights for the positions at distance 2, 1, 0, -1, -2.
    packed : ndarray of int64, shape (capacity,)
        Three things that are looked up together, as `unpack` gives them.
    """

    def __init__(self, tables: Tables) -> None:
        super().__init__()
        self._tables = tables
        self._vocabulary = {token: number for number, token in enumerate(tables.vocabulary)}
        self._flags = tables.flags.reshape(8, 5).T
        self._n_filled = 1
        self.single = np.zeros((5, _ROOM))
        none = len(tables.vocabulary)
        self.packed = np.full(_ROOM, none | none << _BITS)

    def fill(self) -> None:
        """Work out what the word model says of the tokens added since the last time."""
        new = self.tokens[self._n_filled :]
        first, last = self._n_filled, len(self.tokens)
        if first == last:
            return
        while last > len(self.packed):
            for name in ("single", "packed"):
                old: NDArray[np.generic] = getattr(self, name)
                setattr(self, name, np.concatenate([old, np.zeros_like(old)], axis=-1))
        tables, vocabulary, none = self._tables, self._vocabulary, len(self._vocabulary)
        lower = list(map(str.lower, new))
        initials = [token[:1] for token in new]
        title_of = {initial: is_title(initial) for initial in set(initials)}
        title = np.fromiter(map(title_of.__getitem__, initials), np.int64, len(new))
        digits = [(token.isdigit() or token[:1] in _SIGNS) and is_digit(token) for token in new]
        digit = np.array(digits, dtype=np.int64)
        word = np.fromiter(map(tables.words.__contains__, lower), np.int64, len(new))
        number = np.fromiter(map(vocabulary.get, new, repeat(none)), np.int64, len(new))
        lower_number = np.fromiter(map(vocabulary.get, lower, repeat(none)), np.int64, len(new))
        self.packed[first:last] = number | lower_number << _BITS | title << 2 * _BITS
        self.single[:, first:last] = self._flags[:, 4 * digit + 2 * title + word]
        for weights, names in ((tables.single, new), (tables.lower, lower)):
            known = [place for place, name in enumerate(names, start=first) if name in weights]
            if known:
                rows = np.concatenate([weights[names[place - first]] for place in known]).reshape(-1, 5)
                self.single[:, known] += rows.T
        self._n_filled = last


def unpack(packed: Ints) -> tuple[Ints, Ints, Ints]:
    """Return what `Lexicon.packed` holds of tokens.

    Returns
    -------
    number, lower_number : ndarray of int64
        Vocabulary number of the token as spelled and in lower case, one that is in no n-gram where it has none.
    title : ndarray of int64
        1 for a title, else 0.
    """
    return packed & _MASK, packed >> _BITS & _MASK, packed >> 2 * _BITS


class Words:
    """Every word met so far, numbered in the order of meeting. Threads may share it.

    Parameters
    ----------
    tokens : list of str
        The spelling of the tokens by number; it may grow.

    Attributes
    ----------
    spelled : list of str
        The words by number, their tokens joined by a blank.
    """

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._lock = threading.Lock()
        self.spelled: list[str] = []
        self._forget()

    def numbers(self, tokens: Ints, begins: Ints) -> Ints:
        """Return the numbers of the words that begin at some places of an array of tokens.

        Parameters
        ----------
        tokens : ndarray of int64, shape (n_tokens,)
        begins : ndarray of int64, shape (n_words,)
            The first token of each word, ascending; a word ends where the next one begins.
        """
        with self._lock:
            try:
                return self._numbers(tokens, begins)
            except BaseException:  # Ctrl-C too: half-made tables must not answer again
                self._forget()
                raise

    def _forget(self) -> None:
        """Begin to number words anew; what has a number keeps its spelling."""
        self._of_token = np.full(_ROOM, -1)
        self._longer = KeyTable()
        self._very_long: dict[tuple[int, ...], int] = {}

    def _numbers(self, tokens: Ints, begins: Ints) -> Ints:
        sizes = np.diff(begins, append=len(tokens))
        while len(self._of_token) < len(self._tokens):
            self._of_token = np.concatenate([self._of_token, np.full_like(self._of_token, -1)])
        numbers = self._of_token[tokens[begins]]
        several = np.flatnonzero(sizes > 1)
        low, high = self._keys(tokens, begins[several], sizes[several])
        numbers[several] = self._longer.get(low, high)
        numbers[several[sizes[several] > _IN_A_KEY]] = -1
        new = np.flatnonzero(numbers < 0)
        if len(new):
            numbers[new] = self._learn(tokens, begins[new], sizes[new])
            alone = new[sizes[new] == 1]
            self._of_token[tokens[begins[alone]]] = numbers[alone]
            _, one = np.unique(numbers[new], return_index=True)
            one = new[one]
            keyed = one[(sizes[one] > 1) & (sizes[one] <= _IN_A_KEY)]
            self._longer.put(*self._keys(tokens, begins[keyed], sizes[keyed]), numbers[keyed])
        return numbers

    def _keys(self, tokens: Ints, begins: Ints, sizes: Ints) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
        """Return two integers that stand for words of two to four tokens."""
        low = tokens[begins] << 32 | tokens[begins + 1]
        high = np.zeros_like(low)
        third, fourth = np.flatnonzero(sizes > 2), np.flatnonzero(sizes > 3)
        high[third] = tokens[begins[third] + 2] << 32
        high[fourth] |= tokens[begins[fourth] + 3]
        return low.view(np.uint64), high.view(np.uint64)

    def _learn(self, tokens: Ints, begins: Ints, sizes: Ints) -> list[int]:
        """Return numbers of words that are not looked up otherwise; the same one for the same word."""
        numbers, seen = [], self._very_long
        here: dict[tuple[int, ...], int] = {}
        for start, size in zip(begins.tolist(), sizes.tolist(), strict=True):
            key = tuple(tokens[start : start + size].tolist())
            known = seen if size > _IN_A_KEY else here
            if key not in known:
                known[key] = len(self.spelled)
                self.spelled.append(" ".join(self._tokens[token] for token in key))
            numbers.append(known[key])
        return numbers
