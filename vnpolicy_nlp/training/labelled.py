"""Where the topics of labelled articles stand, in the forms that people have them in."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from vnpolicy_nlp.errors import ColumnError, LabelError, TableError
from vnpolicy_nlp.model.columns import TOPICS_COLUMN
from vnpolicy_nlp.training.labels import parse_topics
from vnpolicy_nlp.training.tables import as_strings, read_records, read_table

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["find_label_columns", "labelled_table", "topics_of_rows"]

# Names under which the topics of an article stand, in the order in which they are looked for.
_NAMES = (
    *(TOPICS_COLUMN, "topic", "labels", "label", "section", "category"),
    *("chủ đề", "chu_de", "chủ_đề", "nhãn", "nhan", "chuyên mục", "chuyen_muc", "chuyên_mục"),
)
SUGGESTED_COLUMN = "suggested"  # beside the topics in a spreadsheet of `vnpolicy review`
_EXPORT_KEYS = {"annotations", "annotation_id", "answer", "accept", "predictions"}  # of Label Studio and Prodigy
_YES, _NO = {"1", "1.0", "true", "x"}, {"0", "0.0", "false", ""}

_log = logging.getLogger("vnpolicy_nlp")


def labelled_table(source: str | Path | pd.DataFrame) -> pd.DataFrame:
    """Return labelled articles as a table of strings, exports of Label Studio and Prodigy with a column ``topics``."""
    if isinstance(source, pd.DataFrame):
        return as_strings(source)
    kind = Path(source).suffix.lower()
    if kind in (".json", ".jsonl", ".ndjson"):
        records = read_records(source)
        if records and not _EXPORT_KEYS.isdisjoint(records[0]):
            from vnpolicy_nlp.training.review_files import read_review

            found = read_review(source)
            if found.empty:
                raise TableError(f"{source}: none of its {len(records)} tasks has an answer; export it after labelling")
            return as_strings(found)
        return as_strings(pd.DataFrame(records))
    table = read_table(source)
    if not {TOPICS_COLUMN, SUGGESTED_COLUMN} <= set(table.columns):
        return table
    from vnpolicy_nlp.training.review_files import read_review

    return as_strings(read_review(source))  # guarded cells as they were, without the rows left open


def find_label_columns(table: pd.DataFrame, wanted: str | Sequence[str] | None, apart_from: Sequence[str]) -> list[str]:
    """Return the column that holds the topics, or the columns of 0 and 1.

    Raises
    ------
    ColumnError
        If there is none, or it is not clear which.
    """
    columns = [str(name) for name in table.columns]
    if wanted is not None:
        names = [wanted] if isinstance(wanted, str) else list(wanted)
        if missing := [name for name in names if columns.count(name) != 1]:
            raise ColumnError(f"there is no column {missing[0]!r}; the columns are: {', '.join(columns)}")
        return names
    by_name = {name.strip().casefold(): name for name in columns if name not in apart_from}
    if named := next((by_name[name] for name in _NAMES if name in by_name), None):
        return [named]
    found = [
        name
        for name in columns
        if name not in apart_from
        and name != "id"
        and set(table[name].str.strip().str.lower()) <= _YES | _NO
        and table[name].str.strip().any()
    ]
    if not found:
        raise ColumnError(
            "no column holds topics: name it with --label-column, or give one column of 0 and 1 for each topic; "
            f"the columns are: {', '.join(columns)}"
        )
    _log.info("topics from the columns of 0 and 1: %s", ", ".join(found))
    return found


def topics_of_rows(table: pd.DataFrame, columns: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the topics of each row, sorted.

    Raises
    ------
    LabelError
        Naming the rows, as they are called in the table's index, whose cells are not understood.
    """
    name = columns[0].strip().casefold()
    if len(columns) > 1 or (name not in _NAMES and set(table[columns[0]].str.strip().str.lower()) <= _YES | _NO):
        return _of_indicators(table, columns)
    topics, faults = [], []
    for row, cell in table[columns[0]].items():
        try:
            topics.append(_of_cell(cell))
        except LabelError as error:
            faults.append((row, error))
    if faults:
        raise LabelError(
            f"{faults[0][1]}; so in row {', '.join(str(row) for row, _ in faults[:10])}"
            + (f" and {len(faults) - 10} more" if len(faults) > 10 else "")
        )
    return topics


def _of_cell(cell: str) -> tuple[str, ...]:
    if not cell.lstrip().startswith("["):
        return parse_topics(cell)
    try:
        listed = json.loads(cell)
    except ValueError as error:
        raise LabelError(f"{cell!r} looks like a JSON list and is none") from error
    if not all(isinstance(topic, str) for topic in listed):
        raise LabelError(f"{cell!r} is not a JSON list of topics")
    return parse_topics(";".join(listed))


def _of_indicators(table: pd.DataFrame, columns: Sequence[str]) -> list[tuple[str, ...]]:
    names = [parse_topics(name)[0] for name in columns]
    marks = table[list(columns)].apply(lambda column: column.str.strip().str.lower())
    strange = ~marks.isin(_YES | _NO)
    if strange.to_numpy().any():
        row, column = next((row, column) for column in columns for row in table.index[strange[column]])
        raise LabelError(
            f"row {row} has {table.loc[row, column]!r} in the column {column}: a column of a topic holds 0 and 1"
        )
    chosen = marks.isin(_YES).to_numpy()
    return [tuple(sorted(name for name, given in zip(names, row, strict=True) if given)) for row in chosen]
