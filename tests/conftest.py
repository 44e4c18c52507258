"""What several test files need."""

import os
import subprocess
import sys
import tomllib
import warnings
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, settings

import vnpolicy_nlp as vp
from vnpolicy_nlp.cli import main
from vnpolicy_nlp.training.corpus import read_corpus

pytest_plugins = ["browser"]  # the fixture that starts a Chromium

settings.register_profile(
    "noisy machines",
    deadline=None,  # how long an example takes is a question for the benchmarks
    suppress_health_check=[HealthCheck.too_slow],
    derandomize="CI" in os.environ,
)
settings.load_profile("noisy machines")

ROOT = Path(__file__).parents[1]
GOLDEN = ROOT / "tests" / "golden"
DATA = ROOT / "data"


def read_table(name):
    """Return a table of data/, every cell a string."""
    return pd.read_csv(DATA / name, dtype=str, keep_default_na=False, encoding="utf-8-sig")


def golden(name):
    """Return the cases of tests/golden/<name>.toml, each as a pytest parameter with its name as id."""
    (cases,) = tomllib.loads((GOLDEN / f"{name}.toml").read_text("utf-8")).values()
    return [pytest.param(case, id=case["name"]) for case in cases]


@pytest.fixture(scope="session")
def tagger():
    """The packaged model."""
    return vp.load()


@pytest.fixture(scope="session")
def corpus():
    """The articles that the packaged model is trained on."""
    return read_corpus(
        DATA / "articles.csv",
        group="batch",
        only=("split", {"train", "validation"}),
        evidence=DATA / "evidence.csv",
    )


@pytest.fixture(scope="session")
def small_corpus(corpus):
    """Fifty training articles, enough to train something quickly."""
    return corpus.texts[:50], corpus.labels[:50]


@pytest.fixture
def command_here(monkeypatch, capsys):
    """Run ``vnpolicy`` in this process, which saves the seconds that a new one needs to begin."""

    def run(*arguments, cwd):
        monkeypatch.setattr(warnings, "showwarning", warnings.showwarning)  # the command puts its own in its place
        monkeypatch.chdir(cwd)
        try:
            main([*map(str, arguments)])
            code = 0
        except SystemExit as end:
            code = end.code
        return subprocess.CompletedProcess(arguments, code, *capsys.readouterr())

    return run


@pytest.fixture(scope="session")
def wheel(tmp_path_factory):
    target = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(target)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (built,) = target.glob("*.whl")
    return built
