import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone, is_classifier
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, KFold, cross_val_score

import vnpolicy_nlp as vp
from vnpolicy_nlp.errors import LabelError, TextError
from vnpolicy_nlp.training.labels import binarize_labels, parse_topics

FAST = {"syllable_ngram_range": None, "word_ngram_range": (1, 1), "n_folds": 2}


@pytest.fixture(scope="module")
def fitted(small_corpus):
    return vp.TopicTagger(**FAST).fit(*small_corpus)


def test_parameters_and_clone():
    tagger = vp.TopicTagger(["b", "a"], C=3.0)
    assert clone(tagger).get_params() == tagger.get_params()
    assert tagger.set_params(min_df=5).min_df == 5
    assert is_classifier(tagger)


def test_every_form_of_labels_trains_the_same_model(small_corpus, fitted):
    texts, labels = small_corpus
    Y, topics = binarize_labels(labels)
    forms = {
        "strings": ([";".join(topics) for topics in labels], None),
        "series": (pd.Series([";".join(topics) for topics in labels]), None),
        "lists": ([list(reversed(topics)) for topics in labels], None),
        "matrix": (Y, topics),
        "matrix in another order": (Y[:, ::-1], topics[::-1]),
        "frame": (pd.DataFrame(Y), topics),
    }
    expected = fitted.predict_proba(texts[:5])
    for name, (form, names) in forms.items():
        again = vp.TopicTagger(names, **FAST).fit(texts, form)
        assert again.topics_ == fitted.topics_, name
        np.testing.assert_array_equal(again.predict_proba(texts[:5]), expected, err_msg=name)


def test_it_learns_and_answers_like_its_tagger(small_corpus, fitted, tmp_path):
    texts, labels = small_corpus
    assert fitted.score(texts, labels) > 0.9
    np.testing.assert_array_equal(fitted.predict(texts), fitted.tagger_.predict(texts))
    assert fitted.tag(texts) == fitted.tagger_.tag(texts)
    fitted.save(tmp_path / "mine")
    np.testing.assert_array_equal(vp.load(tmp_path / "mine").predict_proba(texts), fitted.predict_proba(texts))
    pd.DataFrame({"content": texts[:2]}).to_csv(tmp_path / "in.csv", index=False)
    assert vp.tag_archive(tmp_path / "in.csv", tmp_path / "out.csv", model=fitted).n_rows == 2
    frame = fitted.tag_frame(pd.DataFrame({"content": texts[:2]}))
    assert frame["topics"].tolist() == [";".join(topics) for topics in fitted.tag(texts[:2])]
    np.testing.assert_allclose(fitted.to_sklearn().predict_proba(texts), fitted.predict_proba(texts), atol=1e-12)


def test_cross_val_score_and_grid_search(small_corpus):
    texts, labels = small_corpus
    Y, topics = binarize_labels(labels)
    tagger = vp.TopicTagger(topics, **FAST)
    scores = cross_val_score(tagger, texts, Y, cv=2, scoring="average_precision")
    assert (scores > Y.mean()).all(), "no better than chance"
    assert len(cross_val_score(tagger, texts, [";".join(t) for t in labels], cv=KFold(2))) == 2
    assert len(cross_val_score(tagger, texts, labels, cv=KFold(2))) == 2
    search = GridSearchCV(tagger, {"C": [0.1, 10.0], "min_df": [1, 2]}, cv=2, scoring="f1_macro").fit(texts, Y)
    assert search.best_params_["C"] in (0.1, 10.0)
    assert search.best_estimator_.predict(texts[:3]).shape == (3, 3)


@pytest.mark.parametrize("n_topics", [1, 2])
def test_any_number_of_topics(small_corpus, n_topics):
    texts, labels = small_corpus
    Y, topics = binarize_labels(labels)
    tagger = vp.TopicTagger(topics[:n_topics], **FAST).fit(texts, Y[:, :n_topics])
    assert tagger.predict_proba(texts).shape == (len(texts), n_topics)
    np.testing.assert_allclose(tagger.to_sklearn().predict_proba(texts), tagger.predict_proba(texts), atol=1e-12)
    np.testing.assert_array_equal(tagger.to_sklearn().predict(texts), tagger.predict(texts))
    scores = cross_val_score(tagger, texts, Y[:, :n_topics], cv=2, scoring="average_precision")
    assert np.isfinite(scores).all()


def test_groups_are_never_split(small_corpus):
    texts, labels = small_corpus
    groups = np.arange(len(texts)) % 3
    tagger = vp.TopicTagger(**FAST).set_params(n_folds=5).fit(texts, labels, groups=groups)
    assert np.isfinite(tagger.out_of_fold_).all()


def test_groups_that_cannot_be_used_are_named(small_corpus):
    texts, labels = small_corpus
    with pytest.raises(LabelError, match="all articles are in one group: holding out needs at least 2"):
        vp.TopicTagger(**FAST).fit(texts, labels, groups=["x"] * len(texts))
    with pytest.raises(LabelError, match="50 texts but 3 groups"):
        vp.TopicTagger(**FAST).fit(texts, labels, groups=["x", "y", "z"])
    by_topic = ["x" if "ideology_work" in topics else "y" for topics in labels]
    with pytest.raises(LabelError, match=r"\d+ of \d+ have the topic ideology_work: label more .*, in more groups"):
        vp.TopicTagger(**FAST).fit(texts, labels, groups=by_topic)


def test_out_of_fold_scores_are_not_those_of_the_trained_model(small_corpus, fitted):
    assert not np.allclose(fitted.out_of_fold_, fitted.predict_proba(small_corpus[0]), atol=0.01)


def test_unfitted(small_corpus):
    with pytest.raises(NotFittedError):
        vp.TopicTagger().predict(small_corpus[0])


@pytest.mark.parametrize(
    ("texts", "labels", "error", "message"),
    [
        (["a"] * 4, [(), (), ()], LabelError, "4 texts but 3 labels"),
        (["a"] * 4, [()] * 4, LabelError, "no topic occurs in the labels"),
        (["a"] * 4, [("t",), (), (), ()], LabelError, "the topic t has 1 of 4 articles: training needs at least 2"),
        (["a"] * 4, [("t",)] * 4, LabelError, "the topic t has 4 of 4 articles"),
        (["a"] * 4, [None, "t", "t", ""], LabelError, r"labels\[0\] is None: give each article a tuple of topics"),
        (["a"] * 4, ["t|u", "t", "t", ""], LabelError, "'t|u' is not the name of a topic"),
        (["a"] * 4, [[0, 2]] * 4, LabelError, "a label matrix must hold only 0 and 1"),
        (["a"] * 2 + ["b", "c"], ["t", "", "t", ""], TextError, "no term occurs in 3 articles or more"),
        (["a", None], ["t", ""], TextError, r"texts\[1\] is NoneType"),
    ],
)
def test_bad_input_is_named(texts, labels, error, message):
    with pytest.raises(error, match=message):
        vp.TopicTagger(**FAST, min_df=3).fit(texts, labels)


def test_unknown_topics_and_missing_views():
    with pytest.raises(LabelError, match="unknown topics in the labels: u; known are: t"):
        binarize_labels([("t",), ("u",)], ["t"])
    with pytest.raises(LabelError, match="2 columns for 3 topics"):
        binarize_labels(np.zeros((4, 2)), ["a", "b", "c"])
    with pytest.raises(ValueError, match="are both None"):
        vp.TopicTagger(word_ngram_range=None, syllable_ngram_range=None).fit(["a b"] * 4, ["t", "t", "", ""])


def test_parse_topics():
    assert parse_topics(" b; a;;a ") == ("a", "b")
    assert parse_topics("") == ()
