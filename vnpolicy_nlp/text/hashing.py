"""What the two hash tables share: open addressing in arrays, for many keys at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

__all__ = ["FREE", "MULTIPLIER", "SLOTS_A_KEY", "claim"]

FREE = -1  # what a free slot holds
MULTIPLIER = np.uint64(0x9E37_79B9_7F4A_7C15)  # 2**64 / golden ratio: Knuth's multiplicative hashing
SLOTS_A_KEY = 4  # few keys collide, and the tables still fit into the processor's last cache


def claim(table: Ints, slots: Ints, contents: Ints) -> Ints:
    """Put contents, none of them `FREE`, each into the first free slot from the wanted one on (linear probing).

    Parameters
    ----------
    table : ndarray of int64, shape (n_slots,)
        Changed in place. The number of slots is a power of two, and there must be room.
    slots : ndarray of int64, shape (n,)
        The slots wanted.
    contents : ndarray of int64, shape (n,)
        All different.

    Returns
    -------
    ndarray of int64, shape (n,)
        The slots got.
    """
    slots, left = slots.copy(), np.arange(len(slots))
    while len(left):  # each round the first of those that want a free slot gets it, the others move on
        wanting = left[table[slots[left]] == FREE]
        table[slots[wanting[::-1]]] = contents[wanting[::-1]]  # of several, the last to be written stays
        left = left[table[slots[left]] != contents[left]]
        slots[left] = (slots[left] + 1) & (len(table) - 1)
    return slots
