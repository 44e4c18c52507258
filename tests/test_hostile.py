"""Every file of `hostile_files` comes out whole, or is refused in one line that leaves nothing behind."""

import bz2
import csv
import gzip
import io
import json
import lzma
import os
import random
import signal
import subprocess
import sys
import warnings
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import pytest
from conftest import golden
from hostile_files import A1, B1, CORPUS, csv_of, zstd

import vnpolicy_nlp.archive.run
from vnpolicy_nlp.cli import main

SECONDS = 20  # that a case may take
FEW = 3_000_000  # bytes of which all signs are counted
CASES = golden("hostile")


class TooSlowError(BaseException):
    """Not an `Exception`, so that nothing takes it for a failure of its own."""


@contextmanager
def time_limit(seconds):
    def stop(*_):
        raise TooSlowError(f"not done after {seconds} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_every_file_has_its_line():
    names = [case.values[0]["name"] for case in CASES]
    assert sorted(names) == sorted(CORPUS)


@pytest.fixture
def in_folder(tmp_path, monkeypatch, tagger):
    """An empty working folder; the command's model need not be read each time."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(vnpolicy_nlp.archive.run, "load", lambda _: tagger)
    monkeypatch.setattr(warnings, "showwarning", warnings.showwarning)
    return tmp_path


@pytest.mark.parametrize("case", CASES)
def test_hostile_file(case, in_folder, capfd, request):
    made = CORPUS[case["name"]](in_folder)
    if made.root_skips and os.geteuid() == 0:
        made.cleanup and made.cleanup()
        pytest.skip("nothing is closed to root")
    if "xfail" in case:
        request.applymarker(pytest.mark.xfail(reason=case["xfail"]))
    if made.data is not None:
        Path(made.file).write_bytes(made.data)
    before = listing(in_folder)
    try:
        with time_limit(case.get("seconds", SECONDS)):
            code = run("tag", made.file, "-o", made.output, *made.options)
        after = listing(in_folder)
    finally:
        made.cleanup and made.cleanup()
    said = capfd.readouterr()
    assert "Traceback" not in said.out + said.err
    assert code == case["code"], said.err
    if code == 2:
        check_refusal(said.err, case.get("says", ""))
        assert after == before, "nothing is left behind"
    else:
        check_result(case, made)


def run(*arguments):
    """Return the exit code of the command."""
    try:
        main(arguments)
    except SystemExit as end:
        return end.code
    return 0


def listing(folder):
    """Return all that is in a folder, with its content where that can be read."""
    found = {}
    for where, folders, names in os.walk(folder):
        for name in [*folders, *names]:
            path = Path(where, name)
            found[str(path)] = path.stat().st_size if path.is_file() else path.is_symlink()
    return found


def check_refusal(said, words):
    *before, last = said.splitlines()
    assert last.startswith("vnpolicy: error: ")
    assert words in last
    assert not [line for line in before if line.startswith("vnpolicy: error")]
    assert len(last) < 1000, "a line that can be read"


def check_result(case, made):
    output = Path(made.output)
    record = json.loads(Path(f"{output}.run.json").read_text("utf-8"))
    counts = Counter(record["counts"])
    n_rows, n_bad = counts["rows"], counts["quarantined"]
    assert counts["records"] == n_rows + n_bad
    if "records" in case:
        assert n_rows + n_bad == case["records"]
    else:
        assert (n_rows, n_bad) == (case["rows"], case.get("bad", 0))
    assert counts["without_text"] == case.get("without_text", counts["without_text"])
    assert counts["cut"] == case.get("cut", 0)

    quarantine = read_quarantine(Path(f"{output}.quarantine.csv"))
    assert len(quarantine) == n_bad
    assert all(entry["file"] == made.file and int(entry["line"]) > 0 for entry in quarantine)
    if quarantine:
        assert case.get("says", "") in quarantine[0]["reason"]
    raws = [entry["raw"] for entry in quarantine]
    if made.raws is not None:
        assert raws == [text_of(raw) for raw in made.raws]

    assert sorted(path.name for path in Path.cwd().glob(".*.run")) == []
    columns, rows = read_result(output, made)
    assert len(rows) == n_rows
    assert columns[-1] == "topics"
    if made.rows is not None:
        assert rows == [cells_of(row, output) for row in made.rows]
    if made.data is not None and len(made.data) < FEW and output.suffix == ".csv" and Path(made.file).suffix == ".csv":
        check_signs(made.data, [*columns[:-1], *(cell for row in rows for cell in row), *raws])


def text_of(raw):
    return raw.decode("utf-8", "surrogateescape") if isinstance(raw, bytes) else raw


def read_quarantine(path):
    if not path.exists():
        return []
    with path.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
        csv.field_size_limit(2**31 - 1)
        reader = csv.DictReader(file, strict=True)
        assert reader.fieldnames == ["file", "line", "reason", "raw"]
        return list(reader)


def cells_of(row, output):
    """Return a row that a builder expects in the form in which `read_result` gives rows."""
    return parsed(row) if output.suffix == ".jsonl" else list(row)


def parsed(line):
    """Return an object's keys and values, numbers as they are written."""
    return sorted(json.loads(line, object_pairs_hook=list, parse_int=str, parse_float=str, parse_constant=str), key=str)


def read_result(output, made):
    """Return columns, `topics` last, and rows without their topics."""
    if output.suffix == ".parquet":
        return read_parquet(output, made)
    unpacked = unpack(output)
    if output.suffix == ".jsonl":
        rows = [parsed(line) for line in unpacked.decode().split("\n")[:-1]]
        assert all([key for key, _ in row].count("topics") == 1 for row in rows)
        return ["topics"], [[pair for pair in row if pair[0] != "topics"] for row in rows]
    csv.field_size_limit(2**31 - 1)
    text = unpacked.decode("utf-8-sig")
    records = csv.reader(io.StringIO(text, newline=""), strict=True, **made.reader)
    columns, *rows = filter(None, records)
    assert all(len(row) == len(columns) for row in rows)
    return columns, [row[:-1] for row in rows]


def unpack(output):
    data = output.read_bytes()
    packings = {".gz": gzip, ".bz2": bz2, ".xz": lzma}
    if output.suffix == ".zst":
        return zstd().decompress(data)
    return packings[output.suffix].decompress(data) if output.suffix in packings else data


def read_parquet(output, made):
    from pyarrow import parquet

    table = parquet.ParquetFile(output).read()
    n = table.num_columns - 1
    assert table.schema.names[n] == "topics"
    rest = table.select(range(n))
    if made.file.endswith(".parquet") and not Path(f"{output}.quarantine.csv").exists():
        before = parquet.ParquetFile(made.file).read()
        assert rest.schema.equals(before.schema)
        assert all(map(same_cells, before.columns, rest.columns))
    if made.rows is None:
        return table.schema.names, [[]] * table.num_rows
    return table.schema.names, list(map(list, zip(*(column.to_pylist() for column in rest.columns), strict=True)))


def same_cells(column, other):
    """Compare columns; NaN, that is not equal to itself, stands in a float column only."""
    return column.equals(other) or (
        str(column.type) in ("float", "double", "halffloat") and str(column.to_pylist()) == str(other.to_pylist())
    )


def check_signs(data, kept):
    """Without any parser: each letter and digit of the input is in a row or in the quarantine, and none is new."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in data[:64]:
        return
    text = data.decode("utf-8", "surrogateescape")
    before, after = (Counter(filter(str.isalnum, part)) for part in (text, "".join(kept)))
    assert before == after


FULL = """
import resource, sys
limit = int(sys.argv.pop())
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
from vnpolicy_nlp.cli import main
main(sys.argv[1:])
"""


@pytest.mark.parametrize(
    ("suffix", "n", "limit"),
    [
        ("csv", 400, 40_000),  # one chunk
        ("csv", 9000, 700_000),  # the second of three chunks
        ("csv.gz", 9000, 400_000),
        ("jsonl", 9000, 700_000),
        ("parquet", 400, 20_000),
        ("parquet", 9000, 520_000),  # both row groups have room, but not the file that joins them
    ],
)
def test_full_disk(in_folder, suffix, n, limit):
    """No file may grow beyond `limit` bytes, as on a full disk."""
    pytest.importorskip("resource")
    if suffix == "parquet":
        pytest.importorskip("pyarrow", reason="Parquet needs pyarrow")
    signs = random.Random(n)
    rows = [[signs.randbytes(60).hex(), "" if i % 50 else A1] for i in range(n)]
    Path("in.csv").write_bytes(csv_of(*rows))

    full = subprocess.run(
        [sys.executable, "-c", FULL, "tag", "in.csv", "-o", f"out.{suffix}", str(limit)],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert full.returncode == 2
    check_refusal(full.stderr, "--resume")
    assert "Traceback" not in full.stderr
    assert "ignored" not in full.stderr
    assert not Path(f"out.{suffix}").exists()
    assert run("tag", "in.csv", "-o", f"out.{suffix}", "--resume") == 0
    assert run("tag", "in.csv", "-o", f"whole.{suffix}") == 0
    assert Path(f"out.{suffix}").read_bytes() == Path(f"whole.{suffix}").read_bytes()


def test_standard_input_that_says_nothing(in_folder):
    ended = subprocess.run(
        [sys.executable, "-m", "vnpolicy_nlp", "tag", "-", "-o", "out.csv"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert ended.returncode == 2
    check_refusal(ended.stderr, "standard input is empty")
    assert list(in_folder.iterdir()) == []


def test_standard_output_that_is_closed(in_folder):
    """As `| head` does it: no Traceback."""
    Path("in.csv").write_bytes(csv_of(*(["1", B1] for _ in range(5000))))
    run_ = subprocess.Popen(
        [sys.executable, "-m", "vnpolicy_nlp", "tag", "in.csv", "-o", "-"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    run_.stdout.close()
    said = run_.stderr.read().decode()
    run_.stderr.close()
    run_.wait(SECONDS)
    assert "Traceback" not in said
