"""What is to be marked in an explained article, on a page as on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from vnpolicy_nlp.text.normalize import normalize

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["graded", "span_of"]

_GRADES = (0.1, 0.25, 0.5)  # of the greatest weight in the article


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
