"""Plain blocks of CSV are read as careful reading would read them, whatever stands between them."""

import csv
import io
from unittest import mock

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from vnpolicy_nlp.archive import csvplain, csvtable
from vnpolicy_nlp.archive.csvplain import may_be_plain, plain_rows
from vnpolicy_nlp.archive.csvrecords import Dialect
from vnpolicy_nlp.archive.csvtable import CsvTable
from vnpolicy_nlp.archive.rows import Bad

TEXT = "Xóm Đồi họp dân, biểu quyết mức đóng góp làm đường theo quy chế dân chủ ở cơ sở. "

line_ends = st.sampled_from(["\n", "\r\n"])
signs = st.sampled_from('",;\n\r\t \x00\ufeffa7') | st.characters(codec="utf-8")
quoted = st.text(signs, max_size=8).map(lambda cell: '"' + cell.replace('"', '""') + '"')
bare = st.sampled_from(["", "ba", "bài"])
polluted = st.binary(max_size=12) | st.text('",\n\ra', max_size=12).map(str.encode)


def lines(least, most):
    """Return records of so many cells, as they stand in a file."""
    cells = st.lists(quoted | bare, min_size=least, max_size=most)
    return st.builds(lambda cells, end: (",".join(cells) + end).encode(), cells, line_ends)


def bodies(n_columns):
    """Return the number of columns, and what may stand below a header: rows, most of it."""
    row = lines(n_columns, n_columns)
    body = st.lists(st.one_of(row, row, row, row, lines(0, 4), polluted), max_size=20).map(b"".join)
    return st.tuples(st.just(n_columns), body)


def records(head, body, size):
    """Return all that is read of a file whose rows come so many bytes at a time."""
    blocks = [head, *(body[at : at + size] for at in range(0, len(body), size))]
    table = CsvTable(iter(blocks), "in.csv", ",")
    return [record if isinstance(record, Bad) else (list(record), record.raw) for record in table.records()]


@settings(max_examples=500)
@given(st.integers(1, 3).flatmap(bodies), st.integers(1, 20) | st.integers(20, 300))
@example((2, b'1,"a""b"\n"""",2\n"","""x"\n'), 99)
@example((2, b'1,"a\n2,b\n3,"c\r\nd"\r\n4,e\r5,f\n'), 99)
@example((2, b'1,a"b"\n2,c\n'), 99)
@example((2, b'1,"a"b\n2,c\n'), 99)
@example((2, b"1,a\n2,b,c\n3\n4,d\n"), 99)
@example((2, b"1,a\n\n\r\n2,\xff\n3,b\n"), 99)
@example((1, b"a\n\n\r\nb\n"), 99)
def test_with_and_without_arrays_the_records_are_the_same(body, size):
    n_columns, below = body
    above = [["content", "title", "id"], ["one", "two", "three"]]
    head = b"".join(",".join(cells[:n_columns]).encode() + b"\n" for cells in above)
    with mock.patch.object(csvplain, "_SHORT", 0):
        found = records(head, below, size)
    with mock.patch.object(csvtable, "may_be_plain", return_value=False):
        assert records(head, below, size) == found


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("dialect", [Dialect(), Dialect(";"), Dialect("\t", quote="'")], ids=str)
def test_a_plain_block_is_read_without_the_csv_module(dialect, end):
    rows = [["7", TEXT, f"{dialect.quote}{TEXT}{end}{dialect.separator}{TEXT}"], ["", TEXT * 2, ""], [TEXT, "", TEXT]]
    lines = [dialect.separator.join(map(dialect.cell, row)) + end for row in rows]
    plain = plain_rows("".join([*lines, "8"]).encode(), dialect, 3)
    assert plain.rows == rows == list(csv.reader(io.StringIO("".join(lines), newline=""), **style(dialect)))
    assert [row.raw.decode() for row in plain.rows] == lines
    assert (plain.n_bytes, plain.n_lines) == (len("".join(lines).encode()), 4)


def style(dialect):
    return {"delimiter": dialect.separator, "quotechar": dialect.quote, "strict": True}


@pytest.mark.parametrize(
    "doubtful",
    [
        b"8\n",
        b"8,a,b,c\n9,a\n",
        b'8,a"b",c\n',
        b'8,"a"b,c\n',
        b'8, "a,b",c\n',
        b"8,a,\xff\n",
        b"8,a,b\r9,a,b\n",
        b"\n",
        b"\r\n",
        b'"8,a,b\n',
    ],
)
def test_a_block_with_one_doubtful_record_is_left_alone(doubtful):
    sound = f'7,"{TEXT * 9}","{TEXT * 9}"\n'.encode()
    assert len(plain_rows(sound * 2, Dialect(), 3).rows) == 2
    last = plain_rows(sound + doubtful, Dialect(), 3).rows
    assert len(last) == (1 if doubtful.startswith(b'"') else 0)  # what is not closed here may be in the next block
    assert plain_rows(doubtful + sound, Dialect(), 3).rows == []


def test_blocks_that_arrays_do_not_fit():
    sound = f'7,"{TEXT * 9}"\n'.encode()
    assert plain_rows(sound, Dialect(), 2).rows
    assert not plain_rows(sound + b"8,a\n" * 1000, Dialect(), 2).rows  # read sooner cell by cell
    assert not plain_rows(sound * 6000, Dialect(), 2).rows  # too large
    lines = b"\n" * 20_000
    assert not plain_rows(b'7,"' + lines + b'"\n' + sound * 100, Dialect(), 2).rows  # too many lines for a record


@pytest.mark.parametrize(
    ("dialect", "may_be"),
    [
        (Dialect(), True),
        (Dialect("\t", quote="'"), True),
        (Dialect(escape="\\"), False),
        (Dialect("||"), False),
        (Dialect("¦"), False),
        (Dialect('"'), False),
        (Dialect("\n"), False),
    ],
)
def test_dialects_of_plain_files(dialect, may_be):
    assert may_be_plain(dialect) == may_be
