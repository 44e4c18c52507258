"""From labelled articles to a saved model: what is measured on what, and what is written beside it."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import vnpolicy_nlp as vp
from vnpolicy_nlp.errors import InputError, LabelError
from vnpolicy_nlp.text.prepare import prepare
from vnpolicy_nlp.training.calibration import answer_held_out
from vnpolicy_nlp.training.folds import checked_times, folds
from vnpolicy_nlp.training.search import search_settings

FAST = {"syllable_ngram_range": None, "word_ngram_range": (1, 1), "n_folds": 3}


@pytest.fixture(scope="module")
def dated(small_corpus):
    texts, labels = small_corpus
    dates = [f"{2010 + n // 6}-0{n % 6 + 1}-01" for n in range(len(texts))]
    return vp.read_corpus(
        pd.DataFrame({"content": texts, "topics": map(";".join, labels), "date": dates}), keep=["date"]
    )


@pytest.fixture(scope="module")
def training(dated):
    return vp.train(dated, vp.TopicTagger(**FAST))


def test_it_is_saved_with_its_card_and_figures(training, tmp_path):
    training.save(tmp_path / "mine")
    training.save(tmp_path / "mine")  # over itself
    names = {path.name for path in (tmp_path / "mine").iterdir()}
    assert {"README.md", "metrics.json", "manifest.json"} <= names
    figures = json.loads((tmp_path / "mine" / "metrics.json").read_text("utf-8"))
    macro = figures["results"]["macro"]
    card = (tmp_path / "mine" / "README.md").read_text("utf-8")
    assert f"| macro | {macro['precision']:.3f} ({macro['precision_low']:.2f}-" in card
    assert "| ideology_work | " in card
    assert training.tagger.record["metrics"]["results"]["macro"]["f1"] == macro["f1"]
    loaded = vp.load(tmp_path / "mine")
    assert loaded.record["training"]["data_sha256"] == training.tagger.record["training"]["data_sha256"]
    assert "Training(Tagger(" in repr(training)
    assert "<table" in training._repr_html_()


def test_the_figures_are_of_answers_that_saw_nothing_of_the_article(dated, training):
    fitted = vp.TopicTagger(**FAST).fit(dated.texts, dated.labels)
    assert fitted.held_out_.rows.tolist() == list(range(len(dated.texts)))
    np.testing.assert_array_equal(fitted.held_out_.decisions, training.report.answers.decisions)
    assert training.report.table.loc["macro", "f1"] < fitted.score(dated.texts, dated.labels)


def test_the_answer_to_a_fold_does_not_hang_on_its_labels():
    rng = np.random.default_rng(0)
    Y = (rng.random((90, 2)) < 0.4).astype(int)
    scores = rng.normal(size=(90, 2)) + 2 * Y
    parts = np.array_split(rng.permutation(90), 3)
    before = answer_held_out(scores, Y, parts, 1.5, exclusive=False)
    turned = Y.copy()
    turned[parts[0]] = 1 - turned[parts[0]]
    after = answer_held_out(scores, turned, parts, 1.5, exclusive=False)
    np.testing.assert_array_equal(before.probabilities[parts[0]], after.probabilities[parts[0]])
    np.testing.assert_array_equal(before.decisions[parts[0]], after.decisions[parts[0]])
    assert not np.allclose(before.probabilities[parts[1]], after.probabilities[parts[1]])


def test_added_articles_are_learnt_and_the_last_labels_count(dated, training):
    again = vp.read_corpus(pd.DataFrame({"content": dated.texts[:3], "topics": ["ideology_work"] * 3}))
    more = vp.train(dated, vp.TopicTagger(**FAST), add=[again])
    assert more.tagger.record["training"]["n_articles"] == len(dated.texts)
    assert (
        more.tagger.record["training"]["n_positive"]["ideology_work"]
        > training.tagger.record["training"]["n_positive"]["ideology_work"]
    )


def test_default_articles_help_and_the_figures_are_of_ones_own(dated):
    helped = vp.train(dated, vp.TopicTagger(**FAST), with_default=True)
    assert helped.report.n_articles == len(dated.texts)
    assert helped.tagger.record["training"]["n_articles"] > 2000
    assert helped.tagger.record["training"]["n_contrasts"] > 0


def test_held_out_by_earlier_ones(dated):
    found = vp.train(dated, vp.TopicTagger(**FAST), times="date")
    assert 0 < found.report.n_articles < len(dated.texts)
    assert found.tagger.record["metrics"]["method"] == "cross-validation, held out by earlier ones"
    with pytest.raises(LabelError, match="times and the default articles do not go together"):
        vp.train(dated, with_default=True, times="date")
    with pytest.raises(LabelError, match="groups and times were both given"):
        vp.TopicTagger(**FAST).fit(dated.texts, dated.labels, dated.ids, times=dated.columns["date"])


@given(st.lists(st.integers(0, 30), min_size=4, max_size=60), st.integers(2, 6))
def test_no_article_is_held_out_by_a_later_one(days, n_folds):
    times = np.array(days, dtype="datetime64[D]")
    if len(set(days)) < 2:
        return
    Y = np.tile([[1, 0], [0, 1]], (len(days), 1))[: len(days)]
    try:
        pairs = folds(Y, ("a", "b"), n_folds, 0, times=times)
    except LabelError:  # the earliest ones are all alike
        return
    held_out = np.concatenate([test for _, test in pairs])
    assert len(set(held_out.tolist())) == len(held_out)
    for train, test in pairs:
        assert times[train].max() < times[test].min()
    assert set(held_out.tolist()) | set(pairs[0][0].tolist()) == set(range(len(days)))


def test_each_fold_has_its_share_of_every_topic():
    rng = np.random.default_rng(1)
    Y = (rng.random((500, 6)) < [0.5, 0.2, 0.1, 0.05, 0.02, 0.01]).astype(int)
    for test in (test for _, test in folds(Y, tuple("abcdef"), 5, 0)):
        assert abs(Y[test].sum(axis=0) - Y.sum(axis=0) / 5).max() <= 2


def test_times():
    assert checked_times(["26/11/2017", "2017-11-25", "2017-11-26T08:00:00+07:00"], 3).astype(
        "datetime64[D]"
    ).tolist() == ([pd.Timestamp(day).date() for day in ("2017-11-26", "2017-11-25", "2017-11-26")])
    with pytest.raises(
        LabelError, match="1 of 2 times cannot be read, for example 'hôm qua': write them as 2017-11-26"
    ):
        checked_times(["hôm qua", "2017-01-01"], 2)
    with pytest.raises(LabelError, match="3 texts but 2 times"):
        checked_times(["2017", "2018"], 3)
    with pytest.raises(LabelError, match="all articles are of one time"):
        checked_times(["2017", "2017"], 2)


def test_search(dated):
    words = prepare(dated.texts)
    start = vp.TopicTagger(**FAST)
    best, table = search_settings(start, words, dated.labels, seconds=0.01)
    assert len(table) == 2, "one beside the estimator's own, whatever the time"
    assert table["score"].is_monotonic_decreasing
    assert best.get_params()["C"] == table.loc[0, "C"]
    assert start.get_params() == vp.TopicTagger(**FAST).get_params()
    again = search_settings(start, words, dated.labels, seconds=0.01)[1]
    assert again["score"].tolist() == table["score"].tolist()
    with pytest.raises(InputError, match="the time for the search is 0 seconds"):
        search_settings(start, words, dated.labels, seconds=0)
    found = vp.train(dated, start, search_seconds=0.01)
    assert len(found.search) == 2
    assert found.tagger.record["training"]["parameters"]["random_state"] == 1, "measured on other folds"
