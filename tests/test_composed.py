"""Decomposed text: what `composed` makes of it is what Unicode makes of it, and every character is found again."""

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vnpolicy_nlp.text.composed import composed

letters = st.sampled_from([*"aêơyđĐ .\n", "\u0323", "\u0301", "\u0302", "ệ", "\u1ee3", "\u212b", "\u0344", "“", "中"])


@given(st.one_of(st.lists(letters).map("".join), st.text()))
def test_all_characters_stand_where_they_stood(text):
    plain, places = composed(text)
    places = range(len(text) + 1) if places is None else places
    assert len(places) == len(plain) + 1
    assert places[-1] == len(text)
    assert all(first <= second for first, second in pairwise(places))
    assert unicodedata.normalize("NFD", plain) == unicodedata.normalize("NFD", text)


@given(st.lists(st.sampled_from([*"Xã họp dân bàn, ở Huế.\n", "Đường", "nghiêng", "tuyển"])).map("".join))
def test_vietnamese_is_composed_as_unicode_says(text):
    plain, _ = composed(unicodedata.normalize("NFD", text))
    assert plain == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize(
    ("text", "plain", "places"),
    [
        ("xã họp", "xã họp", None),
        ("xa\u0303 ho\u0323p", "xã họp", [0, 1, 3, 4, 5, 7, 8]),
        ("e\u0323\u0302!", "ệ!", [0, 3, 4]),
        ("\u0301a\u0300", "\u0301à", [0, 1, 3]),
        (" \u0301\u212b", " \u0301Å", [0, 1, 2, 3]),
    ],
)
def test_places(text, plain, places):
    assert composed(text) == (plain, places)
