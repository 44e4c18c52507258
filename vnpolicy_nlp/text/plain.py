"""Chunks cut into tokens many at a time: letters or a number among marks, as most chunks are.

underthesea's pattern takes an opening mark, the letters or the number, a closing mark, and a final mark or a row of
dots as one token each wherever none of its special cases begins there: "Th.S" (its dot is any character), and
abbreviations that keep their dot. Other chunks are left to the pattern.

Which characters of a chunk are letters, digits and so on stands in the bits of an integer, the first character in the
lowest one, so that all chunks are looked through at once by a few operations on arrays.
"""

from __future__ import annotations

import string
from typing import TYPE_CHECKING, Any

import numpy as np

from vnpolicy_nlp.text.alphabet import CODES, LETTERS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]
    Codes = NDArray[np.uint8]

__all__ = ["plain_parts"]

_LETTER, _CAPITAL, _DIGIT, _OPENING, _CLOSING, _FINAL = (1 << bit for bit in range(6))


def _code(character: str) -> int:
    return int(CODES[ord(character)])


def _kinds() -> Codes:
    """Return what each code can be, a bit a kind."""
    kinds = np.zeros(256, dtype=np.uint8)
    table: tuple[tuple[int, Iterable[str]], ...] = (
        (_LETTER, LETTERS),
        (_CAPITAL, filter(str.isupper, LETTERS)),
        (_DIGIT, string.digits),
        (_OPENING, "\"'“‘(["),
        (_CLOSING, "\"'”’)]%"),
        (_FINAL, ",;:!?…"),
    )
    for kind, characters in table:
        kinds[[_code(character) for character in characters]] |= kind
    return kinds


_KINDS = _kinds()
_LONGEST_SHORTENED = 3  # letters that keep their dot: "Tp.", "Mrs.", "ThS."


def plain_parts(codes: Codes) -> Ints:
    """Return where the tokens of chunks end.

    Parameters
    ----------
    codes : ndarray of uint8, shape (n_chunks, 16)
        The `CODES` of the characters of a chunk, and zeros, at least one, up to the width.

    Returns
    -------
    ndarray of int64, shape (n_chunks, 4)
        Ends of the opening mark, the body, the closing mark, and the final mark or dots; what is not there ends where
        it would begin. All four are 0 for chunks that must be cut by the pattern.
    """
    kinds = _KINDS.take(codes)
    letters, capitals, digits = _bits(kinds & _LETTER), _bits(kinds & _CAPITAL), _bits(kinds & _DIGIT)
    t, h, s, small_s, dots, commas, strokes, hyphens = (_bits(codes == _code(character)) for character in "ThSs.,/-")
    joints = [marks & (digits << 1) & (digits >> 1) for marks in (dots, commas, strokes, hyphens)]
    characters = _bits(codes)
    opening = _bits(kinds & _OPENING) & 1
    first = opening + 1  # of the body
    is_word = letters & first > 0
    body = np.where(is_word, letters, digits | joints[0] | joints[1] | joints[2] | joints[3]) | opening
    end = ~body & (body + 1)  # the lowest bit that is not set
    inside = end - first
    close_end = end << (_bits(kinds & _CLOSING) & end > 0)
    final_end = close_end << (_bits(kinds & _FINAL) & close_end > 0)
    reaches_end = (final_end == characters + 1) | (characters & ~dots < close_end)
    all_capitals = inside & ~capitals == 0
    short = (capitals & first > 0) & (end <= first << _LONGEST_SHORTENED)
    special = (t & (h >> 1) & ((s | small_s) >> 3) & first > 0) | (dots & end > 0) & (all_capitals | short)
    is_token = np.where(is_word, ~special, _is_number([joint & inside for joint in joints], first, end))
    ends = np.stack([first, end, close_end, characters + 1], axis=1)
    is_plain = (inside > 0) & reaches_end & is_token
    found: Ints = (np.frexp(ends)[1].astype(np.int64) - 1) * is_plain[:, np.newaxis]
    return found


def _bits(characters: NDArray[Any]) -> Ints:
    """Return which characters of each chunk are not 0."""
    return np.packbits(characters, bitorder="little").view("<u2").astype(np.int64)


def _is_number(joints: list[Ints], first: Ints, end: Ints) -> Bools:
    """Say which digits with dots, commas, strokes or hyphens between them are one token: 1.234.567, 4,5, 12/3/2017."""
    dots, commas, strokes, hyphens = joints
    every = dots | commas | strokes | hyphens
    one = every & -every
    others = every ^ one
    at_most_two = others & (others - 1) == 0
    up_to_four_digits, up_to_two = end <= one << 5, others <= one << 3  # after the first joint
    date = (one <= first << 2) & np.where(others == 0, up_to_four_digits, at_most_two & up_to_two)
    is_date = ((every == strokes) | (every == hyphens)) & date
    is_number: Bools = (every == commas) | (every == dots) & at_most_two | is_date
    return is_number
