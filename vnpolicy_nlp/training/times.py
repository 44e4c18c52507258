"""Dates as archives write them."""

from __future__ import annotations

import pandas as pd

from vnpolicy_nlp.text.dates import parse_day

__all__ = ["parse_times"]


def parse_times(given: pd.Series[str]) -> pd.Series[pd.Timestamp]:
    """Return times without a time zone, NaT where there is none to be read.

    Days may come before months, as in 26/11/2017; where a year comes first it is read as ISO has it.
    """
    iso = given.str.match(r"\s*\d{4}")
    parsed = pd.to_datetime(given.where(iso), format="ISO8601", errors="coerce", utc=True).fillna(
        pd.to_datetime(given.where(~iso), format="mixed", dayfirst=True, errors="coerce", utc=True)
    )
    times = parsed.dt.tz_localize(None)
    # Such as "Thứ hai, 26/11/2017, 10:30 (GMT+7)".
    days = pd.Series([parse_day(cell) for cell in given], index=given.index, dtype=object)
    return times.where(times.notna(), pd.to_datetime(days, errors="coerce"))
