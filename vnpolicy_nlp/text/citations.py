"""Reading what a text cites: the mentions of documents, one after another, with all that stands at their place."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from vnpolicy_nlp.text.docgrammar import (
    ABROAD,
    BY_CODE,
    BY_LETTERS,
    BY_SPELLING,
    BY_WORD,
    CONGRESS,
    CONSTITUTION,
    CONTEXT,
    COUNTED,
    GOES_ON,
    HEAD,
    ISSUERS,
    KINDS,
    LAW,
    LAW_TAIL,
    NAMES,
    NEXT,
    NEXT_LAW,
    NO_LAW,
    NUMBER,
    ORDINALS,
    PLENUM,
    ROMAN,
    SEVERAL,
    START,
    WORD,
    WORDS,
    Issuer,
    Kind,
    name_key,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Mention", "citations", "is_party", "issuer_of"]

_BEFORE = 40  # characters; "Nghị quyết liên tịch (số: " has 26
_MOST = 40  # numbers in one list
_LONGEST_SYLLABLE = 12  # characters, blanks before it among them
_UNMISTAKABLE = 4  # syllables: names as long as this are those of laws without a capital letter, too


class Mention(NamedTuple):
    """One document as one place of a text cites it, with all that stands there; what does not is empty."""

    start: int
    end: int
    kind: str
    serial: str = ""
    year: str = ""  # as a part of the number
    letters: str = ""  # "NQ" of 35-NQ/TW
    codes: str = ""  # "TW" of 35-NQ/TW
    issuer: str = ""
    dated: str = ""  # the year of "ngày 22/10/2018" or of a law
    name: str = ""
    said: bool = False  # the codes stand behind the number; otherwise they follow from words
    guessed: bool = False  # no word says the kind: it follows from the letters


def citations(plain: str) -> Iterator[Mention]:
    """Yield the documents that a text cites, from left to right; `plain` has one spelling a letter."""
    done = 0
    for hit in START.finditer(plain):
        at = hit.start()
        if at < done:
            continue
        found = _numbered(plain, at, done) if plain[at] in "0123456789" else _named(plain, at, done)
        yield from found
        if found:
            done = found[-1].end


def _numbered(plain: str, at: int, done: int) -> list[Mention]:
    """Return the documents whose first number starts at a place."""
    low = max(done, at - _BEFORE)
    head = HEAD.search(plain[low:at])
    number = NUMBER.match(plain, at)
    if head is None:
        short = plain.rfind("NQ", low, at)
        if short >= 0 and (found := _plenum(plain, short)):
            return found
        return _by_letters(plain, number) if number else []
    kind = BY_WORD[_key(head["kind"] or head["short"])]
    if number is None or not (number["letters"] or number["plain"] or _may_be_bare(plain, number, kind, head)):
        return []
    if not kind.codes and (number["letters"] or not (number["plain"] or "QH").casefold().startswith("qh")):
        return _by_letters(plain, number)  # a law has letters of the National Assembly or none
    return _mentions(plain, low + head.start(), kind, _list(plain, number))


def _by_letters(plain: str, number: re.Match[str]) -> list[Mention]:
    """Return the documents of a list without a word for their kind, as "217-QĐ/TW"."""
    if not number["letters"] or not number["codes"] or issuer_of(_codes(number["codes"])) is None:
        return []
    kind = BY_LETTERS[number["letters"].casefold()]
    return [mention._replace(guessed=True) for mention in _mentions(plain, number.start(), kind, _list(plain, number))]


def _may_be_bare(plain: str, number: re.Match[str], kind: Kind, head: re.Match[str]) -> bool:
    """Say whether a word and a number without letters cite a document, and do not count something."""
    if not number["year"] and COUNTED.match(plain, number.end()):
        return False
    if head["so"]:
        return kind.bare != "never"
    if not number["year"] and re.fullmatch("(?:19|20)[0-9]{2}", number["serial"]):
        return False
    if kind.bare == "capital":
        context = CONTEXT.match(plain, number.end())
        return bool(number["year"]) or (head["kind"] or "Q")[0].isupper() or bool(context and context["issuer"])
    return kind.bare == "any"


def _list(plain: str, number: re.Match[str]) -> list[re.Match[str]]:
    """Return a number and those that share its word: "217, 218 và 219-QĐ/TW"."""
    numbers = [number]
    while len(numbers) < _MOST and (link := NEXT.match(plain, numbers[-1].end())):
        number_after = NUMBER.match(plain, link.end())
        if number_after is None:
            break
        bare = not (number_after["letters"] or number_after["plain"])
        if bare and not (GOES_ON.match(plain, number_after.end()) or NEXT.match(plain, number_after.end())):
            break
        numbers.append(number_after)
    return numbers


def _mentions(plain: str, start: int, kind: Kind, numbers: list[re.Match[str]]) -> list[Mention]:
    """Make mentions of the numbers of a list, which share letters and issuer where only one of them has any."""
    contexts = [CONTEXT.match(plain, number.end()) for number in numbers]
    last = contexts[-1]
    if last is None or last["foreign"]:
        return []
    issuer = BY_SPELLING[_key(last["issuer"])].name if last["issuer"] else kind.issuer
    written = next((number for number in reversed(numbers) if number["codes"]), None)
    found: list[Mention] = []
    for number, context in zip(numbers, contexts, strict=True):
        first = not found
        bare = not (number["letters"] or number["plain"])
        shared = written if bare and written is not None else number
        mention = Mention(
            start=start if first else number.start(),
            end=number.end(),
            kind=kind.name,
            serial=_serial(number["serial"]),
            year=number["year"] or "",
            letters=_letters(kind, shared["letters"]),
            codes=_codes(shared["codes"] or shared["plain"] or ""),
            issuer=issuer,
            dated=(context["dated"] or context["year"] or "") if context else "",
            said=bool(shared["codes"] or shared["plain"]),
        )
        found.append(_completed(mention, shared["letters"], first))
    return found


def _completed(mention: Mention, letters: str | None, first: bool) -> Mention:
    """Fill in what follows from the rest: a kind of its own in a list, the year, the issuer and its code."""
    kind = KINDS[mention.kind]
    if not first and letters and letters.casefold() not in {code.casefold() for code in kind.codes}:
        kind = BY_LETTERS[letters.casefold()]
        mention = mention._replace(kind=kind.name)
    if kind.yearly and not mention.year:
        mention = mention._replace(year=mention.dated)
    by_words = ISSUERS.get(mention.issuer)
    if mention.codes:
        by_code = issuer_of(mention.codes)
        if by_words is None or by_code is None or by_words.code != by_code.code:
            mention = mention._replace(issuer=by_code.name if by_code else mention.codes.partition("-")[0])
        if kind.codes and not mention.letters and by_code and not by_code.term and _needs_letters(kind, mention):
            mention = mention._replace(letters=kind.codes[0])
    elif by_words and not by_words.term and kind.codes:
        mention = mention._replace(letters=kind.codes[0], codes=by_words.code)
    return mention


def _needs_letters(kind: Kind, mention: Mention) -> bool:
    """Say whether the letters of a number were left out, as in Thông tư 02/2017-BYT and Nghị định 67/CP."""
    return kind.yearly and (bool(mention.year) or mention.issuer == kind.issuer)


def _named(plain: str, at: int, done: int) -> list[Mention]:
    """Return the documents that are cited by a name, one of whose words has its rare vowel at a place."""
    vowel = plain[at].casefold()
    if vowel == "ế":
        if constitution := CONSTITUTION.match(plain, max(done, at - 2)):
            return [Mention(*constitution.span(), "Hiến pháp", issuer="Quốc hội", dated=constitution["year"])]
        start = max(done, at - len("nghị quy"))
        return _plenum(plain, start) or _congress(plain, start)
    if plain[at + 1] in "nN" and vowel == "ậ":
        return _plenum(plain, max(done, at - len("kết lu")))
    for back in (len("pháp l"),) if vowel == "ệ" else (len("bộ lu"), len("lu")):
        if at - back >= done and (head := LAW.match(plain, at - back)):
            return _laws(plain, head)
    return []


def _plenum(plain: str, start: int) -> list[Mention]:
    """Return what plenums of the Central Committee decided: "Nghị quyết Trung ương 4 khóa XI, XII"."""
    match = PLENUM.match(plain, start)
    if match is None:
        return []
    kind = "Kết luận" if match[0][0] in "kK" else "Nghị quyết"
    plenums = _ordinals(match["nth"] or match["nth2"])
    terms = [f" khóa {ROMAN.get(term, term)}" for term in _ordinals(match["term"] or "")] or [""]
    serials = [f"Trung ương {plenum}{term}" for plenum in plenums for term in terms]
    issuer = "Ban Chấp hành Trung ương"
    return [Mention(*match.span(), kind, serial=serial, issuer=issuer) for serial in serials]


def _congress(plain: str, start: int) -> list[Mention]:
    """Return the resolution of a Party congress; later ones than the fifteenth are those of provinces."""
    match = CONGRESS.match(plain, start)
    nth = _ordinals(match["nth"])[0] if match else 0
    if match is None or nth not in ROMAN:
        return []
    return [Mention(*match.span(), "Nghị quyết", serial=f"Đại hội {ROMAN[nth]}", issuer="Đại hội Đảng")]


def _laws(plain: str, head: re.Match[str]) -> list[Mention]:
    """Return the law whose name follows a word, or the laws: "các Luật Đầu tư, Doanh nghiệp"."""
    kind = next(name for name in NAMES if name.casefold() == _key(head["kind"]))
    before = plain[max(0, head.start() - 9) : head.start()]
    if NO_LAW.search(before):
        return []
    several = SEVERAL.search(before) is not None
    found: list[Mention] = []
    start, at = head.start(), head.end()
    while len(found) < _MOST and (law := _law(plain, at, kind, head[0][0].isupper() and not found)):
        found.append(law._replace(start=start))
        link = NEXT_LAW.match(plain, law.end) if several else None
        if link is None:
            break
        start, at = link.end() + 1, link.end()
    return found


def _law(plain: str, at: int, kind: str, capital: bool) -> Mention | None:
    """Return the law with the longest name that starts at a place."""
    first = WORD.search(plain, at, at + _LONGEST_SYLLABLE)
    lengths = NAMES[kind].get(name_key([first[0]])) if first else None
    words = WORDS.match(plain, at) if lengths else None
    if first is None or lengths is None or words is None:
        return None
    places = [word.span() for word in WORD.finditer(plain, at, words.end())]
    spelled = name_key(plain[start:end] for start, end in places).split(" ")
    for length, names in lengths:
        name = names.get(" ".join(spelled[:length]))
        if name and (capital or first[0][0].isupper() or length >= _UNMISTAKABLE):
            break
    else:
        return None
    end = places[length - 1][1]
    if ABROAD.match(plain, end):
        return None
    tail = LAW_TAIL.match(plain, end)
    year = (tail["year"] or tail["of"]) if tail else ""
    return Mention(at, tail.end() if tail else end, kind, name=name, dated=year, issuer=KINDS[kind].issuer)


def _serial(digits: str) -> str:
    """Write the first part of a number as officials do: 05, 35, 30a."""
    number, letter = re.fullmatch("([0-9]+)([a-e]?)", digits).groups()  # type: ignore[union-attr]  # as `NUMBER` has it
    return f"{int(number):02}{letter}"


def _letters(kind: Kind, letters: str | None) -> str:
    """Return the canonical letters of a kind, QĐ for QĐi, or else those that are written."""
    if letters is None:
        return ""
    if letters.casefold() in {code.casefold() for code in kind.codes}:
        return kind.codes[0]
    return BY_LETTERS[letters.casefold()].codes[0]


@lru_cache(maxsize=1024)
def _codes(codes: str) -> str:
    """Return codes in their canonical spelling: TTg for Ttg, TW for T.Ư, "-" for "/" between two."""
    parts = re.split("[-/]", codes.replace(".", ""))
    return "-".join(
        BY_CODE[key].code if (key := part.casefold().replace("tư", "tw")) in BY_CODE else _upper(part) for part in parts
    )


def _upper(code: str) -> str:
    return code.upper() if code.casefold().startswith(("qh", "ubtvqh")) else code


@lru_cache(maxsize=1024)
def issuer_of(codes: str) -> Issuer | None:
    """Return the issuer that the first known one of some codes stands for."""
    keys = (part.casefold().rstrip("0123456789") for part in codes.split("-"))
    return next((BY_CODE[key] for key in keys if key in BY_CODE), None)


def _ordinals(words: str) -> list[int]:
    """Read "4, 5", "IV và V" or "tư"."""
    parts = [_key(part) for part in re.split(r"\s?(?:,|và)\s", words)]
    return [int(part) if part.isdecimal() else ORDINALS.get(part, 0) for part in parts if part]


def _key(words: str) -> str:
    return name_key(words.split())


def is_party(codes: str) -> bool:
    """Say whether codes are those of the Party, whose numbers have a form of their own."""
    issuer = issuer_of(codes)
    return issuer.party if issuer else codes.endswith(("TW", "TU", "HU", "ĐU"))
