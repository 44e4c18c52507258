import csv
import gzip

import pytest
from conftest import ROOT
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import vnpolicy_nlp as vp
from vnpolicy_nlp.archive import run
from vnpolicy_nlp.archive.csvfile import create_csv, open_csv
from vnpolicy_nlp.errors import ColumnError, OutputError, TableError

SAMPLE = ROOT / "data" / "sample_archive.csv"

cells = st.text(
    alphabet=st.one_of(st.sampled_from('",;\n\r\t \x00\ufeffNA007'), st.characters(codec="utf-8")), max_size=8
)
tables = st.integers(1, 4).flatmap(lambda n: st.lists(st.lists(cells, min_size=n, max_size=n), min_size=1, max_size=5))


def read(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file, strict=True))


def write(path, text, encoding="utf-8"):
    path.write_bytes(text.encode(encoding))
    return path


@given(table=tables, line_end=st.sampled_from(["\n", "\r\n"]), separator=st.sampled_from(",;\t|"))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_cell_comes_back_as_it_was(tmp_path, table, line_end, separator):
    header = [f"column {i}" for i in range(len(table[0]))]
    source = write(tmp_path / "in.csv", separator.join(header) + line_end)
    (tmp_path / "out.csv").unlink(missing_ok=True)
    with create_csv(tmp_path / "out.csv", open_csv(source, separator)) as writer:
        writer.write_rows([header, *table])
    again = open_csv(tmp_path / "out.csv", separator)
    assert list(again.rows()) == table
    assert (again.n_rows, again.line_end) == (len(table), line_end)


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
    vp.tag_archive(SAMPLE, tmp_path / "whole.csv", model=tagger, scores=True, evidence=True)
    monkeypatch.setattr(run, "CHUNK", 7)
    vp.tag_archive(SAMPLE, tmp_path / "chunks.csv", model=tagger, scores=True, evidence=True)
    vp.tag_archive(SAMPLE, tmp_path / "processes.csv", model=tagger, scores=True, evidence=True, n_jobs=2)
    whole = (tmp_path / "whole.csv").read_bytes()
    assert whole == (tmp_path / "chunks.csv").read_bytes()
    assert whole == (tmp_path / "processes.csv").read_bytes()


def test_rights_of_the_output_are_those_of_a_new_file(tagger, tmp_path):
    source = write(tmp_path / "in.csv", "title\nGiá vàng\n")
    vp.tag_archive(source, tmp_path / "out.csv", model=tagger)
    assert (tmp_path / "out.csv").stat().st_mode == source.stat().st_mode


def test_text_columns_are_guessed_or_named(tagger, tmp_path):
    source = write(tmp_path / "in.csv", "Nội dung;tieu_de;Tóm tắt;ghi chú\na;b;c;d\n")
    summary = vp.tag_archive(source, tmp_path / "guessed.csv", model=tagger, separator=";")
    assert summary.text_columns == ("tieu_de", "Tóm tắt", "Nội dung")
    summary = vp.tag_archive(source, tmp_path / "named.csv", "ghi chú", model=tagger, separator=";")
    assert summary.text_columns == ("ghi chú",)


@pytest.mark.parametrize(
    ("content", "error", "message"),
    [
        ("", TableError, "is empty: it needs a header line and at least one row"),
        ("id,title\n1,a\n2,b,c\n", TableError, "row that ends in line 3: 3 cells where the header has 2; mend the row"),
        ('id,title\n1,"a\nb\n', TableError, "line 3: unexpected end of data; mend the quotation marks there"),
        ('id,title\n1,"a"b\n', TableError, "line 2: ',' expected after '\"'; mend the quotation marks there"),
        ("id;title\n1;a\n", ColumnError, "has one column, 'id;title': is the separator ';'?"),
        ("id\ttitle\n1\ta\n", ColumnError, "is the separator tab?"),
        ("id,day\n1,2\n", ColumnError, "no column looks like an article's text; name it with --text-column"),
        ("id,title,topics\n1,a,b\n", ColumnError, "the input has a column 'topics' already: rename or drop it first"),
        ("title,title\na,b\n", ColumnError, "there are 2 columns named 'title'"),
    ],
)
def test_bad_files_are_refused_before_anything_is_written(tagger, tmp_path, content, error, message):
    source = write(tmp_path / "in.csv", content)
    with pytest.raises(error) as caught:
        vp.tag_archive(source, tmp_path / "out.csv", model=tagger)
    assert message in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


def test_other_encodings_and_missing_files(tagger, tmp_path):
    for encoding, advice in (("cp1252", "iconv -f WINDOWS-1258"), ("utf-16", "iconv -f UTF-16")):
        source = write(tmp_path / "in.csv", "title\nGiá vàng\n", encoding)
        with pytest.raises(TableError, match=f"is not UTF-8 text: convert it first, for example with {advice}"):
            vp.tag_archive(source, tmp_path / "out.csv", model=tagger)
    (tmp_path / "in.csv.gz").write_bytes(gzip.compress("title\nGiá vàng\n".encode()))
    with pytest.raises(TableError, match="it is a packed file or a spreadsheet; unpack it"):
        vp.tag_archive(tmp_path / "in.csv.gz", tmp_path / "out.csv", model=tagger)
    with pytest.raises(TableError, match="no such file"):
        vp.tag_archive(tmp_path / "none.csv", tmp_path / "out.csv", model=tagger)
    with pytest.raises(TableError, match=r"cannot read .*: Is a directory"):
        vp.tag_archive(tmp_path, tmp_path / "out.csv", model=tagger)


def test_nothing_is_written_over(tagger, tmp_path):
    source = write(tmp_path / "in.csv", "title\na\n")
    with pytest.raises(OutputError, match="is the input: choose another name for the output"):
        vp.tag_archive(source, source, model=tagger)
    (tmp_path / "link.csv").symlink_to(source)
    with pytest.raises(OutputError, match="is the input"):
        vp.tag_archive(source, tmp_path / "link.csv", model=tagger)
    other = write(tmp_path / "other.csv", "precious")
    with pytest.raises(OutputError, match="is there already: choose another name or remove it first"):
        vp.tag_archive(source, other, model=tagger)
    assert (source.read_text(), other.read_text()) == ("title\na\n", "precious")
    with pytest.raises(OutputError, match="cannot write"):
        vp.tag_archive(source, source / "out.csv", model=tagger)


def test_a_run_that_fails_leaves_nothing_behind(tagger, tmp_path):
    source = write(tmp_path / "in.csv", "title\na\n")

    def fail(chunks, n_rows):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        vp.tag_archive(source, tmp_path / "out.csv", model=tagger, progress=fail)
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


def test_a_cell_larger_than_the_csv_module_expects(tagger, tmp_path):
    source = write(tmp_path / "in.csv", f"title\n{'a ' * 100_000}\n")
    assert vp.tag_archive(source, tmp_path / "out.csv", model=tagger).n_rows == 1
