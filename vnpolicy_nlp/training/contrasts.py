"""What is left of an article without the paragraphs that report on a topic: a lesson in what the topic is not.

Zaidan, Eisner and Piatko 2007, "Using 'annotator rationales' to improve machine learning for text categorization"
(NAACL), call such texts contrast examples: they share the article's people, places and formulas, and lack its topic.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from vnpolicy_nlp.errors import TableError
from vnpolicy_nlp.model.columns import check_columns
from vnpolicy_nlp.training.tables import read_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = ["Contrast", "contrasts_of", "read_evidence"]

FEWEST_WORDS = 40  # what is shorter says too little of what the topic is not


class Contrast(NamedTuple):
    """A text without a topic, cut from an article with it.

    Attributes
    ----------
    article : int
        Position of the article that it was cut from, from 0: the two are never on two sides of a fold.
    topic : str
    text : str
    """

    article: int
    topic: str
    text: str


def read_evidence(path: str | Path) -> dict[tuple[str, str], set[int]]:
    """Read which paragraphs of which article report on which topic.

    Parameters
    ----------
    path : str or Path
        A UTF-8 CSV file with the columns ``id``, ``paragraph`` (from 0: the lines of the article's last text column)
        and ``topic``.

    Returns
    -------
    dict of (str, str) to set of int
        Numbers of paragraphs by id and topic.

    Raises
    ------
    TableError, ColumnError
    """
    table = read_table(path)
    check_columns(list(table.columns), ["id", "paragraph", "topic"], added=())
    marks: dict[tuple[str, str], set[int]] = {}
    for line, (article, paragraph, topic) in enumerate(
        table[["id", "paragraph", "topic"]].itertuples(index=False), start=1
    ):
        if not paragraph.isdecimal():
            raise TableError(f"{path}, row {line}: paragraph {paragraph!r} is not a number from 0 on")
        marks.setdefault((article, topic), set()).add(int(paragraph))
    return marks


def contrasts_of(
    ids: Sequence[str],
    labels: Sequence[tuple[str, ...]],
    bodies: Sequence[str],
    evidence: Mapping[tuple[str, str], set[int]],
) -> list[Contrast]:
    """Return a contrast for each topic of each article whose evidence is marked, and which says enough without it.

    Parameters
    ----------
    ids : sequence of str
    labels : sequence of tuple of str
    bodies : sequence of str
        The texts whose lines the marks count.
    evidence : mapping
        As `read_evidence` returns it. Marks of other articles are left alone.

    Raises
    ------
    TableError
        Where a mark stands on a topic that the article does not have, or on a line that is not there.
    """
    place = {article: n for n, article in enumerate(ids)}
    contrasts = []
    for (article, topic), marked in evidence.items():
        if article not in place:
            continue
        n = place[article]
        lines = bodies[n].split("\n")
        if topic not in labels[n]:
            raise TableError(
                f"evidence of {topic} is marked in {article}, which has not that topic: mend one of the two"
            )
        if max(marked) >= len(lines):
            raise TableError(f"evidence is marked in line {max(marked)} of {article}, which has {len(lines)} lines")
        rest = [line for number, line in enumerate(lines) if number not in marked]
        if sum(len(line.split()) for line in rest) >= FEWEST_WORDS:
            contrasts.append(Contrast(n, topic, "\n".join(rest)))
    return contrasts
