"""The word model, compiled for the fast way and for the slow one, from the user's cache folder.

Compiling takes a second and needs underthesea's files, and `import underthesea`; the cached files load in some
milliseconds and need neither.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import tempfile
from contextlib import suppress
from dataclasses import dataclass, fields
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import platformdirs
from safetensors import SafetensorError
from safetensors.numpy import load, save

from vnpolicy_nlp.errors import SegmenterError
from vnpolicy_nlp.text.crfmodel import CRFModel, read_crf_model
from vnpolicy_nlp.text.cutter import without_groups
from vnpolicy_nlp.text.pairmap import PairMap
from vnpolicy_nlp.text.reference import Reference
from vnpolicy_nlp.text.tables import Tables, compile_tables

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

__all__ = ["CompiledModel", "is_known", "load_compiled", "load_reference", "segmenter_checksum"]

T = TypeVar("T")
FORMAT = 1  # raise it when what a cached file means changes: files of other formats are not looked at
# The releases whose words were compared with the decoder's, by the checksum of the files below.
_KNOWN = {("9.5.0", "3.3.2"): "52a846c1a25ed92f"}
_MODEL = "pipeline/word_tokenize/models/ws_crf_vlsp2013_20230727"
# What underthesea's words come from, below its package folder: the model, the token patterns, the token map.
_MODEL_FILES = (
    f"{_MODEL}/models.bin",
    f"{_MODEL}/features.bin",
    f"{_MODEL}/dictionary.bin",
    "pipeline/word_tokenize/regex_tokenize.py",
    "pipeline/text_normalize/tn_rules_2023_07_14.bin",
)


@dataclass(frozen=True, eq=False)
class CompiledModel:
    """All that word segmentation needs.

    Attributes
    ----------
    tables : Tables
    pattern : str
        The regular expression that cuts a text into tokens, without capturing groups.
    token_map : dict of str to str
        Spellings that upstream replaces.
    """

    tables: Tables
    pattern: str
    token_map: dict[str, str]


@cache
def segmenter_checksum() -> str:
    """Return the SHA-256 of the installed word model, token patterns and token map: 64 hex digits, "" for none.

    The compiled decoder (underthesea_core) is not part of it. Reads about 6 MB, imports nothing.
    """
    folder = _underthesea()
    if folder is None:
        return ""
    digest = hashlib.sha256()
    for name in _MODEL_FILES:
        path = folder / name
        digest.update(path.read_bytes() if path.is_file() else b"absent")
    return digest.hexdigest()


def is_known() -> bool:
    """Say whether the installed underthesea is one whose words the decoder is known to give."""
    try:
        installed = version("underthesea"), version("underthesea-core")
    except PackageNotFoundError:
        return False
    return installed in _KNOWN and segmenter_checksum().startswith(_KNOWN[installed])


def load_compiled() -> CompiledModel:
    """Return the compiled word model; compile it and try to keep it where the cache does not have it.

    Raises
    ------
    SegmenterError
        If underthesea's files cannot be read.
    """
    return _cached("words", _compile, _pack, _unpack)


def load_reference() -> Reference:
    """Return the word model as the slow way needs it; compile it and try to keep it where the cache does not have it.

    Raises
    ------
    SegmenterError
        If underthesea's files cannot be read.
    """
    return _cached("reference", _compile_reference, _pack_reference, _unpack_reference)


def _read_crf_model() -> CRFModel:
    """Return the word model as underthesea's files have it.

    Raises
    ------
    SegmenterError
        If underthesea is not installed, or its files cannot be read.
    """
    folder = _underthesea()
    if folder is None:
        raise SegmenterError("underthesea is not installed: pip install 'underthesea>=9.5,<10'")
    return read_crf_model(folder / _MODEL)


def _underthesea() -> Path | None:
    spec = importlib.util.find_spec("underthesea")
    return None if spec is None or spec.origin is None else Path(spec.origin).parent


def _cached(name: str, make: Callable[[], T], pack: Callable[[T], bytes], unpack: Callable[[bytes], T]) -> T:
    """Return what the cached file of that name holds; made and kept if possible where there is no good one."""
    path = _cache_file(name)
    if path is None:
        return make()
    with suppress(OSError, SafetensorError, KeyError, TypeError, ValueError):
        return unpack(_checked(path.read_bytes()))
    made = make()
    with suppress(OSError):
        payload = pack(made)
        _write(path, hashlib.sha256(payload).digest() + payload)
    return made


def _checked(data: bytes) -> bytes:
    """Return what a cached file holds behind its checksum; raise ValueError if that is not right."""
    digest, payload = data[:32], data[32:]
    if hashlib.sha256(payload).digest() != digest:
        raise ValueError("damaged")
    return payload


def _cache_file(name: str) -> Path | None:
    name = f"{name}-{FORMAT}-{segmenter_checksum()[:16]}.bin"
    try:
        return Path(platformdirs.user_cache_dir("vnpolicy_nlp", appauthor=False)) / name
    except RuntimeError:  # no home folder
        return None


def _compile_reference() -> Reference:
    return Reference.compile(_read_crf_model())


def _pack_reference(reference: Reference) -> bytes:
    rows = [[*kind, list(row_of)] for kind, row_of in reference.rows.items()]
    names = {"templates": reference.templates, "rows": rows, "dictionary": sorted(reference.dictionary)}
    arrays = {f"weights.{place}": table for place, table in enumerate(reference.weights)}
    return save({**arrays, "names": _as_array(names), "transitions": np.array(reference.transitions)})


def _unpack_reference(payload: bytes) -> Reference:
    arrays = load(payload)
    names = json.loads(arrays["names"].tobytes())
    templates = tuple(names["templates"])
    rows = {(function, size): {value: row for row, value in enumerate(seen)} for function, size, seen in names["rows"]}
    weights = tuple(arrays[f"weights.{place}"] for place in range(len(templates)))
    (bb, bi), (ib, ii) = arrays["transitions"].tolist()
    return Reference(templates, rows, weights, ((bb, bi), (ib, ii)), frozenset(names["dictionary"]))


def _as_array(names: dict[str, Any]) -> NDArray[np.uint8]:
    return np.frombuffer(json.dumps(names, ensure_ascii=False).encode(), dtype=np.uint8)


def _compile() -> CompiledModel:
    tables = compile_tables(_read_crf_model())
    from underthesea.pipeline.text_normalize.text_normalizer import token_map
    from underthesea.pipeline.word_tokenize.regex_tokenize import regex_patterns_combine

    return CompiledModel(tables, without_groups(regex_patterns_combine), dict(token_map))


def _pack(model: CompiledModel) -> bytes:
    arrays: dict[str, NDArray[Any]] = {}
    names: dict[str, Any] = {"pattern": model.pattern, "token_map": model.token_map}
    for field in fields(Tables):
        value = getattr(model.tables, field.name)
        if isinstance(value, np.ndarray):
            arrays[field.name] = value
        elif isinstance(value, PairMap):
            arrays |= {f"{field.name}.{part.name}": getattr(value, part.name) for part in fields(PairMap)}
        elif isinstance(value, dict):
            names[field.name], arrays[field.name] = list(value), np.array(list(value.values()))
        else:
            names[field.name] = sorted(value) if isinstance(value, frozenset) else value
    return save({**arrays, "names": _as_array(names)})


def _unpack(payload: bytes) -> CompiledModel:
    arrays = load(payload)
    names = json.loads(arrays["names"].tobytes())
    values: dict[str, Any] = {}
    for field in fields(Tables):
        name = field.name
        if f"{name}.keys" in arrays:
            values[name] = PairMap(**{part.name: arrays[f"{name}.{part.name}"] for part in fields(PairMap)})
        elif name in arrays and name in names:
            values[name] = dict(zip(names[name], arrays[name], strict=True))
        else:
            values[name] = arrays[name] if name in arrays else names[name]
    values["vocabulary"], values["words"] = tuple(values["vocabulary"]), frozenset(values["words"])
    return CompiledModel(Tables(**values), names["pattern"], names["token_map"])


def _write(path: Path, data: bytes) -> None:
    """Write a file so that no other process ever sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".words-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
