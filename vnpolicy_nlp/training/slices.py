"""The measures on parts of the articles: by length, by whether they cite a document, by any column."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from vnpolicy_nlp.errors import ColumnError
from vnpolicy_nlp.text.documents import cited_documents
from vnpolicy_nlp.training.intervals import measure_table
from vnpolicy_nlp.training.measures import MICRO

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vnpolicy_nlp.training.measures import Answers

__all__ = ["FEWEST_POSITIVES", "in_order", "slice_columns", "slice_table"]

FEWEST_POSITIVES = 10
MOST_VALUES = 12
LENGTH, CITES = "length in words", "cites a document"
# As `length_class` in data/ has them, and one more: half of the real articles with a topic are longer than 740.
_LENGTHS = (
    (120, "under 120"),
    (220, "120 to 219"),
    (450, "220 to 449"),
    (900, "450 to 899"),
    (None, "900 or more"),
)


def slice_columns(texts: Sequence[str], given: Mapping[str, Any] | pd.DataFrame | None) -> dict[str, list[str]]:
    """Return the slice of each article, by the name of the column: length and citing first, then those given.

    Parameters
    ----------
    texts : sequence of str
    given : mapping of str to sequence, or DataFrame, optional
        Columns with a value an article, in the order of the texts. Missing and empty values are the slice ``(empty)``;
        of a column with more than twelve values the rarer ones are put together.

    Returns
    -------
    dict of str to list of str
        ``length in words`` is as white space parts them: under 120, 220, 450, 900, or more. Vietnamese is written
        with blanks between syllables, so these are syllables.

    Raises
    ------
    ColumnError
        If a column does not have a value for each article.
    """
    columns = {
        LENGTH: [_length(text) for text in texts],
        CITES: ["yes" if cited_documents(text) else "no" for text in texts],
    }
    for name, column in {} if given is None else dict(given).items():
        values = list(column)
        if len(values) != len(texts):
            raise ColumnError(f"the slice {str(name)!r} has {len(values)} values for {len(texts)} texts: give one each")
        columns[str(name)] = _few(["(empty)" if pd.isna(value) or value == "" else str(value) for value in values])
    return columns


def slice_table(answers: Answers, columns: Mapping[str, Sequence[str]], *, seed: int = 0) -> pd.DataFrame:
    """Return the measures on each slice, a row a slice and topic, and its ``macro``.

    Returns
    -------
    DataFrame
        Columns: ``slice``, ``value``, ``topic``, ``n_articles``, ``small``: whether fewer than ten articles of the
        slice have the topic, so that its figures say little, and for ``macro`` whether that is so of any topic in the
        average; then the columns of `measure_table`.
    """
    parts = []
    for name, values in columns.items():
        there = np.asarray(values, dtype=object)
        for value in in_order(name, values):
            rows = there == value
            table = measure_table(answers.part(rows), seed=seed).drop(index=MICRO).rename_axis("topic").reset_index()
            table.insert(0, "slice", name)
            table.insert(1, "value", value)
            table.insert(3, "n_articles", int(rows.sum()))
            table.insert(4, "small", _small(table["n_positive"]))
            parts.append(table)
    return pd.concat(parts, ignore_index=True)


def _length(text: str) -> str:
    n_words = len(text.split())
    return next(name for limit, name in _LENGTHS if limit is None or n_words < limit)


def _small(n_positive: pd.Series[int]) -> list[bool]:
    *topics, macro = n_positive.tolist()
    averaged = [n for n in topics if n]
    return [n < FEWEST_POSITIVES for n in (*topics, min([*averaged, macro]))]


def _few(values: list[str]) -> list[str]:
    counted = Counter(values)
    if len(counted) <= MOST_VALUES:
        return values
    kept = {value for value, _ in counted.most_common(MOST_VALUES - 1)}
    rest = f"({len(counted) - len(kept)} other values)"
    return [value if value in kept else rest for value in values]


def in_order(name: str, values: Sequence[str]) -> list[str]:
    """Return the values that occur: lengths from short to long, others from frequent to rare."""
    if name == LENGTH:
        return [length for _, length in _LENGTHS if length in values]
    return [value for value, _ in sorted(Counter(values).items(), key=lambda pair: (-pair[1], pair[0]))]
