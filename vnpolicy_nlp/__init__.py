"""Tags Vietnamese news articles with the policy topics they report on.

    import vnpolicy_nlp as vp
    tagger = vp.load()
    tagger.tag(["Chủ tịch xã đối thoại với người dân về quy hoạch chợ ..."])

Names are imported when they are first used, so that ``import vnpolicy_nlp`` costs nothing and serving a model
never imports scikit-learn or pandas.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vnpolicy_nlp.archive.run import RunSummary, tag_archive
    from vnpolicy_nlp.errors import (
        InputError,
        ModelError,
        OutputError,
        VnPolicyError,
    )
    from vnpolicy_nlp.model.tagger import Tagger, load
    from vnpolicy_nlp.text.documents import Document, cited_documents
    from vnpolicy_nlp.text.normalize import normalize
    from vnpolicy_nlp.text.segmenter import segment
    from vnpolicy_nlp.topics import Topic, taxonomy
    from vnpolicy_nlp.training.estimator import TopicTagger
    from vnpolicy_nlp.training.metrics import Report, evaluate

_HOME = {
    "Document": "text.documents",
    "InputError": "errors",
    "ModelError": "errors",
    "OutputError": "errors",
    "Report": "training.metrics",
    "RunSummary": "archive.run",
    "Tagger": "model.tagger",
    "Topic": "topics",
    "TopicTagger": "training.estimator",
    "VnPolicyError": "errors",
    "cited_documents": "text.documents",
    "evaluate": "training.metrics",
    "load": "model.tagger",
    "normalize": "text.normalize",
    "segment": "text.segmenter",
    "tag_archive": "archive.run",
    "taxonomy": "topics",
}

__all__ = [
    "Document",
    "InputError",
    "ModelError",
    "OutputError",
    "Report",
    "RunSummary",
    "Tagger",
    "Topic",
    "TopicTagger",
    "VnPolicyError",
    "cited_documents",
    "evaluate",
    "load",
    "normalize",
    "segment",
    "tag_archive",
    "taxonomy",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("vnpolicy-nlp")
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
