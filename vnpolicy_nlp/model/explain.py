"""Why an article got its score: what each word adds, to the last digit, and the passage that speaks most for it.

A linear score is a sum over terms. What a term adds is dealt out in equal shares to the places where it occurs, and
there to the words that it covers; so the weights of the words, too, sum to the score less the intercept.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from vnpolicy_nlp.errors import InputError
from vnpolicy_nlp.model.evidence import best_passages
from vnpolicy_nlp.model.scoring import score_segmented
from vnpolicy_nlp.text.normalize import normalize
from vnpolicy_nlp.text.prepare import encode

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from vnpolicy_nlp.model.artifact import ModelParts
    from vnpolicy_nlp.model.classifier import LinearClassifier
    from vnpolicy_nlp.model.features import COO, ViewFeatures
    from vnpolicy_nlp.text.segmented import Segmented

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["Explanation", "TopicExplanation", "Weighted", "explain"]

_NEAR = 40  # characters within which a token is looked for that is not where it should be


class Weighted(NamedTuple):
    """A word or a term, how often it occurs, and what all of it adds to the score."""

    text: str
    n: int
    weight: float


@dataclass(frozen=True, eq=False)
class TopicExplanation:
    """Why an article got one topic, or did not.

    Attributes
    ----------
    topic : str
    tagged : bool
    probability : float
        Calibrated, as `Tagger.predict_proba` has it.
    threshold : float or None
        The least probability with which an article gets the topic; None for exclusive topics, of which the likeliest
        is given.
    score, intercept : float
        The linear score before calibration, and what an article without a word starts from.
    least_score : float or None
        The score from which the topic is given; None for exclusive topics.
    evidence : str
        The passage that speaks most for the topic, as it stands in the article; empty if there is none. For a topic
        that was given it is the one that `Tagger.evidence` quotes.
    """

    topic: str
    tagged: bool
    probability: float
    threshold: float | None
    score: float
    intercept: float
    least_score: float | None
    evidence: str
    _sums: _Sums
    _place: int

    @cached_property
    def words(self) -> list[Weighted]:
        """The words of the article in lower case: first those that push the score up, last those that push it down.

        Their weights and the intercept sum to the score.
        """
        return self._sums.words(self._place)

    @cached_property
    def terms(self) -> list[Weighted]:
        """The same as `words` for the terms that the model counts, such as "giám sát của"."""
        return self._sums.terms(self._place)

    def __repr__(self) -> str:
        up = [word.text for word in self.words[:3] if word.weight > 0]
        return f"TopicExplanation({self.topic}, tagged={self.tagged}, probability={self.probability:.3f}, up={up})"

    def strongest(self, n: int) -> tuple[list[Weighted], list[Weighted]]:
        """Return up to `n` words that push the score up, and as many that push it down, the strongest first."""
        up = [word for word in self.words[:n] if word.weight > 0]
        return up, [word for word in reversed(self.words[-n:]) if word.weight < 0]

    def to_dict(self) -> dict[str, Any]:
        """Return the same as JSON values."""
        return {
            **{name: getattr(self, name) for name in ("topic", "tagged", "probability", "threshold")},
            **{name: getattr(self, name) for name in ("score", "intercept", "least_score", "evidence")},
            "words": [word._asdict() for word in self.words],
            "terms": [term._asdict() for term in self.terms],
        }


@dataclass(frozen=True, eq=False)
class Explanation:
    """Why an article got its topics. HTML in a notebook; ``explanation["ideology_work"]`` is one topic.

    Attributes
    ----------
    topics : tuple of TopicExplanation
        All topics of the model, in its order.
    text : str
        The article as the model reads it: normalised.
    spans : ndarray of int64, shape (n_words, 2)
        Start and end of each word in `text`.
    weights : ndarray of float64, shape (n_words, n_topics)
        What each word adds to each score.
    """

    topics: tuple[TopicExplanation, ...]
    text: str
    spans: Ints
    weights: Floats

    @property
    def tagged(self) -> tuple[str, ...]:
        """The topics that the article got, as `Tagger.tag` returns them."""
        return tuple(topic.topic for topic in self.topics if topic.tagged)

    def __getitem__(self, topic: str) -> TopicExplanation:
        return self.topics[self._place(topic)]

    def of(self, topics: Sequence[str]) -> Explanation:
        """Return the explanation of some topics alone.

        Raises
        ------
        InputError
            If the model has no such topic.
        """
        places = [self._place(topic) for topic in topics]
        return replace(self, topics=tuple(self.topics[n] for n in places), weights=self.weights[:, places])

    def _place(self, topic: str) -> int:
        known = [found.topic for found in self.topics]
        if topic not in known:
            raise InputError(f"unknown topic {topic!r}; known are: {', '.join(known)}")
        return known.index(topic)

    def __iter__(self) -> Iterator[TopicExplanation]:
        return iter(self.topics)

    def __len__(self) -> int:
        return len(self.topics)

    def __repr__(self) -> str:
        scores = ", ".join(f"{topic.topic}: {topic.probability:.3f}" for topic in self.topics)
        return f"Explanation(tagged={list(self.tagged)}, {scores})"

    def to_dict(self) -> dict[str, Any]:
        """Return the same as JSON values, but for the weights by place."""
        return {"tagged": list(self.tagged), "topics": [topic.to_dict() for topic in self.topics]}

    def to_html(self, language: str = "vi", *, whole_page: bool = False, title: str = "") -> str:
        """Return the article with graded highlights, as a ``<div>`` or as a page with one.

        Parameters
        ----------
        language : {"vi", "en"}
        whole_page : bool
        title : str
            What the page is called, such as the name of the file.
        """
        from vnpolicy_nlp.model.explain_html import explanation_html, explanation_page

        return explanation_page(self, language, title) if whole_page else explanation_html(self, language)

    def _repr_html_(self) -> str:
        return self.to_html()


def explain(parts: ModelParts, text: str) -> Explanation:
    """Say of one article what each of its words adds to each score.

    Parameters
    ----------
    parts : ModelParts
    text : str
        An article as it stands in the archive.
    """
    normal = normalize(text)
    (article,) = encode([normal])
    features = [view.transform(article) for view in parts.views]
    decisions, probabilities = score_segmented(parts, article)
    (scores,) = parts.classifier.scores(features)
    everything = np.ones_like(decisions)
    (passages,) = best_passages(parts, [text], everything) if normal else ({},)

    added = tuple(
        _Added.of(view, article, matrix, coef)
        for view, matrix, coef in zip(parts.views, features, parts.classifier.coef, strict=True)
    )
    first, last = article.word_numbers()[1][0]
    weights = np.sum([each.word_weights(article) for each in added], axis=0)[first:last]
    sums = _Sums.of(article.words()[0], weights, added)
    thresholds, least_scores = _thresholds(parts.classifier)
    topics = tuple(
        TopicExplanation(
            topic=topic,
            tagged=bool(decisions[0, n]),
            probability=float(probabilities[0, n]),
            threshold=thresholds[n],
            score=float(scores[n]),
            intercept=float(parts.classifier.intercept[n]),
            least_score=least_scores[n],
            evidence=text[slice(*passages[topic])] if topic in passages else "",
            _sums=sums,
            _place=n,
        )
        for n, topic in enumerate(parts.topics)
    )
    return Explanation(topics, normal, _word_spans(normal, article), weights)


def _thresholds(classifier: LinearClassifier) -> tuple[Sequence[float | None], Sequence[float | None]]:
    """Return the least probability of each topic, and the score that has it."""
    if classifier.exclusive:
        nothing = [None] * len(classifier.intercept)
        return nothing, nothing
    slope, offset = classifier.calibration.T
    thresholds = np.clip(classifier.thresholds, 1e-12, 1 - 1e-12)
    least = (np.log(thresholds) - np.log1p(-thresholds) - offset) / slope
    return classifier.thresholds.tolist(), least.tolist()


@dataclass(frozen=True, eq=False)
class _Added:
    """What the terms of one view add to the scores of one article.

    Attributes
    ----------
    view : ViewFeatures
    columns : ndarray of int64, shape (n_terms,)
        Of the terms that the article has.
    weights : ndarray of float64, shape (n_terms, n_topics)
    counts : ndarray of int64, shape (n_terms,)
        How often they occur.
    """

    view: ViewFeatures
    columns: Ints
    weights: Floats
    counts: Ints

    @classmethod
    def of(cls, view: ViewFeatures, article: Segmented, features: COO, coef: Floats) -> _Added:
        columns = np.concatenate([columns for columns, _ in view.occurrences(article)])
        counts = np.bincount(columns, minlength=len(view.terms)).take(features.col)
        return cls(view, features.col, (coef.take(features.col, axis=1) * features.data).T, counts)

    def terms(self, topic: int) -> Iterator[Weighted]:
        """Yield the terms with what they add to one score."""
        for column, n, weight in zip(
            self.columns.tolist(), self.counts.tolist(), self.weights[:, topic].tolist(), strict=True
        ):
            yield Weighted(self.view.terms[column], n, weight)

    def word_weights(self, article: Segmented) -> Floats:
        """Return what each word adds to each score, shape (n_words, n_topics), paddings counted as words."""
        n_words = int((~article.inside).sum())
        place = np.zeros(len(self.view.terms), dtype=np.int64)  # of a column among those that the article has
        place[self.columns] = np.arange(len(self.columns))
        an_occurrence = self.weights / self.counts[:, np.newaxis]
        weights = np.zeros((n_words, self.weights.shape[1]))
        for columns, words in self.view.occurrences(article):
            n_units = words.shape[1]
            shares = an_occurrence.take(place.take(columns), axis=0) / n_units
            np.add.at(weights, words, shares[:, np.newaxis])
        return weights


@dataclass(frozen=True, eq=False)
class _Sums:
    """What words of one spelling and what terms add to the scores of one article.

    Attributes
    ----------
    spelled : list of str
    counts : ndarray of int64, shape (n_spelled,)
    weights : ndarray of float64, shape (n_spelled, n_topics)
    added : tuple of _Added
    """

    spelled: list[str]
    counts: Ints
    weights: Floats
    added: tuple[_Added, ...]

    @classmethod
    def of(cls, words: Sequence[str], weights: Floats, added: tuple[_Added, ...]) -> _Sums:
        number: dict[str, int] = {}
        places = np.array([number.setdefault(word.lower(), len(number)) for word in words], dtype=np.int64)
        sums = np.zeros((len(number), weights.shape[1]))
        np.add.at(sums, places, weights)
        return cls(list(number), np.bincount(places, minlength=len(number)), sums, added)

    def words(self, topic: int) -> list[Weighted]:
        """Return the words that a term covers, those that push the score up first."""
        found = zip(self.spelled, self.counts.tolist(), self.weights[:, topic].tolist(), strict=True)
        return _strongest_first(Weighted(*one) for one in found if one[2])

    def terms(self, topic: int) -> list[Weighted]:
        """Return the terms, those that push the score up first."""
        return _strongest_first(term for each in self.added for term in each.terms(topic))


def _strongest_first(found: Iterator[Weighted]) -> list[Weighted]:
    return sorted(found, key=lambda one: (-one.weight, one.text))


def _word_spans(text: str, article: Segmented) -> Ints:
    """Return start and end of each word of the one article, shape (n_words, 2)."""
    first, last = article.bounds[0].tolist()
    spelled = article.numbers.tokens
    spans = _spans(text, [spelled[token] for token in article.tokens[first:last].tolist()])
    begins = np.flatnonzero(~article.inside[first:last])
    ends = np.append(begins[1:], last - first) - 1
    return np.column_stack([spans[begins, 0], spans[ends, 1]]) if len(begins) else np.zeros((0, 2), dtype=np.int64)


def _spans(text: str, tokens: Sequence[str]) -> Ints:
    """Return where tokens stand in a text, one behind the other, shape (n_tokens, 2).

    underthesea spells a few words anew ("qui" as "quy"), with their first letter and mostly their length; such a token
    has what stands in its place.
    """
    spans = []
    at = 0
    for token in tokens:
        while text[at : at + 1].isspace():
            at += 1
        if text.startswith(token, at):
            end = at + len(token)
        else:
            at, end = _respelled(text, token, at)
        spans.append((at, end))
        at = end
    return np.array(spans, dtype=np.int64).reshape(-1, 2)


def _respelled(text: str, token: str, at: int) -> tuple[int, int]:
    """Return where a token stands that is not to be found at a place as it is."""
    if text[at : at + 1].lower() != token[:1].lower():
        at = max(at, text.find(token, at, at + len(token) + _NEAR))
    end = at
    while end < min(len(text), at + len(token)) and not (text[end].isspace() and token[end - at] != text[end]):
        end += 1
    return at, end
