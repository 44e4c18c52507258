"""Measure a model on real labelled articles, next to plain keyword rules.

    python benchmarks/real_articles.py ARTICLES.jsonl [--model DIR] [--at-least AP]

Each line of the file is an object with `title`, `text`, `labels` (a list of slugs) and `agreed` (whether two
readers gave the same labels). Real articles belong to their papers, so the repository holds none.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

import vnpolicy_nlp as vp
from vnpolicy_nlp.text.normalize import normalize
from vnpolicy_nlp.training.labels import binarize_labels
from vnpolicy_nlp.training.metrics import Report, data_sha256, report_of

# The textbook phrases of each topic: what somebody would search for who has no model.
KEYWORDS = {
    "grassroots_democracy": (
        "dân chủ ở cơ sở", "dân chủ cơ sở", "quy chế dân chủ", "dân biết, dân bàn", "đối thoại với nhân dân",
        "đối thoại với người dân", "họp dân", "hội nghị người lao động", "hội nghị cán bộ, công chức", "hương ước",
    ),
    "ideology_work": (
        "công tác tư tưởng", "nền tảng tư tưởng", "tuyên giáo", "giáo dục chính trị", "lý luận chính trị",
        "tư tưởng, đạo đức, phong cách hồ chí minh", "tấm gương đạo đức hồ chí minh", "quán triệt nghị quyết",
        "suy thoái về tư tưởng", "suy thoái tư tưởng", "báo cáo viên", "nghị quyết trung ương 4",
    ),
    "social_supervision": (
        "phản biện xã hội", "giám sát và phản biện", "giám sát, phản biện", "217-qđ/tw", "218-qđ/tw",
        "thanh tra nhân dân", "giám sát đầu tư của cộng đồng", "mặt trận tổ quốc giám sát", "góp ý xây dựng đảng",
    ),
}  # fmt: skip


def keyword_decisions(texts: list[str]) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Return 0/1 decisions by keyword: a topic where any of its phrases occurs."""
    lowered = [normalize(text).lower() for text in texts]
    rows = [[any(phrase in text for phrase in KEYWORDS[topic]) for topic in sorted(KEYWORDS)] for text in lowered]
    return np.array(rows, dtype=np.int64)


def reports(tagger: vp.Tagger, articles: list[dict[str, Any]]) -> tuple[Report, Report]:
    """Return the reports of a model and of the keyword rules."""
    texts = [f"{article['title']}\n{article['text']}" for article in articles]
    Y, topics = binarize_labels([tuple(article["labels"]) for article in articles], tagger.topics)
    by_rule = keyword_decisions(texts)
    rules = report_of(topics, Y, by_rule, by_rule.astype(float), data_sha256(texts, Y))
    return vp.evaluate(tagger, texts, Y), rules


def main() -> None:
    """Print the figures; exit with 1 if average precision is below the floor."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("articles", type=Path)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--at-least", type=float, default=0.0, metavar="AP", help="macro, where readers agreed")
    given = parser.parse_args()
    articles = [json.loads(line) for line in given.articles.read_text("utf-8").splitlines()]
    tagger = vp.load(given.model)
    agreed = [article for article in articles if article["agreed"]]
    for name, part in (("all articles", articles), ("where both readers agreed", agreed)):
        model, rules = reports(tagger, part)
        print(f"-- {name}: the model\n{model}\n-- {name}: keyword rules\n{rules}\n")
    found = float(model.table["average_precision"].loc["macro"])
    if found < given.at_least:
        sys.exit(f"macro average precision {found:.3f} is below {given.at_least}")


if __name__ == "__main__":
    main()
