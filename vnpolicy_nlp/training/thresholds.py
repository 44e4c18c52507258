"""From out-of-fold scores to a calibration and a threshold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import logsumexp
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import precision_recall_curve

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["f_beta_threshold", "fit_sigmoid", "fit_temperature", "preset_thresholds"]


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


def fit_temperature(scores: NDArray[np.float64], Y: NDArray[np.int64]) -> float:
    """Return the slope of the log-odds of exclusive topics over the scores, by likelihood (Guo et al. 2017).

    Parameters
    ----------
    scores : ndarray of float64, shape (n_articles, n_topics)
    Y : ndarray of int64, shape (n_articles, n_topics)
        One 1 a row.
    """

    def loss(log_slope: float) -> float:
        log_odds = scores * np.exp(log_slope)
        return float(np.mean(logsumexp(log_odds, axis=1) - log_odds[Y == 1]))

    return float(np.exp(minimize_scalar(loss, bounds=(-5.0, 5.0), method="bounded").x))


def f_beta_threshold(probabilities: NDArray[np.float64], y: NDArray[np.int64], beta: float) -> float:
    """Return the threshold that makes F-beta greatest for probabilities that are right.

    An article belongs among the tagged ones if its probability exceeds the greatest F-beta divided by ``1 + beta**2``
    (Lipton, Elkan and Naryanaswamy 2014, "Optimal thresholding of classifiers to maximize F1 measure", where beta
    is 1). That hangs on all articles through their calibration. The threshold with the greatest F-beta among those
    tried hangs on a few: what is written for training separates so well that F-beta hardly changes over a wide range,
    and where in it the maximum falls is chance.

    Parameters
    ----------
    probabilities : ndarray of float64, shape (n_articles,)
        Calibrated, from models that did not see the article.
    y : ndarray of int64, shape (n_articles,)
    beta : float
        Weight of recall against precision.

    Returns
    -------
    float
        Above 0 and at most ``1 / (1 + beta**2)``.
    """
    precision, recall, _ = precision_recall_curve(y, probabilities)
    f_beta = (1 + beta**2) * precision * recall / np.maximum(beta**2 * precision + recall, 1e-12)
    return float(f_beta.max() / (1 + beta**2))


def preset_thresholds(
    probabilities: NDArray[np.float64], Y: NDArray[np.int64], beta: float
) -> dict[str, NDArray[np.float64]]:
    """Return the thresholds of each preset, shape (n_topics,).

    ``balanced`` is for F-beta, ``sensitive`` for F-(2 beta) and ``precise`` for F-(1 / beta); see `f_beta_threshold`.

    Parameters
    ----------
    probabilities : ndarray of float64, shape (n_articles, n_topics)
        Calibrated, from models that did not see the article.
    Y : ndarray of int64, shape (n_articles, n_topics)
    beta : float
        At least 1.
    """
    columns = list(zip(probabilities.T, Y.T, strict=True))
    weights = {"balanced": beta, "precise": 1 / beta, "sensitive": 2 * beta}
    return {
        name: np.array([f_beta_threshold(*column, weight) for column in columns]) for name, weight in weights.items()
    }
