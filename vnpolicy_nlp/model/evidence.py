"""Which passage of an article earned it a topic."""

from __future__ import annotations

from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

import numpy as np

from vnpolicy_nlp.text.passages import passages
from vnpolicy_nlp.text.prepare import encode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from vnpolicy_nlp.model.artifact import ModelParts

__all__ = ["best_passages", "score_passages"]


def score_passages(parts: ModelParts, texts: Sequence[str]) -> tuple[list[list[tuple[int, int]]], NDArray[np.float64]]:
    """Score each passage as if it were an article of its own, with the same features.

    Returns
    -------
    spans : list of list of tuple of int
        For each text the start and end of its passages.
    scores : ndarray of float64, shape (n_passages, n_topics)
        What the calibration makes of them is of no use: it is fitted to whole articles. Passages without a word, such
        as what a page says of itself, have -inf.
    """
    spans = [passages(text) for text in texts]
    quoted = [text[start:end] for text, cut in zip(texts, spans, strict=True) for start, end in cut]
    scores = [np.zeros((0, len(parts.topics)))]
    for batch in encode(quoted):
        of_batch = parts.classifier.scores([view.transform(batch) for view in parts.views])
        of_batch[batch.bounds[:, 0] == batch.bounds[:, 1]] = -np.inf
        scores.append(of_batch)
    return spans, np.concatenate(scores)


def best_passages(
    parts: ModelParts, texts: Sequence[str], decisions: NDArray[np.int64]
) -> list[dict[str, tuple[int, int]]]:
    """Return, for each article, its topics with the start and end of the passage that scores highest.

    Parameters
    ----------
    texts : sequence of str
    decisions : ndarray of int64, shape (n_articles, n_topics)
        Which topics the articles have.
    """
    found: list[dict[str, tuple[int, int]]] = [{} for _ in texts]
    tagged = np.flatnonzero(decisions.any(axis=1)).tolist()
    spans, scores = score_passages(parts, [texts[article] for article in tagged])
    starts = pairwise(accumulate(map(len, spans), initial=0))
    for article, cut, (first, last) in zip(tagged, spans, starts, strict=True):
        for topic in np.flatnonzero(decisions[article]).tolist():
            found[article][parts.topics[topic]] = cut[int(scores[first:last, topic].argmax())]
    return found
