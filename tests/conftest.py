"""What several test files need."""

import tomllib
from pathlib import Path

import pytest

import vnpolicy_nlp as vp
from vnpolicy_nlp.training.corpus import read_corpus

ROOT = Path(__file__).parents[1]
GOLDEN = ROOT / "tests" / "golden"


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
    """The training articles."""
    return read_corpus(ROOT / "data" / "articles.csv", group="batch")


@pytest.fixture(scope="session")
def small_corpus(corpus):
    """Fifty training articles, enough to train something quickly."""
    return corpus.texts[:50], corpus.labels[:50]
