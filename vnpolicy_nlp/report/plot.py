"""A chart for those who work in pandas."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pandas as pd

from vnpolicy_nlp.errors import ColumnError, InputError
from vnpolicy_nlp.report import tables
from vnpolicy_nlp.report.layout import Layout, Wanted
from vnpolicy_nlp.report.page import check_packages
from vnpolicy_nlp.report.tally import topics_of
from vnpolicy_nlp.text.dates import parse_day
from vnpolicy_nlp.wording import wording

if TYPE_CHECKING:
    from datetime import date as day

    import altair as alt

__all__ = ["plot_topics_over_time"]


def plot_topics_over_time(
    tagged: pd.DataFrame,
    date: str | None = None,
    *,
    freq: str = "month",
    share: bool = False,
    language: str = "vi",
) -> alt.Chart:
    """Return a chart of the articles a topic over time.

    Parameters
    ----------
    tagged : DataFrame
        As `Tagger.tag_frame` returns it: a column ``topics``, and one of dates.
    date : str, optional
        The column of dates: datetimes, dates, periods, or texts such as "26/11/2017"; usual names are looked for
        without it. Rows without a date are left out.
    freq : {"month", "quarter", "year"}
    share : bool
        Whether to show shares of all articles of the time instead of counts.
    language : {"vi", "en"}

    Returns
    -------
    altair.Chart
        To be shown by a notebook, changed, or saved.

    Raises
    ------
    ColumnError
        If there is no column of topics or of dates.
    InputError
        If `freq` is none of these, or no date can be read.
    OutputError
        If the packages that draw charts are not installed.
    """
    check_packages()
    if not isinstance(tagged, pd.DataFrame):
        raise InputError("give a DataFrame, as pd.read_csv reads a tagged file")
    from vnpolicy_nlp.report.charts import UNITS, plain_over_time_chart

    if freq not in UNITS:
        raise InputError(f"there is no freq {freq!r}: give one of {', '.join(UNITS)}")
    layout = Layout.of(list(map(str, tagged.columns)), Wanted(date), "the table")
    if layout.date is None:
        raise ColumnError(f"no column looks like dates: name it; the columns are: {', '.join(layout.columns)}")
    counts: Counter[tuple[int, tuple[str, ...]]] = Counter()
    topics_given = tagged.iloc[:, layout.topics]
    for when, cell in zip(_days(tagged.iloc[:, layout.date]), topics_given, strict=True):
        if when is not None:
            counts[12 * when.year + when.month - 1, topics_of("" if pd.isna(cell) else str(cell))] += 1
    if not counts:
        raise InputError(f"no cell of the column {layout.name_of(layout.date)!r} could be read as a date")
    topics = sorted({topic for _, found in counts for topic in found} | set(layout.scores))
    return plain_over_time_chart(tables.over_time(counts, topics), freq, wording(language), share=share)


def _days(column: pd.Series) -> list[day | None]:
    """Return the days of a column of dates or of texts."""
    if isinstance(column.dtype, pd.PeriodDtype):
        column = column.dt.to_timestamp()
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return [None if pd.isna(when) else when.date() for when in column]
    return [None if pd.isna(when) else parse_day(str(when)) for when in column]
