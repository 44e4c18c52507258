"""Every file of `hostile_files` comes out whole, or is refused in one line that leaves nothing behind."""

import bz2
import csv
import errno
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
from vnpolicy_nlp.archive import files, workplace
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


def limited(source, output, limit):
    """Run the command; no file may grow beyond `limit` bytes."""
    return subprocess.run(
        [sys.executable, "-c", FULL, "tag", source, "-o", output, str(limit)],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


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

    full = limited("in.csv", f"out.{suffix}", limit)
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


class Flawed:
    """A file with which something happens when some bytes of it have been read."""

    def __init__(self, file, after, happen):
        self._file, self._left, self._happen = file, after, happen

    def __getattr__(self, name):
        return getattr(self._file, name)

    def read(self, size):
        data = self._file.read(size)
        self._left -= len(data)
        if self._left < 0:
            self._left = float("inf")
            self._happen()
        return data


@contextmanager
def while_it_is_read(happen, after):
    begin = files.Counted.__init__
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workplace, "_SECONDS", 0)
        patch.setattr(
            files.Counted, "__init__", lambda self, file, name: begin(self, Flawed(file, after, happen), name)
        )
        yield


@pytest.fixture
def long_file(in_folder):
    Path("in.csv").write_bytes(csv_of(*([str(n), "." * 400] for n in range(8000))))
    return Path("in.csv")


def test_input_that_fails_while_it_is_read(long_file, capfd):
    """It is not the output that cannot be written, and what is done is not lost."""

    def fail():
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with while_it_is_read(fail, after=3_000_000):
        assert run("tag", "in.csv", "-o", "out.csv") == 2
    check_refusal(
        capfd.readouterr().err, "cannot read in.csv: Input/output error; when it can be read again, run again"
    )
    assert run("tag", "in.csv", "-o", "whole.csv") == 0
    assert 0 < Path(".out.csv.run/data").stat().st_size < Path("whole.csv").stat().st_size
    assert run("tag", "in.csv", "-o", "out.csv", "--resume") == 0
    assert Path("out.csv").read_bytes() == Path("whole.csv").read_bytes()


@pytest.mark.parametrize("output", ["out.csv", "out.jsonl", "-"])
@pytest.mark.parametrize("change", ["shrinks", "grows", "is written anew"])
def test_input_that_changes_while_it_is_read(long_file, capfd, change, output):
    """Half of what is read would be of the old file: there may be rows that never were, and others are lost."""

    def happen():
        size = long_file.stat().st_size
        with long_file.open("r+b") as file:
            if change == "shrinks":
                file.truncate(size // 2)
            else:
                file.seek(0, os.SEEK_END if change == "grows" else os.SEEK_SET)
                file.write(b"ID,content\n")
        os.utime(long_file, (1, 1))  # a clock of a file system may stand still for some milliseconds

    with while_it_is_read(happen, after=2_000_000):
        assert run("tag", "in.csv", "-o", output) == 2
    check_refusal(capfd.readouterr().err, "in.csv has changed while it was read: run again when nothing writes to it")
    assert list(Path().iterdir()) == [long_file]


def test_input_that_is_gone_when_it_has_been_read(long_file):
    """All of it was read: so it must not be the loss of the work."""
    assert run("tag", "in.csv", "-o", "whole.csv") == 0
    with while_it_is_read(long_file.unlink, after=2_000_000):
        assert run("tag", "in.csv", "-o", "out.csv") == 0
    assert Path("out.csv").read_bytes() == Path("whole.csv").read_bytes()


def test_outputs_in_the_folder_of_the_input(in_folder, capfd):
    """What the first run wrote is no input of the second; what else is there is."""
    for name in ("kho/a.csv", "kho/ra/b.csv"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_bytes(csv_of(["1", A1]))
    assert run("tag", "kho", "-o", "kho/ra") == 0
    written = {"kho/ra/a.csv", "kho/ra/a.csv.run.json", "kho/ra/ra/b.csv", "kho/ra/ra/b.csv.run.json"}
    assert written == {str(path) for path in Path("kho/ra").rglob("*") if path.is_file()} - {"kho/ra/b.csv"}
    assert run("tag", "kho", "-o", "kho/ra", "--resume") == 0
    assert capfd.readouterr().err.count("is complete already") == 2


def test_quarantine_on_a_full_disk(in_folder):
    pytest.importorskip("resource")
    Path("in.csv").write_bytes(csv_of(*(["1", ""] for _ in range(2000)), *(f"2,{n},thừa" for n in range(2000))))
    for output, words in [("out.csv", "run again with --resume"), ("-", "cannot write in.csv.quarantine.csv")]:
        full = limited("in.csv", output, 20_000)
        assert full.returncode == 2
        check_refusal(full.stderr, words)
    Path("in.csv.quarantine.csv").unlink()
    assert run("tag", "in.csv", "-o", "out.csv", "--resume") == 3
    assert run("tag", "in.csv", "-o", "whole.csv") == 3
    for suffix in ("", ".quarantine.csv"):
        assert Path(f"out.csv{suffix}").read_bytes() == Path(f"whole.csv{suffix}").read_bytes()


def test_standard_output_that_is_full(in_folder):
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full")
    Path("in.csv").write_bytes(csv_of(*(["1", ""] for _ in range(5000))))
    with Path("/dev/full").open("wb") as full:
        command = [sys.executable, "-m", "vnpolicy_nlp", "tag", "in.csv", "-o", "-"]
        ended = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, timeout=SECONDS, check=False)
    assert ended.returncode == 2
    check_refusal(ended.stderr, "cannot write standard output: No space left on device")
    assert "ignored" not in ended.stderr


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_output_whose_name_is_no_utf8(in_folder, options):
    Path("in.csv").write_bytes(csv_of(["1", A1]))
    name = os.fsdecode(b"ra \xff.csv")
    command = [sys.executable, "-m", "vnpolicy_nlp", "tag", "in.csv", "-o", name, *options]
    strict = {**os.environ, "PYTHONIOENCODING": "utf-8:strict"}
    ended = subprocess.run(command, env=strict, capture_output=True, timeout=SECONDS, check=False)
    assert ended.returncode == 0, ended.stderr
    assert Path(name).exists()
    if options:
        assert json.loads(ended.stdout)["files"] == [name]
