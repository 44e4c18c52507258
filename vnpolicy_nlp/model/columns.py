"""Names of columns: those that are looked for, those that are added, and how topics and documents stand in a cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vnpolicy_nlp.errors import ColumnError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = [
    "DOCUMENTS_COLUMN",
    "TOPICS_COLUMN",
    "added_columns",
    "check_columns",
    "document_cells",
    "evidence_column",
    "guess_text_columns",
    "join_topics",
    "score_column",
    "title_column",
]

TOPICS_COLUMN = "topics"
DOCUMENTS_COLUMN = "documents"

# Title, lead and body, under the names that Vietnamese and English exports give them.
_TITLE = ("title", "headline", "tieu_de", "tiêu đề", "tiêu_đề", "tít")
_LEAD = ("lead", "sapo", "summary", "description", "tom_tat", "tóm tắt", "tóm_tắt", "trích yếu")
_BODY = ("content", "body", "text", "noi_dung", "nội dung", "nội_dung", "bai_viet", "bài viết")


def guess_text_columns(columns: Sequence[str]) -> list[str]:
    """Return the columns that by their names hold title, lead and body, in this order.

    Raises
    ------
    ColumnError
        If none looks like a body or a title.
    """
    by_name = {name.strip().casefold(): name for name in reversed(columns)}
    found = [next((by_name[name] for name in names if name in by_name), None) for names in (_TITLE, _LEAD, _BODY)]
    if found[0] is None and found[2] is None:
        shown = ", ".join(name[:40] for name in columns)
        raise ColumnError(
            f"no column looks like an article's text; name it with --text-column. The columns are: {shown}"
        )
    return [name for name in found if name is not None]


def title_column(columns: Sequence[str]) -> str | None:
    """Return the column that by its name holds the title, None if none does."""
    by_name = {name.strip().casefold(): name for name in reversed(columns)}
    return next((by_name[name] for name in _TITLE if name in by_name), None)


def added_columns(topics: Sequence[str], *, scores: bool, evidence: bool, documents: bool) -> list[str]:
    """Return the names of the columns that tagging adds."""
    return [
        TOPICS_COLUMN,
        *map(score_column, topics if scores else ()),
        *map(evidence_column, topics if evidence else ()),
        *([DOCUMENTS_COLUMN] if documents else ()),
    ]


def check_columns(columns: Sequence[str], needed: Sequence[str], added: Sequence[str]) -> None:
    """Raise `ColumnError` unless each of `needed` is in `columns` exactly once and none of `added` is."""
    if not needed:
        raise ColumnError("no text column given: name at least one")
    for name in needed:
        if (n := list(columns).count(name)) != 1:
            problem = "there is no column" if n == 0 else f"there are {n} columns named"
            raise ColumnError(f"{problem} {name!r}; the columns are: {', '.join(map(str, columns))}")
    for name in added:
        if name in columns:
            raise ColumnError(f"the input has a column {name!r} already: rename or drop it first")


def join_topics(topics: Iterable[str]) -> str:
    """Return the slugs as they stand in a cell: joined by ";"."""
    return ";".join(topics)


def document_cells(texts: Iterable[str]) -> list[str]:
    """Return the documents that each text cites, as `str` names them: by first mention, each once, joined by "; "."""
    from vnpolicy_nlp.text.documents import cited_documents  # 40 ms, for those alone who ask

    return ["; ".join(map(str, cited_documents(text))) for text in texts]


def score_column(topic: str) -> str:
    """Return the name of the column that holds the probability of `topic`."""
    return f"score_{topic}"


def evidence_column(topic: str) -> str:
    """Return the name of the column that holds the passage that earned an article `topic`."""
    return f"evidence_{topic}"
