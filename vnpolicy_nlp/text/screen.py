"""Which texts the rules of `normalize` leave as they are, found for a whole batch at once.

Most articles need no normalisation, and finding that rule by rule takes longer than segmenting them. Here a batch is
looked through as one array of characters. The answer may err to one side only: a text that is not marked stays as it
is.
"""

from __future__ import annotations

import html
import re
import string
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Kinds = NDArray[np.uint8]

__all__ = ["ALL_RULES", "DOUBLED", "KEEP", "LAYOUT", "Screen", "Seen"]

# A text stays as it is; some of its blanks stand behind another in a line, and that is all; blanks, line ends and
# bracketed remarks may go; any rule may change it.
KEEP, DOUBLED, LAYOUT, ALL_RULES = range(4)

_LETTERS = "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ"
_SIGNS = string.punctuation.replace("<", "") + "“”‘’–—…•·°×²³½"  # tags begin with <
_LONGEST_ENTITY = 34  # characters, of an entity that has a name
# Kinds of characters: blanks first, letters last.
SPACE, LINE_END, SIGN, BRACKET, AMPERSAND, ODD, LETTER, A_Q, AN_O, A_U, AFTER_O, AFTER_U = range(12)


class Seen(NamedTuple):
    """What was found in some texts.

    Attributes
    ----------
    marks : list of int
        `KEEP`, `DOUBLED`, `LAYOUT` or `ALL_RULES` for each text.
    doubled : dict of int to list of int
        For the place of each text marked `DOUBLED`, where in it the second and further blanks stand, ascending.
    """

    marks: list[int]
    doubled: dict[int, list[int]]


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
        self._kinds = _kinds(moved)

    def look(self, texts: Sequence[str]) -> Seen:
        """Return what there is for rules to change."""
        joined = "\n".join(["", *texts, ""])
        points = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype="<u4")
        kinds = np.take(self._kinds, points, mode="clip")
        in_lines, at_ends = _blanks(kinds)
        layout = [at_ends, self._bracketed(joined, kinds)]
        others = [_odd(kinds), self._heads(joined, kinds), _entities(joined, kinds)]
        ends = np.cumsum([len(text) + 1 for text in texts], dtype=np.int64)
        marks = np.full(len(texts) + 1, KEEP)
        text_of = np.searchsorted(ends, in_lines, side="left")
        marks[text_of] = DOUBLED
        for hits, mark in ((layout, LAYOUT), (others, ALL_RULES)):
            marks[np.searchsorted(ends, np.concatenate(hits), side="left")] = mark
        doubled: dict[int, list[int]] = {}
        only = marks[text_of] == DOUBLED
        text_of = text_of[only]
        within = in_lines[only] - np.append(0, ends)[text_of] - 1
        for text, at in zip(text_of.tolist(), within.tolist(), strict=True):
            doubled.setdefault(text, []).append(at)
        return Seen(marks[:-1].tolist(), doubled)

    def _heads(self, joined: str, kinds: Kinds) -> Ints:
        """Return where a line begins that is blanked, or that may be a dateline in brackets."""
        heads = np.flatnonzero(kinds == LINE_END)[:-1] + 1
        matching = [at for at in heads.tolist() if self._lines.match(joined, at)]
        return np.concatenate([heads[kinds[heads] == BRACKET], np.array(matching, dtype=np.int64)])

    def _bracketed(self, joined: str, kinds: Kinds) -> Ints:
        places = np.flatnonzero(kinds == BRACKET).tolist()
        return np.array([at for at in places if self._brackets.match(joined, at)], dtype=np.int64)


def _kinds(moved: Sequence[str]) -> Kinds:
    kinds = np.full(0x110000, ODD, dtype=np.uint8)

    def put(characters: str, kind: int) -> None:
        kinds[[ord(character) for character in characters]] = kind

    put(string.ascii_letters + _LETTERS + _LETTERS.upper(), LETTER)
    put(string.digits + _SIGNS, SIGN)
    put(" ", SPACE)
    put("\n", LINE_END)
    put("(", BRACKET)
    put("&", AMPERSAND)
    put("qQ", A_Q)
    for pair in moved:
        put(pair[0], AN_O if pair[0] in "oO" else A_U)
        put(pair[1], AFTER_O if pair[0] in "oO" else AFTER_U)
    return kinds


def _blanks(kinds: Kinds) -> tuple[Ints, Ints]:
    """Return where there are blanks behind blanks, and where empty lines or blanks at the ends of lines and texts."""
    blank = kinds <= LINE_END
    at = np.flatnonzero(blank[1:] & blank[:-1]) + 1
    in_line = (kinds[at] == SPACE) & (kinds[at - 1] == SPACE)
    return at[in_line], at[~in_line]


def _odd(kinds: Kinds) -> Ints:
    """Return where there is a character, or a misplaced tone mark, that a rule may change."""
    first, second = kinds[:-1], kinds[1:]
    at = np.flatnonzero((first == AN_O) & (second == AFTER_O) | (first == A_U) & (second == AFTER_U))
    at = at[(kinds[at + 2] < LETTER) & (kinds[at - 1] != A_Q)]  # a batch begins and ends with a line end
    return np.concatenate([at, np.flatnonzero(kinds == ODD)])


def _entities(joined: str, kinds: Kinds) -> Ints:
    """Return where an HTML entity begins."""
    found = []
    for at in np.flatnonzero(kinds == AMPERSAND).tolist():
        snippet = joined[at : at + _LONGEST_ENTITY]
        if html.unescape(snippet) != snippet:
            found.append(at)
    return np.array(found, dtype=np.int64)
