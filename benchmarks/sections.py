"""Exclusive sections of news with the defaults: accuracy beside TF-IDF and LinearSVC, and the time of training.

    python benchmarks/sections.py TABLE [--draws 8] [--time 10000]

TABLE is CSV with the columns text, section and split (train or test). Each draw takes 180 articles a section to learn
from and 80 others to measure on. The peer is scikit-learn's over underthesea's words, as it is, and with lower case,
sublinear tf, min_df 5 and C = 2.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.svm import LinearSVC

import vnpolicy_nlp as vp


def peer(*, tuned: bool) -> Pipeline:
    """Return TF-IDF and LinearSVC over words that are joined by blanks."""
    settings = {"lowercase": True, "sublinear_tf": True, "min_df": 5} if tuned else {"lowercase": False}
    return make_pipeline(TfidfVectorizer(token_pattern=r"\S+", **settings), LinearSVC(C=2 if tuned else 1))  # noqa: S106


def words_of(texts: pd.Series[str]) -> list[str]:
    """Return underthesea's words, those of several syllables joined by "_"."""
    return [" ".join(word.replace(" ", "_") for word in words) for words in vp.segment(texts.tolist())]


def accuracies(table: pd.DataFrame, seed: int) -> list[float]:
    """Return the accuracy of the defaults and of both peers on one draw."""
    train, test = (
        table[table["split"] == split].groupby("section").sample(n, random_state=seed)
        for split, n in (("train", 180), ("test", 80))
    )
    ours = vp.TopicTagger(exclusive=True).fit(train["text"].tolist(), train["section"].tolist())
    found = [ours.score(test["text"].tolist(), test["section"].tolist())]
    seen, unseen = words_of(train["text"]), words_of(test["text"])
    return [*found, *(peer(tuned=t).fit(seen, train["section"]).score(unseen, test["section"]) for t in (False, True))]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table", type=Path)
    parser.add_argument("--draws", type=int, default=8)
    parser.add_argument("--time", type=int, default=10_000, help="articles to time the training on")
    arguments = parser.parse_args()
    table = pd.read_csv(arguments.table, dtype=str, keep_default_na=False)
    figures = np.array([accuracies(table, seed) for seed in range(arguments.draws)])
    for name, column in zip(("defaults", "LinearSVC", "LinearSVC, tuned"), figures.T, strict=True):
        behind = figures[:, 0] - column
        error = behind.std() / len(behind) ** 0.5
        print(f"{name:<17} {column.mean():.3f}, defaults better by {behind.mean():+.3f} (standard error {error:.3f})")
    many = table[table["split"] == "train"].head(arguments.time)
    started = time.perf_counter()
    vp.TopicTagger(exclusive=True).fit(many["text"].tolist(), many["section"].tolist())
    print(f"{len(many)} articles: {time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
