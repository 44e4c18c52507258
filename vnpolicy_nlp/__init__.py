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
    from vnpolicy_nlp.datasets import data_folder
    from vnpolicy_nlp.errors import InputError, ModelError, OutputError, VnPolicyError
    from vnpolicy_nlp.model.explain import Explanation
    from vnpolicy_nlp.model.tagger import Tagger, load
    from vnpolicy_nlp.report.plot import plot_topics_over_time
    from vnpolicy_nlp.report.report import ArchiveReport, archive_report
    from vnpolicy_nlp.text.documents import Document, cited_documents
    from vnpolicy_nlp.text.normalize import normalize
    from vnpolicy_nlp.text.segmenter import segment
    from vnpolicy_nlp.topics import Topic, taxonomy
    from vnpolicy_nlp.training.build import Training, train
    from vnpolicy_nlp.training.compare import Comparison, compare
    from vnpolicy_nlp.training.corpus import Corpus, read_corpus
    from vnpolicy_nlp.training.drift import Drift, drift
    from vnpolicy_nlp.training.estimator import TopicTagger
    from vnpolicy_nlp.training.metrics import Report, evaluate
    from vnpolicy_nlp.training.problems import Problems, check_corpus
    from vnpolicy_nlp.training.review import pick_for_review, suspected_label_errors
    from vnpolicy_nlp.training.review_files import read_review, write_review

_HOME = {
    "ArchiveReport": "report.report",
    "Comparison": "training.compare",
    "Corpus": "training.corpus",
    "Document": "text.documents",
    "Drift": "training.drift",
    "Explanation": "model.explain",
    "InputError": "errors",
    "ModelError": "errors",
    "OutputError": "errors",
    "Problems": "training.problems",
    "Report": "training.metrics",
    "RunSummary": "archive.run",
    "Tagger": "model.tagger",
    "Topic": "topics",
    "TopicTagger": "training.estimator",
    "Training": "training.build",
    "VnPolicyError": "errors",
    "archive_report": "report.report",
    "check_corpus": "training.problems",
    "cited_documents": "text.documents",
    "compare": "training.compare",
    "data_folder": "datasets",
    "drift": "training.drift",
    "evaluate": "training.metrics",
    "load": "model.tagger",
    "normalize": "text.normalize",
    "pick_for_review": "training.review",
    "plot_topics_over_time": "report.plot",
    "read_corpus": "training.corpus",
    "read_review": "training.review_files",
    "segment": "text.segmenter",
    "suspected_label_errors": "training.review",
    "tag_archive": "archive.run",
    "taxonomy": "topics",
    "train": "training.build",
    "write_review": "training.review_files",
}

__all__ = [
    "ArchiveReport",
    "Comparison",
    "Corpus",
    "Document",
    "Drift",
    "Explanation",
    "InputError",
    "ModelError",
    "OutputError",
    "Problems",
    "Report",
    "RunSummary",
    "Tagger",
    "Topic",
    "TopicTagger",
    "Training",
    "VnPolicyError",
    "archive_report",
    "check_corpus",
    "cited_documents",
    "compare",
    "data_folder",
    "drift",
    "evaluate",
    "load",
    "normalize",
    "pick_for_review",
    "plot_topics_over_time",
    "read_corpus",
    "read_review",
    "segment",
    "suspected_label_errors",
    "tag_archive",
    "taxonomy",
    "train",
    "write_review",
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
