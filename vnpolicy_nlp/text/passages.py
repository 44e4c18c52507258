"""Passages of an article: paragraphs, the long ones cut between sentences."""

from __future__ import annotations

import re

from vnpolicy_nlp.text.composed import composed

__all__ = ["passages"]

_MOST = 700  # characters; a paragraph of a news report has some 400
_FEWEST = 60  # a shorter line, as a headline or "(Ảnh: ...)", goes with the next one
_LINE = re.compile(r"[^\n]+")
# Behind the end of a sentence. Its last word has two letters at least: "P. 5" and "1. Mở đầu" do not end one.
_BETWEEN_SENTENCES = re.compile(r"(?<=\w\w[.!?…])[\"”’)]*\s+(?=[^\W_]|[\"“‘(–-])")
_BLANK = re.compile(r"\s+(?=\S)")


def passages(text: str) -> list[tuple[int, int]]:
    """Cut a text into passages that are long enough to say something and short enough to be quoted.

    Parameters
    ----------
    text : str
        An article, one paragraph a line.

    Returns
    -------
    list of tuple of int
        Start and end of each passage in `text`, in their order. Together they hold all but white space.
    """
    text, places = composed(text)  # a mark of its own is no letter, and counts as a character
    found = _passages(text)
    return found if places is None else [(places[start], places[end]) for start, end in found]


def _passages(text: str) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    waiting = None  # start of short lines that go with the next one
    for line in _LINE.finditer(text):
        start, end = _stripped(text, *line.span())
        if start == end:
            continue
        if waiting is not None:
            start = waiting
        waiting = start if end - start < _FEWEST else None
        if waiting is None:
            found += _cut(text, start, end)
        last = end
    if waiting is not None:
        found.append((waiting, last))
    return found


def _cut(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Cut a paragraph that is too long into pieces of about the same length."""
    n_pieces = -(-(end - start) // _MOST)
    cuts = [start]
    for piece in range(1, n_pieces):
        goal = start + (end - start) * piece // n_pieces
        cut = _nearest_cut(text, goal, max(cuts[-1], goal - _MOST // 2), min(end, goal + _MOST // 2))
        if cut is not None and cut > cuts[-1]:
            cuts.append(cut)
    return [_stripped(text, a, b) for a, b in zip(cuts, [*cuts[1:], end], strict=True)]


def _nearest_cut(text: str, goal: int, low: int, high: int) -> int | None:
    """Return the end of sentence nearest to `goal`, or else the blank; None where there is neither."""
    for pattern in (_BETWEEN_SENTENCES, _BLANK):
        ends = [match.end() for match in pattern.finditer(text, low, high)]
        if ends:
            return min(ends, key=lambda at: abs(at - goal))
    return None


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    """Leave out white space at both ends."""
    piece = text[start:end].rstrip()
    return start + len(piece) - len(piece.lstrip()), start + len(piece)
