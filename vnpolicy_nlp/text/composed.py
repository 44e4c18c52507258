"""Decomposed text put together, without losing where its characters stood."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["composed"]

# A character with the marks behind it, as decomposed text has them; no more than thirty, for sorting them takes the
# square of their number. Of those without, none below U+0300 has another form.
_CLUSTER = re.compile("[^\u0300-\u036f]?[\u0300-\u036f]{1,30}|[^\x00-\u02ff]")


def composed(text: str) -> tuple[str, list[int] | None]:
    """Return a text with a character a letter, and where its characters stood.

    Parameters
    ----------
    text : str

    Returns
    -------
    text : str
        In NFC, but for scripts that put letters together to syllables, which stay as they are.
    places : list of int or None
        For each character, and for the end, where it begins in the given text; None where it stands there still.
    """
    if unicodedata.is_normalized("NFC", text):
        return text, None
    pieces: list[str] = []
    places: list[int] = []
    behind = 0
    for cluster in _CLUSTER.finditer(text):
        start, end = cluster.span()
        piece = unicodedata.normalize("NFC", cluster[0])
        pieces += text[behind:start], piece
        places += range(behind, start)
        places += range(start, end) if len(piece) == end - start else [start] * len(piece)
        behind = end
    pieces.append(text[behind:])
    places += range(behind, len(text) + 1)
    return "".join(pieces), places
