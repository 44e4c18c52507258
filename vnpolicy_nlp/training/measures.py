"""The numbers: each measure a topic, for one or many resamples of the articles at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from vnpolicy_nlp.training.reliability import bin_members

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["MACRO", "MEASURES", "MICRO", "Answers", "decision_measures", "measures"]

MEASURES = ("precision", "recall", "f1", "average_precision", "brier", "expected_calibration_error")
MACRO, MICRO = "macro", "micro"


@dataclass(frozen=True, eq=False)
class Answers:
    """What a tagger said of some articles, and what is true.

    Attributes
    ----------
    topics : tuple of str
    Y : ndarray of int64, shape (n_articles, n_topics)
        The labels, 0 or 1.
    decisions : ndarray of int64, shape (n_articles, n_topics)
        The tags, 0 or 1.
    probabilities : ndarray of float64, shape (n_articles, n_topics)
        From 0 to 1.
    """

    topics: tuple[str, ...]
    Y: NDArray[np.int64]
    decisions: NDArray[np.int64]
    probabilities: Array

    def part(self, rows: NDArray[np.bool_]) -> Answers:
        """Return the answers on some of the articles, those where `rows`, shape (n_articles,), is true."""
        return Answers(self.topics, self.Y[rows], self.decisions[rows], self.probabilities[rows])


def measures(answers: Answers, weights: Array) -> dict[str, Array]:
    """Return each of `MEASURES`, shape (n_topics + 2, n_resamples): the topics, macro, micro.

    Parameters
    ----------
    answers : Answers
    weights : ndarray of float64, shape (n_resamples, n_articles)
        How often each article is in each resample. A row of ones gives the figures of the articles themselves.

    Notes
    -----
    Precision, recall, F1 and average precision are scikit-learn's, for many resamples at once; its own functions take
    half a minute for 1,000. ``brier`` is the mean of ``(probability - label)²`` (Brier 1950, Monthly Weather Review
    78), ``brier_score_loss`` in scikit-learn. ``expected_calibration_error`` is the mean distance of predicted and
    observed rate, weighted by articles (Guo et al. 2017, ICML), here over the bins of `bin_numbers`: ten with equally
    many articles, for in bins of equal width nearly all news falls into the first.

    Macro is the plain mean over topics, micro takes each pair of article and topic as a case. A topic without a
    positive article has neither precision nor recall, F1 or average precision: NaN, and not in the macro average.
    """
    return {
        **decision_measures(answers, weights),
        "average_precision": _with_macro(
            [_average_precision(y, p, weights) for y, p in zip(answers.Y.T, answers.probabilities.T, strict=True)],
            _average_precision(
                answers.Y.ravel(), answers.probabilities.ravel(), np.repeat(weights, len(answers.topics), axis=1)
            ),
        ),
        **_of_probabilities(answers, weights),
    }


def decision_measures(answers: Answers, weights: Array) -> dict[str, Array]:
    """Return precision, recall and f1 as `measures` does, without what takes most of its time."""
    hits, tagged, positive = (
        (weights @ counted.astype(np.float64)).T
        for counted in (answers.Y * answers.decisions, answers.decisions, answers.Y)
    )
    topics = _rates(hits, tagged, positive)
    together = _rates(hits.sum(axis=0), tagged.sum(axis=0), positive.sum(axis=0))
    return {name: _with_macro(list(values), together[name]) for name, values in topics.items()}


def _rates(hits: Array, tagged: Array, positive: Array) -> dict[str, Array]:
    there = positive > 0
    with np.errstate(invalid="ignore"):  # 0 / 0 is the NaN that is meant
        return {
            "precision": np.where(there, hits / np.maximum(tagged, 1), np.nan),
            "recall": hits / positive,
            "f1": np.where(there, 2 * hits / (tagged + positive), np.nan),
        }


def _of_probabilities(answers: Answers, weights: Array) -> dict[str, Array]:
    n_articles, n_topics = answers.Y.shape
    excess = answers.probabilities - answers.Y
    brier = (weights @ excess**2).T / n_articles
    gaps = [_gap(excess[:, [topic]], answers.probabilities[:, [topic]], weights) for topic in range(n_topics)]
    return {
        "brier": _with_macro(list(brier), brier.mean(axis=0)),
        "expected_calibration_error": _with_macro(gaps, _gap(excess, answers.probabilities, weights)),
    }


def _gap(excess: Array, probabilities: Array, weights: Array) -> Array:
    """Return the expected calibration error of some topics taken together, shape (n_resamples,)."""
    members = bin_members(probabilities.ravel()).reshape(*excess.shape, -1)
    by_bin = (excess[:, :, np.newaxis] * members).sum(axis=1)
    total: Array = np.abs(weights @ by_bin).sum(axis=1) / excess.size
    return total


def _with_macro(topics: list[Array], micro: Array) -> Array:
    """Stack topics, their mean, and micro. The mean is over the same topics in each resample, NaN where one is."""
    values = np.stack(topics)
    counted = values[np.isfinite(values).any(axis=1)]
    macro = counted.mean(axis=0) if len(counted) else np.full_like(micro, np.nan)
    return np.vstack([values, macro, micro])


def _average_precision(y: NDArray[np.int64], probabilities: Array, weights: Array) -> Array:
    """Return the average precision of one topic in each resample, shape (n_resamples,)."""
    order = np.argsort(-probabilities, kind="stable")
    last_of_ties = np.flatnonzero(np.append(np.diff(probabilities[order]) != 0, True))
    found = np.cumsum(weights[:, order], axis=1)[:, last_of_ties]
    right = np.cumsum((weights * y)[:, order], axis=1)[:, last_of_ties]
    steps = np.diff(right, axis=1, prepend=0)
    with np.errstate(invalid="ignore"):
        total: Array = (steps * right / np.maximum(found, 1)).sum(axis=1) / right[:, -1]
    return total
