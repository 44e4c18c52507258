"""How good a tagger is, with the uncertainty of the figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from vnpolicy_nlp.errors import LabelError
from vnpolicy_nlp.model.artifact import model_sha256
from vnpolicy_nlp.text.segmenter import check_texts
from vnpolicy_nlp.training.intervals import N_RESAMPLES, measure_table
from vnpolicy_nlp.training.labels import binarize_labels
from vnpolicy_nlp.training.measures import Answers
from vnpolicy_nlp.training.mistakes import worst_errors
from vnpolicy_nlp.training.report import Report
from vnpolicy_nlp.training.signature import data_sha256, signature_of
from vnpolicy_nlp.training.slices import slice_columns, slice_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

__all__ = ["Report", "data_sha256", "evaluate", "report_of"]

SEED = 0


class _Tags(Protocol):
    @property
    def topics(self) -> Any: ...
    def predict_both(self, texts: Iterable[str]) -> tuple[NDArray[np.int64], NDArray[np.float64]]: ...


def evaluate(
    tagger: _Tags,
    texts: Iterable[str],
    labels: Iterable[Any],
    *,
    slices: Mapping[str, Any] | pd.DataFrame | None = None,
    ids: Iterable[Any] | None = None,
    n_errors: int = 5,
) -> Report:
    """Compare a tagger's answers with labels.

    Parameters
    ----------
    tagger : Tagger or fitted TopicTagger
    texts : iterable of str
    labels : array-like
        Tuples of slugs, strings with ``;`` between the slugs, or a 0/1 matrix in the tagger's topic order.
    slices : mapping of str to sequence, or DataFrame, optional
        Columns with a value an article, such as ``articles[["genre", "level"]]``, by whose values the figures are
        given as well. By length, and by whether an article cites a policy document, they are given always.
    ids : iterable, optional
        What the articles are called among the errors; without it the index of a Series of texts, or else positions.
    n_errors : int
        How many false positives and how many false negatives to show a topic, at most.

    Returns
    -------
    Report

    Raises
    ------
    TextError, LabelError
        LabelError too where a label is not a topic of the tagger.
    ColumnError
        Where a slice does not have a value for each article.

    Examples
    --------
    >>> import pandas as pd, vnpolicy_nlp as vp
    >>> articles = pd.read_csv("data/articles.csv", dtype=str, keep_default_na=False).query("split == 'test'")
    >>> report = vp.evaluate(vp.load(), articles["content"], articles["topics"], slices=articles[["genre"]])
    """
    named = getattr(texts, "index", None) if ids is None else ids
    texts = check_texts(texts)
    names = range(len(texts)) if named is None or callable(named) else list(named)
    tagger = getattr(tagger, "tagger_", tagger)
    Y, _ = binarize_labels(labels, tagger.topics)
    if len(Y) != len(texts) or not texts:
        raise LabelError(f"{len(texts)} texts but {len(Y)} labels: give one label set an article, and at least one")
    if len(names) != len(texts):
        raise LabelError(f"{len(texts)} texts but {len(names)} ids: give one an article, or leave them out")
    columns = slice_columns(texts, slices)
    answers = Answers(tuple(tagger.topics), Y, *tagger.predict_both(texts))
    parts = getattr(tagger, "parts", None)
    return Report(
        table=measure_table(answers, seed=SEED),
        answers=answers,
        signature=signature_of(data_sha256(texts, Y), parts and model_sha256(parts), N_RESAMPLES, SEED),
        errors=worst_errors(tagger, answers, texts, names, n_errors),
        slices=slice_table(answers, columns, seed=SEED),
    )


def report_of(
    topics: Sequence[str],
    Y: NDArray[np.int64],
    decisions: NDArray[np.int64],
    probabilities: NDArray[np.float64],
    data_sha256: str,
    *,
    seed: int = SEED,
) -> Report:
    """Return the report on decisions and probabilities that are there already, without errors and slices."""
    answers = Answers(tuple(topics), Y, decisions, probabilities)
    signature = signature_of(data_sha256, None, N_RESAMPLES, seed)
    return Report(measure_table(answers, seed=seed), answers, signature)
