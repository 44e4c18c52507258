"""From scores of articles held out to probabilities, thresholds, and answers that saw nothing of the article."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from vnpolicy_nlp.model.artifact import DEFAULT_PRESET
from vnpolicy_nlp.model.classifier import sigmoid, softmax
from vnpolicy_nlp.training.thresholds import fit_sigmoid, fit_temperature, preset_thresholds

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

__all__ = ["Calibration", "HeldOut", "answer_held_out", "calibrate"]


@dataclass(frozen=True, eq=False)
class Calibration:
    """How scores become probabilities and decisions.

    Attributes
    ----------
    lines : ndarray of float64, shape (n_topics, 2)
        Slope and offset of the log-odds over the score.
    presets : mapping of str to ndarray of float64, shape (n_topics,)
    exclusive : bool
    """

    lines: NDArray[np.float64]
    presets: Mapping[str, NDArray[np.float64]]
    exclusive: bool

    def probabilities(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return probabilities, shape (n_articles, n_topics)."""
        log_odds = scores * self.lines[:, 0] + self.lines[:, 1]
        return softmax(log_odds) if self.exclusive else sigmoid(log_odds)

    def decisions(self, probabilities: NDArray[np.float64]) -> Ints:
        """Return 0/1 decisions, shape (n_articles, n_topics)."""
        if self.exclusive:
            likeliest = np.arange(probabilities.shape[1]) == probabilities.argmax(axis=1)[:, np.newaxis]
            return np.asarray(likeliest, dtype=np.int64)
        return np.asarray(probabilities >= self.presets[DEFAULT_PRESET], dtype=np.int64)


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Answers on training articles by models, calibrations and thresholds that did not see them.

    Attributes
    ----------
    rows : ndarray of int64, shape (n_held_out,)
        Positions of the articles that were held out; all of them, unless articles were held out by time.
    decisions : ndarray of int64, shape (n_held_out, n_topics)
    probabilities : ndarray of float64, shape (n_held_out, n_topics)
    """

    rows: Ints
    decisions: Ints
    probabilities: NDArray[np.float64]


def calibrate(scores: NDArray[np.float64], Y: Ints, beta: float, *, exclusive: bool) -> Calibration:
    """Fit calibration and thresholds to scores of articles held out, shape (n_articles, n_topics)."""
    n_topics = Y.shape[1]
    if exclusive:
        lines = np.tile([fit_temperature(scores, Y), 0.0], (n_topics, 1))
        return Calibration(lines, {DEFAULT_PRESET: np.zeros(n_topics)}, exclusive)
    lines = np.array([fit_sigmoid(*column) for column in zip(scores.T, Y.T, strict=True)])
    probabilities = sigmoid(scores * lines[:, 0] + lines[:, 1])
    return Calibration(lines, preset_thresholds(probabilities, Y, beta), exclusive)


def answer_held_out(
    scores: NDArray[np.float64], Y: Ints, held_out: Sequence[Ints], beta: float, *, exclusive: bool
) -> HeldOut:
    """Answer each fold by the calibration and thresholds that the other folds give.

    Parameters
    ----------
    scores : ndarray of float64, shape (n_articles, n_topics)
        From models that did not see the article.
    Y : ndarray of int64, shape (n_articles, n_topics)
    held_out : sequence of ndarray of int64
        The articles of each fold.
    beta, exclusive
        As in `TopicTagger`.
    """
    rows = np.sort(np.concatenate(held_out))
    probabilities, decisions = np.zeros(scores.shape), np.zeros_like(Y)
    for fold in held_out:
        others = np.setdiff1d(rows, fold)
        if len(others) == 0 or not _tells(Y[others]):  # held out by time: a span or two may lack a topic
            others = rows
        calibration = calibrate(scores[others], Y[others], beta, exclusive=exclusive)
        probabilities[fold] = calibration.probabilities(scores[fold])
        decisions[fold] = calibration.decisions(probabilities[fold])
    return HeldOut(rows, decisions[rows], probabilities[rows])


def _tells(Y: Ints) -> bool:
    """Return whether each topic has an article and lacks one."""
    return bool((Y.any(axis=0) & (Y == 0).any(axis=0)).all())
