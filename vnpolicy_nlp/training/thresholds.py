"""From out-of-fold scores to a calibration and a threshold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import precision_recall_curve

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["best_threshold", "fit_sigmoid"]


def fit_sigmoid(scores: NDArray[np.float64], y: NDArray[np.int64]) -> tuple[float, float]:
    """Return slope and offset of the log-odds over the score (Platt 1999), lightly regularised.

    Parameters
    ----------
    scores : ndarray of float64, shape (n_articles,)
    y : ndarray of int64, shape (n_articles,)

    Returns
    -------
    slope, offset : float
        A slope that came out negative, as from a handful of articles, is replaced by a small positive one: the
        calibration must not turn the order of the articles round.
    """
    model = LogisticRegression(C=10.0).fit(scores[:, np.newaxis], y)
    return max(float(model.coef_[0, 0]), 1e-3), float(model.intercept_[0])


def best_threshold(probabilities: NDArray[np.float64], y: NDArray[np.int64], beta: float) -> float:
    """Return the threshold with the greatest F-beta, in the middle of the gap that it falls into."""
    precision, recall, cuts = precision_recall_curve(y, probabilities)
    f_beta = (1 + beta**2) * precision * recall / np.maximum(beta**2 * precision + recall, 1e-12)
    best = int(np.argmax(f_beta[:-1]))
    below = cuts[best - 1] if best else 0.0
    return float((below + cuts[best]) / 2)
