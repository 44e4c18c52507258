"""An explanation on a terminal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from vnpolicy_nlp.model.highlight import graded, span_of
from vnpolicy_nlp.wording import Wording, wording

if TYPE_CHECKING:
    from vnpolicy_nlp.model.explain import Explanation, TopicExplanation, Weighted

__all__ = ["print_explanation"]

_MOST_WORDS = 12
# An article must not steer the terminal, nor turn the direction of what stands around it.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_UP = ("", "underline", "underline bold", "underline bold reverse")
_DOWN = ("", "italic dim", "italic", "italic bold")


def print_explanation(found: Explanation, language: str) -> None:
    """Print each topic with its words, and below those that were given the article with its words marked."""
    say = wording(language)
    console = Console(highlight=False, soft_wrap=False)
    for n, topic in sorted(enumerate(found.topics), key=lambda pair: -pair[1].probability):
        console.print(_head(topic, say))
        console.print(Padding(_words(topic, say), (0, 0, 0, 2), expand=False))
        if topic.tagged or len(found.topics) == 1:
            console.print(Padding(_article(found, n, say), (1, 0, 0, 2), expand=False))
        console.print()


def _head(topic: TopicExplanation, say: Wording) -> Text:
    mark = "\u2713" if topic.tagged else "\u2717"
    head = Text.assemble((f"{mark} {say.topic(topic.topic)}", "bold"), ": ")
    return head.append(
        f"{say('tagged' if topic.tagged else 'not_tagged')}, {say.decision(topic.probability, topic.threshold)}"
    )


def _words(topic: TopicExplanation, say: Wording) -> Text:
    up, down = topic.strongest(_MOST_WORDS)
    return Text("\n").join(
        [
            Text(f"{say('words_up')}: {_listed(up, say)}"),
            Text(f"{say('words_down')}: {_listed(down, say)}"),
            Text(say.sum_of(topic.score, topic.intercept, topic.least_score), "dim"),
        ]
    )


def _listed(words: list[Weighted], say: Wording) -> str:
    return ", ".join(f"{_CONTROLS.sub('', word.text)} {say.signed(word.weight)}" for word in words) or say("no_words")


def _article(found: Explanation, n: int, say: Wording) -> Text:
    """Return the article with its words marked, and the evidence in brackets."""
    text = Text(_CONTROLS.sub("\N{REPLACEMENT CHARACTER}", found.text))
    for (start, end), grade in zip(found.spans.tolist(), graded(found.weights[:, n]).tolist(), strict=True):
        text.stylize(_UP[grade] if grade >= 0 else _DOWN[-grade], start, end)
    start, end = span_of(found.topics[n].evidence, found.text)
    if start == end:
        return text
    before, evidence, after = text.divide([start, end])
    label = say("evidence" if found.topics[n].tagged else "nearest_passage")
    return Text.assemble(before, (f"[{label}: ", "bold"), evidence, ("]", "bold"), after)
