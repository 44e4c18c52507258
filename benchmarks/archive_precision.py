"""How many of a model's tags on an archive of ordinary news are right, by articles of it that have been read.

    python benchmarks/archive_precision.py ARCHIVE.csv[.gz] [LABELS.csv ...] [--model DIR]

`news_2017_labels.csv` beside this file holds what a reader found, by the codebook, in 253 articles of a general archive
of 2017: `id` as the archive has it, `topics`, and whether the reader was sure. They are the articles that the packaged
model and two others scored highest, so they tell precision, and no recall. More such files can be given.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from news_archive import articles

import vnpolicy_nlp as vp

LABELS = Path(__file__).with_name("news_2017_labels.csv")
LEAST = (0.3, 0.5, 0.7, 0.9)  # probabilities from which on a tag is looked at


def labels_of_archive(more: list[Path]) -> dict[str, list[str]]:
    """Return what readers found in articles of the archive, by id."""
    read = pd.concat([pd.read_csv(path, dtype=str, keep_default_na=False) for path in [LABELS, *more]])
    return dict(zip(read["id"], read["topics"].str.split(";"), strict=True))


def main() -> None:
    """Print, for each topic, how many tags were read and how many of these are right."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("archive", type=Path)
    parser.add_argument("labels", type=Path, nargs="*")
    parser.add_argument("--model", type=Path)
    given = parser.parse_args()
    topics_of = labels_of_archive(given.labels)
    found = [topics_of.get(name) for name in pd.read_csv(given.archive, dtype=str, usecols=["id"])["id"]]
    tagger = vp.load(given.model)
    decisions, probabilities = tagger.predict_both(list(articles(given.archive)))
    rows = []
    for column, topic in enumerate(tagger.topics):
        tagged = {"stored threshold": decisions[:, column] == 1}
        tagged |= {f"p >= {least}": probabilities[:, column] >= least for least in LEAST}
        for name, which in tagged.items():
            known = [topics for article in np.flatnonzero(which).tolist() if (topics := found[article]) is not None]
            right = sum(topic in topics for topics in known)
            share = right / len(known) if known else np.nan
            rows.append((topic, name, int(which.sum()), len(known), right, share))
    table = pd.DataFrame(rows, columns=["topic", "tagged from", "tags", "read", "right", "precision"])
    print(table.round(3).to_string(index=False))


if __name__ == "__main__":
    main()
