"""Which column of a tagged table holds what."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from vnpolicy_nlp.archive.writers import as_text
from vnpolicy_nlp.errors import ColumnError
from vnpolicy_nlp.model.columns import (
    DOCUMENTS_COLUMN,
    TOPICS_COLUMN,
    evidence_column,
    guess_text_columns,
    score_column,
    title_column,
)
from vnpolicy_nlp.report.scale import Scale
from vnpolicy_nlp.text.dates import DATE_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vnpolicy_nlp.archive.record import RunRecord
    from vnpolicy_nlp.archive.rows import Row
    from vnpolicy_nlp.model.tagger import Tagger

__all__ = ["Layout", "Wanted", "cell_at"]

_SOURCES = (
    *("source", "newspaper", "outlet", "publisher", "site", "domain", "website"),
    *("nguon", "nguồn", "bao", "báo", "toa_soan", "tòa soạn", "tòa_soạn"),
)
_SECTIONS = ("section", "category", "chuyen_muc", "chuyên mục", "chuyên_mục")
_LINKS = ("url", "link", "href", "duong_dan", "đường dẫn", "đường_dẫn")


@dataclass(frozen=True)
class Wanted:
    """Columns that the user names; None and () for those that are looked for.

    Attributes
    ----------
    date : str or None
        Of publication.
    by : tuple of str
        Whose values articles are counted by.
    text : tuple of str
    """

    date: str | None = None
    by: tuple[str, ...] = ()
    text: tuple[str, ...] = ()


@dataclass(frozen=True)
class Layout:
    """Places of the columns that count, None where there is none.

    Attributes
    ----------
    columns : tuple of str
    topics : int
    scores, evidence : dict of str to int
        By topic.
    documents, date, title, link : int or None
    by : dict of str to int
    text : tuple of int
    scales : dict of str to Scale
        Of each topic whose threshold is known.
    is_by_guessed : bool
        Whether nobody has named the columns to count by.
    """

    columns: tuple[str, ...]
    topics: int
    scores: dict[str, int]
    evidence: dict[str, int]
    documents: int | None
    date: int | None
    title: int | None
    link: int | None
    by: dict[str, int]
    text: tuple[int, ...]
    scales: dict[str, Scale]
    is_by_guessed: bool

    @classmethod
    def of(
        cls,
        columns: Sequence[str],
        wanted: Wanted,
        name: str,
        record: RunRecord | None = None,
        tagger: Tagger | None = None,
    ) -> Layout:
        """Find the columns of a table.

        Parameters
        ----------
        columns : sequence of str
        wanted : Wanted
        name : str
            For messages.
        record : RunRecord, optional
            Of the run that has written the table.
        tagger : Tagger, optional
            The model that is taken for that of the table where there is no record.

        Raises
        ------
        ColumnError
            If it has no column of topics, or none of those that the user names.
        """
        places = {column: place for place, column in reversed(list(enumerate(columns)))}
        if TOPICS_COLUMN not in places:
            raise ColumnError(
                f"{name} has no column {TOPICS_COLUMN!r}: tag it first, as in `vnpolicy tag IN -o TAGGED --scores`"
            )
        for column in (wanted.date, *wanted.by, *wanted.text):
            if column is not None and column not in places:
                raise ColumnError(f"{name} has no column {column!r}; the columns are: {', '.join(columns)}")
        recorded = () if record is None else tuple(column for column in record.text_columns if column in places)
        text = wanted.text or recorded or _guessed_text(columns)
        by = wanted.by or tuple(filter(None, (_first(columns, _SOURCES), _first(columns, _SECTIONS))))
        found = {
            "date": wanted.date or _first(columns, DATE_COLUMNS),
            "title": title_column(columns),
            "link": _first(columns, _LINKS),
            "documents": DOCUMENTS_COLUMN,
        }
        added = _added(columns, record, tagger)
        return cls(
            columns=tuple(columns),
            topics=places[TOPICS_COLUMN],
            scores=_by_topic(added, score_column("")),
            evidence=_by_topic(added, evidence_column("")),
            by={column: places[column] for column in by},
            text=tuple(places[column] for column in text),
            scales={topic: Scale(threshold) for topic, threshold in _thresholds(record, tagger).items()},
            is_by_guessed=not wanted.by,
            **{what: places.get(column) if column else None for what, column in found.items()},
        )

    def name_of(self, place: int | None) -> str | None:
        """Return the name of a column."""
        return None if place is None else self.columns[place]


def cell_at(row: Row, place: int | None) -> str:
    """Return a cell as text, an empty one where there is no such column; "?" for halves of characters.

    JSON can hold such halves, and neither tables nor pages can.
    """
    if place is None:
        return ""
    cell: Any = row[place]
    text = cell if isinstance(cell, str) else as_text(cell)
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _thresholds(record: RunRecord | None, tagger: Tagger | None) -> dict[str, float]:
    if record is not None:
        return record.thresholds
    return {} if tagger is None or tagger.exclusive else tagger.thresholds


def _added(columns: Sequence[str], record: RunRecord | None, tagger: Tagger | None) -> dict[str, int]:
    """Return the columns that tagging has added, with their places: an archive may have a ``score_...`` of its own."""
    places = {column: place for place, column in enumerate(columns)}
    if record is not None and record.added_columns:
        return {column: places[column] for column in record.added_columns if column in places}
    own = set() if tagger is None else {*map(score_column, tagger.topics), *map(evidence_column, tagger.topics)}
    known = {column: place for column, place in places.items() if column in own}
    return known or _behind_topics(columns) or places


def _behind_topics(columns: Sequence[str]) -> dict[str, int]:
    """Return the columns that follow the topics as tagging writes them, with their places."""
    first = list(columns).index(TOPICS_COLUMN) + 1
    prefixes = score_column(""), evidence_column("")
    added = takewhile(lambda place: columns[place].startswith(prefixes), range(first, len(columns)))
    return {columns[place]: place for place in added}


def _by_topic(added: dict[str, int], prefix: str) -> dict[str, int]:
    return {name.removeprefix(prefix): place for name, place in added.items() if name.startswith(prefix)}


def _guessed_text(columns: Sequence[str]) -> tuple[str, ...]:
    try:
        return tuple(guess_text_columns(columns))
    except ColumnError:
        return ()


def _first(columns: Sequence[str], names: Sequence[str]) -> str | None:
    by_name = {column.strip().casefold(): column for column in reversed(columns)}
    return next((by_name[name] for name in names if name in by_name), None)
