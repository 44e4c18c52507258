"""Chunks of text cut into tokens, as underthesea's regular expression cuts them."""

from __future__ import annotations

import re
import string
from typing import TYPE_CHECKING

from vnpolicy_nlp.text.alphabet import ALPHABET, LETTERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["Cutter", "by_first_character", "without_groups"]

_ONE = r"\\.|\[(?:\\.|[^\]\\])*\]"  # what stands for one character: an escape, a set
_PIECE = re.compile(rf"{_ONE}|#[^\n]*|\(\?P<\w+>|\(\?|.", re.DOTALL)  # of a verbose pattern
_FIRST = re.compile(rf"({_ONE}|[^\s(^$])(?![*?]|\{{0|\{{,)", re.DOTALL)  # that must be there
_LONGEST_MAPPED = 6  # characters; upstream's token map is not asked about longer tokens


class Cutter:
    """Cuts what stands between two blanks into tokens.

    Parameters
    ----------
    pattern : str
        underthesea's pattern, verbose, without capturing groups.
    token_map : dict of str to str
        Spellings that upstream replaces.
    """

    def __init__(self, pattern: str, token_map: dict[str, str]) -> None:
        self._find = re.compile(by_first_character(pattern), re.VERBOSE).findall
        self._map = {token: other for token, other in token_map.items() if len(token) <= _LONGEST_MAPPED}

    def chunks(self, chunks: Sequence[str], is_tail: Sequence[bool]) -> tuple[list[str], list[int]]:
        """Return the tokens of all chunks, one after the other, and how many each has.

        Parameters
        ----------
        chunks : sequence of str
        is_tail : sequence of bool
            Whether a text ends with the chunk.
        """
        tokens: list[str] = []
        counts: list[int] = []
        for chunk, tail in zip(chunks, is_tail, strict=True):
            # A blank stands for the rest of the text: the pattern for abbreviations looks whether there is one.
            found = self._find(chunk if tail else chunk + " ")
            tokens += found
            counts.append(len(found))
        return self.mapped(tokens), counts

    def whole(self, text: str) -> list[str]:
        """Return the tokens of a whole text."""
        return self.mapped(self._find(text))

    def mapped(self, tokens: list[str]) -> list[str]:
        """Return the tokens as upstream spells them."""
        return list(map(self._map.get, tokens, tokens))


def without_groups(pattern: str) -> str:
    """Return a verbose pattern with its groups no longer captured, so that ``findall`` gives whole matches."""
    pieces = _PIECE.findall(pattern)
    return "".join("(?:" if piece == "(" or piece.startswith("(?P<") else piece for piece in pieces if piece[0] != "#")


def by_first_character(pattern: str) -> str:
    """Return a pattern that matches the same, but tries only what can begin with the character there.

    Parameters
    ----------
    pattern : str
        As `without_groups` returns it: some seventy alternatives, all of which `re` would try at every place.
    """
    alternatives = list(_alternatives(pattern))
    marks = "".join(character for character in ALPHABET if not character.isalnum())
    kinds = "".join(filter(str.islower, LETTERS)), marks, string.digits, "".join(filter(str.isupper, LETTERS))
    by_kind = []
    for kind in kinds:
        possible = "|".join(alternative for alternative in alternatives if _may_begin(alternative, kind))
        by_kind.append(f"(?=[{re.escape(kind)}])(?:{possible})")
    return "|".join([*by_kind, *alternatives])


def _alternatives(pattern: str) -> Iterator[str]:
    """Yield the alternatives of a pattern, and in place of one that is a group, those within."""
    pieces: list[str] = []
    depth = n_groups = 0
    for piece in [*_PIECE.findall(pattern.strip()), "|"]:
        if piece == "|" and depth == 0:
            alternative = "".join(pieces).strip()
            if n_groups == 1 and alternative.startswith("(?:") and pieces[-1] == ")":
                yield from _alternatives(alternative[3:-1])
            else:
                yield alternative
            pieces, n_groups = [], 0
        else:
            pieces.append(piece)
            depth += piece.startswith("(") - (piece == ")")
            n_groups += piece == ")" and depth == 0


def _may_begin(alternative: str, characters: str) -> bool:
    """Say whether a match of an alternative may begin with one of some characters; yes where that is not plain."""
    first = _FIRST.match(alternative)
    return first is None or any(map(re.compile(first[1]).match, characters))
