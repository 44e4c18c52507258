"""The errors that the model was surest about, with the passages that explain them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vnpolicy_nlp.training.measures import Answers

__all__ = ["FALSE_NEGATIVE", "FALSE_POSITIVE", "title_of", "worst_errors"]

FALSE_POSITIVE, FALSE_NEGATIVE = "false positive", "false negative"
COLUMNS = ("topic", "kind", "row", "probability", "title", "evidence")
TITLE_CHARACTERS = 120


def worst_errors(
    tagger: Any, answers: Answers, texts: Sequence[str], ids: Sequence[Any], n_errors: int
) -> pd.DataFrame:
    """Return the errors that the tagger was surest about.

    Parameters
    ----------
    tagger : Tagger
        For the passages; one without `evidence` gives none.
    answers : Answers
    texts : sequence of str
    ids : sequence
        What the articles are called.
    n_errors : int
        How many of each kind a topic, at most.

    Returns
    -------
    DataFrame
        Columns: ``topic``; ``kind``, "false positive" with the greatest or "false negative" with the least
        probability first; ``row``, from `ids`; ``probability``; ``title``, the beginning of the first line;
        ``evidence``, the passage that speaks most for the topic, also where that was not enough for the tag.
    """
    found: list[tuple[str, str, int]] = []
    asked = np.zeros_like(answers.decisions)
    for column, topic in enumerate(answers.topics):
        y, tagged, p = (matrix[:, column] for matrix in (answers.Y, answers.decisions, answers.probabilities))
        for kind, wrong, surest in ((FALSE_POSITIVE, tagged > y, -p), (FALSE_NEGATIVE, tagged < y, p)):
            rows = np.flatnonzero(wrong)
            rows = rows[np.argsort(surest[rows], kind="stable")][:n_errors]
            asked[rows, column] = 1
            found += [(topic, kind, row) for row in rows.tolist()]
    passages = _passages(tagger, texts, asked)
    return pd.DataFrame(
        [
            (
                topic,
                kind,
                ids[row],
                answers.probabilities[row, answers.topics.index(topic)],
                title_of(texts[row]),
                passages.get(row, {}).get(topic, ""),
            )
            for topic, kind, row in found
        ],
        columns=list(COLUMNS),
    )


def _passages(tagger: Any, texts: Sequence[str], asked: Any) -> dict[int, dict[str, str]]:
    rows = [row for row in np.flatnonzero(asked.any(axis=1)).tolist() if texts[row].strip()]
    if not rows or not hasattr(tagger, "evidence"):
        return {}
    return dict(zip(rows, tagger.evidence([texts[row] for row in rows], asked[rows]), strict=True))


def title_of(text: str) -> str:
    """Return the beginning of the first line of a text."""
    line = next((line for line in map(str.strip, text.split("\n")) if line), "")
    return line if len(line) <= TITLE_CHARACTERS else line[:TITLE_CHARACTERS].rsplit(" ", 1)[0] + " …"
