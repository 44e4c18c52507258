"""Charts of a report, by Vega-Altair. Topics differ in shape, dash or place too, never in colour alone.

Bars stand in the order of the data (``sort=None``): a list of values to sort by would be compiled into an expression,
and values come from archives.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt
import pandas as pd

from vnpolicy_nlp.report.scale import Scale

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vnpolicy_nlp.report.report import ArchiveReport
    from vnpolicy_nlp.wording import Wording

__all__ = [
    "MOST_VALUES",
    "UNITS",
    "by_value_chart",
    "documents_chart",
    "drawn",
    "over_time_chart",
    "plain_over_time_chart",
    "scores_chart",
    "shares_chart",
]

UNITS = ("month", "quarter", "year")

# Contrast of at least 3 to white and to black.
_COLORS = ("#3b82c4", "#c2700c", "#0b8f68", "#a855f7", "#dc2626", "#0e8fae", "#8a7536", "#db2777", "#64748b", "#5b8c12")
_DASHES = ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [12, 4])
_SHAPES = ("circle", "square", "triangle-up", "diamond", "cross")
_WIDE: dict[str, Any] = {
    "width": "container",
    "autosize": alt.AutoSizeParams(type="fit-x", contains="padding", resize=True),
}
_PERIODS = alt.Axis(labelOverlap="greedy", labelSeparation=10, labelAngle=0)
_LEGEND = alt.Legend(orient="top", columns=1)
MOST_VALUES = 15  # bars of a chart; the table beside it has the others
_MOST_TOPICS = 12
_LEAST_SCORE = 0.05  # below lie nearly all articles of an archive; where there is a threshold, doubt begins lower


def drawn(report: ArchiveReport) -> list[str]:
    """Return the topics that charts show: all, or of very many the most frequent ones, in their order."""
    most = report.table["n_articles"].nlargest(_MOST_TOPICS).index
    return [topic for topic in report.topics if topic in most]


def over_time_chart(counts: pd.DataFrame, say: Wording) -> alt.Chart:
    """Return lines of articles a topic over time, by month, quarter or year, as counts or as shares.

    Parameters
    ----------
    counts : DataFrame
        As `ArchiveReport.over_time`.
    say : Wording
    """
    periods = pd.concat([_by_period(counts, unit, say) for unit in UNITS], ignore_index=True)
    unit = alt.param(
        name="period_unit",
        value=_unit_of(counts),
        bind=alt.binding_select(
            options=list(UNITS), labels=[say("month"), say("quarter"), say("year")], name=say("per")
        ),
    )
    names = list(dict.fromkeys(periods["topic"]))
    only = alt.param(
        name="only",
        value=None,
        bind=alt.binding_select(options=[None, *names], labels=[say("every"), *names], name=say("topic_select")),
    )
    chart = _lines(periods, say).add_params(unit, _measure(say), only)
    return chart.transform_filter("datum.unit == period_unit")


def plain_over_time_chart(counts: pd.DataFrame, unit: str, say: Wording, *, share: bool) -> alt.Chart:
    """Return lines of articles a topic over time, by one unit of `UNITS`, as counts or as shares."""
    fixed = alt.param(name="measure", value="share" if share else "n"), alt.param(name="only", value=None)
    return _lines(_by_period(counts, unit, say), say).add_params(*fixed).properties(width=640, autosize="pad")


def _unit_of(counts: pd.DataFrame) -> str:
    """Return the unit in which a chart begins: of many months quarters or years."""
    n_months = counts["month"].nunique()
    return "month" if n_months <= 24 else "quarter" if n_months <= 72 else "year"


def _by_period(counts: pd.DataFrame, unit: str, say: Wording) -> pd.DataFrame:
    """Return the counts of months put together by quarter or year."""
    frequency = {"month": "M", "quarter": "Q", "year": "Y"}[unit]
    periods = pd.PeriodIndex(counts["month"], freq="M").asfreq(frequency)
    summed = counts.assign(period=periods).groupby(["period", "topic"], sort=True)[["n_articles", "n_all"]].sum()
    table = summed.reset_index()
    return pd.DataFrame(
        {
            "unit": unit,
            "label": [_label(period, unit, say) for period in table["period"]],
            "topic": [say.topic(topic) for topic in table["topic"]],
            "n": table["n_articles"],
            "all": table["n_all"],
            "share": (table["n_articles"] / table["n_all"]).where(table["n_all"] > 0, 0.0),
        }
    )


def _label(period: pd.Period, unit: str, say: Wording) -> str:
    if unit == "month":
        return say.month(period.year, period.month)
    return say.quarter(period.year, period.quarter) if unit == "quarter" else str(period.year)


def _measure(say: Wording) -> alt.Parameter:
    return alt.param(
        name="measure",
        value="n",
        bind=alt.binding_select(options=["n", "share"], labels=[say("articles"), say("share")], name=say("show")),
    )


def _lines(periods: pd.DataFrame, say: Wording) -> alt.Chart:
    names = list(dict.fromkeys(periods["topic"]))
    return (
        alt.Chart(_values(periods))
        .transform_calculate(value="measure == 'share' ? datum.share : datum.n")
        .mark_line(point=alt.OverlayMarkDef(size=45, filled=True), strokeWidth=2)
        .encode(
            x=alt.X("label:O", title=None, sort=None, axis=_PERIODS),
            y=alt.Y("value:Q", title=None, axis=_measured_axis()),
            color=alt.Color("topic:N", title=None, scale=_colors(names), legend=_LEGEND),
            strokeDash=alt.StrokeDash("topic:N", title=None, scale=_cycle(names, _DASHES), legend=_LEGEND),
            shape=alt.Shape("topic:N", title=None, scale=_cycle(names, _SHAPES), legend=_LEGEND),
            opacity=alt.condition("only == null || datum.topic == only", alt.value(1.0), alt.value(0.12)),
            tooltip=[
                alt.Tooltip("label:N", title=say("period")),
                alt.Tooltip("topic:N", title=say("topic")),
                alt.Tooltip("n:Q", title=say("articles"), format=",d"),
                alt.Tooltip("all:Q", title=say("all_articles"), format=",d"),
                alt.Tooltip("share:Q", title=say("share"), format=".2%"),
            ],
        )
        .properties(**_WIDE, height=280)
    )


def shares_chart(table: pd.DataFrame, say: Wording) -> alt.LayerChart:
    """Return bars of the share of the archive that each topic has."""
    rows = pd.DataFrame(
        {
            "topic": [say.topic(topic) for topic in table.index],
            "n": table["n_articles"].to_numpy(),
            "share": table["share"].to_numpy(),
            "label": list(map(say.percent, table["share"])),
        }
    )
    names = rows["topic"].tolist()
    base = alt.Chart(_values(rows)).encode(
        x=alt.X(
            "share:Q",
            title=say("share_of_archive"),
            axis=alt.Axis(format="~%", tickCount=5),
            scale=_room(rows["share"], 0.2),
        ),
        y=alt.Y("topic:N", title=None, sort=None, axis=alt.Axis(labelLimit=260)),
        tooltip=[
            alt.Tooltip("topic:N", title=say("topic")),
            alt.Tooltip("n:Q", title=say("articles"), format=",d"),
            alt.Tooltip("share:Q", title=say("share"), format=".2%"),
        ],
    )
    bars = base.mark_bar().encode(color=alt.Color("topic:N", scale=_colors(names), legend=None))
    return (bars + base.mark_text(align="left", dx=4).encode(text="label:N")).properties(
        **_WIDE, height=36 * len(names)
    )


def scores_chart(own: pd.DataFrame, threshold: float | None, say: Wording) -> alt.LayerChart:
    """Return how many articles have which probability of a topic; those far below the threshold are left out.

    Parameters
    ----------
    own : DataFrame
        The rows of a topic in `ArchiveReport.scores`.
    threshold : float or None
        Where the tags begin.
    say : Wording
    """
    scale = Scale(threshold)
    least = scale.doubtful[0] if scale.is_doubtful(threshold or 0.0) else _LEAST_SCORE
    own = own[own["low"] >= least]
    kinds = [say("tagged"), say("not_tagged")]
    rows = pd.DataFrame(
        {
            "low": own["low"],
            "high": own["high"],
            "kind": [kinds[0] if tagged else kinds[1] for tagged in own["tagged"]],
            "n": own["n_articles"],
        }
    )
    bars = (
        alt.Chart(_values(rows))
        .mark_bar(binSpacing=1, stroke="currentColor", strokeWidth=0.5)
        .encode(
            x=alt.X("low:Q", bin="binned", title=say("probability"), scale=alt.Scale(domain=[0, 1]), axis=_percents()),
            x2="high:Q",
            y=alt.Y("n:Q", title=say("articles"), axis=alt.Axis(format=",d", tickMinStep=1)),
            color=alt.Color(
                "kind:N",
                title=None,
                scale=alt.Scale(domain=kinds, range=[_COLORS[0], "#9aa3ad"]),
                legend=alt.Legend(orient="top"),
            ),
            tooltip=[
                alt.Tooltip("kind:N", title=" "),
                alt.Tooltip("low:Q", title=say("from"), format=".0%"),
                alt.Tooltip("high:Q", title=say("to"), format=".0%"),
                alt.Tooltip("n:Q", title=say("articles"), format=",d"),
            ],
        )
    )
    line = (
        alt.Chart(_values(pd.DataFrame({"x": [threshold] if threshold is not None else []})))
        .mark_rule(strokeDash=[4, 3], color="currentColor", size=2)
        .encode(x="x:Q", tooltip=alt.Tooltip("x:Q", title=say("threshold"), format=".1%"))
    )
    return (bars + line).properties(**_WIDE, height=180)


def documents_chart(documents: pd.DataFrame, say: Wording) -> alt.LayerChart:
    """Return bars of the documents that most articles cite."""
    top = documents.head(MOST_VALUES)
    topics = [column for column in documents.columns if column not in ("document", "n_articles")]
    rows = pd.DataFrame(
        {
            "document": top["document"],
            "n": top["n_articles"],
            "by": [
                "; ".join(f"{say.topic(t)}: {say.number(row[t])}" for t in topics if row[t])
                for _, row in top.iterrows()
            ],
        }
    )
    base = alt.Chart(_values(rows)).encode(
        x=alt.X(
            "n:Q",
            title=say("articles"),
            axis=alt.Axis(format=",d", tickMinStep=1, tickCount=8),
            scale=_room(rows["n"], 0.1),
        ),
        y=alt.Y("document:N", title=None, sort=None, axis=alt.Axis(labelLimit=320)),
        tooltip=[
            alt.Tooltip("document:N", title=say("document")),
            alt.Tooltip("n:Q", title=say("articles"), format=",d"),
            alt.Tooltip("by:N", title=say("topic")),
        ],
    )
    text = base.mark_text(align="left", dx=4).encode(text=alt.Text("n:Q", format=",d"))
    return (base.mark_bar(color=_COLORS[0]) + text).properties(**_WIDE, height=24 * len(rows))


def by_value_chart(counts: pd.DataFrame, say: Wording) -> alt.Chart:
    """Return bars a topic for the most frequent values of a column, as counts or as shares of the value's articles.

    Parameters
    ----------
    counts : DataFrame
        As one of `ArchiveReport.by`.
    say : Wording
    """
    values = list(dict.fromkeys(counts["value"]))[:MOST_VALUES]
    top = counts[counts["value"].isin(values)]
    rows = pd.DataFrame(
        {
            "value": [value or say("no_value") for value in top["value"]],
            "topic": [say.topic(topic) for topic in top["topic"]],
            "n": top["n_articles"],
            "all": top["n_all"],
            "share": top["n_articles"] / top["n_all"],
        }
    )
    names = list(dict.fromkeys(rows["topic"]))
    return (
        alt.Chart(_values(rows))
        .transform_calculate(value2="measure == 'share' ? datum.share : datum.n")
        .mark_bar()
        .encode(
            x=alt.X("value2:Q", title=None, axis=_measured_axis()),
            y=alt.Y("value:N", title=None, sort=None, axis=alt.Axis(labelLimit=260)),
            yOffset=alt.YOffset("topic:N", sort=None),
            color=alt.Color("topic:N", title=None, scale=_colors(names), legend=_LEGEND),
            tooltip=[
                alt.Tooltip("value:N", title=" "),
                alt.Tooltip("topic:N", title=say("topic")),
                alt.Tooltip("n:Q", title=say("articles"), format=",d"),
                alt.Tooltip("all:Q", title=say("all_articles"), format=",d"),
                alt.Tooltip("share:Q", title=say("share"), format=".2%"),
            ],
        )
        .add_params(_measure(say))
        .properties(**_WIDE, height=len(values) * max(24, 12 * len(names)))
    )


def _values(table: pd.DataFrame) -> alt.Data:
    """Return rows as they stand: no limit of 5,000, no guesses of types."""
    return alt.Data(values=table.to_dict("records"))


def _measured_axis() -> alt.Axis:
    shown = (
        "measure == 'share' ? format(datum.value, '.1~%') : "
        "datum.value == floor(datum.value) ? format(datum.value, ',') : ''"  # there is no half an article
    )
    return alt.Axis(labelExpr=shown, tickCount=6)


def _room(lengths: pd.Series[Any], part: float) -> alt.Scale:
    """Return a scale with room for the numbers behind the bars."""
    return alt.Scale(domain=[0, max(float(lengths.max()), 1e-9) * (1 + part)], nice=False)


def _percents() -> alt.Axis:
    return alt.Axis(format="~%", tickCount=10, labelOverlap=True)


def _colors(names: Sequence[str]) -> alt.Scale:
    return _cycle(names, _COLORS)


def _cycle(names: Sequence[str], values: Sequence[Any]) -> alt.Scale:
    return alt.Scale(domain=list(names), range=[values[n % len(values)] for n in range(len(names))])
