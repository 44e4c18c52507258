"""Two models on the same articles: which is better, by how much, and where."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from vnpolicy_nlp.errors import InputError, LabelError
from vnpolicy_nlp.text.segmenter import check_texts
from vnpolicy_nlp.training.intervals import resamples
from vnpolicy_nlp.training.labels import binarize_labels
from vnpolicy_nlp.training.measures import MACRO, MICRO, Answers, measures
from vnpolicy_nlp.training.mistakes import title_of
from vnpolicy_nlp.training.report import records_of
from vnpolicy_nlp.training.signature import data_sha256
from vnpolicy_nlp.training.slices import FEWEST_POSITIVES, slice_columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

__all__ = ["NO_DIFFERENCE", "Comparison", "compare"]

NO_DIFFERENCE, NOT_MEASURABLE = "no clear difference", "not measurable"
FIGURES = ("f1", "average_precision", "precision", "recall")


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two models, A and B, on the same articles. HTML in a notebook.

    Attributes
    ----------
    names : tuple of str
        What A and B are called.
    table : DataFrame
        One row a topic that both have, then ``macro`` and ``micro``. Columns: ``n_positive``; for f1,
        average_precision, precision and recall the figure of each model (``f1_a``, ``f1_b``), ``f1_difference``, B
        minus A, with its 95 % interval (``_low``, ``_high``); ``verdict``, by f1: "B better", "A better", "no clear
        difference" where the interval holds 0, or "not measurable" without positives. With names of one's own these
        stand for A and B in the verdicts.
    slices : DataFrame
        Who wins where: ``slice``, ``value``, ``n_articles``, and macro f1 with difference, interval and verdict.
    changed : DataFrame
        Articles whose tags differ, for each topic the surest changes first: ``topic``, ``kind`` ("fixed" where B is
        right, "broken" where A was), ``row``, ``label``, ``probability_a``, ``probability_b``, ``title``.
    counts : DataFrame
        How many tags of each topic B has ``fixed`` and ``broken``.
    only_a, only_b : tuple of str
        Topics that one of the models does not have.
    n_articles : int
    data_sha256 : str
        Of texts and labels.
    """

    names: tuple[str, str]
    table: pd.DataFrame
    slices: pd.DataFrame
    changed: pd.DataFrame
    counts: pd.DataFrame
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]
    n_articles: int
    data_sha256: str

    @property
    def verdict(self) -> str:
        """Return which model is better over all topics, in a sentence."""
        a, b = self.names
        row = self.table.loc[MACRO]
        if not self.counts.to_numpy().any():
            return f"{a} and {b} give the same tags to all {self.n_articles} articles."
        if row["verdict"] == NOT_MEASURABLE:
            return "These articles have none of the topics: no telling which model is better."
        by = f"macro F1 {row['f1_a']:.3f} ({a}) and {row['f1_b']:.3f} ({b}), difference {_interval(row, 'f1')}"
        return f"{str(row['verdict'])[:1].upper()}{str(row['verdict'])[1:]}: {by}, {self.n_articles} articles."

    def to_dict(self) -> dict[str, Any]:
        """Return the comparison as JSON values, figures rounded to four places, None for what is not measurable."""
        return {
            "verdict": self.verdict,
            "models": list(self.names),
            "n_articles": self.n_articles,
            "data_sha256": self.data_sha256,
            "topics": dict(zip(map(str, self.table.index), records_of(self.table), strict=True)),
            "counts": dict(zip(map(str, self.counts.index), records_of(self.counts), strict=True)),
            "slices": records_of(self.slices),
            "changed": records_of(self.changed),
            "only_a": list(self.only_a),
            "only_b": list(self.only_b),
        }

    def __str__(self) -> str:
        shown = pd.DataFrame(
            {
                "articles": self.table["n_positive"],
                self.names[0]: [_figure(value) for value in self.table["f1_a"]],
                self.names[1]: [_figure(value) for value in self.table["f1_b"]],
                "difference of F1": [_interval(row, "f1") for _, row in self.table.iterrows()],
                "of average precision": [_interval(row, "average_precision") for _, row in self.table.iterrows()],
                "": self.table["verdict"],
            },
            index=self.table.index,
        )
        parts = [self.verdict, shown.to_string(), f"Tags that differ:\n{self.counts.to_string()}"]
        clear = self.slices[~self.slices["verdict"].isin([NO_DIFFERENCE, NOT_MEASURABLE])]
        if len(clear):
            lines = [
                f"  {row['slice']}: {row['value']} ({row['n_articles']}): {row['verdict']}, {_interval(row, 'f1')}"
                for _, row in clear.iterrows()
            ]
            parts.append("Clear differences on parts of the articles:\n" + "\n".join(lines))
        if len(self.changed):
            lines = [
                f"  {row['topic']}, {row['kind']}: {row['row']} {row['title']} "
                f"({row['probability_a']:.2f} -> {row['probability_b']:.2f})"
                for _, row in self.changed.iterrows()
            ]
            parts.append("Changed tags, the surest first:\n" + "\n".join(lines))
        for name, topics in zip(self.names, (self.only_a, self.only_b), strict=True):
            if topics:
                parts.append(f"Topics of {name} alone, not compared: {', '.join(topics)}")
        return "\n\n".join(parts)

    def __repr__(self) -> str:
        return f"Comparison({self.verdict!r})"

    def _repr_html_(self) -> str:
        tables = (self.table.round(3), self.counts, self.slices.round(3), self.changed.round(3))
        return f"<p>{escape(self.verdict)}</p>" + "".join(table.to_html() for table in tables)


def compare(
    a: Any,
    b: Any,
    texts: Iterable[str],
    labels: Iterable[Any],
    *,
    names: tuple[str, str] = ("A", "B"),
    slices: Mapping[str, Any] | pd.DataFrame | None = None,
    ids: Iterable[Any] | None = None,
    n_examples: int = 5,
    seed: int = 0,
) -> Comparison:
    """Compare two models on labelled articles that neither was trained on.

    Parameters
    ----------
    a, b : Tagger or fitted TopicTagger
        The old model, say, and the new one.
    texts, labels
        As in `evaluate`. Labels may have topics that only one of the models has.
    names : tuple of str
        What to call the models.
    slices, ids
        As in `evaluate`.
    n_examples : int
        How many changed articles to show a topic and kind, at most.
    seed : int
        Of the resamples.

    Warns
    -----
    UserWarning
        Where a topic has fewer than ten articles, or a model was trained on these very articles.

    Raises
    ------
    InputError
        If the models have no topic in common.
    TextError, LabelError, ColumnError

    Notes
    -----
    The intervals are paired: both models are measured on the same 1,000 resamples of whole articles, so that what is
    hard for both does not count (Koehn 2004, "Statistical significance tests for machine translation evaluation").
    """
    taggers = [getattr(model, "tagger_", model) for model in (a, b)]
    topics = tuple(sorted(set(taggers[0].topics) & set(taggers[1].topics)))
    if not topics:
        raise InputError("the two models have no topic in common: there is nothing to compare")
    named = getattr(texts, "index", None) if ids is None else ids
    texts = check_texts(texts)
    known = sorted({*taggers[0].topics, *taggers[1].topics})
    Y, columns = binarize_labels(labels, known)
    if len(Y) != len(texts) or not texts:
        raise LabelError(f"{len(texts)} texts but {len(Y)} labels: give one label set an article, and at least one")
    Y = Y[:, [columns.index(topic) for topic in topics]]
    both = (_answers(taggers[0], topics, Y, texts), _answers(taggers[1], topics, Y, texts))
    sha256 = data_sha256(texts, Y)
    _warn(both[0], taggers, names, sha256)
    rows = list(range(len(texts))) if named is None or callable(named) else list(named)
    return Comparison(
        names,
        _table(both, names, seed),
        _slices(both, names, slice_columns(texts, slices), seed),
        _changed(both, texts, rows, n_examples),
        _counts(both),
        only_a=tuple(sorted(set(taggers[0].topics) - set(topics))),
        only_b=tuple(sorted(set(taggers[1].topics) - set(topics))),
        n_articles=len(texts),
        data_sha256=sha256,
    )


def _answers(tagger: Any, topics: Sequence[str], Y: NDArray[np.int64], texts: list[str]) -> Answers:
    decisions, probabilities = tagger.predict_both(texts)
    columns = [tagger.topics.index(topic) for topic in topics]
    return Answers(tuple(topics), Y, decisions[:, columns], probabilities[:, columns])


def _warn(answers: Answers, taggers: Sequence[Any], names: Sequence[str], sha256: str) -> None:
    few = [topic for topic, n in zip(answers.topics, answers.Y.sum(axis=0), strict=True) if n < FEWEST_POSITIVES]
    if few:
        warnings.warn(
            f"fewer than {FEWEST_POSITIVES} of these articles have {', '.join(few)}: the intervals say little there",
            stacklevel=3,
        )
    for tagger, name in zip(taggers, names, strict=True):
        if tagger.record.get("training", {}).get("data_sha256") == sha256:
            warnings.warn(f"{name} was trained on these very articles: the comparison flatters it", stacklevel=3)


def _table(both: tuple[Answers, Answers], names: tuple[str, str], seed: int) -> pd.DataFrame:
    a = both[0]
    n = len(a.Y)
    whole = [measures(answers, np.ones((1, n))) for answers in both]
    drawn = [[measures(answers, weights) for answers in both] for weights in resamples(a, seed)]
    columns: dict[str, Any] = {
        "n_positive": [*a.Y.sum(axis=0).tolist(), *[int(a.Y.any(axis=1).sum())] * 2],
    }
    for name in FIGURES:
        differences = np.concatenate([second[name] - first[name] for first, second in drawn], axis=1)
        columns[f"{name}_a"], columns[f"{name}_b"] = (values[name][:, 0] for values in whole)
        columns[f"{name}_difference"] = columns[f"{name}_b"] - columns[f"{name}_a"]
        columns[f"{name}_low"], columns[f"{name}_high"] = np.array([_percentiles(row) for row in differences]).T
    table = pd.DataFrame(columns, index=[*a.topics, MACRO, MICRO])
    table["verdict"] = [_verdict(low, high, names) for low, high in zip(table["f1_low"], table["f1_high"], strict=True)]
    return table


def _percentiles(values: NDArray[np.float64]) -> NDArray[np.float64]:
    numbers = values[np.isfinite(values)]
    return np.percentile(numbers, [2.5, 97.5]) if len(numbers) else np.full(2, np.nan)


def _verdict(low: float, high: float, names: tuple[str, str]) -> str:
    if low != low:
        return NOT_MEASURABLE
    if low > 0:
        return f"{names[1]} better"
    return f"{names[0]} better" if high < 0 else NO_DIFFERENCE


def _slices(
    both: tuple[Answers, Answers], names: tuple[str, str], columns: Mapping[str, Sequence[str]], seed: int
) -> pd.DataFrame:
    found = []
    for name, values in columns.items():
        there = np.asarray(values, dtype=object)
        for value in sorted(set(values)):
            rows = there == value
            table = _table((both[0].part(rows), both[1].part(rows)), names, seed)
            figures = table.loc[MACRO, ["f1_a", "f1_b", "f1_difference", "f1_low", "f1_high", "verdict"]].to_dict()
            found.append({"slice": name, "value": value, "n_articles": int(rows.sum()), **figures})
    return pd.DataFrame(found)


def _counts(both: tuple[Answers, Answers]) -> pd.DataFrame:
    a, b = both
    differs = a.decisions != b.decisions
    right = b.decisions == b.Y
    return pd.DataFrame(
        {"fixed": (differs & right).sum(axis=0), "broken": (differs & ~right).sum(axis=0)}, index=list(a.topics)
    )


def _changed(both: tuple[Answers, Answers], texts: Sequence[str], ids: Sequence[Any], n_examples: int) -> pd.DataFrame:
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


def _figure(value: float) -> str:
    return "-" if value != value else f"{value:.3f}"


def _interval(row: Any, name: str) -> str:
    value, low, high = (row[f"{name}_{end}"] for end in ("difference", "low", "high"))
    return "-" if low != low else f"{value:+.3f} ({low:+.3f} to {high:+.3f})"
