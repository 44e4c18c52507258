"""Counting of training articles: what scikit-learn's vectorisers give, worked out once for all folds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vnpolicy_nlp.model.export import feature_union
from vnpolicy_nlp.model.features import View
from vnpolicy_nlp.training.counting import count_terms

VIEWS = [View("word", (1, 2)), View("syllable", (1, 3)), View("syllable", (2, 3)), View("word", (1, 1))]
TEXTS = st.lists(st.lists(st.sampled_from(["xã", "ủy ban", "họp", "bàn", ".", "Xã", "!"]), max_size=9), min_size=1)


@pytest.mark.parametrize("view", VIEWS, ids=str)
@given(texts=TEXTS, min_df=st.integers(1, 3), sublinear_tf=st.sampled_from([False, True, 2.0]), data=st.data())
def test_counts_are_those_of_scikit_learn(view, texts, min_df, sublinear_tf, data):
    rows = np.array(data.draw(st.lists(st.integers(0, len(texts) - 1), min_size=1, unique=True)))
    counted = count_terms(texts, view, min_df=min_df)
    idf = counted.idf(rows, min_df)
    kept = np.flatnonzero(idf)
    fitted = feature_union([view], sublinear_tf=sublinear_tf, min_df=min_df)
    chosen = [texts[row] for row in rows]
    if not len(kept):
        with pytest.raises(ValueError, match=r"no terms remain|empty vocabulary|max_df corresponds to"):
            fitted.fit(chosen)
        return
    expected = fitted.fit_transform(chosen)
    tfidf = fitted.transformer_list[0][1]
    assert [counted.terms[n] for n in kept] == tfidf["counts"].get_feature_names_out().tolist()
    np.testing.assert_allclose(idf[kept], tfidf["idf"].idf_, rtol=1e-14)
    found = counted.transform(rows, idf, sublinear_tf)
    np.testing.assert_allclose(found[:, kept].toarray(), expected.toarray(), atol=1e-14)
    held_out = counted.transform(np.arange(len(texts)), idf, sublinear_tf)[:, kept].toarray()
    np.testing.assert_allclose(held_out, fitted.transform(texts).toarray(), atol=1e-14)


def test_texts_at_the_end_do_not_count_for_min_df():
    view = View("word", (1, 1))
    counted = count_terms([["xã", "họp"], ["xã"], ["họp", "bàn"]], view, min_df=2, n_counted=2)
    assert counted.terms == ("xã",)
    assert counted.counts.toarray().tolist() == [[1], [1], [0]]


def test_no_term_at_all():
    counted = count_terms([["."], []], View("syllable", (1, 3)), min_df=1)
    assert counted.terms == ()
    assert counted.counts.shape == (2, 0)
