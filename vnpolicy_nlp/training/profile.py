"""What articles are like, in figures small enough to go with a model; and how far apart two such figures are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import chdtri

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from vnpolicy_nlp.model.artifact import ModelParts

__all__ = ["count_units", "profile_of", "quantiles", "score_edges", "stability_index", "units_profile"]


def profile_of(words: Sequence[Sequence[str]], parts: ModelParts, out_of_fold: NDArray[np.float64]) -> dict[str, Any]:
    """Return what archives are later held against.

    Parameters
    ----------
    words : sequence of sequences of str
        The segmented articles.
    parts : ModelParts
        The model that was trained on them.
    out_of_fold : ndarray of float64, shape (n_articles, n_topics)
        Probabilities from models that did not see the article; NaN where there are none.

    Returns
    -------
    dict
        JSON values: ``length`` in units and ``out_of_vocabulary``, the share of an article's running units that the
        model does not know, each with ``p5``, ``p50`` and ``p95``; ``score_deciles``, eleven a topic, from the least
        to the greatest. With ``min_df`` of 2 or more a unit that is known is known from another article too, so the
        share is about that of articles not seen; with 1 it is 0 and says nothing.
    """
    seen = out_of_fold[np.isfinite(out_of_fold).all(axis=1)]
    deciles = np.quantile(seen, np.linspace(0, 1, 11), axis=0).T
    return {
        **units_profile(*count_units(words, parts)),
        "score_deciles": dict(zip(parts.topics, np.round(deciles, 6).tolist(), strict=True)),
    }


def count_units(words: Iterable[Sequence[str]], parts: ModelParts) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return for each article the number of its units, and of those that the model does not know.

    Units are those of the model's last view: syllables, where it has them. The articles are gone through once, so
    that an archive can be handed in piece by piece.
    """
    features = parts.views[-1]
    known = {unit for term in features.terms for unit in term.split(" ")}
    counts = [(len(units), sum(unit not in known for unit in units)) for units in map(features.view.units, words)]
    n_units, n_unknown = np.array(counts, dtype=np.int64).reshape(-1, 2).T
    return n_units, n_unknown


def units_profile(n_units: NDArray[np.int64], n_unknown: NDArray[np.int64]) -> dict[str, dict[str, float]]:
    """Return the quantiles of ``length`` and ``out_of_vocabulary`` over the articles that have text."""
    there = n_units > 0
    units, unknown = (n_units[there], n_unknown[there]) if there.any() else (np.ones(1), np.zeros(1))
    return {"length": quantiles(units), "out_of_vocabulary": quantiles(unknown / units)}


def quantiles(values: NDArray[Any]) -> dict[str, float]:
    """Return the 5th, the 50th and the 95th percentile, to six places."""
    found = np.quantile(values, [0.05, 0.5, 0.95])
    return {name: round(float(value), 6) for name, value in zip(("p5", "p50", "p95"), found, strict=True)}


def score_edges(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the upper ends of all bins but the last: the nine deciles, of equal ones each once."""
    deciles: NDArray[np.float64] = np.unique(np.quantile(scores, np.linspace(0.1, 0.9, 9), method="inverted_cdf"))
    return deciles


def stability_index(here: NDArray[Any], there: NDArray[Any]) -> tuple[float, float]:
    """Return the population stability index of counts a bin, and what chance exceeds in 5 %; NaN if either is empty.

    See the notes of `drift`. Half an article is added to each bin, so that none is empty.
    """
    n, m = here.sum(), there.sum()
    if not n or not m:
        return float("nan"), float("nan")
    p, q = ((counts + 0.5) / (counts.sum() + 0.5 * len(counts)) for counts in (here, there))
    by_chance = (1 / n + 1 / m) * chdtri(len(here) - 1, 0.05) if len(here) > 1 else 0.0
    return float(np.sum((p - q) * np.log(p / q))), float(by_chance)
