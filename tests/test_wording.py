"""What pages say: both languages say the same things, with numbers and dates as each has them."""

import datetime as dt
import string
import tomllib

import pytest
from conftest import ROOT

from vnpolicy_nlp.wording import LANGUAGES, wording

TABLE = tomllib.loads((ROOT / "vnpolicy_nlp" / "wording.toml").read_text("utf-8"))


@pytest.mark.parametrize("key", TABLE)
def test_both_languages_have_the_same_gaps(key):
    gaps = {code: {gap for _, gap, _, _ in string.Formatter().parse(TABLE[key][code]) if gap} for code in LANGUAGES}
    assert set(TABLE[key]) == set(LANGUAGES)
    assert gaps["vi"] == gaps["en"]


def test_every_text_is_used():
    code = "".join(path.read_text("utf-8") for path in (ROOT / "vnpolicy_nlp").rglob("*.[pj][ys]"))
    assert not [key for key in TABLE if f'"{key}"' not in code and f"'{key}'" not in code]


def test_numbers_and_dates():
    vi, en = wording("vi"), wording("en")
    assert (vi.number(17550), en.number(17550)) == ("17.550", "17,550")
    assert (vi.number(-1234.5, 1), en.number(-1234.5, 1)) == ("\u22121.234,5", "\u22121,234.5")
    shares = (0, 0.00001, 0.0012, 0.034, 0.0996, 0.5, 0.996, 0.9996, 1)
    shown = ["0", "< 0,01", "0,12", "3,4", "10", "50", "> 99,9", "> 99,9", "100"]
    assert [vi.percent(share) for share in shares] == [f"{text}\N{NO-BREAK SPACE}%" for text in shown]
    assert en.percent(0.034) == "3.4%"
    day = dt.date(2017, 3, 9)
    assert (vi.day(day), en.day(day)) == ("09/03/2017", "9 Mar 2017")
    assert (vi.month(2017, 3), en.month(2017, 3)) == ("03/2017", "Mar 2017")
    assert (vi.quarter(2017, 4), en.quarter(2017, 4)) == ("Quý IV/2017", "Q4 2017")
    moment = dt.datetime(2017, 3, 9, 7, 5, tzinfo=dt.UTC)
    assert vi.moment(moment) == "07:05, 09/03/2017 (UTC)"
    assert (vi.topic("ideology_work"), vi.topic("kinh_te")) == ("Công tác tư tưởng", "kinh_te")
