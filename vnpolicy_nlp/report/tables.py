"""What was counted, as tables."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import pairwise, product
from typing import TYPE_CHECKING

import pandas as pd

from vnpolicy_nlp.text.collation import collation_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vnpolicy_nlp.report.evidence import Shown
    from vnpolicy_nlp.report.tally import Tally

__all__ = ["articles", "by_topic", "by_value", "documents", "over_time", "scores", "together"]

_MOST_MONTHS = (
    12 * 50
)  # between which those without articles are shown: one wrong date must not make a table of centuries


def by_topic(tally: Tally, topics: Sequence[str]) -> pd.DataFrame:
    """Return a row a topic, and what `ArchiveReport.table` says of its columns."""
    n: Counter[str] = Counter()
    for given, count in tally.topics.items():
        for topic in given:
            n[topic] += count
    months: dict[str, Counter[int]] = defaultdict(Counter)
    for (month, given), count in tally.months.items():
        for topic in given:
            months[topic][month] += count
    rows = []
    for topic in topics:
        peak = max(sorted(months[topic]), key=months[topic].__getitem__, default=None)  # of equals the first
        nearly, doubtful = tally.doubtful.get(topic, (0, 0))
        rows.append(
            {
                "n_articles": n[topic],
                "share": n[topic] / tally.n_rows if tally.n_rows else 0.0,
                "peak": pd.NaT if peak is None else _period(peak),
                "n_in_peak": 0 if peak is None else months[topic][peak],
                "n_doubtful": doubtful,
                "n_nearly": nearly,
            }
        )
    columns = ["n_articles", "share", "peak", "n_in_peak", "n_doubtful", "n_nearly"]
    table = pd.DataFrame(rows, columns=columns, index=pd.Index(list(topics), name="topic"))
    return table.astype({"n_articles": int, "share": float, "n_in_peak": int, "n_doubtful": int, "n_nearly": int})


def over_time(counts: Counter[tuple[int, tuple[str, ...]]], topics: Sequence[str]) -> pd.DataFrame:
    """Return a row a month and topic; up to fifty years, months without articles among them.

    Parameters
    ----------
    counts : Counter
        As `Tally.months`.
    topics : sequence of str
    """
    months = sorted({month for month, _ in counts})
    if months and months[-1] - months[0] < _MOST_MONTHS:
        months = list(range(months[0], months[-1] + 1))
    n_all: Counter[int] = Counter()
    n: Counter[tuple[int, str]] = Counter()
    for (month, given), count in counts.items():
        n_all[month] += count
        for topic in given:
            n[month, topic] += count
    rows = [(_period(month), topic, n[month, topic], n_all[month]) for month in months for topic in topics]
    return pd.DataFrame(rows, columns=["month", "topic", "n_articles", "n_all"])


def by_value(counts: Mapping[str, Counter[tuple[str, ...]]], topics: Sequence[str]) -> pd.DataFrame:
    """Return a row a value of a column and topic, the most frequent value first, equals in Vietnamese order."""
    n_all = {value: own.total() for value, own in counts.items()}
    rows = []
    for value in sorted(n_all, key=lambda value: (-n_all[value], collation_key(value))):
        n: Counter[str] = Counter()
        for given, count in counts[value].items():
            for topic in given:
                n[topic] += count
        rows += [(value, topic, n[topic], n_all[value]) for topic in topics]
    return pd.DataFrame(rows, columns=["value", "topic", "n_articles", "n_all"])


def together(tally: Tally, topics: Sequence[str]) -> pd.DataFrame:
    """Return how many articles have both topics."""
    n: Counter[tuple[str, str]] = Counter()
    for given, count in tally.topics.items():
        for one, other in product(given, repeat=2):
            n[one, other] += count
    counts = [[n[one, other] for other in topics] for one in topics]
    return pd.DataFrame(counts, index=list(topics), columns=list(topics))


def scores(tally: Tally, topics: Sequence[str]) -> pd.DataFrame:
    """Return how many articles have a probability in each bin."""
    rows = [
        (topic, low, high, bool(tagged), n)
        for topic in topics
        if topic in tally.bins
        for tagged, bins in enumerate(tally.bins[topic])
        for (low, high), n in zip(pairwise(tally.scales[topic].edges), bins, strict=True)
    ]
    return pd.DataFrame(rows, columns=["topic", "low", "high", "tagged", "n_articles"])


def documents(tally: Tally, topics: Sequence[str]) -> pd.DataFrame:
    """Return how many articles with a topic cite each document, the most cited first, equals in Vietnamese order."""
    n_all: Counter[str] = Counter()
    n: Counter[tuple[str, str]] = Counter()
    for (document, given), count in tally.documents.items():
        n_all[document] += count
        for topic in given:
            n[document, topic] += count
    ordered = sorted(n_all, key=lambda document: (-n_all[document], collation_key(document)))
    rows = [[document, n_all[document], *(n[document, topic] for topic in topics)] for document in ordered]
    return pd.DataFrame(rows, columns=["document", "n_articles", *topics])


def articles(shown: Sequence[Shown]) -> pd.DataFrame:
    """Return the articles that are shown."""
    names = ("topic", "kind", "tagged", "score", "title", "day", "link", "file")
    rows = [
        {
            **{name: getattr(one.chosen, name) for name in names},
            "row": one.chosen.number,
            "passage": "".join(piece.text for piece in one.passage),
        }
        for one in shown
    ]
    return pd.DataFrame(rows, columns=[*names, "row", "passage"])


def _period(month: int) -> pd.Period:
    return pd.Period(year=month // 12, month=month % 12 + 1, freq="M")
