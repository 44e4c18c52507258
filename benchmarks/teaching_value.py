"""What each writing batch teaches about real news, and how much more articles would.

    python benchmarks/teaching_value.py REAL.jsonl [--articles data/articles.csv] [--draws 5]

Trains one plain model (syllable 1-3 grams, sublinear TF-IDF, logistic regression) many times on the written
articles, and prints average precision on the real articles where two readers agreed: of the whole corpus, by how
much of the article the topic takes; without each batch; and for growing random samples (the learning curve).
Segmentation plays no part, so a run takes a few minutes. The format of REAL.jsonl is that of `real_articles.py`,
with `share` (main, part, minor) for each article that has a topic.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score

from vnpolicy_nlp.text.normalize import normalize
from vnpolicy_nlp.text.prepare import join_cells
from vnpolicy_nlp.training.labels import binarize_labels, parse_topics

Array = np.ndarray[Any, Any]
SIZES = (100, 200, 400, 800, 1200)
MIN_DF = 2
SYLLABLE = r"(?u)\w+"


class PlainModel:
    """The plain model over two fixed sets of articles: written ones to train on, real ones to answer for.

    Terms are counted once; each training only chooses rows and columns, as a `TfidfVectorizer` fitted on those rows
    would.
    """

    def __init__(self, written: list[str], Y: Array, real: list[str]) -> None:
        self.Y = Y
        counter = CountVectorizer(ngram_range=(1, 3), token_pattern=SYLLABLE, min_df=MIN_DF)
        self.written = sparse.csr_matrix(counter.fit_transform(map(normalize, written)))
        self.real = sparse.csr_matrix(counter.transform(map(normalize, real)))

    def scores(self, rows: Array) -> Array:
        """Return scores of the real articles, shape (n_real, n_topics), trained on some of the written ones."""
        counts, Y = self.written[rows], self.Y[rows]
        known = np.flatnonzero(counts.getnnz(axis=0) >= MIN_DF)
        tfidf = TfidfTransformer(sublinear_tf=True)
        X, X_real = tfidf.fit_transform(counts[:, known]), tfidf.transform(self.real[:, known])
        models = [LogisticRegression(C=10, class_weight="balanced", max_iter=3000, tol=1e-8).fit(X, y) for y in Y.T]
        return np.stack([model.decision_function(X_real) for model in models], axis=1)


def average_precisions(Y: Array, scores: Array) -> Array:
    """Return average precision a topic and, last, their mean; NaN for a topic that no article has."""
    by_topic = [average_precision_score(y, s) if y.any() else np.nan for y, s in zip(Y.T, scores.T, strict=True)]
    return np.array([*by_topic, np.nanmean(by_topic)])


def by_share(Y: Array, scores: Array, share: Array) -> dict[str, Array]:
    """Return average precisions of the articles with one share each, against all articles without the topic."""
    found = {}
    for wanted in ("main", "part", "minor"):
        kept = np.stack([(y == 0) | (share == wanted) for y in Y.T], axis=1)
        columns = [average_precisions(Y[k][:, [t]], scores[k][:, [t]])[0] for t, k in enumerate(kept.T)]
        found[wanted] = np.array([*columns, np.nanmean(columns)])
    return found


def learning_curve(model: PlainModel, Y: Array, n_draws: int) -> dict[str, Array]:
    """Return mean and standard deviation over draws of the macro average precision, by number of articles."""
    n = len(model.Y)
    sizes = [size for size in SIZES if size < n]
    jobs = [np.random.default_rng(draw).permutation(n)[:size] for size in sizes for draw in range(n_draws)]
    answers = Parallel(n_jobs=-1)(delayed(model.scores)(rows) for rows in jobs)
    macro = np.array([average_precisions(Y, scores)[-1] for scores in answers]).reshape(len(sizes), n_draws)
    return {str(size): np.array([values.mean(), values.std()]) for size, values in zip(sizes, macro, strict=True)}


def without_each(model: PlainModel, Y: Array, batches: Array) -> dict[str, Array]:
    """Return, for each batch, by how much the average precisions fall when it is left out."""
    names = sorted(set(batches), key=lambda name: (len(name), name))
    everything = average_precisions(Y, model.scores(np.arange(len(batches))))
    answers = Parallel(n_jobs=-1)(delayed(model.scores)(np.flatnonzero(batches != name)) for name in names)
    return {name: everything - average_precisions(Y, scores) for name, scores in zip(names, answers, strict=True)}


def main() -> None:
    """Print the three tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("real", type=Path)
    parser.add_argument("--articles", type=Path, default=Path("data/articles.csv"))
    parser.add_argument("--draws", type=int, default=5, help="random samples for each point of the learning curve")
    given = parser.parse_args()

    written = pd.read_csv(given.articles, dtype=str, keep_default_na=False)
    real = [json.loads(line) for line in given.real.read_text("utf-8").splitlines()]
    real = [article for article in real if article["agreed"]]
    cells = written[["title", "lead", "content"]].itertuples(index=False)
    Y, topics = binarize_labels([parse_topics(cell) for cell in written["topics"]])
    Y_real, _ = binarize_labels([tuple(article["labels"]) for article in real], topics)
    model = PlainModel(list(map(join_cells, cells)), Y, [f"{article['title']}\n{article['text']}" for article in real])

    print(f"{len(written)} written articles, {len(real)} real ones; average precision\n")
    columns = [*topics, "macro"]
    scores = model.scores(np.arange(len(Y)))
    whole = {"all": average_precisions(Y_real, scores)}
    whole |= by_share(Y_real, scores, np.array([article["share"] for article in real]))
    print(pd.DataFrame(whole, index=columns).T.round(3).to_string(), "\n")
    curve = learning_curve(model, Y_real, given.draws) | {str(len(Y)): np.array([whole["all"][-1], 0.0])}
    print(pd.DataFrame(curve, index=["macro", "sd"]).T.round(3).to_string(), "\n")
    losses = without_each(model, Y_real, written["batch"].to_numpy())
    table = pd.DataFrame(losses, index=columns).T.round(4)
    table.insert(0, "articles", written["batch"].value_counts().reindex(table.index))
    print("loss when a batch is left out")
    print(table.to_string())


if __name__ == "__main__":
    main()
