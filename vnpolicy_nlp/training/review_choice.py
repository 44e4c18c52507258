"""How articles to label next are chosen: by what the model says of them, and by what they have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from vnpolicy_nlp.text.prepare import encode

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from vnpolicy_nlp.model.tagger import Tagger

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Key = tuple[str, int | None]  # kind and topic, None for the kinds that know none
    Pick = tuple[int, Key]

__all__ = ["KINDS", "RARE", "SHARES", "Choice", "in_turn", "margins_of", "positives_of", "queues_of", "tfidf_rows"]

KINDS = RANDOM, UNCERTAIN, RARE, DIVERSE = "random", "uncertain", "rare topic", "unlike the others"
# Found by benchmarks/labelling_loop.py: where half of the articles have a topic, candidates for rare topics cost
# labels; where one in twenty has, they spare them, for as long as a topic has some tens of articles.
SHARES = {RANDOM: 0.1, UNCERTAIN: 0.55, RARE: 0.2, DIVERSE: 0.15}
ENOUGH = 30  # articles of a topic in training, from which on it is not rare
WINDOW = 8  # so many of the best of a kind are compared: the one least like what is picked and labelled is taken
CANDIDATES = 4000  # whose words are compared, when `n` asks for no more
COVERED = 1500  # the least certain articles, which the unlike ones are to stand for
NEAR_DUPLICATE = 0.9  # cosine of TF-IDF rows
_TINY = 1e-12  # what probabilities and thresholds keep away from 0 and 1


class Choice:
    """What is picked so far, of candidates numbered from 0, and which one of a kind to pick next.

    Parameters
    ----------
    X, known : csr_array of float64
        TF-IDF rows of the candidates, and of the articles that are labelled.
    queues : mapping of (str, int or None) to ndarray of int64
        By kind and topic the candidates, the best first.
    weights : mapping of (str, int) to float
        How often a topic's turn comes, in proportion.
    """

    def __init__(
        self,
        X: sparse.csr_array,
        known: sparse.csr_array,
        queues: Mapping[Key, Ints],
        weights: Mapping[Key, float],
    ) -> None:
        self._X, self._queues, self._weights = X, queues, weights
        self._nearest = _nearest(X, known)  # similarity to what is most like it among those labelled or picked
        self._free = np.ones(X.shape[0], dtype=bool)
        self._owed = dict.fromkeys(weights, 0.0)
        self._covered = queues[DIVERSE, None][:COVERED]
        self._like_covered = (X[self._covered] @ X[self._covered].T).toarray()

    def next_of(self, kind: str) -> Pick | None:
        """Return the next one, one unlike the others where there is no more of the kind, None where nothing is left."""
        self._free &= self._nearest < NEAR_DUPLICATE
        key = self._next_key(kind)
        queue = self._queues[key]
        queue = queue[self._free[queue]]
        if not len(queue):
            return None
        if kind == DIVERSE:
            place = self._most_typical(queue)
        else:
            best = queue[: 1 if kind == RANDOM else WINDOW]
            place = int(best[self._nearest[best].argmin()])
        self._free[place] = False
        self._nearest = np.maximum(self._nearest, (self._X @ self._X[[place]].T).toarray()[:, 0])
        return place, key

    def _next_key(self, kind: str) -> Key:
        keys = [key for key, queue in self._queues.items() if key[0] == kind and self._free[queue].any()]
        if not keys:
            return DIVERSE, None
        if keys[0][1] is None:
            return keys[0]
        for key in keys:
            self._owed[key] += self._weights[key] / sum(self._weights[key] for key in keys)
        chosen = max(keys, key=self._owed.__getitem__)
        self._owed[chosen] -= 1
        return chosen

    def _most_typical(self, queue: Ints) -> int:
        """Return the one that brings those covered nearest to one picked or labelled."""
        free = self._free[self._covered]
        if not free.any():
            return int(queue[0])
        gain = np.maximum(self._like_covered[:, free] - self._nearest[self._covered][:, np.newaxis], 0).sum(axis=0)
        return int(self._covered[free][gain.argmax()])


def in_turn(choice: Choice, n: int, *, any_rare: bool) -> list[Pick]:
    """Return picks in the order of their merit, each kind spread evenly over it; the random ones are drawn first."""
    shares = SHARES if any_rare else {**SHARES, UNCERTAIN: SHARES[UNCERTAIN] + SHARES[RARE], RARE: 0.0}
    numbers = {kind: round(share * n) for kind, share in shares.items()}
    numbers[UNCERTAIN] += n - sum(numbers.values())
    turns = sorted(((at + 0.5) / number, kind) for kind, number in numbers.items() for at in range(number))
    drawn = [choice.next_of(RANDOM) for _ in range(numbers[RANDOM])]
    picks = [drawn.pop(0) if kind == RANDOM else choice.next_of(kind) for _, kind in turns]
    return [pick for pick in picks if pick is not None]


def queues_of(
    P: Floats, margins: Floats, n_positive: Sequence[float], n: int, rng: np.random.Generator
) -> dict[Key, Ints]:
    """Return some thousand candidates by kind and topic, rows of `P`, the best of each first."""
    n_topics = P.shape[1]
    depth = max(CANDIDATES // (4 * n_topics), 3 * n // n_topics + WINDOW)
    unsure = np.abs(margins)
    queues: dict[Key, Ints] = {
        (RANDOM, None): rng.permutation(len(P))[: n + 100],
        (DIVERSE, None): np.argsort(unsure.min(axis=1), kind="stable")[: max(COVERED, 3 * n)],
    }
    for t in range(n_topics):
        queues[UNCERTAIN, t] = np.argsort(unsure[:, t], kind="stable")[:depth]
        if n_positive[t] < ENOUGH:
            queues[RARE, t] = np.argsort(-P[:, t], kind="stable")[:depth]
    return queues


def positives_of(tagger: Tagger) -> list[float]:
    """Return how many articles of each topic the model was trained on; enough where its record does not say."""
    recorded = tagger.record.get("training", {}).get("n_positive", {})
    return [recorded.get(topic, ENOUGH) for topic in tagger.topics]


def margins_of(P: Floats, tagger: Tagger) -> Floats:
    """Return the log-odds above the threshold, or of exclusive topics those against the likeliest other one."""
    P = np.clip(P, _TINY, 1 - _TINY)
    if tagger.exclusive:
        others = np.stack([np.delete(P, t, axis=1).max(axis=1) for t in range(P.shape[1])], axis=1)
        return np.asarray(np.log(P / others))
    thresholds = np.clip(list(tagger.thresholds.values()), _TINY, 1 - _TINY)
    return np.asarray(np.log(P / (1 - P)) - np.log(thresholds / (1 - thresholds)))


def tfidf_rows(tagger: Tagger, texts: Sequence[str]) -> sparse.csr_array:
    """Return what the model sees of texts, shape (n_texts, n_terms of all views), rows of unit length."""
    views = tagger.parts.views
    blocks = [sparse.csr_array((0, sum(len(view.terms) for view in views)))]
    for articles in encode(texts):
        found = [(view, view.transform(articles)) for view in views]
        parts = [sparse.coo_array((x.data, (x.row, x.col)), (x.n_rows, len(view.terms))) for view, x in found]
        blocks.append(sparse.hstack(parts, format="csr") / np.sqrt(len(views)))
    return sparse.csr_array(sparse.vstack(blocks, format="csr"))


def _nearest(X: sparse.csr_array, known: sparse.csr_array) -> Floats:
    """Return the greatest similarity of each row to one of `known`, 0 where there is none."""
    nearest = np.zeros(X.shape[0])
    for first in range(0, known.shape[0], 500):
        nearest = np.maximum(nearest, (X @ known[first : first + 500].T).max(axis=1).toarray().ravel())
    return nearest
