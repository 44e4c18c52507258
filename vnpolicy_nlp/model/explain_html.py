"""An explanation as HTML: nothing to be fetched, no script, everything that comes from texts escaped.

Highlights are graded by the thickness of a line below the word, solid or dotted, and by a tint of the background, so
that they can be read on light and on dark, on paper, and without telling colours apart.
"""

from __future__ import annotations

from bisect import bisect_left
from functools import cache
from html import escape
from importlib import resources
from typing import TYPE_CHECKING, Any

import numpy as np

from vnpolicy_nlp.model.highlight import graded, span_of
from vnpolicy_nlp.wording import Wording, wording

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from vnpolicy_nlp.model.explain import Explanation, TopicExplanation, Weighted

__all__ = ["explanation_html", "highlight_style", "highlighted"]

_MOST_WORDS = 12
_PAGE = """<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
</head>
<body>
{body}
</body>
</html>
"""


def explanation_html(found: Explanation, language: str = "vi", *, whole_page: bool = False) -> str:
    """Return an explanation as a ``<div>``, or as a page with one: a section a topic, open for those given."""
    say = wording(language)
    order = sorted(range(len(found.topics)), key=lambda n: (not found.topics[n].tagged, -found.topics[n].probability))
    sections = "".join(_section(found, n, say, is_open=place == 0) for place, n in enumerate(order))
    note = f'<p class="note">{escape(say("legend"))} {escape(say("as_read"))}</p>'
    body = f'<div class="vnpolicy" lang="{language}"><style>{highlight_style()}</style>{sections}{note}</div>'
    return _PAGE.format(language=language, title=escape(say("explained")), body=body) if whole_page else body


@cache
def highlight_style() -> str:
    """Return the style sheet that the classes below a ``<div class="vnpolicy">`` need."""
    return resources.files(__package__).joinpath("explain.css").read_text("utf-8")


def highlighted(
    text: str, spans: NDArray[np.int64], weights: NDArray[np.float64], evidence: str = "", label: str = ""
) -> str:
    """Return a text with its words marked by their weights, and the evidence in a box; a paragraph a line.

    Parameters
    ----------
    text : str
    spans : ndarray of int64, shape (n_words, 2)
    weights : ndarray of float64, shape (n_words,)
    evidence : str
        A passage of the text, as it stood before it was normalised.
    label : str
        What stands before the evidence.
    """
    start, end = span_of(evidence, text)
    marks = list(_marks(spans, weights))
    paragraphs = []
    at = 0
    for line in text.split("\n"):
        first, last = max(at, start), min(at + len(line), end)
        if first < last:
            inner = _marked(text, first, last, marks)
            shown = escape(label) if first == start else ""
            box = f'<span class="evidence" data-label="{shown}">{inner}</span>'
            piece = _marked(text, at, first, marks) + box + _marked(text, last, at + len(line), marks)
        else:
            piece = _marked(text, at, at + len(line), marks)
        if line:
            paragraphs.append(f"<p>{piece}</p>")
        at += len(line) + 1
    return "".join(paragraphs)


def _section(found: Explanation, n: int, say: Wording, *, is_open: bool) -> str:
    topic = found.topics[n]
    text = highlighted(found.text, found.spans, found.weights[:, n], topic.evidence, f"{say('evidence')}:")
    decision = f"{say('tagged' if topic.tagged else 'not_tagged')}, {say.decision(topic.probability, topic.threshold)}"
    return (
        f"<details{' open' if is_open or topic.tagged else ''}><summary><b>{escape(say.topic(topic.topic))}</b>: "
        f"{'✓' if topic.tagged else '✗'} {decision}</summary>{_words(topic, say)}"
        f'<div class="text" lang="vi">{text or escape(say("empty_text"))}</div></details>'
    )


def _words(topic: TopicExplanation, say: Wording) -> str:
    up = [word for word in topic.words if word.weight > 0][:_MOST_WORDS]
    down = [word for word in reversed(topic.words) if word.weight < 0][:_MOST_WORDS]
    return (
        f'<p class="words">{say("words_up")}: {_listed(up, say)}<br>{say("words_down")}: {_listed(down, say)}<br>'
        f'<span class="note">{say.sum_of(topic.score, topic.intercept)}</span></p>'
    )


def _listed(words: Sequence[Weighted], say: Wording) -> str:
    if not words:
        return say("no_words")
    return ", ".join(f"<b>{escape(word.text)}</b> {say.signed(word.weight)}" for word in words)


def _marks(spans: NDArray[np.int64], weights: NDArray[np.float64]) -> Iterator[tuple[int, int, str, float]]:
    """Yield start, end, class and weight of the words that are marked."""
    grades = graded(weights)
    for place in np.flatnonzero(grades).tolist():
        start, end = spans[place].tolist()
        grade = int(grades[place])
        yield start, end, f"{'up' if grade > 0 else 'down'}{abs(grade)}", float(weights[place])


def _marked(text: str, first: int, last: int, marks: Sequence[tuple[Any, ...]]) -> str:
    """Return a piece of a text with the marks that begin in it; a mark ends where the piece does."""
    pieces = []
    at = first
    inner = slice(bisect_left(marks, (first,)), bisect_left(marks, (last,)))
    for start, end, kind, weight in marks[inner]:
        end = min(end, last)
        pieces += [
            escape(text[at:start]),
            f'<span class="{kind}" title="{weight:+.3f}">{escape(text[start:end])}</span>',
        ]
        at = end
    return "".join([*pieces, escape(text[at:last])])
