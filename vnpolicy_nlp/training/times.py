"""Dates as archives write them."""

from __future__ import annotations

import pandas as pd

__all__ = ["parse_times"]


def parse_times(given: pd.Series[str]) -> pd.Series[pd.Timestamp]:
    """Return times without a time zone, NaT where there is none to be read.

    Days may come before months, as in 26/11/2017; where a year comes first it is read as ISO has it.
    """
    iso = given.str.match(r"\s*\d{4}")
    parsed = pd.to_datetime(given.where(iso), format="ISO8601", errors="coerce", utc=True).fillna(
        pd.to_datetime(given.where(~iso), format="mixed", dayfirst=True, errors="coerce", utc=True)
    )
    return parsed.dt.tz_localize(None)
