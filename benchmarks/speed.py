"""How fast segmentation and tagging are, next to what else there is; all in one run, taking turns.

    python benchmarks/speed.py ARCHIVE.csv[.gz] [--rounds 9] [--articles 400] [--seen 4000]

Each round takes articles that the process has not seen, and gives them to every contestant in turn; the slow ones get
the first of them only. So a busy machine slows all alike, and the ratios hold; medians over the rounds and the middle
half are printed. "unseen" is the first sight of an article by a process that has read `--seen` others, "warm" the
second. pyvi (pip install pyvi) is left out where it is not installed.
"""

from __future__ import annotations

import argparse
import time
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from news_archive import articles
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer
from underthesea_core import TextClassifier

import vnpolicy_nlp as vp
from vnpolicy_nlp.model.scoring import score_segmented
from vnpolicy_nlp.text.compiled import load_compiled
from vnpolicy_nlp.text.decoder import decode
from vnpolicy_nlp.text.normalize import normalize, normalize_all
from vnpolicy_nlp.text.segmenter import Segmenter, batches, shared_segmenter, word_tokenize

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Contestant = Callable[[Sequence[str]], Any]

SLOW = 0.05  # share of a round's articles that the slow contestants get


def n_tokens(texts: Sequence[str]) -> int:
    """Return the number of underthesea's tokens in some texts: what all times are divided by."""
    return sum(len(word.split(" ")) for words in vp.segment(texts) for word in words)


def naive_pipeline(tagger: vp.Tagger) -> Pipeline:
    """Return scikit-learn's own pipeline with the same scores, words by `word_tokenize`, one article at a time."""
    words = FunctionTransformer(lambda texts: [word_tokenize(normalize(text)) for text in texts])
    return Pipeline([("words", words), *tagger.to_sklearn().steps[1:]])


def rust_classifier() -> Any:
    """Return underthesea_core's text classifier, which splits at blanks, trained on the written articles."""
    data = pd.read_csv(Path(__file__).parents[1] / "data" / "articles.csv", dtype=str, keep_default_na=False)
    classifier = TextClassifier(max_features=75_000, ngram_range=(1, 2), min_df=2)
    classifier.fit(data["content"].tolist(), [topics.split(";")[0] or "none" for topics in data["topics"]])
    return classifier


def contestants(tagger: vp.Tagger) -> tuple[dict[str, Contestant], dict[str, Contestant]]:
    """Return what is measured by name: the quick, and the slow."""
    rust, naive = rust_classifier(), naive_pipeline(tagger)
    slow: dict[str, Contestant] = {
        "word_tokenize": lambda texts: [word_tokenize(text) for text in texts],
        "naive pipeline": naive.predict_proba,
    }
    try:
        from pyvi import ViTokenizer
    except ImportError:
        print("pyvi is not installed: left out")
    else:
        slow["pyvi"] = lambda texts: [ViTokenizer.tokenize(text) for text in texts]
    quick: dict[str, Contestant] = {
        "segment, unseen": vp.segment,
        "segment, warm": vp.segment,
        "predict_proba, unseen": tagger.predict_proba,
        "predict_proba, warm": tagger.predict_proba,
        "Rust classifier": lambda texts: [rust.predict(text) for text in texts],
        "str.split": lambda texts: [text.split() for text in texts],
    }
    return quick, slow


def interleaved(tagger: vp.Tagger, stream: Iterator[str], rounds: int, n_articles: int) -> pd.DataFrame:
    """Return nanoseconds a token, one row a round, one column a contestant."""
    quick, slow = contestants(tagger)
    rows = []
    for _ in range(rounds):
        row: dict[str, float] = {}
        # Two lots of unseen articles: segmenting the first must not warm up the tagging of the second.
        for names in (("segment, unseen", "segment, warm"), ("predict_proba, unseen", "predict_proba, warm")):
            texts = list(islice(stream, n_articles))
            seconds = {name: _seconds(quick[name], texts) for name in names}
            row |= {name: 1e9 * s / n_tokens(texts) for name, s in seconds.items()}
        row |= {name: 1e9 * _seconds(quick[name], texts) / n_tokens(texts) for name in ("Rust classifier", "str.split")}
        few = texts[: max(1, int(n_articles * SLOW))]
        row |= {name: 1e9 * _seconds(run, few) / n_tokens(few) for name, run in slow.items()}
        np.testing.assert_allclose(tagger.predict_proba(few), slow["naive pipeline"](few), rtol=0, atol=1e-9)
        rows.append(row)
    return pd.DataFrame(rows)


def _seconds(run: Contestant, texts: Sequence[str]) -> float:
    started = time.perf_counter()
    run(texts)
    return time.perf_counter() - started


def show_ratios(times: pd.DataFrame) -> None:
    """Print medians and the middle half, and how many times the slow baseline each contestant is, round by round."""
    low, median, high = (times.quantile(q) for q in (0.25, 0.5, 0.75))
    table = pd.DataFrame({"ns a token": median.round(0), "middle half": low.round().astype(int).astype(str)})
    table["middle half"] += " to " + high.round().astype(int).astype(str)
    for baseline in ("word_tokenize", "naive pipeline"):
        ratio = times.rdiv(times[baseline], axis=0)
        table[f"times {baseline}"] = ratio.median().round(1)
        table[f"least, {baseline}"] = ratio.min().round(1)
    print(table.sort_values("ns a token").to_string(), "\n")


def show_stages(tagger: vp.Tagger, texts: Sequence[str]) -> None:
    """Print where the time of a warm `predict_proba` goes."""
    segmenter = shared_segmenter()
    if segmenter is None:
        return
    tables = load_compiled().tables
    spent: dict[str, float] = dict.fromkeys(("normalise", "chunks to tokens", "word model", "features, scores"), 0.0)
    for batch in batches(texts):
        marks = [time.perf_counter()]
        normal = normalize_all(batch)
        marks.append(time.perf_counter())
        encoded = segmenter.encode(normal)
        marks.append(time.perf_counter())
        decode(encoded.tokens, tables, encoded.numbers)  # type: ignore[arg-type]
        model = time.perf_counter() - marks[-1]
        started = time.perf_counter()
        score_segmented(tagger.parts, encoded)
        spent["normalise"] += marks[1] - marks[0]
        spent["chunks to tokens"] += marks[2] - marks[1] - model
        spent["word model"] += model
        spent["features, scores"] += time.perf_counter() - started
    n = n_tokens(texts)
    print(pd.Series({stage: 1e9 * s / n for stage, s in spent.items()}, name="ns a token").round(0).to_string(), "\n")


def show_cores(tagger: vp.Tagger, texts: Sequence[str], rounds: int) -> None:
    """Print how much quicker all cores are than one process, both warm."""
    for n in (len(texts) // 4, len(texts)):
        ratios = []
        for _ in range(rounds + 2):  # the first ones start the processes and warm them up
            one = _seconds(tagger.predict_proba, texts[:n])
            all_ = _seconds(lambda batch: tagger.predict_proba(batch, n_jobs=-1), texts[:n])
            ratios.append(one / all_)
        print(f"all cores against one process, {n:>6} articles: {np.median(ratios[2:]):.2f} times")
    print()


def show_growth(tagger: vp.Tagger, texts: Sequence[str]) -> None:
    """Print the cost a token of archives of growing size, each begun with empty tables."""
    for size in (1000, 4000, 16_000):
        if size > len(texts):
            continue
        fresh = Segmenter(load_compiled())
        started = time.perf_counter()
        for batch in batches(texts[:size]):
            score_segmented(tagger.parts, fresh.encode(normalize_all(batch)))
        seconds = time.perf_counter() - started
        print(f"{size:>6} articles from empty tables: {1e9 * seconds / n_tokens(texts[:size]):.0f} ns a token")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("archive", type=Path)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--articles", type=int, default=400, help="in each round")
    parser.add_argument("--seen", type=int, default=4000, help="articles read before the first round")
    given = parser.parse_args()
    tagger = vp.load()
    everything = list(articles(given.archive))
    if given.seen + 2 * given.rounds * given.articles > len(everything):
        parser.error(f"{len(everything)} articles are too few for --seen and two lots of --articles in each round")
    stream = iter(everything)
    tagger.predict_proba(list(islice(stream, given.seen)))
    show_ratios(interleaved(tagger, stream, given.rounds, given.articles))
    show_stages(tagger, everything[: given.seen // 2])
    show_cores(tagger, everything, 7)
    show_growth(tagger, everything)


if __name__ == "__main__":
    main()
