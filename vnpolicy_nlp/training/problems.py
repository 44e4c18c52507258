"""What is wrong with labelled articles, as a table before training and not as a crash in it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from difflib import SequenceMatcher
from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd

from vnpolicy_nlp.errors import LabelError
from vnpolicy_nlp.text.normalize import normalize
from vnpolicy_nlp.training.duplicates import near_duplicates

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from vnpolicy_nlp.training.corpus import Corpus

__all__ = ["Problems", "check_corpus"]

FEW = 10  # positives below which neither weights nor thresholds can be trusted
_SHOWN = 10
_ALIKE = 0.85  # of two spellings


@dataclass(frozen=True, eq=False)
class Problems:
    """What `check_corpus` found.

    Attributes
    ----------
    table : DataFrame
        One row a problem, errors first: ``severity`` ("error": training refuses; "warning"), ``problem``, ``n_rows``,
        ``rows`` (their ids, the first ten), ``advice``.
    n_articles : int
    """

    table: pd.DataFrame
    n_articles: int

    @property
    def errors(self) -> pd.DataFrame:
        """The rows of the table with which training is refused."""
        return self.table[self.table["severity"] == "error"]

    def raise_errors(self) -> None:
        """Raise `LabelError` with the first error, if there is one."""
        for row in self.errors.to_dict(orient="records"):
            where = f" ({row['rows']})" if row["rows"] else ""
            raise LabelError(f"{row['problem']}{where}: {row['advice']}")

    def to_dict(self) -> dict[str, Any]:
        """Return the same as JSON values."""
        return {"n_articles": self.n_articles, "problems": self.table.to_dict(orient="records")}

    def __len__(self) -> int:
        return len(self.table)

    def __str__(self) -> str:
        if self.table.empty:
            return f"{self.n_articles} articles: no problems found"
        lines = [f"{self.n_articles} articles, {len(self.table)} problems"]
        for row in self.table.to_dict(orient="records"):
            where = f" (rows {row['rows']})" if row["rows"] else ""
            lines += [f"  {row['severity']}: {row['problem']}{where}", f"      {row['advice']}"]
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"Problems({len(self.errors)} errors, {len(self.table) - len(self.errors)} warnings)"

    def _repr_html_(self) -> str:
        if self.table.empty:
            return f"<p>{escape(str(self))}</p>"
        return str(self.table.to_html(index=False))


def check_corpus(
    corpus: Corpus, topics: Sequence[str] | None = None, *, exclusive: bool = False, split: str | None = None
) -> Problems:
    """Look for what spoils training: labels, empty texts, copies, topics with too few articles.

    Parameters
    ----------
    corpus : Corpus
    topics : sequence of str, optional
        The topics that there should be; others are errors.
    exclusive : bool
        Whether each article should have exactly one.
    split : str, optional
        A column that was kept, such as ``"split"``: near-duplicates with different values in it are reported. Without
        it the corpus's groups are looked at.
    """
    found = [
        *_label_problems(corpus, topics, exclusive),
        *_text_problems(corpus),
        *_copies(corpus, corpus.columns.get(split) if split else corpus.groups),
    ]
    found.sort(key=lambda problem: problem[0] != "error")
    rows = [
        {"severity": severity, "problem": problem, "n_rows": len(ids), "rows": _listed(ids), "advice": advice}
        for severity, problem, ids, advice in found
    ]
    columns = ["severity", "problem", "n_rows", "rows", "advice"]
    return Problems(pd.DataFrame(rows, columns=columns), len(corpus.texts))


Found = tuple[str, str, list[str], str]


def _label_problems(corpus: Corpus, topics: Sequence[str] | None, exclusive: bool) -> Iterable[Found]:
    having: dict[str, list[str]] = defaultdict(list)
    for article, labels in zip(corpus.ids, corpus.labels, strict=True):
        for topic in labels:
            having[topic].append(article)
    if not having:
        yield "error", "no article has a topic", [], "fill the column of topics"
        return
    yield from _names(having, topics)
    for topic, ids in sorted(having.items()):
        yield from _counts(topic, ids, len(corpus.labels), exclusive)
    if exclusive:
        several = [article for article, labels in zip(corpus.ids, corpus.labels, strict=True) if len(labels) != 1]
        if several:
            yield "error", "articles without exactly one topic", several, "mend them, or train without exclusive"
        if len(having) < 2:
            yield "error", "there is one topic alone", [], "exclusive topics are two at least"


def _names(having: Mapping[str, list[str]], topics: Sequence[str] | None) -> Iterable[Found]:
    if topics:
        for topic in sorted(set(having) - set(topics)):
            near = _nearest(topic, topics)
            advice = f"write {near}" if near else f"known are {', '.join(topics)}"
            yield "error", f"unknown topic {topic}", having[topic], advice
        return
    for topic, ids in sorted(having.items()):
        if near := _nearest(topic, [other for other in having if len(having[other]) > 3 * len(ids)]):
            yield "warning", f"{topic} looks like {near}, misspelt", ids, f"write {near}, if that is meant"


def _counts(topic: str, ids: list[str], n_articles: int, exclusive: bool) -> Iterable[Found]:
    if len(ids) == n_articles and not exclusive:
        yield "error", f"every article has the topic {topic}", [], "add articles without it: nothing to tell it from"
    elif len(ids) < 2:
        yield "error", f"the topic {topic} has {len(ids)} article", ids, "label more of them, or leave it out"
    elif len(ids) < FEW:
        yield "warning", f"the topic {topic} has {len(ids)} articles", ids, f"label {FEW} at least, better 50"


def _text_problems(corpus: Corpus) -> Iterable[Found]:
    named = list(zip(corpus.ids, corpus.texts, strict=True))
    if empty := [article for article, text in named if not text.strip()]:
        yield "warning", "articles without text", empty, "they teach nothing: fill or drop them"
    if broken := [article for article, text in named if "\ufffd" in text or {"Ã", "á»"} <= _digraphs(text)]:
        yield (
            "warning",
            "texts in a broken encoding",
            broken,
            "export them again as UTF-8; see `vnpolicy tag --encoding`",
        )


def _digraphs(text: str) -> set[str]:
    """Return which signs of UTF-8 that was read as Latin-1 are in a text."""
    return {sign for sign in ("Ã", "á»") if sign in text}


def _copies(corpus: Corpus, side_of: Sequence[str] | None) -> Iterable[Found]:
    keys = [" ".join(normalize(text).split()).casefold() for text in corpus.texts]
    same: dict[str, list[int]] = defaultdict(list)
    for n, key in enumerate(keys):
        if key:
            same[key].append(n)
    copies = [rows for rows in same.values() if len(rows) > 1]
    apart = [rows for rows in copies if len({corpus.labels[n] for n in rows}) > 1]
    if apart:
        ids = ["=".join(corpus.ids[n] for n in rows) for rows in apart]
        yield "warning", "the same text with different topics", ids, "decide on one"
    if alike := [corpus.ids[n] for rows in copies if rows not in apart for n in rows[1:]]:
        yield (
            "warning",
            "copies of other articles",
            alike,
            "drop them: they count twice, in training and in the figures",
        )
    near = [pair for pair in near_duplicates(corpus.texts) if keys[pair.first] != keys[pair.second]]
    if side_of is not None:
        near = [pair for pair in near if side_of[pair.first] != side_of[pair.second]]
    if near:
        ids = [f"{corpus.ids[pair.first]}~{corpus.ids[pair.second]}" for pair in near]
        where = "on two sides of a split" if side_of is not None else "that chance may put on two sides of a split"
        yield (
            "warning",
            f"near-duplicates {where}",
            ids,
            "keep them in one group, or drop one: they flatter the figures",
        )


def _nearest(topic: str, others: Iterable[str]) -> str | None:
    """Return the topic that is spelt nearly so, if one is."""
    ratios = {
        other: SequenceMatcher(None, topic.casefold(), other.casefold()).ratio() for other in others if other != topic
    }
    best = max(ratios, key=ratios.__getitem__, default=None)
    return best if best is not None and ratios[best] >= _ALIKE else None


def _listed(ids: Sequence[str]) -> str:
    more = f" and {len(ids) - _SHOWN} more" if len(ids) > _SHOWN else ""
    return ", ".join(ids[:_SHOWN]) + more
