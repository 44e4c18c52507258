"""Other spellings of the same article, as exports and older keyboards write it."""

from __future__ import annotations

import html
import re
import unicodedata

__all__ = ["SPELLINGS"]

_PAIRS = [(a + b, c + d) for a, c, b, d in [
    *(("o", o, a, "a") for o, a in zip("òóỏõọ", "àáảãạ", strict=True)),
    *(("o", o, e, "e") for o, e in zip("òóỏõọ", "èéẻẽẹ", strict=True)),
    *(("u", u, y, "y") for u, y in zip("ùúủũụ", "ỳýỷỹỵ", strict=True)),
]]  # fmt: skip
_NEW_TO_OLD = {form(new): form(old) for new, old in _PAIRS for form in (str.lower, str.upper, str.capitalize)}
_OLD_TO_NEW = {old: new for new, old in _NEW_TO_OLD.items()}


def _at_the_end_of_syllables(table: dict[str, str], text: str) -> str:
    """Replace pairs of vowels that end a syllable and do not follow a q, where the tone mark has two places."""
    pattern = re.compile(rf"(?<![qQ])(?:{'|'.join(table)})(?![^\W\d_])")
    return pattern.sub(lambda match: table[match[0]], text)


SPELLINGS = {
    "NFD": lambda text: unicodedata.normalize("NFD", text),
    "tone marks as in hoà, uỷ": lambda text: _at_the_end_of_syllables(_OLD_TO_NEW, text),
    "tone marks as in hòa, ủy": lambda text: _at_the_end_of_syllables(_NEW_TO_OLD, text),
    "Icelandic eth for Đ": lambda text: text.replace("Đ", "\u00d0").replace("đ", "\u00f0"),
    "HTML entities": lambda text: html.escape(text).encode("ascii", "xmlcharrefreplace").decode("ascii"),
    "capitals": str.upper,
}
"""From a text to the text in another spelling, by name."""
