"""What was counted, as tables."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

import pandas as pd

from vnpolicy_nlp.report.scale import Scale
from vnpolicy_nlp.text.collation import collation_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vnpolicy_nlp.report.evidence import Shown
    from vnpolicy_nlp.report.tally import Tally

__all__ = ["articles", "by_topic", "by_value", "documents", "over_time", "scores", "together"]

_MOST_MONTHS = 12 * 400  # a slip of a digit must not make a table of a million months


def by_topic(tally: Tally, topics: Sequence[str]) -> pd.DataFrame:
    """Return a row a topic, and what `ArchiveReport.table` says of its columns."""
    rows = []
    for topic in topics:
        n = sum(count for given, count in tally.topics.items() if topic in given)
        months: Counter[int] = Counter()
        for (month, given), count in tally.months.items():
            if topic in given:
                months[month] += count
        peak = max(sorted(months), key=months.__getitem__, default=None)  # of equals the first
        nearly, doubtful = tally.doubtful.get(topic, (0, 0))
        rows.append(
            {
                "n_articles": n,
                "share": n / tally.n_rows if tally.n_rows else 0.0,
                "peak": pd.NaT if peak is None else _period(peak),
                "n_in_peak": 0 if peak is None else months[peak],
                "n_doubtful": doubtful,
                "n_nearly": nearly,
            }
        )
    columns = ["n_articles", "share", "peak", "n_in_peak", "n_doubtful", "n_nearly"]
    return pd.DataFrame(rows, columns=columns, index=pd.Index(topics, name="topic"))


def over_time(counts: Counter[tuple[int, tuple[str, ...]]], topics: Sequence[str]) -> pd.DataFrame:
    """Return a row a month and topic, months without articles among them.

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


def by_value(counts: Counter[tuple[str, tuple[str, ...]]], topics: Sequence[str]) -> pd.DataFrame:
    """Return a row a value of a column and topic, the most frequent value first, equals in Vietnamese order."""
    n_all: Counter[str] = Counter()
    n: Counter[tuple[str, str]] = Counter()
    for (value, given), count in counts.items():
        n_all[value] += count
        for topic in given:
            n[value, topic] += count
    values = sorted(n_all, key=lambda value: (-n_all[value], collation_key(value)))
    rows = [(value, topic, n[value, topic], n_all[value]) for value in values for topic in topics]
    return pd.DataFrame(rows, columns=["value", "topic", "n_articles", "n_all"])


def together(tally: Tally, topics: Sequence[str]) -> pd.DataFrame:
    """Return how many articles have both topics."""
    counts = [
        [sum(n for given, n in tally.topics.items() if one in given and other in given) for other in topics]
        for one in topics
    ]
    return pd.DataFrame(counts, index=list(topics), columns=list(topics))


def scores(tally: Tally, topics: Sequence[str]) -> pd.DataFrame:
    """Return how many articles have a probability in each bin."""
    rows = [
        (topic, low, high, bool(tagged), n)
        for topic in topics
        if topic in tally.bins
        for tagged, bins in enumerate(tally.bins[topic])
        for (low, high), n in zip(pairwise(tally.scales.get(topic, Scale(None)).edges), bins, strict=True)
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
