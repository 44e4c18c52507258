"""How many labels `pick_for_review` spares: a simulation of the labelling loop.

    python benchmarks/labelling_loop.py [--articles data/articles.csv] [--seeds 4]

The pool is the training split, the test the two other splits. From 50 articles on, 50 at a time are labelled: at
random, or as `pick_for_review` chooses them with the model trained on what is labelled so far. This in two pools: one
as it is, where half of the articles have a topic; and one where 5 % have, as in an archive that was searched for
something, where the first 50 articles hold four of each topic, for without them there is nothing to train. The test
articles without a topic are then weighted so that topics are as frequent in the test. F1 is that of the thresholds
stored in the model.

Articles written for training are more alike than news, so that the figures are no promise; that one way needs fewer
labels than the other is what they show. Takes three minutes on two cores.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from sklearn.metrics import average_precision_score, f1_score

from vnpolicy_nlp.text.prepare import prepare
from vnpolicy_nlp.text.segmented import Segmented
from vnpolicy_nlp.training.corpus import read_corpus
from vnpolicy_nlp.training.estimator import TopicTagger
from vnpolicy_nlp.training.labels import binarize_labels
from vnpolicy_nlp.training.review import pick_for_review

Array = np.ndarray[Any, Any]
STEP = 50
FEW = 0.05
OF_EACH = 4  # articles of each topic among the first, where they are few
MOST = {"random": 800, "picked": 400}
FIRST_SEED = 100  # the shares of `pick_for_review` were chosen by seeds below this one
ASKED = 400  # how many labels does picking need for what random articles reach with so many?


class Articles(NamedTuple):
    """Articles in the forms that are needed again and again."""

    texts: list[str]
    words: list[list[str]]
    Y: Array


def read_articles(path: Path, *splits: str) -> Articles:
    """Return the articles of some splits."""
    corpus = read_corpus(path, only=("split", set(splits)))
    return Articles(corpus.texts, prepare(corpus.texts), binarize_labels(corpus.labels)[0])


def start(Y: Array, rate: float | None, rng: np.random.Generator) -> tuple[list[int], list[int]]:
    """Return the rows of the first labelled articles, and those of the others in random order."""
    has_topic = np.asarray(Y.any(axis=1))
    order = rng.permutation(len(Y)).tolist()
    if rate is None:
        return order[:STEP], order[STEP:]
    n_positive = round(rate / (1 - rate) * int((~has_topic).sum()))
    kept = [row for row in order if has_topic[row]][:n_positive]
    order = rng.permutation([*kept, *np.flatnonzero(~has_topic)]).tolist()
    first = {row for topic in Y.T for row in [row for row in order if topic[row]][:OF_EACH]}
    first |= set([row for row in order if not has_topic[row]][: STEP - len(first)])
    return [row for row in order if row in first], [row for row in order if row not in first]


def curve(pool: Articles, test: Articles, way: str, rate: float | None, seed: int) -> list[tuple[float, float]]:
    """Return macro F1 and macro average precision of the test after each step."""
    segmented = Segmented.of_words(test.words)
    rng = np.random.default_rng(seed)
    labelled, others = start(pool.Y, rate, rng)
    has_topic = test.Y.any(axis=1)
    weights = np.ones(len(test.Y))
    if rate is not None:
        weights[~has_topic] = has_topic.sum() / (~has_topic).sum() * (1 - rate) / rate
    figures = []
    while True:
        model = TopicTagger(syllable_ngram_range=(1, 2), word_ngram_range=None, n_folds=3)
        model.fit_words([pool.words[row] for row in labelled], pool.Y[labelled])
        tagged, P = model.tagger_.predict_segmented(segmented)
        f1 = [f1_score(*pair, sample_weight=weights, zero_division=0) for pair in zip(test.Y.T, tagged.T, strict=True)]
        ap = [average_precision_score(*pair, sample_weight=weights) for pair in zip(test.Y.T, P.T, strict=True)]
        figures.append((float(np.mean(f1)), float(np.mean(ap))))
        if len(labelled) >= MOST[way] or len(others) < STEP:
            return figures
        new = others[:STEP]
        if way == "picked":
            frame = pd.DataFrame({"text": [pool.texts[row] for row in others]}, index=others)
            known = [pool.texts[row] for row in labelled]
            new = list(pick_for_review(frame, model, STEP, labelled=known, seed=seed).index)
        labelled = [*labelled, *new]
        others = [row for row in others if row not in set(new)]


def labels_needed(values: Array, wanted: float) -> str:
    """Return after how many labels a curve is first at a figure, by straight lines between its points."""
    at = np.flatnonzero(values >= wanted)
    if not len(at):
        return f"more than {STEP * len(values)}"
    n = int(at[0])
    if n == 0:
        return str(STEP)
    return f"{STEP * (n + (wanted - values[n - 1]) / (values[n] - values[n - 1])):.0f}"


def main() -> None:
    """Print a table for each pool."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--articles", type=Path, default=Path("data/articles.csv"))
    parser.add_argument("--seeds", type=int, default=4)
    given = parser.parse_args()

    pool, test = read_articles(given.articles, "train"), read_articles(given.articles, "test", "validation")
    seeds = range(FIRST_SEED, FIRST_SEED + given.seeds)
    jobs = [(way, rate, seed) for rate in (None, FEW) for way in MOST for seed in seeds]
    curves = Parallel(n_jobs=2, batch_size=1)(delayed(curve)(pool, test, *job) for job in jobs)
    for rate in (None, FEW):
        means = {
            way: np.mean([c for job, c in zip(jobs, curves, strict=True) if job[:2] == (way, rate)], axis=0)
            for way in MOST
        }
        columns = {f"{name} {way}": means[way][:, at] for at, name in enumerate(("F1", "AP")) for way in MOST}
        table = pd.DataFrame({name: pd.Series(values) for name, values in columns.items()})
        table.index = pd.Index(STEP * (table.index + 1), name="labels")
        print("half of the pool has a topic" if rate is None else f"\n{rate:.0%} of the pool has a topic")
        print(table.round(3).to_string(na_rep=""))
        for at, name in enumerate(("F1", "AP")):
            wanted = means["random"][ASKED // STEP - 1, at]
            print(f"{name} {wanted:.3f}: {ASKED} random labels, {labels_needed(means['picked'][:, at], wanted)} picked")


if __name__ == "__main__":
    main()
