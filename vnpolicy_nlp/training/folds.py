"""Which articles are held out together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from iterstrat.ml_stratifiers import MultilabelStratifiedKFold
from sklearn.model_selection import GroupKFold

from vnpolicy_nlp.errors import LabelError
from vnpolicy_nlp.training.times import parse_times

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Fold = tuple[NDArray[np.int64], NDArray[np.int64]]

__all__ = ["checked_groups", "checked_times", "folds"]


def checked_groups(groups: Any, n_articles: int) -> NDArray[Any]:
    """Return groups as an array; raise `LabelError` where they cannot be told apart or do not fit the articles."""
    checked: NDArray[Any] = np.asarray(list(groups))
    if len(checked) != n_articles:
        raise LabelError(f"{n_articles} texts but {len(checked)} groups: give one group an article")
    if len(np.unique(checked)) < 2:
        raise LabelError("all articles are in one group: holding out needs at least 2, or leave the groups out")
    return checked


def checked_times(times: Any, n_articles: int) -> NDArray[np.datetime64]:
    """Return times as an array; raise `LabelError` where one is none, or they do not fit the articles."""
    given = pd.Series(list(times), dtype=object).map(str)
    if len(given) != n_articles:
        raise LabelError(f"{n_articles} texts but {len(given)} times: give one time an article")
    parsed = parse_times(given)
    if unread := given[parsed.isna()].tolist():
        raise LabelError(
            f"{len(unread)} of {n_articles} times cannot be read, for example {unread[0]!r}: write them as 2017-11-26"
        )
    checked: NDArray[np.datetime64] = parsed.to_numpy()
    if len(np.unique(checked)) < 2:
        raise LabelError("all articles are of one time: holding out the later ones needs at least 2")
    return checked


def folds(
    Y: NDArray[np.int64],
    topics: Sequence[str],
    n_folds: int,
    random_state: int,
    *,
    groups: NDArray[Any] | None = None,
    times: NDArray[np.datetime64] | None = None,
) -> list[Fold]:
    """Return pairs of row numbers, to train on and held out.

    Without groups and times, each fold has its share of every topic (Sechidis, Tsoumakas and Vlahavas 2011, "On the
    stratification of multi-label data"). No group is on both sides. With times, articles are held out by those that
    are earlier: what has been published first is never held out.

    Raises
    ------
    LabelError
        If what is left to train on has no article with, or none without, a topic; or there are both groups and times.
    """
    if groups is not None and times is not None:
        raise LabelError("groups and times were both given: hold out by one of them")
    splits = _splits(Y, n_folds, random_state, groups, times)
    for train, _ in splits:
        for topic, n_positive in zip(topics, Y[train].sum(axis=0).tolist(), strict=True):
            if n_positive in (0, len(train)):
                by = ", in more groups" if groups is not None else ", in earlier ones too" if times is not None else ""
                raise LabelError(
                    f"with some articles held out, {n_positive} of {len(train)} have the topic {topic}: label more "
                    f"articles with and without it{by}"
                )
    return splits


def _splits(
    Y: NDArray[np.int64],
    n_folds: int,
    random_state: int,
    groups: NDArray[Any] | None,
    times: NDArray[np.datetime64] | None,
) -> list[Fold]:
    if times is not None:
        return _by_time(times, n_folds)
    if groups is not None:
        return list(GroupKFold(min(n_folds, len(np.unique(groups)))).split(Y, groups=groups))
    dealt = MultilabelStratifiedKFold(n_folds, shuffle=True, random_state=random_state)
    # One topic alone looks like one label an article to the library, and it wants several: having it, and lacking it.
    return list(dealt.split(Y, np.hstack([Y, 1 - Y]) if Y.shape[1] == 1 else Y))


def _by_time(times: NDArray[np.datetime64], n_folds: int) -> list[Fold]:
    """Cut the articles into ``n_folds + 1`` spans of about equally many; hold each but the first out by the earlier.

    Articles of one time stay together.
    """
    order = np.sort(times)
    cuts = np.unique(order[np.arange(1, n_folds + 1) * len(order) // (n_folds + 1)])
    cuts = cuts[cuts > order[0]] if (cuts > order[0]).any() else np.unique(order)[1:2]
    span = np.searchsorted(cuts, times, side="right")
    return [(np.flatnonzero(span < n), np.flatnonzero(span == n)) for n in range(1, len(cuts) + 1)]
