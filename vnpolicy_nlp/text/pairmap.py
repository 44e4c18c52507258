"""A fixed map from pairs of numbers to numbers, looked up for a whole array of pairs at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

__all__ = ["PairMap"]

_EMPTY = -1  # no key: both halves of a key are >= 0
_MULTIPLIER = np.uint64(0x9E37_79B9_7F4A_7C15)  # 2**64 / golden ratio: Knuth's multiplicative hashing
_SLOTS_A_KEY = 4  # few keys collide, and the table still fits into the processor's last cache
_MARK_BITS = 3  # a slot has 2**3 marks


@dataclass(frozen=True, eq=False)
class PairMap:
    """An open-addressing hash table of pairs, built once.

    N-grams of any length are looked up with it two numbers at a time: the number of (a, b) and c give that of
    (a, b, c). Keys are compared whole, so there are no false hits.

    Attributes
    ----------
    keys : ndarray of int64, shape (n_slots,)
        ``first << 32 | second``.
    values : ndarray of int64, shape (n_slots,)
    marks : ndarray of bool, shape (8 * n_slots,)
        Whether a key has this longer hash. Most pairs that are not in the map are gone after a look here, in a table
        of a byte an entry.
    """

    keys: Ints
    values: Ints
    marks: NDArray[np.bool_]

    @classmethod
    def build(cls, first: Ints, second: Ints, values: Ints) -> PairMap:
        """Return the map from ``(first[i], second[i])``, all different and from 0 to 2**31 - 1, to ``values[i]``."""
        n_slots = 1 << max(4, int(np.ceil(np.log2(max(len(first), 1) * _SLOTS_A_KEY))))
        table = cls(np.full(n_slots, _EMPTY), np.full(n_slots, _EMPTY), np.zeros(n_slots << _MARK_BITS, dtype=bool))
        wanted = first << 32 | second
        hashes = table._hash(wanted)
        table.marks[hashes] = True
        slots, left = hashes >> _MARK_BITS, np.arange(len(wanted))
        while len(left):  # each round the first of those that want a free slot gets it, the others move on
            at = slots[left]
            free = np.flatnonzero(table.keys[at] == _EMPTY)
            _, winners = np.unique(at[free], return_index=True)
            won = free[winners]
            table.keys[at[won]], table.values[at[won]] = wanted[left[won]], values[left[won]]
            left = np.delete(left, won)
            slots[left] = (slots[left] + 1) & (n_slots - 1)
        return table

    def find(self, first: Ints, second: Ints, where: NDArray[np.bool_] | None = None) -> tuple[Ints, Ints]:
        """Look up ``(first[i], second[i])`` for every i.

        Parameters
        ----------
        first, second : ndarray of int64, shape (n,)
            Numbers >= 0; those that are in no key may be among them.
        where : ndarray of bool, shape (n,), optional
            Which pairs to look up; all without it.

        Returns
        -------
        at, values : ndarray of int64, shape (n_found,)
            The places of the pairs that are in the map, ascending, and their values.
        """
        wanted = first << 32 | second
        hashes = self._hash(wanted)
        marked = self.marks[hashes]
        at = np.flatnonzero(marked if where is None else marked & where)
        wanted, slots = wanted[at], hashes[at] >> _MARK_BITS
        there = self.keys[slots]
        left = np.flatnonzero((there != wanted) & (there != _EMPTY))
        while len(left):
            slots[left] = (slots[left] + 1) & (len(self.keys) - 1)
            again = self.keys[slots[left]]
            left = left[(again != wanted[left]) & (again != _EMPTY)]
        hit = self.keys[slots] == wanted
        return at[hit], self.values[slots[hit]]

    def _hash(self, keys: Ints) -> Ints:
        """Return a place in `marks` for each key."""
        shift = np.uint64(65 - len(self.marks).bit_length())
        return ((keys.view(np.uint64) * _MULTIPLIER) >> shift).view(np.int64)
