"""A fixed map from pairs of numbers to numbers, looked up for a whole array of pairs at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from vnpolicy_nlp.text.hashing import FREE, MULTIPLIER, SLOTS_A_KEY, claim

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

__all__ = ["PairMap"]

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
        n_slots = 1 << max(4, int(np.ceil(np.log2(max(len(first), 1) * SLOTS_A_KEY))))
        table = cls(np.full(n_slots, FREE), np.full(n_slots, FREE), np.zeros(n_slots << _MARK_BITS, dtype=bool))
        wanted = first << 32 | second
        hashes = table._hash(wanted)
        table.marks[hashes] = True
        slots = claim(table.keys, hashes >> _MARK_BITS, wanted)
        table.values[slots] = values
        return table

    def find(self, first: Ints, second: Ints) -> tuple[Ints, Ints]:
        """Look up ``(first[i], second[i])`` for every i.

        Parameters
        ----------
        first, second : ndarray of int64, shape (n,)
            Numbers >= 0; those that are in no key may be among them.

        Returns
        -------
        at, values : ndarray of int64, shape (n_found,)
            The places of the pairs that are in the map, ascending, and their values.
        """
        wanted = first << 32 | second
        hashes = self._hash(wanted)
        at = np.flatnonzero(self.marks.take(hashes))
        wanted, slots = wanted.take(at), hashes.take(at) >> _MARK_BITS
        there = self.keys.take(slots)
        left = np.flatnonzero((there != wanted) & (there != FREE))
        while len(left):
            slots[left] = (slots[left] + 1) & (len(self.keys) - 1)
            again = self.keys[slots[left]]
            left = left[(again != wanted[left]) & (again != FREE)]
        hit = self.keys.take(slots) == wanted
        return at.compress(hit), self.values.take(slots.compress(hit))

    def _hash(self, keys: Ints) -> Ints:
        """Return a place in `marks` for each key."""
        shift = np.uint64(65 - len(self.marks).bit_length())
        return ((keys.view(np.uint64) * MULTIPLIER) >> shift).view(np.int64)
