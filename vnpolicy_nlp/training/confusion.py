"""Which topics are taken for which."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from vnpolicy_nlp.training.measures import Answers

__all__ = ["NONE", "confusion_tables"]

NONE = "(no topic)"  # not a slug, so it is no topic of anybody's


def confusion_tables(answers: Answers) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Count, of the articles that truly have one topic, how many got another.

    Returns
    -------
    got : DataFrame, shape (n_topics + 1, n_topics + 1)
        Rows are true topics, columns are tags; both end with ``(no topic)``, articles without any. The cell of A and B
        is the number of articles with topic A that got the tag B. An article with several topics or tags counts in
        several cells, so rows and columns do not add up to the number of articles.
    wrong : DataFrame, shape (n_topics + 1, n_topics + 1)
        Of those, the articles where the tag B is wrong: they have A, do not have B, and got B. In the column
        ``(no topic)`` they are those with topic A that got no tag, in that row those without any topic that got B.
    """
    true, tagged = (_with_none(matrix) for matrix in (answers.Y, answers.decisions))
    names = [*answers.topics, NONE]
    return (
        pd.DataFrame(true.T @ tagged, index=names, columns=names),
        pd.DataFrame(true.T @ (tagged * (1 - true)), index=names, columns=names),
    )


def _with_none(matrix: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.column_stack([matrix, ~matrix.any(axis=1)]).astype(np.int64)
