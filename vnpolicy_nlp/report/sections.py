"""The sections of the page, from what a report holds."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, cast

from vnpolicy_nlp.report import charts
from vnpolicy_nlp.report.markup import Cell, Head, Section, figure, number_cell, paragraphs, table, text_cell
from vnpolicy_nlp.report.section_articles import articles
from vnpolicy_nlp.report.section_trust import certainty, origin
from vnpolicy_nlp.report.summary import headline, peak_of
from vnpolicy_nlp.report.trust import cautions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pandas as pd

    from vnpolicy_nlp.report.report import ArchiveReport
    from vnpolicy_nlp.wording import Wording

__all__ = ["all_of"]

_MOST_ROWS = 500  # of a table beside a chart


def all_of(report: ArchiveReport, say: Wording, folder: Path) -> list[Section]:
    """Return the sections that there is something to say in."""
    return [
        _summary(report, say),
        *_over_time(report, say),
        *_by_value(report, say),
        *_together(report, say),
        *articles(report, say, folder),
        *certainty(report, say),
        *_documents(report, say),
        *_quarantine(report, say),
        origin(report, say),
    ]


def _summary(report: ArchiveReport, say: Wording) -> Section:
    topics = charts.drawn(report)
    cards = "".join(
        f"<li>{escape(say.topic(str(topic)))}<b>{say.number(row['n_articles'])}</b>"
        f"{escape(say('card_share', share=say.percent(row['share'])))}<br>"
        f"<span class='note'>{escape(peak_of(report, str(topic), say))}</span></li>"
        for topic, row in report.table.loc[topics].iterrows()
    )
    notes = [*cautions(report, say), *(say("not_counted_by", column=column) for column in report.not_counted)]
    if len(topics) < len(report.topics):
        notes.append(say("many_topics", n=len(topics), all=len(report.topics)))
    body = (
        f"<p>{escape(headline(report, say))}</p><ul class='cards'>{cards}</ul>"
        f"<h3>{escape(say('before_you_believe'))}</h3>{paragraphs(notes)}"
    )
    chart = charts.shares_chart(report.table.loc[charts.drawn(report)], say).to_dict()
    return Section("summary", say("summary"), body + figure("shares", say("shares_caption")), {"shares": chart})


def _over_time(report: ArchiveReport, say: Wording) -> Iterator[Section]:
    if report.over_time.empty:
        has_column = any(run.layout.date is not None for run in report.runs)
        reason = say("no_dates_read" if has_column else "no_dates")
        yield Section("time", say("over_time"), f"<p>{escape(reason)}</p>")
        return
    heads = [
        Head(say("month"), largest_first=True),
        *(Head(say.topic(topic), largest_first=True) for topic in report.topics),
        Head(say("all_articles"), largest_first=True),
        *(Head(f"{say.topic(topic)} (%)", largest_first=True) for topic in report.topics),
    ]
    rows = [
        [
            Cell(say.month(month.year, month.month), f"{month.year * 12 + month.month}"),
            *(number_cell(say.number(n), int(n)) for n in [*own["n_articles"], own["n_all"].iloc[0]]),
            *(_share(int(n), int(n_all), say) for n, n_all in zip(own["n_articles"], own["n_all"], strict=True)),
        ]
        for month, own in _periods(report.over_time)
    ]
    body = figure("time", say("time_caption"), table(heads, rows), say("numbers_a_month"))
    yield Section(
        "time",
        say("over_time"),
        body,
        {"time": charts.over_time_chart(_drawn(report, report.over_time), say).to_dict()},
    )


def _share(n: int, n_all: int, say: Wording) -> Cell:
    return number_cell(say.percent(n / n_all), n / n_all) if n_all else Cell("", "")


def _periods(counts: pd.DataFrame) -> Iterator[tuple[pd.Period, pd.DataFrame]]:
    for month, own in counts.groupby("month"):
        yield cast("pd.Period", month), own


def _drawn(report: ArchiveReport, counts: pd.DataFrame) -> pd.DataFrame:
    """Return the counts of the topics that charts show."""
    return counts[counts["topic"].isin(charts.drawn(report))]


def _by_value(report: ArchiveReport, say: Wording) -> Iterator[Section]:
    for place, (column, counts) in enumerate(report.by.items()):
        slug = f"by{place}"
        heads = [
            Head(column),
            *(Head(say.topic(topic), largest_first=True) for topic in report.topics),
            Head(say("all_articles"), largest_first=True),
            *(Head(f"{say.topic(topic)} (%)", largest_first=True) for topic in report.topics),
        ]
        rows = [
            [
                text_cell(value or say("no_value")),
                *(number_cell(say.number(n), int(n)) for n in own["n_articles"]),
                number_cell(say.number(n_all := int(own["n_all"].iloc[0])), n_all),
                *(_share(int(n), n_all, say) for n in own["n_articles"]),
            ]
            for value, own in _first_groups(counts)
        ]
        n_values = counts["value"].nunique()
        note = say("first_values", n=_MOST_ROWS, all=n_values) if n_values > _MOST_ROWS else ""
        shown = "by_caption" if n_values > charts.MOST_VALUES else "by_caption_all"
        caption = say(shown, column=column, n=charts.MOST_VALUES)
        body = figure(slug, caption, table(heads, rows), say("numbers"))
        note = " ".join(filter(None, [note, say("no_rating")]))
        yield Section(
            slug,
            say("by_column", column=column),
            f"{body}<p class='note'>{escape(note)}</p>",
            {slug: charts.by_value_chart(_drawn(report, counts), say).to_dict()},
        )


def _first_groups(counts: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    groups = counts.groupby("value", sort=False)
    for n, (value, own) in enumerate(groups):
        if n == _MOST_ROWS:
            return
        yield str(value), own


def _together(report: ArchiveReport, say: Wording) -> Iterator[Section]:
    if len(report.topics) < 2:
        return
    counts = report.together
    if not (counts.to_numpy().sum() - counts.to_numpy().trace()):
        yield Section("together", say("together"), f"<p>{escape(say('none_together'))}</p>")
        return
    heads = [Head(""), *(Head(say.topic(topic), largest_first=True) for topic in report.topics)]
    rows = [
        [text_cell(say.topic(topic)), *(_both(n, row[place], say) for n in row)]
        for place, (topic, row) in enumerate(zip(report.topics, counts.to_numpy().tolist(), strict=True))
    ]
    yield Section("together", say("together"), f"<p>{escape(say('together_caption'))}</p>{table(heads, rows)}")


def _both(n: int, n_all: int, say: Wording) -> Cell:
    shown = say.number(n) if n in (0, n_all) else f"{say.number(n)} ({say.percent(n / n_all)})"
    return number_cell(shown, n)


def _documents(report: ArchiveReport, say: Wording) -> Iterator[Section]:
    if report.documents.empty:
        has_column = any(run.layout.documents is not None for run in report.runs)
        yield Section(
            "documents", say("documents"), f"<p>{escape(say('none_cited' if has_column else 'no_documents'))}</p>"
        )
        return
    heads = [
        Head(say("document")),
        Head(say("articles"), largest_first=True),
        *(Head(say.topic(t), largest_first=True) for t in report.topics),
    ]
    rows = [
        [
            text_cell(row["document"]),
            *(number_cell(say.number(row[name]), int(row[name])) for name in ("n_articles", *report.topics)),
        ]
        for _, row in report.documents.head(_MOST_ROWS).iterrows()
    ]
    body = figure("documents", say("documents_caption"), table(heads, rows), say("numbers"))
    chart = charts.documents_chart(report.documents, say).to_dict()
    yield Section("documents", say("documents"), body, {"documents": chart})


def _quarantine(report: ArchiveReport, say: Wording) -> Iterator[Section]:
    if not report.n_quarantined:
        return
    heads = [Head(say("file")), Head(say("line")), Head(say("reason"))]
    rows = [[text_cell(str(cell)) for cell in row] for row in report.quarantine.itertuples(index=False)]
    note = say("quarantine_note", n=report.n_quarantined, shown=len(rows))
    yield Section("quarantine", say("quarantine"), f"<p>{escape(note)}</p>{table(heads, rows)}")
