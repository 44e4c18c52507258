"""How good a tagger is, with the uncertainty of the figures."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pandas as pd

from vnpolicy_nlp.errors import LabelError
from vnpolicy_nlp.text.segmenter import check_texts
from vnpolicy_nlp.training.labels import binarize_labels

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

__all__ = ["Report", "evaluate", "report_of"]

_MEASURES = ("precision", "recall", "f1", "average_precision")
MACRO = "macro"
N_RESAMPLES = 1000


class _Tags(Protocol):
    @property
    def topics(self) -> Any: ...
    def predict_both(self, texts: Iterable[str]) -> tuple[NDArray[np.int64], NDArray[np.float64]]: ...


@dataclass(frozen=True, eq=False)
class Report:
    """Precision, recall, F1 and average precision a topic, and their macro average.

    Attributes
    ----------
    table : DataFrame
        One row a topic and a last row ``macro``. Columns: ``n_positive``; each measure, from 0 to 1; and each
        measure with ``_low`` and ``_high``, the 95 % interval from resampling the articles.
    n_articles : int
    data_sha256 : str
        SHA-256 of texts and labels: two reports with the same one are about the same articles.
    """

    table: pd.DataFrame
    n_articles: int
    data_sha256: str

    def to_dict(self) -> dict[str, Any]:
        """Return the report as JSON values, figures rounded to four places."""
        rounded = self.table.round(4)
        rows = {str(topic): _json_row(rounded.loc[topic]) for topic in rounded.index}
        return {"n_articles": self.n_articles, "data_sha256": self.data_sha256, "results": rows}

    def __str__(self) -> str:
        shown = pd.DataFrame({"articles": self.table["n_positive"]})
        for measure in _MEASURES:
            low, high = self.table[f"{measure}_low"], self.table[f"{measure}_high"]
            shown[measure] = [
                f"{value:.3f} ({a:.2f}-{b:.2f})" for value, a, b in zip(self.table[measure], low, high, strict=True)
            ]
        signature = f"{self.n_articles} articles, data {self.data_sha256[:12]}, 95 % intervals in brackets"
        return f"{shown.to_string()}\n{signature}"

    def _repr_html_(self) -> str:
        return f"{self.table.round(3).to_html()}<p>{self.n_articles} articles</p>"


def evaluate(tagger: _Tags, texts: Iterable[str], labels: Iterable[Any]) -> Report:
    """Compare a tagger's answers with labels.

    Parameters
    ----------
    tagger : Tagger or fitted TopicTagger
    texts : iterable of str
    labels : array-like
        Tuples of slugs, strings with ``;`` between the slugs, or a 0/1 matrix in the tagger's topic order.

    Raises
    ------
    TextError, LabelError
        LabelError too where a label is not a topic of the tagger.
    """
    texts = check_texts(texts)
    tagger = getattr(tagger, "tagger_", tagger)
    Y, _ = binarize_labels(labels, tagger.topics)
    if len(Y) != len(texts) or not texts:
        raise LabelError(f"{len(texts)} texts but {len(Y)} labels: give one label set an article, and at least one")
    decisions, probabilities = tagger.predict_both(texts)
    return report_of(tagger.topics, Y, decisions, probabilities, data_sha256(texts, Y))


def report_of(
    topics: Sequence[str],
    Y: NDArray[np.int64],
    decisions: NDArray[np.int64],
    probabilities: NDArray[np.float64],
    data_sha256: str,
    *,
    seed: int = 0,
) -> Report:
    """Return the report on decisions and probabilities that are there already.

    Intervals are percentiles of 1,000 bootstrap resamples of the articles (Efron 1979), drawn with `seed`.
    """
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(len(Y), np.full(len(Y), 1 / len(Y)), size=N_RESAMPLES)
    once = np.ones((1, len(Y)), dtype=drawn.dtype)
    columns: dict[str, list[float]] = {}
    for measure, values in _measures(Y, decisions, probabilities, once).items():
        columns[measure] = values[:, 0].tolist()
    for measure, values in _measures(Y, decisions, probabilities, drawn).items():
        low, high = np.percentile(values, [2.5, 97.5], axis=1)
        columns[f"{measure}_low"], columns[f"{measure}_high"] = low.tolist(), high.tolist()
    table = pd.DataFrame(columns, index=[*topics, MACRO])
    table.insert(0, "n_positive", [*Y.sum(axis=0).tolist(), int(Y.any(axis=1).sum())])
    return Report(table, len(Y), data_sha256)


def data_sha256(texts: Sequence[str], Y: NDArray[np.int64]) -> str:
    """Return the SHA-256 of texts and labels, in their order, as 64 hex digits."""
    digest = hashlib.sha256(np.ascontiguousarray(Y, dtype="<i8").tobytes())
    for text in texts:
        digest.update(text.encode("utf-8", "surrogatepass") + b"\0")
    return digest.hexdigest()


def _measures(
    Y: NDArray[np.int64],
    decisions: NDArray[np.int64],
    probabilities: NDArray[np.float64],
    weights: NDArray[np.int64],
) -> dict[str, NDArray[np.float64]]:
    """Return each measure for each resample of the articles, shape (n_topics + 1, n_resamples), macro last.

    Parameters
    ----------
    weights : ndarray of int64, shape (n_resamples, n_articles)
        How often each article is in each resample.

    Notes
    -----
    scikit-learn's definitions, for many resamples at once; its own functions take half a minute for 1,000. A
    topic without a positive article has no recall, F1 and average precision: NaN, and not in the average.
    """
    found: dict[str, NDArray[np.float64]] = {}
    with np.errstate(invalid="ignore"):  # 0 / 0 is the NaN that is meant
        hits, tagged, positive = weights @ (Y * decisions), weights @ decisions, weights @ Y
        found["precision"] = np.where(tagged > 0, hits / np.maximum(tagged, 1), 0.0)
        found["recall"] = hits / positive
        found["f1"] = np.where(positive > 0, 2 * hits / (tagged + positive), np.nan)
        pairs = zip(Y.T, probabilities.T, strict=True)
        found["average_precision"] = np.stack([_average_precision(y, p, weights) for y, p in pairs], axis=1)
        counted = {measure: np.isfinite(values).sum(axis=1) for measure, values in found.items()}
        return {
            measure: np.vstack([values.T, np.nansum(values, axis=1) / counted[measure]])
            for measure, values in found.items()
        }


def _average_precision(
    y: NDArray[np.int64], probabilities: NDArray[np.float64], weights: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the average precision of one topic in each resample, shape (n_resamples,)."""
    order = np.argsort(-probabilities, kind="stable")
    last_of_ties = np.flatnonzero(np.append(np.diff(probabilities[order]) != 0, True))
    found = np.cumsum(weights[:, order], axis=1)[:, last_of_ties]
    right = np.cumsum((weights * y)[:, order], axis=1)[:, last_of_ties]
    steps = np.diff(right, axis=1, prepend=0)
    total: NDArray[np.float64] = (steps * right / np.maximum(found, 1)).sum(axis=1) / right[:, -1]
    return total


def _json_row(row: pd.Series[Any]) -> dict[str, Any]:
    values = {str(name): (None if pd.isna(value) else float(value)) for name, value in row.items()}
    return {**values, "n_positive": int(row["n_positive"])}
