"""The articles to look at: of each topic the surest, the doubtful, and those that nearly have it."""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from vnpolicy_nlp.report.layout import cell_at
from vnpolicy_nlp.report.scale import UNKNOWN
from vnpolicy_nlp.text.dates import parse_day
from vnpolicy_nlp.text.prepare import join_cells

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from vnpolicy_nlp.archive.rows import Row
    from vnpolicy_nlp.report.layout import Layout

__all__ = ["DOUBTFUL", "GIVEN", "KINDS", "NEARLY", "SURE", "Chosen", "Example", "Examples"]

# Tagged, without a score; tagged; tagged, but near the threshold; not tagged, but near it.
KINDS = GIVEN, SURE, DOUBTFUL, NEARLY = "given", "sure", "doubtful", "nearly"
_MOST_CHARACTERS = 200_000  # of a text that is kept
_MOST_OF_A_KIND = 600  # however many topics there are: a page must not grow beyond all bounds
_MOST_TITLE = 300


class Example(NamedTuple):
    """A row that may be shown."""

    file: str
    number: int
    row: Row
    layout: Layout
    topics: tuple[str, ...]
    scores: Mapping[str, float]


@dataclass(frozen=True)
class Chosen:
    """A row that is shown, for one topic.

    Attributes
    ----------
    topic : str
    kind : {"given", "sure", "doubtful", "nearly"}
    tagged : bool
    score : float
        Its probability of the topic; NaN where the archive was tagged without scores.
    file : str
    number : int
        Of the row, from 1 below the header.
    title, link, text : str
    day : date or None
    values : dict of str to str
        Of the columns that articles are counted by.
    evidence : str
        As it stands in the archive; empty where it was tagged without.
    """

    topic: str
    kind: str
    tagged: bool
    score: float
    file: str
    number: int
    title: str
    link: str
    text: str = field(repr=False)
    day: date | None
    values: Mapping[str, str]
    evidence: str = field(repr=False)


@dataclass
class Examples:
    """Keeps the best rows of each topic and kind while all rows go by.

    Attributes
    ----------
    n : int
        How many of each.
    """

    n: int
    _kept: dict[tuple[str, str], list[tuple[float, int, Chosen]]] = field(default_factory=dict)
    _n_offered: int = 0

    def offer(self, example: Example) -> None:
        """Keep a row for each topic for which it is among the best."""
        for topic in {*example.topics, *example.scores}:
            score = example.scores.get(topic, math.nan)
            scale = example.layout.scales.get(topic, UNKNOWN)
            if scale.is_doubtful(score):
                kind = DOUBTFUL if topic in example.topics else NEARLY
                self._keep(example, topic, kind, -scale.distance(score))
            elif topic in example.topics:
                kind, rank = (GIVEN, 0.0) if math.isnan(score) else (SURE, score)
                self._keep(example, topic, kind, rank)

    def _keep(self, example: Example, topic: str, kind: str, rank: float) -> None:
        heap = self._kept.setdefault((topic, kind), [])
        self._n_offered += 1
        if len(heap) < self.n:
            heapq.heappush(heap, (rank, -self._n_offered, _chosen(example, topic, kind)))
        elif heap and rank > heap[0][0]:  # of equals the first ones stay
            heapq.heapreplace(heap, (rank, -self._n_offered, _chosen(example, topic, kind)))

    def __iter__(self) -> Iterator[Chosen]:
        """Yield rows by kind; of each kind the first of every topic, then the second, and so on."""
        for kind in KINDS:
            ranked = [
                (place, topic, item[-1])
                for (topic, its_kind), heap in self._kept.items()
                if its_kind == kind
                for place, item in enumerate(sorted(heap, key=lambda item: (-item[0], -item[1])))
            ]
            yield from (chosen for _, _, chosen in sorted(ranked, key=lambda item: item[:2])[:_MOST_OF_A_KIND])


def _chosen(example: Example, topic: str, kind: str) -> Chosen:
    row, layout = example.row, example.layout
    text = join_cells(cell_at(row, place) for place in layout.text)[:_MOST_CHARACTERS]
    return Chosen(
        topic=topic,
        kind=kind,
        tagged=topic in example.topics,
        score=example.scores.get(topic, math.nan),
        file=example.file,
        number=example.number,
        title=_shortened(cell_at(row, layout.title).strip() or text.strip().split("\n", 1)[0]),
        link=cell_at(row, layout.link).strip(),
        text=text,
        day=parse_day(cell_at(row, layout.date)),
        values={name: cell_at(row, place).strip() for name, place in layout.by.items()},
        evidence=cell_at(row, layout.evidence.get(topic)),
    )


def _shortened(title: str) -> str:
    return title if len(title) <= _MOST_TITLE else f"{title[:_MOST_TITLE]}…"
