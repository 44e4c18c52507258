"""The grammar of cited documents: what stands in ``documents.toml``, put into a few patterns.

A citation is looked for in two steps, since most articles name no document. `START` runs over the text once and stops
only where a number or a name may belong to a document; the patterns of the second step look at that place alone.
No pattern repeats what may match empty or in two ways, and what precedes a number is sought in a window: so the time
is linear in the length of a text.
"""

from __future__ import annotations

import re
import tomllib
from importlib import resources
from typing import TYPE_CHECKING, Any, NamedTuple

from vnpolicy_nlp.text.normalize import RULES

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "ABROAD",
    "BY_CODE",
    "BY_LETTERS",
    "BY_SPELLING",
    "BY_WORD",
    "CONGRESS",
    "CONSTITUTION",
    "CONTEXT",
    "COUNTED",
    "GOES_ON",
    "HEAD",
    "ISSUERS",
    "KINDS",
    "LAW",
    "LAW_TAIL",
    "NAMES",
    "NEXT",
    "NEXT_LAW",
    "NO_LAW",
    "NUMBER",
    "ORDINALS",
    "PLENUM",
    "ROMAN",
    "SEVERAL",
    "START",
    "WORD",
    "WORDS",
    "Issuer",
    "Kind",
    "name_key",
]


class Kind(NamedTuple):
    """A kind of document; the fields are explained in ``documents.toml``."""

    name: str
    bare: str
    codes: tuple[str, ...] = ()
    short: tuple[str, ...] = ()
    issuer: str = ""
    yearly: bool = False


class Issuer(NamedTuple):
    """Who issues documents; `term` says that a number of the legislative term follows the code."""

    name: str
    code: str
    spellings: tuple[str, ...]
    party: bool = False
    term: bool = False


def _tables() -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath("documents.toml").read_text("utf-8"))


def _row(fields: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in fields.items()}


def name_key(words: Iterable[str]) -> str:
    """Return what is looked up for some words: one blank between two, small letters, tone marks where they belong."""
    return _TONE_MARK.apply(" ".join(words)).casefold()


_TONE_MARK = next(rule for rule in RULES if rule.name == "tone_mark")  # "khoá" to "khóa"
_TABLES = _tables()
KINDS = {row["name"]: Kind(**_row(row)) for row in _TABLES["type"]}
ISSUERS = {row["name"]: Issuer(**_row(row)) for row in reversed(_TABLES["issuer"])}
BY_SPELLING = {name_key(word.split()): issuer for issuer in ISSUERS.values() for word in issuer.spellings}
BY_CODE = {row["code"].casefold(): Issuer(**_row(row)) for row in reversed(_TABLES["issuer"])}
BY_WORD = {word.casefold(): kind for kind in KINDS.values() for word in (kind.name, *kind.short)}
BY_LETTERS = {code.casefold(): kind for kind in reversed(KINDS.values()) for code in kind.codes}
_NAMES = {
    kind: {name_key(re.findall(r"\w+", name)): name for name in _TABLES[table]}
    for kind, table in {"Luật": "law", "Bộ luật": "code_of_law", "Pháp lệnh": "ordinance"}.items()
}
_NAMES["Luật"] |= {name_key(alias.split()): name for alias, name in _TABLES["law_alias"].items()}
_LONGEST = max(len(key.split()) for names in _NAMES.values() for key in names)


def _by_first_syllable(names: dict[str, str]) -> dict[str, list[tuple[int, dict[str, str]]]]:
    """Sort names by their first syllable and then by their number of syllables, the longest first."""
    sorted_names: dict[str, dict[int, dict[str, str]]] = {}
    for key, name in names.items():
        syllables = key.split()
        sorted_names.setdefault(syllables[0], {}).setdefault(len(syllables), {})[key] = name
    return {first: sorted(lengths.items(), reverse=True) for first, lengths in sorted_names.items()}


NAMES = {kind: _by_first_syllable(names) for kind, names in _NAMES.items()}


def _any(words: Iterable[str]) -> str:
    """Return a pattern for one of some words, longest first, with any blanks and both spellings of "ủy" and "hóa"."""
    ordered = sorted(words, key=lambda word: (-len(word), word))
    pattern = "|".join(re.escape(word).replace(r"\ ", r"\s{1,3}") for word in ordered)
    return pattern.replace("Ủy", "(?:Ủy|Uỷ)").replace("ủy", "(?:ủy|uỷ)").replace("hóa", "h(?:óa|oá)")


_YEAR = "(?:19|20)[0-9]{2}(?![0-9])"
_LETTERS = _any(code for kind in KINDS.values() for code in kind.codes)
_CODES = _any(row["code"] for row in _TABLES["issuer"])  # TTCP is no Thông tư of CP
_CODE = r"(?:T\.?Ư|(?i:TTg|TW)|[A-ZĐƯ]{2}[A-Za-zĐđƯư&]{0,30}(?:[0-9]{1,2})?)(?!\w)"
_DASH = r"\s?[-/.]\s?"
# 35 | 30a | 59/2023, then: -NQ/TW | /2023/NĐ-CP | /QH15 | /UBND-VX. Letters may follow a blank if codes follow them.
_NUMBER_PATTERN = rf"""
    (?P<serial>[0-9]{{1,5}}+(?:[a-e](?!\w))?)(?:\s?[-/]\s?(?P<year>{_YEAR}))?
    (?:(?:{_DASH}|\s(?=\w{{2,4}}\s?[-/]\s?[A-ZĐ]))(?!(?:{_CODES})(?!\w))(?P<letters>(?i:{_LETTERS}))
       (?:(?:{_DASH})?(?P<codes>{_CODE}(?:[-/][A-ZĐƯ]{{2}}[A-Za-zĐđƯư&]{{0,30}}(?:[0-9]{{1,2}})?)*)|(?!\w))
    |{_DASH}(?P<plain>(?:(?i:QH|UBTVQH)[0-9]{{1,2}}|{_CODE})(?:-[A-ZĐƯ]{{2}}[A-Za-zĐđƯư&]{{0,30}})*)
    )?(?![\w%])(?![-/.,][0-9]|/\w)
"""
NUMBER = re.compile(_NUMBER_PATTERN, re.VERBOSE)
NEXT = re.compile(r"(?:\s?[,;]\s{1,3}|\s{1,3}(?:(?:và|hoặc|hay|VÀ)\s{1,3}))(?:(?:và|số|số:)\s)?(?=[0-9])")
# Behind a number of a list without letters: the sentence goes on, and not with what is counted.
GOES_ON = re.compile(
    r"\s?(?:[,;.)”\"’:\n]|$)|\s(?:và|của|về|ngày|năm|do|được|đã|đến|tại|là|trong|cho|có|thì|với|theo|ở|khi)\b",
    re.IGNORECASE,
)
_SHORT = _any(word for kind in KINDS.values() for word in kind.short)
HEAD = re.compile(
    rf"(?<!\w)(?:(?P<kind>(?i:{_any(KINDS)}))\s{{1,3}}|(?P<short>{_SHORT})\s?)"
    r"\(?(?P<so>(?i:số)\s?:?\s{0,2})?\Z"
)
_ISSUERS = _any(word for issuer in ISSUERS.values() for word in issuer.spellings)
CONTEXT = re.compile(
    rf"""(?:,?\s{{1,2}}\(?(?:ban\shành\s)?(?:ký\s)?ngày\s[0-9]{{1,2}}
            (?:\s?[-/.]\s?[0-9]{{1,2}}\s?[-/.]\s?|\stháng\s[0-9]{{1,2}},?\snăm\s)(?P<dated>{_YEAR})\)?)?
         (?:,?\s(?:năm\s|\((?:năm\s)?)(?P<year>{_YEAR})\)?)?
         (?:,?\s{{1,2}}\(?(?:của|do)?\s?(?:(?P<foreign>{_any(_TABLES["foreign"])})|(?P<issuer>{_ISSUERS}))(?!\w))?""",
    re.VERBOSE | re.IGNORECASE,
)
COUNTED = re.compile(
    rf"\s{{1,2}}(?:(?:{_any(_TABLES['counted'])})(?!\w)|năm(?!\s{_YEAR})|ngày(?!\s[0-9]))", re.IGNORECASE
)
_ROMANS = "I II III IV V VI VII VIII IX X XI XII XIII XIV XV"
ROMAN = dict(enumerate(_ROMANS.split(), 1))
_WORDS_FOR_NUMBERS = dict(_TABLES["ordinal"])
ORDINALS = _WORDS_FOR_NUMBERS | {roman.casefold(): number for number, roman in ROMAN.items()}
_NTH = rf"(?:(?:[0-9]{{1,2}}|[IVX]{{1,5}})(?!\w)|(?i:{_any(_WORDS_FOR_NUMBERS)})(?!\w))"
_NTHS = rf"{_NTH}(?:\s?(?:,|và)\s{_NTH}){{0,5}}"
_CENTRE = r"(?i:(?:Ban\sChấp\shành\s|BCH\s)?(?:Trung\sương|TW|T\.?Ư))"
PLENUM = re.compile(
    rf"""(?i:Nghị\squyết|NQ|Kết\sluận|KL)\s?(?i:của\s)?(?i:Hội\snghị\s)?
         (?:{_CENTRE}\s?(?i:Đảng\s)?(?i:lần\sthứ\s)?(?P<nth>{_NTHS})
            |(?i:lần\sthứ\s)(?P<nth2>{_NTH}),?\s(?i:của\s)?{_CENTRE})
         (?i:\sĐảng(?:\sCộng\ssản\sViệt\sNam)?)?
         (?:\s?[-,]?\s?(?P<open>\()?(?i:kh(?:óa|oá))\s(?P<term>{_NTHS})(?(open)\)?))?""",
    re.VERBOSE,
)
CONGRESS = re.compile(
    rf"""(?i:Nghị\squyết|NQ)\s(?i:của\s)?(?i:Đại\shội)\s(?i:đại\sbiểu\s)?(?i:Đảng\s)?(?i:toàn\squốc\s)?
         (?i:của\sĐảng\s)?(?i:lần\sthứ\s)?
         (?P<nth>{_NTH})(?!,?\s(?:của\s)?(?i:Đảng\sbộ|Đoàn|Công\sđoàn|Hội|chi\sbộ))""",
    re.VERBOSE,
)
CONSTITUTION = re.compile(rf"(?i:Hiến\spháp)\s\(?(?i:năm\s)?(?P<year>{_YEAR})")
LAW = re.compile(r"(?P<kind>(?i:Bộ\s{1,2}luật|luật|Pháp\s{1,2}lệnh))(?=\s)")
WORDS = re.compile(rf"(?:,?\s{{1,2}}[^\W\d_]+){{1,{_LONGEST}}}")
WORD = re.compile(r"[^\W\d_]+")
LAW_TAIL = re.compile(
    rf"\s\(?(?:sửa\sđổi\)?\s)?(?:năm\s)?(?P<year>{_YEAR})(?![/.-][0-9])"
    rf"|\s\(?(?:Luật\s)?số:?\s[0-9]{{1,3}}/(?P<of>{_YEAR})/QH[0-9]{{1,2}}",
    re.IGNORECASE,
)
ABROAD = re.compile(rf"\s(?:(?i:của)\s)?(?:nước\s)?(?:{_any(_TABLES['abroad'])})(?!\w)")
SEVERAL = re.compile(r"(?i:các|hai|ba|những)\s\Z")
NEXT_LAW = re.compile(r"(?:,|\svà)(?=\s[A-ZĐÁÂƯ])")
NO_LAW = re.compile(r"(?i:pháp|kỷ|kỉ|quy|dự|đạo|khoa|ngành|môn|trường|đại học)\s\Z")

# Where to look closer. A number: behind the end of a word for a kind, or before letters such as -QĐ. A name: at a rare
# vowel of "luật", "nghị quyết", "kết luận", "Hiến pháp", "Pháp lệnh", which is sooner found than their first letters.
_NUMBER_WITH_LETTERS = (
    rf"[0-9]{{0,4}}+[a-e]?(?:\s?[-/]\s?(?:19|20)[0-9]{{2}})?(?:\s?[-/.]\s?|\s)(?:{_LETTERS})(?:{_DASH}\w|T[UWƯ])"
)
START = re.compile(
    rf"""[0-9ếẾậẬệỆ](?:
        (?<=[0-9])(?<![0-9/,.-].)(?:
            (?<=[tThHịỊưƯnNốỐQĐTWgG:\s]\s.)(?:
                (?<=(?:[uU][yY][ếẾ][tT]|[đĐ][ịỊ][nN][hH]|\s[tT][hH][ịỊ]|[gG]\s[tT][ưƯ]|[lL][uU][ậẬ][nNtT]
                    |[lL][ệỆ][nN][hH]|[tT][ịỊ][cC][hH]|[ưƯ][ơƠ][nN][gG]|[hHtTnNịỊưƯoOiIếẾQĐT]\s[sS][ốỐ])\s.)
                |(?<=[:\s]\s.)|(?<=(?:NQ|QĐ|NĐ|LT|TW|TƯ)\s.))
            |(?<=[QĐTWƯốỐ].)(?<=(?:NQ|QĐ|NĐ|LT|TW|TƯ|[sS][ốỐ]).)
            |(?<!\w.)(?={_NUMBER_WITH_LETTERS}))
        |[tT]\s(?:(?<=[lL][uU][ậẬ]..)(?<!háp\sluật.)(?<!kỷ\sluật.)(?=[^\W\d])
               |(?<=[uU][yY][ếẾ]..)(?=(?i:của\s|hội|đại|trung|bch|ban|tw|t\.?ư)))
        |[nN](?:\s(?:(?<=[lL][uU][ậẬ]..)(?=(?i:hội|trung|tw))|(?<=[hH][iI][ếẾ]..)(?=[pP]))
               |(?<=[lL][ệỆ].)[hH]\s(?=[A-ZĐƯÁÂ])))""",
    re.VERBOSE | re.DOTALL,
)
