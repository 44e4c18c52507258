"""Tagged files as rows to count, and what else is known of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from vnpolicy_nlp.archive.files import Input, find_inputs
from vnpolicy_nlp.archive.record import RunRecord
from vnpolicy_nlp.archive.rows import Bad, Row
from vnpolicy_nlp.archive.tables import open_table, records_of
from vnpolicy_nlp.archive.workplace import beside
from vnpolicy_nlp.errors import InputError, ModelError, TableError
from vnpolicy_nlp.model.tagger import Tagger, load
from vnpolicy_nlp.report.layout import Layout, Wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from vnpolicy_nlp.report.tally import Tally

__all__ = ["MOST_QUARANTINED", "Run", "TaggedFile", "find_tagged", "the_tagger"]

MOST_QUARANTINED = 50  # records that are listed
_FRAME = "DataFrame"
_COLUMNS = ["file", "line", "reason"]


@dataclass(frozen=True)
class Run:
    """What is known of one tagged file.

    Attributes
    ----------
    name : str
        As `Chosen.file` has it.
    path : Path or None
        Absolute; None for a DataFrame.
    n_rows : int
    record : RunRecord or None
        None if there is none.
    layout : Layout
    n_quarantined : int
        Records that were set aside when it was tagged.
    quarantine : list of dict of str to str
        ``file``, ``line`` and ``reason`` of the first of them.
    """

    name: str
    path: Path | None
    n_rows: int
    record: RunRecord | None
    layout: Layout
    n_quarantined: int
    quarantine: list[dict[str, str]]


@dataclass(frozen=True)
class TaggedFile:
    """A tagged file, or a DataFrame."""

    source: Input | pd.DataFrame
    record: RunRecord | None

    @property
    def name(self) -> str:
        """What to call it in messages."""
        return _FRAME if isinstance(self.source, pd.DataFrame) else self.source.name

    def count(self, tally: Tally, wanted: Wanted, tagger: Tagger | None, progress: Callable[[int], None] | None) -> Run:
        """Count all rows.

        Raises
        ------
        TableError, ColumnError, InputError
        """
        before = tally.n_rows
        if isinstance(self.source, pd.DataFrame):
            layout = Layout.of(list(map(str, self.source.columns)), wanted, _FRAME, None, tagger)
            for number, row in enumerate(_rows(self.source), start=1):
                tally.add(row, layout, _FRAME, number)
            return Run(self.name, None, tally.n_rows - before, None, layout, 0, [])
        with open_table(self.source, None, None) as (table, _):
            layout = Layout.of(table.columns, wanted, self.name, self.record, tagger)
            for record in records_of(table, self.name):
                if isinstance(record, Bad):
                    raise TableError(f"{self.name}, line {record.line}: {record.reason}: it is not as it was written")
                tally.add(record, layout, self.name, tally.n_rows - before + 1)
                if progress is not None and tally.n_rows % 10_000 == 0:
                    progress(tally.n_rows)
        path = None if self.source.path is None else self.source.path.absolute()
        return Run(self.name, path, tally.n_rows - before, self.record, layout, *_quarantined(path))


def find_tagged(tagged: str | Path | pd.DataFrame | Sequence[str | Path]) -> list[TaggedFile]:
    """Return the tagged files that some names stand for.

    Raises
    ------
    TableError, InputError
    """
    if isinstance(tagged, pd.DataFrame):
        return [TaggedFile(tagged, None)]
    sources = [tagged] if isinstance(tagged, str | Path) else list(tagged)
    if not sources:
        raise InputError("no tagged file is given: name at least one")
    inputs = find_inputs(sources)
    return [TaggedFile(one, None if one.path is None else RunRecord.beside(one.path)) for one in inputs]


def the_tagger(files: Sequence[TaggedFile], model: str | Path | Tagger | None) -> Tagger | None:
    """Return the model that is given, or the packaged one if it tagged all files or nobody knows.

    Raises
    ------
    ModelError
        If the model that is given is not the one that tagged a file.
    """
    given = getattr(model, "tagger_", model)  # a fitted TopicTagger holds one
    tagger = given if isinstance(given, Tagger) else load(given)
    for file in files:
        if file.record is None or file.record.is_of(tagger.record["training"]):
            continue
        if model is None:
            return None
        raise ModelError(f"{file.name} was tagged by another model than the one given: give that one, or none")
    return tagger


def _rows(frame: pd.DataFrame) -> Iterator[Row]:
    dates = {
        place: frame.iloc[:, place].dt.to_timestamp()
        for place, kind in enumerate(frame.dtypes)
        if isinstance(kind, pd.PeriodDtype)
    }
    columns = [dates.get(place, frame.iloc[:, place]) for place in range(frame.shape[1])]
    cells = [column.astype(object).where(column.notna(), None).tolist() for column in columns]
    yield from map(list, zip(*cells, strict=True))


def _quarantined(path: Path | None) -> tuple[int, list[dict[str, str]]]:
    """Return how many records stand in the quarantine of a file, and the first of them; none if it cannot be read."""
    quarantine = None if path is None else beside(path, ".quarantine.csv")
    if quarantine is None or not quarantine.is_file():
        return 0, []
    n = 0
    found: list[dict[str, str]] = []
    try:
        for chunk in pd.read_csv(quarantine, dtype=str, keep_default_na=False, usecols=_COLUMNS, chunksize=10_000):
            first = chunk.head(max(0, MOST_QUARANTINED - len(found)))
            found += [dict(zip(_COLUMNS, cells, strict=True)) for cells in first[_COLUMNS].to_numpy().tolist()]
            n += len(chunk)
    except (ValueError, OSError) as error:
        raise TableError(
            f"cannot read {quarantine}: it is not as `vnpolicy tag` has written it: move it away"
        ) from error
    return n, found
