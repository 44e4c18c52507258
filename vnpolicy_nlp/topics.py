"""The three topics of the packaged model: names, definitions and borders, read from ``topics.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Topic", "taxonomy"]


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic of the taxonomy.

    Attributes
    ----------
    slug : str
        The name used in files and in code, such as ``"grassroots_democracy"``.
    name_vi, name_en : str
        The name that people read.
    definition_vi, definition_en : str
        One sentence: what an article with this topic reports on.
    includes, excludes : tuple of str
        What counts, and what looks like it but does not.
    """

    slug: str
    name_vi: str
    name_en: str
    definition_vi: str
    definition_en: str
    includes: tuple[str, ...]
    excludes: tuple[str, ...]


@cache
def taxonomy() -> Mapping[str, Topic]:
    """Return the topics of the packaged model, keyed by slug and sorted by it."""
    table = tomllib.loads(resources.files(__package__).joinpath("topics.toml").read_text("utf-8"))
    topics = {slug: _topic(slug, table[slug]) for slug in sorted(table)}
    return MappingProxyType(topics)


def _topic(slug: str, fields: dict[str, str | list[str]]) -> Topic:
    values = {key: tuple(value) if isinstance(value, list) else value for key, value in fields.items()}
    return Topic(slug=slug, **values)  # type: ignore[arg-type]  # a missing or unknown field raises here
