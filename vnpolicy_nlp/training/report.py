"""The report: figures to read, and the same as JSON and HTML."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from vnpolicy_nlp.training.confusion import confusion_tables
from vnpolicy_nlp.training.measures import MACRO
from vnpolicy_nlp.training.reliability import reliability_curve
from vnpolicy_nlp.training.report_html import html_of
from vnpolicy_nlp.training.report_text import text_of

if TYPE_CHECKING:
    import pandas as pd

    from vnpolicy_nlp.training.measures import Answers
    from vnpolicy_nlp.training.signature import Signature

__all__ = ["Report", "records_of"]

# What a model's manifest holds, in its order.
_SUMMARY = ("precision", "recall", "f1", "average_precision")


@dataclass(frozen=True, eq=False)
class Report:
    """How good a tagger is on some articles: a table a topic, and what is behind it. HTML in a notebook.

    Attributes
    ----------
    table : DataFrame
        One row a topic, then ``macro`` and ``micro``. Columns: ``n_positive``, ``support``, ``n_tagged``; precision,
        recall, f1, average_precision, brier and expected_calibration_error, each from 0 to 1; and each with ``_low``
        and ``_high``, the 95 % interval from resampling the articles. NaN for what a topic without articles lacks.
    answers : Answers
        Labels, tags and probabilities.
    signature : Signature
        Of data, model and versions.
    errors : DataFrame or None
        The errors that the model was surest about: ``topic``, ``kind``, ``row``, ``probability``, ``title``,
        ``evidence``.
    slices : DataFrame or None
        The figures on parts of the articles: ``slice``, ``value``, ``topic``, ``n_articles``, ``small``, then the
        columns of `table`.
    """

    table: pd.DataFrame
    answers: Answers
    signature: Signature
    errors: pd.DataFrame | None = None
    slices: pd.DataFrame | None = None

    @property
    def n_articles(self) -> int:
        """How many articles were measured on."""
        return len(self.answers.Y)

    @property
    def data_sha256(self) -> str:
        """SHA-256 of texts and labels: two reports with the same one are about the same articles."""
        return self.signature.data_sha256

    @cached_property
    def reliability(self) -> dict[str, pd.DataFrame]:
        """For each topic what was predicted and observed, a row a bin.

        Columns ``mean_predicted``, ``observed``, ``observed_low``, ``observed_high`` and ``n``; at most ten bins with
        equally many articles.
        """
        columns = zip(self.answers.topics, self.answers.Y.T, self.answers.probabilities.T, strict=True)
        return {topic: reliability_curve(y, p) for topic, y, p in columns}

    @property
    def confusion(self) -> pd.DataFrame:
        """How many articles of a topic (row) got a tag (column), right or wrong; both end with ``(no topic)``.

        An article with several topics or tags counts in several cells.
        """
        return confusion_tables(self.answers)[0]

    @property
    def confusion_wrong(self) -> pd.DataFrame:
        """How many of `confusion` are wrong: articles that have the topic of the row, not that of the column."""
        return confusion_tables(self.answers)[1]

    def summary(self) -> dict[str, Any]:
        """Return what a model's manifest says of its quality, as JSON values rounded to four places."""
        columns = ["n_positive", *_SUMMARY, *[f"{name}_{end}" for name in _SUMMARY for end in ("low", "high")]]
        return self._head(self.table.loc[[*self.answers.topics, MACRO], columns])

    def to_dict(self) -> dict[str, Any]:
        """Return the report as JSON values, figures rounded to four places, None for what is not defined."""
        return {
            **self._head(self.table),
            "signature": self.signature.to_dict(),
            "reliability": {topic: records_of(curve) for topic, curve in self.reliability.items()},
            "confusion": self.confusion.T.to_dict(),
            "confusion_wrong": self.confusion_wrong.T.to_dict(),
            "errors": None if self.errors is None else records_of(self.errors),
            "slices": None if self.slices is None else records_of(self.slices),
        }

    def to_html(self, *, whole_page: bool = False) -> str:
        """Return the report as HTML with tables and plots, which needs no other file.

        Parameters
        ----------
        whole_page : bool
            Whether to return a page, to be written as UTF-8, and not a piece of one.
        """
        return html_of(self, whole_page=whole_page)

    def __str__(self) -> str:
        return text_of(self)

    def __repr__(self) -> str:
        return f"Report({self.n_articles} articles, {self.signature})"

    def _repr_html_(self) -> str:
        return self.to_html()

    def _head(self, table: pd.DataFrame) -> dict[str, Any]:
        rows = dict(zip(map(str, table.index), records_of(table), strict=True))
        return {"n_articles": self.n_articles, "data_sha256": self.data_sha256, "results": rows}


def records_of(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table as JSON values, figures rounded to four places, None for what is not defined."""
    rows = table.round(4).to_dict(orient="records")
    return [{str(name): _json(value) for name, value in row.items()} for row in rows]


def _json(value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value if isinstance(value, str | int | float | None) else str(value)
