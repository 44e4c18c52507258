"""The first half of every article's way, the same in training and in use: cells to text, text to words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vnpolicy_nlp.text.normalize import normalize_all
from vnpolicy_nlp.text.segmented import Segmented
from vnpolicy_nlp.text.segmenter import batches, check_texts, segment, shared_segmenter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["encode", "join_cells", "prepare"]


def join_cells(cells: Iterable[str]) -> str:
    """Return the text of an article from its cells, such as title and content: one below the other."""
    return "\n".join([cell for cell in cells if cell.strip()])


def prepare(texts: Iterable[str]) -> list[list[str]]:
    """Return the words of articles: normalised, then segmented."""
    return [words for batch in encode(texts) for words in batch.words()]


def encode(texts: Iterable[str]) -> Iterator[Segmented]:
    """Yield the words of articles as numbers, some articles at a time, in their order."""
    segmenter = shared_segmenter()
    for batch in batches(check_texts(texts)):
        normal = normalize_all(batch)
        yield Segmented.of_words(segment(normal)) if segmenter is None else segmenter.encode(normal, composed=True)
