"""Labelled articles from a table, and the build of the model that comes with the package."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from joblib import Parallel, delayed
from sklearn.base import clone

from vnpolicy_nlp.errors import TableError
from vnpolicy_nlp.model.columns import TOPICS_COLUMN, check_columns, guess_text_columns
from vnpolicy_nlp.model.tagger import Tagger
from vnpolicy_nlp.text.prepare import join_cells, prepare
from vnpolicy_nlp.text.segmented import Segmented
from vnpolicy_nlp.training.contrasts import Contrast, contrasts_of, read_evidence
from vnpolicy_nlp.training.folds import checked_groups, folds
from vnpolicy_nlp.training.labels import binarize_labels, parse_topics
from vnpolicy_nlp.training.metrics import report_of
from vnpolicy_nlp.training.signature import data_sha256
from vnpolicy_nlp.training.tables import read_table

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from vnpolicy_nlp.training.estimator import TopicTagger
    from vnpolicy_nlp.training.report import Report

    Words = list[list[str]]
    Cut = tuple[int, str, list[str]]

__all__ = ["Corpus", "cross_validate", "read_corpus", "train_with_metrics"]


@dataclass(frozen=True)
class Corpus:
    """Labelled articles.

    Attributes
    ----------
    texts : list of str
    labels : list of tuple of str
        The topics of each article, sorted.
    groups : list of str or None
        The writing batch or another group of each article: what must not be split between training and test.
    ids : list of str
        What the articles are called: the column ``id`` where there is one, else the number of the row, from 1.
    columns : dict of str to list of str
        Other columns that were asked for.
    contrasts : list of Contrast
        Articles without the paragraphs that report on a topic, where these are marked.
    """

    texts: list[str]
    labels: list[tuple[str, ...]]
    groups: list[str] | None
    ids: list[str] = field(default_factory=list)
    columns: dict[str, list[str]] = field(default_factory=dict)
    contrasts: list[Contrast] = field(default_factory=list)


def read_corpus(
    path: str | Path,
    text: Sequence[str] | None = None,
    group: str | None = None,
    only: tuple[str, Collection[str]] | None = None,
    keep: Sequence[str] = (),
    evidence: str | Path | None = None,
) -> Corpus:
    """Read labelled articles from a CSV file with text columns and a column ``topics``.

    Parameters
    ----------
    path : str or Path
        UTF-8, with a header. Cells of ``topics`` hold slugs with ``;`` between them, or nothing.
    text : sequence of str, optional
        The columns that hold the text; without it the usual names are looked for.
    group : str, optional
        The column that says which articles belong together.
    only : tuple of str and collection of str, optional
        A column, and the values in it of the rows to take, such as ``("split", {"train", "validation"})``.
    keep : sequence of str
        Further columns to bring along, such as ``["genre"]``.
    evidence : str or Path, optional
        A CSV file that marks the paragraphs that report on a topic, by the column ``id``; see `read_evidence`.

    Raises
    ------
    TableError, ColumnError, LabelError
    """
    table = read_table(path)
    columns = list(table.columns)
    text = guess_text_columns(columns) if text is None else text
    marks = read_evidence(evidence) if evidence else {}
    named = [*([group] if group else []), *([only[0]] if only else []), *keep, *(["id"] if evidence else [])]
    check_columns(columns, [*text, TOPICS_COLUMN, *named], added=())
    table.index += 1  # rows are counted from 1, those left out included
    if unknown := {article for article, _ in marks} - set(table["id"] if marks else ()):
        raise TableError(f"{evidence} marks articles that {path} does not have, for example {min(unknown)}")
    if only:
        name, wanted = only
        there = ", ".join(sorted(set(table[name]))[:10])
        table = table[table[name].isin(wanted)]
        if table.empty:
            raise TableError(
                f"no row of {path} has {' or '.join(sorted(wanted))} in the column {name}; "
                f"it holds, for example: {there}"
            )
    ids = (table["id"] if columns.count("id") == 1 else table.index.to_series()).map(str).tolist()
    labels = [parse_topics(cell) for cell in table[TOPICS_COLUMN]]
    return Corpus(
        texts=[join_cells(cells) for cells in table[list(text)].itertuples(index=False)],
        labels=labels,
        groups=table[group].tolist() if group else None,
        ids=ids,
        columns={name: table[name].tolist() for name in keep},
        contrasts=contrasts_of(ids, labels, table[text[-1]].tolist(), marks),
    )


def cross_validate(estimator: TopicTagger, corpus: Corpus) -> Report:
    """Measure an estimator on articles that it was not trained on, some groups at a time.

    Each group is held out once, calibration and thresholds included, so that the figures are those of news
    by a hand that training did not see. There are `n_folds` rounds; without groups the articles are dealt out.
    """
    words = prepare(corpus.texts)
    cut_words = prepare([cut.text for cut in corpus.contrasts])
    contrasts = [(cut.article, cut.topic, text) for cut, text in zip(corpus.contrasts, cut_words, strict=True)]
    Y, topics = binarize_labels(corpus.labels, estimator.topics and sorted(estimator.topics))
    estimator = clone(estimator).set_params(topics=topics)
    groups = checked_groups(corpus.groups, len(Y)) if corpus.groups else None
    rounds = list(folds(Y, topics, groups, estimator.n_folds, estimator.random_state))
    answers = Parallel(n_jobs=-1)(
        delayed(_fit_and_answer)(
            clone(estimator),
            [words[i] for i in train],
            Y[train],
            None if groups is None else groups[train],
            _kept(contrasts, train),
            [words[i] for i in test],
        )
        for train, test in rounds
    )
    decisions, probabilities = np.zeros_like(Y), np.zeros(Y.shape)
    for (_, test), answer in zip(rounds, answers, strict=True):
        decisions[test], probabilities[test] = answer
    return report_of(topics, Y, decisions, probabilities, data_sha256(corpus.texts, Y))


def _kept(contrasts: list[Cut], train: NDArray[np.int64]) -> list[Cut]:
    """Return the contrasts of some articles, by the new positions of these."""
    place = {article: n for n, article in enumerate(train.tolist())}
    return [(place[article], topic, words) for article, topic, words in contrasts if article in place]


def _fit_and_answer(
    estimator: TopicTagger,
    train: Words,
    Y: NDArray[np.int64],
    groups: NDArray[Any] | None,
    contrasts: list[Cut],
    test: Words,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    fitted = estimator.fit_words(train, Y, groups, contrasts)
    return fitted.tagger_.predict_segmented(Segmented.of_words(test))


def train_with_metrics(estimator: TopicTagger, corpus: Corpus) -> tuple[Tagger, Report]:
    """Train on all articles, measure by cross-validation, and record both in the tagger."""
    report = cross_validate(estimator, corpus)
    parts = estimator.fit(corpus.texts, corpus.labels, corpus.groups, corpus.contrasts).tagger_.parts
    training = {**parts.record["training"], "data_sha256": report.data_sha256}
    record: dict[str, Any] = {
        **parts.record,
        "training": training,
        "metrics": {"method": "cross-validation, each group held out once", **report.summary()},
    }
    return Tagger(replace(parts, record=record)), report
