"""As many records at once as go well together, and the text of each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from vnpolicy_nlp.archive.csvtable import CsvTable
from vnpolicy_nlp.archive.rows import MISSING, Bad, NumberedRow, RawRow, Row
from vnpolicy_nlp.archive.writers import raw_of
from vnpolicy_nlp.text.prepare import join_cells

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from vnpolicy_nlp.archive.rows import Table

__all__ = ["MOST_READ", "Chunk", "chunks_of", "text_reader"]

MOST_READ = 1_000_000  # characters of a row that are tagged; a long report has 20,000
# A chunk ends with the record that fills it by any measure.
_RECORDS = 4000
_CHARACTERS_READ = 1_000_000  # of texts: what the segmenter takes at once
_CHARACTERS_KEPT = 4_000_000  # of all cells


@dataclass
class Chunk:
    """Some records: rows with their texts, and those that are none."""

    rows: list[Row] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    bad: list[Bad] = field(default_factory=list)
    n_records: int = 0
    n_cut: int = 0  # rows of which only the beginning is read


def chunks_of(records: Iterable[Row | Bad], text_of: Callable[[Row], str | Bad]) -> Iterator[Chunk]:
    """Take records together until one measure or the other is full; nothing else decides where a chunk ends."""
    chunk, n_read, n_kept = Chunk(), 0, 0
    for record in records:
        chunk.n_records += 1
        text = record if isinstance(record, Bad) else text_of(record)
        if isinstance(text, Bad):
            chunk.bad.append(text)
            n_kept += len(text.raw)
        else:
            row: Row = record  # type: ignore[assignment]
            if len(text) > MOST_READ:
                text = text[:MOST_READ]
                chunk.n_cut += 1
            n_read += len(text)
            n_kept += len(row.raw) if isinstance(row, RawRow) else sum(len(c) for c in row if isinstance(c, str))
            chunk.rows.append(row)
            chunk.texts.append(text)
        if n_read >= _CHARACTERS_READ or n_kept >= _CHARACTERS_KEPT or chunk.n_records >= _RECORDS:
            yield chunk
            chunk, n_read, n_kept = Chunk(), 0, 0
    if chunk.n_records:
        yield chunk


def text_reader(table: Table, text: Sequence[str]) -> Callable[[Row], str | Bad]:
    """Return what takes the text out of a row; a row whose text is no text is `Bad`.

    Bytes are text to old writers of Parquet, which do not mark it as such.
    """
    positions = [table.columns.index(name) for name in text]
    if isinstance(table, CsvTable):
        return lambda row: join_cells([row[place] for place in positions])

    def text_of(row: Row) -> str | Bad:
        cells = []
        for place, name in zip(positions, text, strict=True):
            cell = row[place]
            if isinstance(cell, bytes):
                try:
                    cell = cell.decode()
                except UnicodeDecodeError:
                    return _bad(row, f"not valid UTF-8 in the text column {name!r}")
            if isinstance(cell, str):
                cells.append(cell)
            elif cell is not None and cell is not MISSING:
                kind = "float" if isinstance(cell, float) else type(cell).__name__
                return _bad(row, f"the text column {name!r} holds {kind}, not text")
        return join_cells(cells)

    return text_of


def _bad(row: Row, reason: str) -> Bad:
    line = row.line if isinstance(row, NumberedRow) else 0
    shown = row.raw.decode() if isinstance(row, RawRow) else raw_of(row)
    return Bad(line, reason, shown)
