"""A model folder: a manifest that says what the other files are, plain arrays, plain words. No pickle.

    manifest.json           format, versions, topics, thresholds and presets of these, base rates, calibration, metrics,
                            sha256 of the others
    arrays.safetensors      idf and weights of each view, and the intercepts
    vocabulary.<unit>.txt   the terms of one view in column order, one a line

When the meaning of any file changes, raise `FORMAT`, keep reading the older numbers, and add a folder of the
old format to the tests. Format 1 had no presets and no base rates: its thresholds are the preset `DEFAULT_PRESET`.
Format 2 had no exclusive topics.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load as load_arrays
from safetensors.numpy import save as dump_arrays

from vnpolicy_nlp.errors import (
    ModelDamagedError,
    ModelFormatError,
    ModelNotFoundError,
    OutputError,
)
from vnpolicy_nlp.model.classifier import LinearClassifier
from vnpolicy_nlp.model.features import View, ViewFeatures

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

__all__ = [
    "DEFAULT_PRESET",
    "FORMAT",
    "ModelParts",
    "check_model_place",
    "model_sha256",
    "read_manifest",
    "read_model",
    "write_model",
]

FORMAT = 3
DEFAULT_PRESET = "balanced"
PACKAGE = "vnpolicy_nlp"
MANIFEST = "manifest.json"
ARRAYS = "arrays.safetensors"


@dataclass(frozen=True, eq=False)
class ModelParts:
    """What a model folder holds.

    Attributes
    ----------
    topics : tuple of str
        Slugs, sorted; the order of the classifier's rows.
    views : tuple of ViewFeatures
    classifier : LinearClassifier
    presets : dict of str to ndarray of float64, shape (n_topics,)
        Thresholds to choose from, `DEFAULT_PRESET` among them.
    base_rates : ndarray of float64, shape (n_topics,)
        The share of articles with each topic that the probabilities presume.
    record : dict
        How the model came about: ``versions``, ``segmenter_sha256``, ``training`` and ``metrics``. JSON values.
    """

    topics: tuple[str, ...]
    views: tuple[ViewFeatures, ...]
    classifier: LinearClassifier
    presets: Mapping[str, NDArray[np.float64]]
    base_rates: NDArray[np.float64]
    record: Mapping[str, Any]

    @cached_property
    def sha256(self) -> str:
        """A hash of all that the model is: that of the manifest that its folder has."""
        return _sha256(_files(self)[MANIFEST])

    def with_preset(self, name: str) -> ModelParts:
        """Return the model with the thresholds of a preset.

        Raises
        ------
        ModelFormatError
            If it has no such preset.
        """
        if name not in self.presets:
            raise ModelFormatError(
                f"this model has no preset {name!r}, it has {', '.join(sorted(self.presets))}: choose one of these, or "
                "train the model again"
            )
        return replace(self, classifier=replace(self.classifier, thresholds=self.presets[name]))

    def with_base_rates(self, base_rates: NDArray[np.float64]) -> ModelParts:
        """Return the model with probabilities for articles among which the topics are so frequent, shape (n_topics,).

        By Bayes, the log-odds move by the difference of the log-odds of the base rates (Saerens, Latinne and
        Decaestecker 2002, "Adjusting the outputs of a classifier to new a priori probabilities", Neural Computation
        14). The thresholds stay, so that rare topics need better reasons.
        """
        calibration = self.classifier.calibration.copy()
        if self.classifier.exclusive:
            calibration[:, 1] += np.log(base_rates) - np.log(self.base_rates)
        else:
            calibration[:, 1] += _log_odds(base_rates) - _log_odds(self.base_rates)
        return replace(self, classifier=replace(self.classifier, calibration=calibration), base_rates=base_rates)


def write_model(parts: ModelParts, folder: str | Path, beside: Mapping[str, bytes] | None = None) -> None:
    """Write a model folder in one step: whoever reads `folder` sees the old model or the new one.

    Parameters
    ----------
    parts : ModelParts
    folder : str or Path
    beside : mapping of str to bytes, optional
        Files for people to read, such as a model card, by name. They are no part of the model.

    Raises
    ------
    OutputError
        If `folder` exists and is anything but a model folder or an empty one, or cannot be written.
    """
    folder = Path(folder)
    check_model_place(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as scratch:
            fresh = Path(scratch) / "new"
            fresh.mkdir()
            for name, content in {**(beside or {}), **_files(parts)}.items():
                (fresh / name).write_bytes(content)
            if folder.exists():
                folder.rename(Path(scratch) / "old")
            fresh.rename(folder)
    except OSError as error:
        raise OutputError(f"cannot write the model to {folder}: {error.strerror or error}") from error


def check_model_place(folder: str | Path) -> None:
    """Raise `OutputError` where a folder must not be replaced: it is anything but a model folder or an empty one."""
    folder = Path(folder)
    if folder.exists() and not _may_be_replaced(folder):
        raise OutputError(f"{folder} exists and is not a model folder: choose another place for the model")


def read_model(folder: str | Path) -> ModelParts:
    """Read a model folder, checking every file against the manifest.

    Raises
    ------
    ModelNotFoundError, ModelDamagedError, ModelFormatError
    """
    folder = Path(folder)
    manifest = read_manifest(folder)
    try:
        contents = {name: _checked(folder / name, sha256) for name, sha256 in manifest["files"].items()}
        return _parts(manifest, contents)
    except (KeyError, TypeError, ValueError, AttributeError, SafetensorError) as error:
        raise _damaged(folder, f"its files contradict each other ({type(error).__name__}: {error})") from error


def model_sha256(parts: ModelParts) -> str:
    """Return a hash of all that a model is, worked out once a model."""
    return parts.sha256


def read_manifest(folder: str | Path) -> dict[str, Any]:
    """Read what a model folder says of itself, without its arrays.

    Raises
    ------
    ModelNotFoundError, ModelDamagedError, ModelFormatError
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise ModelNotFoundError(f"no model folder at {folder}: check the path, or train one with `vnpolicy train`")
    path = folder / MANIFEST
    if not path.is_file():
        raise ModelNotFoundError(f"{folder} is not a model folder: it has no {MANIFEST}")
    try:
        manifest = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise _damaged(folder, f"{MANIFEST} is not JSON") from error
    if not isinstance(manifest, dict) or manifest.get("package") != PACKAGE:
        raise ModelFormatError(f"{folder} is not a model of {PACKAGE}")
    if not isinstance(manifest.get("format"), int) or not 1 <= manifest["format"] <= FORMAT:
        raise ModelFormatError(
            f"{folder} has model format {manifest.get('format')!r}, this version reads up to {FORMAT}: "
            "upgrade vnpolicy-nlp"
        )
    return manifest


def _may_be_replaced(folder: Path) -> bool:
    return folder.is_dir() and ((folder / MANIFEST).is_file() or not any(folder.iterdir()))


def _vocabulary_file(view: View) -> str:
    return f"vocabulary.{view.unit}.txt"


def _files(parts: ModelParts) -> dict[str, bytes]:
    """Return the content of each file of the folder, the manifest last."""
    arrays = {"intercept": parts.classifier.intercept}
    files = {}
    for features, coef in zip(parts.views, parts.classifier.coef, strict=True):
        arrays[f"idf.{features.view.unit}"] = features.idf
        arrays[f"coef.{features.view.unit}"] = coef
        files[_vocabulary_file(features.view)] = "\n".join([*features.terms, ""]).encode()
    files[ARRAYS] = dump_arrays({name: np.ascontiguousarray(array) for name, array in arrays.items()})
    manifest = {
        **_settings(parts),
        "files": {name: _sha256(content) for name, content in sorted(files.items())},
    }
    files[MANIFEST] = (json.dumps(manifest, ensure_ascii=False, indent=2) + "\n").encode()
    return files


def _log_odds(rates: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.log(rates) - np.log1p(-rates))


def _settings(parts: ModelParts) -> dict[str, Any]:
    classifier = parts.classifier
    return {
        "package": PACKAGE,
        "format": FORMAT,
        "exclusive": classifier.exclusive,
        "topics": list(parts.topics),
        "thresholds": dict(zip(parts.topics, classifier.thresholds.tolist(), strict=True)),
        "presets": {
            name: dict(zip(parts.topics, thresholds.tolist(), strict=True))
            for name, thresholds in parts.presets.items()
        },
        "base_rates": dict(zip(parts.topics, parts.base_rates.tolist(), strict=True)),
        "calibration": dict(zip(parts.topics, classifier.calibration.tolist(), strict=True)),
        "views": [
            {
                "unit": features.view.unit,
                "ngram_range": list(features.view.ngram_range),
                "sublinear_tf": features.sublinear_tf,
                "n_terms": len(features.terms),
            }
            for features in parts.views
        ],
        **parts.record,
    }


def _parts(manifest: dict[str, Any], contents: dict[str, bytes]) -> ModelParts:
    topics = tuple(manifest["topics"])
    arrays = load_arrays(contents[ARRAYS])
    views = tuple(_view(entry, arrays, contents) for entry in manifest["views"])
    classifier = LinearClassifier(
        coef=tuple(_shaped(arrays[f"coef.{v.view.unit}"], (len(topics), len(v.terms)), "coef") for v in views),
        intercept=_shaped(arrays["intercept"], (len(topics),), "intercept"),
        calibration=_shaped([manifest["calibration"][t] for t in topics], (len(topics), 2), "calibration"),
        thresholds=_a_topic(manifest["thresholds"], topics, "thresholds"),
        exclusive=manifest["exclusive"] if manifest["format"] >= 3 else False,
    )
    if not topics or list(topics) != sorted(set(topics)) or not views:
        raise ValueError("topics must be sorted and unique, and there must be a view")
    record = {key: manifest[key] for key in ("versions", "segmenter_sha256", "training", "metrics")}
    if manifest["format"] == 1:
        n_positive, n_articles = record["training"]["n_positive"], record["training"]["n_articles"]
        presets = {DEFAULT_PRESET: classifier.thresholds}
        base_rates = _shaped([n_positive[t] / n_articles for t in topics], (len(topics),), "n_positive")
    else:
        presets = {name: _a_topic(preset, topics, name) for name, preset in manifest["presets"].items()}
        base_rates = _a_topic(manifest["base_rates"], topics, "base_rates")
    return ModelParts(topics, views, classifier, presets, base_rates, record)


def _view(entry: dict[str, Any], arrays: dict[str, NDArray[Any]], contents: dict[str, bytes]) -> ViewFeatures:
    least, greatest = entry["ngram_range"]
    view = View(entry["unit"], (least, greatest))
    terms = tuple(contents[_vocabulary_file(view)].decode().split("\n")[:-1])
    if len(terms) != entry["n_terms"] or len(set(terms)) != len(terms):
        raise ValueError(f"{entry['n_terms']} unique terms expected, {len(terms)} found")
    return ViewFeatures(view, terms, _shaped(arrays[f"idf.{view.unit}"], (len(terms),), "idf"), entry["sublinear_tf"])


def _a_topic(values: dict[str, float], topics: tuple[str, ...], name: str) -> NDArray[np.float64]:
    return _shaped([values[topic] for topic in topics], (len(topics),), name)


def _shaped(values: Any, shape: tuple[int, ...], name: str) -> NDArray[np.float64]:
    array = np.asarray(values, dtype=np.float64)
    if array.shape != shape or not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite numbers of shape {shape}, not {array.shape}")
    return array


def _checked(path: Path, sha256: str) -> bytes:
    if not path.is_file():
        raise _damaged(path.parent, f"{path.name} is missing")
    content = path.read_bytes()
    if _sha256(content) != sha256:
        raise _damaged(path.parent, f"{path.name} was altered")
    return content


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _damaged(folder: Path, what: str) -> ModelDamagedError:
    return ModelDamagedError(f"the model in {folder} is damaged: {what}; copy or train it again")
