"""A model on its way to workers: its files as bytes, unpacked once a process.

So no worker needs a disk in common with anybody. The task that hands the model over is pure like all others: if the
worker that has it is lost, Dask does it again elsewhere.
"""

from __future__ import annotations

import ctypes
import os
import tempfile
import zlib
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from threading import Lock

from vnpolicy_nlp.errors import ClusterError
from vnpolicy_nlp.model.artifact import model_sha256, read_model
from vnpolicy_nlp.model.scoring import model_folder
from vnpolicy_nlp.model.tagger import Tagger
from vnpolicy_nlp.text.segmenter import segmenter_checksum

__all__ = ["PACKAGE", "PackedModel", "hand_over", "need_dask", "unpacked"]

PACKAGE = "vnpolicy-nlp"
_MMAP_THRESHOLD, _MOST_KEPT = -3, 32 << 20  # glibc's name for it, and the most that it takes
_UNPACKING = Lock()


@dataclass(frozen=True)
class PackedModel:
    """A model's files as bytes, and what a worker must have to use them. Those of the same model are equal."""

    sha256: str
    version: str
    segmenter: str
    files: dict[str, bytes] = field(repr=False, compare=False)

    @classmethod
    def of(cls, tagger: Tagger) -> PackedModel:
        """Pack the model of a tagger."""
        folder = Path(model_folder(tagger.parts))
        files = {path.name: zlib.compress(path.read_bytes()) for path in sorted(folder.iterdir())}
        return cls(model_sha256(tagger.parts), version(PACKAGE), segmenter_checksum(), files)

    @property
    def key(self) -> str:
        """The name of the task that hands it over."""
        return f"vnpolicy-model-{self.sha256[:32]}-{self.version}-{self.segmenter[:8]}"

    def __dask_tokenize__(self) -> str:
        return self.key

    def __sizeof__(self) -> int:
        return sum(map(len, self.files.values()))  # by which Dask judges what moving it costs


def hand_over(packed: PackedModel) -> PackedModel:
    """Return the model: a task of its own, since a literal would be copied into every task that uses it."""
    return packed


def unpacked(packed: PackedModel) -> Tagger:
    """Return the model, unpacked by the first task of this process that asks for it.

    Raises
    ------
    ClusterError
        If this process would tag in another way than the one that has packed it.
    """
    with _UNPACKING:  # of several threads one unpacks
        return _unpacked(packed)


@lru_cache(maxsize=2)
def _unpacked(packed: PackedModel) -> Tagger:
    here = version(PACKAGE), segmenter_checksum()
    if here != (packed.version, packed.segmenter):
        raise ClusterError(
            f"a worker has {PACKAGE} {here[0]} with word model {here[1][:8] or 'none'}, and this run is of "
            f"{packed.version} with {packed.segmenter[:8] or 'none'}: install the same versions on all workers"
        )
    _keep_memory()
    with tempfile.TemporaryDirectory(prefix="vnpolicy-") as folder:
        for name, content in packed.files.items():
            (Path(folder) / name).write_bytes(zlib.decompress(content))
        return Tagger(read_model(folder))


def _keep_memory() -> None:
    """Let a worker keep the memory of its arrays, which takes 60 MB more and less than half the time.

    Dask starts workers with MALLOC_TRIM_THRESHOLD_ set. With that glibc gets every array of more than 128 kB from the
    system anew, page by page, and most of the time goes there. Whoever sets MALLOC_MMAP_THRESHOLD_ has his way.
    """
    if "MALLOC_TRIM_THRESHOLD_" in os.environ and "MALLOC_MMAP_THRESHOLD_" not in os.environ:
        with suppress(OSError, AttributeError, TypeError):  # no glibc, no such trouble
            ctypes.CDLL(None).mallopt(_MMAP_THRESHOLD, _MOST_KEPT)


def need_dask() -> None:
    """Raise an error that says what to install if Dask is not there."""
    try:
        import dask.dataframe  # noqa: F401
        import distributed  # noqa: F401
    except ImportError as error:
        raise ClusterError(f"clusters need Dask: pip install '{PACKAGE}[cluster]'") from error
