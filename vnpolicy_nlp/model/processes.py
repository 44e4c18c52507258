"""Tasks shared out among this process and others, results in the order of the tasks."""

from __future__ import annotations

import os
import warnings
from collections import deque
from concurrent.futures import Future
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["count_processes", "share_out"]

Task = TypeVar("Task")
Result = TypeVar("Result")

_AHEAD = 2  # tasks a process has been given: while it works on one the next is handed over
_MOST_HELD = 8  # tasks a process whose results wait for an earlier one
_IDLE_SECONDS = 60  # after which a process ends


def count_processes(n_jobs: int) -> int:
    """Return for how many processes a number stands, as in joblib: -1 for one a core."""
    if n_jobs == 1:
        return 1  # importing joblib takes as long as tagging 200 articles
    from joblib import effective_n_jobs

    return int(effective_n_jobs(n_jobs))


def share_out(
    tasks: Iterable[Task],
    here: Callable[[Task], Result],
    there: Callable[[Task], Callable[[], Result]],
    n_processes: int,
) -> Iterator[Result]:
    """Yield the result of each task, in their order; only some tasks are held at a time.

    This process works on tasks too, so what it does is not handed over at all; that is half the work on two cores.

    Parameters
    ----------
    tasks : iterable
    here : callable
        Does a task in this process.
    there : callable
        Returns, for a task, the call that does it in another process; it is pickled.
    n_processes : int
        This one among them.

    Warns
    -----
    UserWarning
        If another process is killed, as systems do that run out of memory. Its tasks are done here then.
    """
    n_others = n_processes - 1
    if n_others == 0:
        yield from map(here, tasks)
        return
    crew = _Crew(n_others)
    pending: deque[tuple[Task, Future[Result]]] = deque()
    try:
        for task in tasks:
            busy = sum(not future.done() for _, future in pending)
            future = crew.submit(there(task)) if busy < _AHEAD * n_others else None
            pending.append((task, future or _done(here(task))))
            while pending and (pending[0][1].done() or len(pending) > _MOST_HELD * n_processes):
                yield crew.result(*pending.popleft(), here)
        while pending:
            yield crew.result(*pending.popleft(), here)
    finally:
        for _, future in pending:
            future.cancel()


class _Crew:
    """The other processes, for as long as none of them is killed."""

    def __init__(self, n_others: int) -> None:
        self._executor = _executor(n_others, os.getpid())
        self._complete = True

    def submit(self, call: Callable[[], Any]) -> Future[Any] | None:
        """Hand a call over; None where there is nobody to take it."""
        from joblib.externals.loky import BrokenProcessPool

        if self._complete:
            try:
                return self._executor.submit(call)  # type: ignore[no-any-return]
            except BrokenProcessPool:
                self._disband()
        return None

    def result(self, task: Task, future: Future[Result], here: Callable[[Task], Result]) -> Result:
        """Return what has come of a task, done anew here if the process that had it was killed."""
        from joblib.externals.loky import BrokenProcessPool

        try:
            return future.result()
        except BrokenProcessPool:
            self._disband()
            return here(task)

    def _disband(self) -> None:
        if self._complete:
            self._complete = False
            _executor.cache_clear()
            warnings.warn(
                "a process was killed, perhaps for want of memory: the rest is done by this one alone",
                stacklevel=2,
            )


def _done(result: Result) -> Future[Result]:
    future: Future[Result] = Future()
    future.set_result(result)
    return future


@lru_cache(maxsize=8)
def _executor(n_others: int, owner: int) -> Any:
    """Return processes that are kept for the next call; `owner` is this process, whose forks need their own.

    They are not joblib's own ones: it would use those for others' work, with settings of its own.
    """
    from joblib.externals.loky import ProcessPoolExecutor

    return ProcessPoolExecutor(max_workers=n_others, timeout=_IDLE_SECONDS)
