"""A growing hash table from two integers to a number, looked up for a whole array of keys at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from vnpolicy_nlp.text.hashing import FREE, MULTIPLIER, SLOTS_A_KEY, claim

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Keys = NDArray[np.uint64]

__all__ = ["KeyTable"]


class KeyTable:
    """Numbers >= 0 by their keys. A key is kept under its number: frequent things have low numbers and lie together."""

    def __init__(self) -> None:
        self._n = 0
        self._low, self._high = np.zeros(1, dtype=np.uint64), np.zeros(1, dtype=np.uint64)
        self._numbers = np.full(1 << 16, FREE)

    def get(self, low: Keys, high: Keys) -> Ints:
        """Return the numbers, -1 for what is not there."""
        slots = self._slots(low, high)
        found = self._numbers.take(slots)
        left = np.flatnonzero((self._low.take(found) != low) | (self._high.take(found) != high))
        left = left[found[left] != FREE]
        while len(left):
            slots[left] = (slots[left] + 1) & (len(self._numbers) - 1)
            number = found[left] = self._numbers[slots[left]]
            left = left[(number != FREE) & ((self._low[number] != low[left]) | (self._high[number] != high[left]))]
        return found

    def put(self, low: Keys, high: Keys, numbers: Ints) -> None:
        """Add numbers, each under a key of its own that is not there."""
        self._n += len(numbers)
        most = int(numbers.max(initial=0))
        if most >= len(self._low):
            room = np.zeros(2 * most + 1 - len(self._low), dtype=np.uint64)
            self._low, self._high = np.concatenate([self._low, room]), np.concatenate([self._high, room])
        self._low[numbers], self._high[numbers] = low, high
        if self._n * SLOTS_A_KEY > len(self._numbers):
            numbers = np.concatenate([self._numbers[self._numbers != FREE], numbers])
            self._numbers = np.full(1 << (2 * SLOTS_A_KEY * self._n - 1).bit_length(), FREE)
        claim(self._numbers, self._slots(self._low[numbers], self._high[numbers]), numbers)

    def _slots(self, low: Keys, high: Keys) -> Ints:
        shift = np.uint64(65 - len(self._numbers).bit_length())
        mixed = (low ^ high * np.uint64(0xC2B2_AE3D_27D4_EB4F)) * MULTIPLIER
        return (mixed >> shift).view(np.int64)
