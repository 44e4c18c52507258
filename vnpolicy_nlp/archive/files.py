"""Which files a run reads and writes, what kind they are, and packed files as streams of plain bytes."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import lzma
import os
import sys
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from vnpolicy_nlp.errors import OutputError, TableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["Input", "Kind", "damage", "find_inputs", "kind_of", "open_unpacked", "pack"]

_FORMATS = {".csv": "csv", ".tsv": "tsv", ".txt": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet"}
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
        if self.path.exists() and not self.path.is_file():
            raise TableError(f"{self.path} is neither a file nor a folder: give a stream as -")
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


def find_inputs(sources: Sequence[str | Path]) -> list[Input]:
    """Return the files that some names stand for: files, patterns such as ``in/*.csv``, folders, "-".

    Raises
    ------
    TableError
        If there is no such file, a folder cannot be read or holds no table, or two files have one place.
    """
    found: list[Input] = []
    for source in sources:
        try:
            found += _inputs(source)
        except OSError as error:  # a name that is too long, a closed folder
            raise TableError(f"cannot read {source}: {error.strerror}") from error
    places = [entry.place for entry in found]
    for entry in found:
        if places.count(entry.place) > 1:
            raise TableError(f"two of the files are called {entry.place}: give the folder above them instead")
    return found


def _inputs(source: str | Path) -> list[Input]:
    path = Path(source)
    if str(source) == "-":
        return [Input(None, Path("stdin.csv"))]
    if path.is_dir():
        return [Input(file, file.relative_to(path)) for file in _tables_below(path)]
    if path.exists() or not any(sign in str(source) for sign in "*?["):
        return [Input(path, Path(path.name))]
    matching = sorted(Path(path.anchor).glob(str(path.relative_to(path.anchor))))
    if not matching:
        raise TableError(f"no file matches {source}")
    return [Input(file, Path(file.name)) for file in matching if not file.is_dir()]


def _tables_below(folder: Path) -> list[Path]:
    def refuse(error: OSError) -> None:
        raise TableError(f"cannot read {error.filename}: {error.strerror}") from error

    files = []
    for where, _, names in os.walk(folder, onerror=refuse):
        for name in names:
            stem = Path(name).with_suffix("") if Path(name).suffix.lower() in _PACKINGS else Path(name)
            hidden = name.startswith(".") or name.endswith((".quarantine.csv", ".run.json"))
            if stem.suffix.lower() in _FORMATS and not hidden:
                files.append(Path(where) / name)
    if not files:
        raise TableError(f"{folder} holds no file whose name ends in {', '.join(_FORMATS)}, packed or not")
    return sorted(files)


class Counted(io.RawIOBase):
    """A file that counts and hashes what is read of it, from its beginning to its end."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._digest = hashlib.sha256()
        self.n_read = 0

    def readable(self) -> bool:
        """Say that it is for reading."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read into a buffer."""
        data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        self._digest.update(data)
        self.n_read += len(data)
        return len(data)

    def sha256(self) -> str:
        """Return the hash of the whole file, the rest of which is read for it."""
        while self.readinto(bytearray(_ENDS)):
            pass
        return self._digest.hexdigest()


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
        counted = Counted(file)
        buffered = io.BufferedReader(cast("io.RawIOBase", counted), 1 << 20)
        start = buffered.peek(8)
        packing = next((packing for magic, packing in _MAGIC.items() if start.startswith(magic)), "")
        yield counted, _unpacked(buffered, packing)
    finally:
        if source.path is not None:
            file.close()


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
