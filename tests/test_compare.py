"""Two models on the same articles: the sign, the size and the certainty of the difference."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import bootstrap
from test_cli import vnpolicy

import vnpolicy_nlp as vp
from vnpolicy_nlp.commands.compare import _names
from vnpolicy_nlp.errors import InputError, LabelError
from vnpolicy_nlp.training.compare import compare
from vnpolicy_nlp.training.compare_tables import comparison_table
from vnpolicy_nlp.training.measures import Answers
from vnpolicy_nlp.training.signature import data_sha256

TOPICS = ("a", "b")


class Fixed:
    """A model that answers what it is told to, by the text."""

    def __init__(self, answers, topics=TOPICS):
        self.answers, self.topics, self.record = answers, topics, {}

    def predict_both(self, texts):
        probabilities = np.array([self.answers[text] for text in texts], dtype=float)
        return (probabilities >= 0.5).astype(int), probabilities


@pytest.fixture(scope="module")
def articles():
    """200 texts; a model that is right, one that errs on a fifth of the topic a, and one that errs on a twentieth."""
    rng = np.random.default_rng(0)
    texts = [f"bài số {n}" for n in range(200)]
    Y = (rng.random((200, 2)) < 0.4).astype(int)
    sure = np.where(Y == 1, 0.9, 0.1)
    wrong = {share: sure.copy() for share in (0.2, 0.05)}
    for share, answers in wrong.items():
        rows = rng.permutation(200)[: int(share * 200)]
        answers[rows, 0] = 1 - answers[rows, 0]
    models = [Fixed(dict(zip(texts, answers, strict=True))) for answers in (sure, wrong[0.2], wrong[0.05])]
    return texts, [tuple(t for t, y in zip(TOPICS, row, strict=True) if y) for row in Y], models


def test_the_better_model_is_named_with_its_size(articles):
    texts, labels, (right, bad, _) = articles
    found = compare(bad, right, texts, labels, names=("old", "new"))
    row = found.table.loc["a"]
    assert row["verdict"] == "new better"
    assert row["f1_difference"] == pytest.approx(1 - row["f1_a"])
    assert 0 < row["f1_low"] < row["f1_difference"] < row["f1_high"]
    assert found.table.loc["b", ["f1_difference", "f1_low", "f1_high"]].tolist() == [0, 0, 0]
    assert found.table.loc["b", "verdict"] == "no clear difference"
    assert found.counts.loc["a"].to_dict() == {"fixed": 40, "broken": 0}
    assert found.verdict.startswith("New better: macro F1 0.")
    assert set(found.changed["kind"]) == {"fixed"}
    assert (found.changed["probability_b"] > 0.5).tolist() == (found.changed["label"] == 1).tolist()


def test_the_other_way_round_only_the_signs_change(articles):
    texts, labels, (right, bad, _) = articles
    there, back = compare(bad, right, texts, labels), compare(right, bad, texts, labels)
    assert there.table["f1_low"].tolist() == pytest.approx((-back.table["f1_high"]).tolist())
    assert back.table.loc["a", "verdict"] == "A better"
    assert there.counts["fixed"].tolist() == back.counts["broken"].tolist()


def test_pairing_sees_what_two_intervals_would_not(articles):
    texts, labels, (right, _, slight) = articles
    found = compare(slight, right, texts, labels)
    alone = vp.evaluate(slight, texts, labels).table.loc["a"]
    perfect = vp.evaluate(right, texts, labels).table.loc["a"]
    assert found.table.loc["a", "f1_high"] - found.table.loc["a", "f1_low"] == pytest.approx(
        alone["f1_high"] - alone["f1_low"], abs=0.01
    )
    assert perfect["f1_low"] == 1
    assert found.table.loc["a", "verdict"] == "B better"


def test_the_same_model_twice(articles):
    texts, labels, (right, *_) = articles
    found = compare(right, right, texts, labels)
    assert found.verdict == "A and B give the same tags to all 200 articles."
    assert found.changed.empty
    assert set(found.table["verdict"]) == {"no clear difference"}


def test_topics_of_one_model_alone_are_left_out(articles):
    texts, labels, (right, *_) = articles
    other = Fixed({text: [0.9, 0.1] for text in texts}, ("b", "c"))
    found = compare(right, other, texts, labels)
    assert found.table.index.tolist() == ["b", "macro", "micro"]
    assert (found.only_a, found.only_b) == (("a",), ("c",))
    assert "Topics of A alone, not compared: a" in str(found)
    with pytest.raises(InputError, match="no topic in common"):
        compare(right, Fixed({}, ("x", "y")), texts, labels)
    with pytest.raises(LabelError, match="unknown topics in the labels: z"):
        compare(right, other, texts, ["z"] * 200)


def test_few_articles_and_none_of_a_topic(articles):
    texts, labels, (right, bad, _) = articles
    none = [tuple(set(topics) - {"b"}) for topics in labels]
    with pytest.warns(UserWarning, match="fewer than 10 of these articles have b: the intervals say little there"):
        found = compare(bad, right, texts, none)
    assert found.table.loc["b", "verdict"] == "not measurable"
    assert found.table.loc["macro", "verdict"] == "B better"
    assert found.to_dict()["topics"]["b"]["f1_a"] is None


def test_where_a_model_wins(articles):
    texts, labels, (right, bad, _) = articles
    differs = [right.answers[text].tolist() != bad.answers[text].tolist() for text in texts]
    found = compare(bad, right, texts, labels, slices={"place": ["here" if d else "there" for d in differs]})
    rows = found.slices[found.slices["slice"] == "place"].set_index("value")
    assert rows["n_articles"].to_dict() == {"here": 40, "there": 160}
    assert rows["verdict"].to_dict() == {"here": "B better", "there": "no clear difference"}
    assert "place: here (40): B better" in str(found)


def test_intervals_are_the_paired_ones_of_scipy():
    rng = np.random.default_rng(0)
    Y = (rng.random((150, 2)) < 0.4).astype(np.int64)
    tags = [np.where(rng.random(Y.shape) < share, 1 - Y, Y) for share in (0.2, 0.1)]
    a, b = (Answers(TOPICS, Y, given, given.astype(float)) for given in tags)

    def difference(rows):
        y = Y[rows]
        first, second = (
            np.mean(2 * (y * t).sum(axis=0) / (y + t).sum(axis=0)) for t in (given[rows] for given in tags)
        )
        return second - first

    row = comparison_table((a, b), ("A", "B"), 0).loc["macro"]
    expected = bootstrap(
        (np.arange(150),), difference, n_resamples=1000, method="percentile", vectorized=False, rng=rng
    ).confidence_interval
    assert row["f1_difference"] == pytest.approx(difference(np.arange(150)))
    assert [row["f1_low"], row["f1_high"]] == pytest.approx(list(expected), abs=0.015)


@settings(max_examples=15)
@given(st.lists(st.tuples(*[st.booleans()] * 6), min_size=1, max_size=12))
def test_every_changed_tag_is_fixed_or_broken(rows):
    Y, first, second = np.array(rows, dtype=np.int64).reshape(-1, 3, 2).transpose(1, 0, 2)
    texts = [f"bài {n}" for n in range(len(rows))]
    a, b = (Fixed(dict(zip(texts, tags.tolist(), strict=True))) for tags in (first, second))
    with pytest.warns(UserWarning, match="fewer than 10"):
        found = compare(a, b, texts, Y, n_examples=12)
    assert found.counts.to_numpy().sum() == (first != second).sum() == len(found.changed)
    assert found.n_changed == (first != second).any(axis=1).sum()
    better = {"a": "A better", "b": "B better"}
    told = found.summary()
    assert json.loads(json.dumps(found.to_dict(), allow_nan=False))["summary"] == told
    if told["better"]:
        assert found.table.loc["macro", "verdict"] == better[told["better"]]
    for topic, column in zip(TOPICS, Y.T, strict=True):
        single = column.sum() < 2 and found.table.loc[topic, "verdict"] in better.values()
        assert not single, "one article is no evidence"


def test_one_article_names_no_winner(articles):
    texts, labels, (right, bad, _) = articles
    errs = next(n for n, text in enumerate(texts) if "a" in labels[n] and bad.answers[text][0] < 0.5)
    found = compare(bad, right, texts, labels, slices={"place": ["x" if n == errs else "y" for n in range(200)]})
    row = found.slices.set_index("value").loc["x"]
    assert (row["f1_low"], row["small"], row["verdict"]) == (row["f1_high"], True, "too few articles")
    assert "place: x" not in str(found)


def test_columns_of_a_frame_go_by_their_names(articles):
    texts, labels, (right, bad, _) = articles
    frame = pd.DataFrame({topic: [int(topic in given) for given in labels] for topic in ("b", "a")})
    found = compare(bad, right, texts, frame.assign(title=texts))
    pd.testing.assert_frame_equal(found.table, compare(bad, right, texts, labels).table)
    part = compare(bad, right, texts, frame[["a"]])
    assert (part.unlabelled, part.table.index[0]) == (("b",), "a")
    assert "Topics without labels, not compared: b" in str(part)
    assert "Topics without labels, not compared: b" in part._repr_html_()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"names": ("m", "m")}, "the models are called 'm' and 'm': give two different names"),
        ({"names": ("m",)}, "the models are called 'm': give two different names"),
        ({"ids": [1, 2]}, "200 texts but 2 ids: give one an article, or leave them out"),
        ({"labels": [()]}, "200 texts but 1 labels: give one label set an article, and at least one"),
        ({"labels": pd.DataFrame({"x": [0] * 200})}, "the labels have no column for a, b: name the columns"),
        ({"slices": {"place": ["x"]}}, "the slice 'place' has 1 values for 200 texts: give one each"),
    ],
    ids=str,
)
def test_what_cannot_be_compared(articles, options, message):
    texts, labels, (right, bad, _) = articles
    with pytest.raises(InputError, match=message):
        compare(right, bad, texts, **{"labels": labels, **options})


def test_training_articles_are_told_also_where_topics_differ(articles):
    texts, labels, (right, *_) = articles
    other = Fixed({text: [0.9, 0.1] for text in texts}, ("b", "c"))
    mine = Fixed(right.answers)
    Y = np.array([[int(topic in given) for topic in TOPICS] for given in labels])
    mine.record = {"training": {"data_sha256": data_sha256(texts, Y)}}
    with pytest.warns(UserWarning, match="mine was trained on these very articles: the comparison flatters it"):
        compare(mine, other, texts, labels, names=("mine", "other"))


def test_exclusive_models_get_their_accuracy():
    texts = [f"bài {n}" for n in range(60)]
    Y = np.eye(2, dtype=int)[[0, 1] * 30]
    wrong = Y.copy()
    wrong[:20] = 1 - wrong[:20]
    a, b = (Fixed(dict(zip(texts, tags.tolist(), strict=True))) for tags in (wrong, Y))
    found = compare(a, b, texts, Y)
    assert found.accuracy == pytest.approx((40 / 60, 1.0))
    assert found.table.loc["micro", "f1_a"] == pytest.approx(40 / 60)
    assert "accuracy (micro F1) 0.667 and 1.000" in found.verdict


def test_real_models_as_json_and_html(small_corpus, tagger):
    texts, labels = small_corpus
    mine = vp.TopicTagger(syllable_ngram_range=None, n_folds=2).fit(texts, labels)
    found = compare(mine, tagger, pd.Series(texts, index=[f"id{n}" for n in range(len(texts))]), labels)
    assert json.loads(json.dumps(found.to_dict()))["n_articles"] == len(texts)
    assert found.changed["row"].str.startswith("id").all()
    assert "<table" in found._repr_html_()


def test_command(tmp_path, small_corpus):
    texts, labels = small_corpus
    pd.DataFrame({"content": texts, "topics": map(";".join, labels)}).to_csv(tmp_path / "mine.csv", index=False)
    vp.TopicTagger(syllable_ngram_range=None, n_folds=2).fit(texts, labels).save(tmp_path / "mine")
    done = vnpolicy("compare", "mine", "default", "mine.csv", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["models"] == ["mine", "default"]
    assert "no model folder at nowhere" in vnpolicy("compare", "nowhere", "default", "mine.csv", cwd=tmp_path).stderr


@pytest.mark.parametrize(
    ("folders", "names"),
    [
        (("models/mine", "default"), ("mine", "default")),
        (("old/m", "new/m"), ("old/m", "new/m")),
        (("default", "default"), ("A", "B")),
    ],
)
def test_models_are_called_by_their_folders(folders, names):
    assert _names(*folders) == names
