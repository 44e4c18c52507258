"""Articles that are nearly the same text: on two sides of a split they make a model look better than it is."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from vnpolicy_nlp.text.normalize import normalize

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["Pair", "near_duplicates"]

SHINGLE = 5  # syllables
SKETCH = 64  # least hashes that stand for a text
_LOOKED_AT = 8  # of a text's least hashes: two texts that share none of these are not compared
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)  # 2**64 divided by the golden ratio


class Pair(NamedTuple):
    """Two texts, by their positions, and how much of their runs of words they share."""

    first: int
    second: int
    similarity: float


def near_duplicates(texts: Sequence[str], threshold: float = 0.7) -> list[Pair]:
    """Return pairs of texts whose runs of five syllables overlap by `threshold` or more (Jaccard), estimated.

    Each text is compared with the first text with which it shares one of its least hashes, so that of many copies
    each is named once with the first. The estimate is from the 64 least hashes of both together (Broder 1997, "On the
    resemblance and containment of documents"): its standard error is 0.06 at most. Texts of fewer than eight syllables
    are left out.
    """
    sketches = [_sketch(text) for text in texts]
    first_with: dict[int, int] = {}
    pairs = {}
    for n, sketch in enumerate(sketches):
        for number in sketch[:_LOOKED_AT].tolist():
            other = first_with.setdefault(number, n)
            if other != n and (other, n) not in pairs:
                pairs[other, n] = _similarity(sketches[other], sketch)
    return [Pair(*pair, similarity) for pair, similarity in pairs.items() if similarity >= threshold]


def _sketch(text: str) -> NDArray[np.uint64]:
    """Return the least hashes of a text's shingles, ascending."""
    words = "".join(sign if sign.isalnum() else " " for sign in normalize(text).lower()).split()
    if len(words) < SHINGLE + 3:
        return np.zeros(0, dtype=np.uint64)
    with np.errstate(over="ignore"):
        numbers = np.array([_number(word) for word in words], dtype=np.uint64)
        shingles = numbers[: len(numbers) - SHINGLE + 1].copy()
        for place in range(1, SHINGLE):
            shingles = shingles * _MULTIPLIER + numbers[place : len(numbers) - SHINGLE + 1 + place]
        hashes = (shingles ^ (shingles >> np.uint64(29))) * _MULTIPLIER
    return np.unique(hashes ^ (hashes >> np.uint64(32)))[:SKETCH]


def _number(word: str) -> int:
    """Return a number for a word that is the same in every process, as Python's `hash` is not."""
    return zlib.crc32(word.encode("utf-8", "surrogatepass"))


def _similarity(a: NDArray[np.uint64], b: NDArray[np.uint64]) -> float:
    both = np.union1d(a, b)[:SKETCH]
    return float(np.isin(both, np.intersect1d(a, b)).mean()) if len(both) else 0.0
