"""Clean what exports and old spellings do to a text, so that one word has one form.

The rules are one ordered list; `fired_rules` says which of them changed a text. They lean to the safe
side: a mark of layout goes only where its whole form is there, and a paragraph is never dropped for
looking dull.
"""

from __future__ import annotations

import html
import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from vnpolicy_nlp.text.screen import DOUBLED, KEEP, LAYOUT, Screen

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["RULES", "Rule", "fired_rules", "normalize", "normalize_all"]


_ROUNDS = 8  # real exports need two; the bound keeps a hostile cell from costing the square of its length


class Rule(NamedTuple):
    """One step of the normalisation: a name to report, and a function from text to text."""

    name: str
    apply: Callable[[str], str]


def normalize(text: str) -> str:
    """Return `text` with one spelling a word and without the marks that exports leave.

    Parameters
    ----------
    text : str
        An article as it stands in the archive.

    Returns
    -------
    str
        NFC text, one paragraph a line. Normalising it again changes nothing, unless marks were escaped or nested
        more than `_ROUNDS` deep.
    """
    for _ in range(_ROUNDS):  # what one round uncovers, as in &amp;nbsp;, the next one sees
        text, before = _once(text), text
        if text == before:
            return text
    return unicodedata.normalize("NFC", text)


def normalize_all(texts: Sequence[str]) -> list[str]:
    """Return `normalize` of each text, sooner: what a rule may change is looked for in all texts at once."""
    normal = list(texts)
    left = list(range(len(normal)))
    for _ in range(_ROUNDS):
        seen = _SCREEN.look([normal[place] for place in left])
        changed = []
        for number, mark in enumerate(seen.marks):
            if mark == KEEP:
                continue
            before = normal[left[number]]
            if mark == DOUBLED:
                text = _without(before, seen.doubled[number])
            else:
                text = _fold_layout(before) if mark == LAYOUT else _once(before)
            if text != before:
                normal[left[number]] = text
                changed.append(left[number])
        left = changed
        if not left:
            break
    for place in left:
        normal[place] = unicodedata.normalize("NFC", normal[place])
    return normal


def _without(text: str, places: Sequence[int]) -> str:
    """Return a text without the characters at some places, ascending."""
    starts = [0, *(place + 1 for place in places)]
    return "".join([text[start:end] for start, end in zip(starts, [*places, len(text)], strict=True)])


def fired_rules(text: str) -> list[str]:
    """Return the names of the rules that change `text` in a first round, in their order."""
    fired = []
    for rule in RULES:
        text, before = rule.apply(text), text
        if text != before:
            fired.append(rule.name)
    return fired


def _once(text: str) -> str:
    for rule in RULES:
        text = rule.apply(text)
    return text


def _replace(pattern: str, by: str, flags: re.RegexFlag = re.NOFLAG) -> Callable[[str], str]:
    compiled = re.compile(pattern, flags)
    return lambda text: compiled.sub(by, text)


_TONED = "àáảãạèéẻẽẹỳýỷỹỵ"
_BARE = "aaaaaeeeeeyyyyy"
_SHORT = {"o": "òóỏõọ", "u": "ùúủũụ"}


def _old_tone_marks() -> dict[str, str]:
    """Map "oà" to "òa", "uỷ" to "ủy" and so on, with every mix of capitals."""
    moved = {}
    for toned, bare, tone in zip(_TONED, _BARE, [0, 1, 2, 3, 4] * 3, strict=True):
        first = "u" if bare == "y" else "o"
        for a in (str.lower, str.upper):
            for b in (str.lower, str.upper):
                moved[a(first) + b(toned)] = a(_SHORT[first][tone]) + b(bare)
    return moved


_MOVED = _old_tone_marks()
# Lookarounds come after the letters: so the search runs from one o or u to the next.
_MISPLACED = re.compile(rf"[oOuU][{_TONED}{_TONED.upper()}](?<![qQ]..)(?![^\W\d_])")


def _fold_tone_marks(text: str) -> str:
    """Write hoà as hòa and uỷ as ủy, the placement that underthesea's token map prefers too.

    Only at the end of a syllable, where both placements are in use: hoàn has one form, and so has quý.
    """
    return _MISPLACED.sub(lambda match: _MOVED.get(match[0], match[0]), text)


def _where(signs: str, rule: Callable[[str], str]) -> Callable[[str], str]:
    """Spare the texts without any of some characters a search that goes on for longer."""
    return lambda text: rule(text) if any(sign in text for sign in signs) else text


_OTHER_BLANK, _BLANKS = re.compile(r"[^\S\n ]"), re.compile("  +")
_LINE_BLANKS = re.compile("^ +| +$", re.MULTILINE)
_CONTINUED = re.compile(r"\((?:Xem tiếp|Tiếp theo|Còn tiếp)[^()\n]{0,40}\)", re.IGNORECASE)
_PHOTO_CREDIT = re.compile(r"\(Ảnh(?: minh họa)?: [^()\n]{1,60}\)")
_EMPTY_LINES = re.compile("\n\n+")


def _fold_blanks(text: str) -> str:
    return _BLANKS.sub(" ", _OTHER_BLANK.sub(" ", text))


def _strip_lines(text: str) -> str:
    if "  " in text and (" \n" in text or "\n " in text):
        text = _LINE_BLANKS.sub("", text)
    return text.replace(" \n", "\n").replace("\n ", "\n").strip(" ")


def _fold_layout(text: str) -> str:
    """Do what the rules on bracketed remarks, blanks and line ends do, in a text whose only blanks are plain ones."""
    text = _BLANKS.sub(" ", text)
    if "(" in text:
        shorter = _PHOTO_CREDIT.sub("", _CONTINUED.sub("", text))
        if len(shorter) < len(text):
            text = _BLANKS.sub(" ", shorter)
    return _EMPTY_LINES.sub("\n", _strip_lines(text)).strip()


def _line(name: str) -> Callable[[str], str]:
    """Blank the lines that consist of a pattern of `_LINES` alone."""
    rule = _replace(_LINES[name], "", re.MULTILINE | re.IGNORECASE)
    return lambda text: rule(text) if _has_line(text) else text


@lru_cache(maxsize=1)
def _has_line(text: str) -> bool:
    """Say whether any of these patterns is there: four rules ask in a row, mostly about the same text."""
    return _ANY_LINE.search(text) is not None


_BLOCK_TAG = r"<(?:br|/p|/div|/li|/h\d|/tr)\b[^<>]*>"
_INLINE_TAG = r"</?(?:p|div|span|b|i|u|a|em|strong|img|li|ul|ol|h\d|td|tr|table|font)\b[^<>]*>"
_INVISIBLE = "[\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff\ufffe]"
_DATELINE = r"^ ?\((?:[A-ZĐ][A-ZĐa-z]{1,5}|[\w ]{2,20}\.vn|Mặt trận|Dân trí)\) ?[-–—] ?"  # (BHG) - Sáng nay ...
_LINK = (  # where to click, not what happened
    r"(?:RSS|In|In bài|In trang|Bản in|Gửi email|G[ửở]i cho bạn bè|Chia sẻ|Lưu bài|Quay lại|Về đầu trang"
    r"|Bình luận|Facebook|Twitter|Zalo|Xem thêm|Đọc thêm|Theo dõi chúng tôi)"
)

_LINES = {
    name: rf"^ ?(?:{pattern}) ?$"
    for name, pattern in {
        "photo_credit_line": r"Ảnh(?: minh họa)?(?:: [^\n]{1,60})?\.?",
        "counter": r"(?:(?:Số )?lượt (?:xem|đọc|truy cập)|Đã xem) ?:? ?[\d.,]+(?: lượt)?\.?",
        "related": r"(?:Các )?(?:tin|bài)(?: viết)? (?:liên quan|khác|cùng chuyên mục)(?: ?:[^\n]*)?",
        "navigation": rf"{_LINK}(?:[ |,•/:-]+{_LINK})*[ .:]*",
    }.items()
}

_ANY_LINE = re.compile("|".join(_LINES.values()), re.MULTILINE | re.IGNORECASE)

RULES: tuple[Rule, ...] = (
    Rule("html_tag", _replace(_BLOCK_TAG, "\n", re.IGNORECASE)),
    Rule("html_tag_inline", _replace(_INLINE_TAG, " ", re.IGNORECASE)),
    Rule("html_entity", html.unescape),
    Rule("invisible", _replace(_INVISIBLE, "")),
    Rule("nfc", lambda text: unicodedata.normalize("NFC", text)),
    Rule("eth", lambda text: text.replace("\u00d0", "Đ").replace("\u00f0", "đ")),
    Rule("tone_mark", _fold_tone_marks),
    Rule("line_break", _where("\r\u2028\u2029\x0b\x0c\x85", _replace(r"\r\n?|[\u2028\u2029\x0b\x0c\x85]", "\n"))),
    Rule("blank", _fold_blanks),
    Rule("dateline", _where("(", _replace(_DATELINE, "", re.MULTILINE))),
    Rule("continued", lambda text: _CONTINUED.sub("", text)),
    Rule("photo_credit", lambda text: _PHOTO_CREDIT.sub("", text)),
    Rule("photo_credit_line", _line("photo_credit_line")),
    Rule("counter", _line("counter")),
    Rule("related", _line("related")),
    Rule("navigation", _line("navigation")),
    Rule("edges", _strip_lines),
    Rule("empty_line", lambda text: _EMPTY_LINES.sub("\n", text)),
    Rule("ends", str.strip),
)
"""The steps of `normalize`, in the order in which they run."""

_SCREEN = Screen(list(_MOVED), list(_LINES.values()), [r"(?:Xem tiếp|Tiếp theo|Còn tiếp)", "Ảnh"])
