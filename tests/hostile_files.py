"""Files as no one would wish to get them, each made by a function of its name.

A builder gets an empty folder and returns a `Hostile`. What must come of it stands in `golden/hostile.toml`; what must
come out, cell for cell, the builder says itself, so that no reader of this package has to be trusted for it. The texts
are invented.
"""

import bz2
import functools
import gzip
import io
import json
import lzma
import os
import random
import tarfile
import threading
import zipfile
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path

import pytest

A = "Thôn Bến Đò họp dân, bàn mức đóng góp làm đường và biểu quyết công khai."
B = "Chợ Cây Gạo mở lại sau mưa lớn; bà con bày hàng từ sáng sớm."
C = "Đội bóng xã Tân Lũng thắng trận chung kết bằng một quả phạt đền."
A1, B1, C1 = (text.replace(",", "").replace(";", "") for text in (A, B, C))
HEAD = ["id", "content"]
ROWS = [["1", A1], ["2", B1], ["3", C1]]
BOM = b"\xef\xbb\xbf"

CORPUS = {}


@dataclass(frozen=True)
class Hostile:
    """An input and how to run on it.

    Attributes
    ----------
    data : bytes or None
        To be written to `file`; None where the builder has set it up.
    rows : list or None
        What must come out: lists of cells for CSV, lines for JSON, None where it is not said or the output is Parquet.
    raws : list of str or None
        What must stand in the quarantine.
    reader : dict
        How the csv module reads the output.
    root_skips : bool
        Whether rights do not hold for root.
    """

    data: bytes | None
    rows: list | None = None
    raws: list | None = None
    file: str | bytes = "in.csv"
    output: str = "out.csv"
    options: tuple = ()
    reader: dict = field(default_factory=dict)
    root_skips: bool = False
    cleanup: object = None


def hostile(build):
    CORPUS[build.__name__] = build
    return build


def lines(*rows, end="\n", last=True, separator=",", encoding="utf-8"):
    """Return rows, each cells or a line already, as bytes. Nothing is quoted."""
    made = [row if isinstance(row, str) else separator.join(row) for row in rows]
    return (end.join(made) + (end if last else "")).encode(encoding, "surrogatepass")


def csv_of(*rows, **options):
    return lines(HEAD, *rows, **options)


def plain(data, rows=ROWS, **options):
    return Hostile(data, rows, [], **options)


def refused(data=None, **options):
    return Hostile(data, **options)


# Quotation marks


@hostile
def unclosed_quote_at_the_start(folder):
    return Hostile(csv_of(f'1,"{A}', *ROWS[1:]), ROWS[1:], [f'1,"{A}'])


@hostile
def unclosed_quote_in_the_middle(folder):
    return Hostile(csv_of(ROWS[0], f'2,"{B}', ROWS[2]), [ROWS[0], ROWS[2]], [f'2,"{B}'])


@hostile
def unclosed_quote_at_the_end(folder):
    return Hostile(csv_of(*ROWS[:2], f'3,"{C}', last=False), ROWS[:2], [f'3,"{C}'])


@hostile
def several_unclosed_quotes(folder):
    bad = [f'1,"{A}', f'3,"{C}', f'5,"{A}']
    return Hostile(csv_of(bad[0], ROWS[1], bad[1], ["4", B1], bad[2]), [ROWS[1], ["4", B1]], bad)


@hostile
def unclosed_quote_before_quoted_rows(folder):
    return Hostile(csv_of(f'1,"{A}', f'"2","{B}"', f'"3","{C}"'), [["2", B], ["3", C]], [f'1,"{A}'])


@hostile
def unclosed_quote_in_the_header(folder):
    return refused(lines('id,"content', *ROWS))


@hostile
def unclosed_quote_before_20000_rows(folder):
    rows = [[str(n), ""] for n in range(20_000)]
    return Hostile(csv_of(f'a,"{A}', *rows), rows, [f'a,"{A}'])


@hostile
def unclosed_quote_of_5_mb(folder):
    bad = '1,"' + "dòng chữ dài " * 320_000
    return Hostile(csv_of(bad, *ROWS[1:]), ROWS[1:], [bad])


@hostile
def every_line_opens_a_quote(folder):
    """Each line closes the mark of the one before and opens another: a reader that starts anew at each is quadratic."""
    bad = [f'{n}",tin,"thêm' for n in range(4000)]
    return Hostile(lines("id,content,note", f"1,{A1},x", *bad), [["1", A1, "x"]], bad)


@hostile
def stray_quote_in_an_unquoted_cell(folder):
    text = 'Ông Lềnh nói "đồng ý" rồi ra về'
    return plain(csv_of(["1", text], ROWS[1]), [["1", text], ROWS[1]])


@hostile
def text_after_a_closing_quote(folder):
    bad = f'2,"{B}" hết'
    return Hostile(csv_of(ROWS[0], bad, ROWS[2]), [ROWS[0], ROWS[2]], [bad])


@hostile
def space_before_an_opening_quote(folder):
    """To the csv module the mark is a sign like others then; the comma behind it makes a cell too many."""
    bad = f'1, "{A}"'
    return Hostile(csv_of(bad, *ROWS[1:]), ROWS[1:], [bad])


@hostile
def quotes_escaped_by_backslash(folder):
    rows = [["1", 'Bà Nhàn bảo "họp đi", cả xóm gật'], ["2", 'Biển đề "Chợ Gạo", chữ đỏ'], ["3", C]]
    body = [f'{n},"{text}"' for n, text in ((n, text.replace('"', '\\"')) for n, text in rows)]
    return plain(csv_of(*body), rows, reader={"escapechar": "\\", "doublequote": False})


@hostile
def single_quotes(folder):
    body = [f"'{n}','{text}'" for n, text in (("id", "content"), ("1", A), ("2", B))]
    return plain(lines(*body), [["1", A], ["2", B]], reader={"quotechar": "'"})


@hostile
def curly_quotes(folder):
    rows = [["1", f"“{A1}”"], ["2", "‘" + B1], ["3", "„" + C1]]
    return plain(csv_of(*rows), rows)


@hostile
def only_a_quote_in_a_line(folder):
    return Hostile(csv_of(ROWS[0], '"', *ROWS[1:]), ROWS, ['"'])


@hostile
def cell_of_6000_lines(folder):
    text = "\n".join(f"Dòng {n}" for n in range(6000))
    return plain(csv_of(f'1,"{text}"', ROWS[1]), [["1", text], ROWS[1]])


@hostile
def cell_of_5_mb_in_lines(folder):
    text = "\n".join("Đoạn văn dài " * 100 for _ in range(3_000))
    return plain(csv_of(f'1,"{text}"', ROWS[1]), [["1", text], ROWS[1]])


@hostile
def cell_of_50_mb(folder):
    text = "Họp dân làm đường. " * 1_000_000 + "x" * 27_000_000
    return plain(csv_of(["1", text], ROWS[1]), [["1", text], ROWS[1]])


@hostile
def ragged_row_of_several_lines(folder):
    bad = f'2,"{B}\n\n{C}",thừa'
    return Hostile(csv_of(ROWS[0], bad, ROWS[2]), [ROWS[0], ROWS[2]], [bad])


# Bytes


@hostile
def nul_bytes_in_cells(folder):
    rows = [["1", f"\0{A1}\0"], ["2\0", B1]]
    return plain(csv_of(*rows), rows)


@hostile
def zeros_at_the_end(folder):
    """As a crashed machine leaves a file."""
    return Hostile(csv_of(*ROWS) + b"\0" * 4096, ROWS, ["\0" * 4096])


@hostile
def only_zeros(folder):
    return refused(b"\0" * 4096)


@hostile
def invalid_utf8_in_one_row(folder):
    bad = b"2,Ch\xe1\xbb \xff\xfe m\xe1\xbb\x9f l\xe1\xba\xa1i"
    return Hostile(csv_of(ROWS[0]) + bad + b"\n" + lines(ROWS[2]), [ROWS[0], ROWS[2]], [bad])


@hostile
def invalid_utf8_far_down(folder):
    """Behind any sample that an encoding is told by."""
    rows = [[str(n), "Không có gì"] for n in range(60_000)]
    good = csv_of(*([n, ""] for n, _ in rows[:1]), *(f"{n}," + "." * 40 for n, _ in rows[1:]))
    bad = b"x,Ch\xe1\xbb\xff"
    return Hostile(good + bad + b"\n", [["0", ""], *([n, "." * 40] for n, _ in rows[1:])], [bad])


@hostile
def invalid_utf8_in_the_header(folder):
    return refused(b"id,ti\xe1\xbb u,content\n" + lines(*(["1", "Tít số một", A1], ["2", "Tít số hai", B1]) * 10))


@hostile
def utf8_cut_in_a_letter(folder):
    data = csv_of(*ROWS[:2], "3,Đội bóng xã Tân Lũng ở", last=False)
    return Hostile(data[:-1], ROWS[:2], [data[:-1].splitlines()[-1]])


@hostile
def surrogates_as_cesu_bytes(folder):
    bad = "2,Hoa \ud83c\udf38 nở"
    data = csv_of(ROWS[0], bad, ROWS[2])
    return Hostile(data, [ROWS[0], ROWS[2]], [bad.encode("utf-8", "surrogatepass")])


@hostile
def utf16_with_mark(folder):
    return plain(b"\xff\xfe" + csv_of(*ROWS, encoding="utf-16-le"))


@hostile
def utf16_big_endian_with_mark(folder):
    return plain(b"\xfe\xff" + csv_of(*ROWS, encoding="utf-16-be"))


@hostile
def utf16_without_mark(folder):
    return plain(csv_of(*ROWS, encoding="utf-16-le"))


@hostile
def utf16_cut_in_a_letter(folder):
    """The last sign is half there: its row must not be taken for whole."""
    return Hostile(b"\xff\xfe" + csv_of(*ROWS, encoding="utf-16-le", last=False)[:-1], ROWS[:2])


@hostile
def latin_1(folder):
    """Of no one's making here; to be asked about, or set aside row by row, but not to be guessed at in silence."""
    return refused(csv_of(["1", "Le café du marché est fermé"], ["2", "Une élève a gagné"], encoding="latin-1"))


@hostile
def encoding_of_no_name(folder):
    return refused(csv_of(*ROWS), options=("--encoding", "utf-32-vn"))


@hostile
def mark_twice(folder):
    return plain(BOM + BOM + csv_of(*ROWS))


@hostile
def mark_twice_before_the_text_column(folder):
    rows = [[text, n] for n, text in ROWS]
    return plain(BOM + BOM + lines(["content", "id"], *rows), rows)


@hostile
def mark_between_joined_files(folder):
    """As `copy a.csv+b.csv` makes them: the second header is a row, and has a mark."""
    rows = [*ROWS, ["\ufeffid", "content"], *ROWS]
    return plain(BOM + csv_of(*ROWS) + BOM + csv_of(*ROWS), rows)


@hostile
def only_a_mark(folder):
    return refused(BOM)


@hostile
def random_bytes(folder):
    return refused(random.Random(1).randbytes(200_000))


@hostile
def a_picture(folder):
    return refused(b"\x89PNG\r\n\x1a\n" + random.Random(2).randbytes(20_000))


@hostile
def a_pdf(folder):
    data = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\n"
    return refused(data + random.Random(3).randbytes(9000))


@hostile
def a_tar_in_gzip(folder):
    """Its first line begins with the name of the file in it, and what follows looks like the table."""
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w:gz") as tar:
        content = csv_of(*ROWS)
        entry = tarfile.TarInfo("tin.csv")
        entry.size = len(content)
        tar.addfile(entry, io.BytesIO(content))
    return refused(held.getvalue(), file="tin.csv.gz")


@hostile
def a_tar(folder):
    """In the manner of 1979, with no word that says what it is; only its checksum does."""
    head = bytearray(512)
    head[:7], head[100:108], head[124:136] = b"tin.csv", b"0000644\0", b"%011o\0" % len(PLAIN)
    head[148:156] = b" " * 8
    head[148:156] = b"%06o\0 " % sum(head)
    return refused(bytes(head) + PLAIN.ljust(1024, b"\0"))


@hostile
def a_database(folder):
    return refused(b"SQLite format 3\0" + b"\x10\0\1\1" + csv_of(*ROWS), file="in.db")


# Lines and rows


@hostile
def empty(folder):
    return refused(b"")


@hostile
def only_blank_lines(folder):
    return refused(b"\n\r\n\n\r\r\n")


@hostile
def header_only(folder):
    return plain(csv_of(), [])


@hostile
def header_without_line_end(folder):
    return plain(csv_of(last=False), [])


@hostile
def no_final_line_end(folder):
    return plain(csv_of(*ROWS, last=False))


@hostile
def mixed_line_ends(folder):
    data = f"id,content\r\n1,{A1}\n2,{B1}\r3,{C1}\r\n4,{A1}"
    return plain(data.encode(), [*ROWS, ["4", A1]])


@hostile
def carriage_returns_only(folder):
    return plain(csv_of(*ROWS, end="\r"))


@hostile
def crlf_inside_quotes(folder):
    rows = [["1", f"{A}\r\n{B}"], ["2", f"{C}\n\r{A}\r"]]
    return plain(csv_of(*(f'{n},"{text}"' for n, text in rows), end="\n"), rows)


@hostile
def line_ends_of_unicode(folder):
    """Signs at which `str.splitlines` breaks, and a table must not."""
    rows = [["1", "a\u2028b\u2029c\x85d\x0be\x0cf\x1cg\x1dh\x1ei"], ["2", B1]]
    return plain(csv_of(*rows), rows)


@hostile
def blank_lines_between(folder):
    return plain(lines(HEAD, "", ROWS[0], "", "", *ROWS[1:], "", ""))


@hostile
def lines_of_spaces(folder):
    return plain(lines(HEAD, ROWS[0], "   ", "\t", *ROWS[1:], " "))


@hostile
def blank_lines_10000(folder):
    return plain(csv_of(*[""] * 10_000, *ROWS))


@hostile
def rows_without_text_10000(folder):
    rows = [["", ""]] * 10_000
    return plain(csv_of(*rows, *ROWS), [*rows, *ROWS])


@hostile
def too_few_cells(folder):
    return Hostile(csv_of(ROWS[0], "2", ROWS[2]), [ROWS[0], ROWS[2]], ["2"])


@hostile
def too_many_cells(folder):
    return Hostile(csv_of(ROWS[0], f"2,{B1},thừa", ROWS[2]), [ROWS[0], ROWS[2]], [f"2,{B1},thừa"])


@hostile
def unquoted_commas_in_most_texts(folder):
    rows = [["1", A], ["2", "Một, hai, ba"], ["3", "Bốn, năm"], ["4", B1]]
    return Hostile(csv_of(*rows), [rows[3]], [f"{n},{text}" for n, text in rows[:3]])


@hostile
def one_row_and_that_too_long(folder):
    return Hostile(csv_of(f"1,{A1},thừa"), [], [f"1,{A1},thừa"])


@hostile
def long_rows_that_hold_words_of_a_header(folder):
    """No row may become the header because most rows are as long as it is and "text" stands in it."""
    bad = [f"{n},text,{B1},thừa" for n in range(4)]
    return Hostile(lines("id,type,content", *bad), [], bad)


@hostile
def cells_too_many_100000(folder):
    bad = f"2,{B1}" + "," * 100_000
    return Hostile(csv_of(ROWS[0], bad, ROWS[2]), [ROWS[0], ROWS[2]], [bad])


@hostile
def columns_200000(folder):
    """A million take the same way; they would take five times as long."""
    rows = [[A1, *map(str, range(200_000))]]
    return plain(lines(["content", *(f"c{n}" for n in range(200_000))], *rows), rows)


@hostile
def trailing_separators(folder):
    rows = [[*row, ""] for row in ROWS]
    return plain(lines([*HEAD, ""], *rows), rows)


@hostile
def trailing_separators_but_in_the_header(folder):
    """The header is the record that names the columns, whatever the others look like."""
    return refused(lines(HEAD, *([*row, ""] for row in ROWS)))


@hostile
def trailing_separators_in_the_header_only(folder):
    return refused(lines([*HEAD, ""], *ROWS))


@hostile
def one_column(folder):
    rows = [[text] for _, text in ROWS]
    return plain(lines("content", *rows), rows)


@hostile
def one_column_with_commas(folder):
    """Text, a line each: --separator with a sign that does not occur helps, and the message must say so."""
    return refused(lines("content", "Một, hai", "Ba, bốn", "Năm, sáu"))


@hostile
def one_column_with_commas_and_a_separator(folder):
    texts = ["Một, hai", "Ba, bốn", "Năm, sáu"]
    return plain(
        lines("content", *texts), [[t] for t in texts], options=("--separator", "|"), reader={"delimiter": "|"}
    )


@hostile
def one_column_with_empty_cells(folder):
    return plain(lines("content", A1, '""', B1), [[A1], [""], [B1]])


@hostile
def preamble_of_one_line(folder):
    return Hostile(lines("Bảng kê bài viết", HEAD, *ROWS), ROWS, ["Bảng kê bài viết"])


@hostile
def preamble_of_three_lines(folder):
    before = ["Bảng kê bài viết", "Xuất ngày 3/4", "Người xuất: Lê Thị Bưởi"]
    return Hostile(lines(*before, "", HEAD, *ROWS), ROWS, before)


@hostile
def preamble_padded_with_separators(folder):
    """As Excel writes it: the lines above the header have as many cells as the header."""
    return refused(lines("Bảng kê bài viết,", ",", HEAD, *ROWS))


@hostile
def excels_separator_line(folder):
    rows = [["1", A], ["2", B1]]
    return Hostile(lines("sep=;", *[HEAD, *rows], separator=";"), rows, ["sep=;"], reader={"delimiter": ";"})


@hostile
def footnote(folder):
    return Hostile(csv_of(*ROWS, "", "Nguồn: kho bài của xã"), ROWS, ["Nguồn: kho bài của xã"])


@hostile
def header_of_two_lines(folder):
    rows = [["số", "nội dung"], *ROWS]
    return plain(csv_of(*rows), rows)


@hostile
def header_with_a_line_end_in_it(folder):
    return plain(lines('"số\nhiệu",content', *ROWS))


@hostile
def text_column_twice(folder):
    return refused(lines("id,content,content", f"1,{A1},{B1}"))


@hostile
def other_column_twice(folder):
    return plain(lines("id,id,content", f"1,2,{A1}"), [["1", "2", A1]])


@hostile
def other_column_twice_to_json(folder):
    """Both would have one key: the first id would be lost."""
    return refused(lines("id,id,content", f"1,2,{A1}"), output="out.jsonl")


@hostile
def other_column_twice_to_parquet(folder):
    pytest.importorskip("pyarrow", reason="Parquet needs pyarrow")
    return Hostile(lines("id,id,content", f"1,2,{A1}"), [["1", "2", A1]], output="out.parquet")


@hostile
def empty_header_cells(folder):
    rows = [["1", "", A1, "x"], ["2", "", B1, ""]]
    return plain(lines(["", "", "content", ""], *rows), rows)


@hostile
def column_topics_there_already(folder):
    return refused(lines("id,content,topics", f"1,{A1},cũ"))


@hostile
def no_column_with_text(folder):
    return refused(lines("id,giá", "1,2", "3,4"))


@hostile
def named_column_is_not_there(folder):
    return refused(csv_of(*ROWS), options=("--text-column", "bài"))


@hostile
def strict_stops(folder):
    return refused(csv_of(ROWS[0], "2", ROWS[2]), options=("--strict",))


# Separators


@hostile
def semicolons(folder):
    rows = [["1", A], ["2", C]]
    return plain(csv_of(*rows, separator=";"), rows, reader={"delimiter": ";"})


@hostile
def tabs(folder):
    rows = [["1", A], ["2", B]]
    return plain(csv_of(*rows, separator="\t"), rows, file="in.tsv", output="out.tsv", reader={"delimiter": "\t"})


@hostile
def tabs_named_csv(folder):
    """Written with commas, as a name in .csv lets expect."""
    rows = [["1", A], ["2", B]]
    return plain(csv_of(*rows, separator="\t"), rows)


@hostile
def bars(folder):
    rows = [["1", A], ["2", B]]
    return plain(csv_of(*rows, separator="|"), rows, reader={"delimiter": "|"})


@hostile
def separator_that_is_none_of_the_four(folder):
    return refused(csv_of(*ROWS, separator="^"))


@hostile
def separator_that_is_given_wrongly(folder):
    return refused(csv_of(*ROWS), options=("--separator", ";"))


BARS = {"delimiter": "|"}  # to which an empty cell stands within ||
SPREAD = [[n, "", text, ""] for n, text in ROWS]


@hostile
def separator_of_two_signs(folder):
    return plain(csv_of(*ROWS, separator="||"), SPREAD, reader=BARS)


@hostile
def separator_of_two_signs_given(folder):
    return plain(csv_of(*ROWS, separator="||"), SPREAD, options=("--separator", "||"), reader=BARS)


@hostile
def separator_of_two_signs_given_wrongly(folder):
    return refused(csv_of(*ROWS), options=("--separator", "||"))


@hostile
def separator_of_two_letters(folder):
    return refused(csv_of(*ROWS), options=("--separator", "ab"))


@hostile
def separator_and_backslashes(folder):
    """A separator that is given is no reason not to look for the escape."""
    made = quotes_escaped_by_backslash(folder)
    return plain(
        b"\n".join(made.data.splitlines()[:3]), made.rows[:2], options=("--separator", ","), reader=made.reader
    )


@hostile
def commas_escaped_without_quotes(folder):
    rows = [["1", "Họp dân, bàn việc làng"], ["2", "Một, hai, ba"]]
    body = [f"{n},{text}" for n, text in ((n, text.replace(",", "\\,")) for n, text in rows)]
    return plain(csv_of(*body), rows, reader={"escapechar": "\\", "doublequote": False})


@hostile
def pieces_of_a_text_cut_by_a_quote(folder):
    """The lines behind the broken one have two cells each, and are no rows."""
    bad = [f'2,"{B1}" x', "Dòng hai, và nữa", "Dòng ba, và nữa", 'Dòng bốn, hết"']
    return Hostile(csv_of(ROWS[0], ["1", A1], *bad, ROWS[2]), [ROWS[0], ["1", A1], ROWS[2]], bad)


@hostile
def tsv_with_commas(folder):
    return refused(csv_of(*ROWS), file="in.tsv", output="out.tsv")


@hostile
def decimal_commas(folder):
    rows = [["1,5", "0,25", A], ["2,5", "1.000,75", C], ["3,5", "7,0", C1]]
    return plain(lines("giá;tỷ lệ;content", *rows, separator=";"), rows, reader={"delimiter": ";"})


# JSON lines


def json_of(*rows, end="\n"):
    return "".join((row if isinstance(row, str) else json.dumps(row, ensure_ascii=False)) + end for row in rows)


def json_lines(*rows, good=None, bad=(), **options):
    made = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    good = [row for row in made if row not in bad] if good is None else good
    return Hostile(json_of(*made).encode(), good, list(bad), file="in.jsonl", output="out.jsonl", **options)


J1, J2 = {"id": 1, "content": A}, {"id": 2, "content": B}


@hostile
def json_with_half_a_surrogate_pair(folder):
    bad = '{"id": 3, "content": "Hoa \\ud83c nở"}'
    return json_lines(J1, bad, '{"id": 4, "content": "Hoa \\ud83c\\udf38 nở"}', J2, bad=[bad])


@hostile
def json_with_half_a_pair_in_a_key(folder):
    bad = '{"id": 3, "content": "a", "\\uDC00": 1}'
    return json_lines(J1, bad, J2, bad=[bad])


@hostile
def json_with_a_broken_line(folder):
    bad = '{"id": 2, "content": "Chợ'
    return json_lines(J1, bad, J2, bad=[bad])


@hostile
def json_cut_short(folder):
    bad = '{"id": 2, "cont'
    made = json_lines(J1, bad, J2, bad=[bad])
    return Hostile(json_of(J1, bad)[:-1].encode(), [made.rows[0]], [bad], "in.jsonl", "out.jsonl")


@hostile
def json_with_values_that_are_no_objects(folder):
    bad = ["[1, 2]", "7", '"chữ"', "null", "true"]
    return json_lines(J1, *bad, J2, bad=bad)


@hostile
def json_array_in_one_line(folder):
    return refused(json.dumps([J1, J2]).encode(), file="in.jsonl", output="out.jsonl")


@hostile
def json_array_in_many_lines(folder):
    return refused(json.dumps([J1, J2], indent=1).encode(), file="in.jsonl", output="out.jsonl")


@hostile
def json_array_of_one_object_a_line(folder):
    """Each line but the last is no JSON, for a comma."""
    return refused(b"[\n" + json_of(J1, J2, J1)[:-1].replace("\n", ",\n").encode() + b"\n]\n", file="in.jsonl")


@hostile
def json_array_named_json(folder):
    return refused(json.dumps([J1, J2]).encode(), file="in.json")


@hostile
def json_lines_named_json(folder):
    return Hostile(json_of(J1, J2).encode(), json_lines(J1, J2).rows, [], "in.json", "out.jsonl")


@hostile
def json_object_in_many_lines(folder):
    return refused(json.dumps(J1, indent=1).encode(), file="in.json")


@hostile
def json_named_json(folder):
    return refused(json_of(J1, J2).encode(), file="in.json", output="out.json")


@hostile
def json_nested(folder):
    return json_lines(
        {**J1, "ai": {"tên": "Lò Văn Sến", "bài": [1, {"a": None}]}, "x": []}, {**J2, "ai": None, "x": [[]]}
    )


@hostile
def json_with_missing_keys(folder):
    return json_lines(J1, {"id": 3}, {"content": B}, {}, J2)


@hostile
def json_with_other_keys_soon(folder):
    return json_lines(J1, {"id": 3, "content": "", "nguồn": "xã"}, {"mới": True}, J2)


@hostile
def json_with_other_keys_late(folder):
    rows = [{"id": n, "content": ""} for n in range(1000)]
    bad = '{"id":  7, "content": "muộn", "mới": 1}'
    return json_lines(*rows, bad, J2, bad=[bad])


@hostile
def json_whose_text_is_none(folder):
    bad = ['{"id":  3, "content": 75}', '{"id":  4, "content": ["a", "b"]}', '{"id":  5, "content": {"a": 1}}']
    return json_lines(J1, *bad, {"id": 6, "content": None}, J2, bad=bad)


@hostile
def json_whose_text_is_zero(folder):
    bad = ['{"id": 3, "content": 0}', '{"id": 4, "content": false}', '{"id": 5, "content": []}']
    return json_lines(J1, *bad, J2, bad=bad)


@hostile
def json_whose_text_is_a_fraction(folder):
    bad = '{"id": 3, "content": 1.5}'
    return json_lines(J1, bad, bad=[bad])


@hostile
def json_with_blank_lines(folder):
    data = "\n\n" + json_of(J1, "", "   ", "\t", J2) + "\r\n\n"
    return Hostile(data.encode(), json_lines(J1, J2).rows, [], "in.jsonl", "out.jsonl")


@hostile
def json_nested_100000_deep(folder):
    bad = '{"id": 2, "content": "sâu", "x": ' + "[" * 100_000 + "]" * 100_000 + "}"
    return json_lines(J1, bad, J2, bad=[bad])


@hostile
def json_nested_of_each_depth(folder):
    """Some depth can just be read and no longer be written."""
    rows = [
        '{"id": ' + str(n) + ', "content": "' + str(n) + '", "x": ' + "[" * n + "]" * n + "}" for n in range(700, 1000)
    ]
    return Hostile(json_of(J1, *rows, J2).encode(), None, None, "in.jsonl", "out.jsonl")


@hostile
def json_whose_text_is_nested_of_each_depth(folder):
    rows = ['{"id": 1, "content": ' + "[" * n + "]" * n + "}" for n in range(700, 1000)]
    return Hostile(json_of(J1, *rows, J2).encode(), None, None, "in.jsonl", "out.jsonl")


@hostile
def json_nested_of_each_depth_to_csv(folder):
    rows = ['{"id": 1, "content": "", "x": ' + '{"a":' * n + "1" + "}" * n + "}" for n in range(700, 1000)]
    return Hostile(json_of(J1, *rows, J2).encode(), None, None, "in.jsonl")


@hostile
def json_nested_of_each_depth_to_parquet(folder):
    pytest.importorskip("pyarrow", reason="Parquet needs pyarrow")
    made = json_nested_of_each_depth_to_csv(folder)
    return Hostile(made.data, None, None, "in.jsonl", "out.parquet")


@hostile
def json_of_300_mb_without_a_line_end(folder):
    with (folder / "in.jsonl").open("wb") as file:
        file.truncate(300 << 20)
    return refused(file="in.jsonl", output="out.jsonl")


@hostile
def json_with_a_key_twice(folder):
    """Both values are the user's. One of them cannot be in a row, so the record is to be set aside."""
    bad = '{"id": 3, "content": "trước", "content": "sau"}'
    return json_lines(J1, bad, J2, bad=[bad])


@hostile
def json_with_huge_integers(folder):
    return json_lines({**J1, "n": 2**64}, '{"id": 3, "content": "số", "n": -' + "9" * 4000 + "}", J2)


@hostile
def json_with_an_integer_of_5000_digits(folder):
    bad = '{"id": 3, "content": "số", "n": ' + "9" * 5000 + "}"
    return json_lines(J1, bad, J2, bad=[bad])


@hostile
def json_with_nan(folder):
    return json_lines(J1, '{"id": 3, "content": "số", "n": NaN, "m": -Infinity}', J2)


@hostile
def json_with_a_number_beyond_doubles(folder):
    return json_lines(J1, '{"id": 3, "content": "số", "n": 1e999}', J2)


@hostile
def json_with_numbers_as_they_are_written(folder):
    return json_lines(J1, '{"id": 3, "content": "số", "n": 12345678901234567.89, "giá": 1.10, "m": 1E5, "z": -0}', J2)


@hostile
def json_with_numbers_as_they_are_written_to_csv(folder):
    """A double has 17 digits, and no 1.10."""
    numbers = ["12345678901234567.89", "1.10", "1E5", "1e999", "NaN", "-Infinity", "9" * 4000]
    data = json_of(*(f'{{"content": "", "n": {n}, "z": -0.0}}' for n in numbers))
    made = [["", n, "-0.0"] for n in numbers]
    return Hostile(data.encode(), made, [], "in.jsonl")


@hostile
def json_with_huge_integers_to_parquet(folder):
    pytest.importorskip("pyarrow", reason="Parquet needs pyarrow")
    rows = [["1", A, str(2**70)], ["2", B, None]]
    data = json_of({**J1, "n": 2**70}, J2)
    return Hostile(data.encode(), rows, [], "in.jsonl", "out.parquet")


@hostile
def json_with_carriage_returns_only(folder):
    return refused(json_of(J1, J2, end="\r").encode(), file="in.jsonl", output="out.jsonl")


@hostile
def json_with_crlf_and_a_mark(folder):
    return Hostile(BOM + json_of(J1, J2, end="\r\n").encode(), json_lines(J1, J2).rows, [], "in.jsonl", "out.jsonl")


@hostile
def json_with_line_ends_of_unicode(folder):
    return json_lines({"id": 3, "content": "a\u2028b\u2029c\x85d"}, J2)


@hostile
def json_with_invalid_utf8(folder):
    bad = b'{"id": 2, "content": "Ch\xff"}'
    data = json_of(J1).encode() + bad + b"\n" + json_of(J2).encode()
    return Hostile(data, json_lines(J1, J2).rows, [bad], "in.jsonl", "out.jsonl")


@hostile
def json_in_utf16(folder):
    data = b"\xff\xfe" + json_of(J1, J2).encode("utf-16-le")
    return Hostile(data, json_lines(J1, J2).rows, [], "in.jsonl", "out.jsonl")


@hostile
def json_with_topics_there_already(folder):
    return refused(json_of(J1, {**J2, "topics": "cũ"}).encode(), file="in.jsonl", output="out.jsonl")


@hostile
def json_to_csv(folder):
    data = json_of(J1, {"id": 2, "content": 'Nói "ừ",\nrồi về', "x": None}, {"content": B, "x": {"a": [1]}})
    rows = [["1", A, ""], ["2", 'Nói "ừ",\nrồi về', ""], ["", B, '{"a": [1]}']]
    return Hostile(data.encode(), rows, [], "in.jsonl")


@hostile
def json_to_parquet(folder):
    pytest.importorskip("pyarrow", reason="Parquet needs pyarrow")
    data = json_of(J1, {"id": 2, "content": B, "x": [1]}, {"content": C})
    return Hostile(data.encode(), None, [], "in.jsonl", "out.parquet")


@hostile
def csv_named_jsonl(folder):
    return refused(csv_of(*ROWS), file="in.jsonl", output="out.jsonl")


# Packed files


PLAIN = csv_of(*ROWS)
SECOND = lines(["4", A1], ["5", B1])
BOTH = [*ROWS, ["4", A1], ["5", B1]]
LONG = csv_of(*([str(n), f"{n * 7919 % 1013} {n * 104729 % 9973}"] for n in range(3000)))


@functools.cache
def zstd():
    for name in ("compression.zstd", "backports.zstd"):
        try:
            return __import__(name, fromlist=["compress"])
        except ImportError:
            continue
    return pytest.skip("zstd needs Python 3.14 or backports.zstd")


@hostile
def gzip_sound(folder):
    return plain(gzip.compress(PLAIN), file="in.csv.gz")


@hostile
def gzip_cut_short(folder):
    return refused(gzip.compress(LONG)[:-3000], file="in.csv.gz")


@hostile
def gzip_without_its_last_byte(folder):
    return refused(gzip.compress(LONG)[:-1], file="in.csv.gz")


@hostile
def gzip_cut_in_its_head(folder):
    return refused(gzip.compress(PLAIN)[:5], file="in.csv.gz")


@hostile
def gzip_with_a_wrong_checksum(folder):
    data = bytearray(gzip.compress(PLAIN))
    data[-5] ^= 1
    return refused(bytes(data), file="in.csv.gz")


@hostile
def gzip_with_garbage_behind(folder):
    return refused(gzip.compress(PLAIN) + b"garbage", file="in.csv.gz")


@hostile
def gzip_with_zeros_behind(folder):
    return plain(gzip.compress(PLAIN) + b"\0" * 512, file="in.csv.gz")


@hostile
def gzip_of_nothing(folder):
    return refused(gzip.compress(b""), file="in.csv.gz")


@hostile
def gzip_named_csv(folder):
    return plain(gzip.compress(PLAIN))


@hostile
def gzip_of_gzip(folder):
    return refused(gzip.compress(gzip.compress(PLAIN)), file="in.csv.gz")


@hostile
def plain_named_gz(folder):
    return plain(PLAIN, file="in.csv.gz")


@hostile
def gzip_of_two_members(folder):
    return plain(gzip.compress(PLAIN) + gzip.compress(SECOND), BOTH, file="in.csv.gz")


@hostile
def gzip_whose_second_member_is_damaged(folder):
    return refused(gzip.compress(PLAIN) + b"X" + gzip.compress(SECOND)[1:], file="in.csv.gz")


@hostile
def a_bomb_in_gzip(folder):
    """30 MB of one letter in 30 KB: a row like others, and no million characters of it are read."""
    text = "a" * 30_000_000
    return plain(gzip.compress(csv_of(["1", text], ROWS[1])), [["1", text], ROWS[1]], file="in.csv.gz")


@hostile
def zip_file(folder):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("in.csv", PLAIN)
    return refused(held.getvalue(), file="in.zip")


@hostile
def spreadsheet_named_csv(folder):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return refused(held.getvalue())


@hostile
def old_spreadsheet_named_csv(folder):
    return refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 3000)


@hostile
def bzip2_sound(folder):
    return plain(bz2.compress(PLAIN) + bz2.compress(SECOND), BOTH, file="in.csv.bz2", output="out.csv.bz2")


@hostile
def bzip2_damaged(folder):
    data = bytearray(bz2.compress(LONG))
    data[len(data) // 2] ^= 255
    return refused(bytes(data), file="in.csv.bz2")


@hostile
def bzip2_whose_second_member_is_damaged(folder):
    """The standard library takes what is no member for garbage behind the file, and says nothing."""
    return refused(bz2.compress(PLAIN) + b"X" + bz2.compress(SECOND)[1:], file="in.csv.bz2")


@hostile
def bzip2_whose_second_member_is_cut_short(folder):
    return refused(bz2.compress(PLAIN) + bz2.compress(SECOND)[:-9], file="in.csv.bz2")


@hostile
def xz_sound(folder):
    return plain(lzma.compress(PLAIN) + lzma.compress(SECOND), BOTH, file="in.csv.xz", output="out.csv.xz")


@hostile
def xz_cut_short(folder):
    return refused(lzma.compress(LONG)[:-1000], file="in.csv.xz")


@hostile
def xz_whose_second_member_is_damaged(folder):
    return refused(lzma.compress(PLAIN) + b"X" + lzma.compress(SECOND)[1:], file="in.csv.xz")


@hostile
def zstd_sound(folder):
    data = zstd().compress(PLAIN) + zstd().compress(SECOND)
    return plain(data, BOTH, file="in.csv.zst", output="out.csv.zst")


@hostile
def zstd_cut_short(folder):
    return refused(zstd().compress(LONG)[:-1000], file="in.csv.zst")


@hostile
def zstd_cut_in_its_second_member(folder):
    return refused(zstd().compress(PLAIN) + zstd().compress(LONG)[:-5], file="in.csv.zst")


@hostile
def zstd_whose_second_member_is_damaged(folder):
    return refused(zstd().compress(PLAIN) + b"X" + zstd().compress(SECOND)[1:], file="in.csv.zst")


# Parquet


def parquet(folder, columns, types=None, name="in.parquet", output="out.parquet", **options):
    """Write a Parquet file; `columns` are lists of cells by their names, `types` their pyarrow types by name."""
    pa = pytest.importorskip("pyarrow", reason="Parquet needs pyarrow")
    pq = pytest.importorskip("pyarrow.parquet", reason="Parquet needs pyarrow")
    types = {key: eval(kind, {"pa": pa}) for key, kind in (types or {}).items()}
    arrays = [pa.array(cells, type=types.get(key)) for key, cells in columns.items()]
    pq.write_table(pa.Table.from_arrays(arrays, names=list(columns)), folder / name, row_group_size=2)
    return Hostile(None, None, file=name, output=output, **options)


TEXTS = [A, B, C]


@hostile
def parquet_sound(folder):
    return parquet(folder, {"id": [1, 2, 3], "content": TEXTS, "ok": [True, False, None]})


@hostile
def parquet_cut_short(folder):
    parquet(folder, {"id": [1, 2, 3], "content": TEXTS})
    path = folder / "in.parquet"
    path.write_bytes(path.read_bytes()[:-40])
    return refused(file="in.parquet", output="out.parquet")


@hostile
def parquet_with_a_damaged_page(folder):
    made = parquet(folder, {"content": [f"{A} {n * 7919 % 1013}" for n in range(400)]})
    data = bytearray((folder / "in.parquet").read_bytes())
    data[4:40] = b"\xff" * 36
    (folder / "in.parquet").write_bytes(data)
    return made


@hostile
def garbage_named_parquet(folder):
    return refused(b"no Parquet at all\n" * 9, file="in.parquet", output="out.parquet")


@hostile
def parquet_of_its_mark_only(folder):
    pytest.importorskip("pyarrow", reason="Parquet needs pyarrow")
    return refused(b"PAR1", file="in.parquet", output="out.parquet")


@hostile
def parquet_in_gzip(folder):
    parquet(folder, {"id": [1, 2, 3], "content": TEXTS})
    path = folder / "in.parquet"
    data = gzip.compress(path.read_bytes())
    path.unlink()
    return refused(data, file="in.parquet.gz", output="out.parquet")


@hostile
def parquet_named_csv(folder):
    return parquet(folder, {"id": [1, 2, 3], "content": TEXTS}, name="in.csv")


@hostile
def parquet_with_nulls(folder):
    return parquet(folder, {"id": [None, 2, None], "content": [A, None, ""]}, {"id": "pa.int16()"})


@hostile
def parquet_with_times(folder):
    times = [datetime(2021, 5, 4, 3, 2, 1, 5, UTC), None, datetime(1945, 9, 2, tzinfo=UTC)]
    return parquet(
        folder,
        {
            "content": TEXTS,
            "us": [t and t.replace(tzinfo=None) for t in times],
            "zone": times,
            "ms": [t and t.replace(tzinfo=None, microsecond=0) for t in times],
            "day": [date(1, 1, 1), None, date(9999, 12, 31)],
            "clock": [time(1, 2, 3, 4), None, time(0)],
        },
        {"us": "pa.timestamp('us')", "zone": "pa.timestamp('us', 'Asia/Ho_Chi_Minh')", "ms": "pa.timestamp('ms')"},
    )


@hostile
def parquet_with_nanoseconds(folder):
    return parquet(
        folder,
        {"content": TEXTS, "ns": [1, None, 1_700_000_000_123_456_789], "clock": [1, None, 86_399_999_999_999]},
        {"ns": "pa.timestamp('ns')", "clock": "pa.time64('ns')"},
    )


@hostile
def parquet_with_nanoseconds_to_csv(folder):
    made = parquet_with_nanoseconds(folder)
    times = [
        ["1970-01-01 00:00:00.000000001", "00:00:00.000000001"],
        ["", ""],
        ["2023-11-14 22:13:20.123456789", "23:59:59.999999999"],
    ]
    return Hostile(None, [[text, *two] for text, two in zip(TEXTS, times, strict=True)], [], file=made.file)


@hostile
def parquet_with_nanoseconds_within_to_json(folder):
    times = [[{"lúc": 1}], None, []]
    kinds = {"x": "pa.list_(pa.struct([('lúc', pa.timestamp('ns'))]))"}
    made = parquet(folder, {"content": TEXTS, "x": times}, kinds)
    rows = [{"content": A, "x": [{"lúc": "1970-01-01 00:00:00.000000001"}]}, {"content": B, "x": None}]
    written = [json.dumps(row) for row in [*rows, {"content": C, "x": []}]]
    return Hostile(None, written, [], file=made.file, output="out.jsonl")


@hostile
def parquet_with_times_beyond_python(folder):
    """A year of 30,000, as a wrong unit makes it: an integer to Parquet, no date to Python."""
    return parquet(
        folder,
        {"content": TEXTS, "us": [900_000_000_000_000_000, None, 0], "d": [9_000_000, None, 0]},
        {"us": "pa.timestamp('us')", "d": "pa.date32()"},
    )


@hostile
def parquet_with_times_beyond_python_to_csv(folder):
    made = parquet_with_times_beyond_python(folder)
    rows = [
        [A, "30489-11-11 16:00:00.000000", "26611-03-02"],
        [B, "", ""],
        [C, "1970-01-01 00:00:00.000000", "1970-01-01"],
    ]
    return Hostile(None, rows, [], file=made.file)


@hostile
def parquet_with_a_zone_of_no_name(folder):
    """Arrow takes any name for a zone, and looks it up only when a time is shown."""
    return parquet(folder, {"content": TEXTS, "zone": [1, None, 3]}, {"zone": "pa.timestamp('us', 'Xã/Tân_Lũng')"})


@hostile
def parquet_nested(folder):
    return parquet(
        folder,
        {
            "content": TEXTS,
            "list": [[1, None], [], None],
            "struct": [{"a": 1, "b": ["x"]}, None, {"a": None, "b": []}],
            "map": [[("k", 1)], None, []],
        },
        {"map": "pa.map_(pa.string(), pa.int32())"},
    )


@hostile
def parquet_of_rare_types(folder):
    return parquet(
        folder,
        {
            "content": TEXTS,
            "dictionary": ["a", None, "a"],
            "decimal": [Decimal("1.10"), None, Decimal("-0.01")],
            "binary": [b"\xff\0", None, b""],
            "fixed": [b"ab", None, b"cd"],
            "float": [float("nan"), None, 1e300],
            "large": ["a", None, ""],
            "unsigned": [2**64 - 1, None, 0],
            "null": [None, None, None],
            "duration": [1, None, -5],
            "half": [1.5, None, 0.0],
        },
        {
            "dictionary": "pa.dictionary(pa.int8(), pa.string())",
            "decimal": "pa.decimal128(9, 2)",
            "fixed": "pa.binary(2)",
            "float": "pa.float64()",
            "large": "pa.large_string()",
            "unsigned": "pa.uint64()",
            "null": "pa.null()",
            "duration": "pa.duration('us')",
            "half": "pa.float16()",
        },
    )


@hostile
def parquet_of_rare_types_to_csv(folder):
    made = parquet(
        folder,
        {
            "content": [A, B],
            "dictionary": ["a", None],
            "decimal": [Decimal("1.10"), None],
            "binary": ["bờ".encode(), b"\xff"],
            "large": ["a", None],
            "map": [[("k", 1)], None],
            "decimals": [[Decimal("1.10")], []],
        },
        {
            "dictionary": "pa.dictionary(pa.int8(), pa.string())",
            "decimal": "pa.decimal128(9, 2)",
            "large": "pa.large_string()",
            "map": "pa.map_(pa.string(), pa.int32())",
        },
    )
    rows = [[A, "a", "1.10", "bờ", "a", '[["k", 1]]', '["1.10"]'], [B, "", "", "b'\\xff'", "", "", "[]"]]
    return Hostile(None, rows, [], file=made.file)


@hostile
def parquet_with_dictionaries_that_grow(folder):
    """Each row group has words of its own."""
    columns = {"content": [""] * 900, "word": [f"từ {n // 7}" for n in range(900)]}
    return parquet(folder, columns, {"word": "pa.dictionary(pa.int16(), pa.string())"})


@hostile
def parquet_whose_text_is_a_dictionary(folder):
    return parquet(folder, {"content": [A, A, None]}, {"content": "pa.dictionary(pa.int32(), pa.string())"})


@hostile
def parquet_whose_text_is_large(folder):
    return parquet(folder, {"content": [A, B, None]}, {"content": "pa.large_string()"})


@hostile
def parquet_whose_text_is_bytes(folder):
    """As old writers leave it, which do not mark text as text."""
    return parquet(folder, {"content": [A.encode(), None, B.encode()]}, {"content": "pa.binary()"})


@hostile
def parquet_whose_text_is_bytes_of_no_text(folder):
    """Rows before, between and behind those that are set aside are written as Arrow has them."""
    texts = [A.encode(), b"\xff", B.encode(), C.encode(), b"\xfe", B.encode()]
    made = parquet(folder, {"id": [*range(6)], "content": texts}, {"content": "pa.binary()", "id": "pa.int8()"})
    rows = [[n, text] for n, text in enumerate(texts) if n not in (1, 4)]
    return Hostile(None, rows, [b'[1, "\xff"]', b'[4, "\xfe"]'], file=made.file, output=made.output)


@hostile
def parquet_whose_text_is_a_list(folder):
    made = parquet(folder, {"content": [[A], None, [B, C]]})
    raws = [json.dumps([text], ensure_ascii=False) for text in ([A], [B, C])]
    return Hostile(None, [[None]], raws, file=made.file, output=made.output)


@hostile
def parquet_with_invalid_utf8(folder):
    """Arrow does not look into strings that it is given as bytes; other programs have written such files."""
    pa = pytest.importorskip("pyarrow", reason="Parquet needs pyarrow")
    pq = pytest.importorskip("pyarrow.parquet", reason="Parquet needs pyarrow")
    texts = pa.array([A.encode(), b"Ch\xe1\xbb \xff", B.encode()]).view(pa.string())
    pq.write_table(pa.Table.from_arrays([texts], names=["content"]), folder / "in.parquet")
    return Hostile(None, None, [b'["Ch\xe1\xbb \xff"]'], file="in.parquet", output="out.parquet")


@hostile
def parquet_with_invalid_utf8_within_another_column(folder):
    pa = pytest.importorskip("pyarrow", reason="Parquet needs pyarrow")
    pq = pytest.importorskip("pyarrow.parquet", reason="Parquet needs pyarrow")
    words = pa.array([b"a", b"\xff", b"c"]).view(pa.string())
    columns = [pa.ListArray.from_arrays([0, 1, 2, 3], words), pa.array(TEXTS)]
    pq.write_table(pa.Table.from_arrays(columns, names=["thẻ", "content"]), folder / "in.parquet")
    raw = b'[["\xff"], "%s"]' % B.encode()
    return Hostile(None, [[["a"], A], [["c"], C]], [raw], file="in.parquet", output="out.parquet")


@hostile
def parquet_of_no_rows(folder):
    return parquet(folder, {"id": [], "content": []}, {"id": "pa.int64()", "content": "pa.string()"})


@hostile
def parquet_of_no_columns(folder):
    return parquet(folder, {})


@hostile
def parquet_whose_text_is_an_integer(folder):
    return parquet(folder, {"id": ["a", "b", "c"], "content": [7, 8, 9]})


@hostile
def parquet_with_a_column_twice(folder):
    pa = pytest.importorskip("pyarrow", reason="Parquet needs pyarrow")
    pq = pytest.importorskip("pyarrow.parquet", reason="Parquet needs pyarrow")
    arrays = [pa.array(["a", "b"]), pa.array([1, 2]), pa.array([A, B])]
    pq.write_table(pa.Table.from_arrays(arrays, names=["id", "id", "content"]), folder / "in.parquet")
    return Hostile(None, file="in.parquet", output="out.parquet")


@hostile
def parquet_to_csv(folder):
    made = parquet(folder, {"id": [1, None, 3], "content": [A, None, 'a,"b"\nc'], "x": [[1], None, []]})
    rows = [["1", A, "[1]"], ["", "", ""], ["3", 'a,"b"\nc', "[]"]]
    return Hostile(None, rows, [], file=made.file, output="out.csv")


@hostile
def parquet_to_json(folder):
    made = parquet(folder, {"id": [1, None], "content": [A, None]})
    rows = [json.dumps({"id": 1, "content": A}, ensure_ascii=False), '{"id": null, "content": null}']
    return Hostile(None, rows, [], file=made.file, output="out.jsonl")


@hostile
def csv_to_parquet(folder):
    pytest.importorskip("pyarrow", reason="Parquet needs pyarrow")
    rows = [["007", A1], ["", ""], ["NA", "\0"]]
    return plain(csv_of(*rows), rows, output="out.parquet")


# Cells


@hostile
def cells_that_look_like_formulas(folder):
    rows = [["=1+2", "=HYPERLINK(0)"], ["+84", "-1"], ["@SUM", "\t=x"], ["'=1", "007"]]
    return plain(csv_of(*rows), rows)


@hostile
def only_emoji(folder):
    rows = [["1", "🌸🎉👩‍🌾🇻🇳"], ["2", "😀" * 500]]
    return plain(csv_of(*rows), rows)


@hostile
def bidi_marks(folder):
    rows = [["\u202e1", f"\u202e{A1}\u202c"], ["\u2066x\u2069", "\u200f\u200e\u061c"], ["3", "‮gnuđ gnôhk\u200b\ufeff"]]
    return plain(csv_of(*rows), rows)


@hostile
def stacked_marks(folder):
    rows = [["1", "Huê" + "\u0301\u0323" * 5000], ["2", "\u0301"]]
    return plain(csv_of(*rows), rows)


@hostile
def private_and_unassigned_signs(folder):
    rows = [["1", "\ue000\uf8ff\U000f0000\uffff\ufffe\U0010ffff"], ["2", "\ufffd" * 9]]
    return plain(csv_of(*rows), rows)


@hostile
def html_with_scripts(folder):
    page = f'<p onclick="x(1)">{A}</p>\n<script>if (a < b && c) {{ document.write("<b>,</b>") }}</script>'
    quoted = page.replace('"', '""')
    return plain(csv_of(f'1,"{quoted}"', ROWS[1]), [["1", page], ROWS[1]])


@hostile
def only_signs(folder):
    rows = [["1", "-" * 100_000], ["2", "." * 100_000], ["3", "(" * 50_000], ["4", "http://" * 9000]]
    return plain(csv_of(*rows), rows)


# Places


def in_place(folder, name="in.csv", data=PLAIN):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


@hostile
def folder_without_read_rights(folder):
    in_place(folder, "kho/in.csv").parent.chmod(0)
    return refused(file="kho", output="ra", root_skips=True, cleanup=lambda: (folder / "kho").chmod(0o700))


@hostile
def file_below_a_folder_without_rights(folder):
    in_place(folder, "kho/in.csv").parent.chmod(0)
    return refused(file="kho/in.csv", root_skips=True, cleanup=lambda: (folder / "kho").chmod(0o700))


@hostile
def file_without_read_rights(folder):
    in_place(folder).chmod(0)
    return refused(root_skips=True)


@hostile
def output_in_a_folder_without_write_rights(folder):
    in_place(folder)
    (folder / "ra").mkdir(mode=0o500)
    return refused(output="ra/out.csv", root_skips=True)


@hostile
def fifo_without_a_writer(folder):
    os.mkfifo(folder / "in.csv")
    return refused()


@hostile
def fifo_with_a_writer(folder):
    os.mkfifo(folder / "in.csv")
    fd = os.open(folder / "in.csv", os.O_RDWR)  # neither end waits
    os.write(fd, PLAIN)
    timer = threading.Timer(1.0, os.close, [fd])
    timer.start()
    return refused(cleanup=timer.join)


@hostile
def fifo_in_a_folder(folder):
    """To be found before the files before it have been tagged."""
    in_place(folder, "kho/a.csv")
    os.mkfifo(folder / "kho" / "b.csv")
    return refused(file="kho", output="ra")


@hostile
def fifo_to_standard_output(folder):
    os.mkfifo(folder / "in.csv")
    return refused(output="-")


@hostile
def device_null(folder):
    return refused(file="/dev/null")


@hostile
def device_zero(folder):
    return refused(file="/dev/zero")


@hostile
def file_that_opens_and_cannot_be_read(folder):
    """Reading this process's memory from its beginning fails with an error of the system."""
    if not Path("/proc/self/mem").exists():
        pytest.skip("no /proc")
    return refused(file="/proc/self/mem")


@hostile
def no_such_file(folder):
    return refused(file="nowhere.csv")


@hostile
def pattern_that_matches_nothing(folder):
    return refused(file="no*.csv", output="ra")


@hostile
def directory_named_like_a_file(folder):
    (folder / "in.csv").mkdir()
    return refused()


@hostile
def dangling_link(folder):
    (folder / "in.csv").symlink_to("nowhere.csv")
    return refused()


@hostile
def loop_of_links(folder):
    (folder / "in.csv").symlink_to("in.csv")
    return refused()


@hostile
def link_to_a_file(folder):
    in_place(folder, "kho/a.csv")
    (folder / "in.csv").symlink_to("kho/a.csv")
    return Hostile(None, ROWS, [])


@hostile
def dangling_link_in_a_folder(folder):
    in_place(folder, "kho/a.csv")
    (folder / "kho" / "b.csv").symlink_to("nowhere.csv")
    return refused(file="kho", output="ra")


@hostile
def output_below_a_file(folder):
    (folder / "ra").write_text("a file")
    return refused(PLAIN, output="ra/out.csv")


@hostile
def output_below_a_dangling_link(folder):
    (folder / "ra").symlink_to("/nowhere/at/all")
    return refused(PLAIN, output="ra/out.csv")


@hostile
def output_is_a_dangling_link(folder):
    """Something of that name is there; it must not go."""
    (folder / "out.csv").symlink_to("elsewhere.csv")
    return refused(PLAIN)


@hostile
def output_there_already(folder):
    in_place(folder, "out.csv", b"mine")
    return refused(PLAIN)


@hostile
def quarantine_there_already(folder):
    in_place(folder, "out.csv.quarantine.csv", b"mine")
    return refused(PLAIN)


@hostile
def output_is_the_input(folder):
    return refused(PLAIN, output="in.csv")


@hostile
def output_is_the_input_by_a_link(folder):
    in_place(folder)
    os.link(folder / "in.csv", folder / "out.csv")
    return refused()


@hostile
def output_is_the_folder_of_the_input(folder):
    in_place(folder, "kho/a.csv")
    return refused(file="kho", output="kho")


@hostile
def folder_of_an_interrupted_run(folder):
    in_place(folder, ".out.csv.run/key.json", b"{}")
    return refused(PLAIN)


@hostile
def folder_of_a_damaged_run(folder):
    in_place(folder, ".out.csv.run/key.json", b"\0" * 50)
    return refused(PLAIN, options=("--resume",))


@hostile
def file_in_place_of_the_run_folder(folder):
    in_place(folder, ".out.csv.run", b"mine")
    return refused(PLAIN)


@hostile
def name_with_a_line_end(folder):
    return plain(PLAIN, file="tin đầu tiên\n của xã.csv", output="tin đã gắn\nnhãn.csv")


@hostile
def name_with_brackets(folder):
    return plain(PLAIN, file="tin [1]*.csv")


@hostile
def name_with_a_line_end_in_an_error(folder):
    return refused(b"", file="tin\ncủa xã.csv")


@hostile
def name_that_is_no_utf8(folder):
    name = os.fsdecode(b"tin \xff.csv")
    try:
        in_place(folder, name)
    except OSError:
        pytest.skip("this file system has names in UTF-8 only")
    return Hostile(None, ROWS, [], file=name)


@hostile
def name_that_is_no_utf8_in_an_error(folder):
    return refused(file=os.fsdecode(b"tin \xff.csv"))


@hostile
def name_of_300_letters(folder):
    return refused(file="a" * 300 + ".csv")


@hostile
def output_name_of_300_letters(folder):
    return refused(PLAIN, output="a" * 300 + ".csv")


@hostile
def output_name_of_250_letters(folder):
    """It is short enough itself; what goes with it is not."""
    return refused(PLAIN, output="a" * 246 + ".csv")
