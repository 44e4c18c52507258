"""What drift amounts to: the verdict in plain sentences, the tables to read."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from vnpolicy_nlp.training.drift import Drift

    Group = Mapping[Any, Any]

__all__ = ["FEWEST", "NO_DATE", "PERIOD", "SOURCE", "WHOLE", "html_of", "text_of", "verdict_of", "wilson"]

WHOLE, PERIOD, SOURCE, NO_DATE = "all", "period", "source", "(no date)"
FEWEST = 50  # articles of a group below which nothing is concluded
FEWEST_CASES = 10  # articles with a tag, or a doubtful score, below which a change of their share is not
SHIFTED = 0.25  # population stability index: the customary mark of a great shift
TIMES_MORE = 3  # a topic of few articles in a thousand can grow this much and leave the index as it is
TIMES_DOUBTFUL = 2
LEAST_UNKNOWN = 0.01  # of running units: a share below which, or a rise by which, is nothing
STANDS_OUT = 1.5  # of the share in all articles
NAMED = 5  # groups that a sentence names, the worst first
WIDTH = 120
Z = 1.959964  # normal quantile of 95 %
_ABOUT_TOPICS = "Share of articles with a topic (95 % interval), and stability index of its scores against all others:"


def verdict_of(
    table: pd.DataFrame, topics: Sequence[str], unit: str, training: Mapping[str, Any], own: Mapping[str, Any]
) -> list[str]:
    """Return what is worth acting on, in plain sentences, or that nothing is.

    Parameters
    ----------
    table : DataFrame
        As `Drift` has it.
    topics : sequence of str
    unit : str
        What the units of lengths are called, in the plural.
    training : mapping
        What the model's record says of its training, with or without a ``profile``.
    own : mapping
        ``length`` and ``out_of_vocabulary`` of the articles themselves, to be used where training does not say.
    """
    whole, *groups = table.to_dict(orient="records")
    if whole["n_articles"] < FEWEST:
        return [f"{whole['n_articles']} articles are too few to tell: give {FEWEST} at least"]
    large = [group for group in groups if group["n_articles"] >= FEWEST]
    known = [group for group in large if group["value"] != NO_DATE]
    profile = training.get("profile")
    notes = _notes(whole, groups, training)
    trusted = profile and training.get("parameters", {}).get("min_df") != 1
    found = [
        *_unknown_words([whole, *large], unit, profile if trusted else None, own),
        *_lengths([whole, *large], unit, profile, own),
        *[sentence for topic in topics for sentence in _changes(known, whole, topic)],
        *_doubts(known, whole),
    ]
    if not found:
        unknown = f"{whole['out_of_vocabulary']:.1%} of the running words are unknown"
        return [f"no drift worth acting on: {whole['n_articles']} articles in {len(large)} groups, {unknown}", *notes]
    return [
        *found,
        *notes,
        "next: label some of these articles (`vnpolicy review`) and train again, then `vnpolicy compare`",
    ]


def wilson(n_tagged: float, n: float) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson 1927, Journal of the American Statistical Association 22)."""
    middle, spread = (n_tagged + Z**2 / 2) / (n + Z**2), Z * np.sqrt(n_tagged * (n - n_tagged) / n + Z**2 / 4)
    return max(0.0, float(middle - spread / (n + Z**2))), min(1.0, float(middle + spread / (n + Z**2)))


def text_of(drift: Drift) -> str:
    """Return the tables and the verdict as lines of text; of the groups those with 50 articles or more."""
    general, topics, left_out = _shown(drift)
    parts = [general.to_string(index=False), f"{_ABOUT_TOPICS}\n{topics.to_string(index=False, line_width=WIDTH)}"]
    if left_out:
        parts.append(f"groups of fewer than {FEWEST} articles, neither shown nor judged: {left_out}")
    return "\n\n".join([*parts, "\n".join(drift.verdict)])


def html_of(drift: Drift) -> str:
    """Return the same as a piece of HTML."""
    general, topics, left_out = _shown(drift)
    said = "".join(f"<li>{escape(sentence)}</li>" for sentence in drift.verdict)
    few = f"<p>groups of fewer than {FEWEST} articles, neither shown nor judged: {left_out}</p>" if left_out else ""
    tables = [table.to_html(index=False) for table in (general, topics)]
    return f"<ul>{said}</ul>{tables[0]}<p>{escape(_ABOUT_TOPICS)}</p>{tables[1]}{few}"


def _shown(drift: Drift) -> tuple[pd.DataFrame, pd.DataFrame, int]:
    large = (drift.table["n_articles"] >= FEWEST) | drift.table["group"].eq(WHOLE) | drift.table["value"].eq(NO_DATE)
    rows = drift.table[large]
    names = {"group": rows["group"], "value": rows["value"]}
    general = pd.DataFrame(
        {
            **names,
            "articles": rows["n_articles"],
            "without text": rows["n_without_text"],
            "median length": rows["length"].map("{:.0f}".format),
            "unknown words": rows["out_of_vocabulary"].map("{:.2%}".format),
            "doubtful": rows["doubtful"].map("{:.2%}".format),
        }
    )
    topics = pd.DataFrame(names | {topic: [_cell(row, topic) for _, row in rows.iterrows()] for topic in drift.topics})
    return general, topics, int((~large).sum())


def _cell(row: Any, topic: str) -> str:
    rate, low, high = (100 * row[f"rate_{topic}{end}"] for end in ("", "_low", "_high"))
    index = row[f"psi_{topic}"]
    return f"{rate:.1f}% ({low:.1f}-{high:.1f}) " + ("-" if index != index else f"{index:.2f}")


def _notes(whole: Group, groups: Sequence[Group], training: Mapping[str, Any]) -> list[str]:
    notes = []
    if not training.get("profile"):
        notes.append(
            "this model does not say what its training articles were like: these articles were held against each other "
            "alone"
        )
    elif training.get("parameters", {}).get("min_df") == 1:
        notes.append(
            "trained with min_df=1 a model knows every word of its training: unknown words were compared among these "
            "articles alone"
        )
    if undated := sum(group["n_articles"] for group in groups if group["value"] == NO_DATE):
        notes.append(f"{undated} of {whole['n_articles']} articles have no date that can be read")
    if whole["n_without_text"]:
        notes.append(f"{whole['n_without_text']} of {whole['n_articles']} articles have no text")
    return notes


def _unknown_words(
    groups: Sequence[Group], unit: str, profile: Mapping[str, Any] | None, own: Mapping[str, Any]
) -> list[str]:
    usual = (profile or own)["out_of_vocabulary"]
    if profile:
        most = max(usual["p95"], 2 * usual["p50"], LEAST_UNKNOWN)
        end = f"training articles have mostly {usual['p50']:.1%}, and 95 in 100 of them up to {usual['p95']:.1%}"
    else:  # the articles in question may be many, so not by the 95th percentile of all
        most = max(2 * usual["p50"], usual["p50"] + LEAST_UNKNOWN)
        end = f"these articles have mostly {usual['p50']:.1%}"
    strange = [group for group in groups if group["out_of_vocabulary"] > most]
    strange.sort(key=lambda group: (group["group"] != WHOLE, -group["out_of_vocabulary"]))
    if strange and strange[0]["group"] == WHOLE:  # then nearly all groups are: name those that stand out
        least = STANDS_OUT * strange[0]["out_of_vocabulary"]
        strange = [strange[0], *(group for group in strange[1:] if group["out_of_vocabulary"] > least)]
    start = f"running {unit} that the model does not know: "
    return _sentence(start, strange, lambda group: f"{group['out_of_vocabulary']:.1%}", f"; {end}")


def _lengths(
    groups: Sequence[Group], unit: str, profile: Mapping[str, Any] | None, own: Mapping[str, Any]
) -> list[str]:
    usual = (profile or own)["length"]
    odd = [group for group in groups if group["length"] and not usual["p5"] <= group["length"] <= usual["p95"]]
    odd.sort(key=lambda group: -abs(np.log(group["length"] / max(usual["p50"], 1))))
    odd = [group for group in odd if group["group"] == WHOLE] or odd
    whose = "training articles" if profile else "these articles"
    end = f"; 90 in 100 of {whose} have {usual['p5']:.0f} to {usual['p95']:.0f}"
    return _sentence(f"median length in {unit}: ", odd, lambda group: f"{group['length']:.0f}", end)


def _changes(groups: Sequence[Group], whole: Group, topic: str) -> list[str]:
    """Return in which groups a topic is clearly rarer or more frequent than elsewhere, and its scores others.

    What is three times as frequent counts whatever the scores. What is rarer does not: the others may be frequent.
    """
    rate = f"rate_{topic}"
    changed = []
    for group in groups:
        elsewhere = _elsewhere(group, whole, rate)
        shifted = group[f"psi_{topic}"] > max(SHIFTED, group[f"psi_{topic}_chance"])
        if _apart(group, whole, rate) and (shifted or group[rate] >= TIMES_MORE * elsewhere):
            changed.append(group)
    changed.sort(key=lambda group: -group[f"psi_{topic}"])
    return _sentence(
        f"articles with {topic}: ",
        changed,
        lambda group: (
            f"{group[rate]:.1%}, elsewhere {_elsewhere(group, whole, rate):.1%}, "
            f"stability index {group[f'psi_{topic}']:.2f}"
        ),
    )


def _doubts(groups: Sequence[Group], whole: Group) -> list[str]:
    doubtful = [
        group
        for group in groups
        if group["doubtful"] >= TIMES_DOUBTFUL * _elsewhere(group, whole, "doubtful")
        and _apart(group, whole, "doubtful")
    ]
    doubtful.sort(key=lambda group: -group["doubtful"])
    return _sentence(
        "articles with a doubtful score: ",
        doubtful,
        lambda group: f"{group['doubtful']:.1%}, elsewhere {_elsewhere(group, whole, 'doubtful'):.1%}",
    )


def _elsewhere(group: Group, whole: Group, share: str) -> float:
    """Return a share among all other articles; the group's own where there is no other."""
    n = whole["n_articles"] - group["n_articles"]
    counted = whole[share] * whole["n_articles"] - group[share] * group["n_articles"]
    return max(float(counted) / n, 0.0) if n else float(group[share])


def _apart(group: Group, whole: Group, share: str) -> bool:
    """Return whether the intervals of a share here and elsewhere do not meet, and it is one of more than a few."""
    n_here, elsewhere = group["n_articles"], _elsewhere(group, whole, share)
    n_there = whole["n_articles"] - n_here
    if n_there == 0 or max(group[share], elsewhere) * n_here < FEWEST_CASES:
        return False
    low, high = wilson(group[share] * n_here, n_here)
    least, most = wilson(elsewhere * n_there, n_there)
    return low > most or high < least


def _sentence(start: str, groups: Sequence[Group], figure: Callable[[Group], str], end: str = "") -> list[str]:
    """Return one sentence that names the groups, the worst, with their figures; none without groups."""
    if not groups:
        return []
    named = [f"{_name(group)} ({figure(group)})" for group in groups[:NAMED]]
    more = f" and {len(groups) - NAMED} more groups" if len(groups) > NAMED else ""
    return [f"{start}{', '.join(named)}{more}{end}"]


def _name(group: Group) -> str:
    return str(group["value"]) if group["group"] == WHOLE else f"{group['group']} {group['value']}"
