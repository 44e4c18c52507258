"""What `TopicTagger` refuses, before any work is done."""

from __future__ import annotations

from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

import numpy as np

from vnpolicy_nlp.errors import InputError, LabelError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

__all__ = ["check_contrasts", "check_parameters", "check_trainable"]


def check_parameters(parameters: Mapping[str, Any]) -> None:
    """Raise `InputError` for a value of which scikit-learn would complain in its own words, or would not."""
    for name, least, is_whole in (("min_df", 1, True), ("n_folds", 2, True), ("beta", 1, False)):
        value = parameters[name]
        if isinstance(value, bool) or not isinstance(value, Integral if is_whole else Real) or float(value) < least:
            kind = "whole number" if is_whole else "number"
            raise InputError(f"{name} is {value!r}: it must be a {kind} of {least} or more")
    for name in ("C", "contrast_weight"):
        value = parameters[name]
        if isinstance(value, bool) or not isinstance(value, Real) or not float(value) > 0:
            raise InputError(f"{name} is {value!r}: it must be a number above 0")
    if parameters["class_weight"] not in ("balanced", None):
        raise InputError(f'class_weight is {parameters["class_weight"]!r}: it must be "balanced" or None')


def check_trainable(Y: NDArray[np.int64], topics: Sequence[str], n_texts: int, exclusive: bool) -> None:
    """Raise `LabelError` where there is nothing to learn a topic from, or labels do not fit the texts."""
    if len(Y) != n_texts:
        raise LabelError(f"{n_texts} texts but {len(Y)} labels: give one label set an article")
    if not topics:
        raise LabelError("no topic occurs in the labels: nothing to train")
    if exclusive:
        _check_exclusive(Y, topics)
    for topic, n_positive in zip(topics, Y.sum(axis=0).tolist(), strict=True):
        if n_positive < 2 or n_texts - n_positive < 2:
            raise LabelError(
                f"the topic {topic} has {n_positive} of {n_texts} articles: training needs at least 2 with it and "
                "2 without"
            )


def _check_exclusive(Y: NDArray[np.int64], topics: Sequence[str]) -> None:
    if len(topics) < 2:
        raise LabelError(f"only the topic {topics[0]} occurs in the labels: exclusive topics are two at least")
    if wrong := np.flatnonzero(Y.sum(axis=1) != 1).tolist():
        shown = ", ".join(f"labels[{row}] has {int(Y[row].sum())}" for row in wrong[:5])
        raise LabelError(
            f"{len(wrong)} of {len(Y)} articles do not have exactly one topic ({shown}): mend these labels, or train "
            "without exclusive=True"
        )


def check_contrasts(contrasts: Sequence[Any], Y: NDArray[np.int64], topics: Sequence[str]) -> None:
    """Raise `LabelError` for a contrast that is not cut from an article with its topic."""
    for n, (article, topic, _) in enumerate(contrasts):
        if topic not in topics:
            raise LabelError(f"contrasts[{n}] is of {topic!r}, which is no topic of the labels: {', '.join(topics)}")
        if not 0 <= article < len(Y):
            raise LabelError(f"contrasts[{n}] is of article {article}, but there are {len(Y)}, counted from 0")
        if not Y[article, topics.index(topic)]:
            raise LabelError(f"contrasts[{n}] was cut from article {article}, which does not have the topic {topic}")
