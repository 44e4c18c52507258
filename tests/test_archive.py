"""The archive engine: what goes in comes out again, tagged, in order, whatever the kind of file."""

import csv
import io
import json
import logging
import sys

import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st

import vnpolicy_nlp as vp
from vnpolicy_nlp.archive import chunks, csvrecords, workplace
from vnpolicy_nlp.archive.csvtable import CsvTable, Dialect, find_dialect
from vnpolicy_nlp.archive.rows import Bad
from vnpolicy_nlp.archive.writers import CsvFormat
from vnpolicy_nlp.errors import ColumnError, OutputError, TableError

SAMPLE = ROOT / "data" / "sample_archive.csv"
NEWS = "Xóm Đồi họp dân, biểu quyết mức đóng góp làm đường theo quy chế dân chủ ở cơ sở."

cells = st.text(
    alphabet=st.one_of(st.sampled_from('",;\n\r\t \x00\ufeffNA007'), st.characters(codec="utf-8")), max_size=8
)
tables = st.integers(2, 4).flatmap(lambda n: st.lists(st.lists(cells, min_size=n, max_size=n), min_size=1, max_size=5))


def read(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file, strict=True))


def write(path, text, encoding="utf-8"):
    path.write_bytes(text.encode(encoding))
    return path


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def parsed(data, **options):
    """Return columns, rows and bad records of CSV bytes."""
    table = CsvTable(iter([data]), "in.csv", **options)
    records = list(table.records())
    return table.columns, [r for r in records if not isinstance(r, Bad)], [r for r in records if isinstance(r, Bad)]


@given(table=tables, line_end=st.sampled_from(["\n", "\r\n"]), separator=st.sampled_from(",;\t|"))
def test_every_cell_comes_back_as_it_was(table, line_end, separator):
    header = [f"column {i}" for i in range(len(table[0]))]
    style = CsvFormat(Dialect(separator), line_end)
    data = style.head(header, []) + style.rows(header, table, [], [[]] * len(table))
    for size in (7, 1 << 20):
        again = CsvTable(iter([data[at : at + size] for at in range(0, len(data), size)]), "in.csv", separator)
        assert list(again.records()) == table
        assert (again.columns, again.line_end) == (header, line_end)


@given(st.binary(max_size=300), st.integers(0, 400))
def test_whatever_stands_behind_the_header_every_line_is_kept(garbage, cut):
    """Each line that is not blank is in a row or in a record that was set aside."""
    data = b"id,content\n1,one\n" + garbage
    columns, rows, bad = parsed(data, separator=",")
    assert columns == ["id", "content"]
    assert rows[:1] == [["1", "one"]] or bad
    kept = "".join(cell for row in rows for cell in row) + "".join(record.raw for record in bad)
    text = data.decode("utf-8", "surrogateescape")[len("id,content\n") :]
    for sign in set(text) - set('",\r\n \t'):  # a line of blanks is a blank line
        assert kept.count(sign) >= text.count(sign)


@pytest.mark.parametrize(
    ("body", "rows", "reasons"),
    [
        ("1,a\n2\n3,b,c\n4,d\n", ["1", "4"], ["1 cells where", "3 cells where"]),
        ('1,"a\n2,b\n3,c\n', ["2", "3"], ["not closed"]),
        ('1,a\n2,"b"c\n3,d\n', ["1", "3"], ["wrong place"]),
        ('1,"a\n2,"b"\n3,c\n', ["2", "3"], ["wrong place"]),
        ('1,he said "no"\n2,b\n', ["1", "2"], []),
        ("1,a\n\n\r\n2,b", ["1", "2"], []),
    ],
)
def test_one_broken_record_costs_no_other(body, rows, reasons):
    _, found, bad = parsed(f"id,content\n{body}".encode())
    assert [row[0] for row in found] == rows
    assert len(bad) == len(reasons)
    assert all(reason in record.reason for reason, record in zip(reasons, bad, strict=True))


def test_a_mark_never_closed_costs_one_line_of_many(monkeypatch):
    monkeypatch.setattr(csvrecords, "MOST_LINES", 50)
    lines = [f"{n},Tin số {n}" for n in range(300)]
    lines[7] = '7,"Tin số 7'
    _, rows, bad = parsed("\n".join(["id,content", *lines]).encode())
    assert [row[0] for row in rows] == [str(n) for n in range(300) if n != 7]
    assert [(record.line, record.raw) for record in bad] == [(9, '7,"Tin số 7\n')]


def test_bytes_that_are_no_text_cost_their_row():
    _, rows, bad = parsed(b"id,content\n1,a\n2,\xff\xfeb\n3,c\n")
    assert [row[0] for row in rows] == ["1", "3"]
    assert [(record.line, record.reason) for record in bad] == [(3, "not valid UTF-8")]


def test_what_stands_before_the_header_is_set_aside():
    columns, rows, bad = parsed("Xuất ngày 3/4\n\nid;tiêu đề;nội dung\n1;a;b\n2;c;d\n".encode())
    assert columns == ["id", "tiêu đề", "nội dung"]
    assert len(rows) == 2
    assert [record.raw for record in bad] == ["Xuất ngày 3/4\n"]


@pytest.mark.parametrize(
    ("sample", "dialect"),
    [
        ("id,title\n1,a\n", Dialect()),
        ("id;title\n1;a, b, c\n2;d, e, f\n", Dialect(";")),
        ("id\ttitle\n1\ta,b\n", Dialect("\t")),
        ("id|title\n1|a\n", Dialect("|")),
        ('id,title\n1,"a \\"b\\", c"\n2,d\n', Dialect(escape="\\")),
        ("id,title\n'1','a, b'\n'2','c'\n", Dialect(quote="'")),
        ("title\nmột\nhai\n", Dialect()),
        ("id||title\n1||a|b\n2||c\n", Dialect("||")),
        ("id\t\ttitle\n1\t\ta\n", Dialect("\t\t")),
        ("id|note|title\n1||a\n2||b\n", Dialect("|")),
        ("id,title\n1,a\\, b\n2,c\n", Dialect(escape="\\")),
    ],
)
def test_the_dialect_is_found(sample, dialect):
    assert find_dialect(sample) == dialect


def test_the_sample_archive_comes_through_unchanged(tagger, tmp_path):
    summary = vp.tag_archive(SAMPLE, tmp_path / "out.csv", ["title", "content"], model=tagger)
    before, after = read(SAMPLE), read(tmp_path / "out.csv")
    assert after[0] == [*before[0], "topics"]
    assert [row[:-1] for row in after] == before
    flat = {cell for row in after for cell in row}
    assert {"007", "NA", "00001"} <= flat, "cells that a careless reader would change"
    content = (tmp_path / "out.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf"), "Excel knows the input as UTF-8 and must know the output"
    assert content.split(b"\r\n")[0].endswith(b",topics")
    assert summary.n_rows == len(before) - 1
    assert summary.n_without_text == 2
    tags = [row[-1] for row in after[1:]]
    assert summary.n_untagged == tags.count("")
    assert summary.n_tagged == {topic: sum(topic in cell.split(";") for cell in tags) for topic in tagger.topics}


def test_chunks_and_processes_do_not_show_in_the_output(tagger, tmp_path, monkeypatch):
    everything = {"scores": True, "evidence": True, "documents": True}
    vp.tag_archive(SAMPLE, tmp_path / "whole.csv", model=tagger, **everything)
    monkeypatch.setattr(chunks, "_RECORDS", 7)
    vp.tag_archive(SAMPLE, tmp_path / "chunks.csv", model=tagger, **everything)
    vp.tag_archive(SAMPLE, tmp_path / "processes.csv", model=tagger, **everything, n_jobs=2)
    whole = (tmp_path / "whole.csv").read_bytes()
    assert whole == (tmp_path / "chunks.csv").read_bytes()
    assert whole == (tmp_path / "processes.csv").read_bytes()


CITING = "Theo NĐ 59/2023, rồi Luật Đất đai năm 2024, và cũng theo Nghị định số 59/2023/NĐ-CP."
CITED = "Nghị định 59/2023/NĐ-CP; Luật Đất đai 2024"


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_cited_documents_stand_in_one_cell(tagger, tmp_path, kind):
    if kind == "parquet":
        pytest.importorskip("pyarrow")
    source = write(tmp_path / "in.csv", f'id,title,content\n1,"{CITING}",Luật Nhà ở\n2,Giá vàng,x\n3,,\n')
    vp.tag_archive(source, tmp_path / f"out.{kind}", model=tagger, evidence=True, documents=True)
    if kind == "csv":
        header, *rows = read(tmp_path / "out.csv")
        found = [dict(zip(header, row, strict=True)) for row in rows]
    elif kind == "jsonl":
        found = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text("utf-8").splitlines()]
    else:
        from pyarrow import parquet

        found = parquet.read_table(tmp_path / "out.parquet").to_pylist()
    added = ["topics", *(f"evidence_{topic}" for topic in tagger.topics), "documents"]
    assert list(found[0]) == ["id", "title", "content", *added]
    assert [row["documents"] for row in found] == [f"{CITED}; Luật Nhà ở", "", ""]
    record = json.loads((tmp_path / f"out.{kind}.run.json").read_text("utf-8"))
    assert (record["added_columns"], record["key"]["options"]["documents"]) == (added, True)


def test_a_column_of_documents_that_is_there_already_is_refused(tagger, tmp_path):
    source = write(tmp_path / "in.csv", "title,documents\na,b\n")
    with pytest.raises(ColumnError, match="the input has a column 'documents' already: rename or drop it first"):
        vp.tag_archive(source, tmp_path / "never.csv", model=tagger, documents=True)
    vp.tag_archive(source, tmp_path / "out.csv", model=tagger)
    assert read(tmp_path / "out.csv") == [["title", "documents", "topics"], ["a", "b", ""]]


def test_rights_of_the_output_are_those_of_a_new_file(tagger, tmp_path):
    source = write(tmp_path / "in.csv", "title\nGiá vàng\n")
    vp.tag_archive(source, tmp_path / "out.csv", model=tagger)
    assert (tmp_path / "out.csv").stat().st_mode == source.stat().st_mode


def test_text_columns_are_guessed_or_named(tagger, tmp_path):
    source = write(tmp_path / "in.csv", "Nội dung;tieu_de;Tóm tắt;ghi chú\na;b;c;d\n")
    summary = vp.tag_archive(source, tmp_path / "guessed.csv", model=tagger)
    assert summary.text_columns == ("tieu_de", "Tóm tắt", "Nội dung")
    summary = vp.tag_archive(source, tmp_path / "named.csv", "ghi chú", model=tagger, separator=";")
    assert summary.text_columns == ("ghi chú",)


@pytest.mark.parametrize(
    ("content", "error", "message"),
    [
        ("", TableError, "is empty: it needs a header line and at least one row"),
        ("id,day\n1,2\n", ColumnError, "no column looks like an article's text; name it with --text-column"),
        ("id,title,topics\n1,a,b\n", ColumnError, "the input has a column 'topics' already: rename or drop it first"),
        ("title,title\na,b\n", ColumnError, "there are 2 columns named 'title'"),
    ],
)
def test_bad_files_are_refused_and_leave_nothing(tagger, tmp_path, content, error, message):
    source = write(tmp_path / "in.csv", content)
    with pytest.raises(error) as caught:
        vp.tag_archive(source, tmp_path / "out.csv", model=tagger)
    assert message in str(caught.value)
    assert names(tmp_path) == ["in.csv"]


def test_broken_records_go_to_quarantine(tagger, tmp_path):
    source = write(tmp_path / "in.csv", f'id,content\n1,{NEWS.replace(",", "")}\n2,a,b\n3,"c\n4,d\n')
    summary = vp.tag_archive(source, tmp_path / "out.csv", model=tagger)
    assert (summary.n_rows, summary.n_quarantined) == (2, 2)
    assert [row[0] for row in read(tmp_path / "out.csv")] == ["id", "1", "4"]
    assert read(tmp_path / "out.csv.quarantine.csv") == [
        ["file", "line", "reason", "raw"],
        [str(source), "3", "3 cells where the header has 2", "2,a,b"],
        [str(source), "4", "a quotation mark is not closed", '3,"c'],
    ]
    with pytest.raises(TableError, match="line 3: 3 cells where the header has 2; mend it, or run without --strict"):
        vp.tag_archive(source, tmp_path / "strict.csv", model=tagger, strict=True)
    assert "strict.csv" not in str(names(tmp_path))


ZSTD = "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd"
PACKAGES = {".gz": "gzip", ".bz2": "bz2", ".xz": "lzma", ".zst": ZSTD}


@pytest.mark.parametrize("suffix", PACKAGES)
def test_packed_files_in_and_out(tagger, tmp_path, suffix):
    module = pytest.importorskip(PACKAGES[suffix])
    pack, unpack = module.compress, module.decompress
    vp.tag_archive(SAMPLE, tmp_path / "plain.csv", model=tagger)
    source = tmp_path / f"in.csv{suffix}"
    source.write_bytes(pack(SAMPLE.read_bytes()))
    vp.tag_archive(source, tmp_path / f"out.csv{suffix}", model=tagger)
    assert unpack((tmp_path / f"out.csv{suffix}").read_bytes()) == (tmp_path / "plain.csv").read_bytes()
    source.write_bytes(pack(SAMPLE.read_bytes())[:-30])
    with pytest.raises(TableError, match=r"cut short|damaged"):
        vp.tag_archive(source, tmp_path / "never.csv", model=tagger)
    assert not (tmp_path / "never.csv").exists()


def test_json_lines_keep_their_values(tagger, tmp_path):
    records = [
        {"id": 7, "content": NEWS, "tags": ["a", None]},
        {"content": "", "id": 1.5},
        {"id": True, "content": None},
    ]
    lines = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    source = write(tmp_path / "in.jsonl", lines + "[1]\n{\n\n" + '{"id": 2, "content": 5}\n')
    summary = vp.tag_archive(source, tmp_path / "out.jsonl", model=tagger)
    assert (summary.n_rows, summary.n_quarantined, summary.n_without_text) == (3, 3, 2)
    after = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text("utf-8").splitlines()]
    assert [record.pop("topics") for record in after] == ["grassroots_democracy", "", ""]
    assert after == records
    vp.tag_archive(source, tmp_path / "out.csv", model=tagger)
    assert read(tmp_path / "out.csv")[1] == ["7", NEWS, '["a", null]', "grassroots_democracy"]


def test_parquet_keeps_its_types(tagger, tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    table = pyarrow.table(
        {
            "id": pyarrow.array([1, None, 3], pyarrow.int32()),
            "content": ["Giá vàng", NEWS, None],
            "day": pyarrow.array([0, 1, None], pyarrow.timestamp("us")),
        }
    )
    parquet.write_table(table, tmp_path / "in.parquet")
    vp.tag_archive(tmp_path / "in.parquet", tmp_path / "out.parquet", model=tagger, scores=True)
    after = parquet.read_table(tmp_path / "out.parquet")
    assert after.select(["id", "content", "day"]).equals(table)
    assert after["topics"].to_pylist() == ["", "grassroots_democracy", ""]
    vp.tag_archive(tmp_path / "in.parquet", tmp_path / "out.jsonl", model=tagger)
    first = json.loads((tmp_path / "out.jsonl").read_text("utf-8").splitlines()[0])
    assert first == {"id": 1, "content": "Giá vàng", "day": "1970-01-01 00:00:00", "topics": ""}
    (tmp_path / "cut.parquet").write_bytes((tmp_path / "in.parquet").read_bytes()[:-9])
    with pytest.raises(TableError, match="is no Parquet file, or is damaged"):
        vp.tag_archive(tmp_path / "cut.parquet", tmp_path / "never.parquet", model=tagger)


def test_folders_and_patterns_are_mirrored(tagger, tmp_path):
    for place in ("in/a.csv", "in/2020/b.tsv", "in/2020/c.jsonl"):
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
    write(tmp_path / "in/a.csv", "title\nGiá vàng\n")
    write(tmp_path / "in/2020/b.tsv", "id\ttitle\n1\tGiá, vàng\n")
    write(tmp_path / "in/2020/c.jsonl", '{"title": "Giá vàng"}\n')
    summary = vp.tag_archive(tmp_path / "in", tmp_path / "out", model=tagger)
    assert (summary.n_rows, len(summary.files)) == (3, 3)
    assert (tmp_path / "out/2020/b.tsv").read_text("utf-8") == "id\ttitle\ttopics\n1\tGiá, vàng\t\n"
    vp.tag_archive([str(tmp_path / "in" / "*.csv"), tmp_path / "in/2020/b.tsv"], tmp_path / "more", model=tagger)
    assert names(tmp_path / "more") == ["a.csv", "a.csv.run.json", "b.tsv", "b.tsv.run.json"]
    with pytest.raises(TableError, match="no file matches"):
        vp.tag_archive(str(tmp_path / "*.none"), tmp_path / "never", model=tagger)
    with pytest.raises(TableError, match=r"two of the files are called a\.csv"):
        vp.tag_archive([tmp_path / "in/a.csv", tmp_path / "more/a.csv"], tmp_path / "never", model=tagger)


def test_nothing_is_written_over(tagger, tmp_path):
    source = write(tmp_path / "in.csv", "title\na\n")
    with pytest.raises(OutputError, match="is the input: choose another name for the output"):
        vp.tag_archive(source, source, model=tagger)
    (tmp_path / "link.csv").symlink_to(source)
    with pytest.raises(OutputError, match="is the input"):
        vp.tag_archive(source, tmp_path / "link.csv", model=tagger)
    other = write(tmp_path / "other.csv", "precious")
    for resume in (False, True):
        with pytest.raises(OutputError, match="is there already"):
            vp.tag_archive(source, other, model=tagger, resume=resume)
    assert (source.read_text(), other.read_text()) == ("title\na\n", "precious")
    with pytest.raises(OutputError, match="cannot write"):
        vp.tag_archive(source, source / "out.csv", model=tagger)


class Stopped(Exception):  # noqa: N818 - it is none
    """Comes from outside, like a signal."""


def stop_after(n_rows):
    def progress(state):
        if state.n_rows >= n_rows:
            raise Stopped

    return progress


@pytest.mark.parametrize("name", ["out.csv", "out.jsonl.gz", "out.parquet"])
def test_an_interrupted_run_is_gone_on_with(tagger, tmp_path, monkeypatch, name):
    if name == "out.parquet":
        pytest.importorskip("pyarrow")
    monkeypatch.setattr(chunks, "_RECORDS", 5)
    monkeypatch.setattr(workplace, "_SECONDS", 0)
    vp.tag_archive(SAMPLE, tmp_path / "whole" / name, model=tagger)
    output = tmp_path / "cut" / name
    for n_rows in (5, 20, 20, 40, 70):
        with pytest.raises(Stopped):
            vp.tag_archive(SAMPLE, output, model=tagger, resume=True, progress=stop_after(n_rows))
        assert names(output.parent) == [f".{name}.run"]
    with pytest.raises(OutputError, match=r"an interrupted run has left .*: run again with --resume to go on"):
        vp.tag_archive(SAMPLE, output, model=tagger)
    with pytest.raises(OutputError, match="had another options"):
        vp.tag_archive(SAMPLE, output, model=tagger, resume=True, scores=True)
    with pytest.raises(OutputError, match="had another options"):
        vp.tag_archive(SAMPLE, output, model=tagger, resume=True, documents=True)
    summary = vp.tag_archive(SAMPLE, output, model=tagger, resume=True)
    assert output.read_bytes() == (tmp_path / "whole" / name).read_bytes()
    assert summary.n_rows == 73
    assert names(output.parent) == [name, f"{name}.run.json"]
    again = vp.tag_archive(SAMPLE, output, model=tagger, resume=True)
    assert again.n_tagged == summary.n_tagged


def test_a_half_written_checkpoint_is_none(tagger, tmp_path, monkeypatch):
    monkeypatch.setattr(chunks, "_RECORDS", 5)
    monkeypatch.setattr(workplace, "_SECONDS", 0)
    vp.tag_archive(SAMPLE, tmp_path / "whole.csv", model=tagger)
    with pytest.raises(Stopped):
        vp.tag_archive(SAMPLE, tmp_path / "out.csv", model=tagger, progress=stop_after(30))
    folder = tmp_path / ".out.csv.run"
    journal = (folder / "journal").read_bytes()
    (folder / "journal").write_bytes(journal[: -len(journal.splitlines()[-1]) // 2])
    with (folder / "data").open("ab") as file:
        file.write(b"half a ro")
    vp.tag_archive(SAMPLE, tmp_path / "out.csv", model=tagger, resume=True)
    assert (tmp_path / "out.csv").read_bytes() == (tmp_path / "whole.csv").read_bytes()


def test_two_processes_do_not_work_on_one_output(tagger, tmp_path, monkeypatch):
    def second(state):
        with pytest.raises(OutputError, match="another process is at work"):
            vp.tag_archive(SAMPLE, tmp_path / "out.csv", model=tagger, resume=True)

    vp.tag_archive(SAMPLE, tmp_path / "out.csv", model=tagger, progress=second)


def test_the_record_says_how_the_output_came_about(tagger, tmp_path, caplog):
    caplog.set_level(logging.INFO, "vnpolicy_nlp")
    vp.tag_archive(SAMPLE, tmp_path / "out.csv", model=tagger)
    record = json.loads((tmp_path / "out.csv.run.json").read_text("utf-8"))
    assert record["counts"]["rows"] == 73
    assert record["text_columns"] == ["title", "content"]
    assert record["versions"].keys() >= {"vnpolicy-nlp", "underthesea", "numpy"}
    assert len(record["input"]["sha256"]) == len(record["key"]["model"]) == 64
    assert "text from title, content" in caplog.text


def test_a_huge_row_is_kept_whole_and_tagged_by_its_beginning(tagger, tmp_path, monkeypatch):
    monkeypatch.setattr(chunks, "MOST_READ", 500)
    long = f"{NEWS} " + "a " * 100_000
    source = write(tmp_path / "in.csv", f'id,title\n1,"{long}"\n2,b\n')
    summary = vp.tag_archive(source, tmp_path / "out.csv", model=tagger)
    assert (summary.n_rows, summary.n_cut) == (2, 1)
    assert read(tmp_path / "out.csv")[1] == ["1", long, "grassroots_democracy"]


def test_standard_input_and_output(tagger, tmp_path, monkeypatch, capfdbinary):
    monkeypatch.chdir(tmp_path)
    source = write(tmp_path / "in.csv", "title\nGiá vàng\n")
    with source.open("rb") as file:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(file.read())))
    vp.tag_archive("-", "-", model=tagger)
    sys.stdout.flush()
    assert capfdbinary.readouterr().out == "title,topics\nGiá vàng,\n".encode()
    assert names(tmp_path) == ["in.csv"]


def test_files_of_a_folder_that_are_no_tables_are_named(tmp_path, caplog):
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.csv").write_text("id,content\n1,Xã họp dân\n", "utf-8")
    (tmp_path / "in/b.json").write_text("{}", "utf-8")
    with caplog.at_level("INFO", "vnpolicy_nlp"):
        assert vp.tag_archive(tmp_path / "in", tmp_path / "out").n_rows == 1
    assert "1 files by their names no tables are left out, such as" in caplog.text
    assert "b.json" in caplog.text
