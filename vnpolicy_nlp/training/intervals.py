"""How far the figures would move with other articles: 95 % bootstrap intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from vnpolicy_nlp.training.measures import MACRO, MEASURES, MICRO, Answers, measures
from vnpolicy_nlp.training.reliability import bin_members

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["N_RESAMPLES", "measure_table", "resamples"]

N_RESAMPLES = 1000
_AT_ONCE = 4_000_000  # pairs of resample and label that are worked on together: some 200 MB
_BIASED = "expected_calibration_error"


def measure_table(answers: Answers, *, seed: int = 0) -> pd.DataFrame:
    """Return the measures with their intervals, a row a topic, and the rows ``macro`` and ``micro``.

    Parameters
    ----------
    answers : Answers
        Of one article at least.
    seed : int
        Of the resamples: the same seed, the same intervals.

    Returns
    -------
    DataFrame
        Columns: ``n_positive``, the articles with the topic, in the average rows those with any topic; ``support``,
        the labels, as scikit-learn counts them: in the average rows their sum; ``n_tagged``, the tags given; each of
        `MEASURES`, from 0 to 1; each again with ``_low`` and ``_high``. NaN for what a topic without positive
        articles does not have.

    Notes
    -----
    1,000 resamples of whole articles, with all their labels and tags, so that the averages are resampled together
    (Efron 1979, Annals of Statistics 7). The interval is from the 2.5th to the 97.5th percentile, what
    ``scipy.stats.bootstrap(method="percentile")`` answers. Resamples that happen to hold no article of a topic are
    left out. Where every article was right the interval has no width; that is a limit of the method, not certainty.

    Of the expected calibration error the interval is the basic one, twice the estimate minus the percentiles
    (Davison & Hinkley 1997, section 5.2): chance alone makes this figure positive and resampling adds more of it, so
    that percentiles lie above the truth. It begins at 0 where the estimate is no greater than true probabilities
    would let it be, in 97.5 % of label sets drawn from them (Bröcker & Smith 2007, Weather and Forecasting 22).
    """
    n = len(answers.Y)
    estimates = {name: values[:, 0] for name, values in measures(answers, np.ones((1, n))).items()}
    resampled = [measures(answers, weights) for weights in resamples(answers, seed)]
    columns = dict(estimates)
    for name in MEASURES:
        values = np.concatenate([batch[name] for batch in resampled], axis=1)
        low, high = np.array([_percentiles(row) for row in values]).T
        if name == _BIASED:
            low, high = _basic(estimates[name], low, high)
            low = np.where(estimates[name] <= _error_by_chance(answers.probabilities, seed), 0.0, low)
        columns[f"{name}_low"], columns[f"{name}_high"] = low, high
    table = pd.DataFrame(columns, index=[*answers.topics, MACRO, MICRO])
    for place, (name, counted) in enumerate(_counts(answers).items()):
        table.insert(place, name, counted)
    return table


def resamples(answers: Answers, seed: int) -> Iterator[Array]:
    """Yield how often each article is in each resample, shape (n_resamples, n_articles), some resamples at a time."""
    n = len(answers.Y)
    rng = np.random.default_rng(seed)
    for size in _batches(answers.Y.size):
        yield rng.multinomial(n, np.full(n, 1 / n), size=size).astype(np.float64)


def _percentiles(values: Array) -> Array:
    """Return the 2.5th and the 97.5th percentile of the values that are numbers; NaN if there is none."""
    numbers = values[np.isfinite(values)]
    return np.percentile(numbers, [2.5, 97.5]) if len(numbers) else np.full(2, np.nan)


def _basic(estimate: Array, low: Array, high: Array) -> tuple[Array, Array]:
    """Turn percentiles into the basic interval, between 0 and 1 and with the estimate in it."""
    return np.clip(2 * estimate - high, 0, estimate), np.clip(2 * estimate - low, estimate, 1)


def _error_by_chance(probabilities: Array, seed: int) -> Array:
    """Return the calibration error that true probabilities exceed in 2.5 % of all cases, shape (n_topics + 2,)."""
    rng = np.random.default_rng(seed)
    n_articles, n_topics = probabilities.shape
    pooled = bin_members(probabilities.ravel()).reshape(n_articles, n_topics, -1)
    drawn = []
    for size in _batches(probabilities.size):
        excess = probabilities - (rng.random((size, n_articles, n_topics)) < probabilities)
        topics = [
            np.abs(excess[:, :, topic] @ bin_members(probabilities[:, topic])).sum(axis=1) / n_articles
            for topic in range(n_topics)
        ]
        micro = np.abs(np.tensordot(excess, pooled, axes=2)).sum(axis=1) / probabilities.size
        drawn.append(np.vstack([topics, np.mean(topics, axis=0), micro]))
    quantile: Array = np.percentile(np.concatenate(drawn, axis=1), 97.5, axis=1)
    return quantile


def _batches(n_pairs: int) -> Iterator[int]:
    """Yield how many resamples of so many pairs of article and topic to work on at a time, `N_RESAMPLES` together."""
    at_once = max(1, _AT_ONCE // n_pairs)
    for start in range(0, N_RESAMPLES, at_once):
        yield min(at_once, N_RESAMPLES - start)


def _counts(answers: Answers) -> dict[str, list[int]]:
    by_topic, tagged = answers.Y.sum(axis=0).tolist(), answers.decisions.sum(axis=0).tolist()
    return {
        "n_positive": [*by_topic, *[int(answers.Y.any(axis=1).sum())] * 2],
        "support": [*by_topic, *[sum(by_topic)] * 2],
        "n_tagged": [*tagged, *[sum(tagged)] * 2],
    }
