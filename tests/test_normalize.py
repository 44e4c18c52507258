import unicodedata

import pytest
from conftest import golden
from hypothesis import given
from hypothesis import strategies as st

from vnpolicy_nlp.text.normalize import RULES, fired_rules, normalize, normalize_all

# Pieces out of which exports make their mischief, beside arbitrary text.
LINKS = (
    "RSS|In bài|Bản in|Gửi email|Gởi cho bạn bè|Chia sẻ|Lưu bài|Quay lại|Về đầu trang|Bình luận|Facebook|Twitter|Zalo"
)
LINES = (
    f"{LINKS}|Xem thêm|Đọc thêm|Theo dõi chúng tôi|Tin liên quan|Các bài khác|Bài viết cùng chuyên mục: a"
    "|Số lượt đọc: 3|Đã xem 7|Ảnh: B"
)
MARKS = ["&amp;", "&nbsp;", "<br/>", "</p>", "\n", "\r\n", " "]
WORDS = [
    "(BHG) - ",
    "hoà",
    "uỷ",
    "\u00d0",
    "o\u0300a",
    "Ảnh: X",
    "Lượt xem: 12",
    "quý",
    "(Ảnh: A)",
    "(Xem tiếp trang 2)",
]
lines = st.sampled_from([f"\n{line}\n" for line in LINES.split("|")])
messy = st.lists(st.one_of(st.sampled_from(MARKS + WORDS), lines, st.text(max_size=8)), max_size=20).map("".join)


@pytest.mark.parametrize("case", golden("normalize"))
def test_golden(case):
    assert normalize(case["text"]) == case["expected"]
    assert fired_rules(case["text"]) == case["rules"]


def test_every_rule_has_a_golden_case():
    fired = {rule for case in golden("normalize") for rule in fired_rules(case.values[0]["text"])}
    assert {rule.name for rule in RULES} == fired


@given(messy)
def test_normalising_again_changes_nothing(text):
    once = normalize(text)
    assert normalize(once) == once
    assert unicodedata.is_normalized("NFC", once)


@given(st.text(alphabet="aăâbcdđeêghiklmnoôơpqrstuưvxyáạảãàốộổỗồ ,.", max_size=60))
def test_composed_and_decomposed_text_come_out_alike(text):
    assert normalize(unicodedata.normalize("NFD", text)) == normalize(unicodedata.normalize("NFC", text))


@given(st.lists(messy, max_size=5))
def test_all_at_once_is_the_same(texts):
    assert normalize_all(texts) == [normalize(text) for text in texts]


def test_all_at_once_is_the_same_on_golden_cases_and_articles(corpus):
    texts = [case.values[0]["text"] for case in golden("normalize")] + corpus.texts
    assert normalize_all(texts) == [normalize(text) for text in texts]


@pytest.mark.parametrize("line", LINES.split("|"))
def test_lines_are_found_all_at_once_too(line):
    for text in (f"Xã họp.\n{line}\nDân bàn.", line.lower(), line.upper()):
        assert normalize_all([text]) == [normalize(text)]
        assert normalize(text) in ("Xã họp.\nDân bàn.", "")
