"""Which files a run reads and writes, what kind they are, and packed files as streams of plain bytes."""

from __future__ import annotations

import bz2
import errno
import gzip
import hashlib
import io
import logging
import lzma
import os
import stat
import sys
import zlib
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from vnpolicy_nlp.errors import OutputError, ReadError, TableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = [
    "Counted",
    "Input",
    "Kind",
    "cannot_read",
    "check_name",
    "damage",
    "find_inputs",
    "kind_of",
    "open_unpacked",
    "pack",
    "packing_of",
]

_FORMATS = {".csv": "csv", ".tsv": "tsv", ".txt": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet"}
_log = logging.getLogger("vnpolicy_nlp")
_JSON = ".json"  # as which some export JSON lines; what is written is named for what it is
_PACKINGS = {".gz": "gzip", ".bz2": "bzip2", ".xz": "xz", ".zst": "zstd"}
_MAGIC = {b"\x1f\x8b": "gzip", b"BZh": "bzip2", b"\xfd7zXZ\0": "xz", b"\x28\xb5\x2f\xfd": "zstd"}
_LEVEL = 6  # of gzip and of xz; for zstd it is its own default
_ENDS = 1 << 20  # bytes at both ends of a file that tell it from others


@dataclass(frozen=True)
class Kind:
    """What a file holds ("csv", "tsv", "jsonl", "parquet") and how it is packed ("" or "gzip" and so on)."""

    format: str
    packing: str


def kind_of(name: str | Path) -> Kind:
    """Return what a file is by its name. What no name says is CSV."""
    path = Path(name)
    packing = _PACKINGS.get(path.suffix.lower(), "")
    suffix = path.with_suffix("").suffix if packing else path.suffix
    return Kind(_FORMATS.get(suffix.lower(), "csv"), packing)


@dataclass(frozen=True)
class Input:
    """One file to read, or standard input.

    Attributes
    ----------
    path : Path or None
        None for standard input.
    place : Path
        Where its output goes below an output folder.
    """

    path: Path | None
    place: Path

    @property
    def name(self) -> str:
        """What to call it in messages."""
        return "standard input" if self.path is None else str(self.path)

    @property
    def n_bytes(self) -> int | None:
        """Its size, None where it is not known before the end."""
        return self.path.stat().st_size if self.path is not None and self.path.is_file() else None

    def fingerprint(self) -> dict[str, Any]:
        """Return what tells this file from another one without reading all of it.

        Raises
        ------
        TableError
            If it cannot be read.
        """
        if self.path is None:
            return {"name": "-"}
        try:
            with self.path.open("rb") as file:
                size = file.seek(0, os.SEEK_END)
                file.seek(0)
                digest = hashlib.sha256(file.read(_ENDS))
                file.seek(max(0, size - _ENDS))
                digest.update(file.read(_ENDS))
        except FileNotFoundError as error:
            raise TableError(f"no such file: {self.path}") from error
        except OSError as error:
            raise TableError(f"cannot read {self.path}: {error.strerror}") from error
        return {"name": self.path.name, "bytes": size, "sha256_of_both_ends": digest.hexdigest()}


def find_inputs(sources: Sequence[str | Path], output: str | Path | None = None) -> list[Input]:
    """Return the files that some names stand for: files, patterns such as ``in/*.csv``, folders, "-".

    Parameters
    ----------
    sources : sequence of str or Path
    output : str or Path, optional
        Where a run writes: what an earlier run has written there is no input, though it is in a folder of the input.

    Raises
    ------
    TableError
        If there is no such file, a file or a folder cannot be read, a folder holds no table, or two files have one
        place.
    """
    found: list[Input] = []
    for source in sources:
        try:
            found += _inputs(source, output)
        except OSError as error:  # a name that is too long, a closed folder
            raise TableError(f"cannot read {source}: {error.strerror}") from error
    places = Counter(entry.place for entry in found)
    for entry in found:
        if places[entry.place] > 1:
            raise TableError(f"two of the files are called {entry.place}: give the folder above them instead")
        if entry.path is not None:
            _check_file(entry.path)  # all of them, before hours go by with the first
    return found


def _inputs(source: str | Path, output: str | Path | None) -> list[Input]:
    path = Path(source)
    if str(source) == "-":
        return [Input(None, Path("stdin.csv"))]
    if path.is_dir():
        return [Input(file, file.relative_to(path)) for file in _tables_below(path, output)]
    if path.exists() or not any(sign in str(source) for sign in "*?["):
        return [Input(path, _place(path))]
    matching = sorted(Path(path.anchor).glob(str(path.relative_to(path.anchor))))
    if not matching:
        raise TableError(f"no file matches {source}")
    return [Input(file, _place(file)) for file in matching if not file.is_dir() and not _goes_with_output(file.name)]


def _goes_with_output(name: str) -> bool:
    """Return whether a file stands beside what a run has written, and is no table of articles."""
    return name.endswith((".quarantine.csv", ".run.json"))


def _place(path: Path) -> Path:
    """Return a file's name, with that for JSON lines in place of one in .json."""
    stem, packing = _split(path.name)
    return Path((f"{stem}l" if stem.lower().endswith(_JSON) else stem) + packing)


def _split(name: str) -> tuple[str, str]:
    """Return a name without the suffix that tells the packing, and that suffix."""
    packing = Path(name).suffix
    return (name.removesuffix(packing), packing) if packing.lower() in _PACKINGS else (name, "")


def check_name(output: Path, longest_suffix: str) -> None:
    """Raise `OutputError` if no output should be called so, or nothing beside it can be."""
    stem, packing = _split(output.name)
    if stem.lower().endswith(_JSON):
        raise OutputError(f"JSON is written as lines, one object each: name the output {stem}l{packing}")
    parent = next(folder for folder in output.absolute().parents if folder.exists())
    longest = os.pathconf(parent, "PC_NAME_MAX") if hasattr(os, "pathconf") else 255  # Windows has 255 letters
    if len(os.fsencode(output.name + longest_suffix)) > longest:
        raise OutputError(
            f"the name {output.name} is too long, as {longest_suffix} comes behind it: choose a shorter one"
        )


def _check_file(path: Path) -> None:
    try:
        mode = path.stat().st_mode
    except FileNotFoundError as error:
        link = "what this link leads to is gone: " if path.is_symlink() else ""
        raise TableError(f"{link}no such file: {path}") from error
    except OSError as error:
        raise TableError(f"cannot read {path}: {error.strerror}") from error
    if not stat.S_ISREG(mode):
        raise TableError(f"{path} is neither a file nor a folder: give a stream as -")
    if not os.access(path, os.R_OK):
        raise TableError(f"cannot read {path}: {os.strerror(errno.EACCES)}")


def _tables_below(folder: Path, output: str | Path | None) -> list[Path]:
    def refuse(error: OSError) -> None:
        raise TableError(f"cannot read {error.filename}: {error.strerror}") from error

    def is_output(file: Path) -> bool:
        is_below = output is not None and file.absolute().is_relative_to(Path(output).absolute())
        return is_below and file.with_name(f"{file.name}.run.json").exists()

    files: list[Path] = []
    others: list[Path] = []
    for where, _, names in os.walk(folder, onerror=refuse):
        for name in names:
            stem = Path(name).with_suffix("") if Path(name).suffix.lower() in _PACKINGS else Path(name)
            if not name.startswith(".") and not _goes_with_output(name) and not is_output(Path(where) / name):
                (files if stem.suffix.lower() in _FORMATS else others).append(Path(where) / name)
    if others:
        _log.info("%s: %d files by their names no tables are left out, such as %s", folder, len(others), min(others))
    if not files:
        raise TableError(f"{folder} holds no file whose name ends in {', '.join(_FORMATS)}, packed or not")
    return sorted(files)


def cannot_read(name: str, error: OSError) -> ReadError:
    """Return the error that says what to do when the system does not go on reading a file."""
    return ReadError(f"cannot read {name}: {error.strerror}; when it can be read again, run again with --resume")


class Counted(io.RawIOBase):
    """A file that counts and hashes what is read of it, from its beginning to its end.

    Attributes
    ----------
    n_read : int
    packing : str
        How it is packed, "" if it is not.
    """

    def __init__(self, file: IO[bytes], name: str) -> None:
        self._file, self._name = file, name
        self._digest = hashlib.sha256()
        self._before = self._state()
        self.n_read = 0
        self.packing = ""

    def readable(self) -> bool:
        """Say that it is for reading."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read into a buffer.

        Raises
        ------
        ReadError
            If the system does not go on.
        """
        try:
            data = self._file.read(len(buffer))
        except OSError as error:
            raise cannot_read(self._name, error) from error
        buffer[: len(data)] = data
        self._digest.update(data)
        self.n_read += len(data)
        return len(data)

    def sha256(self) -> str:
        """Return the hash of the whole file, the rest of which is read for it.

        Raises
        ------
        TableError
            If the file has changed since it was opened: what was read of it may be neither the old one nor the new.
        """
        while self.readinto(bytearray(_ENDS)):
            pass
        if self._state() != self._before:
            raise TableError(f"{self._name} has changed while it was read: run again when nothing writes to it")
        return self._digest.hexdigest()

    def _state(self) -> tuple[int, int] | None:
        """Return what a change of a file shows in; None for a stream."""
        try:
            state = os.fstat(self._file.fileno())
        except OSError:  # no file of the system, as in tests
            return None
        return (state.st_size, state.st_mtime_ns) if stat.S_ISREG(state.st_mode) else None


@contextmanager
def open_unpacked(source: Input) -> Iterator[tuple[Counted, IO[bytes]]]:
    """Open a file as it stands, and as a stream of its content. How it is packed is seen from its first bytes.

    Raises
    ------
    TableError
        If it cannot be opened.
    """
    try:
        file = sys.stdin.buffer if source.path is None else source.path.open("rb")
    except FileNotFoundError as error:
        raise TableError(f"no such file: {source.path}") from error
    except OSError as error:
        raise TableError(f"cannot read {source.path}: {error.strerror}") from error
    try:
        counted = Counted(file, source.name)
        buffered = io.BufferedReader(cast("io.RawIOBase", counted), 1 << 20)
        start = buffered.peek(8)
        counted.packing = packing_of(start)
        yield counted, _unpacked(buffered, counted.packing)
    finally:
        if source.path is not None:
            file.close()


def packing_of(start: bytes) -> str:
    """Return how a file that begins so is packed, "" if it is not."""
    return next((packing for magic, packing in _MAGIC.items() if start.startswith(magic)), "")


def _unpacked(file: Any, packing: str) -> IO[bytes]:
    if packing == "gzip":
        return cast("IO[bytes]", gzip.GzipFile(fileobj=file, mode="rb"))
    if packing == "bzip2":
        return cast("IO[bytes]", io.BufferedReader(cast("Any", _Members(file, bz2.BZ2Decompressor))))
    if packing == "xz":
        return cast("IO[bytes]", io.BufferedReader(cast("Any", _Members(file, lzma.LZMADecompressor))))
    if packing == "zstd":
        return cast("IO[bytes]", _zstd().ZstdFile(file))
    return cast("IO[bytes]", file)


class _Members(io.RawIOBase):
    """The members of a packed file, one behind the other.

    The standard library's readers take a damaged member behind a sound one for the end of the file.
    """

    def __init__(self, file: Any, decompressor: Callable[[], Any]) -> None:
        self._file, self._new = file, decompressor
        self._member = decompressor()
        self._is_within = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while True:
            data = b""
            if self._member.eof:
                data = self._member.unused_data.lstrip(b"\0")  # xz may have zeros between members
                self._member, self._is_within = self._new(), False
            if not data and self._member.needs_input:
                data = self._file.read(1 << 16)
                if not self._is_within:
                    data = data.lstrip(b"\0") or data[:0]
                if not data and self._is_within:
                    raise EOFError
                if not data and not self._file.peek(1):
                    return 0
            self._is_within = self._is_within or bool(data)
            plain = self._member.decompress(data, len(buffer))
            if plain:
                buffer[: len(plain)] = plain
                return len(plain)


def damage(error: Exception) -> str | None:
    """Return what an error that reading raised says of the file; None if it says nothing."""
    if isinstance(error, EOFError):
        return "it is cut short"
    if isinstance(error, OSError) and error.errno:
        return None
    if isinstance(error, OSError | zlib.error | lzma.LZMAError) or type(error).__name__ == "ZstdError":
        return f"it is damaged ({error})"
    return None


def pack(data: bytes, packing: str) -> bytes:
    """Return bytes packed as a member of their own: members one behind the other are a sound file."""
    if packing == "gzip":
        return gzip.compress(data, _LEVEL, mtime=0)
    if packing == "bzip2":
        return bz2.compress(data)
    if packing == "xz":
        return lzma.compress(data, preset=_LEVEL)
    if packing == "zstd":
        return cast("bytes", _zstd().compress(data))
    return data


def _zstd() -> Any:
    """Return Python 3.14's module, or its backport. Others take a file that is cut short for a whole one."""
    for name in ("compression.zstd", "backports.zstd"):
        try:
            return import_module(name)
        except ImportError:
            continue
    raise OutputError("files packed by zstd need a package: pip install 'vnpolicy-nlp[zstd]'")
