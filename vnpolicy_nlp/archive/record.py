"""What a run record says, as far as it is as `vnpolicy tag` writes it: other values count as not said."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from vnpolicy_nlp.archive.workplace import beside

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from vnpolicy_nlp.model.tagger import Tagger

__all__ = ["RunRecord"]


@dataclass(frozen=True)
class RunRecord:
    """The record of a run, ``TAGGED.run.json``.

    Attributes
    ----------
    training : dict or None
        How the model came about, which tells models apart whatever their thresholds.
    model_sha256 : str
        Of the model with its thresholds; empty if it is not said, as all texts here.
    thresholds : dict of str to float
        The least probability with which an article got each topic; none of exclusive topics.
    base_rates : dict of str to float
        The share of articles with each topic that the probabilities presume; none if it is not said.
    text_columns, added_columns : tuple of str
    source, source_sha256, encoding : str
        The file that was tagged.
    finished : str
        When, by ISO 8601.
    versions : dict of str to str
    n_cut : int
        Articles of which only the beginning was read.
    """

    training: dict[str, Any] | None = None
    model_sha256: str = ""
    thresholds: dict[str, float] = field(default_factory=dict)
    base_rates: dict[str, float] = field(default_factory=dict)
    text_columns: tuple[str, ...] = ()
    added_columns: tuple[str, ...] = ()
    source: str = ""
    source_sha256: str = ""
    encoding: str = ""
    finished: str = ""
    versions: dict[str, str] = field(default_factory=dict)
    n_cut: int = 0

    @classmethod
    def beside(cls, tagged: Path) -> RunRecord | None:
        """Read the record of a tagged file; None if there is none that can be read."""
        try:
            record = json.loads(beside(tagged, ".run.json").read_text("utf-8"))
        except (OSError, ValueError):
            return None
        if not isinstance(record, dict):
            return None
        key, source, training = (_mapping(record.get(name)) for name in ("key", "input", "model"))
        n_cut = _mapping(record.get("counts")).get("cut", 0)
        is_exclusive = _mapping(training.get("parameters")).get("exclusive") is True
        return cls(
            training=training or None,
            model_sha256=_text(key.get("model")),
            thresholds={} if is_exclusive else _shares(record.get("thresholds")),
            base_rates=_shares(record.get("base_rates")),
            text_columns=_texts(record.get("text_columns")),
            added_columns=_texts(record.get("added_columns")),
            source=_text(source.get("name")),
            source_sha256=_text(source.get("sha256")),
            encoding=_text(source.get("encoding")),
            finished=_text(record.get("finished")),
            versions={name: _text(version) for name, version in _mapping(record.get("versions")).items()},
            n_cut=n_cut if isinstance(n_cut, int) else 0,
        )

    def is_of(self, training: Mapping[str, Any]) -> bool:
        """Return whether the model of the run came about so; what a record does not say is no difference."""
        return self.training is None or self.training == json.loads(
            json.dumps(dict(training))
        )  # tuples are lists there

    def as_it_was(self, tagger: Tagger) -> Tagger:
        """Return a tagger with the thresholds and base rates of the run, as far as they are said."""
        if set(self.base_rates) == set(tagger.topics):
            tagger = tagger.with_base_rate(self.base_rates)
        return tagger.with_thresholds(self.thresholds) if set(self.thresholds) == set(tagger.topics) else tagger


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()


def _shares(value: Any) -> dict[str, float]:
    return {name: x for name, x in _mapping(value).items() if isinstance(x, float) and 0 < x < 1}
