"""Encodings: told or refused, and read right whatever the chunks."""

import io
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vnpolicy_nlp.archive import encodings
from vnpolicy_nlp.archive.encodings import ENCODINGS, detect, utf8_chunks
from vnpolicy_nlp.errors import TableError

TEXT = "id,tiêu đề\r\n1,Xã Đồi họp dân về đường\r\n2,Mặt trận huyện giám sát việc thu phí chợ\r\n"


def read(data, encoding):
    return b"".join(utf8_chunks(io.BytesIO(data), encoding)).decode("utf-8")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_is_told_and_read(encoding):
    data = TEXT.encode(encoding)
    assert read(data, detect(data)) == TEXT


def test_windows_1258_is_read_where_it_is_named(monkeypatch):
    data = unicodedata.normalize("NFD", TEXT).replace("\u0302", "").encode("cp1258", "ignore")
    expected = unicodedata.normalize("NFC", data.decode("cp1258"))
    for size in (1, 2, 3, 1000):
        monkeypatch.setattr(encodings, "_CHUNK", size)
        assert read(data, "windows-1258") == expected


@pytest.mark.parametrize("data", [TEXT.encode("gb18030", "ignore") * 9, bytes(range(128, 256)) * 4])
def test_what_cannot_be_told_is_refused(data):
    with pytest.raises(TableError, match="give it with --encoding, one of utf-8"):
        detect(data)


def test_a_bad_byte_in_a_thousand_is_for_the_reader():
    data = (TEXT * 100).encode() + b"3,\xff\r\n"
    assert detect(data) == "utf-8"
    assert b"".join(utf8_chunks(io.BytesIO(data), "utf-8")) == data


def test_a_name_that_is_none():
    with pytest.raises(TableError, match="there is no encoding 'klingon' here"):
        read(b"", "klingon")


@given(st.text(max_size=50), st.sampled_from([name for name in ENCODINGS if name.startswith("utf")]))
def test_any_text_comes_through(text, encoding):
    data = text.encode(encoding)
    assert read(data, encoding) == text.removeprefix("\ufeff")
