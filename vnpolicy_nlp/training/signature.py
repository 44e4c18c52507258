"""What a score was measured on, and with what."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["Signature", "data_sha256", "signature_of"]

PACKAGES = ("vnpolicy-nlp", "underthesea", "scikit-learn", "numpy")


@dataclass(frozen=True)
class Signature:
    """Two reports with the same signature have the same figures.

    Attributes
    ----------
    data_sha256 : str
        SHA-256 of texts and labels, in their order.
    model_sha256 : str or None
        SHA-256 of the model, which is that of its manifest; None where the answers are not those of one model.
    versions : dict of str to str
        Of this package, underthesea, scikit-learn and numpy, as installed now.
    n_resamples, seed : int
        Of the bootstrap.
    """

    data_sha256: str
    model_sha256: str | None
    versions: dict[str, str]
    n_resamples: int
    seed: int

    def to_dict(self) -> dict[str, Any]:
        """Return the signature as JSON values."""
        return asdict(self)

    def __str__(self) -> str:
        model = f"model {self.model_sha256[:12]}, " if self.model_sha256 else ""
        versions = ", ".join(f"{package} {number}" for package, number in self.versions.items())
        return f"data {self.data_sha256[:12]}, {model}{versions}, {self.n_resamples} resamples, seed {self.seed}"


def signature_of(data: str, model: str | None, n_resamples: int, seed: int) -> Signature:
    """Return the signature of figures that are measured now."""
    return Signature(data, model, {package: version(package) for package in PACKAGES}, n_resamples, seed)


def data_sha256(texts: Sequence[str], Y: NDArray[np.int64]) -> str:
    """Return the SHA-256 of texts and labels, in their order, as 64 hex digits."""
    digest = hashlib.sha256(np.ascontiguousarray(Y, dtype="<i8").tobytes())
    for text in texts:
        digest.update(text.encode("utf-8", "surrogatepass") + b"\0")
    return digest.hexdigest()
