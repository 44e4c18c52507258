"""The section of the articles to read."""

from __future__ import annotations

import math
import os
import shlex
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote

from vnpolicy_nlp.model.explain_html import marked
from vnpolicy_nlp.report.examples import DOUBTFUL, GIVEN, KINDS, NEARLY, SURE
from vnpolicy_nlp.report.markup import (
    Cell,
    Head,
    Section,
    capitalized,
    link,
    number_cell,
    paragraphs,
    table,
    text_cell,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from vnpolicy_nlp.report.evidence import Shown
    from vnpolicy_nlp.report.report import ArchiveReport
    from vnpolicy_nlp.wording import Wording

__all__ = ["articles"]

_SUREST = 0.9999  # a probability is never shown as certainty


def articles(report: ArchiveReport, say: Wording, folder: Path) -> Iterator[Section]:
    """Yield the section, if there are any."""
    if not report.shown:
        return
    columns = list(report.by)
    heads = [
        Head(say("title")),
        Head(say("day"), largest_first=True),
        *map(Head, columns),
        Head(say("topic")),
        Head(say("probability"), largest_first=True),
        Head(say("passage"), is_sortable=False),
        Head(say("row")),
    ]
    rows = [_article(shown, columns, report, say, folder) for shown in report.shown]
    attributes = [
        f' tabindex="-1" data-topic="{escape(shown.chosen.topic)}" data-kind="{shown.chosen.kind}"'
        for shown in report.shown
    ]
    body = (
        f"<p>{escape(say('articles_note'))}</p>{paragraphs(_notes(report, say))}{_tools(report, say)}"
        '<p id="article-count" role="status" aria-live="polite"></p>'
        f'<div class="vnpolicy">{table(heads, rows, name="article-list", rest=attributes)}</div>'
        f'<p><button type="button" id="article-more" hidden>{escape(say("more"))}</button></p>'
    )
    yield Section("articles", say("articles_to_read"), body)


def _notes(report: ArchiveReport, say: Wording) -> Iterator[str]:
    """Yield how the list is to be read, and what is not in it."""
    yield say("no_model" if report.tagger is None else "legend")
    yield say("rows_note")
    if report.scores.empty:
        yield say("no_scores")
    for topic, n in report.table["n_articles"].items():
        n_shown = sum(one.chosen.topic == topic and one.chosen.tagged for one in report.shown)
        if n_shown < n:
            yield say("not_all", topic=say.topic(str(topic)), n=n_shown, all=n)


def _tools(report: ArchiveReport, say: Wording) -> str:
    topics = "".join(f'<option value="{escape(topic)}">{escape(say.topic(topic))}</option>' for topic in report.topics)
    present = [kind for kind in KINDS if any(shown.chosen.kind == kind for shown in report.shown)]
    kinds = "".join(f'<option value="{kind}">{escape(_kind(kind, say))}</option>' for kind in present)
    everything = f'<option value="">{escape(say("every"))}</option>'
    return (
        f'<form id="article-tools" class="tools" role="search"><label>{escape(say("search"))}'
        f'<input type="search" name="search" autocomplete="off"></label>'
        f'<label>{escape(capitalized(say("topic")))}<select name="topic">{everything}{topics}</select></label>'
        f'<label>{escape(say("which"))}<select name="kind">{everything}{kinds}</select></label>'
        f'<span class="note">{escape(say("keys"))}</span></form>'
    )


def _kind(kind: str, say: Wording) -> str:
    words = {GIVEN: "kind_given", SURE: "kind_sure", DOUBTFUL: "kind_doubtful", NEARLY: "kind_nearly"}
    return say(words[kind])


def _article(shown: Shown, columns: list[str], report: ArchiveReport, say: Wording, folder: Path) -> list[Cell]:
    one = shown.chosen
    topic = say.topic(one.topic)
    beginning = "" if shown.is_evidence else f"<span class='note'>{escape(say('beginning'))}</span> "
    return [
        Cell(link(one.title or say("untitled"), one.link), one.title, kind="title"),
        Cell(say.day(one.day) if one.day else "", one.day.isoformat() if one.day else ""),
        *(text_cell(one.values.get(column, "")) for column in columns),
        Cell(f"{escape(topic)}<br><span class='note'>{escape(_kind(one.kind, say))}</span>", topic),
        _score(one.score, say),
        Cell(f"{beginning}<bdi lang='vi'>{marked(shown.passage)}</bdi>", kind="passage"),
        _row_link(shown, report, say, folder),
    ]


def _score(score: float, say: Wording) -> Cell:
    return Cell("", "") if math.isnan(score) else number_cell(say.percent(min(score, _SUREST)), score)


def _row_link(shown: Shown, report: ArchiveReport, say: Wording, folder: Path) -> Cell:
    """Return the row's number with a link to it (RFC 7111: the first row of a CSV file is its header)."""
    one = shown.chosen
    label = escape(say("row_n", n=one.number))
    run = {run.name: run for run in report.runs}[one.file]
    if run.path is None:
        return Cell(label, str(one.number))
    address = quote(os.fsencode(os.path.relpath(run.path, folder).replace(os.sep, "/")))
    place = f"#row={one.number + 1}" if run.path.suffix.lower() in (".csv", ".tsv") else ""
    command = f"vnpolicy explain {shlex.quote(run.path.name)} --row {one.number}"
    name = f"<br><bdi class='note'>{escape(run.path.name)}</bdi>" if len(report.runs) > 1 else ""
    return Cell(
        f'<a href="./{address}{place}" title="{escape(command)}">{label}</a>{name}', str(one.number), kind="what"
    )
