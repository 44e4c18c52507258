"""Which articles are held out together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.model_selection import GroupKFold, PredefinedSplit

from vnpolicy_nlp.errors import LabelError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    Fold = tuple[NDArray[np.int64], NDArray[np.int64]]

__all__ = ["checked_groups", "deal_folds", "folds"]


def deal_folds(Y: NDArray[np.int64], n_folds: int, random_state: int) -> NDArray[np.int64]:
    """Return a fold number for each article, shape (n_articles,), so that each fold has its share of every label set.

    The articles are shuffled, sorted by label set, and dealt out like cards.
    """
    shuffled = np.random.default_rng(random_state).permutation(len(Y))
    by_labels = shuffled[np.lexsort(Y[shuffled].T)]
    fold = np.empty(len(Y), dtype=np.int64)
    fold[by_labels] = np.arange(len(Y)) % n_folds
    return fold


def checked_groups(groups: Any, n_articles: int) -> NDArray[Any]:
    """Return groups as an array; raise `LabelError` where they cannot be told apart or do not fit the articles."""
    checked: NDArray[Any] = np.asarray(list(groups))
    if len(checked) != n_articles:
        raise LabelError(f"{n_articles} texts but {len(checked)} groups: give one group an article")
    if len(np.unique(checked)) < 2:
        raise LabelError("all articles are in one group: holding out needs at least 2, or leave the groups out")
    return checked


def folds(
    Y: NDArray[np.int64], topics: Sequence[str], groups: NDArray[Any] | None, n_folds: int, random_state: int
) -> Iterator[Fold]:
    """Yield pairs of row numbers, to train on and held out; no group is on both sides.

    Raises
    ------
    LabelError
        If what is left to train on has no article with, or none without, a topic.
    """
    if groups is None:
        splits = PredefinedSplit(deal_folds(Y, n_folds, random_state)).split()
    else:
        splits = GroupKFold(min(n_folds, len(np.unique(groups)))).split(Y, groups=groups)
    for train, test in splits:
        for topic, n_positive in zip(topics, Y[train].sum(axis=0).tolist(), strict=True):
            if n_positive in (0, len(train)):
                raise LabelError(
                    f"with some articles held out, {n_positive} of {len(train)} have the topic {topic}: label more "
                    "articles with and without it" + (", in more groups" if groups is not None else "")
                )
        yield train, test
