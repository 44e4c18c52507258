"""Whether a model still fits the articles that it tags: by month, by source, and against its training."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from vnpolicy_nlp.errors import ColumnError, InputError, LabelError
from vnpolicy_nlp.model.columns import TOPICS_COLUMN, check_columns, guess_text_columns, score_column
from vnpolicy_nlp.text.dates import DATE_COLUMNS
from vnpolicy_nlp.text.prepare import encode, join_cells
from vnpolicy_nlp.training.drift_text import (
    FEWEST,
    NO_DATE,
    PERIOD,
    SOURCE,
    WHOLE,
    html_of,
    text_of,
    verdict_of,
    wilson,
)
from vnpolicy_nlp.training.labels import binarize_labels
from vnpolicy_nlp.training.profile import count_units, quantiles, score_edges, stability_index, units_profile
from vnpolicy_nlp.training.tables import as_strings
from vnpolicy_nlp.training.times import parse_times

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from vnpolicy_nlp.model.tagger import Tagger

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["Drift", "drift", "guess_date_column"]

_DOUBT = float(np.log(3.0))
_PLACES = 4  # of scores, as `vnpolicy tag` writes them


@dataclass(frozen=True, eq=False)
class Drift:
    """What became of the articles since the model was trained. HTML in a notebook.

    Attributes
    ----------
    verdict : list of str
        What is worth acting on, in plain sentences, or that nothing is.
    table : DataFrame
        One row for all articles, for each period and for each source. Columns: ``group`` ("all", "period",
        "source"), ``value``, ``n_articles``, ``n_without_text``; ``length``, the median in units of articles with
        text; ``out_of_vocabulary``, the share of the running units that the model does not know; ``doubtful``, the
        share of articles with a doubtful score (see `drift`); for each topic ``rate_<topic>``, the share of articles
        with the tag, with its 95 % interval (Wilson 1927) ``_low`` and ``_high``; ``score_<topic>``, the mean, and
        ``_p5``, ``_p50`` and ``_p95``; ``psi_<topic>``, the population stability index of the scores against all
        other articles, for all articles against training, and ``_chance``, what it exceeds by chance in 5 % of cases.
    topics : tuple of str
    reference : dict or None
        What the training articles were like; None for models that do not say.
    """

    verdict: list[str]
    table: pd.DataFrame
    topics: tuple[str, ...]
    reference: Mapping[str, Any] | None = field(default=None)

    def to_dict(self) -> dict[str, Any]:
        """Return the same as JSON values, None for what is not defined."""
        rows = self.table.round(6).astype(object).where(self.table.notna(), None)
        return {
            "verdict": self.verdict,
            "topics": list(self.topics),
            "groups": rows.to_dict(orient="records"),
            "training": self.reference,
        }

    def __str__(self) -> str:
        return text_of(self)

    def __repr__(self) -> str:
        return f"Drift({self.verdict})"

    def _repr_html_(self) -> str:
        return html_of(self)


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
        One article a row, with its text columns. Tags are taken from a column ``topics`` and probabilities from
        ``score_<topic>``, as ``vnpolicy tag --scores`` writes them; what is missing is worked out here.
    model : Tagger or fitted TopicTagger
    text : str or sequence of str, optional
        The text columns; without it the usual names are looked for.
    date : str, optional
        The column of dates, ISO or with the day first. Without it a usual name is looked for. Periods are months,
        or else quarters or years: the shortest of which half have 50 articles or more.
    source : str, optional
        A column such as the newspaper.

    Raises
    ------
    ColumnError
        If a column is not there, or scores are no probabilities.
    LabelError
        If the column ``topics`` holds one that the model does not have.
    InputError
        If there is no article.

    Notes
    -----
    Training articles are chosen: a third of them may have a topic, and a few in a thousand of an archive. So a lower
    rate than in training is no alarm. What is: words that the model does not know, articles far longer or shorter than
    those it learnt from, rates and scores that change within the archive, and doubtful scores that grow. A rate has
    changed if its interval and that of all other articles do not meet, and either the scores have, as below, or it is
    three times as high: scores of a topic that few have do not show that.

    A score is doubtful if its odds are between a third and three times those of the threshold; of exclusive topics if
    the likeliest is less than three times as likely as the next. Groups of fewer than 50 articles are not judged.

    Scores are compared by the population stability index over the deciles of all articles,
    ``sum((p - q) * ln(p / q))`` (Siddiqi 2006, "Credit risk scorecards"); above 0.25 it counts as a great shift.
    Chance alone makes it some ``(1 / n + 1 / m)`` times a chi-squared variable with as many degrees of freedom as bins
    but one (Yurdakul 2018, "Statistical properties of population stability index"), which in groups of 50 articles
    can be more than that, so both must be exceeded. Each interval and each limit is of 5 %, not corrected for the
    number of groups.
    """
    tagger = getattr(model, "tagger_", model)
    if tagged.empty:
        raise InputError("no article to look at: the table is empty")
    table = as_strings(tagged)
    names = list(table.columns)
    columns = guess_text_columns(names) if text is None else [text] if isinstance(text, str) else list(text)
    date = guess_date_column(names) if date is None else date
    check_columns(names, [*columns, *filter(None, (date, source))], added=())
    facts = _facts(table, [join_cells(cells) for cells in table[columns].itertuples(index=False)], tagger)
    profile = tagger.record.get("training", {}).get("profile")
    rows = [_row(facts, WHOLE, "all articles", np.arange(len(table))) | _against_training(facts, profile)]
    if date is not None:
        rows += [_row(facts, PERIOD, *members) for members in _members(_periods(table[date]))]
    if source is not None:
        rows += [_row(facts, SOURCE, *members) for members in _members(table[source].tolist())]
    found = pd.DataFrame(rows)
    unit = f"{tagger.parts.views[-1].view.unit}s"
    own = units_profile(facts.units, facts.unknown)
    verdict = verdict_of(found, tagger.topics, unit, tagger.record.get("training", {}), own)
    return Drift(verdict, found, tagger.topics, profile)


def guess_date_column(columns: Sequence[str]) -> str | None:
    """Return the column that by its name holds dates, None if there is none."""
    by_name = {name.strip().casefold(): name for name in reversed(columns)}
    return next((by_name[name] for name in DATE_COLUMNS if name in by_name), None)


@dataclass(frozen=True, eq=False)
class _Facts:
    """What is known of each article, and of its scores the bin: `bins` has shape (n_articles, n_topics)."""

    topics: tuple[str, ...]
    tags: NDArray[np.bool_]
    scores: Floats
    bins: Ints
    doubtful: NDArray[np.bool_]
    units: Ints
    unknown: Ints


def _facts(table: pd.DataFrame, texts: list[str], tagger: Tagger) -> _Facts:
    scores, tags = _given_scores(table, tagger.topics), _given_tags(table, tagger.topics)
    if scores is None or tags is None:
        decisions, probabilities = tagger.predict_both(texts)
        scores = probabilities if scores is None else scores
        tags = decisions.astype(bool) if tags is None else tags
    scores = np.round(scores, _PLACES)
    bins = np.column_stack([np.searchsorted(score_edges(column), column) for column in scores.T])
    words = (article for batch in encode(texts) for article in batch.words())
    units, unknown = count_units(words, tagger.parts)
    return _Facts(tagger.topics, tags, scores, bins, _doubtful(scores, tagger), units, unknown)


def _given_scores(table: pd.DataFrame, topics: Sequence[str]) -> Floats | None:
    names = [score_column(topic) for topic in topics]
    if not set(names) <= set(table.columns):
        return None
    try:
        scores = table[names].astype(float).to_numpy()
    except ValueError as error:
        raise ColumnError(
            f"the columns {', '.join(names)} hold something else than numbers: {error}; drop them to score anew"
        ) from error
    if not ((scores >= 0) & (scores <= 1)).all():
        raise ColumnError(
            f"the columns {', '.join(names)} must hold probabilities from 0 to 1: drop them to score anew"
        )
    return np.asarray(scores)


def _given_tags(table: pd.DataFrame, topics: Sequence[str]) -> NDArray[np.bool_] | None:
    if TOPICS_COLUMN not in table.columns:
        return None
    try:
        return binarize_labels(table[TOPICS_COLUMN].tolist(), topics)[0].astype(bool)
    except LabelError as error:
        raise LabelError(
            f"the column {TOPICS_COLUMN} is not from this model ({error}): name the model that wrote it, or drop it"
        ) from error


def _doubtful(scores: Floats, tagger: Tagger) -> NDArray[np.bool_]:
    with np.errstate(divide="ignore", invalid="ignore"):  # infinite log-odds are far from any threshold
        if tagger.exclusive:
            next_best, best = np.sort(np.log(scores), axis=1).T[-2:]
            return np.asarray(best - next_best < _DOUBT)
        thresholds = np.array([tagger.thresholds[topic] for topic in tagger.topics])
        away = np.log(scores) - np.log1p(-scores) - np.log(thresholds) + np.log1p(-thresholds)
    return np.asarray((np.abs(away) < _DOUBT).any(axis=1))


def _periods(dates: pd.Series[str]) -> list[str]:
    local = parse_times(dates)
    for unit in ("M", "Q", "Y"):
        named = local.dt.to_period(unit).astype(str)
        if named[local.notna()].value_counts().median() >= FEWEST:
            break
    return [NO_DATE if missing else name for name, missing in zip(named, local.isna(), strict=True)]


def _members(values: Sequence[str]) -> Iterator[tuple[str, Ints]]:
    """Yield each value with the places where it stands, sorted."""
    names, number = np.unique(np.asarray(values, dtype=object), return_inverse=True)
    places = np.split(np.argsort(number, kind="stable"), np.cumsum(np.bincount(number))[:-1])
    yield from zip(names.tolist(), places, strict=True)


def _row(facts: _Facts, group: str, value: str, rows: Ints) -> dict[str, Any]:
    units, n = facts.units[rows], len(rows)
    found: dict[str, Any] = {
        "group": group,
        "value": value or "(empty)",
        "n_articles": n,
        "n_without_text": int((units == 0).sum()),
        "length": float(np.median(units[units > 0])) if units.any() else 0.0,
        "out_of_vocabulary": float(facts.unknown[rows].sum() / max(units.sum(), 1)),
        "doubtful": float(facts.doubtful[rows].mean()),
    }
    for column, topic in enumerate(facts.topics):
        n_tagged, scores = int(facts.tags[rows, column].sum()), facts.scores[rows, column]
        found[f"rate_{topic}"] = n_tagged / n
        found[f"rate_{topic}_low"], found[f"rate_{topic}_high"] = wilson(n_tagged, n)
        found[f"score_{topic}"] = float(scores.mean())
        found |= {f"score_{topic}_{name}": figure for name, figure in quantiles(scores).items()}
        everywhere = np.bincount(facts.bins[:, column])
        here = np.bincount(facts.bins[rows, column], minlength=len(everywhere))
        found[f"psi_{topic}"], found[f"psi_{topic}_chance"] = stability_index(here, everywhere - here)
    return found


def _against_training(facts: _Facts, profile: Mapping[str, Any] | None) -> dict[str, float]:
    """Return the index of all scores against those of training, which came out of models that did not see them."""
    found = {}
    for column, topic in enumerate(facts.topics if profile else ()):
        deciles = np.round(profile["score_deciles"][topic], _PLACES) if profile else np.zeros(0)
        edges = np.unique(deciles[1:-1])
        below = (np.searchsorted(deciles, edges, side="right") - 1) / 10  # the share of training up to each edge
        there = np.diff(below, prepend=0.0, append=1.0) * 10 * FEWEST  # its size is not known, so take a modest one
        here = np.bincount(np.searchsorted(edges, facts.scores[:, column]), minlength=len(there))
        found[f"psi_{topic}"], found[f"psi_{topic}_chance"] = stability_index(here, there)
    return found
