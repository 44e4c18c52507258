"""Linear models of counted articles: of all of them, and of all but some, for scores that know nothing of these."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from joblib import Parallel, delayed
from scipy import sparse

from vnpolicy_nlp.training.counting import TermCounts, count_terms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from vnpolicy_nlp.model.features import View

    Ints = NDArray[np.int64]
    Words = Sequence[Sequence[str]]

_log = logging.getLogger("vnpolicy_nlp")

_WORTH_PROCESSES = 5_000_000  # stored counts times topics: below that starting processes takes longer

__all__ = ["CountedCorpus", "LinearModel", "Settings", "count_corpus", "fit_and_hold_out", "fit_linear"]


@dataclass(frozen=True, eq=False)
class CountedCorpus:
    """Articles and their contrasts, counted.

    Attributes
    ----------
    views : tuple of TermCounts
        Rows: the articles, then the contrasts.
    Y : ndarray of int64, shape (n_articles, n_topics)
    cut_from : ndarray of int64, shape (n_contrasts,)
        The article of each contrast.
    without : ndarray of int64, shape (n_contrasts,)
        The topic that each contrast does not have.
    """

    views: tuple[TermCounts, ...]
    Y: Ints
    cut_from: Ints
    without: Ints


class LinearModel(NamedTuple):
    """What was learnt.

    Attributes
    ----------
    idf : tuple of ndarray of float64, each of shape (n_terms,)
        Of each view.
    coef : ndarray of float64, shape (n_topics, n_features)
        The views' columns side by side.
    intercept : ndarray of float64, shape (n_topics,)
    """

    idf: tuple[NDArray[np.float64], ...]
    coef: NDArray[np.float64]
    intercept: NDArray[np.float64]


class Settings(NamedTuple):
    """What `TopicTagger`'s parameters of these names say, and what makes the classifier of one topic."""

    min_df: int
    sublinear_tf: bool | float
    contrast_weight: float
    classifier: Callable[[], Any]


def count_corpus(
    words: Words, Y: Ints, contrasts: Sequence[tuple[int, int, Sequence[str]]], views: Sequence[View], min_df: int
) -> CountedCorpus:
    """Count segmented articles and contrasts (article, topic by column of `Y`, words)."""
    texts = [*words, *(text for *_, text in contrasts)]
    return CountedCorpus(
        tuple(count_terms(texts, view, min_df=min_df, n_counted=len(words)) for view in views),
        Y,
        np.array([article for article, *_ in contrasts], dtype=np.int64),
        np.array([topic for _, topic, _ in contrasts], dtype=np.int64),
    )


def fit_linear(corpus: CountedCorpus, rows: Ints, settings: Settings) -> LinearModel:
    """Learn one binary decision a topic from some articles and their contrasts."""
    idf = tuple(view.idf(rows, settings.min_df) for view in corpus.views)
    kept = np.flatnonzero(np.isin(corpus.cut_from, rows))
    X = _features(corpus, np.concatenate([rows, len(corpus.Y) + kept]), idf, settings)
    coef, intercept = [], []
    for topic, y in enumerate(corpus.Y[rows].T):
        here = np.concatenate([np.ones(len(rows), dtype=bool), corpus.without[kept] == topic])
        n_cut = int(here.sum()) - len(rows)
        weights = np.concatenate([np.ones(len(rows)), np.full(n_cut, settings.contrast_weight)])
        model = settings.classifier()
        model.fit(X if here.all() else X[here], np.append(y, np.zeros(n_cut, dtype=y.dtype)), sample_weight=weights)
        coef.append(model.coef_[0])
        intercept.append(model.intercept_[0])
    return LinearModel(idf, np.array(coef), np.array(intercept))


def fit_and_hold_out(
    corpus: CountedCorpus, folds: Iterable[tuple[Ints, Ints]], settings: Settings, n_jobs: int | None
) -> tuple[LinearModel, NDArray[np.float64]]:
    """Return the model of all articles, and the score of each article from models that did not see it.

    Returns
    -------
    LinearModel
    scores : ndarray of float64, shape (n_articles, n_topics)
        0 for articles that no fold holds out.
    """
    pairs = list(folds)
    nameless = replace(corpus, views=tuple(replace(view, terms=()) for view in corpus.views))  # less to hand over
    if sum(view.counts.nnz for view in corpus.views) * corpus.Y.shape[1] < _WORTH_PROCESSES:
        n_jobs = 1
    # In processes, never in threads: liblinear has one random generator a process, and threads would share it.
    answers = Parallel(n_jobs=n_jobs, backend="loky", return_as="generator")(
        [
            delayed(fit_linear)(nameless, np.arange(len(corpus.Y)), settings),  # the longest first
            *(delayed(_held_out)(nameless, *pair, settings) for pair in pairs),
        ]
    )
    model, scores = next(answers), np.zeros(corpus.Y.shape)
    for n, ((_, held_out), answer) in enumerate(zip(pairs, answers, strict=True), start=1):
        scores[held_out] = answer
        if n_jobs != 1:
            _log.info("fold %d of %d", n, len(pairs))
    return model, scores


def _held_out(corpus: CountedCorpus, train: Ints, held_out: Ints, settings: Settings) -> NDArray[np.float64]:
    model = fit_linear(corpus, train, settings)
    X = _features(corpus, held_out, model.idf, settings)
    return np.asarray(X @ model.coef.T + model.intercept)


def _features(
    corpus: CountedCorpus, rows: Ints, idf: Sequence[NDArray[np.float64]], settings: Settings
) -> sparse.csr_matrix:
    blocks = [
        view.transform(rows, weights, settings.sublinear_tf) for view, weights in zip(corpus.views, idf, strict=True)
    ]
    X = blocks[0] if len(blocks) == 1 else sparse.hstack(blocks, format="csr")
    # liblinear knows numbers of 32 bits only
    return sparse.csr_matrix((X.data, X.indices.astype(np.int32), X.indptr.astype(np.int32)), shape=X.shape)
