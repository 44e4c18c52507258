"""Which texts the rules of `normalize` leave as they are, found for a whole batch at once.

Most articles need no normalisation, and finding that rule by rule takes longer than segmenting them. Here a batch is
looked through as one array of characters. The answer may err to one side only: a text that is not marked stays as it
is.
"""

from __future__ import annotations

import html
import re
import string
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Flags = NDArray[np.uint16]
    Bools = NDArray[np.bool_]

__all__ = ["Screen"]

_LETTERS = "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ"
_SIGNS = string.punctuation.replace("<", "") + "“”‘’–—…•·°×²³½"  # tags begin with <
_LONGEST_ENTITY = 34  # characters, of an entity that has a name
ODD, SPACE, LINE_END, AN_O, A_U, AFTER_O, AFTER_U, A_Q, LETTER, BRACKET, AMPERSAND = (1 << bit for bit in range(11))


class Screen:
    """Marks the texts that rules may change.

    Parameters
    ----------
    moved : iterable of str
        Pairs of letters whose tone mark is moved where they end a syllable and no q stands before them.
    lines : sequence of str
        Patterns of whole lines that are blanked, letters of both cases alike.
    brackets : sequence of str
        How bracketed remarks begin, behind the bracket, that are taken out; letters of both cases alike.
    """

    def __init__(self, moved: Sequence[str], lines: Sequence[str], brackets: Sequence[str]) -> None:
        self._lines = re.compile("|".join(lines), re.MULTILINE | re.IGNORECASE)
        self._brackets = re.compile("|".join(rf"\({start}" for start in brackets), re.IGNORECASE)
        self._flags = _flags(moved)

    def marked(self, texts: Sequence[str]) -> NDArray[np.bool_]:
        """Return whether each text may be changed, shape (n_texts,)."""
        joined = "\n".join(["", *texts, ""])
        points = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype="<u4")
        flags = np.take(self._flags, points, mode="clip")
        hits = [
            np.flatnonzero(_plain_hits(flags)),
            self._heads(joined, flags),
            self._bracketed(joined, flags),
            _entities(joined, flags),
        ]
        ends = np.cumsum([len(text) + 1 for text in texts], dtype=np.int64)
        marked = np.zeros(len(texts) + 1, dtype=bool)
        marked[np.searchsorted(ends, np.concatenate(hits), side="left")] = True
        return marked[:-1]

    def _heads(self, joined: str, flags: Flags) -> NDArray[np.int64]:
        """Return the line ends behind which a line is blanked, or may be a dateline in brackets."""
        ends = np.flatnonzero(flags == LINE_END)[:-1]
        heads = flags[ends + 1]
        may_match = ends[(heads & LETTER) != 0].tolist()
        matching = [at + 1 for at in may_match if self._lines.match(joined, at + 1)]
        return np.concatenate([ends[(heads & BRACKET) != 0] + 1, np.array(matching, dtype=np.int64)])

    def _bracketed(self, joined: str, flags: Flags) -> NDArray[np.int64]:
        places = np.flatnonzero((flags & BRACKET) != 0).tolist()
        return np.array([at for at in places if self._brackets.match(joined, at)], dtype=np.int64)


def _flags(moved: Sequence[str]) -> Flags:
    flags = np.full(0x110000, ODD, dtype=np.uint16)

    def mark(characters: str, flag: int) -> None:
        flags[[ord(character) for character in characters]] |= flag

    letters = string.ascii_letters + _LETTERS + _LETTERS.upper()
    flags[[ord(character) for character in letters + string.digits + _SIGNS + " \n"]] = 0
    mark(letters, LETTER)
    mark(" ", SPACE)
    mark("\n", LINE_END)
    mark("(", BRACKET)
    mark("&", AMPERSAND)
    mark("qQ", A_Q)
    for pair in moved:
        first, second = pair[0], pair[1]
        mark(first, AN_O if first in "oO" else A_U)
        mark(second, AFTER_O if first in "oO" else AFTER_U)
    return flags


def _plain_hits(flags: Flags) -> Bools:
    """Return where a character, or it and its neighbours, show that a rule applies."""
    hits: Bools = (flags & ODD) != 0
    blank = (flags & (SPACE | LINE_END)) != 0
    hits[1:] |= blank[1:] & blank[:-1]  # double blanks, empty lines, blanks at the ends of lines and texts
    first, second = flags[:-1], flags[1:]
    pair = ((first & AN_O) != 0) & ((second & AFTER_O) != 0) | ((first & A_U) != 0) & ((second & AFTER_U) != 0)
    at = np.flatnonzero(pair)
    at = at[((flags[at + 2] & LETTER) == 0) & ((flags[at - 1] & A_Q) == 0)]  # a batch begins and ends with a line end
    hits[at] = True
    return hits


def _entities(joined: str, flags: Flags) -> NDArray[np.int64]:
    """Return where an HTML entity begins."""
    found = []
    for at in np.flatnonzero(flags == AMPERSAND).tolist():
        snippet = joined[at : at + _LONGEST_ENTITY]
        if html.unescape(snippet) != snippet:
            found.append(at)
    return np.array(found, dtype=np.int64)
