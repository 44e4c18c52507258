"""The figures of a comparison: differences with paired intervals, slices, and the tags that differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from vnpolicy_nlp.training.intervals import resamples
from vnpolicy_nlp.training.measures import MACRO, MICRO, Answers, decision_measures, measures
from vnpolicy_nlp.training.mistakes import title_of
from vnpolicy_nlp.training.slices import FEWEST_POSITIVES, in_order

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

__all__ = [
    "NOT_MEASURABLE",
    "NO_DIFFERENCE",
    "TOO_FEW",
    "change_counts",
    "changed_tags",
    "comparison_slices",
    "comparison_table",
]

NO_DIFFERENCE, NOT_MEASURABLE = "no clear difference", "not measurable"
# Resamples can only repeat a topic's single article, so that its part of the difference never varies. Two models that
# are equally good then got a winner in 13 to 45 % of 300 simulations, not 5; with two articles a topic in 10 at most.
TOO_FEW, FEWEST_TO_TELL = "too few articles", 2
FIGURES = ("f1", "average_precision", "precision", "recall")


def comparison_table(
    both: tuple[Answers, Answers], names: tuple[str, str], seed: int, figures: Sequence[str] = FIGURES
) -> pd.DataFrame:
    """Return the figures of both models, the differences and their intervals; see `Comparison.table`."""
    measured = measures if "average_precision" in figures else decision_measures
    a = both[0]
    n = len(a.Y)
    fewest = _fewest(a.Y)
    whole = [measured(answers, np.ones((1, n))) for answers in both]
    drawn = [[measured(answers, weights) for answers in both] for weights in resamples(a, seed)]
    columns: dict[str, Any] = {
        "n_positive": [*a.Y.sum(axis=0).tolist(), *[int(a.Y.any(axis=1).sum())] * 2],
        "small": [n < FEWEST_POSITIVES for n in fewest],
    }
    for name in figures:
        differences = np.concatenate([second[name] - first[name] for first, second in drawn], axis=1)
        columns[f"{name}_a"], columns[f"{name}_b"] = (values[name][:, 0] for values in whole)
        columns[f"{name}_difference"] = columns[f"{name}_b"] - columns[f"{name}_a"]
        columns[f"{name}_low"], columns[f"{name}_high"] = np.array([_percentiles(row) for row in differences]).T
    table = pd.DataFrame(columns, index=[*a.topics, MACRO, MICRO])
    ends = zip(fewest, table["f1_low"], table["f1_high"], strict=True)
    table["verdict"] = [_verdict(n, low, high, names) for n, low, high in ends]
    return table


def _fewest(Y: NDArray[np.int64]) -> list[int]:
    """Return the articles of each topic, for macro of the rarest topic that there is, for micro of any topic."""
    by_topic = Y.sum(axis=0).tolist()
    return [*by_topic, min((n for n in by_topic if n), default=0), int(Y.any(axis=1).sum())]


def _percentiles(values: NDArray[np.float64]) -> NDArray[np.float64]:
    numbers = values[np.isfinite(values)]
    return np.percentile(numbers, [2.5, 97.5]) if len(numbers) else np.full(2, np.nan)


def _verdict(n_positive: int, low: float, high: float, names: tuple[str, str]) -> str:
    if low != low:
        return NOT_MEASURABLE
    if low <= 0 <= high:
        return NO_DIFFERENCE
    if n_positive < FEWEST_TO_TELL:
        return TOO_FEW
    return f"{names[1]} better" if low > 0 else f"{names[0]} better"


def comparison_slices(
    both: tuple[Answers, Answers], names: tuple[str, str], columns: Mapping[str, Sequence[str]], seed: int
) -> pd.DataFrame:
    """Return who wins where, a row a slice; see `Comparison.slices`."""
    found = []
    for name, values in columns.items():
        there = np.asarray(values, dtype=object)
        for value in in_order(name, values):
            rows = there == value
            table = comparison_table((both[0].part(rows), both[1].part(rows)), names, seed, ("f1",))
            figures = table.loc[
                MACRO, ["small", "f1_a", "f1_b", "f1_difference", "f1_low", "f1_high", "verdict"]
            ].to_dict()
            found.append({"slice": name, "value": value, "n_articles": int(rows.sum()), **figures})
    return pd.DataFrame(found)


def change_counts(both: tuple[Answers, Answers]) -> pd.DataFrame:
    """Return how many tags of each topic the second model has fixed and broken."""
    a, b = both
    differs = a.decisions != b.decisions
    right = b.decisions == b.Y
    return pd.DataFrame(
        {"fixed": (differs & right).sum(axis=0), "broken": (differs & ~right).sum(axis=0)}, index=list(a.topics)
    )


def changed_tags(
    both: tuple[Answers, Answers], texts: Sequence[str], ids: Sequence[Any], n_examples: int
) -> pd.DataFrame:
    """Return the changed tags whose probability moved most; see `Comparison.changed`."""
    a, b = both
    moved = np.abs(b.probabilities - a.probabilities)
    found = []
    for column, topic in enumerate(a.topics):
        differs = a.decisions[:, column] != b.decisions[:, column]
        right = b.decisions[:, column] == b.Y[:, column]
        for kind, wanted in (("fixed", differs & right), ("broken", differs & ~right)):
            rows = np.flatnonzero(wanted)
            rows = rows[np.argsort(-moved[rows, column], kind="stable")][:n_examples]
            found += [
                {
                    "topic": topic,
                    "kind": kind,
                    "row": ids[row],
                    "label": int(a.Y[row, column]),
                    "probability_a": a.probabilities[row, column],
                    "probability_b": b.probabilities[row, column],
                    "title": title_of(texts[row]),
                }
                for row in rows.tolist()
            ]
    columns = ["topic", "kind", "row", "label", "probability_a", "probability_b", "title"]
    return pd.DataFrame(found, columns=columns)
