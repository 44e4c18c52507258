"""The three forms in which labels come, and the one in which scikit-learn wants them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from vnpolicy_nlp.errors import LabelError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["binarize_labels", "parse_topics"]

_NAME = re.compile(r"\w[\w &./()+'–-]*")


def parse_topics(cell: str) -> tuple[str, ...]:
    """Return the topics in a table cell such as ``"ideology_work;social_supervision"``, sorted, each once.

    Raises
    ------
    LabelError
        If the name of a topic holds other signs than letters, digits, blanks and ``_ & . / ( ) + ' -``.
    """
    topics = sorted({topic.strip() for topic in cell.split(";")} - {""})
    for topic in topics:
        if not _NAME.fullmatch(topic):
            raise LabelError(f"{topic!r} is not the name of a topic: use letters, digits and _, and ';' between topics")
    return tuple(topics)


def binarize_labels(
    labels: Iterable[Any], topics: Sequence[str] | None = None
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Return labels as a 0/1 matrix, and its topics.

    Parameters
    ----------
    labels : array-like
        For each article a collection of slugs, or one string with ``;`` between the slugs; or for all articles
        together a 0/1 matrix of shape (n_articles, n_topics).
    topics : sequence of str, optional
        The columns wanted. Needed with a matrix; otherwise the topics that occur, sorted.

    Returns
    -------
    Y : ndarray of int64, shape (n_articles, n_topics)
    topics : tuple of str

    Raises
    ------
    LabelError
        If a label is none of these forms, or names a topic that is not among `topics`.
    """
    if _is_matrix(labels):
        return _checked_matrix(np.asarray(labels), topics)
    rows = [_topics_of(position, label) for position, label in enumerate(labels)]
    found = sorted({topic for row in rows for topic in row})
    wanted = tuple(found if topics is None else topics)
    if unknown := set(found) - set(wanted):
        raise LabelError(f"unknown topics in the labels: {', '.join(sorted(unknown))}; known are: {', '.join(wanted)}")
    matrix = np.array([[topic in row for topic in wanted] for row in rows], dtype=np.int64)
    return matrix.reshape(len(rows), len(wanted)), wanted


def _is_matrix(labels: Any) -> bool:
    if getattr(labels, "ndim", 1) == 2:
        return True
    first = labels[0] if isinstance(labels, list) and labels else None
    return isinstance(first, list | np.ndarray) and len(first) > 0 and not isinstance(first[0], str)


def _checked_matrix(matrix: NDArray[Any], topics: Sequence[str] | None) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    if matrix.ndim != 2 or not np.isin(matrix, (0, 1)).all():
        raise LabelError("a label matrix must hold only 0 and 1, one row an article and one column a topic")
    if topics is None:
        topics = [f"topic_{column}" for column in range(matrix.shape[1])]
    if len(topics) != matrix.shape[1]:
        raise LabelError(f"the label matrix has {matrix.shape[1]} columns for {len(topics)} topics")
    return matrix.astype(np.int64), tuple(topics)


def _topics_of(position: int, label: Any) -> tuple[str, ...]:
    if isinstance(label, str):
        return parse_topics(label)
    if isinstance(label, Iterable):
        return parse_topics(";".join(map(str, label)))
    raise LabelError(
        f"labels[{position}] is {label!r}: give each article a tuple of topics, or a string with ';' between them, "
        "empty for none"
    )
