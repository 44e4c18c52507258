"""Days as Vietnamese archives write them."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

__all__ = ["DATE_COLUMNS", "parse_day"]

DATE_COLUMNS = (
    *("date", "published", "publish_date", "published_date", "published_at", "publishedat", "pub_date", "pubdate"),
    *("ngay", "ngày", "ngay_dang", "ngày_đăng", "ngày đăng", "ngày xuất bản", "ngay_xuat_ban", "ngày_xuất_bản"),
    *("created_at", "datetime", "thoi_gian", "thời gian", "thời_gian", "time"),
)
"""Usual names of the column of publication, the likeliest first."""

_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: n for n, name in enumerate(_NAMES, start=1)}
_FORMS = (
    re.compile(r"(?<!\d)(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?!\d)"),  # 2017-11-26T10:30+07:00
    re.compile(r"(?<!\d)(?P<day>\d{1,2})[-/.](?P<month>\d{1,2})[-/.](?P<year>\d{4})(?!\d)"),  # Thứ hai, 26/11/2017
    re.compile(r"(?<!\d)(?P<day>\d{1,2}) tháng (?P<month>\d{1,2})(?:,| năm) ?(?P<year>\d{4})(?!\d)", re.IGNORECASE),
    re.compile(r"^\s*(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})(?:\d{6})?\s*$"),  # 20171126, 20171126103000
    re.compile(r"(?<!\d)(?P<day>\d{1,2})[- ](?P<name>[A-Za-z]{3})[a-z]*\.?,?[- ](?P<year>\d{4})(?!\d)"),  # 26 Nov 2017
    re.compile(r"\b(?P<name>[A-Za-z]{3})[a-z]*\.? (?P<day>\d{1,2}),? (?P<year>\d{4})(?!\d)"),  # November 26, 2017
)


@lru_cache(maxsize=1 << 16)
def parse_day(cell: str) -> date | None:
    """Return the day that a cell names, None where there is none to be read.

    The day as it is written, whatever the time zone. Days come before months, as in 26/11/2017, unless the year comes
    first; 11/26/2017 is no day.
    """
    for form in _FORMS:
        if found := form.search(cell):
            parts = found.groupdict()
            month = _MONTHS.get(parts["name"].lower(), 0) if parts.get("name") else int(parts["month"])
            try:
                return date(int(parts["year"]), month, int(parts["day"]))
            except ValueError:
                continue
    return None
