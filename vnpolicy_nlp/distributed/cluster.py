"""Texts shared out among the workers of a Dask cluster, results in the order of the texts."""

from __future__ import annotations

import logging
import time
from collections import deque
from concurrent.futures import CancelledError
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, TypeVar

from vnpolicy_nlp.distributed.shipping import PACKAGE, PackedModel, hand_over, need_dask, unpacked
from vnpolicy_nlp.errors import ClusterError
from vnpolicy_nlp.model.scoring import pack_texts, unpack_texts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from vnpolicy_nlp.model.tagger import Tagger

__all__ = ["Cluster", "connected"]

Result = TypeVar("Result")

_CONNECT_SECONDS = 10  # for a scheduler to answer, and for a first worker
_PATIENCE_SECONDS = 60  # for another worker when all are gone
_LOOK_SECONDS = 1.0  # between two looks at how many workers there are
_AHEAD = 3  # batches a worker's thread: one at work, one on its way, one whose result waits for an earlier one
_MOST_PENDING = 32  # batches, of some 2 MB in the scheduler and 7 MB here: more than one client can keep at work


@contextmanager
def connected(address: str, tagger: Tagger) -> Iterator[Cluster]:
    """Connect to the scheduler at an address such as ``tcp://10.0.0.1:8786``.

    Raises
    ------
    ClusterError
        If nobody answers, there are no workers, or they have another version of this package.
    """
    need_dask()
    from distributed import Client
    from distributed.comm import get_address_host_port

    try:
        get_address_host_port(address)  # a Client that cannot read its address does not end cleanly
    except ValueError as error:
        raise ClusterError(f"{error}: give the address of a Dask scheduler, as in tcp://10.0.0.1:8786") from error
    with _silent("distributed.client"):
        try:
            client = Client(address, timeout=_CONNECT_SECONDS, set_as_default=False)
        except OSError as error:  # TimeoutError among them
            raise ClusterError(
                f"no Dask scheduler answers at {address} within {_CONNECT_SECONDS} s: check the address, or start one "
                "with `dask scheduler`"
            ) from error
        with client:
            _check_workers(client, address)
            yield Cluster(client, tagger)


@contextmanager
def _silent(name: str) -> Iterator[None]:
    """Keep back what a logger has to say: pages about a lost scheduler, where one line of ours does."""
    logger = logging.getLogger(name)
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)


class Cluster:
    """A connection to a Dask scheduler, with a model that its workers tag by.

    Parameters
    ----------
    client : distributed.Client
    tagger : Tagger
    """

    def __init__(self, client: Any, tagger: Tagger) -> None:
        self._client = client
        packed = PackedModel.of(tagger)
        self._model = client.submit(hand_over, packed, key=packed.key)
        self._n_threads = 1
        self._looked = self._gone_since = float("-inf")

    def share_out(
        self, batches: Iterable[Sequence[str]], work: Callable[[Tagger, Sequence[str]], Result]
    ) -> Iterator[Result]:
        """Yield what `work` returns for each batch of texts, in their order; only some batches are held at a time.

        What a lost worker had is done again by another. How many batches are out follows the number of workers.

        Parameters
        ----------
        batches : iterable of sequence of str
        work : callable
            Called on a worker with the model and a batch; it is pickled.

        Raises
        ------
        ClusterError
            If the scheduler goes away, all workers do and none comes, or one batch is the death of several.
        """
        pending: deque[Any] = deque()
        for texts in batches:
            with _answering():
                pending.append(self._client.submit(_work, self._model, work, *pack_texts(texts), pure=False))
            while pending and (pending[0].done() or len(pending) >= min(_AHEAD * self._look(), _MOST_PENDING)):
                yield self._result(pending.popleft())
        while pending:
            yield self._result(pending.popleft())

    def _result(self, future: Any) -> Any:
        from distributed import KilledWorker

        while True:
            with _answering():
                try:
                    return future.result(timeout=_LOOK_SECONDS)
                except (TimeoutError, UnboundLocalError):
                    # Dask's own wait ends with the latter, now and then, when it is cancelled as it times out.
                    self._look()
                except KilledWorker as error:
                    raise ClusterError(
                        "several workers were killed over the same articles, perhaps for want of memory: give them "
                        "more, or go on without --cluster, with --resume"
                    ) from error

    def _look(self) -> int:
        """Return the number of the workers' threads, as of a moment ago; raise if there have been none for long."""
        now = time.monotonic()
        if now - self._looked > _LOOK_SECONDS:
            with _answering():
                n_threads = sum(self._client.nthreads().values())
            if n_threads or self._n_threads:
                self._gone_since = now
            elif now - self._gone_since > _PATIENCE_SECONDS:
                raise ClusterError(
                    f"all workers have been gone for {_PATIENCE_SECONDS} s: start some, and go on with --resume"
                )
            self._looked, self._n_threads = now, n_threads
        return self._n_threads


def _work(
    model: PackedModel, work: Callable[[Tagger, Sequence[str]], Result], data: bytes | Sequence[str], lengths: list[int]
) -> Result:
    return work(unpacked(model), unpack_texts(data, lengths))


@contextmanager
def _answering() -> Iterator[None]:
    """Turn what Dask raises when the scheduler is gone into one line."""
    from distributed.client import ClosedClientError

    try:
        yield
    except (OSError, CancelledError, ClosedClientError) as error:
        raise ClusterError("the scheduler went away: start it and its workers anew, and go on with --resume") from error


def _check_workers(client: Any, address: str) -> None:
    """Raise unless there are workers, all with this version of the package, as has the scheduler."""
    try:
        client.wait_for_workers(1, timeout=_CONNECT_SECONDS)
    except TimeoutError as error:
        raise ClusterError(f"{address} has no workers: start some with `dask worker {address} --nthreads 1`") from error
    # By a function that every Python has: one of this package could not be read where the package is missing.
    found = {f"worker {name}": there for name, there in client.run(version, PACKAGE, on_error="return").items()}
    try:
        found["the scheduler"] = client.run_on_scheduler(version, PACKAGE)
    except PackageNotFoundError as error:
        found["the scheduler"] = error
    _check_versions(found, version(PACKAGE))


def _check_versions(found: Mapping[str, str | Exception], own: str) -> None:
    for name, there in found.items():
        if isinstance(there, PackageNotFoundError):
            raise ClusterError(f"{name} lacks {PACKAGE}: pip install '{PACKAGE}[cluster]=={own}' there")
        if isinstance(there, str) and there != own:
            raise ClusterError(f"{name} has {PACKAGE} {there}, and this process {own}: install the same on all")
