"""The bridge to scikit-learn: the only module below the training floor that imports it.

`feature_union` describes the features in scikit-learn's own classes. `to_pipeline` fills it from a finished model, and
tests hold to it what training counts and what serving computes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import FunctionTransformer

from vnpolicy_nlp.model.features import term_frequencies
from vnpolicy_nlp.text.prepare import prepare

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from vnpolicy_nlp.model.artifact import ModelParts
    from vnpolicy_nlp.model.features import View

__all__ = ["ThresholdedOneVsRest", "feature_union", "to_pipeline"]


class ThresholdedOneVsRest(OneVsRestClassifier):
    """scikit-learn's one-vs-rest classifier with a threshold a topic instead of one half.

    Parameters
    ----------
    estimator : estimator
        One binary classifier with ``predict_proba``.
    thresholds : array-like of float, shape (n_topics,)
    """

    def __init__(self, estimator: Any, thresholds: Sequence[float]) -> None:
        super().__init__(estimator)
        self.thresholds = thresholds

    @property
    def multilabel_(self) -> bool:
        """Always true: each topic is decided on its own."""
        return True

    def predict_proba(self, X: sparse.csr_matrix) -> NDArray[np.float64]:
        """Return probabilities, shape (n_articles, n_topics), for a single topic too."""
        probabilities: NDArray[np.float64] = super().predict_proba(X)
        return probabilities[:, -len(self.estimators_) :]

    def predict(self, X: sparse.csr_matrix) -> NDArray[np.int64]:
        """Return 0/1 decisions, shape (n_articles, n_topics); 0 where an article has no known term."""
        known = np.diff(sparse.csr_matrix(X).indptr) > 0
        decisions: NDArray[np.bool_] = self.predict_proba(X) >= np.asarray(self.thresholds)
        return np.asarray(decisions & known[:, np.newaxis], dtype=np.int64)


def feature_union(views: Sequence[View], *, sublinear_tf: bool | float, **settings: Any) -> FeatureUnion:
    """Return unfitted TF-IDF features over segmented articles: for each view counts, their damping, and idf with L2.

    Parameters
    ----------
    views : sequence of View
    sublinear_tf : bool or float
        See `ViewFeatures`. With False or True the steps are what ``TfidfVectorizer`` does.
    **settings
        Passed to each ``CountVectorizer``, such as ``min_df``.
    """
    return FeatureUnion([(view.unit, _tfidf(view, sublinear_tf, settings)) for view in views])


def _tfidf(view: View, sublinear_tf: bool | float, settings: dict[str, Any]) -> Pipeline:
    counts = CountVectorizer(analyzer=view, dtype=np.float64, **settings)
    damping = FunctionTransformer(_damped, kw_args={"sublinear_tf": sublinear_tf}, accept_sparse=True)
    return Pipeline([("counts", counts), ("damping", damping), ("idf", TfidfTransformer())])


def _damped(counts: sparse.csr_matrix, sublinear_tf: bool | float) -> sparse.csr_matrix:
    damped = counts.copy()
    damped.data = term_frequencies(damped.data, sublinear_tf)
    return damped


def to_pipeline(parts: ModelParts) -> Pipeline:
    """Return a fitted Pipeline of scikit-learn's own TF-IDF and logistic regressions that equals a tagger.

    The sigmoid of the calibration is folded into the weights: it is linear inside the logistic function. With
    exclusive topics the classifier is scikit-learn's multinomial one, which answers with names of topics.
    """
    features = feature_union([v.view for v in parts.views], sublinear_tf=parts.views[0].sublinear_tf)
    for (_, tfidf), view in zip(features.transformer_list, parts.views, strict=True):
        tfidf["counts"].set_params(vocabulary=view.vocabulary)
        tfidf["damping"].set_params(kw_args={"sublinear_tf": view.sublinear_tf})
        tfidf["idf"].idf_ = view.idf
    slope, offset = parts.classifier.calibration.T
    coef = np.hstack(parts.classifier.coef) * slope[:, np.newaxis]
    intercept = parts.classifier.intercept * slope + offset
    decide = _one_of_all if parts.classifier.exclusive else _each_on_its_own
    classifier = decide(parts, coef, intercept)
    return Pipeline([("words", FunctionTransformer(prepare)), ("features", features), ("classifier", classifier)])


def _each_on_its_own(
    parts: ModelParts, coef: NDArray[np.float64], intercept: NDArray[np.float64]
) -> ThresholdedOneVsRest:
    classifier = ThresholdedOneVsRest(LogisticRegression(), parts.classifier.thresholds.tolist())
    classifier.estimators_ = [_logistic(row, b) for row, b in zip(coef, intercept, strict=True)]
    classifier.classes_ = np.array(parts.topics)
    classifier.n_features_in_ = coef.shape[1]
    return classifier


def _one_of_all(parts: ModelParts, coef: NDArray[np.float64], intercept: NDArray[np.float64]) -> LogisticRegression:
    if len(parts.topics) == 2:  # scikit-learn then has one row: the log-odds of the second
        model = _logistic(coef[1] - coef[0], intercept[1] - intercept[0])
    else:
        model = LogisticRegression()
        model.coef_, model.intercept_, model.n_features_in_ = coef, intercept, coef.shape[1]
    model.classes_ = np.array(parts.topics)
    return model


def _logistic(coef: NDArray[np.float64], intercept: float) -> LogisticRegression:
    model = LogisticRegression()
    model.coef_, model.intercept_ = coef[np.newaxis], np.array([intercept])
    model.classes_, model.n_features_in_ = np.array([0, 1]), len(coef)
    return model
