"""What readers are told, in Vietnamese and in English: texts from ``wording.toml``, numbers, dates."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from numbers import Integral
from typing import TYPE_CHECKING

from vnpolicy_nlp.errors import InputError
from vnpolicy_nlp.topics import taxonomy

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

__all__ = ["LANGUAGES", "Wording", "wording"]

LANGUAGES = ("vi", "en")


@dataclass(frozen=True, eq=False)
class Wording:
    """One language.

    Attributes
    ----------
    language : {"vi", "en"}
        Its BCP 47 code.
    texts : mapping of str to str
    """

    language: str
    texts: Mapping[str, str]

    def __call__(self, key: str, **values: object) -> str:
        """Return a text with its gaps filled; numbers are written as the language has them."""
        shown = {name: self.number(int(v)) if isinstance(v, Integral) else v for name, v in values.items()}
        return self.texts[key].format(**shown)

    def number(self, value: float, places: int = 0) -> str:
        """Return a number with grouped digits: 17.550,5 in Vietnamese, 17,550.5 in English."""
        text = f"{value:,.{places}f}".replace("-", "\u2212")
        return text.translate(_VIETNAMESE_SIGNS) if self.language == "vi" else text

    def percent(self, share: float) -> str:
        """Return a share in per cent, with as many places as it needs to be told from nothing and from all."""
        value = 100 * share
        places = 0 if round(value, 1) >= 10 else 1 if round(value, 2) >= 1 else 2
        value = round(value, places)
        limit = "< " if share > 0 and value == 0 else "> " if share < 1 and value == 100 else ""
        value, places = (0.01, 2) if limit == "< " else (99.9, 1) if limit else (value, places)
        places = 0 if value in (0, 100) else places
        blank = "\N{NO-BREAK SPACE}" if self.language == "vi" else ""
        return f"{limit}{self.number(value, places)}{blank}%"

    def day(self, day: date) -> str:
        """Return a date: 26/11/2017 in Vietnamese, 26 Nov 2017 in English."""
        if self.language == "vi":
            return f"{day.day:02}/{day.month:02}/{day.year:04}"
        return f"{day.day} {_MONTHS[day.month - 1]} {day.year:04}"

    def moment(self, moment: datetime) -> str:
        """Return a time of day, a date and the time zone."""
        return f"{moment:%H:%M}, {self.day(moment)} ({moment:%Z})"

    def month(self, year: int, month: int) -> str:
        """Return a month: 11/2017 in Vietnamese, Nov 2017 in English."""
        return f"{month:02}/{year:04}" if self.language == "vi" else f"{_MONTHS[month - 1]} {year:04}"

    def quarter(self, year: int, quarter: int) -> str:
        """Return a quarter: Quý IV/2017 in Vietnamese, Q4 2017 in English."""
        return f"Quý {_ROMAN[quarter - 1]}/{year:04}" if self.language == "vi" else f"Q{quarter} {year:04}"

    def signed(self, weight: float) -> str:
        """Return what a word adds to a score."""
        return ("+" if weight > 0 else "") + self.number(weight, 2)

    def sum_of(self, score: float, intercept: float, least: float | None) -> str:
        """Say what a score consists of, and from which one the topic is given."""
        parts = {"score": score, "intercept": intercept, "words": score - intercept}
        shown = self("score_is", **{name: self.number(value, 3) for name, value in parts.items()})
        return shown if least is None else f"{shown}; {self('tagged_from', score=self.number(least, 3))}"

    def decision(self, probability: float, threshold: float | None) -> str:
        """Say by what a topic is given or not."""
        if threshold is None:
            return self("probability_alone", probability=self.number(probability, 3))
        return self("probability_of", probability=self.number(probability, 3), threshold=self.number(threshold, 3))

    def topic(self, slug: str) -> str:
        """Return the name of a topic; its slug if it is none of the taxonomy's."""
        topic = taxonomy().get(slug)
        if topic is None:
            return slug
        return topic.name_vi if self.language == "vi" else topic.name_en


_VIETNAMESE_SIGNS = str.maketrans(",.", ".,")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_ROMAN = ("I", "II", "III", "IV")


@cache
def wording(language: str = "vi") -> Wording:
    """Return the wording of a language.

    Raises
    ------
    InputError
        If it is none of `LANGUAGES`.
    """
    if language not in LANGUAGES:
        raise InputError(f"there is no language {language!r}: give one of {', '.join(LANGUAGES)}")
    table = tomllib.loads(resources.files(__package__).joinpath("wording.toml").read_text("utf-8"))
    return Wording(language, {key: texts[language] for key, texts in table.items()})
