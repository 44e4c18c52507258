"""From texts to decisions and probabilities, in this process or in several."""

from __future__ import annotations

import os
import shutil
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary, finalize

import numpy as np

from vnpolicy_nlp.model.artifact import read_model, write_model
from vnpolicy_nlp.text.prepare import encode

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from vnpolicy_nlp.model.artifact import ModelParts
    from vnpolicy_nlp.text.segmented import Segmented

    Answer = tuple[NDArray[np.int64], NDArray[np.float64]]

__all__ = ["model_folder", "score_in_processes", "score_segmented", "score_texts", "working_model"]

_MOST_AT_ONCE = 1000  # articles a task: some megabytes to hand over
_FEWEST_TASKS = 2  # a process: while it works on one the next is handed over


def score_texts(parts: ModelParts, texts: Iterable[str]) -> Answer:
    """Return decisions and probabilities of articles, each of shape (n_articles, n_topics)."""
    answers = [score_segmented(parts, articles) for articles in encode(texts)]
    return _joined(answers, len(parts.topics))


def score_segmented(parts: ModelParts, articles: Segmented) -> Answer:
    """Return decisions and probabilities of articles that are segmented already."""
    features = [view.transform(articles) for view in parts.views]
    probabilities = parts.classifier.predict_proba(features)
    return parts.classifier.decide(probabilities, features), probabilities


def score_in_processes(parts: ModelParts, texts: Sequence[str], n_jobs: int) -> Answer:
    """Return what `score_texts` does, worked out by `n_jobs` processes; -1 for one a core."""
    from joblib import Parallel, delayed, effective_n_jobs

    # As many tasks for one process as for another, each of at most `_MOST_AT_ONCE` articles.
    n_processes = effective_n_jobs(n_jobs)
    rounds = max(_FEWEST_TASKS, -(-len(texts) // (n_processes * _MOST_AT_ONCE)))
    size = max(1, -(-len(texts) // (n_processes * rounds)))
    folder = model_folder(parts)
    answers = Parallel(n_jobs=n_jobs)(
        delayed(_score_by_folder)(folder, texts[start : start + size]) for start in range(0, len(texts), size)
    )
    return _joined(answers, len(parts.topics))


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


def _score_by_folder(folder: str, texts: Sequence[str]) -> Answer:
    return score_texts(working_model(folder), texts)


def _joined(answers: Sequence[Answer], n_topics: int) -> Answer:
    nothing = np.zeros((0, n_topics), dtype=np.int64), np.zeros((0, n_topics))
    decisions, probabilities = zip(nothing, *answers, strict=True)
    return np.concatenate(decisions), np.concatenate(probabilities)
