"""Vietnamese alphabetical order, for lists that people read.

The order is that of the Unicode CLDR, https://github.com/unicode-org/cldr/blob/main/common/collation/vi.xml, which
changes the root order (https://www.unicode.org/reports/tr35/tr35-collation.html#Root_Collation) in two things: the
tones come first among the marks, and ă, â, đ, ê, ô, ơ, ư are letters of their own.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

__all__ = ["collation_key"]

# Blanks and signs as the root has them; signs written together differ at the secondary level only.
_BLANKS = "\t\n\v\f\r\x85\u2028\u2029 "
_SIGNS = (
    "_ - ‐ ‒ – — ― , ; : ! ¡ ? ¿ . · '‘’‚‛ ‹ › \"“”„‟ « » ( ) [ ] { } § ¶ @ * / \\ & # % ‰ † ‡ • ′ ` ´ ^ ¯ ¨ ¸ "
    "° © ® + ± ÷ × < = > ¬ | ¦ ~"
)
_CURRENCIES = "¤ ¢ $ £ ¥ ₫ €"
_LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_TONES = "\u0300\u0309\u0303\u0301\u0323"  # huyền, hỏi, ngã, sắc, nặng; no tone before them
_OTHER_MARKS = "\u0306\u0302\u030c\u030a\u0308\u030b\u0307\u0327\u0328\u0304"  # on letters of other languages

_WITHOUT_TONES = dict.fromkeys(map(ord, _TONES))
_MARKS = {mark: place for place, mark in enumerate(_TONES + _OTHER_MARKS)}
_UNLISTED = 0x1000  # from here on a character stands by its code point: beyond every place in a list
_GROUP = 0x200000  # room for all code points in each group
_SIGN, _CURRENCY, _DIGIT, _LETTER = (_GROUP * group for group in range(1, 5))


def _places() -> dict[str, tuple[int, int]]:
    """Return the primary and the secondary weight of every character that is listed."""
    groups = ((_SIGN, [*_BLANKS, *_SIGNS.split()]), (_CURRENCY, _CURRENCIES.split()), (_LETTER, list(_LETTERS)))
    return {
        char: (group + place, 1 + variant)
        for group, members in groups
        for place, alike in enumerate(members)
        for variant, char in enumerate(alike)
    }


_PLACES = _places()


def collation_key(text: str) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    """Return a key that sorts texts in the Vietnamese order.

    Texts are compared by their letters first; where these are equal, by tone, in the order none, huyền, hỏi, ngã,
    sắc, nặng; where these are equal too, by case, lower case first. The first difference decides, so that the tone
    of a first syllable matters only when all letters of the texts are the same. Canonically equivalent texts (NFC,
    NFD) have equal keys.

    Blanks, signs, currencies and digits come before letters, in this order and among themselves as in the CLDR root.
    Digits are compared one by one: 10 comes before 9. Compatibility characters (², …, full-width letters, the
    no-break space) stand right beside what they are made of. Control and format characters do not count.

    Not covered, and in the order of code points: signs that the module does not list, after those it does; letters of
    other alphabets and letters such as æ, ø and ß, after z; marks that the module does not list.

    Parameters
    ----------
    text : str
        A word, a phrase, a heading.

    Returns
    -------
    tuple of tuple of int
        The weights of the letters, of the tones and other marks, and of case.

    Examples
    --------
    >>> sorted(["đê", "Da", "dạ", "da", "dã", "ê", "e", "dê"], key=collation_key)
    ['da', 'Da', 'dã', 'dạ', 'dê', 'đê', 'e', 'ê']
    """
    weights = [element for char in unicodedata.normalize("NFC", text) for element in _elements(char)]
    return (
        tuple(primary for primary, _, _ in weights if primary),  # marks have no primary weight
        tuple(secondary for _, secondary, _ in weights),
        tuple(tertiary for _, _, tertiary in weights),
    )


@lru_cache(maxsize=4096)
def _elements(char: str) -> tuple[tuple[int, int, int], ...]:
    """Return the weights of a composed character, at three levels: of its letter, then of each mark."""
    decomposed = unicodedata.normalize("NFD", char)
    bare = unicodedata.normalize("NFC", decomposed.translate(_WITHOUT_TONES))
    if bare.lower() in _PLACES:  # not ŭ or ñ: they are u and n with a mark
        decomposed = bare + "".join(mark for mark in decomposed if mark in _TONES)
    return tuple(element for part in decomposed for element in _weigh(part))


def _weigh(char: str, variant: int = 0) -> list[tuple[int, int, int]]:
    """Return the weights of a letter, a sign or a mark; several if it is short for several, as … is."""
    lower = char.lower()
    case = 1 + 2 * (char != lower) + variant
    if lower in _PLACES:
        return [(*_PLACES[lower], case)]
    parts = unicodedata.normalize("NFKD", char)
    if parts != char:
        return [element for part in parts for element in _weigh(part, 1)]
    category = unicodedata.category(char)
    if category in {"Cc", "Cf"}:
        return []
    if unicodedata.combining(char):
        return [(0, _GROUP + _MARKS.get(char, _UNLISTED + ord(char)), 1)]
    return [(_unlisted(lower, category), 1, case)]


def _unlisted(lower: str, category: str) -> int:
    """Return the primary weight of a character that has no place in a list."""
    if (digit := unicodedata.decimal(lower, None)) is not None:
        return _DIGIT + digit
    group = _LETTER if category[0] in "LM" else _CURRENCY if category == "Sc" else _SIGN
    return group + _UNLISTED + ord(lower)
