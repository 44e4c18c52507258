"""Passages: nothing of an article is lost between them, and each can be quoted."""

import re
import unicodedata
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from vnpolicy_nlp.text.passages import passages

SENTENCE = "Sáng nay, Ủy ban MTTQ xã họp với 25 hộ dân của xóm về con đường mới."
pieces = st.sampled_from(
    [
        SENTENCE,
        "a",
        " ",
        "\n",
        "\n\n",
        "TP. Huế",
        ". ",
        "x" * 900,
        "\t",
        "”",
        "Ảnh: PV\n",
        "1. Một",
        "e\u0302",
        "\u0323",
        "x\u0301",
    ]
)


def quoted(text):
    return [text[start:end] for start, end in passages(text)]


@given(st.lists(pieces, max_size=40).map("".join))
def test_all_but_white_space_is_in_one_passage(text):
    spans = passages(text)
    assert all(first[1] <= second[0] for first, second in pairwise(spans))
    assert "".join("".join(quoted(text)).split()) == "".join(text.split())
    assert all(piece and piece == piece.strip() for piece in quoted(text))


@given(st.lists(st.sampled_from([SENTENCE, "Được.", "\n", "xã họp", "x\u0323"]), max_size=60).map(" ".join))
def test_decomposed_text_is_cut_where_composed_text_is(text):
    assert [unicodedata.normalize("NFC", piece) for piece in quoted(unicodedata.normalize("NFD", text))] == quoted(
        unicodedata.normalize("NFC", text)
    )


@given(st.lists(st.sampled_from([SENTENCE, "xã họp dân"]), min_size=1, max_size=60).map(" ".join))
def test_passages_have_a_length_to_quote(text):
    assert all(len(piece) <= 1100 for piece in quoted(text))


def test_paragraphs_are_passages_and_short_lines_go_with_the_next():
    long = " ".join([SENTENCE] * 3)
    assert quoted(f"{long}\n{long}") == [long, long]
    assert quoted(f"Họp dân bàn làm đường\n{long}\nẢnh: PV") == [f"Họp dân bàn làm đường\n{long}", "Ảnh: PV"]
    assert quoted("") == quoted(" \n ") == []


def test_long_paragraphs_are_cut_between_sentences():
    text = " ".join([SENTENCE, 'Bà nói: "Được." Ông Tư, ở P. 5, TP. Huế, cũng nghĩ vậy.'] * 12)
    assert len(quoted(text)) == 3
    assert all(re.fullmatch(r"(?:Sáng|Bà|Ông).*(?:mới|vậy|Được)\.\"?", piece) for piece in quoted(text))


def test_a_text_without_sentences_is_cut_at_blanks_and_one_without_blanks_is_not():
    assert [len(piece) for piece in quoted("một hai " * 250)] == [663, 667, 667]
    assert quoted("x" * 5000) == ["x" * 5000]
