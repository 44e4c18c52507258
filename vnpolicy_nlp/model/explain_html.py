"""An explanation as HTML: nothing to be fetched, no script, everything that comes from texts escaped.

Highlights are graded by the thickness of a line below the word, solid or dotted, and by a tint of the background, so
that they can be read on light and on dark, on paper, and without telling colours apart.
"""

from __future__ import annotations

from functools import cache
from html import escape
from importlib import resources
from typing import TYPE_CHECKING

from vnpolicy_nlp.model.highlight import graded, pieces, span_of
from vnpolicy_nlp.wording import Wording, wording

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from vnpolicy_nlp.model.explain import Explanation, TopicExplanation, Weighted
    from vnpolicy_nlp.model.highlight import Piece

__all__ = ["explanation_html", "explanation_page", "highlight_style", "marked"]

_MOST_WORDS = 12
_PAGE = """<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
</head>
<body>
{body}
</body>
</html>
"""


def explanation_html(found: Explanation, language: str = "vi") -> str:
    """Return an explanation as a ``<div>``: a section a topic, open for those given."""
    say = wording(language)
    order = sorted(range(len(found.topics)), key=lambda n: (not found.topics[n].tagged, -found.topics[n].probability))
    sections = "".join(_section(found, n, say, is_open=place == 0) for place, n in enumerate(order))
    note = escape(" ".join(map(say, ("legend", "legend_box", "as_read"))))
    style = f"<style>{highlight_style()}</style>"
    return f'<div class="vnpolicy" lang="{language}">{style}<p class="note">{note}</p>{sections}</div>'


def explanation_page(found: Explanation, language: str = "vi", title: str = "") -> str:
    """Return an explanation as a page; `title` says of what."""
    heading = escape(f"{wording(language)('explained')}: {title}" if title else wording(language)("explained"))
    body = f"<h1 style='font: bold 1.3rem system-ui, sans-serif'>{heading}</h1>{explanation_html(found, language)}"
    return _PAGE.format(language=language, title=heading, body=body)


@cache
def highlight_style() -> str:
    """Return the style sheet that the classes below a ``<div class="vnpolicy">`` need."""
    return resources.files(__package__).joinpath("explain.css").read_text("utf-8")


def marked(cut: Iterable[Piece]) -> str:
    """Return pieces of a text, escaped, each in the class of its grade."""
    shown = []
    for text, grade, weight in cut:
        kind = f"{'up' if grade > 0 else 'down'}{abs(grade)}"
        shown.append(f'<span class="{kind}" title="{weight:+.3f}">{escape(text)}</span>' if grade else escape(text))
    return "".join(shown)


def _article(found: Explanation, n: int, label: str) -> str:
    """Return the article, a paragraph a line, with its words marked and the evidence in a box."""
    start, end = span_of(found.topics[n].evidence, found.text)
    grades = graded(found.weights[:, n])
    paragraphs = []
    at = 0
    for line in found.text.split("\n"):
        behind = at + len(line)
        first, last = max(at, start), min(behind, end)
        if first < last:
            shown = f"{escape(label)}:" if first == start else ""
            before, inside, after = (
                marked(pieces(found, n, *span, grades)) for span in ((at, first), (first, last), (last, behind))
            )
            inner = f'{before}<span class="evidence" data-label="{shown}">{inside}</span>{after}'
        else:
            inner = marked(pieces(found, n, at, behind, grades))
        paragraphs.append(f"<p>{inner}</p>" if line else "")
        at = behind + 1
    return "".join(paragraphs)


def _section(found: Explanation, n: int, say: Wording, *, is_open: bool) -> str:
    topic = found.topics[n]
    text = _article(found, n, say("evidence" if topic.tagged else "nearest_passage"))
    decision = f"{say('tagged' if topic.tagged else 'not_tagged')}, {say.decision(topic.probability, topic.threshold)}"
    return (
        f"<details{' open' if is_open or topic.tagged else ''}><summary><b>{escape(say.topic(topic.topic))}</b>: "
        f"{'✓' if topic.tagged else '✗'} {decision}</summary>{_words(topic, say)}"
        f'<div class="text" lang="vi">{text or escape(say("empty_text"))}</div></details>'
    )


def _words(topic: TopicExplanation, say: Wording) -> str:
    up, down = topic.strongest(_MOST_WORDS)
    return (
        f'<p class="words">{say("words_up")}: {_listed(up, say)}<br>{say("words_down")}: {_listed(down, say)}<br>'
        f'<span class="note">{say.sum_of(topic.score, topic.intercept, topic.least_score)}</span></p>'
    )


def _listed(words: Sequence[Weighted], say: Wording) -> str:
    if not words:
        return say("no_words")
    return ", ".join(f"<b>{escape(word.text)}</b> {say.signed(word.weight)}" for word in words)
