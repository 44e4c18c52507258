"""Cited documents: what is found, in which form, and that no spelling of a text can do harm."""

import json
import unicodedata

import pytest
from conftest import GOLDEN
from hypothesis import given
from hypothesis import strategies as st

from vnpolicy_nlp.text.documents import Document, cited_documents, find_documents

CASES = [json.loads(line) for line in (GOLDEN / "documents.jsonl").read_text("utf-8").splitlines()]
PIECES = (
    "Nghị quyết |NQ |NQTW |quyết định |QĐ|Chỉ thị |Thông tư |Luật |Bộ luật |Pháp lệnh |Hiến pháp |Đất đai|Thanh tra"
    "|Lao động|số |các |35|217|05|2013|-NQ/TW|-QĐ-TW|/2023/NĐ-CP|/QH15|/UBND-VX|-BYT|, | và |; | năm | ngày 22/10/2018"
    "| của Bộ Chính trị| của Uỷ ban nhân dân|Trung ương |Đại hội |XII| khoá XI|(|)| |\n|-|/|\u00d0|–|\xa0| người"
)
pieces = st.sampled_from(PIECES.split("|"))
messy = st.lists(st.one_of(pieces, st.text(max_size=4)), max_size=16).map("".join)
vietnamese = st.lists(pieces, max_size=16).map("".join)


def cited(text):
    return [str(document) for document in cited_documents(text)]


def quoted(text):
    return [(text[start:end], str(document)) for start, end, document in find_documents(text)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"][:40])
def test_golden(case):
    assert cited(case["text"]) == case["documents"]


def test_golden_sentences_are_of_many_kinds():
    assert len({case["text"] for case in CASES}) == len(CASES) >= 120
    for split in ("develop", "test"):
        mine = [case["documents"] for case in CASES if case["split"] == split]
        assert len(mine) >= 60
        assert mine.count([]) >= 20


def test_precision_and_recall_keep_their_floor():
    wanted = {(case["text"], document) for case in CASES for document in case["documents"]}
    found = {(case["text"], document) for case in CASES for document in cited(case["text"])}
    assert len(wanted & found) >= 0.95 * len(found)
    assert len(wanted & found) >= 0.95 * len(wanted)


def test_fields():
    assert cited_documents("Nghị quyết số 35-NQ/TW ngày 22/10/2018 của Bộ Chính trị") == [
        Document("Nghị quyết", "35-NQ/TW", "Bộ Chính trị", 2018)
    ]
    assert cited_documents("35-NQ/TW") == [Document("Nghị quyết", "35-NQ/TW", "Trung ương Đảng")]
    assert cited_documents("Luật Thanh tra năm 2022") == [Document("Luật", "", "Quốc hội", 2022, "Thanh tra")]
    assert cited_documents("NĐ 59/2023") == [Document("Nghị định", "59/2023/NĐ-CP", "Chính phủ", 2023)]
    assert cited_documents("Quyết định 9/QĐ-SHTT") == [Document("Quyết định", "09/QĐ-SHTT", "SHTT")]
    assert cited_documents("Quyết định 9") == [Document("Quyết định", "09")]


@pytest.mark.parametrize(
    ("code", "issuer"),
    [
        ("5-CT/TU", "Tỉnh ủy"),
        ("5/CT-TTg", "Thủ tướng Chính phủ"),
        ("5/2020/NĐ-CP", "Chính phủ"),
        ("34/2007/PL-UBTVQH11", "Ủy ban Thường vụ Quốc hội"),
        ("5/NQ-HĐND", "Hội đồng nhân dân"),
        ("5/KH-UBND", "Ủy ban nhân dân"),
        ("5-HD/BTGTW", "Ban Tuyên giáo Trung ương"),
        ("5/2020/TT-BYT", "Bộ Y tế"),
    ],
)
def test_letters_tell_the_issuer(code, issuer):
    assert [document.issuer for document in cited_documents(f"theo {code} thì")] == [issuer]


def test_a_document_has_what_any_mention_tells_of_it():
    text = "35-NQ/TW; Nghị quyết số 35-NQ/TW ngày 22/10/2018; Nghị quyết 35 của Bộ Chính trị"
    assert cited_documents(text) == [Document("Nghị quyết", "35-NQ/TW", "Bộ Chính trị", 2018)]


def test_short_and_full_forms_of_one_document_are_one():
    text = "Quyết định 217 hay. Quyết định số 217-QĐ/TW rõ. Theo 217-QĐ/TW và QĐ 217."
    assert cited(text) == ["Quyết định 217-QĐ/TW"]
    assert [piece for piece, _ in quoted(text)] == ["Quyết định 217", "Quyết định số 217-QĐ/TW", "217-QĐ/TW", "QĐ 217"]
    assert cited("Theo 37-QĐ/TW, tức là Quy định số 37-QĐ/TW") == ["Quy định 37-QĐ/TW"]
    assert cited("Luật Đất đai, tức Luật Đất đai năm 2024") == ["Luật Đất đai 2024"]
    assert cited("Nghị quyết 35 của Chính phủ và Nghị quyết 35-NQ/TW") == ["Nghị quyết 35/NQ-CP", "Nghị quyết 35-NQ/TW"]


def test_a_short_form_goes_with_the_full_form_before_it():
    full = ["Nghị quyết 11-NQ/TW", "Nghị quyết 11-NQ/TU"]
    documents = [document for _, document in quoted(f"{full[0]}, Nghị quyết 11; {full[1]}, Nghị quyết 11")]
    assert documents == [full[0], full[0], full[1], full[1]]


@pytest.mark.parametrize(
    ("spelled", "canonical"),
    [
        ("thông tư 02/2017- BYT", ["Thông tư 02/2017/TT-BYT"]),
        ("Nghị định 67/CP", ["Nghị định 67/NĐ-CP"]),
        ("Nghị định số 38/2012/ND-CP", ["Nghị định 38/2012/NĐ-CP"]),
        ("Nghị định số187/2004/NĐ-CP", ["Nghị định 187/2004/NĐ-CP"]),
        ("Bộ luật Hình sự Liên bang Nga", []),
        ("dự luật bảo hiểm y tế", []),
        ("Thông báo số 1100/X11-X14", []),
        ("Bộ luật 35/2023-BYT", []),
        ("QĐ số 217", ["Quyết định 217"]),
        ("NQ Trung ương 4 khóa XII", ["Nghị quyết Trung ương 4 khóa XII"]),
        ("văn bản số 76/TTCP-C.I", []),
        ("Luật số 71", ["Luật số 71"]),
        ("các Luật Đầu tư công, Nhà ở và Đất đai 2024", ["Luật Đầu tư công", "Luật Nhà ở", "Luật Đất đai 2024"]),
        ("Luật Nhà ở, Đất đai bạc màu", ["Luật Nhà ở"]),
    ],
)
def test_slips_and_lookalikes(spelled, canonical):
    assert cited(f"Xã dẫn {spelled}, rồi họp.") == canonical


@pytest.mark.parametrize("case", [case for case in CASES if case["documents"]], ids=lambda case: case["text"][:40])
def test_spellings_of_letters_and_capitals_make_no_difference(case):
    text = case["text"]
    for other in (
        unicodedata.normalize("NFD", text),
        text.replace("Đ", "\u00d0"),
        text.replace("-", "–"),
        text.replace(" ", "\xa0"),
        text.replace("ủy", "uỷ").replace("òa", "oà").replace("óa", "oá"),
    ):
        assert cited(other) == case["documents"]


@given(messy)
def test_any_text_has_spans_in_it(text):
    spans = find_documents(text)
    assert all(0 <= start < end <= len(text) for start, end, _ in spans)
    assert [start for start, _, _ in spans] == sorted(start for start, _, _ in spans)
    assert len(cited(text)) == len(set(cited(text)))


@given(vietnamese)
def test_composed_and_decomposed_text_cite_alike(text):
    composed, decomposed = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))
    assert cited(composed) == cited(decomposed)
    spelled = [unicodedata.normalize("NFC", piece) for piece, _ in quoted(decomposed)]
    assert spelled == [piece for piece, _ in quoted(composed)]


@given(vietnamese)
def test_canonical_forms_are_their_own_canonical_forms(text):
    for document in cited(text):
        assert cited(document) == [document]


@pytest.mark.parametrize(
    "unit",
    [
        "1",
        "1/",
        "12 ",
        "số 1 ",
        "NQ 1, ",
        "1-NQ/",
        "-NQ/TW",
        "Luật Đất đai, ",
        "Trung ương 4, ",
        "(",
        " ",
        "a\u0323\u0302",
    ],
)
def test_a_megabyte_of_anything_ends(unit):
    text = "Nghị quyết " + unit * (1_000_000 // len(unit))
    assert all(start < end for start, end, _ in find_documents(text))


def test_marks_without_end_do_no_harm():
    assert cited("NQ 35" + "\u0323\u0301" * 200_000 + " NQ 36") == ["Nghị quyết 35", "Nghị quyết 36"]
