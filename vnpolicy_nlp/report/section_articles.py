"""The section of the articles to read."""

from __future__ import annotations

import math
import os
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote

from vnpolicy_nlp.model.explain_html import marked
from vnpolicy_nlp.report.examples import DOUBTFUL, SURE
from vnpolicy_nlp.report.markup import Cell, Head, Section, link, table, text_cell

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from vnpolicy_nlp.report.evidence import Shown
    from vnpolicy_nlp.report.report import ArchiveReport
    from vnpolicy_nlp.wording import Wording

__all__ = ["articles"]


def articles(report: ArchiveReport, say: Wording, folder: Path) -> Iterator[Section]:
    """Yield the section, if there are any."""
    if not report.shown:
        return
    columns = list(report.by)
    heads = [
        Head(say("title")),
        Head(say("day"), True),
        *map(Head, columns),
        Head(say("topic")),
        Head(say("probability"), True),
        Head(say("passage")),
        Head(say("row")),
    ]
    rows = [_article(shown, columns, report, say, folder) for shown in report.shown]
    attributes = [
        f' tabindex="0" data-topic="{escape(shown.chosen.topic)}" data-kind="{shown.chosen.kind}"'
        for shown in report.shown
    ]
    notes = (
        [say("articles_note"), say("legend")] if report.tagger is not None else [say("articles_note"), say("no_model")]
    )
    if report.scores.empty:
        notes.append(say("no_scores"))
    body = (
        f"<p class='note'>{escape(' '.join(notes))}</p>{_tools(report, say)}"
        f'<p id="article-count" role="status" aria-live="polite"></p>'
        f'<div class="vnpolicy">{table(heads, rows, name="article-list", rest=attributes)}</div>'
        f'<p><button type="button" id="article-more" hidden>{escape(say("more"))}</button></p>'
    )
    yield Section("articles", say("articles_to_read"), body)


def _tools(report: ArchiveReport, say: Wording) -> str:
    topics = "".join(f'<option value="{escape(t)}">{escape(say.topic(t))}</option>' for t in report.topics)
    kinds = "".join(f'<option value="{kind}">{escape(_kind(kind, say))}</option>' for kind in (SURE, DOUBTFUL))
    everything = f'<option value="">{escape(say("every"))}</option>'
    return (
        f'<form id="article-tools" class="tools" role="search"><label>{escape(say("search"))}'
        f'<input type="search" name="search" autocomplete="off"></label>'
        f'<label>{escape(say("topic"))}<select name="topic">{everything}{topics}</select></label>'
        f'<label>{escape(say("which"))}<select name="kind">{everything}{kinds}</select></label>'
        f'<span class="note">{escape(say("keys"))}</span></form>'
    )


def _kind(kind: str, say: Wording) -> str:
    return say("kind_sure" if kind == SURE else "kind_doubtful")


def _article(shown: Shown, columns: list[str], report: ArchiveReport, say: Wording, folder: Path) -> list[Cell]:
    one = shown.chosen
    kind = _kind(one.kind, say) + ("" if one.tagged else f", {say('not_tagged')}")
    score = "" if math.isnan(one.score) else f"{one.score:.4f}"
    beginning = "" if shown.is_evidence else f"<span class='note'>{escape(say('beginning'))}</span> "
    return [
        Cell(link(one.title or say("untitled"), one.link), one.title, kind="title"),
        Cell(say.day(one.day) if one.day else "", one.day.isoformat() if one.day else ""),
        *(text_cell(one.values.get(column, "")) for column in columns),
        Cell(f"{escape(say.topic(one.topic))}<br><span class='note'>{escape(kind)}</span>", say.topic(one.topic)),
        Cell(escape(say.percent(one.score)) if score else "", score, is_number=True),
        Cell(f"{beginning}<bdi lang='vi'>{marked(shown.passage)}</bdi>", kind="passage"),
        _row_link(shown, report, say, folder),
    ]


def _row_link(shown: Shown, report: ArchiveReport, say: Wording, folder: Path) -> Cell:
    """Return the row's number with a link to it (RFC 7111: a file's first row is its header)."""
    one = shown.chosen
    several = len(report.runs) > 1
    label = say("row_n", n=one.number)
    run = next((run for run in report.runs if run.path is not None and str(run.path) == one.file), None)
    if run is None or run.path is None:
        return Cell(escape(label), str(one.number))
    path = quote(os.path.relpath(run.path, folder).replace(os.sep, "/"))
    place = f"<bdi>{escape(run.path.name)}</bdi><br>" if several else ""
    command = f"vnpolicy explain {run.path.name} --row {one.number}"
    return Cell(
        f'{place}<a href="./{path}#row={one.number + 1}" title="{escape(command)}">{escape(label)}</a>',
        str(one.number),
        kind="what",
    )
