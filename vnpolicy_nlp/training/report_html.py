"""A report as HTML: tables and plots, nothing to be fetched, everything that comes from texts escaped."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd

from vnpolicy_nlp.training.measures import MEASURES
from vnpolicy_nlp.training.plots import precision_recall_svg, reliability_svg
from vnpolicy_nlp.training.report_text import cell, confusion_cells, slice_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from vnpolicy_nlp.training.report import Report

__all__ = ["html_of"]

_STYLE = """
.vnpolicy-report { font-family: sans-serif; line-height: 1.4; }
.vnpolicy-report table { border-collapse: collapse; margin: .5em 0; }
.vnpolicy-report th, .vnpolicy-report td { padding: .2em .7em; text-align: left; vertical-align: top;
  border-bottom: 1px solid rgba(128, 128, 128, .4); }
.vnpolicy-report td { font-variant-numeric: tabular-nums; white-space: nowrap; }
.vnpolicy-report .wide { overflow-x: auto; }
.vnpolicy-report .plots { display: flex; flex-wrap: wrap; gap: 1em; }
.vnpolicy-report figure { margin: 0; }
.vnpolicy-report .passage { min-width: 20em; max-width: 50em; white-space: normal; }
"""
_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>vnpolicy evaluate</title>
</head>
<body>
{}
</body>
</html>
"""


def html_of(report: Report, *, whole_page: bool) -> str:
    """Return the report as a ``<div>``, or as a page with one."""
    sections = [_figures(report), _plots(report), _confusion(report), _slices(report), _errors(report)]
    body = "\n".join(
        [
            f'<div class="vnpolicy-report"><style>{_STYLE}</style>',
            *filter(None, sections),
            f"<p><small>{report.n_articles} articles, {escape(str(report.signature))}</small></p>",
            "</div>",
        ]
    )
    return _PAGE.format(body) if whole_page else body


def _figures(report: Report) -> str:
    rows = [
        [name, row["n_positive"], row["n_tagged"], *[cell(row, measure) for measure in MEASURES]]
        for name, row in report.table.astype(object).iterrows()
    ]
    heads = ["topic", "articles", "tagged", *[measure.replace("_", " ") for measure in MEASURES]]
    return f"<h3>By topic</h3><p>In brackets: 95 % intervals.</p>{_table(heads, rows)}"


def _plots(report: Report) -> str:
    answers = report.answers
    columns = zip(answers.topics, answers.Y.T, answers.decisions.T, answers.probabilities.T, strict=True)
    figures = [
        f"<figure><figcaption>{escape(topic)}</figcaption>"
        f"{reliability_svg(report.reliability[topic], topic)}{precision_recall_svg(y, tagged, p, topic)}</figure>"
        for topic, y, tagged, p in columns
    ]
    return (
        "<h3>Reliability, precision and recall</h3>"
        "<p>Left: a dot for a tenth of the articles, with the 95 % interval of the observed rate; on the dashed line "
        "probabilities are true. Right: the ring is where the tags are; the dashed line is what guessing gets.</p>"
        f'<div class="plots">{"".join(figures)}</div>'
    )


def _confusion(report: Report) -> str:
    cells = confusion_cells(report)
    rows = [[name, *row] for name, row in zip(cells.index, cells.to_numpy().tolist(), strict=True)]
    return (
        "<h3>Confusion</h3><p>Articles that have the topic of the row and got the tag of the column. An article with "
        f"several counts in several cells.</p>{_table(['', *cells.columns], rows)}"
    )


def _slices(report: Report) -> str:
    if report.slices is None:
        return ""
    shown = slice_rows(report.slices)
    return (
        "<h3>By slice</h3><p>F1 a topic, and macro averages. * fewer than 10 articles with a topic.</p>"
        f"{_table(shown.columns, shown.to_numpy().tolist())}"
    )


def _errors(report: Report) -> str:
    if report.errors is None or report.errors.empty:
        return ""
    heads = ["topic", "error", "row", "probability", "title", "passage that speaks most for the topic"]
    rows = [
        [row.topic, row.kind, row.row, f"{row.probability:.3f}", row.title, row.evidence]
        for row in report.errors.itertuples()
    ]
    return f"<h3>The surest errors</h3>{_table(heads, rows, last='passage')}"


def _table(heads: Iterable[Any], rows: Iterable[Sequence[Any]], last: str = "") -> str:
    """Return a table; the first cell of a row is its head, the last one may have a class of its own."""
    head = "".join(f'<th scope="col">{escape(str(name))}</th>' for name in heads)
    body = "".join(_row(row, last) for row in rows)
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _row(row: Sequence[Any], last: str) -> str:
    first, *others = (escape("-" if pd.isna(value) else str(value)) for value in row)
    kind = f' class="{last}"' if last else ""
    cells = [f"<td{kind if number == len(others) else ''}>{text}</td>" for number, text in enumerate(others, 1)]
    return f'<tr><th scope="row">{first}</th>{"".join(cells)}</tr>'
