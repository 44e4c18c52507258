"""The model card of a model that a user has trained (Mitchell et al. 2019), in the form of the Hugging Face Hub."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vnpolicy_nlp.model.tagger import Tagger
    from vnpolicy_nlp.training.problems import Problems
    from vnpolicy_nlp.training.report import Report

__all__ = ["card_files"]

_FIGURES = ("precision", "recall", "f1", "average_precision")


def card_files(tagger: Tagger, report: Report, problems: Problems | None = None) -> dict[str, bytes]:
    """Return the files that go with a model: ``README.md``, the card, and ``metrics.json``, all figures."""
    figures = json.dumps(report.to_dict(), ensure_ascii=False, indent=2) + "\n"
    return {"README.md": _card(tagger, report, problems).encode(), "metrics.json": figures.encode()}


def _card(tagger: Tagger, report: Report, problems: Problems | None) -> str:
    training, metrics = tagger.record["training"], tagger.record["metrics"]
    kind = "exactly one topic an article" if tagger.exclusive else "none, one or several topics an article"
    versions = ", ".join(f"{package} {number}" for package, number in tagger.record["versions"].items())
    settings = ", ".join(f"{name}={value!r}" for name, value in training["parameters"].items())
    found = str(problems) if problems is not None and len(problems) else "None was found."
    return f"""---
language: vi
library_name: vnpolicy_nlp
pipeline_tag: text-classification
tags: [topic-classification, news]
---
# A topic tagger for Vietnamese news

It says what an article reports on: {kind}. It judges neither people nor opinions.

Topics: {", ".join(tagger.topics)}.

## Data

{training["n_articles"]} labelled articles (SHA-256 {training["data_sha256"]}).

{_table(["topic", "articles", "share"], _shares(training))}

Problems of the data when it was trained on:

```
{found}
```

## How good it is

{report.n_articles} articles; {metrics["method"]}. 95 % intervals in brackets. Articles of another time, place or paper
are harder: measure on some of your own with `vnpolicy evaluate`.

{_table(["topic", *[name.replace("_", " ") for name in _FIGURES]], _rows(report))}

All figures are in `metrics.json`.

## How it was trained

TF-IDF of words and syllables, one logistic regression a topic, calibration and thresholds from articles held out.
{settings}. {versions}.
"""


def _shares(training: Mapping[str, Any]) -> list[list[str]]:
    n_articles = training["n_articles"]
    return [[topic, str(n), f"{n / n_articles:.1%}"] for topic, n in training["n_positive"].items()]


def _rows(report: Report) -> list[list[str]]:
    rows = report.table.to_dict(orient="index")
    return [[str(name), *[_with_interval(row, figure) for figure in _FIGURES]] for name, row in rows.items()]


def _with_interval(row: Mapping[Any, Any], name: str) -> str:
    if row[name] != row[name]:  # not measurable
        return "-"
    return f"{row[name]:.3f} ({row[f'{name}_low']:.2f}-{row[f'{name}_high']:.2f})"


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
