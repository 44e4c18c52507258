import json
import os
import subprocess
import sys

import pytest
from conftest import ROOT

import vnpolicy_nlp as vp

SAMPLE = ROOT / "data" / "sample_archive.csv"


def vnpolicy(*arguments, **options):
    command = [sys.executable, "-m", "vnpolicy_nlp", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, **options)


def test_tag(tmp_path, tagger):
    options = ["--text-column", "content", "--scores", "--documents", "--jobs", "2"]
    done = vnpolicy("tag", SAMPLE, "-o", tmp_path / "out.csv", *options)
    assert (done.returncode, done.stderr) == (
        0,
        f"{SAMPLE}: encoding UTF-8, dialect separator ',', text from content\n",
    )
    expected = vp.tag_archive(SAMPLE, tmp_path / "api.csv", "content", scores=True, documents=True, model=tagger)
    assert (tmp_path / "out.csv").read_bytes() == (tmp_path / "api.csv").read_bytes()
    first, *counts, without_text, written = done.stdout.splitlines()
    assert first.startswith(f"{expected.n_rows} rows in ")
    assert [line.split()[-1] for line in counts] == [*map(str, expected.n_tagged.values()), str(expected.n_untagged)]
    assert without_text == "2 rows without text: kept, not tagged"
    assert written == f"written to {tmp_path / 'out.csv'}"


def test_quiet(tmp_path):
    done = vnpolicy("tag", SAMPLE, "-o", tmp_path / "out.csv", "--quiet")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["tag", "none.csv", "-o", "out.csv"], "no such file: none.csv"),
        (["tag", "empty.csv", "-o", "out.csv"], "empty.csv is empty: it needs a header line and at least one row"),
        (
            ["tag", "good.csv", "-o", "out.csv", "--text-column", "body"],
            "there is no column 'body'; the columns are: title",
        ),
        (["tag", "good.csv", "-o", "good.csv"], "good.csv is the input: choose another name for the output"),
        (
            ["tag", "good.csv", "-o", "out.csv", "--model", "nowhere"],
            "no model folder at nowhere: check the path, or train one with `vnpolicy train`",
        ),
        (
            ["tag", "good.csv", "-o", "out.csv", "--separator", "ab"],
            "Invalid value for --separator: 'ab' is not a sign, or a few such as || or \\t; see `vnpolicy",
        ),
        (
            ["tag", "good.csv", "-o", "out.csv", "--jobs", "0"],
            "Invalid value for --jobs: 0 processes do nothing: give 1 or more, or -1 for one a core; see `vnpolicy",
        ),
        (["tag", "good.csv"], "Missing option '-o' / '--output'; see `vnpolicy"),
        (["info", "nowhere"], "no model folder at nowhere: check the path, or train one with `vnpolicy train`"),
        (["train", "good.csv", "-o", "m"], "no column holds topics: name it with --label-column, or give one"),
        (["train", "none.csv", "-o", "m"], "no such file: none.csv"),
        (["evaluate", "labelled.csv"], "unknown topics in the labels: weather; known are: grassroots_democracy,"),
        (
            ["evaluate", "labelled.csv", "--only", "split"],
            "Invalid value for --only: 'split' is not of the form NAME=VALUE,VALUE",
        ),
        (
            ["evaluate", "labelled.csv", "--only", "split=test"],
            "there is no column 'split'; the columns are: title, topics",
        ),
        (
            ["evaluate", "labelled.csv", "--only", "topics=b,a"],
            "no row of labelled.csv has a or b in the column topics; it holds, for example: weather",
        ),
        (["evaluate", "empty.csv"], "cannot read empty.csv as UTF-8 CSV: No columns to parse from file"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_errors_are_one_line_and_exit_code_2(tmp_path, command_here, arguments, message):
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "good.csv").write_text("title\nGiá vàng\n", "utf-8")
    (tmp_path / "labelled.csv").write_text("title,topics\nMưa,weather\n", "utf-8")
    done = command_here(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith(f"vnpolicy: error: {message}")
    assert done.stderr.count("\n") == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty.csv", "good.csv", "labelled.csv"]


def test_train_evaluate_and_info(tmp_path, small_corpus):
    import pandas as pd

    texts, labels = small_corpus
    table = pd.DataFrame({"content": texts, "topics": [";".join(topics) for topics in labels], "split": "train"})
    table.loc[len(table)] = ["Giá vàng tăng.", "", "test"]
    table.to_csv(tmp_path / "mine.csv", index=False)
    done = vnpolicy("train", "mine.csv", "-o", "models/mine", "--only", "split=train,validation", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "The figures are from cross-validation, each held out once. The model is in models/mine" in done.stdout
    done = vnpolicy("evaluate", "mine.csv", "--only", "split=train", "--model", "models/mine", "--json", cwd=tmp_path)
    report = json.loads(done.stdout)
    assert report["n_articles"] == len(texts)
    assert report["results"]["macro"]["average_precision"] > 0.9
    done = vnpolicy("info", "models/mine", cwd=tmp_path)
    assert done.stdout.startswith("models/mine: format 3, trained on 50 articles\n")
    assert "ideology_work (Công tác tư tưởng): " in done.stdout
    assert json.loads(vnpolicy("info", "models/mine", "--json", cwd=tmp_path).stdout)["training"]["n_articles"] == 50


def test_info_of_the_packaged_model():
    done = vnpolicy("info")
    assert done.returncode == 0
    assert "; cross-validated f1 0." in done.stdout


def test_help_and_version_are_quick_and_complete():
    assert vnpolicy("--version").stdout == f"vnpolicy, version {vp.__version__}\n"
    done = vnpolicy("--help")
    assert all(f"\n  {command} " in done.stdout for command in ("evaluate", "info", "tag", "train"))
    assert vnpolicy().returncode == 2
    imported = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "vnpolicy_nlp", "--version"],
        capture_output=True,
        text=True,
        check=True,
    ).stderr
    names = {line.split("|")[-1].strip() for line in imported.splitlines()}
    assert "click" in names
    assert not names & {"numpy", "pandas", "sklearn", "underthesea"}


def test_serving_imports_no_scikit_learn_of_ours():
    # underthesea itself imports joblib and requests; scikit-learn and pandas would be ours.
    code = "import sys, vnpolicy_nlp as vp; vp.load().tag(['Họp dân']); print({'sklearn', 'pandas'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_the_grammar_of_documents_is_imported_by_runs_that_ask_for_it(tmp_path):
    (tmp_path / "in.csv").write_text("title\nGiá vàng\n", "utf-8")
    code = (
        "import sys, vnpolicy_nlp as vp\n"
        "for documents in (False, True):\n"
        "    vp.tag_archive('in.csv', f'{documents}.csv', evidence=True, documents=documents)\n"
        "    print('vnpolicy_nlp.text.docgrammar' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "False\nTrue\n"


def test_ctrl_c_keeps_what_is_done(tmp_path):
    import signal
    import time

    rows = "Chủ tịch xã đối thoại với người dân về chợ mới.\n" * 300_000
    (tmp_path / "in.csv").write_text("title\n" + rows, "utf-8")
    command = [sys.executable, "-m", "vnpolicy_nlp", "tag", "in.csv", "-o", "out.csv"]
    run = subprocess.Popen(
        command,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell that runs the tests in the background has them, and so the command, ignore Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    while run.poll() is None and not (tmp_path / ".out.csv.run" / "data").exists():
        time.sleep(0.05)
    os.kill(run.pid, signal.SIGINT)
    _, errors = run.communicate()
    assert run.returncode == 130
    assert errors.endswith("vnpolicy: stopped; what is done is kept: run again with --resume to go on\n")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".out.csv.run", "in.csv"]
