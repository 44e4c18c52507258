"""How far the tags of an archive can be trusted, as far as that has been measured."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from vnpolicy_nlp.model.artifact import DEFAULT_PRESET, model_sha256
from vnpolicy_nlp.model.tagger import load, packaged_model
from vnpolicy_nlp.report.scale import Scale

if TYPE_CHECKING:
    from vnpolicy_nlp.model.tagger import Tagger
    from vnpolicy_nlp.report.report import ArchiveReport
    from vnpolicy_nlp.wording import Wording

__all__ = ["FEW", "Measured", "cautions", "is_packaged", "measured"]

FEW = 30  # articles of a topic, below which a difference between two months is mostly chance
_ALIKE = 0.01  # thresholds that differ by less are told as one


class Measured(NamedTuple):
    """What was measured of the packaged model.

    Attributes
    ----------
    preset : str or None
        The thresholds with which the archive was tagged, None if they are none of the model's.
    archive : dict of str to dict of str to int
        By topic ``read`` and ``right``: tags on a general archive, with that preset, and how many were right.
    n_archive : int
        Articles of that archive.
    real : dict of str to dict
        By topic the figures on real articles that were sought out, with the default preset.
    n_real : int
    """

    preset: str | None
    archive: dict[str, dict[str, int]]
    n_archive: int
    real: dict[str, dict[str, Any]]
    n_real: int


def is_packaged(report: ArchiveReport) -> bool:
    """Return whether all files say that the packaged model tagged them, with whatever thresholds."""
    training = _packaged().record["training"]
    return all(run.record is not None and run.record.training and run.record.is_of(training) for run in report.runs)


def measured(report: ArchiveReport) -> Measured | None:
    """Return what was measured of the model that tagged the archive; None if it is not the packaged one."""
    if not is_packaged(report):
        return None
    figures = _figures()
    shas = {run.record.model_sha256 for run in report.runs if run.record is not None}
    preset = _presets().get(shas.pop()) if len(shas) == 1 else None
    archive = figures["archive"]["settings"].get(preset, {})
    real = figures["real"]["agreed"]
    return Measured(preset, archive, figures["archive"]["n_articles"], real["results"], real["n_articles"])


def cautions(report: ArchiveReport, say: Wording) -> list[str]:
    """Return what a reader has to know before believing the numbers, in sentences."""
    known = measured(report)
    found = _threshold(report, say)
    if known is not None and known.archive:
        counts = known.archive.values()
        right, read = sum(topic["right"] for topic in counts), sum(topic["read"] for topic in counts)
        found.append(say("measured_archive", right=right, read=read, n=known.n_archive))
    real = known.real if known is not None and known.preset == DEFAULT_PRESET else {}
    recall = {topic: real[topic]["recall"] for topic in report.topics if topic in real}
    if known is not None and recall:
        worst = min(recall, key=recall.__getitem__)
        found.append(say("measured_recall", topic=say.topic(worst), share=say.percent(recall[worst]), n=known.n_real))
    if known is None or known.preset is None:
        found.append(say("not_measured"))
    found += _doubt(report, say)
    few = [topic for topic, n in report.table["n_articles"].items() if n < FEW]
    if few:
        found.append(say("few_articles", topics=", ".join(say.topic(str(topic)) for topic in few), n=FEW))
    gaps = _gaps(report, say)
    is_mostly_undated = 2 * report.n_undated > report.n_articles
    return [*gaps, *found, say("excluded")] if is_mostly_undated else [*found, *gaps, say("excluded")]


def _threshold(report: ArchiveReport, say: Wording) -> list[str]:
    """Say what a threshold is, and what near it means."""
    if report.scores.empty or not report.thresholds:
        return []
    lowest, highest = min(report.thresholds.values()), max(report.thresholds.values())
    if highest - lowest > _ALIKE:
        return [say("thresholds_are", low=say.percent(lowest), high=say.percent(highest))]
    low, high = map(say.percent, Scale(lowest).doubtful)
    return [say("threshold_is", threshold=say.percent(lowest), low=low, high=high)]


def _doubt(report: ArchiveReport, say: Wording) -> list[str]:
    """Say how many tags are near the threshold."""
    if report.scores.empty or not any(run.layout.scales for run in report.runs):
        return []
    n = int(report.table["n_doubtful"].sum())
    n_all = int(report.scores.loc[report.scores["tagged"], "n_articles"].sum())
    return [say("doubtful_tags", n=n, all=n_all) if n else say("no_doubtful_tags")]


def _gaps(report: ArchiveReport, say: Wording) -> list[str]:
    counts = {
        "undated": report.n_undated,
        "without_text": report.n_without_text,
        "quarantined": report.n_quarantined,
        "cut": sum(run.record.n_cut for run in report.runs if run.record is not None),
    }
    return [say(key, n=n, share=say.percent(n / max(1, report.n_articles))) for key, n in counts.items() if n]


@cache
def _packaged() -> Tagger:
    return load()


@cache
def _figures() -> dict[str, Any]:
    return dict(json.loads((packaged_model().parent / "figures.json").read_text("utf-8")))


@cache
def _presets() -> dict[str, str]:
    """Return the names of the packaged model's presets by the hash of the model with them."""
    tagger = _packaged()
    return {model_sha256(tagger.with_preset(name).parts): name for name in tagger.parts.presets}
