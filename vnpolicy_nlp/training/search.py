"""Settings tried out within a time that the user gives."""

from __future__ import annotations

import logging
import time
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.metrics import accuracy_score, average_precision_score

from vnpolicy_nlp.errors import InputError
from vnpolicy_nlp.training.labels import binarize_labels

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from vnpolicy_nlp.training.estimator import TopicTagger

    Words = list[list[str]]

__all__ = ["search_settings"]

# What decided on the corpora at hand, most promising values first. The estimator's own settings are always tried first.
GRID: dict[str, tuple[Any, ...]] = {
    "C": (100.0, 10.0, 300.0, 3.0),
    "sublinear_tf": (True, 2.0),
    "word_ngram_range": ((1, 1), None, (1, 2)),
    "min_df": (2, 3, 5),
}

_log = logging.getLogger("vnpolicy_nlp")


def search_settings(
    estimator: TopicTagger,
    words: Words,
    labels: Sequence[Any],
    *,
    seconds: float,
    groups: Sequence[Any] | None = None,
    times: Sequence[Any] | None = None,
) -> tuple[TopicTagger, pd.DataFrame]:
    """Try settings in random order for some time, and return the best.

    Parameters
    ----------
    estimator : TopicTagger
        Where the search starts; it is not changed.
    words : list of list of str
        Articles as `prepare` returns them.
    labels : sequence
        As in `TopicTagger.fit`.
    seconds : float
        No setting is begun that by the slowest so far would not be finished in this time; at least one beside the
        estimator's own is tried.
    groups, times
        As in `TopicTagger.fit`.

    Returns
    -------
    TopicTagger
        Unfitted, with the settings whose articles held out have the greatest macro average precision, with exclusive
        topics the greatest accuracy. The best of several figures flatters: measure again, on other folds or articles.
    DataFrame
        A row a setting that was tried, the best first: the parameters, ``score``, ``seconds``.

    Raises
    ------
    InputError
        If `seconds` is not above 0.
    """
    if not seconds > 0:
        raise InputError(f"the time for the search is {seconds} seconds: give more than 0, or leave it out")
    started, slowest = time.perf_counter(), 0.0
    tried: list[dict[str, Any]] = []
    for settings in _settings(estimator):
        if len(tried) > 1 and time.perf_counter() - started + slowest > seconds:
            break
        begun = time.perf_counter()
        fitted = clone(estimator).set_params(**settings).fit_words(words, labels, groups, times=times)
        slowest = max(slowest, time.perf_counter() - begun)
        tried.append({**settings, "score": _score(fitted, labels), "seconds": time.perf_counter() - begun})
        _log.info("tried %s: %.4f", settings or "the settings as they are", tried[-1]["score"])
    best = max(range(len(tried)), key=lambda n: tried[n]["score"])
    chosen = {name: value for name, value in tried[best].items() if name in GRID}
    rows = [{**{name: getattr(estimator, name) for name in GRID}, **row} for row in tried]
    table = pd.DataFrame(rows).sort_values("score", ascending=False, ignore_index=True)
    return clone(estimator).set_params(**chosen), table


def _settings(estimator: TopicTagger) -> Iterator[dict[str, Any]]:
    """Yield the estimator's own settings, as nothing to change, and then those of the grid in random order."""
    yield {}
    settings = [dict(zip(GRID, values, strict=True)) for values in product(*GRID.values())]
    for place in np.random.default_rng(estimator.random_state).permutation(len(settings)).tolist():
        if any(getattr(estimator, name) != value for name, value in settings[place].items()):
            yield settings[place]


def _score(fitted: TopicTagger, labels: Sequence[Any]) -> float:
    Y, _ = binarize_labels(labels, fitted.topics_)
    held_out = fitted.held_out_
    Y = Y[held_out.rows]
    if fitted.exclusive:
        return float(accuracy_score(Y, held_out.decisions))
    there = Y.any(axis=0)
    return float(average_precision_score(Y[:, there], held_out.probabilities[:, there], average="macro"))
