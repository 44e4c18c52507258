"""Calibrated linear decisions: one a topic, or one among all topics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from vnpolicy_nlp.model.features import linear_scores

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from vnpolicy_nlp.model.features import COO

__all__ = ["LinearClassifier", "sigmoid", "softmax"]


@dataclass(frozen=True, eq=False)
class LinearClassifier:
    """Weights, calibration and thresholds of all topics.

    Without `exclusive` each topic is decided on its own. With it an article has exactly one topic: the likeliest.

    Attributes
    ----------
    coef : tuple of ndarray of float64, each of shape (n_topics, n_terms)
        The weights of the terms, one array a view.
    intercept : ndarray of float64, shape (n_topics,)
    calibration : ndarray of float64, shape (n_topics, 2)
        Slope and offset that turn a score into log-odds (Platt 1999, "Probabilistic outputs for support
        vector machines").
    thresholds : ndarray of float64, shape (n_topics,)
        The least probability with which an article gets the topic; of no account with `exclusive`.
    exclusive : bool
        Whether topics exclude each other: probabilities are then the softmax of the log-odds and sum to 1.
    """

    coef: tuple[NDArray[np.float64], ...]
    intercept: NDArray[np.float64]
    calibration: NDArray[np.float64]
    thresholds: NDArray[np.float64]
    exclusive: bool = False

    def scores(self, views: Sequence[COO]) -> NDArray[np.float64]:
        """Return linear scores, shape (n_articles, n_topics), of articles seen in all views."""
        return np.asarray(self.intercept + sum(map(linear_scores, views, self.coef)))

    def predict_proba(self, views: Sequence[COO]) -> NDArray[np.float64]:
        """Return calibrated probabilities, shape (n_articles, n_topics), of articles seen in all views."""
        log_odds = self.scores(views) * self.calibration[:, 0] + self.calibration[:, 1]
        return softmax(log_odds) if self.exclusive else sigmoid(log_odds)

    def decide(
        self, probabilities: NDArray[np.float64], views: Sequence[COO], has_words: NDArray[np.bool_]
    ) -> NDArray[np.int64]:
        """Return 0/1 decisions, shape (n_articles, n_topics), on what `predict_proba` has answered.

        Of topics on their own, an article without a single known term gets none: there is nothing to decide on. Of
        exclusive topics it gets the most frequent, unless it has no words at all.
        """
        if self.exclusive:
            likeliest = np.arange(probabilities.shape[1]) == probabilities.argmax(axis=1)[:, np.newaxis]
            return np.asarray(likeliest & has_words[:, np.newaxis], dtype=np.int64)
        known = np.sum([features.row_lengths for features in views], axis=0) > 0
        return np.asarray((probabilities >= self.thresholds) & known[:, np.newaxis], dtype=np.int64)


def sigmoid(log_odds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ``1 / (1 + exp(-log_odds))``, without overflow: it is half of 1 + tanh of the half."""
    return 0.5 * (1.0 + np.tanh(0.5 * log_odds))


def softmax(log_odds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the share of ``exp(log_odds)`` in the sum of its row."""
    powers = np.exp(log_odds - log_odds.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))
