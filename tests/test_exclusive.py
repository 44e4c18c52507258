"""Topics that exclude each other: exactly one an article."""

import numpy as np
import pandas as pd
import pytest

import vnpolicy_nlp as vp
from vnpolicy_nlp.errors import InputError, LabelError, ModelError
from vnpolicy_nlp.training.thresholds import fit_temperature

FAST = {"syllable_ngram_range": None, "word_ngram_range": (1, 1), "n_folds": 3, "exclusive": True}


@pytest.fixture(scope="module")
def sections(small_corpus):
    """Articles with one topic or none, as sections; 'khác' is a name with a sign of its own."""
    texts, labels = small_corpus
    return texts, [topics[0] if topics else "tin khác" for topics in labels]


@pytest.fixture(scope="module")
def fitted(sections):
    return vp.TopicTagger(**FAST).fit(*sections)


def test_every_article_gets_exactly_one(sections, fitted):
    texts, labels = sections
    assert fitted.topics_ == tuple(sorted(set(labels)))
    assert fitted.tagger_.exclusive
    unknown = [*texts, "zzz qqq"]
    assert (fitted.predict(unknown).sum(axis=1) == 1).all()
    np.testing.assert_allclose(fitted.predict_proba(unknown).sum(axis=1), 1.0)
    np.testing.assert_allclose(fitted.out_of_fold_.sum(axis=1), 1.0)
    assert fitted.predict_proba(unknown).argmax(axis=1).tolist() == fitted.predict(unknown).argmax(axis=1).tolist()
    assert fitted.score(texts, labels) > 0.9
    assert fitted.tag(["", " \n"]) == [(), ()], "no words, no article"


def test_it_keeps_and_answers_the_same(sections, fitted, tmp_path):
    texts, labels = sections
    fitted.save(tmp_path / "sections")
    loaded = vp.load(tmp_path / "sections")
    assert loaded.exclusive
    assert "exclusive=True" in repr(loaded)
    np.testing.assert_array_equal(loaded.predict_proba(texts), fitted.predict_proba(texts))
    pipeline = fitted.to_sklearn()
    np.testing.assert_allclose(pipeline.predict_proba(texts), fitted.predict_proba(texts), atol=1e-12)
    assert pipeline.predict(texts).tolist() == [topics[0] for topics in fitted.tag(texts)]
    frame = loaded.tag_frame(pd.DataFrame({"content": texts[:3]}), scores=True)
    assert frame["topics"].tolist() == [topics[0] for topics in fitted.tag(texts[:3])]
    pd.DataFrame({"content": texts[:3]}).to_csv(tmp_path / "in.csv", index=False)
    vp.tag_archive(tmp_path / "in.csv", tmp_path / "out.csv", model=loaded)
    assert pd.read_csv(tmp_path / "out.csv")["topics"].tolist() == frame["topics"].tolist()
    report = vp.evaluate(loaded, texts, labels)
    assert report.table.loc["micro", "f1"] == pytest.approx(fitted.score(texts, labels))


def test_two_sections(sections):
    texts, labels = sections
    two = ["khác" if label == "tin khác" else "chính trị" for label in labels]
    fitted = vp.TopicTagger(**FAST).fit(texts, two)
    np.testing.assert_allclose(fitted.to_sklearn().predict_proba(texts), fitted.predict_proba(texts), atol=1e-12)
    assert fitted.to_sklearn().predict(texts).tolist() == [topics[0] for topics in fitted.tag(texts)]


def test_other_base_rates(sections, fitted):
    topics = fitted.topics_
    shares = dict.fromkeys(topics, 0.01) | {topics[0]: 1 - 0.01 * (len(topics) - 1)}
    moved = fitted.tagger_.with_base_rate(shares)
    before, after = fitted.predict_proba(sections[0]), moved.predict_proba(sections[0])
    np.testing.assert_allclose(after.sum(axis=1), 1.0)
    assert (after[:, 0] > before[:, 0]).all()
    old = np.array(list(fitted.tagger_.base_rates.values()))
    expected = before * np.array([shares[topic] for topic in topics]) / old
    np.testing.assert_allclose(after, expected / expected.sum(axis=1, keepdims=True), atol=1e-12)
    for rates in (0.1, {topics[0]: 0.5}, dict.fromkeys(topics, 0.5)):
        with pytest.raises(InputError, match="of exclusive topics give the share of each, 1 together"):
            fitted.tagger_.with_base_rate(rates)
    with pytest.raises(ModelError, match="no preset 'precise'"):
        fitted.tagger_.with_preset("precise")


def test_labels_that_do_not_fit():
    texts = ["xã họp", "xã bàn", "họp bàn", "bàn"]
    with pytest.raises(LabelError, match=r"2 of 4 articles .*\(labels\[1\] has 0, labels\[3\] has 2\): mend"):
        vp.TopicTagger(**FAST).fit(texts, ["a", "", "b", "a;b"])
    with pytest.raises(LabelError, match="only the topic a occurs in the labels"):
        vp.TopicTagger(["a"], **FAST).fit(texts, ["a"] * 4)


def test_the_temperature_is_the_likeliest():
    rng = np.random.default_rng(0)
    scores = rng.normal(size=(4000, 4))
    drawn = (scores * 2.5 + rng.gumbel(size=scores.shape)).argmax(axis=1)
    assert fit_temperature(scores, np.eye(4, dtype=int)[drawn]) == pytest.approx(2.5, rel=0.05)
