"""Which articles to label next, and which labels to look at again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from sklearn.base import clone

from vnpolicy_nlp.errors import ColumnError, LabelError, TextError
from vnpolicy_nlp.model.columns import (
    TOPICS_COLUMN,
    check_columns,
    evidence_column,
    guess_text_columns,
    join_topics,
    score_column,
)
from vnpolicy_nlp.text.prepare import join_cells
from vnpolicy_nlp.text.segmenter import check_texts
from vnpolicy_nlp.training.estimator import TopicTagger
from vnpolicy_nlp.training.labels import binarize_labels
from vnpolicy_nlp.training.review_answers import WHY_COLUMN
from vnpolicy_nlp.training.review_choice import (
    RARE,
    Choice,
    in_turn,
    margins_of,
    positives_of,
    queues_of,
    tfidf_rows,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from vnpolicy_nlp.model.tagger import Tagger

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Key = tuple[str, int | None]  # kind and topic, None for the kinds that know none

__all__ = ["pick_for_review", "suspected_label_errors"]


def pick_for_review(
    tagged: pd.DataFrame,
    model: Any,
    n: int = 200,
    *,
    text: str | Sequence[str] | None = None,
    labelled: pd.DataFrame | Iterable[str] | None = None,
    seed: int = 0,
) -> pd.DataFrame:
    """Return the articles that are best to label next, the best first.

    Parameters
    ----------
    tagged : DataFrame
        One article a row, as tagging leaves them: text columns and, where they were asked for, ``score_<topic>``.
        Without these columns the model scores the articles.
    model : Tagger or fitted TopicTagger
    n : int
        How many; fewer where the table has no more that differ.
    text : str or sequence of str, optional
        The columns that hold the text; without it the usual names are looked for.
    labelled : DataFrame or iterable of str, optional
        What is labelled already, in the same text columns or as whole texts. It is not picked again.
    seed : int
        Of the random ones.

    Returns
    -------
    DataFrame
        Rows of `tagged`, each once, with their index and columns, and ``topics`` where that is not there,
        ``score_<topic>``, ``evidence_<topic>`` (the passage that speaks for a topic given or in doubt) and ``why``:
        "random", "uncertain: <topic>", "rare topic: <topic>" or "unlike the others".

    Raises
    ------
    ColumnError, TextError
        ColumnError too where a score is not a number; TextError too where no article is left to pick.

    Notes
    -----
    The shares are `SHARES`, and where no topic is rare the uncertain ones get that share as well. Random ones are drawn
    first, among all not labelled: their labels estimate honestly how often a topic occurs and the model is right.
    Uncertain ones are near the threshold in log-odds (Lewis and Gale 1994, SIGIR); of exclusive topics, where the two
    likeliest are near each other. Candidates for rare topics, those with fewer than `ENOUGH` articles in training,
    have the highest probabilities. Of the best `WINDOW` of these kinds always that one is taken whose words are least
    like those of all picked before and of those labelled, so that picks are not copies of each other. The others make
    the similarity of the least certain articles to the nearest one picked or labelled as great as they can (facility
    location, greedily: Wei, Iyer and Bilmes 2015, ICML): they stand for many, which outliers do not.
    """
    tagger: Tagger = getattr(model, "tagger_", model)
    columns = [text] if isinstance(text, str) else list(text or guess_text_columns(list(tagged.columns)))
    check_columns(list(tagged.columns), columns, added=[WHY_COLUMN])
    texts = _joined(tagged, columns)
    known = [] if labelled is None else _known_texts(labelled, columns)
    rows = _open_rows(texts, known)
    P = _probabilities(tagged.iloc[rows], [texts[row] for row in rows.tolist()], tagger)
    margins = margins_of(P, tagger)
    n_positive = positives_of(tagger)
    queues = queues_of(P, margins, n_positive, n, np.random.default_rng(seed))
    places = np.unique(np.concatenate(list(queues.values())))
    X = tfidf_rows(tagger, [texts[row] for row in rows[places].tolist()])
    choice = Choice(
        X,
        tfidf_rows(tagger, known),
        {key: np.searchsorted(places, queue) for key, queue in queues.items()},
        {(kind, t): 1 / (n_positive[t] + 5) for kind, t in queues if t is not None},
    )
    found = in_turn(choice, min(n, len(rows)), any_rare=any(kind == RARE for kind, _ in queues))
    order = places[[place for place, _ in found]]
    reasons = [key for _, key in found]
    picked = tagged.iloc[rows[order]]
    return _described(picked, tagger, [texts[row] for row in rows[order].tolist()], P[order], margins[order], reasons)


def suspected_label_errors(
    texts: Iterable[str],
    labels: Iterable[Any],
    estimator: TopicTagger | None = None,
    out_of_fold: Any = None,
    topics: Sequence[str] | None = None,
    n: int = 50,
) -> pd.DataFrame:
    """Return the labels that disagree most with models which did not see them, the most doubtful first.

    Parameters
    ----------
    texts : iterable of str
    labels : array-like
        As for `TopicTagger`.
    estimator : TopicTagger, optional
        What to train; a plain one without it. It is not changed.
    out_of_fold : array-like of float, shape (n_articles, n_topics), optional
        Probabilities from models that did not see the article, such as ``TopicTagger.out_of_fold_`` of a fit on these
        very articles; nothing is trained then. Rows with NaN are left out.
    topics : sequence of str, optional
        The columns of `out_of_fold` and of labels that are a matrix; without it those that occur, sorted.
    n : int
        How many, at most.

    Returns
    -------
    DataFrame
        Columns ``row``, from the index of a Series of texts or else the position; ``topic``; ``given``, "yes" or "no";
        ``probability`` of the topic; ``suggestion``, such as "add ideology_work"; ``text``, its first line.

    Raises
    ------
    TextError, LabelError

    Notes
    -----
    Confident learning (Northcutt, Jiang and Chuang 2021, JAIR 70), each topic on its own. A label is suspected where
    the probability of its opposite is at least what it is on average among the articles that have that opposite, and
    greater than that of the label. The order is by the probability of the label. Of exclusive topics two labels of an
    article are wrong at once, the topic given and the one not given, and each has a row of its own.
    """
    named = getattr(texts, "index", None)
    checked = check_texts(texts)
    names = range(len(checked)) if named is None or callable(named) else list(named)
    Y, topics = binarize_labels(labels, topics)
    if len(Y) != len(checked):
        raise LabelError(f"{len(checked)} texts but {len(Y)} labels: give one label set an article")
    if out_of_fold is None:
        order = np.argsort(topics)
        Y, topics = Y[:, order], tuple(topics[at] for at in order)
        out_of_fold = clone(estimator or TopicTagger()).set_params(topics=topics).fit(checked, Y).out_of_fold_
    P = np.asarray(out_of_fold, dtype=np.float64)
    if P.shape != Y.shape:
        raise LabelError(f"out_of_fold has the shape {P.shape}, and the labels {Y.shape}: give one number a label")
    doubted = [(row, t) for t in range(len(topics)) for row in _doubted(Y[:, t], P[:, t]).tolist()]
    doubted.sort(key=lambda pair: (P[pair] if Y[pair] else 1 - P[pair], pair))
    return pd.DataFrame(
        [
            (
                *(names[row], topics[t], "yes" if Y[row, t] else "no", P[row, t]),
                f"{'remove' if Y[row, t] else 'add'} {topics[t]}",
                next((line.strip() for line in checked[row].split("\n") if line.strip()), ""),
            )
            for row, t in doubted[:n]
        ],
        columns=["row", "topic", "given", "probability", "suggestion", "text"],
    )


def _joined(frame: pd.DataFrame, columns: Sequence[str]) -> list[str]:
    cells = [check_texts(frame[column].where(frame[column].notna(), "")) for column in columns]
    return list(map(join_cells, zip(*cells, strict=True)))


def _known_texts(labelled: pd.DataFrame | Iterable[str], columns: Sequence[str]) -> list[str]:
    if not isinstance(labelled, pd.DataFrame):
        return check_texts(labelled)
    there = set(columns) <= set(labelled.columns)
    return _joined(labelled, columns if there else guess_text_columns(list(labelled.columns)))


def _open_rows(texts: Sequence[str], known: Iterable[str]) -> Ints:
    """Return the rows with a text that is not labelled and does not stand in an earlier row."""
    seen = {"", *map(_folded, known)}
    rows = []
    for row, text in enumerate(map(_folded, texts)):
        if text not in seen:
            seen.add(text)
            rows.append(row)
    if not rows:
        raise TextError("no article is left to pick: each is without text, or labelled already; give other articles")
    return np.array(rows)


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _probabilities(frame: pd.DataFrame, texts: Sequence[str], tagger: Tagger) -> Floats:
    names = [score_column(topic) for topic in tagger.topics]
    if not set(names) <= set(frame.columns):
        return tagger.predict_proba(texts)
    scores: Floats = frame[names].apply(pd.to_numeric, errors="coerce").to_numpy(np.float64)
    if wrong := np.argwhere(~((scores >= 0) & (scores <= 1))).tolist():
        row, column = wrong[0]
        raise ColumnError(
            f"{names[column]} holds {frame[names[column]].iloc[row]!r} at index {frame.index[row]!r}: scores are from "
            "0 to 1; drop the score columns to have the model score the articles"
        )
    return scores


def _described(
    picked: pd.DataFrame,
    tagger: Tagger,
    texts: Sequence[str],
    P: Floats,
    margins: Floats,
    reasons: Sequence[Key],
) -> pd.DataFrame:
    decisions = (margins >= 0).astype(np.int64)
    asked = decisions.copy()
    for row, (_, t) in enumerate(reasons):
        if t is not None:
            asked[row, t] = 1
    passages = tagger.evidence(texts, asked)
    added: dict[str, Any] = {}
    if TOPICS_COLUMN not in picked:
        added[TOPICS_COLUMN] = list(map(join_topics, tagger.topics_of(decisions)))
    added |= {score_column(topic): P[:, t] for t, topic in enumerate(tagger.topics)}
    added |= {evidence_column(topic): [found.get(topic, "") for found in passages] for topic in tagger.topics}
    added[WHY_COLUMN] = [kind if t is None else f"{kind}: {tagger.topics[t]}" for kind, t in reasons]
    return picked.assign(**added)


def _doubted(y: Ints, p: Floats) -> Ints:
    """Return the rows whose label of one topic confident learning holds for the other one."""
    known = ~np.isnan(p)
    other = np.where(y == 1, 1 - p, p)  # probability of the label that was not given
    usual = {label: other_of[known & (y == label)] for label, other_of in ((1, p), (0, 1 - p))}
    if not all(map(len, usual.values())):
        return np.zeros(0, dtype=np.int64)
    threshold = np.where(y == 1, usual[0].mean(), usual[1].mean())
    return np.flatnonzero(known & (other >= threshold) & (other > 0.5))
