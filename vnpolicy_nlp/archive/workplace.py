"""Where a run keeps what it has done so far, so that it can be killed at any moment and gone on with.

Beside the output OUT stands a folder ``.OUT.run`` for as long as the run is not complete:

    key.json      what the run is: its input, its model, its options
    journal       a line a checkpoint: how far the input is read, and how long the other files are then
    data, bad     what has been written; parts/ for Parquet
    lock          held by the process that is at work

What stands behind the last checkpoint is cut off before a run goes on. So it makes no difference when it was killed.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any

from vnpolicy_nlp.archive.files import check_name
from vnpolicy_nlp.archive.parquettable import join_parts
from vnpolicy_nlp.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

__all__ = ["Workplace", "beside"]

_SECONDS = 3.0  # between checkpoints: what a power cut may cost
_QUARANTINE = ".quarantine.csv"  # the longest of what comes behind an output's name
_RESUME = "run again with --resume to go on"


def beside(output: Path, suffix: str) -> Path:
    """Return the name of what goes with an output, as ``tagged.csv.quarantine.csv``."""
    return output.with_name(output.name + suffix)


class Workplace:
    """The folder of a run that is at work, opened by `Workplace.open`.

    Attributes
    ----------
    key : dict
        What the run is: its input as it was at the beginning, its model, its options.
    checkpoint : dict
        What the last checkpoint says; empty at the beginning.
    """

    def __init__(self, folder: Path, output: Path, key: dict[str, Any]) -> None:
        self._folder, self._output, self.key = folder, output, key
        last = _last_entry(folder / "journal")
        self.checkpoint: dict[str, Any] = last["progress"]
        self.is_finished: bool = last["finished"]
        self._parts: list[str] = last["parts"]
        self._n_safe_parts = len(self._parts)
        self._last = time.monotonic()
        self._files: list[IO[bytes]] = []
        if not self.is_finished:
            self._journal = self._opened("journal", None)
            self._data = self._opened("data", last["lengths"]["data"])
            self._bad = self._opened("bad", last["lengths"]["bad"])

    @classmethod
    @contextmanager
    def open(cls, output: Path, key: dict[str, Any], *, resume: bool) -> Iterator[Workplace]:
        """Begin a run, or go on with an interrupted one.

        Raises
        ------
        OutputError
            If there is an interrupted run and it is not to be resumed, or it is another one, or is at work now; or if
            nothing can be written there.
        """
        folder = output.with_name(f".{output.name}.run")
        try:
            check_name(output, _QUARANTINE)
            output.parent.mkdir(parents=True, exist_ok=True)
            if folder.is_dir() and (folder / "key.json").is_file():
                _check_key(folder, output, key, resume)
            else:
                shutil.rmtree(folder, ignore_errors=True)  # killed before it had a key
                folder.mkdir()
                (folder / "key.new").write_text(json.dumps(key, indent=1), "utf-8")
                (folder / "key.new").replace(folder / "key.json")
            with _lock(folder, output):
                place = cls(folder, output, key)
                try:
                    yield place
                finally:
                    place.close()
        except OSError as error:
            raise cannot_write(output, error, folder) from error

    def write(self, data: bytes) -> None:
        """Append to the output."""
        self._data.write(data)

    def write_bad(self, data: bytes) -> None:
        """Append to the quarantine."""
        self._bad.write(data)

    def write_part(self, write: Callable[[Path], None]) -> None:
        """Add a part of a Parquet file, written by a function to the path it is given."""
        name = f"part-{len(self._parts):06}"
        write(self._folder / name)
        self._parts.append(name)

    def save(self, progress: dict[str, Any], *, now: bool = False, finished: bool = False) -> None:
        """Make a checkpoint if the last one is some seconds old."""
        if not now and time.monotonic() - self._last < _SECONDS:
            return
        for file in (self._data, self._bad):
            file.flush()
            os.fsync(file.fileno())
        for part in self._parts[self._n_safe_parts :]:
            _sync(self._folder / part)
        lengths = {"data": self._data.tell(), "bad": self._bad.tell()}
        entry = {"progress": progress, "lengths": lengths, "parts": self._parts, "finished": finished}
        self._journal.write((json.dumps(entry) + "\n").encode())
        self._journal.flush()
        os.fsync(self._journal.fileno())
        self._n_safe_parts = len(self._parts)
        self._last = time.monotonic()

    def publish(self, record: Callable[[], dict[str, Any]]) -> None:
        """Give all files their names, the output last, and remove the folder. Doing it twice does no harm.

        Raises
        ------
        OutputError
            If a file of the output's name has come up in the meantime.
        """
        self.close()
        result = self._folder / ("joined" if self._parts else "data")
        if self._parts and not result.exists() and not self._output.exists():
            join_parts([self._folder / part for part in self._parts], self._folder / "joining")
            (self._folder / "joining").replace(result)
        if result.exists() and self._output.exists():
            raise OutputError(f"{self._output} has come up in the meantime: move it away and {_RESUME}")
        text = json.dumps(record(), ensure_ascii=False, indent=2) + "\n"
        (self._folder / "record").write_text(
            text, "utf-8", "backslashreplace"
        )  # names that are no UTF-8, as JSON's \\u
        bad = self._folder / "bad"
        if bad.exists() and bad.stat().st_size:
            _give_name(bad, beside(self._output, _QUARANTINE))
        _give_name(self._folder / "record", beside(self._output, ".run.json"))
        if result.exists():
            _sync(result)
        _give_name(result, self._output)
        self.remove()

    def _opened(self, name: str, length: int | None) -> IO[bytes]:
        """Open a file to append to it, cut to a length."""
        file = (self._folder / name).open("ab")
        self._files.append(file)
        if length is not None:
            file.truncate(length)
            file.seek(0, os.SEEK_END)
        return file

    def close(self) -> None:
        """Close the files."""
        for file in self._files:
            file.close()

    def remove(self) -> None:
        """Remove the folder with all that is in it."""
        self.close()
        shutil.rmtree(self._folder, ignore_errors=True)


def cannot_write(output: Path, error: OSError, folder: Path) -> OutputError:
    """Return the error that says what to do when something cannot be written."""
    what = f"cannot write {output}: {error.strerror or error}"
    if (folder / "journal").exists():
        return OutputError(f"{what}; what is done is kept: make room and {_RESUME}")
    return OutputError(what)


def _check_key(folder: Path, output: Path, key: dict[str, Any], resume: bool) -> None:
    if not resume:
        raise OutputError(f"an interrupted run has left {folder}: {_RESUME}, or remove that folder to begin anew")
    try:
        there = dict(json.loads((folder / "key.json").read_bytes()))
    except ValueError:
        raise OutputError(f"{folder} is damaged: remove it to begin anew") from None
    differing = sorted(name for name in {*there, *key} if there.get(name) != json.loads(json.dumps(key.get(name))))
    if differing:
        raise OutputError(
            f"the interrupted run of {output} had another {' and another '.join(differing)}: "
            f"give it what it had, or remove {folder} to begin anew"
        )


def _last_entry(path: Path) -> dict[str, Any]:
    """Return the last sound line of a journal, whose last line may be half written, and leave nothing else in it."""
    entry = {"progress": {}, "lengths": {"data": 0, "bad": 0}, "parts": [], "finished": False}
    lines = path.read_bytes().splitlines() if path.exists() else []
    for line in reversed(lines):
        try:
            entry = json.loads(line)
            break
        except ValueError:
            continue
    if lines:
        path.with_name("journal.new").write_bytes(json.dumps(entry).encode() + b"\n")
        path.with_name("journal.new").replace(path)
    return entry


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _give_name(path: Path, name: Path) -> None:
    if path.exists():
        path.replace(name)


@contextmanager
def _lock(folder: Path, output: Path) -> Iterator[None]:
    """Keep a second process from the same work."""
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    with (folder / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise OutputError(f"another process is at work on {output}: wait for it") from None
        yield
