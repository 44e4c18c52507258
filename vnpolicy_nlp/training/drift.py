"""Whether a model still fits the articles that it tags: by month, by source, and against its training."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from vnpolicy_nlp.errors import ColumnError, InputError
from vnpolicy_nlp.model.columns import check_columns, guess_text_columns, score_column
from vnpolicy_nlp.text.prepare import join_cells, prepare
from vnpolicy_nlp.training.profile import count_units
from vnpolicy_nlp.training.tables import as_strings
from vnpolicy_nlp.training.times import parse_times

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from vnpolicy_nlp.model.tagger import Tagger

__all__ = ["Drift", "drift", "guess_date_column"]

FEWEST = 50  # articles of a group below which nothing is concluded
SHIFTED = 0.25  # population stability index: the customary mark of a great shift
WHOLE, PERIOD, SOURCE, NO_DATE = "all", "period", "source", "(no date)"
_DATES = ("date", "published", "publish_date", "published_at", "ngay", "ngày", "ngay_dang", "ngày_đăng", "ngày đăng")
_DOUBT = np.log(3.0)  # odds of a third to three times those of the threshold


@dataclass(frozen=True, eq=False)
class Drift:
    """What became of the articles since the model was trained. HTML in a notebook.

    Attributes
    ----------
    verdict : list of str
        What is worth acting on, in plain sentences, or that nothing is.
    table : DataFrame
        One row for all articles, for each period and for each source. Columns: ``group`` ("all", "period",
        "source"), ``value``, ``n_articles``; ``length``, the median in units; ``out_of_vocabulary``, the share of the
        running units that the model does not know; ``doubtful``, the share of articles with a score near a threshold;
        for each topic ``rate_<topic>``, the share of articles with the tag, with its 95 % interval (Wilson 1927)
        ``_low`` and ``_high``, ``score_<topic>``, the mean, and ``psi_<topic>``, the population stability index of
        the scores against all other articles; for all articles against training.
    reference : dict or None
        What the training articles were like; None for models that do not say.
    """

    verdict: list[str]
    table: pd.DataFrame
    reference: Mapping[str, Any] | None = field(default=None)

    def to_dict(self) -> dict[str, Any]:
        """Return the same as JSON values."""
        rows = self.table.round(6).astype(object).where(self.table.notna(), None)
        return {"verdict": self.verdict, "groups": rows.to_dict(orient="records"), "training": self.reference}

    def __str__(self) -> str:
        columns = map(str, self.table.columns)
        rates = [name for name in columns if name.startswith("rate_") and not name.endswith(("_low", "_high"))]
        shown = self.table[["group", "value", "n_articles", "length", "out_of_vocabulary", "doubtful", *rates]].copy()
        for name in ("out_of_vocabulary", "doubtful", *rates):
            shown[name] = [f"{value:.2%}" for value in shown[name]]
        return "\n".join([shown.to_string(index=False), "", *self.verdict])

    def __repr__(self) -> str:
        return f"Drift({self.verdict})"

    def _repr_html_(self) -> str:
        said = "".join(f"<li>{escape(sentence)}</li>" for sentence in self.verdict)
        return f"<ul>{said}</ul>{self.table.round(4).to_html(index=False)}"


def drift(
    tagged: pd.DataFrame,
    model: Tagger,
    *,
    text: str | Sequence[str] | None = None,
    date: str | None = None,
    source: str | None = None,
) -> Drift:
    """Hold tagged articles against the model's training, and against each other by month and source.

    Parameters
    ----------
    tagged : DataFrame
        One article a row, with its text columns. Where the columns ``score_<topic>`` of ``vnpolicy tag --scores`` are
        missing the articles are scored here.
    model : Tagger or fitted TopicTagger
    text : str or sequence of str, optional
        The text columns; without it the usual names are looked for.
    date : str, optional
        The column of dates, ISO or with the day first. Without it a usual name is looked for.
    source : str, optional
        A column such as the newspaper.

    Raises
    ------
    ColumnError, InputError

    Notes
    -----
    Training articles are chosen: a third of them may have a topic, and a few in a thousand of an archive. So a lower
    rate than in training is no alarm. What is: words that the model does not know, articles far longer or shorter than
    those it learnt from, and rates and scores that change within the archive. Scores are compared by the population
    stability index over ten bins, ``sum((p - q) * ln(p / q))`` (Siddiqi 2006, "Credit risk scorecards"); above 0.25 it
    counts as a great shift.
    """
    tagger = getattr(model, "tagger_", model)
    if tagged.empty:
        raise InputError("no article to look at: the table is empty")
    table = as_strings(tagged)
    names = list(table.columns)
    columns = guess_text_columns(names) if text is None else [text] if isinstance(text, str) else list(text)
    date = guess_date_column(names) if date is None else date
    check_columns(names, [*columns, *filter(None, (date, source))], added=())
    texts = [join_cells(cells) for cells in table[columns].itertuples(index=False)]
    scores = _scores(table, texts, tagger)
    units, unknown = count_units(prepare(texts), tagger.parts)
    thresholds = np.array([tagger.thresholds[topic] for topic in tagger.topics])
    reference = tagger.record.get("training", {}).get("profile")
    facts = _Facts(tagger.topics, scores, _decided(scores, tagger, thresholds), units, unknown, thresholds)
    groups = {(WHOLE, "all articles"): np.ones(len(table), dtype=bool)}
    if date is not None:
        groups |= {(PERIOD, value): rows for value, rows in _members(_periods(table[date])).items()}
    if source is not None:
        groups |= {(SOURCE, value): rows for value, rows in _members(table[source].tolist()).items()}
    found = pd.DataFrame([_row(facts, *name, rows, reference) for name, rows in groups.items()])
    return Drift(_verdict(found, tagger.topics, reference), found, reference)


def guess_date_column(columns: Sequence[str]) -> str | None:
    """Return the column that by its name holds dates, None if there is none."""
    by_name = {name.strip().casefold(): name for name in reversed(columns)}
    return next((by_name[name] for name in _DATES if name in by_name), None)


@dataclass(frozen=True, eq=False)
class _Facts:
    topics: tuple[str, ...]
    scores: NDArray[np.float64]
    tags: NDArray[np.bool_]
    units: NDArray[np.int64]
    unknown: NDArray[np.int64]
    thresholds: NDArray[np.float64]


def _scores(table: pd.DataFrame, texts: list[str], tagger: Tagger) -> NDArray[np.float64]:
    names = [score_column(topic) for topic in tagger.topics]
    if not set(names) <= set(table.columns):
        return tagger.predict_proba(texts)
    try:
        scores = table[names].astype(float).to_numpy()
    except ValueError as error:
        raise ColumnError(f"the columns {', '.join(names)} hold something else than numbers: {error}") from error
    if not ((scores >= 0) & (scores <= 1)).all():
        raise ColumnError(f"the columns {', '.join(names)} must hold probabilities from 0 to 1")
    return np.asarray(scores)


def _decided(scores: NDArray[np.float64], tagger: Tagger, thresholds: NDArray[np.float64]) -> NDArray[np.bool_]:
    if tagger.exclusive:
        return np.asarray(np.arange(scores.shape[1]) == scores.argmax(axis=1)[:, np.newaxis])
    return np.asarray(scores >= thresholds)


def _periods(dates: pd.Series[str]) -> list[str]:
    """Return the period of each article: months, or longer ones where half of the months would be small."""
    local = parse_times(dates)
    for unit in ("M", "Q", "Y"):
        named = local.dt.to_period(unit).astype(str)
        if unit == "Y" or named[local.notna()].value_counts().median() >= FEWEST:
            break
    return [NO_DATE if missing else name for name, missing in zip(named, local.isna(), strict=True)]


def _members(values: Sequence[str]) -> dict[str, NDArray[np.bool_]]:
    there = np.asarray(values, dtype=object)
    return {value: there == value for value in sorted(set(values))}


def _row(
    facts: _Facts, group: str, value: str, rows: NDArray[np.bool_], reference: Mapping[str, Any] | None
) -> dict[str, Any]:
    n = int(rows.sum())
    found: dict[str, Any] = {
        "group": group,
        "value": value,
        "n_articles": n,
        "length": float(np.median(facts.units[rows])),
        "out_of_vocabulary": float(facts.unknown[rows].sum() / max(facts.units[rows].sum(), 1)),
        "doubtful": float(_doubtful(facts.scores[rows], facts.thresholds).mean()),
    }
    for column, topic in enumerate(facts.topics):
        scores = facts.scores[:, column]
        low, high = _wilson(int(facts.tags[rows, column].sum()), n)
        found[f"rate_{topic}"] = float(facts.tags[rows, column].mean())
        found[f"rate_{topic}_low"], found[f"rate_{topic}_high"] = low, high
        found[f"score_{topic}"] = float(scores[rows].mean())
        if group != WHOLE:
            found[f"psi_{topic}"] = _stability(scores[rows], scores[~rows])
        else:
            deciles = reference["score_deciles"].get(topic) if reference else None
            found[f"psi_{topic}"] = _stability(scores, np.array(deciles)) if deciles else np.nan
    return found


def _doubtful(scores: NDArray[np.float64], thresholds: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which articles have odds of a topic between a third and three times those of its threshold."""
    with np.errstate(divide="ignore"):
        away = np.log(scores) - np.log1p(-scores) - np.log(thresholds) + np.log1p(-thresholds)
    return np.asarray((np.abs(away) < _DOUBT).any(axis=1))


def _wilson(n_tagged: int, n: int) -> tuple[float, float]:
    z = 1.959964
    middle, spread = (n_tagged + z**2 / 2) / (n + z**2), z * np.sqrt(n_tagged * (n - n_tagged) / n + z**2 / 4)
    return max(0.0, float(middle - spread / (n + z**2))), min(1.0, float(middle + spread / (n + z**2)))


def _stability(scores: NDArray[np.float64], reference: NDArray[np.float64]) -> float:
    """Return the population stability index over the deciles of the reference; NaN where either is empty."""
    if not len(scores) or not len(reference):
        return float("nan")
    edges = np.unique(np.quantile(reference, np.linspace(0, 1, 11))[1:-1])
    shares = []
    for values in (scores, reference):
        counts = np.bincount(np.searchsorted(edges, values, side="right"), minlength=len(edges) + 1)
        shares.append((counts + 0.5) / (len(values) + 0.5 * len(counts)))  # no bin is empty
    p, q = shares
    return float(np.sum((p - q) * np.log(p / q)))


def _verdict(table: pd.DataFrame, topics: Sequence[str], reference: Mapping[str, Any] | None) -> list[str]:
    whole, *groups = table.to_dict(orient="records")
    large = [group for group in groups if group["n_articles"] >= FEWEST and group["value"] != NO_DATE]
    found = []
    for group in [whole, *large] if whole["n_articles"] >= FEWEST else []:
        found += _against_training(group, reference)
    for group in large:
        found += _against_others(group, whole, topics)
    if whole["n_articles"] < FEWEST:
        return [f"{whole['n_articles']} articles are too few to tell: give {FEWEST} at least"]
    if reference is None:
        found.append("this model does not say what it was trained on: the articles were held against each other alone")
    if len(found) == (reference is None):
        known = f", {whole['out_of_vocabulary']:.1%} of the running words are unknown" if reference else ""
        return [f"no drift worth acting on: {whole['n_articles']} articles in {len(large)} groups{known}", *found]
    return [*found, "next: label some of these articles (`vnpolicy review`) and train again, then `vnpolicy compare`"]


def _against_training(group: Mapping[Any, Any], reference: Mapping[str, Any] | None) -> list[str]:
    if reference is None:
        return []
    found = []
    unknown, length = reference["out_of_vocabulary"], reference["length"]
    if group["out_of_vocabulary"] > max(unknown["p95"], 2 * unknown["p50"], 0.01):
        found.append(
            f"{_named(group)}: {group['out_of_vocabulary']:.1%} of the running words are unknown; in half of "
            f"the training articles up to {unknown['p50']:.1%}, in nearly all up to {unknown['p95']:.1%}"
        )
    if not length["p5"] <= group["length"] <= length["p95"]:
        found.append(
            f"{_named(group)}: half of the articles have {group['length']:.0f} syllables or more; those of training "
            f"mostly {length['p5']:.0f} to {length['p95']:.0f}"
        )
    return found


def _against_others(group: Mapping[Any, Any], whole: Mapping[Any, Any], topics: Sequence[str]) -> list[str]:
    found = []
    for topic in topics:
        apart = (
            group[f"rate_{topic}_low"] > whole[f"rate_{topic}_high"]
            or group[f"rate_{topic}_high"] < whole[f"rate_{topic}_low"]
        )
        if apart and group[f"psi_{topic}"] > SHIFTED:
            found.append(
                f"{_named(group)}: {group[f'rate_{topic}']:.1%} have {topic}, {whole[f'rate_{topic}']:.1%} of all; "
                f"stability index of the scores {group[f'psi_{topic}']:.2f}"
            )
    if group["doubtful"] > max(2 * whole["doubtful"], whole["doubtful"] + 0.05):
        found.append(f"{_named(group)}: {group['doubtful']:.1%} have a doubtful score, {whole['doubtful']:.1%} of all")
    return found


def _named(group: Mapping[Any, Any]) -> str:
    return "all articles" if group["group"] == WHOLE else f"{group['group']} {group['value']}"
