"""A growing hash table from two integers to a number, looked up for a whole array of keys at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Keys = NDArray[np.uint64]

__all__ = ["KeyTable"]

_SLOTS_A_KEY = 4  # few keys collide


class KeyTable:
    """A growing hash table from two integers to a number >= 0."""

    def __init__(self) -> None:
        self._n = 0
        self._clear(1 << 16)

    def get(self, low: Keys, high: Keys) -> Ints:
        """Return the numbers, -1 for what is not there."""
        slots = self._slots(low, high)
        found = self._values[slots]
        left = np.flatnonzero((self._low[slots] != low) | (self._high[slots] != high))
        left = left[found[left] >= 0]
        found[left] = -1
        while len(left):
            slots[left] = (slots[left] + 1) & (len(self._values) - 1)
            at = slots[left]
            values = self._values[at]
            hit = (self._low[at] == low[left]) & (self._high[at] == high[left]) & (values >= 0)
            found[left[hit]] = values[hit]
            left = left[~hit & (values >= 0)]
        return found

    def put(self, low: Keys, high: Keys, values: Ints) -> None:
        """Add numbers, each under a key of its own that is not there."""
        self._n += len(values)
        if self._n * _SLOTS_A_KEY > len(self._values):
            full = self._values >= 0
            low, high = np.concatenate([self._low[full], low]), np.concatenate([self._high[full], high])
            values = np.concatenate([self._values[full], values])
            self._clear(2 * _SLOTS_A_KEY * self._n)
        slots, left = self._slots(low, high), np.arange(len(values))
        while len(left):  # each round the first of those that want a free slot gets it, the others move on
            at = slots[left]
            free = np.flatnonzero(self._values[at] < 0)
            _, winners = np.unique(at[free], return_index=True)
            won = free[winners]
            filled, taken = at[won], left[won]
            self._low[filled], self._high[filled], self._values[filled] = low[taken], high[taken], values[taken]
            left = np.delete(left, won)
            slots[left] = (slots[left] + 1) & (len(self._values) - 1)

    def _clear(self, n_slots: int) -> None:
        n_slots = 1 << (n_slots - 1).bit_length()
        self._low, self._high = np.zeros(n_slots, dtype=np.uint64), np.zeros(n_slots, dtype=np.uint64)
        self._values = np.full(n_slots, -1, dtype=np.int64)

    def _slots(self, low: Keys, high: Keys) -> Ints:
        shift = np.uint64(64 - (len(self._values).bit_length() - 1))
        mixed = low * np.uint64(0x9E37_79B9_7F4A_7C15) ^ high * np.uint64(0xC2B2_AE3D_27D4_EB4F)
        return ((mixed * np.uint64(0x1656_67B1_9E37_79F9)) >> shift).astype(np.int64)
