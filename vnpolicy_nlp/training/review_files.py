"""Articles to label as a spreadsheet, Label Studio tasks or Prodigy tasks, and what comes back from there."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import quoteattr

import pandas as pd

from vnpolicy_nlp.errors import LabelError, OutputError, TableError
from vnpolicy_nlp.model.columns import (
    TOPICS_COLUMN,
    check_columns,
    evidence_column,
    join_topics,
    score_column,
)
from vnpolicy_nlp.text.prepare import join_cells
from vnpolicy_nlp.training.labels import parse_topics
from vnpolicy_nlp.training.review_answers import ID, SUGGESTED_COLUMN, WHY_COLUMN, answers_of_prodigy, answers_of_tasks

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["check_review_path", "frame_of", "label_studio_config", "read_review", "write_review"]

UNDECIDED = "?"  # in a cell of topics: leave this article out
# Cells that begin so are formulas to a spreadsheet (OWASP, "CSV Injection"). The quotes before it are those of a
# cell that looks guarded already, so that taking one away gives back what was there.
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_SEPARATORS = ",;\t"  # with ; Excel writes CSV where the comma is the decimal sign, as in Vietnam
_LONGEST_CELL = 1 << 30


def write_review(
    picked: pd.DataFrame, path: str | Path, topics: Sequence[str], text: str | Sequence[str] = "content"
) -> None:
    """Write articles for people to label, with the model's tags filled in.

    Parameters
    ----------
    picked : DataFrame
        As `pick_for_review` returns it: text columns, ``topics``, and where they are there ``score_<topic>``,
        ``evidence_<topic>`` and ``why``. Articles are called by the column ``id``, or else by the index.
    path : str or Path
        ``.csv`` for a spreadsheet, ``.json`` for Label Studio (with `label_studio_config`), ``.jsonl`` for Prodigy
        (``choice`` interface). Nothing is ever written over.
    topics : sequence of str
        What there is to choose from.
    text : str or sequence of str
        The columns that hold the text.

    Raises
    ------
    OutputError
        If something is there already, the suffix is another, or the file cannot be written.
    ColumnError
        If the text columns or ``topics`` are not there.
    """
    path, columns = Path(path), [text] if isinstance(text, str) else list(text)
    check_review_path(path)
    check_columns(list(picked.columns), [*columns, TOPICS_COLUMN], added=())
    ids = picked["id"] if "id" in picked and "id" not in columns else picked.index.to_series()
    rows = picked.assign(**{ID: ids.map(str).to_numpy()})
    rows[columns] = rows[columns].where(rows[columns].notna(), "")
    data = _WRITERS[path.suffix.lower()](rows, list(topics), columns).encode("utf-8", "replace")
    try:
        with path.open("xb") as file:
            file.write(data)
    except FileExistsError:
        check_review_path(path)
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror or error}") from error


def frame_of(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> pd.DataFrame:
    """Return rows that were read as a table, numbered from 1."""
    return pd.DataFrame(rows, columns=list(columns), index=range(1, len(rows) + 1))


def check_review_path(path: Path) -> None:
    """Raise `OutputError` if something is there already, or the suffix names no kind of file to write."""
    if path.suffix.lower() not in _WRITERS:
        raise OutputError(f"{path}: name it .csv for a spreadsheet, .json for Label Studio or .jsonl for Prodigy")
    if path.exists():
        raise OutputError(f"{path} exists: choose another name, or move it away")


def label_studio_config(
    topics: Sequence[str], text: str | Sequence[str] = "content", *, exclusive: bool = False
) -> str:
    """Return the labelling interface of the tasks that `write_review` writes, as XML to paste into Label Studio.

    Parameters
    ----------
    topics : sequence of str
    text : str or sequence of str
        The same columns; those before the last one are headings.
    exclusive : bool
        Whether an article has exactly one topic.
    """
    columns = [text] if isinstance(text, str) else list(text)
    return "\n".join(
        [
            "<View>",
            *[f"  <Header value={quoteattr(f'${name}')}/>" for name in columns[:-1]],
            f'  <Text name="text" value={quoteattr(f"${columns[-1]}")}/>',
            f'  <Choices name="topics" toName="text" choice="{"single" if exclusive else "multiple"}">',
            *[f"    <Choice value={quoteattr(topic)}/>" for topic in topics],
            "  </Choices>",
            "</View>\n",
        ]
    )


def read_review(path: str | Path) -> pd.DataFrame:
    """Read articles that people have labelled.

    Parameters
    ----------
    path : str or Path
        A file of `write_review` as it comes back: CSV as filled in; JSON or JSON-MIN as Label Studio exports it, where
        the last annotation of a task counts that was not cancelled; JSON lines of Prodigy, where the last answer to a
        text counts, and answers to one label at a time are put together by text. CSV may have come from Excel, with
        ``;`` or tabs between the cells, in UTF-8 or UTF-16.

    Returns
    -------
    DataFrame
        Text columns and ``topics``, "a;b"; ``article_id``, ``suggested`` and ``why`` where the file has them. All
        cells are strings. ``attrs`` has ``n_without_answer`` and ``n_ignored``: tasks without an annotation, and
        those that were ignored, cancelled or rejected, or have "?" as their topics. Neither are in the table.

    Raises
    ------
    TableError
        If there is no such file, or it is none of these.
    LabelError
        Where topics are not what they should be, naming the row or the task.
    """
    path = Path(path)
    content = _content(path)
    if path.suffix.lower() == ".json":
        answers = answers_of_tasks(_json(content, path), path)
    elif path.suffix.lower() in (".jsonl", ".ndjson"):
        answers = answers_of_prodigy(_json_lines(content, path), path)
    else:
        return _filled_in(content, path)
    rows = [{**answer.cells, TOPICS_COLUMN: _checked(answer.topics, answer.name, path)} for answer in answers.found]
    frame = pd.DataFrame(rows, dtype=object).fillna("") if rows else pd.DataFrame({TOPICS_COLUMN: []}, dtype=object)
    return _with_counts(frame, answers.n_without_answer, answers.n_ignored)


def _as_csv(rows: pd.DataFrame, topics: Sequence[str], text: Sequence[str]) -> str:
    """Return the rows as CSV that a spreadsheet shows as text."""
    columns = [ID, *text, TOPICS_COLUMN, SUGGESTED_COLUMN]
    optional = [*map(score_column, topics), *map(evidence_column, topics), WHY_COLUMN]
    columns += [name for name in optional if name in rows and name not in text]
    rows = rows.assign(**{SUGGESTED_COLUMN: rows[TOPICS_COLUMN]})
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([*map(_guarded, row)] for row in rows[columns].itertuples(index=False))
    return "\ufeff" + written.getvalue()  # by this mark Excel knows UTF-8


def _guarded(cell: Any) -> str:
    if isinstance(cell, float):
        return f"{cell:.4f}"
    return f"'{cell}" if _FORMULA.match(str(cell)) else str(cell)


def _unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def _as_tasks(rows: pd.DataFrame, topics: Sequence[str], text: Sequence[str]) -> str:
    tasks = []
    for row in rows.to_dict(orient="records"):
        result = {
            "from_name": "topics",
            "to_name": "text",
            "type": "choices",
            "value": {"choices": list(parse_topics(row[TOPICS_COLUMN]))},
        }
        tasks.append(
            {
                "data": {ID: row[ID], **{name: row[name] for name in text}},
                "predictions": [{"model_version": "vnpolicy_nlp", "result": [result]}],
                "meta": _meta(row, topics),
            }
        )
    return json.dumps(tasks, ensure_ascii=False, indent=1) + "\n"


def _as_prodigy(rows: pd.DataFrame, topics: Sequence[str], text: Sequence[str]) -> str:
    lines = []
    for row in rows.to_dict(orient="records"):
        task = {
            "text": join_cells(row[name] for name in text),
            "options": [{"id": topic, "text": topic} for topic in topics],
            "accept": list(parse_topics(row[TOPICS_COLUMN])),
            "config": {"choice_style": "multiple"},
            "meta": {ID: row[ID], **_meta(row, topics)},
            "columns": {name: row[name] for name in text},
        }
        lines.append(json.dumps(task, ensure_ascii=False) + "\n")
    return "".join(lines)


_WRITERS = {".csv": _as_csv, ".json": _as_tasks, ".jsonl": _as_prodigy}


def _meta(row: dict[Any, Any], topics: Sequence[str]) -> dict[str, Any]:
    """Return what the model says of an article."""
    scores = {topic: round(float(row[name]), 4) for topic in topics if (name := score_column(topic)) in row}
    passages = {topic: row[name] for topic in topics if row.get(name := evidence_column(topic))}
    why = {WHY_COLUMN: row[WHY_COLUMN]} if WHY_COLUMN in row else {}
    return {SUGGESTED_COLUMN: row[TOPICS_COLUMN], "scores": scores, "evidence": passages, **why}


def _content(path: Path) -> str:
    try:
        data = path.read_bytes()
        utf_16 = data[:2] in (b"\xff\xfe", b"\xfe\xff")  # as which Excel saves "Unicode text"
        return data.decode("utf-16" if utf_16 else "utf-8-sig")
    except FileNotFoundError as error:
        raise TableError(f"no such file: {path}") from error
    except OSError as error:
        raise TableError(f"cannot read {path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise TableError(f"{path} is not UTF-8: save it as CSV UTF-8, or export it again") from error


def _filled_in(content: str, path: Path) -> pd.DataFrame:
    """Return a table from CSV as somebody filled it in."""
    header, _, _ = content.partition("\n")
    separator = max(_SEPARATORS, key=header.count)
    csv.field_size_limit(_LONGEST_CELL)
    try:
        columns, *rows = csv.reader(io.StringIO(content, newline=""), delimiter=separator, strict=True)
    except (csv.Error, ValueError) as error:
        raise TableError(f"cannot read {path} as CSV: {error or 'it is empty'}; save it as CSV again") from error
    check_columns(columns, [TOPICS_COLUMN], added=())
    found, n_ignored = [], 0
    for number, row in enumerate(rows, start=1):
        if not any(row):
            continue  # an empty line, as spreadsheets leave them
        if len(row) != len(columns):
            raise TableError(
                f"{path}, row {number}: {len(row)} cells where the header has {len(columns)}; mend the row"
            )
        cells = dict(zip(columns, map(_unguarded, row), strict=True))
        if cells[TOPICS_COLUMN].strip() == UNDECIDED:
            n_ignored += 1
            continue
        found.append({**cells, TOPICS_COLUMN: _checked([cells[TOPICS_COLUMN]], f"row {number}", path)})
    frame = pd.DataFrame(found, columns=columns, dtype=object)
    drop = [name for name in columns if name.startswith((score_column(""), evidence_column("")))]
    return _with_counts(frame.drop(columns=drop), 0, n_ignored)


def _json(content: str, path: Path) -> Any:
    try:
        return json.loads(content)
    except ValueError as error:
        raise TableError(f"{path} is not JSON ({error}): export it from Label Studio again") from error


def _json_lines(content: str, path: Path) -> list[Any]:
    found = []
    for number, line in enumerate(content.split("\n"), start=1):
        try:
            found += [json.loads(line)] if line.strip() else []
        except ValueError as error:
            raise TableError(f"{path}, line {number}: not JSON ({error}): export it from Prodigy again") from error
    return found


def _checked(topics: Iterable[str], name: str, path: Path) -> str:
    try:
        return join_topics(parse_topics(";".join(topics)))
    except LabelError as error:
        raise LabelError(f"{path}, {name}: {error}") from error


def _with_counts(frame: pd.DataFrame, n_without_answer: int, n_ignored: int) -> pd.DataFrame:
    frame.attrs |= {"n_without_answer": n_without_answer, "n_ignored": n_ignored}
    return frame
