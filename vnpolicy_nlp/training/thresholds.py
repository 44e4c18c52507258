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

__all__ = ["best_threshold", "fit_sigmoid", "fit_temperature", "preset_thresholds"]

N_RESAMPLES = 500  # steady to about 3 % of the standard error


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


def best_threshold(
    probabilities: NDArray[np.float64], y: NDArray[np.int64], beta: float, *, highest: bool = False
) -> float:
    """Return the lowest, or highest, threshold whose F-beta is within one standard error of the greatest.

    Written articles separate so well that F-beta hardly changes over a wide range of thresholds, and where in
    it the maximum falls is chance. Of thresholds that cannot be told apart one end is taken on purpose: the
    one-standard-error rule of Breiman et al. (1984, "Classification and regression trees", section 3.4.3). Real news
    scores lower than what was written for training, so the lowest is the one to find articles by.

    Parameters
    ----------
    probabilities : ndarray of float64, shape (n_articles,)
        From models that did not see the article.
    y : ndarray of int64, shape (n_articles,)
    beta : float
        Weight of recall against precision.
    highest : bool
        Whether to take the highest.
    """
    precision, recall, cuts = precision_recall_curve(y, probabilities)
    f_beta = ((1 + beta**2) * precision * recall / np.maximum(beta**2 * precision + recall, 1e-12))[:-1]
    best = int(np.argmax(f_beta))
    least = f_beta[best] - _standard_error(y, probabilities >= cuts[best], beta)
    chosen = int(np.flatnonzero(f_beta >= least)[-1 if highest else 0])
    below = cuts[chosen - 1] if chosen else 0.0
    return float((below + cuts[chosen]) / 2)  # the middle of the gap between two articles


def preset_thresholds(
    probabilities: NDArray[np.float64], Y: NDArray[np.int64], beta: float
) -> dict[str, NDArray[np.float64]]:
    """Return the thresholds of each preset, shape (n_topics,).

    ``balanced`` is the lowest that F-beta allows, ``sensitive`` the lowest that F-(2 beta) does, and ``precise`` the
    highest that F-(1 / beta) does; see `best_threshold`.

    Parameters
    ----------
    probabilities : ndarray of float64, shape (n_articles, n_topics)
        From models that did not see the article.
    Y : ndarray of int64, shape (n_articles, n_topics)
    beta : float
    """
    columns = list(zip(probabilities.T, Y.T, strict=True))
    rules = {"balanced": (beta, False), "precise": (1 / beta, True), "sensitive": (2 * beta, False)}
    return {
        name: np.array([best_threshold(*column, weight, highest=highest) for column in columns])
        for name, (weight, highest) in rules.items()
    }


def _standard_error(y: NDArray[np.int64], tagged: NDArray[np.bool_], beta: float) -> float:
    """Return the bootstrap standard error of F-beta, from resamples that are the same every time."""
    n = len(y)
    weights = np.random.default_rng(0).multinomial(n, np.full(n, 1 / n), size=N_RESAMPLES)
    hits, n_tagged, n_positive = weights @ (y * tagged), weights @ tagged.astype(np.int64), weights @ y
    f_beta = (1 + beta**2) * hits / np.maximum(n_tagged + beta**2 * n_positive, 1)
    return float(f_beta.std())
