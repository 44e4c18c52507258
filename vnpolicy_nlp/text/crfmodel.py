"""underthesea's word model, read from the files that its package carries.

`models.bin` is a CRFsuite model (Okazaki 2007, http://www.chokkan.org/software/crfsuite/): a header, then chunks. FEAT
holds 20-byte records (type, source, target, weight); the labels and the attributes stand in CQDB chunks, hash tables
whose backward index leads from a number to its string. `features.bin` lists the feature templates, `dictionary.bin`
the dictionary's n-grams. Only the names and numbers are read here; `tables` compiles them.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from vnpolicy_nlp.errors import SegmenterError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["CRFModel", "read_crf_model"]

_HEADER = struct.Struct("<4sI4sI3I5I")  # magic, size, type, version; features, labels, attributes; five offsets
_FEATURE = np.dtype([("type", "<u4"), ("source", "<u4"), ("target", "<u4"), ("weight", "<f8")])
_STATE, _TRANSITION = 0, 1
_SMALLEST_WEIGHT = 1e-10  # upstream drops what is not larger
LABELS = ("B-W", "I-W")


@dataclass(frozen=True)
class CRFModel:
    """A linear-chain CRF with the labels B-W (a word begins) and I-W (it goes on).

    Attributes
    ----------
    weights : dict of str to tuple of float
        Weights of an attribute such as ``T[-1].lower=đình`` for B-W and I-W.
    transitions : tuple of tuple of float
        ``transitions[previous][next]``, labels in the order of `LABELS`.
    templates : tuple of str
        In the order in which upstream adds the weights up.
    dictionary : frozenset of str
        Lower-case n-grams, joined by one blank.
    """

    weights: dict[str, tuple[float, float]]
    transitions: tuple[tuple[float, float], tuple[float, float]]
    templates: tuple[str, ...]
    dictionary: frozenset[str]


def read_crf_model(folder: Path) -> CRFModel:
    """Read a model folder of underthesea.

    Raises
    ------
    SegmenterError
        If a file is not what is described above.
    """
    import pickle  # for its errors

    import joblib  # underthesea keeps its lists in joblib files

    try:
        weights, transitions = _read_crfsuite((folder / "models.bin").read_bytes())
        templates = tuple(joblib.load(folder / "features.bin"))
        dictionary = frozenset(joblib.load(folder / "dictionary.bin"))
    except (OSError, EOFError, ValueError, struct.error, IndexError, KeyError, pickle.UnpicklingError) as error:
        raise SegmenterError(f"cannot read underthesea's word model in {folder}: {error}") from error
    return CRFModel(weights, transitions, templates, dictionary)


def _read_crfsuite(
    data: bytes,
) -> tuple[dict[str, tuple[float, float]], tuple[tuple[float, float], tuple[float, float]]]:
    magic, size, kind, version, _, _, _, features_at, labels_at, attributes_at, _, _ = _HEADER.unpack_from(data)
    if (magic, kind, version) != (b"lCRF", b"FOMC", 100):
        raise ValueError(f"not a CRFsuite model of version 100 but {magic!r} {kind!r} {version}")
    if size != len(data):
        raise ValueError(f"models.bin has {len(data)} bytes instead of {size}")
    labels, attributes = _read_strings(data, labels_at), _read_strings(data, attributes_at)
    n_features = struct.unpack_from("<I", data, features_at + 8)[0]
    records = np.frombuffer(data, _FEATURE, n_features, features_at + 12)
    records = records[np.abs(records["weight"]) > _SMALLEST_WEIGHT]
    place = [LABELS.index(label) for label in labels]

    weights = {attribute: [0.0, 0.0] for attribute in attributes}
    transitions = [[0.0, 0.0], [0.0, 0.0]]
    for kind_of, source, target, weight in records.tolist():
        if kind_of == _STATE:
            weights[attributes[source]][place[target]] = weight
        elif kind_of == _TRANSITION:
            transitions[place[source]][place[target]] = weight
        else:
            raise ValueError(f"feature of unknown type {kind_of}")
    begin, inside = transitions
    pairs = {attribute: (b, i) for attribute, (b, i) in weights.items()}
    return pairs, ((begin[0], begin[1]), (inside[0], inside[1]))


def _read_strings(data: bytes, at: int) -> list[str]:
    """Return the strings of a CQDB chunk in the order of their numbers."""
    magic, _, _, order, n_strings, backward_at = struct.unpack_from("<4s5I", data, at)
    if magic != b"CQDB" or order != 0x62445371:
        raise ValueError("not a little-endian CQDB chunk")
    strings = []
    for record_at in struct.unpack_from(f"<{n_strings}I", data, at + backward_at):
        _, size = struct.unpack_from("<II", data, at + record_at)
        start = at + record_at + 8
        strings.append(data[start : start + size - 1].decode("utf-8"))  # they end in a zero byte
    return strings
