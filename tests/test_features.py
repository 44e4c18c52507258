import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import coo_matrix
from sklearn.feature_extraction.text import TfidfVectorizer

from vnpolicy_nlp.model import features as features_module
from vnpolicy_nlp.model.features import View, ViewFeatures, linear_scores
from vnpolicy_nlp.text.passages import passages
from vnpolicy_nlp.text.prepare import encode, prepare
from vnpolicy_nlp.text.segmented import Segmented

VIEWS = [
    View("word", (1, 2)),
    View("syllable", (1, 3)),
    View("syllable", (2, 2)),
    View("word", (1, 1)),
    View("syllable", (1, 4)),
]
words = st.sampled_from(
    [
        "a_b",
        "_",
        "a",
        "b",
        "a b",
        "giám sát xã",
        "( a",
        "- -",
        "một hai ba bốn",
        "Ủy ban",
        "ủy ban",
        "xã",
        "XÃ",
        ".",
        ",",
        "217",
        "-",
        "QĐ",
        "giám sát",
        "giám",
        "sát",
        "%",
    ]
)
articles = st.lists(st.lists(words, max_size=12), min_size=2, max_size=8)


def fitted(view, train, **settings):
    """Return scikit-learn's fitted vectoriser and our features with the same contents."""
    vectorizer = TfidfVectorizer(analyzer=view, **settings).fit(train)
    terms = tuple(vectorizer.get_feature_names_out())
    return vectorizer, ViewFeatures(view, terms, vectorizer.idf_, vectorizer.sublinear_tf)


def dense(coo, n_columns):
    assert len(np.unique(np.stack([coo.row, coo.col]), axis=1).T) == len(coo.data)
    return coo_matrix((coo.data, (coo.row, coo.col)), shape=(coo.n_rows, n_columns)).toarray()


@pytest.mark.parametrize("view", VIEWS)
@given(train=articles, test=articles, sublinear_tf=st.booleans())
def test_equal_to_scikit_learn(view, train, test, sublinear_tf):
    train = [*train, ["xã", "giám sát"]]
    vectorizer, features = fitted(view, train, sublinear_tf=sublinear_tf)
    ours = features.transform(Segmented.of_words(test))
    np.testing.assert_allclose(
        dense(ours, len(features.terms)), vectorizer.transform(test).toarray(), rtol=0, atol=1e-12
    )


@pytest.mark.parametrize("view", VIEWS)
def test_equal_to_scikit_learn_on_articles(view, corpus):
    articles = prepare(corpus.texts[:30])
    vectorizer, features = fitted(view, articles[:20], min_df=2, sublinear_tf=True)
    theirs = vectorizer.transform(articles)
    ours = features.transform(Segmented.of_words(articles))
    np.testing.assert_allclose(dense(ours, len(features.terms)), theirs.toarray(), rtol=0, atol=1e-12)
    coef = np.random.default_rng(0).normal(size=(3, len(features.terms)))
    np.testing.assert_allclose(linear_scores(ours, coef), theirs @ coef.T, rtol=0, atol=1e-12)


@pytest.mark.parametrize("view", VIEWS)
def test_passages_are_equal_to_scikit_learn(view, corpus):
    texts = [text[start:end] for text in corpus.texts[:20] for start, end in passages(text)]
    vectorizer, features = fitted(view, prepare(corpus.texts[:20]), min_df=2, sublinear_tf=True)
    theirs = vectorizer.transform(prepare(texts)).toarray()
    ours = np.concatenate([dense(features.transform(batch), len(features.terms)) for batch in encode(texts)])
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-12)


def test_terms_of_a_view():
    article = ["Ủy ban", "xã", ",", "họp", "."]
    assert View("word", (1, 2))(article) == ["ủy_ban", "xã", "họp", "ủy_ban xã", "xã họp"]
    assert View("syllable", (2, 3))(article) == ["ủy ban", "ban xã", "xã họp", "ủy ban xã", "ban xã họp"]
    assert View("syllable", (1, 3))([]) == []


@pytest.mark.parametrize("end", [1, 300, 1 << 16, (1 << 16) + 1, 1 << 20, 1 << 32, 1 << 40])
def test_numbers_are_ordered_as_a_stable_sort_does(end):
    numbers = np.random.default_rng(end).integers(0, min(end, 1 << 62), size=500)
    numbers[:250] = numbers[250:]
    np.testing.assert_array_equal(features_module._order(numbers, end), np.argsort(numbers, kind="stable"))
