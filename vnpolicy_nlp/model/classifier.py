"""One calibrated linear decision a topic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from vnpolicy_nlp.model.features import linear_scores

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from vnpolicy_nlp.model.features import COO

__all__ = ["LinearClassifier", "sigmoid"]


@dataclass(frozen=True, eq=False)
class LinearClassifier:
    """Weights, calibration and thresholds of all topics.

    Attributes
    ----------
    coef : tuple of ndarray of float64, each of shape (n_topics, n_terms)
        The weights of the terms, one array a view.
    intercept : ndarray of float64, shape (n_topics,)
    calibration : ndarray of float64, shape (n_topics, 2)
        Slope and offset that turn a score into log-odds (Platt 1999, "Probabilistic outputs for support
        vector machines").
    thresholds : ndarray of float64, shape (n_topics,)
        The least probability with which an article gets the topic.
    """

    coef: tuple[NDArray[np.float64], ...]
    intercept: NDArray[np.float64]
    calibration: NDArray[np.float64]
    thresholds: NDArray[np.float64]

    def scores(self, views: Sequence[COO]) -> NDArray[np.float64]:
        """Return linear scores, shape (n_articles, n_topics), of articles seen in all views."""
        return np.asarray(self.intercept + sum(map(linear_scores, views, self.coef)))

    def predict_proba(self, views: Sequence[COO]) -> NDArray[np.float64]:
        """Return calibrated probabilities, shape (n_articles, n_topics), of articles seen in all views."""
        return sigmoid(self.scores(views) * self.calibration[:, 0] + self.calibration[:, 1])

    def decide(self, probabilities: NDArray[np.float64], views: Sequence[COO]) -> NDArray[np.int64]:
        """Return 0/1 decisions, shape (n_articles, n_topics), on what `predict_proba` has answered.

        An article without a single known term gets no topic: there is nothing to decide on.
        """
        known = np.sum([features.row_lengths for features in views], axis=0) > 0
        return np.asarray((probabilities >= self.thresholds) & known[:, np.newaxis], dtype=np.int64)


def sigmoid(log_odds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ``1 / (1 + exp(-log_odds))``, without overflow: it is half of 1 + tanh of the half."""
    return 0.5 * (1.0 + np.tanh(0.5 * log_odds))
