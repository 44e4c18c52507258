"""From labelled articles to a model that says how good it is."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import clone

from vnpolicy_nlp.datasets import data_folder
from vnpolicy_nlp.errors import LabelError
from vnpolicy_nlp.model.artifact import write_model
from vnpolicy_nlp.model.tagger import Tagger
from vnpolicy_nlp.text.normalize import normalize
from vnpolicy_nlp.text.prepare import prepare
from vnpolicy_nlp.training.card import card_files
from vnpolicy_nlp.training.corpus import Corpus, read_corpus
from vnpolicy_nlp.training.estimator import TopicTagger
from vnpolicy_nlp.training.labels import binarize_labels
from vnpolicy_nlp.training.metrics import report_of
from vnpolicy_nlp.training.problems import Problems, check_corpus
from vnpolicy_nlp.training.search import search_settings
from vnpolicy_nlp.training.signature import data_sha256

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd

    from vnpolicy_nlp.training.report import Report

__all__ = ["Training", "default_corpus", "join_corpora", "train"]

_log = logging.getLogger("vnpolicy_nlp")


@dataclass(frozen=True, eq=False)
class Training:
    """A model, and what is known of it.

    Attributes
    ----------
    tagger : Tagger
    report : Report
        On articles that models, calibrations and thresholds had not seen; of one's own articles alone, where the
        default ones were added.
    problems : Problems
        Of the labelled articles.
    search : DataFrame or None
        What was tried, the best first.
    """

    tagger: Tagger
    report: Report
    problems: Problems
    search: pd.DataFrame | None = None

    def save(self, folder: str | Path) -> None:
        """Write the model, with its card ``README.md`` and all figures in ``metrics.json`` beside it.

        Raises
        ------
        OutputError
        """
        write_model(self.tagger.parts, folder, card_files(self.tagger, self.report, self.problems))

    def __str__(self) -> str:
        return f"{self.report}\n\n{self.problems}"

    def __repr__(self) -> str:
        return f"Training({self.tagger!r}, {self.report!r})"

    def _repr_html_(self) -> str:
        return self.report.to_html() + self.problems._repr_html_()


def train(
    corpus: Corpus,
    estimator: TopicTagger | None = None,
    *,
    add: Sequence[Corpus] = (),
    with_default: bool = False,
    times: str | None = None,
    search_seconds: float | None = None,
) -> Training:
    """Train on labelled articles, and measure on those held out.

    Parameters
    ----------
    corpus : Corpus
        As `read_corpus` returns it.
    estimator : TopicTagger, optional
        The settings; the defaults without it.
    add : sequence of Corpus
        More articles, such as a review that has been filled in. Of a text in several, the last labels count.
    with_default : bool
        Whether to train on the articles of ``data/`` as well, so that few labels of one's own are enough. Their topics
        must be those of the packaged model.
    times : str, optional
        A column that was kept: articles are then held out by earlier ones.
    search_seconds : float, optional
        How long to look for better settings; see `search_settings`. The figures are then measured on other folds than
        those that decided.

    Raises
    ------
    LabelError
        With the first error of the `Problems`.
    TextError, TableError
    """
    estimator = clone(estimator) if estimator is not None else TopicTagger()
    problems = check_corpus(
        join_corpora([corpus, *add], keep_copies=True), estimator.topics, exclusive=estimator.exclusive
    )
    problems.raise_errors()
    own = join_corpora([corpus, *add])
    if times is not None and with_default:
        raise LabelError("times and the default articles do not go together: these are of other times")
    joined = join_corpora([default_corpus(own), own]) if with_default else own
    mine = np.array([not with_default or name.startswith("2:") for name in joined.ids])
    moments = joined.columns[times] if times is not None else None
    _log.info("cutting %d articles into words", len(joined.texts))
    words = prepare(joined.texts)
    tried = None
    if search_seconds is not None:
        estimator, tried = search_settings(
            estimator, words, joined.labels, seconds=search_seconds, groups=joined.groups, times=moments
        )
        estimator.set_params(random_state=estimator.random_state + 1)
    cuts = [(cut.article, cut.topic, text) for cut, text in zip(joined.contrasts, _cut_words(joined), strict=True)]
    _log.info("training, and measuring on articles held out")
    fitted = estimator.fit_words(words, joined.labels, joined.groups, cuts, moments)
    return _measured(fitted, joined, mine, problems, tried)


def _cut_words(corpus: Corpus) -> list[list[str]]:
    return prepare([cut.text for cut in corpus.contrasts])


def _measured(
    fitted: TopicTagger, corpus: Corpus, mine: Any, problems: Problems, tried: pd.DataFrame | None
) -> Training:
    Y, topics = binarize_labels(corpus.labels, fitted.topics_)
    held_out = fitted.held_out_
    asked = mine[held_out.rows]
    rows = held_out.rows[asked]
    texts = [corpus.texts[row] for row in rows.tolist()]
    report = report_of(
        topics, Y[rows], held_out.decisions[asked], held_out.probabilities[asked], data_sha256(texts, Y[rows])
    )
    parts = fitted.tagger_.parts
    method = "each held out once" if len(held_out.rows) == len(Y) else "held out by earlier ones"
    record: dict[str, Any] = {
        **parts.record,
        "training": {**parts.record["training"], "data_sha256": data_sha256(corpus.texts, Y)},
        "metrics": {"method": f"cross-validation, {method}", **report.summary()},
    }
    return Training(Tagger(replace(parts, record=record)), report, problems, tried)


def join_corpora(corpora: Sequence[Corpus], *, keep_copies: bool = False) -> Corpus:
    """Return the articles of several corpora; of a text that is in several, or twice in one, the last labels count.

    Articles without text are left out. Where one corpus has groups, each article of the others is a group of its own.
    With `keep_copies` all articles stay, those without text too.
    """
    last: dict[Any, tuple[int, int]] = {}
    for n, corpus in enumerate(corpora):
        for row, text in enumerate(corpus.texts):
            if keep_copies or text.strip():
                last[(n, row) if keep_copies else " ".join(normalize(text).split())] = (n, row)
    kept = sorted(last.values())
    place = {position: new for new, position in enumerate(kept)}
    shared = set.intersection(*(set(corpus.columns) for corpus in corpora))
    return Corpus(
        texts=[corpora[n].texts[row] for n, row in kept],
        labels=[corpora[n].labels[row] for n, row in kept],
        groups=_joined_groups(corpora, kept),
        ids=[corpora[n].ids[row] if len(corpora) == 1 else f"{n + 1}:{corpora[n].ids[row]}" for n, row in kept],
        columns={name: [corpora[n].columns[name][row] for n, row in kept] for name in shared},
        contrasts=[
            cut._replace(article=place[n, cut.article])
            for n, corpus in enumerate(corpora)
            for cut in corpus.contrasts
            if (n, cut.article) in place
        ],
    )


def _joined_groups(corpora: Sequence[Corpus], kept: Sequence[tuple[int, int]]) -> list[str] | None:
    if all(corpus.groups is None for corpus in corpora):
        return None
    found = []
    for n, row in kept:
        groups = corpora[n].groups
        found.append(f"{n + 1}:{groups[row]}" if groups is not None else f"{n + 1}:row {row}")
    return found


def default_corpus(own: Corpus) -> Corpus:
    """Return the articles that the packaged model is trained on, to be joined with one's own.

    Raises
    ------
    TableError
        If they are not there.
    LabelError
        If one's own have other topics: the default articles say nothing of these.
    """
    folder = data_folder()
    found = read_corpus(
        folder / "articles.csv",
        group="batch",
        only=("split", {"train", "validation"}),
        evidence=folder / "evidence.csv",
    )
    known = {topic for labels in found.labels for topic in labels}
    if strange := sorted({topic for labels in own.labels for topic in labels} - known):
        raise LabelError(
            f"the default articles have no labels for {', '.join(strange)}: train without them, or keep to the topics "
            f"{', '.join(sorted(known))}"
        )
    return found
