"""`TopicTagger`: the scikit-learn estimator that trains a tagger."""

from __future__ import annotations

from functools import partial
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, f1_score
from sklearn.utils.validation import check_is_fitted

from vnpolicy_nlp.errors import TextError
from vnpolicy_nlp.model.artifact import DEFAULT_PRESET, ModelParts
from vnpolicy_nlp.model.classifier import LinearClassifier
from vnpolicy_nlp.model.features import View
from vnpolicy_nlp.model.tagger import Tagger
from vnpolicy_nlp.text.prepare import prepare
from vnpolicy_nlp.text.segmenter import segmenter_checksum
from vnpolicy_nlp.training.calibration import answer_held_out, calibrate
from vnpolicy_nlp.training.checks import check_contrasts, check_parameters, check_trainable
from vnpolicy_nlp.training.folds import checked_groups, checked_times, folds
from vnpolicy_nlp.training.labels import binarize_labels
from vnpolicy_nlp.training.linear import Settings, count_corpus, fit_and_hold_out
from vnpolicy_nlp.training.profile import profile_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray
    from sklearn.pipeline import Pipeline

    from vnpolicy_nlp.model.explain import Explanation

    Words = list[list[str]]

__all__ = ["TopicTagger"]


class TopicTagger(ClassifierMixin, BaseEstimator):
    """Trains one calibrated linear decision a topic over TF-IDF features.

    Parameters
    ----------
    topics : sequence of str, optional
        The topics, in the column order of 0/1 labels. Without it, those that occur in the labels, sorted; a
        0/1 matrix then gets ``topic_0``, ``topic_1`` and so on.
    exclusive : bool, default=False
        Whether topics exclude each other, as the sections of a newspaper do: each article then has exactly one, in
        training and among the answers, and probabilities sum to 1. Without it an article has none, one or several.
    word_ngram_range : tuple of int or None, default=(1, 1)
        N-grams of underthesea's words. None leaves words out.
    syllable_ngram_range : tuple of int or None, default=(1, 3)
        N-grams of syllables. None leaves syllables out.
    min_df : int, default=2
        Terms in fewer articles are left out.
    sublinear_tf : bool or float, default=True
        Whether a term that occurs `n` times counts ``1 + ln(n)`` instead of `n`; a number `k` makes that
        ``1 + k * ln(n)``.
    C : float, default=30.0
        Inverse strength of the L2 regularisation of the logistic regressions.
    class_weight : {"balanced"} or None, default="balanced"
        As in scikit-learn's ``LogisticRegression``.
    beta : float, default=1.5
        The balanced threshold is the best for F-beta. Above 1 recall weighs more: whoever looks for articles to read
        loses more by one that is missed than by one too many. The other presets hang on it too; see
        `preset_thresholds`.
    contrast_weight : float, default=0.1
        Weight of a contrast in training, where an article has 1; see `fit`.
    n_folds : int, default=5
        Folds for the out-of-fold scores from which calibration and thresholds come.
    random_state : int, default=0
        Seed of the folds and of the solver.
    n_jobs : int or None, default=-1
        Processes that work out the folds where there is much to do, as in scikit-learn: -1 for one a core. The model
        does not depend on it.

    Attributes
    ----------
    topics_ : tuple of str
        The topics, sorted: the columns of every answer.
    tagger_ : Tagger
        The trained tagger, free of scikit-learn.
    out_of_fold_ : ndarray of float64, shape (n_articles, n_topics)
        Calibrated probability of each training article from models that did not see it; NaN for articles never held
        out, as the earliest ones with `times`.
    held_out_ : HeldOut
        What models, calibrations and thresholds that did not see an article answer on it: what its quality is measured
        by.

    Notes
    -----
    Labels are tuples of slugs, strings such as ``"ideology_work;social_supervision"``, or a 0/1 matrix. For
    ``cross_val_score`` and ``GridSearchCV`` give a matrix, or name the splitter (``cv=KFold(5)``): told only the
    number of folds, scikit-learn looks into the labels itself and refuses tuples.
    """

    def __init__(
        self,
        topics: Sequence[str] | None = None,
        *,
        exclusive: bool = False,
        word_ngram_range: tuple[int, int] | None = (1, 1),
        syllable_ngram_range: tuple[int, int] | None = (1, 3),
        min_df: int = 2,
        sublinear_tf: bool | float = True,
        C: float = 30.0,
        class_weight: str | None = "balanced",
        beta: float = 1.5,
        contrast_weight: float = 0.1,
        n_folds: int = 5,
        random_state: int = 0,
        n_jobs: int | None = -1,
    ) -> None:
        self.topics = topics
        self.exclusive = exclusive
        self.word_ngram_range = word_ngram_range
        self.syllable_ngram_range = syllable_ngram_range
        self.min_df = min_df
        self.sublinear_tf = sublinear_tf
        self.C = C
        self.class_weight = class_weight
        self.beta = beta
        self.contrast_weight = contrast_weight
        self.n_folds = n_folds
        self.random_state = random_state
        self.n_jobs = n_jobs

    def fit(
        self,
        texts: Iterable[str],
        labels: Iterable[Any],
        groups: Iterable[Any] | None = None,
        contrasts: Iterable[tuple[int, str, str]] | None = None,
        times: Iterable[Any] | None = None,
    ) -> Self:
        """Train on articles.

        Parameters
        ----------
        texts : iterable of str
            Raw articles; they are normalised and segmented here.
        labels : array-like
            See the notes of the class.
        groups : array-like, optional
            What must not be split between folds, such as the author of each article.
        contrasts : iterable of (int, str, str), optional
            Texts known not to report on one topic, each with the position of the article that it was cut from and
            the topic: articles without the paragraphs that report on it (`Contrast`). They teach which words of an
            article its topic does not hang on.
        times : array-like of str, datetime or the like, optional
            When each article was published. Articles are then held out by earlier ones, as a model in use meets them.

        Raises
        ------
        InputError
            Where a parameter has a value that it cannot have.
        TextError, LabelError
            TextError too where no term is frequent enough to learn from.
        """
        cut = list(contrasts or ())
        cut_words = prepare([text for *_, text in cut])
        cuts = [(article, topic, words) for (article, topic, _), words in zip(cut, cut_words, strict=True)]
        return self.fit_words(prepare(texts), labels, groups, cuts, times)

    def fit_words(
        self,
        words: Words,
        labels: Iterable[Any],
        groups: Iterable[Any] | None = None,
        contrasts: Sequence[tuple[int, str, list[str]]] = (),
        times: Iterable[Any] | None = None,
    ) -> Self:
        """Train on articles and contrasts that are normalised and segmented already, as `prepare` returns them."""
        check_parameters(self.get_params())
        Y, topics = binarize_labels(labels, self.topics)
        order = np.argsort(topics)
        Y, self.topics_ = Y[:, order], tuple(topics[i] for i in order)
        check_trainable(Y, self.topics_, len(words), self.exclusive)
        check_contrasts(contrasts, Y, self.topics_)
        self.classes_ = [np.array([0, 1])] * len(self.topics_)  # as scikit-learn's multilabel classifiers have it
        splits = folds(
            Y,
            self.topics_,
            min(self.n_folds, len(words)),
            self.random_state,
            groups=None if groups is None else checked_groups(groups, len(words)),
            times=None if times is None else checked_times(times, len(words)),
        )
        views, settings = self._views(), self._settings()
        cuts = [(article, self.topics_.index(topic), text) for article, topic, text in contrasts]
        corpus = count_corpus(words, Y, cuts, views, self.min_df)
        if not any(view.terms for view in corpus.views):
            raise TextError(
                f"no term occurs in {self.min_df} articles or more: give longer texts or more of them, or lower min_df"
            )
        model, scores = fit_and_hold_out(corpus, splits, settings, self.n_jobs)
        held_out = [test for _, test in splits]
        self.held_out_ = answer_held_out(scores, Y, held_out, self.beta, exclusive=self.exclusive)
        rows = self.held_out_.rows
        calibration = calibrate(scores[rows], Y[rows], self.beta, exclusive=self.exclusive)
        self.out_of_fold_ = np.full(Y.shape, np.nan)
        self.out_of_fold_[rows] = calibration.probabilities(scores[rows])
        weights = tuple(np.split(model.coef, np.cumsum([len(view.terms) for view in corpus.views])[:-1], axis=1))
        classifier = LinearClassifier(
            weights, model.intercept, calibration.lines, calibration.presets[DEFAULT_PRESET], self.exclusive
        )
        features = tuple(v.features(idf, self.sublinear_tf) for v, idf in zip(corpus.views, model.idf, strict=True))
        record = self._record(Y, contrasts)
        parts = ModelParts(self.topics_, features, classifier, calibration.presets, Y.mean(axis=0), record)
        record["training"]["profile"] = profile_of(words, parts, self.out_of_fold_)
        self.tagger_ = Tagger(parts)
        return self

    def _settings(self) -> Settings:
        classifier = partial(
            LogisticRegression,
            C=self.C,
            class_weight=self.class_weight,
            solver="liblinear",
            dual=True,  # far more terms than articles
            tol=0.1,  # liblinear's own: scores to some thousandths, in a third of the time of scikit-learn's 1e-4
            max_iter=1000,
            random_state=self.random_state,
        )
        return Settings(self.min_df, self.sublinear_tf, self.contrast_weight, classifier)

    def _views(self) -> list[View]:
        ranges = {"word": self.word_ngram_range, "syllable": self.syllable_ngram_range}
        views = [View(unit, (ngrams[0], ngrams[1])) for unit, ngrams in ranges.items() if ngrams is not None]
        if not views:
            raise ValueError("word_ngram_range and syllable_ngram_range are both None: give at least one")
        return views

    def _record(self, Y: NDArray[np.int64], contrasts: Sequence[Any]) -> dict[str, Any]:
        packages = ("vnpolicy-nlp", "underthesea", "scikit-learn", "numpy")
        return {
            "versions": {package: version(package) for package in packages},
            "segmenter_sha256": segmenter_checksum(),
            "training": {
                "n_articles": len(Y),
                "n_contrasts": len(contrasts),
                "n_positive": dict(zip(self.topics_, Y.sum(axis=0).tolist(), strict=True)),
                "parameters": {
                    key: value for key, value in self.get_params().items() if key not in ("topics", "n_jobs")
                },
            },
            "metrics": {},
        }

    def tag(self, texts: Iterable[str], *, n_jobs: int = 1) -> list[tuple[str, ...]]:
        """Return the topics of each article; see `Tagger.tag`."""
        return self._fitted().tag(texts, n_jobs=n_jobs)

    def predict(self, texts: Iterable[str], *, n_jobs: int = 1) -> NDArray[np.int64]:
        """Return 0/1 decisions, shape (n_articles, n_topics)."""
        return self._fitted().predict(texts, n_jobs=n_jobs)

    def predict_proba(self, texts: Iterable[str], *, n_jobs: int = 1) -> NDArray[np.float64]:
        """Return calibrated probabilities, shape (n_articles, n_topics)."""
        return self._fitted().predict_proba(texts, n_jobs=n_jobs)

    def explain(self, text: str) -> Explanation:
        """Say why an article gets its topics; see `Tagger.explain`."""
        return self._fitted().explain(text)

    def tag_frame(
        self,
        frame: pd.DataFrame,
        text: str | Sequence[str] = "content",
        *,
        scores: bool = False,
        evidence: bool = False,
        documents: bool = False,
        n_jobs: int = 1,
    ) -> pd.DataFrame:
        """Return `frame` with tags added; see `Tagger.tag_frame`."""
        return self._fitted().tag_frame(
            frame, text, scores=scores, evidence=evidence, documents=documents, n_jobs=n_jobs
        )

    def save(self, folder: str | Path) -> None:
        """Write the trained model to a folder; see `Tagger.save`."""
        self._fitted().save(folder)

    def to_sklearn(self) -> Pipeline:
        """Return the trained model as a scikit-learn Pipeline; see `Tagger.to_sklearn`."""
        return self._fitted().to_sklearn()

    def score(self, texts: Iterable[str], labels: Iterable[Any], sample_weight: Any = None) -> float:
        """Return macro F1 of the decisions, of exclusive topics their accuracy; from 0 to 1."""
        Y, _ = binarize_labels(labels, self.topics_)
        decisions = self.predict(texts)
        if self.exclusive:
            return float(accuracy_score(Y, decisions, sample_weight=sample_weight))
        return float(f1_score(Y, decisions, average="macro", sample_weight=sample_weight, zero_division=0))

    def _fitted(self) -> Tagger:
        check_is_fitted(self, "tagger_")
        return self.tagger_

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string, tags.input_tags.two_d_array = True, False
        tags.input_tags.one_d_array = True
        tags.classifier_tags.multi_label = True
        return tags
