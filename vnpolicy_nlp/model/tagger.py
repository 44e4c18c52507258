"""The tagger: texts in, topics out."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from vnpolicy_nlp.errors import InputError, TextError
from vnpolicy_nlp.model.artifact import ModelParts, read_model, write_model
from vnpolicy_nlp.model.columns import added_columns, check_columns, document_cells, join_topics
from vnpolicy_nlp.model.evidence import best_passages
from vnpolicy_nlp.model.scoring import score_in_processes, score_segmented, score_texts
from vnpolicy_nlp.text.prepare import join_cells
from vnpolicy_nlp.text.segmenter import check_texts, segmenter_checksum

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd
    from numpy.typing import NDArray
    from sklearn.pipeline import Pipeline

    from vnpolicy_nlp.model.explain import Explanation
    from vnpolicy_nlp.text.segmented import Segmented

__all__ = ["Tagger", "load", "packaged_model"]


class Tagger:
    """A trained tagger, as `load` returns it. It holds arrays and words and never changes.

    Examples
    --------
    >>> import vnpolicy_nlp as vp
    >>> tagger = vp.load()
    >>> tagger.topics
    ('grassroots_democracy', 'ideology_work', 'social_supervision')
    """

    def __init__(self, parts: ModelParts) -> None:
        self._parts = parts

    @property
    def parts(self) -> ModelParts:
        """What the tagger consists of, for those who build on it."""
        return self._parts

    @property
    def topics(self) -> tuple[str, ...]:
        """The slugs of the topics, sorted: the order of all columns."""
        return self._parts.topics

    @property
    def exclusive(self) -> bool:
        """Whether an article has exactly one topic; else it has none, one or several."""
        return self._parts.classifier.exclusive

    @property
    def thresholds(self) -> dict[str, float]:
        """The least probability with which an article gets each topic."""
        return dict(zip(self.topics, self._parts.classifier.thresholds.tolist(), strict=True))

    @property
    def base_rates(self) -> dict[str, float]:
        """The share of articles with each topic that the probabilities presume."""
        return dict(zip(self.topics, self._parts.base_rates.tolist(), strict=True))

    def with_preset(self, name: str) -> Tagger:
        """Return the tagger with other thresholds.

        Parameters
        ----------
        name : {"balanced", "precise", "sensitive"}
            "precise" gives fewer tags of which more are right, "sensitive" misses fewer articles.

        Raises
        ------
        ModelFormatError
            If the model has no such preset.
        """
        return Tagger(self._parts.with_preset(name))

    def with_thresholds(self, thresholds: Mapping[str, float]) -> Tagger:
        """Return the tagger with thresholds of one's own.

        Parameters
        ----------
        thresholds : mapping of str to float
            By topic, the least probability with which an article gets it; topics that are left out keep theirs.

        Raises
        ------
        InputError
            If there is no such topic, or a threshold is not between 0 and 1, or topics exclude each other, which have
            none.
        """
        if self.exclusive:
            raise InputError("exclusive topics have no thresholds: an article gets the likeliest one")
        if unknown := sorted(set(thresholds) - set(self.topics)):
            raise InputError(f"thresholds of unknown topics: {', '.join(unknown)}; known are: {', '.join(self.topics)}")
        for topic, value in thresholds.items():
            if not 0 < value < 1:
                raise InputError(f"the threshold of {topic} is {value}: it must be a probability between 0 and 1")
        values = np.array([*(self.thresholds | dict(thresholds)).values()], dtype=np.float64)
        return Tagger(replace(self._parts, classifier=replace(self._parts.classifier, thresholds=values)))

    def with_base_rate(self, rate: float | Mapping[str, float]) -> Tagger:
        """Return the tagger with probabilities for articles among which the topics are so frequent.

        Models learn from articles of which a third or so have a topic; in a general archive a few in a thousand have.
        The thresholds stay, so a low rate gives fewer tags.

        Parameters
        ----------
        rate : float or mapping of str to float
            Between 0 and 1, for all topics or by topic; topics that are left out keep theirs. Of exclusive topics all,
            1 together.

        Raises
        ------
        InputError
        """
        rates = dict(rate) if isinstance(rate, Mapping) else dict.fromkeys(self.topics, rate)
        if unknown := sorted(set(rates) - set(self.topics)):
            raise InputError(f"base rates of unknown topics: {', '.join(unknown)}; known are: {', '.join(self.topics)}")
        for topic, value in rates.items():
            if not 0 < value < 1:
                raise InputError(
                    f"the base rate of {topic} is {value}: it must be a share between 0 and 1, such as 0.003"
                )
        if self.exclusive and (set(rates) < set(self.topics) or not np.isclose(sum(rates.values()), 1)):
            raise InputError("of exclusive topics give the share of each, 1 together")
        return Tagger(self._parts.with_base_rates(np.array([*(self.base_rates | rates).values()], dtype=np.float64)))

    @property
    def record(self) -> Mapping[str, Any]:
        """How the model came about: versions, training data, metrics. JSON values."""
        return self._parts.record

    def __repr__(self) -> str:
        n_terms = sum(len(features.terms) for features in self._parts.views)
        kind = ", exclusive=True" if self.exclusive else ""
        return f"Tagger(topics={list(self.topics)}{kind}, n_terms={n_terms})"

    def tag(self, texts: Iterable[str], *, n_jobs: int = 1) -> list[tuple[str, ...]]:
        """Return the topics of each article: sorted slugs, an empty tuple for none."""
        return self.topics_of(self.predict(texts, n_jobs=n_jobs))

    def predict(self, texts: Iterable[str], *, n_jobs: int = 1) -> NDArray[np.int64]:
        """Return 0/1 decisions, shape (n_articles, n_topics): scikit-learn's multilabel form."""
        return self.predict_both(texts, n_jobs=n_jobs)[0]

    def predict_proba(self, texts: Iterable[str], *, n_jobs: int = 1) -> NDArray[np.float64]:
        """Return calibrated probabilities, shape (n_articles, n_topics)."""
        return self.predict_both(texts, n_jobs=n_jobs)[1]

    def predict_both(self, texts: Iterable[str], *, n_jobs: int = 1) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return `predict` and `predict_proba` for the price of one.

        Parameters
        ----------
        texts : iterable of str
        n_jobs : int
            Processes, as in joblib: -1 for one a core. The answer does not depend on it; starting them takes a
            second or two, so it pays for some thousands of articles.
        """
        checked = check_texts(texts)
        if n_jobs == 1:
            return score_texts(self._parts, checked)
        return score_in_processes(self._parts, checked, n_jobs)

    def evidence(self, texts: Iterable[str], decisions: NDArray[np.int64] | None = None) -> list[dict[str, str]]:
        """Return the passage that earned each article each of its topics.

        Parameters
        ----------
        texts : iterable of str
        decisions : ndarray of int64, shape (n_articles, n_topics), optional
            What `predict` has answered for these texts; worked out without it.

        Returns
        -------
        list of dict of str to str
            For each article, by topic, a passage as it stands in the text: the one that scores highest as if it were
            an article of its own.
        """
        checked = check_texts(texts)
        decisions = self.predict(checked) if decisions is None else decisions
        found = best_passages(self._parts, checked, decisions)
        return [
            {topic: text[start:end] for topic, (start, end) in spans.items()}
            for text, spans in zip(checked, found, strict=True)
        ]

    def explain(self, text: str) -> Explanation:
        """Say why an article gets its topics: the words that push each score up and down, and the evidence.

        Parameters
        ----------
        text : str
            One article.

        Returns
        -------
        Explanation
            In a notebook the article with graded highlights.

        Raises
        ------
        TextError
            If `text` is no string.
        """
        from vnpolicy_nlp.model.explain import explain

        if not isinstance(text, str):
            raise TextError(f"explain takes one article, a string, not {type(text).__name__}: call it for each")
        return explain(self._parts, text)

    def predict_segmented(self, articles: Segmented) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return decisions and probabilities of articles that `encode` has segmented already."""
        return score_segmented(self._parts, articles)

    def topics_of(self, decisions: NDArray[np.int64]) -> list[tuple[str, ...]]:
        """Turn 0/1 rows as `predict` returns them into tuples of slugs."""
        return [
            tuple(topic for topic, given in zip(self.topics, row, strict=True) if given) for row in decisions.tolist()
        ]

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
        """Return `frame` with a column ``topics`` added, and those for scores, evidence and documents if asked for.

        Parameters
        ----------
        frame : DataFrame
            One article a row. It is not changed; rows, index and all columns come back as they are.
        text : str or sequence of str
            The columns that hold the text, such as ``["title", "content"]``; they are joined in that order.
            Missing cells count as empty.
        scores : bool
            Whether to add the calibrated probabilities, ``score_<slug>``.
        evidence : bool
            Whether to add the passages that earned the topics, ``evidence_<slug>``; empty for topics not given.
        documents : bool
            Whether to add the policy documents that the text cites, ``documents``: by first mention, each once, joined
            by "; ".
        n_jobs : int
            Processes, as in `predict_both`.

        Raises
        ------
        ColumnError
            If a text column is not there, or a column to be added is.
        TextError
            If a cell of a text column is neither a string nor missing.
        """
        text = [text] if isinstance(text, str) else list(text)
        columns = added_columns(self.topics, scores=scores, evidence=evidence, documents=documents)
        check_columns(list(frame.columns), text, columns)
        cells = [_cells(frame[column]) for column in text]
        texts = list(map(join_cells, zip(*cells, strict=True)))
        decisions, probabilities = self.predict_both(texts, n_jobs=n_jobs)
        added: list[Any] = [[join_topics(topics) for topics in self.topics_of(decisions)]]
        if scores:
            added += list(probabilities.T)
        if evidence:
            passages = self.evidence(texts, decisions)
            added += [[found.get(topic, "") for found in passages] for topic in self.topics]
        if documents:
            added.append(document_cells(texts))
        return frame.assign(**dict(zip(columns, added, strict=True)))

    def save(self, folder: str | Path) -> None:
        """Write the model to `folder`, replacing a model that is there.

        Raises
        ------
        OutputError
            If `folder` holds something else, or cannot be written.
        """
        write_model(self._parts, folder)

    def to_sklearn(self) -> Pipeline:
        """Return a scikit-learn Pipeline with the same scores and decisions, for those who work in scikit-learn.

        Its input is a list of raw articles, its ``predict`` and ``predict_proba`` answer like this tagger's.
        """
        from vnpolicy_nlp.model.export import to_pipeline

        return to_pipeline(self._parts)


def load(
    folder: str | Path | None = None,
    *,
    preset: str | None = None,
    base_rate: float | Mapping[str, float] | None = None,
) -> Tagger:
    """Load a model folder; without an argument the model that comes with the package.

    Parameters
    ----------
    folder : str or Path, optional
    preset : {"balanced", "precise", "sensitive"}, optional
        See `Tagger.with_preset`. Without it the thresholds are those that the model was saved with: balanced, mostly.
    base_rate : float or mapping of str to float, optional
        See `Tagger.with_base_rate`.

    Warns
    -----
    UserWarning
        If the installed underthesea cuts words in another way than the one that the model was trained with.

    Raises
    ------
    ModelNotFoundError, ModelDamagedError, ModelFormatError
    """
    parts = read_model(folder if folder is not None else packaged_model())
    if parts.record["segmenter_sha256"] != segmenter_checksum():
        warnings.warn(
            f"this model was trained with underthesea {parts.record['versions']['underthesea']}, and the installed one "
            "may cut words in another way: tags can differ; install that version or train the model again",
            stacklevel=2,
        )
    tagger = Tagger(parts)
    if preset is not None:
        tagger = tagger.with_preset(preset)
    return tagger if base_rate is None else tagger.with_base_rate(base_rate)


def packaged_model() -> Path:
    """Return the folder of the default model: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).parents[1]
    installed = package / "models" / "default"
    return installed if installed.is_dir() else package.parent / "models" / "default"


def _cells(column: pd.Series[Any]) -> list[str]:
    """Return the texts of a column, missing cells as empty ones."""
    cells = ["" if missing else cell for cell, missing in zip(column, column.isna(), strict=True)]
    for label, cell in zip(column.index, cells, strict=True):
        if not isinstance(cell, str):
            raise TextError(
                f"the text column {column.name!r} holds {type(cell).__name__} at index {label!r}: "
                "name the columns that hold text, or convert this one with astype(str)"
            )
    return cells
