"""From texts to decisions and probabilities, in this process or in several."""

from __future__ import annotations

import os
import shutil
import tempfile
from functools import lru_cache, partial
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary, finalize

import numpy as np

from vnpolicy_nlp.model.artifact import read_model, write_model
from vnpolicy_nlp.model.processes import count_processes, share_out
from vnpolicy_nlp.text.prepare import encode
from vnpolicy_nlp.text.segmenter import batches

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from vnpolicy_nlp.model.artifact import ModelParts
    from vnpolicy_nlp.text.segmented import Segmented

    Answer = tuple[NDArray[np.int64], NDArray[np.float64]]

__all__ = [
    "model_folder",
    "pack_texts",
    "score_in_processes",
    "score_segmented",
    "score_texts",
    "unpack_texts",
    "working_model",
]

_ENCODING = "utf-16-le"  # how Python has most Vietnamese texts in memory: little more than a copy


def score_texts(parts: ModelParts, texts: Iterable[str]) -> Answer:
    """Return decisions and probabilities of articles, each of shape (n_articles, n_topics)."""
    answers = [score_segmented(parts, articles) for articles in encode(texts)]
    return _joined(answers, len(parts.topics))


def score_segmented(parts: ModelParts, articles: Segmented) -> Answer:
    """Return decisions and probabilities of articles that are segmented already."""
    features = [view.transform(articles) for view in parts.views]
    probabilities = parts.classifier.predict_proba(features)
    has_words = articles.bounds[:, 0] < articles.bounds[:, 1]
    return parts.classifier.decide(probabilities, features, has_words), probabilities


def score_in_processes(parts: ModelParts, texts: Sequence[str], n_jobs: int) -> Answer:
    """Return what `score_texts` does, worked out by `n_jobs` processes; -1 for one a core."""
    n_processes = count_processes(n_jobs)
    answers = share_out(
        batches(texts, n_processes),
        here=lambda batch: score_texts(parts, batch),
        there=lambda batch: partial(_score_packed, model_folder(parts), *pack_texts(batch)),
        n_processes=n_processes,
    )
    return _joined(list(answers), len(parts.topics))


def pack_texts(texts: Sequence[str]) -> tuple[bytes | Sequence[str], list[int]]:
    """Return texts as one run of bytes and their lengths: handed over in a tenth of the time that a list takes.

    Texts with lone surrogates, which UTF-16 does not hold, stay a list.
    """
    try:
        return "".join(texts).encode(_ENCODING), list(map(len, texts))
    except UnicodeEncodeError:
        return texts, []


def unpack_texts(data: bytes | Sequence[str], lengths: Sequence[int]) -> Sequence[str]:
    """Return what `pack_texts` has packed."""
    if not isinstance(data, bytes):
        return data
    joined = data.decode(_ENCODING)
    ends = list(accumulate(lengths))
    return [joined[end - length : end] for end, length in zip(ends, lengths, strict=True)]


def _score_packed(folder: str, data: bytes | Sequence[str], lengths: Sequence[int]) -> Answer:
    return score_texts(working_model(folder), unpack_texts(data, lengths))


def model_folder(parts: ModelParts) -> str:
    """Return a folder in which other processes find the model, for as long as this process holds it."""
    folder = _FOLDERS.get(parts)
    if folder is None or not Path(folder).is_dir():
        scratch = tempfile.mkdtemp(prefix="vnpolicy-")
        finalize(parts, _remove, scratch, os.getpid())  # also when the process ends
        folder = str(Path(scratch) / "model")
        write_model(parts, folder)
        _FOLDERS[parts] = folder
    return folder


def _remove(folder: str, owner: int) -> None:
    if os.getpid() == owner:  # a forked child has a copy of the model, but not the folder
        shutil.rmtree(folder, ignore_errors=True)


_FOLDERS: WeakKeyDictionary[ModelParts, str] = WeakKeyDictionary()


@lru_cache(maxsize=1)
def working_model(folder: str) -> ModelParts:
    """Return the model in a folder of `model_folder`; a process reads it once."""
    return read_model(folder)


def _joined(answers: Sequence[Answer], n_topics: int) -> Answer:
    nothing = np.zeros((0, n_topics), dtype=np.int64), np.zeros((0, n_topics))
    decisions, probabilities = zip(nothing, *answers, strict=True)
    return np.concatenate(decisions), np.concatenate(probabilities)
