"""The characters that most texts consist of, a byte each."""

from __future__ import annotations

import string

import numpy as np

__all__ = ["ALPHABET", "BLANK", "CODES", "LETTERS", "OTHER", "SEPARATOR"]

LETTERS = (
    string.ascii_letters + "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ"
    "ÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬĐÈÉẺẼẸÊỀẾỂỄỆÌÍỈĨỊÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢÙÚỦŨỤƯỪỨỬỮỰỲÝỶỸỴ"
)
ALPHABET = LETTERS + string.digits + string.punctuation + "“”‘’–—…•·°×²³½"
BLANK, SEPARATOR, OTHER = 1, 2, 255  # white space, NUL, what is not in the alphabet; no character is 0
_FIRST = 3


def _codes() -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
    codes = np.full(0x110000, OTHER, dtype=np.uint8)
    blanks = [point for point in range(0x3001) if chr(point).isspace()]
    codes[blanks] = BLANK
    codes[0] = SEPARATOR
    codes[[ord(character) for character in ALPHABET]] = np.arange(_FIRST, _FIRST + len(ALPHABET))
    return codes


CODES = _codes()  # by code point
