"""A report in a few sentences, for terminals and notebooks and the top of the page."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from vnpolicy_nlp.report.trust import FEW, cautions
from vnpolicy_nlp.wording import wording

if TYPE_CHECKING:
    from vnpolicy_nlp.report.report import ArchiveReport
    from vnpolicy_nlp.wording import Wording

__all__ = ["headline", "peak_of", "summary_html", "summary_text"]

_MOST_PEAKS = 3  # months that are named, if as many articles are of each
_LEAST_MONTH = 20  # articles of a month, for a share to mean something


def headline(report: ArchiveReport, say: Wording) -> str:
    """Say how many articles there are, of which time, and how many have a topic."""
    values = {
        "n": report.n_articles,
        "tagged": report.n_tagged,
        "share": say.percent(report.n_tagged / report.n_articles if report.n_articles else 0.0),
    }
    if report.first is None or report.last is None:
        return say("headline", **values)
    return say("headline_dated", first=say.day(report.first), last=say.day(report.last), **values)


def peak_of(report: ArchiveReport, topic: str, say: Wording) -> str:
    """Say when a topic peaked, by number and, with enough articles, by share; nothing where that is not known."""
    own = report.over_time[report.over_time["topic"] == topic]
    if own.empty or not own["n_articles"].any():
        return ""
    most = own[own["n_articles"] == own["n_articles"].max()]
    n = most["n_articles"].iloc[0]
    if len(most) > _MOST_PEAKS:
        found = say("many_peaks", n=n, months=len(most))
    else:
        months = say("and").join(say.month(month.year, month.month) for month in most["month"])
        found = say("peak" if len(most) == 1 else "peaks", months=months, n=n)
    large = own[own["n_all"] >= max(_LEAST_MONTH, own["n_all"].median() / 4)]
    if own["n_articles"].sum() < FEW or large.empty:
        return found
    shares = large["n_articles"] / large["n_all"]
    month = large["month"].iloc[int(shares.argmax())]
    return f"{found}; {say('peak_share', month=say.month(month.year, month.month), share=say.percent(shares.max()))}"


def summary_text(report: ArchiveReport, language: str) -> str:
    """Return the report as lines of text."""
    say = wording(language)
    lines = [headline(report, say)]
    for topic, row in report.table.iterrows():
        share, peak = say.percent(row["share"]), peak_of(report, str(topic), say)
        lines.append(
            f"  {say.topic(str(topic))}: {say.number(row['n_articles'])} ({share}){'; ' if peak else ''}{peak}"
        )
    return "\n".join([*lines, *(f"- {caution}" for caution in cautions(report, say))])


def summary_html(report: ArchiveReport, language: str) -> str:
    """Return the report as a table and a few sentences, for a notebook."""
    say = wording(language)
    rows = "".join(
        f"<tr><th scope='row' style='text-align: left'>{escape(say.topic(str(topic)))}</th>"
        f"<td>{say.number(row['n_articles'])}</td><td>{say.percent(row['share'])}</td>"
        f"<td style='text-align: left'>{escape(peak_of(report, str(topic), say))}</td></tr>"
        for topic, row in report.table.iterrows()
    )
    notes = "".join(f"<li>{escape(caution)}</li>" for caution in cautions(report, say))
    heads = f"<tr><th></th><th>{escape(say('articles'))}</th><th>{escape(say('share'))}</th><th></th></tr>"
    return (
        f"<div lang='{language}'><p>{escape(headline(report, say))}</p>"
        f"<table><thead>{heads}</thead><tbody>{rows}</tbody></table><ul>{notes}</ul></div>"
    )
