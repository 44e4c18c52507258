"""Two models on the same articles: which is better, by how much, and where."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from vnpolicy_nlp.errors import InputError, LabelError
from vnpolicy_nlp.text.segmenter import check_texts
from vnpolicy_nlp.training.compare_tables import (
    NOT_MEASURABLE,
    change_counts,
    changed_tags,
    comparison_slices,
    comparison_table,
)
from vnpolicy_nlp.training.compare_text import comparison_html, comparison_text, interval
from vnpolicy_nlp.training.labels import binarize_labels
from vnpolicy_nlp.training.measures import MACRO, Answers
from vnpolicy_nlp.training.report import records_of
from vnpolicy_nlp.training.signature import data_sha256
from vnpolicy_nlp.training.slices import FEWEST_POSITIVES, slice_columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Comparison", "compare"]


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two models, A and B, on the same articles. HTML in a notebook.

    Attributes
    ----------
    names : tuple of str
        What A and B are called.
    table : DataFrame
        One row a topic that both have, then ``macro`` and ``micro``. Columns: ``n_positive``; ``small``, whether
        fewer than ten articles have the topic, for ``macro`` whether that is so of any topic in it; for f1,
        average_precision, precision and recall the figure of each model (``f1_a``, ``f1_b``), ``f1_difference``, B
        minus A, with its 95 % interval (``_low``, ``_high``); ``verdict``, by f1: "B better", "A better", "no clear
        difference" where the interval holds 0, "too few articles" where a topic has a single one, or "not
        measurable" without positives. With names of one's own these stand for A and B in the verdicts.
    slices : DataFrame
        Who wins where: ``slice``, ``value``, ``n_articles``, ``small``, and macro f1 with difference, interval and
        verdict.
    changed : DataFrame
        Articles whose tags differ, for each topic the surest changes first: ``topic``, ``kind`` ("fixed" where B is
        right, "broken" where A was), ``row``, ``label``, ``probability_a``, ``probability_b``, ``title``.
    counts : DataFrame
        How many tags of each topic B has ``fixed`` and ``broken``.
    only_a, only_b : tuple of str
        Topics that the other model does not have.
    unlabelled : tuple of str
        Topics that both have and a DataFrame of labels has no column for; not compared either.
    n_articles, n_changed : int
        How many articles were compared on, and how many of them have other tags.
    data_sha256 : str
        Of texts and labels.
    accuracy : tuple of float, or None
        Of exclusive models the share of articles with the right topic, which is micro F1, of A and B.
    """

    names: tuple[str, str]
    table: pd.DataFrame
    slices: pd.DataFrame
    changed: pd.DataFrame
    counts: pd.DataFrame
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]
    unlabelled: tuple[str, ...]
    n_articles: int
    n_changed: int
    data_sha256: str
    accuracy: tuple[float, float] | None = None

    @property
    def verdict(self) -> str:
        """Return which model is better over all topics, in a sentence."""
        a, b = self.names
        row = self.table.loc[MACRO]
        if not self.n_changed:
            shared = " on the topics compared" if self.only_a or self.only_b or self.unlabelled else ""
            return f"{a} and {b} give the same tags to all {self.n_articles} articles{shared}."
        if row["verdict"] == NOT_MEASURABLE:
            return "These articles have none of the topics: no telling which model is better."
        by = f"macro F1 {row['f1_a']:.3f} ({a}) and {row['f1_b']:.3f} ({b}), difference {interval(row, 'f1')}"
        if self.accuracy:
            by += f", accuracy (micro F1) {self.accuracy[0]:.3f} and {self.accuracy[1]:.3f}"
        return f"{str(row['verdict'])[:1].upper()}{str(row['verdict'])[1:]}: {by}, {self.n_articles} articles."

    def summary(self) -> dict[str, Any]:
        """Return the outcome for scripts, as JSON values.

        Returns
        -------
        dict
            ``better``: "a" or "b", by macro F1, None where there is no telling; ``same_tags``; ``n_changed``;
            ``n_fixed`` and ``n_broken``, tags of all topics; ``macro_f1``: ``a``, ``b``, ``difference``, ``low`` and
            ``high``, rounded to four places.
        """
        (row,) = records_of(self.table.loc[[MACRO]])
        winners = {f"{name} better": letter for name, letter in zip(self.names, "ab", strict=True)}
        return {
            "better": winners.get(row["verdict"]),
            "same_tags": not self.n_changed,
            "n_changed": self.n_changed,
            **{f"n_{kind}": int(self.counts[kind].sum()) for kind in ("fixed", "broken")},
            "macro_f1": {end: row[f"f1_{end}"] for end in ("a", "b", "difference", "low", "high")},
        }

    def to_dict(self) -> dict[str, Any]:
        """Return the comparison as JSON values, figures rounded to four places, None for what is not measurable."""
        return {
            "verdict": self.verdict,
            "summary": self.summary(),
            "models": list(self.names),
            "n_articles": self.n_articles,
            "data_sha256": self.data_sha256,
            "topics": dict(zip(map(str, self.table.index), records_of(self.table), strict=True)),
            "counts": dict(zip(map(str, self.counts.index), records_of(self.counts), strict=True)),
            "slices": records_of(self.slices),
            "changed": records_of(self.changed),
            "only_a": list(self.only_a),
            "only_b": list(self.only_b),
            "unlabelled": list(self.unlabelled),
        }

    def __str__(self) -> str:
        return comparison_text(self)

    def __repr__(self) -> str:
        return f"Comparison({self.verdict!r})"

    def _repr_html_(self) -> str:
        return comparison_html(self)


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
        As in `evaluate`. Labels may have topics that only one of the models has; a 0/1 matrix has a column for each
        topic of either, sorted, and of a 0/1 DataFrame the columns are taken by their names, those that it has.
    names : tuple of str
        What to call the models: two different names.
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
        If the models have no topic in common, or the names are not two.
    TextError, LabelError, ColumnError

    Notes
    -----
    The intervals are paired: both models are measured on the same 1,000 resamples of whole articles, so that what is
    hard for both does not count (Koehn 2004, "Statistical significance tests for machine translation evaluation").
    """
    if len(names) != 2 or names[0] == names[1]:
        raise InputError(f"the models are called {' and '.join(map(repr, names))}: give two different names")
    taggers = [getattr(model, "tagger_", model) for model in (a, b)]
    shared = tuple(sorted(set(taggers[0].topics) & set(taggers[1].topics)))
    if not shared:
        raise InputError("the two models have no topic in common: there is nothing to compare")
    named = getattr(texts, "index", None) if ids is None else ids
    texts = check_texts(texts)
    rows = list(range(len(texts))) if named is None or callable(named) else list(named)
    frame = _label_frame(labels, sorted({*taggers[0].topics, *taggers[1].topics}))
    _check_lengths(len(texts), len(frame), len(rows))
    unlabelled = tuple(topic for topic in shared if topic not in frame.columns)
    topics = tuple(topic for topic in shared if topic in frame.columns)
    if not topics:
        raise LabelError(f"the labels have no column for {', '.join(shared)}: name the columns as the topics")
    Y = frame[list(topics)].to_numpy()
    _warn(frame, topics, texts, taggers, names)
    parts = slice_columns(texts, slices)
    both = (_answers(taggers[0], topics, Y, texts), _answers(taggers[1], topics, Y, texts))
    return Comparison(
        names,
        comparison_table(both, names, seed),
        comparison_slices(both, names, parts, seed),
        changed_tags(both, texts, rows, n_examples),
        change_counts(both),
        only_a=tuple(sorted(set(taggers[0].topics) - set(shared))),
        only_b=tuple(sorted(set(taggers[1].topics) - set(shared))),
        unlabelled=unlabelled,
        n_articles=len(texts),
        n_changed=int((both[0].decisions != both[1].decisions).any(axis=1).sum()),
        data_sha256=data_sha256(texts, Y),
        accuracy=_accuracy(both),
    )


def _label_frame(labels: Any, known: Sequence[str]) -> pd.DataFrame:
    """Return the labels as 0 and 1, a column a topic; of a DataFrame only the topics that it has."""
    if isinstance(labels, pd.DataFrame):
        known = [topic for topic in known if topic in labels.columns]
        labels = labels[known]
    return pd.DataFrame(binarize_labels(labels, known)[0], columns=list(known))


def _check_lengths(n_texts: int, n_labels: int, n_ids: int) -> None:
    if n_labels != n_texts or not n_texts:
        raise LabelError(f"{n_texts} texts but {n_labels} labels: give one label set an article, and at least one")
    if n_ids != n_texts:
        raise LabelError(f"{n_texts} texts but {n_ids} ids: give one an article, or leave them out")


def _accuracy(both: tuple[Answers, Answers]) -> tuple[float, float] | None:
    """Return the share of right articles where labels and tags are exactly one an article: then micro F1 is that."""
    if any((matrix.sum(axis=1) != 1).any() for matrix in (both[0].Y, *(answers.decisions for answers in both))):
        return None
    a, b = (float((answers.decisions == answers.Y).all(axis=1).mean()) for answers in both)
    return a, b


def _answers(tagger: Any, topics: Sequence[str], Y: NDArray[np.int64], texts: list[str]) -> Answers:
    decisions, probabilities = tagger.predict_both(texts)
    columns = [tagger.topics.index(topic) for topic in topics]
    return Answers(tuple(topics), Y, decisions[:, columns], probabilities[:, columns])


def _warn(
    labels: pd.DataFrame, topics: Sequence[str], texts: list[str], taggers: Sequence[Any], names: Sequence[str]
) -> None:
    few = [topic for topic in topics if labels[topic].sum() < FEWEST_POSITIVES]
    if few:
        warnings.warn(
            f"fewer than {FEWEST_POSITIVES} of these articles have {', '.join(few)}: the intervals say little there",
            stacklevel=3,
        )
    for tagger, name in zip(taggers, names, strict=True):
        trained_on = tagger.record.get("training", {}).get("data_sha256")
        # Over its own topics, as in training, also those that the other model does not have.
        mine = labels.reindex(columns=list(tagger.topics), fill_value=0).to_numpy()
        if trained_on and trained_on == data_sha256(texts, mine):
            warnings.warn(f"{name} was trained on these very articles: the comparison flatters it", stacklevel=3)
