"""What is counted in one pass over tagged rows. Memory grows with months and values, not with the archive."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from vnpolicy_nlp.errors import InputError, TableError
from vnpolicy_nlp.report.examples import Example, Examples
from vnpolicy_nlp.report.layout import cell_at
from vnpolicy_nlp.report.scale import UNKNOWN, Scale
from vnpolicy_nlp.text.dates import parse_day

if TYPE_CHECKING:
    from datetime import date

    from vnpolicy_nlp.archive.rows import Row
    from vnpolicy_nlp.report.layout import Layout

    Topics = tuple[str, ...]

__all__ = ["Tally", "topics_of"]

_MOST_VALUES = 20_000  # of a column that articles are counted by


@dataclass
class Tally:
    """Counts of all rows so far. Most are by the set of topics that an article has, so that a row counts once.

    Attributes
    ----------
    n_rows, n_without_text, n_undated : int
    undated : str
        The first cell that holds something else than a date.
    topics : Counter of tuple of str
    months : Counter of (int, tuple of str)
        Months are numbered from the year 0 on.
    values : dict of str to dict of str to Counter of tuple of str
        By column and value.
    dropped : list of str
        Columns that nobody has named and that have too many values to count by.
    documents : Counter of (str, tuple of str)
    scales : dict of str to Scale
        By topic, as in the first file with scores of it.
    bins : dict of str to two lists of int
        Probabilities of each topic, by the bins of its scale: of articles without it, of those with it.
    doubtful : dict of str to two int
        Articles without and with each topic whose probability is near its threshold.
    first, last : date or None
    examples : Examples
    """

    examples: Examples
    n_rows: int = 0
    n_without_text: int = 0
    n_undated: int = 0
    undated: str = ""
    topics: Counter[Topics] = field(default_factory=Counter)
    months: Counter[tuple[int, Topics]] = field(default_factory=Counter)
    values: dict[str, dict[str, Counter[Topics]]] = field(default_factory=dict)
    dropped: list[str] = field(default_factory=list)
    documents: Counter[tuple[str, Topics]] = field(default_factory=Counter)
    scales: dict[str, Scale] = field(default_factory=dict)
    bins: dict[str, list[list[int]]] = field(default_factory=dict)
    doubtful: dict[str, list[int]] = field(default_factory=dict)
    first: date | None = None
    last: date | None = None

    def add(self, row: Row, layout: Layout, file: str, number: int) -> None:
        """Count a row.

        Parameters
        ----------
        row : list
        layout : Layout
        file : str
        number : int
            Of the row in its file, from 1 below the header.

        Raises
        ------
        TableError
            If a score is no probability.
        InputError
            If a column that the user named to count by has too many values.
        """
        topics = topics_of(cell_at(row, layout.topics))
        self.n_rows += 1
        self.topics[topics] += 1
        self.n_without_text += bool(layout.text) and not _has_text(row, layout)
        self._add_day(cell_at(row, layout.date), topics, dated=layout.date is not None)
        for column, place in layout.by.items():
            self._add_value(column, cell_at(row, place).strip(), topics, guessed=layout.is_by_guessed)
        if topics and layout.documents is not None:
            for document in filter(None, cell_at(row, layout.documents).split("; ")):
                self.documents[document, topics] += 1
        scores = {topic: _score(cell_at(row, place), file, number) for topic, place in layout.scores.items()}
        for topic, score in scores.items():
            if not math.isnan(score):
                self._add_score(topic, score, layout.scales.get(topic, UNKNOWN), tagged=topic in topics)
        self.examples.offer(Example(file, number, row, layout, topics, scores))

    def _add_day(self, cell: str, topics: Topics, *, dated: bool) -> None:
        day = parse_day(cell) if cell else None
        if day is None:
            self.n_undated += dated
            self.undated = self.undated or cell
            return
        self.first = day if self.first is None or day < self.first else self.first
        self.last = day if self.last is None or day > self.last else self.last
        self.months[12 * day.year + day.month - 1, topics] += 1

    def _add_value(self, column: str, value: str, topics: Topics, *, guessed: bool) -> None:
        if column in self.dropped:
            return
        counts = self.values.setdefault(column, {})
        counts.setdefault(value, Counter())[topics] += 1
        if len(counts) > _MOST_VALUES:
            if not guessed:
                raise InputError(
                    f"the column {column!r} has more than {_MOST_VALUES} different values: with --by name one that "
                    "has few, such as a source or a province"
                )
            del self.values[column]
            self.dropped.append(column)

    def _add_score(self, topic: str, score: float, scale: Scale, *, tagged: bool) -> None:
        shown = self.scales.setdefault(topic, scale)
        n_bins = len(shown.edges) - 1
        bins = self.bins.setdefault(topic, [[0] * n_bins, [0] * n_bins])
        bins[tagged][shown.bin_of(score)] += 1
        if scale.is_doubtful(score):
            self.doubtful.setdefault(topic, [0, 0])[tagged] += 1


def _has_text(row: Row, layout: Layout) -> bool:
    cells = (row[place] for place in layout.text)
    return any(cell.strip() for cell in cells if isinstance(cell, str | bytes))


@lru_cache(maxsize=4096)
def topics_of(cell: str) -> Topics:
    """Return the topics that stand in a cell, sorted."""
    return tuple(sorted({topic.strip() for topic in cell.split(";")} - {""}))


def _score(cell: str, file: str, number: int) -> float:
    if not cell:
        return math.nan
    try:
        score = float(cell)
    except ValueError:
        score = math.inf
    if not 0 <= score <= 1:
        raise TableError(f"{file}, row {number}: the score {cell[:20]!r} is no number from 0 to 1: tag the file again")
    return score
