"""The first half of every article's way, the same in training and in use: cells to text, text to words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vnpolicy_nlp.text.normalize import normalize
from vnpolicy_nlp.text.segmenter import check_texts, segment

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["join_cells", "prepare"]


def join_cells(cells: Iterable[str]) -> str:
    """Return the text of an article from its cells, such as title and content: one below the other."""
    return "\n".join(cell for cell in cells if cell.strip())


def prepare(texts: Iterable[str]) -> list[list[str]]:
    """Return the words of articles: normalised, then segmented."""
    return segment(normalize(text) for text in check_texts(texts))
