"""The same article in another spelling gets the same topics."""

import sys

import numpy as np
import pytest
from conftest import DATA, ROOT
from sklearn.metrics import f1_score

from vnpolicy_nlp.training.corpus import read_corpus
from vnpolicy_nlp.training.labels import binarize_labels

sys.path.insert(0, str(ROOT / "benchmarks"))
from spellings import SPELLINGS


@pytest.fixture(scope="module")
def unseen():
    """The articles that no model was trained on."""
    return read_corpus(DATA / "articles.csv", only=("split", {"test"}))


@pytest.mark.parametrize("name", [name for name in SPELLINGS if name != "capitals"])
def test_topics_stay(tagger, unseen, name):
    other = [SPELLINGS[name](text) for text in unseen.texts]
    if name != "tone marks as in hòa, ủy":  # most articles are written so
        assert sum(map(str.__ne__, other, unseen.texts)) > len(other) / 2
    np.testing.assert_array_equal(tagger.predict(other), tagger.predict(unseen.texts))


def test_in_capitals_nearly_as_good(tagger, unseen):
    Y, _ = binarize_labels(unseen.labels, tagger.topics)
    plain = f1_score(Y, tagger.predict(unseen.texts), average="macro")
    capitals = f1_score(Y, tagger.predict([SPELLINGS["capitals"](text) for text in unseen.texts]), average="macro")
    assert abs(plain - capitals) <= 0.03
