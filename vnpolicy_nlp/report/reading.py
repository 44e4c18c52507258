"""Tagged files as rows to count, and what else is known of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from vnpolicy_nlp.archive.files import Input, find_inputs
from vnpolicy_nlp.archive.rows import Bad, Row
from vnpolicy_nlp.archive.tables import open_table, records_of
from vnpolicy_nlp.archive.workplace import beside
from vnpolicy_nlp.errors import TableError
from vnpolicy_nlp.model.tagger import Tagger, load
from vnpolicy_nlp.report.layout import Layout, Wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from vnpolicy_nlp.report.tally import Tally

__all__ = ["Run", "TaggedFile", "find_tagged", "known_thresholds", "the_tagger"]

_MOST_QUARANTINED = 50  # records that are listed
_FRAME = "DataFrame"


@dataclass(frozen=True)
class Run:
    """What is known of one tagged file.

    Attributes
    ----------
    path : Path or None
        None for a DataFrame.
    n_rows : int
    record : dict or None
        What stands in its run record, ``TAGGED.run.json``; None if there is none.
    layout : Layout
    n_quarantined : int
        Records that were set aside when it was tagged.
    quarantine : list of dict of str to str
        ``file``, ``line`` and ``reason`` of the first of them.
    """

    path: Path | None
    n_rows: int
    record: dict[str, Any] | None
    layout: Layout
    n_quarantined: int
    quarantine: list[dict[str, str]]


@dataclass(frozen=True)
class TaggedFile:
    """A tagged file, or a DataFrame."""

    source: Input | pd.DataFrame
    record: dict[str, Any] | None

    def count(self, tally: Tally, wanted: Wanted, progress: Callable[[int], None] | None) -> Run:
        """Count all rows.

        Raises
        ------
        TableError, ColumnError, InputError
        """
        if self.record is not None and not wanted.text:
            wanted = Wanted(wanted.date, wanted.by, tuple(self.record.get("text_columns", ())))
        before = tally.n_rows
        if isinstance(self.source, pd.DataFrame):
            layout = Layout.of(list(map(str, self.source.columns)), wanted, _FRAME)
            for number, row in enumerate(_rows(self.source), start=1):
                tally.add(row, layout, _FRAME, number)
            return Run(None, tally.n_rows - before, None, layout, 0, [])
        name = self.source.name
        with open_table(self.source, None, None) as (table, _):
            layout = Layout.of(table.columns, wanted, name)
            for record in records_of(table, name):
                if isinstance(record, Bad):
                    raise TableError(f"{name}, line {record.line}: {record.reason}: it is not as it was written")
                tally.add(record, layout, name, tally.n_rows - before + 1)
                if progress is not None and tally.n_rows % 10_000 == 0:
                    progress(tally.n_rows)
        return Run(self.source.path, tally.n_rows - before, self.record, layout, *_quarantined(self.source.path))


def find_tagged(tagged: str | Path | pd.DataFrame | Sequence[str | Path]) -> list[TaggedFile]:
    """Return the tagged files that some names stand for.

    Raises
    ------
    TableError
    """
    if isinstance(tagged, pd.DataFrame):
        return [TaggedFile(tagged, None)]
    sources = [tagged] if isinstance(tagged, str | Path) else list(tagged)
    return [TaggedFile(source, _run_record(source)) for source in find_inputs(sources)]


def the_tagger(files: Sequence[TaggedFile], model: str | Path | Tagger | None) -> Tagger | None:
    """Return the model that is given, or the packaged one if it tagged all files or nobody knows."""
    if model is not None:
        given = getattr(model, "tagger_", model)  # a fitted TopicTagger holds one
        return given if isinstance(given, Tagger) else load(given)
    packaged = load()
    known = [file.record.get("model") for file in files if file.record is not None]
    return packaged if all(training == packaged.record["training"] for training in known) else None


def known_thresholds(record: dict[str, Any] | None, tagger: Tagger | None) -> dict[str, float]:
    """Return the thresholds of a run; of the model where there is no record; none of exclusive topics."""
    if tagger is not None and tagger.exclusive:
        return {}
    if record is not None and isinstance(record.get("thresholds"), dict):
        return dict(record["thresholds"])
    return {} if tagger is None else tagger.thresholds


def _rows(frame: pd.DataFrame) -> Iterator[Row]:
    cells = frame.astype(object).where(frame.notna(), None)
    yield from map(list, cells.itertuples(index=False))


def _run_record(source: Input) -> dict[str, Any] | None:
    if source.path is None:
        return None
    try:
        record = json.loads(beside(source.path, ".run.json").read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return record if isinstance(record, dict) else None


def _quarantined(path: Path | None) -> tuple[int, list[dict[str, str]]]:
    """Return how many records stand in the quarantine of a file, and the first of them."""
    quarantine = None if path is None else beside(path, ".quarantine.csv")
    if quarantine is None or not quarantine.is_file():
        return 0, []
    n = 0
    found: list[dict[str, str]] = []
    columns = ["file", "line", "reason"]
    for chunk in pd.read_csv(quarantine, dtype=str, keep_default_na=False, usecols=columns, chunksize=10_000):
        first = chunk.head(max(0, _MOST_QUARANTINED - len(found)))
        found += [dict(zip(columns, cells, strict=True)) for cells in first[columns].to_numpy().tolist()]
        n += len(chunk)
    return n, found
