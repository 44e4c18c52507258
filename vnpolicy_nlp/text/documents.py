"""Policy documents that a text cites, in one form whatever the spelling: "Nghị quyết 35-NQ/TW", "Luật Đất đai 2013".

Only what the text says is given: "Nghị quyết 35" stays so where neither letters nor an issuer stand near it and the
full number is nowhere in the text. A draft is cited by the name of its law.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import NamedTuple

from vnpolicy_nlp.text.citations import Mention, citations, is_party, issuer_of
from vnpolicy_nlp.text.composed import composed
from vnpolicy_nlp.text.docgrammar import KINDS

__all__ = ["Document", "cited_documents", "find_documents"]


_BARE = re.compile("[0-9]+[a-e]?(?:/[0-9]{4})?")  # a number without letters
_LIKE_A_YEAR = re.compile("(?:19|20)[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Document:
    """A policy document as an article cites it.

    Attributes
    ----------
    type : str
        "Nghị quyết", "Luật" and so on.
    number : str
        The whole number, such as "35-NQ/TW" or "59/2023/NĐ-CP", or as much of it as the article tells ("35").
        Resolutions of plenums and congresses have "Trung ương 4 khóa XII" and "Đại hội XIII". Empty for laws by name.
    issuer : str
        Who issued it, in Vietnamese, from the number's letters or from words; empty where neither tells.
    year : int or None
        From the number or from the date behind it.
    name : str
        What a law or an ordinance is called; empty for others.
    """

    type: str
    number: str = ""
    issuer: str = ""
    year: int | None = None
    name: str = ""

    def __str__(self) -> str:
        if self.name:
            return " ".join([self.type, self.name, *([str(self.year)] if self.year else [])])
        if not self.number:
            return f"{self.type} {self.year}"
        # The National Assembly's letters hold the number of its term, which words do not tell: its name stands there.
        bare = _BARE.fullmatch(self.number)
        issuer = f" của {self.issuer}" if bare and self.issuer not in ("", KINDS[self.type].issuer) else ""
        so = "số " if bare and (KINDS[self.type].bare == "so" or _LIKE_A_YEAR.fullmatch(self.number)) else ""
        return f"{self.type} {so}{self.number}{issuer}"


def cited_documents(text: str) -> list[Document]:
    """Return the documents that a text cites, each once, in the order of their first mention."""
    return list(dict.fromkeys(document for _, _, document in find_documents(text)))


def find_documents(text: str) -> list[tuple[int, int, Document]]:
    """Find the documents that a text cites.

    Parameters
    ----------
    text : str
        An article, normalised or not.

    Returns
    -------
    list of tuple
        Start, end and document of each mention, in their order. A short form and the full form of one document
        ("Quyết định 217" and "Quyết định số 217-QĐ/TW") come out as equal documents. Two documents can
        have one place: "Nghị quyết Trung ương 4 khóa XI, XII".
    """
    plain, places = _plain(text)
    mentions = list(citations(plain))
    if not mentions:
        return []
    documents = _documents(mentions)
    return [
        (m.start, m.end, document) if places is None else (places[m.start], places[m.end], document)
        for m, document in zip(mentions, documents, strict=True)
    ]


_SAME_LENGTH = [("\u00d0", "Đ"), ("\u00f0", "đ"), *((dash, "-") for dash in "‐‑‒–—−"), ("\xa0", " ")]


def _plain(text: str) -> tuple[str, list[int] | None]:
    """Give a text one spelling a letter, and where its characters stood, unless they stand there still."""
    text, places = composed(text)
    for odd, plain in _SAME_LENGTH:
        text = text.replace(odd, plain)
    return text, places


class _Place(NamedTuple):
    """A mention and where it is in a text's list of mentions."""

    order: int
    mention: Mention


_MOST = 16  # forms of one number told apart in a text; real ones have three, and the bound keeps the time linear


def _documents(mentions: list[Mention]) -> list[Document]:
    """Return the document of each mention: short forms take what is missing from a fuller form in the same text."""
    forms: dict[tuple[str, str, str], list[_Place]] = {}
    for order, mention in enumerate(mentions):
        for kind in (mention.kind, "") if mention.said else (mention.kind,):  # "" for those whose kind is guessed
            known = forms.setdefault((kind, mention.serial, mention.name), [])
            if len(known) < _MOST and all(_form(place.mention) != _form(mention) for place in known):
                known.append(_Place(order, mention))
    documents = []
    for order, mention in enumerate(mentions):
        key = ("" if mention.guessed else mention.kind, mention.serial, mention.name)
        full = _fullest(order, mention, forms.get(key, []))
        documents.append(_document(full._replace(issuer=mention.issuer or full.issuer)))
    return _unified(documents)


def _unified(documents: list[Document]) -> list[Document]:
    """Give documents of one canonical form the year and the issuer that any has, in words rather than by its code."""
    best: dict[str, Document] = {}
    forms = [str(document) for document in documents]
    for form, document in zip(forms, documents, strict=True):
        known = best.setdefault(form, document)
        by_code = issuer_of(known.number.rpartition("/")[2])
        vague = not known.issuer or (by_code is not None and known.issuer == by_code.name)
        issuer = document.issuer if vague else known.issuer
        if issuer != known.issuer or (document.year and not known.year):
            best[form] = replace(known, year=known.year or document.year, issuer=issuer)
    return [best[form] for form in forms]


def _form(mention: Mention) -> tuple[str, ...]:
    """Return what makes mentions of one number different documents."""
    year = mention.dated if mention.name else mention.year
    return mention.kind, year, mention.codes, mention.issuer if not mention.codes else "", str(mention.guessed)


def _fullest(order: int, mention: Mention, forms: list[_Place]) -> Mention:
    """Return the form that a mention is short for, the one last begun before it if there are several."""
    fuller = [place for place in forms if _is_short_for(mention, place.mention)]
    before = [place for place in fuller if place.order < order]
    chosen = before[-1:] or fuller[:1]
    return chosen[0].mention if chosen else mention


def _is_short_for(short: Mention, full: Mention) -> bool:
    if short.name:
        return not short.dated and bool(full.dated)
    if short.guessed and not full.guessed and short.codes == full.codes and short.year == full.year:
        return True
    if short.said and not (KINDS[short.kind].yearly and short.codes == full.codes and not short.year):
        return False
    if not full.said and not (full.codes and not short.codes) and not (full.year and not short.year):
        return False
    agrees = short.codes in ("", full.codes) and short.year in ("", full.year)
    issuer = short.codes or not short.issuer or short.issuer == full.issuer
    return agrees and bool(issuer) and _form(short) != _form(full)


def _document(mention: Mention) -> Document:
    year = mention.year or mention.dated
    number = "" if mention.name or not mention.serial else _number(mention)
    return Document(mention.kind, number, mention.issuer, int(year) if year else None, mention.name)


def _number(mention: Mention) -> str:
    """Return the whole number in its official form, of the Party or of the state."""
    if mention.codes and is_party(mention.codes) and mention.letters:
        return f"{mention.serial}-{mention.letters}/{mention.codes}"
    letters = "-".join(part for part in (mention.letters if mention.codes else "", mention.codes) if part)
    return "/".join(part for part in (mention.serial, mention.year, letters) if part)
