"""Chunks of text cut into tokens, as underthesea's regular expression cuts them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Cutter", "without_groups"]

_LONGEST_MAPPED = 6  # characters; upstream's token map is not asked about longer tokens
_MARKS = frozenset('.,;:!?)"”’…')
_AMONG_MARKS = re.compile(
    r"""
    (["'“‘(\[])?
    (
        [^\W\d_]+
        | \d+ (?:\.\d+){0,2} | \d+ (?:,\d+)+
        | \d{1,2}/\d{1,4} | \d{1,2}/\d{1,2}/\d+ | \d{1,2}-\d{1,4} | \d{1,2}-\d{1,2}-\d+
    )
    (["'”’)\]%])?
    ([,;:!?…] | \.+)?
    """,
    re.VERBOSE,
).fullmatch
_SHORTENED = frozenset(("Tp", "Mr", "Mrs", "Ms", "Dr", "ThS"))  # the pattern keeps the dot with these


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
        self._find = re.compile(pattern, re.VERBOSE).findall
        self._map = token_map

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
            found = _plain(chunk) or self._find(chunk if tail else chunk + " ")
            tokens += found
            counts.append(len(found))
        return self._mapped(tokens), counts

    def whole(self, text: str) -> list[str]:
        """Return the tokens of a whole text."""
        return self._mapped(self._find(text))

    def _mapped(self, tokens: list[str]) -> list[str]:
        get = self._map.get
        return [get(token, token) if len(token) <= _LONGEST_MAPPED else token for token in tokens]


def _plain(chunk: str) -> list[str] | None:
    """Cut letters or a number among marks, as most chunks are, without the pattern; None for other chunks.

    The pattern takes these as one token each wherever none of its special cases begins there: "Th.S" (its dot is any
    character), the mark U+02BA, which counts as a letter, and abbreviations with a dot.
    """
    last = chunk[-1]
    middle = chunk[:-1] if last in _MARKS else chunk
    if middle.isalpha():
        parts = [middle, last] if last in _MARKS else [middle]
    elif match := _AMONG_MARKS(chunk):
        parts = [part for part in match.groups() if part]
        middle = match[2]
    else:
        return None
    if "ʺ" in middle or (middle[:2] == "Th" and middle[3:4] in ("S", "s")):
        return None
    if (middle.isupper() or middle in _SHORTENED) and f"{middle}." in chunk:
        return None
    return parts


def without_groups(pattern: str) -> str:
    """Return a verbose pattern with its groups no longer captured, so that ``findall`` gives whole matches."""
    parts = re.findall(r"\\.|\[(?:\\.|[^\]\\])*\]|#[^\n]*|\(\?P<\w+>|\(\?|.", pattern, re.DOTALL)
    return "".join("(?:" if part == "(" or part.startswith("(?P<") else part for part in parts if part[0] != "#")
