"""Encodings: told or refused, and read right whatever the chunks."""

import io
import random
import unicodedata

import pytest
from conftest import ROOT
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vnpolicy_nlp.archive import encodings
from vnpolicy_nlp.archive.encodings import ENCODINGS, describe, detect, utf8_chunks
from vnpolicy_nlp.errors import EncodingError, TableError

GOLDEN = ROOT / "tests/golden/encodings"
TEXT = (GOLDEN / "text.txt").read_text("utf-8")
LEGACY = ["windows-1258", "tcvn3", "tcvn5712-1", "vni"]
UNICODE = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"]
CSV = "id,tiêu đề\r\n1,Xã Đồi họp dân về đường\r\n2,Mặt trận huyện giám sát việc thu phí chợ\r\n"


def golden(encoding, name="text"):
    return (GOLDEN / f"{name}.{encoding}").read_bytes()


def read(data, encoding):
    return b"".join(utf8_chunks(io.BytesIO(data), encoding)).decode("utf-8")


def as_text(data, codec="cp1252"):
    """Return bytes as they are in a file that took them for Windows-1252, as browsers do, or for Latin-1."""
    if codec == "latin-1":
        return data.decode("latin-1").encode()
    return "".join(bytes([byte]).decode(codec, "ignore") or chr(byte) for byte in data).encode()


class Dripping(io.BytesIO):
    """A file that gives less than it is asked for."""

    def read(self, size=-1):
        return super().read(min(size, 7))


@pytest.mark.parametrize("encoding", UNICODE)
@pytest.mark.parametrize("text", [CSV, TEXT])
def test_unicode_is_told_and_read(text, encoding):
    data = text.encode(encoding)
    assert read(data, detect(data)) == text


@pytest.mark.parametrize("name", ["text", "letters"])
@pytest.mark.parametrize("encoding", LEGACY)
def test_golden_files_of_other_converters_are_read(encoding, name):
    expected = (GOLDEN / f"{name}.txt").read_text("utf-8")
    assert read(golden(encoding, name), encoding) == expected
    assert read(as_text(golden(encoding, name)), encoding) == expected
    assert read(as_text(golden(encoding, name), "latin-1"), encoding) == expected


def test_the_golden_letters_are_all():
    letters = (GOLDEN / "letters.txt").read_text("utf-8").split()
    vowels = {
        unicodedata.normalize("NFC", v + tone)
        for v in "aăâeêioôơuưy"
        for tone in ["", *"\u0300\u0301\u0303\u0309\u0323"]
    }
    lower = (vowels - set("aeiouy")) | {"đ"}
    assert set(letters) == lower | {letter.upper() for letter in lower}
    assert len(letters) == 134


@pytest.mark.parametrize("encoding", LEGACY)
def test_old_encodings_are_told(encoding):
    assert detect(golden(encoding)) == encoding
    assert detect(as_text(golden(encoding))) == encoding
    assert detect(as_text(golden(encoding), "latin-1")) == encoding


@pytest.mark.parametrize("encoding", ["windows-1258", "tcvn3", "vni"])
def test_two_sentences_are_enough(encoding):
    lines = golden(encoding).split(b"\n")
    for start in range(len(lines) - 2):
        sample = b"\n".join(lines[start : start + 2])
        assert detect(sample) == detect(as_text(sample)) == encoding


@pytest.mark.parametrize("codec", ["cp1252", "latin-1"])
def test_mojibake_is_told_and_repaired(codec):
    data = as_text(TEXT.encode(), codec)
    assert detect(data) == "mojibake"
    assert read(data, "mojibake") == TEXT
    assert read(as_text(data, codec), "mojibake") == TEXT  # twice


def test_mojibake_beside_sound_and_damaged_lines():
    sound, line = TEXT.splitlines()[:2]
    # A program that took the no-break space of "Ã\xa0" for a blank: ftfy knows.
    blank = "Bà là người đầu tiên".encode().decode("latin-1").replace("\xa0", " ")
    data = "\n".join([sound, as_text(line.encode()).decode(), blank, "café"]).encode()
    assert read(data, "mojibake").splitlines() == [sound, line, "Bà là người đầu tiên", "café"]


@pytest.mark.parametrize("encoding", [*LEGACY, "mojibake", "utf-16", "utf-8"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(data=st.data())
def test_chunks_change_nothing(encoding, data):
    content = {
        "mojibake": lambda: as_text(TEXT.encode()),
        "utf-16": lambda: (TEXT + "𠀋\r\n" * 9).encode("utf-16"),
        "utf-8": TEXT.encode,
    }.get(encoding, lambda: golden(encoding))()
    with pytest.MonkeyPatch.context() as patch:
        expected = read(content, encoding)
        patch.setattr(encodings, "_CHUNK", data.draw(st.integers(4, 400)))
        assert read(content, encoding) == expected
        assert b"".join(utf8_chunks(Dripping(content), encoding)).decode() == expected


def test_a_line_without_end_is_cut_and_memory_is_bounded(monkeypatch):
    monkeypatch.setattr(encodings, "_CHUNK", 100)
    monkeypatch.setattr(encodings, "_LONGEST", 1000)
    text = TEXT.replace("\n", " ")
    chunks = list(utf8_chunks(io.BytesIO(golden("vni").replace(b"\n", b" ")), "vni"))
    assert b"".join(chunks).decode() == text
    assert max(map(len, chunks)) < 300
    assert max(map(len, utf8_chunks(io.BytesIO(b"x" * 9999), "vni"))) <= 1100


@given(st.text(max_size=50), st.sampled_from([name for name in ENCODINGS if name.startswith("utf")]))
def test_any_unicode_comes_through(text, encoding):
    data = text.removeprefix("\ufeff").encode(encoding)
    assert read(data, encoding) == text.removeprefix("\ufeff").removeprefix("\ufeff")


@given(st.binary(max_size=200), st.sampled_from([name for name in ENCODINGS if name != "utf-8"]))
def test_any_bytes_become_utf_8(data, encoding):
    found = b"".join(utf8_chunks(io.BytesIO(data), encoding))
    if encoding.startswith("utf-16"):  # half a letter at the end is left for the reader to set aside
        found = found.removesuffix(b"\xff")
    found.decode("utf-8")


@pytest.mark.parametrize("encoding", LEGACY)
@given(data=st.text('\0\t\r\n ",;09azAZ', max_size=50))
def test_ascii_comes_through(encoding, data):
    assert read(data.encode(), encoding) == data


def test_what_is_no_letter_comes_through():
    assert read("30°C, 5 m², “café” œuvre 中\u0093".encode(), "vni") == "30°C, 5 m², “café” œuvre 中“"
    assert read(b"\x93H\xb5 N\xe9i\x94 30\xb0", "tcvn3") == "“Hà Nội” 30°"
    assert read(b"Ha\x81\0", "vni") == "Ha\ufffd\0"


REFUSED = {
    "chinese": ("中文新闻报道，经济发展" * 30).encode("gb18030"),
    "random": random.Random(1).randbytes(5000),
    "all bytes": bytes(range(128, 256)) * 4,
    "french in latin-1": "Le café du marché est fermé, une élève a gagné à la fête\n".encode("latin-1") * 9,
    "two words": golden("tcvn3")[:13],
    "utf-32": TEXT.encode("utf-32"),
    "mixed": (TEXT + as_text(TEXT.encode()).decode()).encode(),
}


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_told_is_refused(data):
    with pytest.raises(EncodingError, match="give it with --encoding NAME, one of utf-8"):
        detect(data)


def test_a_refusal_names_what_is_likely():
    with pytest.raises(TableError, match=r"cannot be told \(perhaps mojibake or utf-8\); give"):
        detect(REFUSED["mixed"])
    # Ở as a word of its own, or a trade mark
    with pytest.raises(EncodingError, match=r"perhaps tcvn3 or tcvn5712-1"):
        detect(golden("tcvn5712-1").splitlines()[1] + b" \x99 ")


def test_quotation_marks_in_tcvn3():
    data = golden("tcvn3") + b"\x93x\xb7 vui\x94 \x96 m\xed\x85\n"
    assert detect(data) == "tcvn3"
    assert read(data, "tcvn3") == TEXT + "“xã vui” – mớ…\n"


@pytest.mark.parametrize("data", [b"a" + b"\xf2\xec" * 500_000, b"a" * 1_000_000 + b"\xe9,", b"\xff" * 1_000_000])
def test_a_megabyte_without_a_blank_takes_no_longer(data):
    with pytest.raises(EncodingError):
        detect(data)
    for encoding in [*LEGACY, "mojibake"]:
        read(data, encoding)


UTF_8 = {
    "english": "The council met on Monday to discuss the new road.\n" * 9,
    "french": "Le café du marché est fermé; une élève a gagné à la fête, déjà très âgée, là où le thé naît.\n" * 9,
    "a french word": "name\nThé\n",
    "german": "Müller aß Brötchen über den Dächern von Köln, Äpfel und Öl.\n" * 9,
    "portuguese": "A população de São Paulo não está à espera; é só um avô, você também há-de ver.\n" * 9,
    "chinese": "中文新闻报道，经济发展。" * 30,
    "numbers": "id,năm,số\n" + "".join(f"{n},{n * 7},{n / 3:.3f}\n" for n in range(500)),
    "money": "id,amount\n" + "1,5 €\n2,7 £\n3,20 °C\n" * 99,
    "apart": unicodedata.normalize("NFD", TEXT),
    "nothing": "",
    "one letter": "a" * 1_000_000 + "à",
}


@pytest.mark.parametrize("text", UTF_8.values(), ids=UTF_8)
def test_utf_8_is_utf_8_in_any_language(text):
    assert detect(text.encode()) == "utf-8"
    assert detect(text.encode("utf-8-sig")) == "utf-8"


def test_a_bad_byte_in_a_thousand_is_for_the_reader():
    data = (CSV * 100).encode() + b"3,\xff\r\n"
    assert detect(data) == "utf-8"
    assert b"".join(utf8_chunks(io.BytesIO(data), "utf-8")) == data


@pytest.mark.parametrize("encoding", [*LEGACY, "mojibake"])
@pytest.mark.parametrize("per_cent", [0, 10, 15, 30, 100])
def test_a_large_file_is_told_by_parts_as_by_the_whole(monkeypatch, encoding, per_cent):
    lines = TEXT.encode().splitlines(keepends=True)
    damaged = (as_text(TEXT.encode()) if encoding == "mojibake" else as_text(golden(encoding))).splitlines(True)
    choose = random.Random(per_cent)
    n = 400_000 // len(TEXT)
    data = b"".join(line for _ in range(n) for line in (damaged if choose.random() * 100 < per_cent else lines))

    def told():
        try:
            return detect(data)
        except EncodingError as error:
            return str(error)

    by_parts = told()
    monkeypatch.setattr(encodings, "_PLENTY", len(data))
    assert by_parts == told()


@pytest.mark.parametrize("size", range(1000, 1012))
def test_a_sample_may_end_within_a_letter(size):
    assert detect(TEXT.encode()[:size]) == "utf-8"
    assert detect(as_text(golden("vni"))[:size]) == "vni"


def test_names():
    assert [describe(name) for name in ("utf-8", "tcvn3", "vni")] == ["UTF-8", "TCVN3 (ABC)", "VNI-Windows"]
    with pytest.raises(EncodingError, match="there is no encoding 'klingon' here"):
        read(b"", "klingon")
