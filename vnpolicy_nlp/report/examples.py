"""The articles to look at: of each topic the surest and the most doubtful."""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from vnpolicy_nlp.report.layout import cell_at
from vnpolicy_nlp.text.dates import parse_day
from vnpolicy_nlp.text.prepare import join_cells

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from vnpolicy_nlp.archive.rows import Row
    from vnpolicy_nlp.report.layout import Layout

__all__ = ["DOUBTFUL", "FACTOR", "SURE", "Chosen", "Example", "Examples", "doubtful_range"]

SURE, DOUBTFUL = "sure", "doubtful"
FACTOR = 3.0  # between the odds of a doubtful article and those of the threshold, at most
_MOST_CHARACTERS = 200_000  # of a text that is kept


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
    kind : {"sure", "doubtful"}
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
    thresholds : mapping of str to float
        Without a threshold there is no telling what is doubtful.
    """

    n: int
    thresholds: Mapping[str, float]
    _kept: dict[tuple[str, str], list[tuple[float, int, Chosen]]] = field(default_factory=dict)
    _n_offered: int = 0

    def __post_init__(self) -> None:
        self._ranges = {topic: doubtful_range(threshold) for topic, threshold in self.thresholds.items()}

    def offer(self, example: Example) -> None:
        """Keep a row for each topic for which it is among the best."""
        for topic in example.topics:
            score = example.scores.get(topic, math.nan)
            self._keep(example, topic, SURE, 0.0 if math.isnan(score) else score)
        for topic, score in example.scores.items():
            low, high = self._ranges.get(topic, (1.0, 0.0))
            if low < score < high:
                self._keep(example, topic, DOUBTFUL, -abs(log_odds(score) - log_odds(self.thresholds[topic])))

    def _keep(self, example: Example, topic: str, kind: str, rank: float) -> None:
        heap = self._kept.setdefault((topic, kind), [])
        self._n_offered += 1
        if len(heap) < self.n:
            heapq.heappush(heap, (rank, -self._n_offered, _chosen(example, topic, kind)))
        elif heap and rank > heap[0][0]:  # of equals the first ones stay
            heapq.heapreplace(heap, (rank, -self._n_offered, _chosen(example, topic, kind)))

    def __iter__(self) -> Iterator[Chosen]:
        """Yield the surest rows of all topics, the surest first, then the most doubtful ones, the nearest first."""
        for kind in (SURE, DOUBTFUL):
            kept = [item for key, heap in sorted(self._kept.items()) if key[1] == kind for item in heap]
            yield from (chosen for _, _, chosen in sorted(kept, key=lambda item: (-item[0], -item[1])))


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
        title=cell_at(row, layout.title).strip() or text.strip().split("\n", 1)[0][:120],
        link=cell_at(row, layout.link).strip(),
        text=text,
        day=parse_day(cell_at(row, layout.date)),
        values={name: cell_at(row, place).strip() for name, place in layout.by.items()},
        evidence=cell_at(row, layout.evidence.get(topic)),
    )


def doubtful_range(threshold: float) -> tuple[float, float]:
    """Return the probabilities between which a decision is doubtful: those whose odds are within a factor of three."""
    odds = threshold / (1 - threshold) if threshold < 1 else math.inf
    low, high = odds / FACTOR, odds * FACTOR
    return low / (1 + low) if low < math.inf else 1.0, high / (1 + high) if high < math.inf else 1.0


def log_odds(probability: float) -> float:
    """Return log-odds; a probability is taken from 0.00005 to 0.99995, as four decimals tell them apart."""
    clipped = min(max(probability, 5e-5), 1 - 5e-5)  # as four decimals tell them apart
    return math.log(clipped) - math.log1p(-clipped)
