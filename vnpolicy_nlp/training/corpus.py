"""Labelled articles from a table."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from vnpolicy_nlp.errors import TableError
from vnpolicy_nlp.model.columns import check_columns, guess_text_columns
from vnpolicy_nlp.text.prepare import join_cells
from vnpolicy_nlp.training.contrasts import Contrast, contrasts_of, read_evidence
from vnpolicy_nlp.training.labelled import find_label_columns, labelled_table, topics_of_rows

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path


__all__ = ["Corpus", "read_corpus"]


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
    source: str | Path | pd.DataFrame,
    text: Sequence[str] | None = None,
    group: str | None = None,
    only: tuple[str, Collection[str]] | None = None,
    keep: Sequence[str] = (),
    evidence: str | Path | None = None,
    labels: str | Sequence[str] | None = None,
) -> Corpus:
    """Read labelled articles from a table with text columns and topics.

    Parameters
    ----------
    source : str, Path or DataFrame
        CSV, Parquet or JSON lines, see `read_table`; an export of Label Studio (``.json``) or of Prodigy (``.jsonl``).
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
    labels : str or sequence of str, optional
        The column of topics, as ``a;b`` or a JSON list; or several columns of 0 and 1, one a topic. Without it the
        column ``topics`` or another usual name, or else all columns that hold nothing but 0 and 1.

    Raises
    ------
    TableError, ColumnError, LabelError
    """
    table = labelled_table(source)
    columns = list(table.columns)
    text = guess_text_columns(columns) if text is None else [text] if isinstance(text, str) else list(text)
    marks = read_evidence(evidence) if evidence else {}
    named = [*([group] if group else []), *([only[0]] if only else []), *keep, *(["id"] if evidence else [])]
    check_columns(columns, [*text, *named], added=())
    apart = [*text, *keep, *([group] if group else [])]
    label_columns = find_label_columns(table, labels, apart_from=apart)
    table.index = pd.RangeIndex(1, len(table) + 1)  # rows are counted from 1, those left out included
    if unknown := {article for article, _ in marks} - set(table["id"] if marks else ()):
        raise TableError(f"{evidence} marks articles that {source} does not have, for example {min(unknown)}")
    if only:
        name, wanted = only
        there = ", ".join(sorted(set(table[name]))[:10])
        table = table[table[name].isin(wanted)]
        if table.empty:
            raise TableError(
                f"no row of {source} has {' or '.join(sorted(wanted))} in the column {name}; "
                f"it holds, for example: {there}"
            )
    ids = (table["id"] if columns.count("id") == 1 else table.index.to_series()).map(str).tolist()
    topics = topics_of_rows(table, label_columns)
    return Corpus(
        texts=[join_cells(cells) for cells in table[list(text)].itertuples(index=False)],
        labels=topics,
        groups=table[group].tolist() if group else None,
        ids=ids,
        columns={name: table[name].tolist() for name in keep},
        contrasts=contrasts_of(ids, topics, table[text[-1]].tolist(), marks),
    )
