"""What is to be marked in an explained article, on a page as on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from vnpolicy_nlp.text.normalize import normalize

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from vnpolicy_nlp.model.explain import Explanation

__all__ = ["Piece", "graded", "passage_of", "pieces", "span_of"]

_GRADES = (0.1, 0.25, 0.5)  # of the greatest weight in the article


class Piece(NamedTuple):
    """A stretch of a text, and how it is to be marked.

    Attributes
    ----------
    text : str
    grade : int
        As `graded` has it.
    weight : float
        What the word adds to the score; 0 for what is not marked.
    """

    text: str
    grade: int
    weight: float


def graded(weights: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return how strongly each word is to be marked: from 3, far up, over 0, not at all, to -3, far down."""
    greatest = np.abs(weights).max(initial=0.0) or 1.0
    grades = np.searchsorted(_GRADES, np.abs(weights) / greatest, side="right")
    return np.asarray(grades * np.sign(weights), dtype=np.int64)


def span_of(evidence: str, text: str) -> tuple[int, int]:
    """Return start and end of a passage in the normalised text of its article; an empty span if it is not there."""
    quoted = normalize(evidence)
    start = text.find(quoted)
    return (start, start + len(quoted)) if quoted and start >= 0 else (0, 0)


def pieces(found: Explanation, n: int, first: int, last: int, grades: NDArray[np.int64]) -> list[Piece]:
    """Cut a stretch of an explained text at the words that are to be marked.

    Parameters
    ----------
    found : Explanation
    n : int
        Place of the topic.
    first, last : int
        Start and end of the stretch; a word that begins in it and goes on behind it is cut.
    grades : ndarray of int64, shape (n_words,)
        As `graded` has them for the topic's weights.

    Returns
    -------
    list of Piece
        Together they are the stretch.
    """
    begin, end = np.searchsorted(found.spans[:, 0], [first, last])
    cut, at = [], first
    for place in (begin + np.flatnonzero(grades[begin:end])).tolist():
        start, stop = found.spans[place].tolist()
        stop = min(stop, last)
        cut += [Piece(found.text[at:start], 0, 0.0)] if start > at else []
        cut.append(Piece(found.text[start:stop], int(grades[place]), float(found.weights[place, n])))
        at = stop
    return cut + ([Piece(found.text[at:last], 0, 0.0)] if at < last else [])


def passage_of(found: Explanation, topic: str) -> tuple[Piece, ...]:
    """Return the passage that speaks most for a topic, its words marked where it stands in the normalised text."""
    n = [one.topic for one in found.topics].index(topic)
    evidence = found.topics[n].evidence
    start, end = span_of(evidence, found.text)
    if start == end:
        return (Piece(evidence, 0, 0.0),)
    return tuple(pieces(found, n, start, end, graded(found.weights[:, n])))
