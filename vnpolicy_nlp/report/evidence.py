"""The passages of the articles that are shown, with the words that count, as far as the model is at hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vnpolicy_nlp.model.highlight import Piece, passage_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from vnpolicy_nlp.model.explain import Explanation
    from vnpolicy_nlp.model.tagger import Tagger
    from vnpolicy_nlp.report.examples import Chosen

__all__ = ["Shown", "with_passages"]

_BEGINNING = 300  # characters that are shown of an article whose passage is not known


@dataclass(frozen=True)
class Shown:
    """An article that is shown for a topic.

    Attributes
    ----------
    chosen : Chosen
    passage : tuple of Piece
        The passage that speaks most for the topic, cut where words are to be marked; the article's beginning where
        that is not known.
    is_evidence : bool
        Whether it is that passage.
    """

    chosen: Chosen
    passage: tuple[Piece, ...]
    is_evidence: bool


def with_passages(chosen: Iterable[Chosen], tagger: Tagger | None) -> Iterator[Shown]:
    """Yield the articles with their passages.

    Parameters
    ----------
    chosen : iterable of Chosen
    tagger : Tagger or None
        The model that tagged them. Without it passages are those that stand in the archive, and no word is marked.
    """
    explained: dict[tuple[str, int], Explanation] = {}
    for one in chosen:
        key = one.file, one.number
        if tagger is not None and one.topic in tagger.topics and one.text:
            if key not in explained:
                explained[key] = tagger.explain(one.text)
            yield Shown(one, passage_of(explained[key], one.topic), is_evidence=True)
        elif one.evidence:
            yield Shown(one, (Piece(one.evidence, 0, 0.0),), is_evidence=True)
        else:
            yield Shown(one, (Piece(one.text[:_BEGINNING], 0, 0.0),), is_evidence=False)
