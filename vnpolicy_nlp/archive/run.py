"""The run over an archive: rows in, the same rows with tags out."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from vnpolicy_nlp.archive.csvfile import create_csv, open_csv
from vnpolicy_nlp.model.columns import added_columns, check_columns, guess_text_columns, join_topics
from vnpolicy_nlp.model.processes import share_out
from vnpolicy_nlp.model.scoring import model_folder, working_model
from vnpolicy_nlp.model.tagger import Tagger, load
from vnpolicy_nlp.text.prepare import join_cells

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    Rows = list[list[str]]

__all__ = ["RunSummary", "tag_archive"]

CHUNK = 512  # rows; large enough to be worth handing over, small enough for a smooth progress bar
_WITHOUT_TEXT, _UNTAGGED = "(without text)", "(untagged)"  # counted beside the slugs, which have no brackets


@dataclass(frozen=True)
class RunSummary:
    """What a run did.

    Attributes
    ----------
    n_rows : int
        Rows read, and written.
    n_without_text : int
        Rows whose text columns are empty: kept, untagged.
    n_tagged : dict of str to int
        Articles with each topic.
    n_untagged : int
        Articles without any topic, those without text included.
    text_columns : tuple of str
    seconds : float
    """

    n_rows: int
    n_without_text: int
    n_tagged: dict[str, int]
    n_untagged: int
    text_columns: tuple[str, ...]
    seconds: float

    def __str__(self) -> str:
        width = max(map(len, self.n_tagged))
        lines = [
            f"{self.n_rows} rows in {self.seconds:.1f} s, text from: {', '.join(self.text_columns)}",
            *(f"  {topic:<{width}}  {n}" for topic, n in self.n_tagged.items()),
            f"  {'(no topic)':<{width}}  {self.n_untagged}",
        ]
        if self.n_without_text:
            lines.append(f"{self.n_without_text} rows without text: kept, not tagged")
        return "\n".join(lines)


def tag_archive(
    source: str | Path,
    output: str | Path,
    text: str | Sequence[str] | None = None,
    *,
    model: str | Path | Tagger | None = None,
    scores: bool = False,
    evidence: bool = False,
    separator: str = ",",
    n_jobs: int = 1,
    progress: Callable[[Iterable[Any], int], Iterable[Any]] | None = None,
) -> RunSummary:
    """Tag a CSV file: every row and column comes through unchanged and in order, the tags are added at the end.

    Memory does not grow with the file. The output appears under its name when it is complete.

    Parameters
    ----------
    source : str or Path
        A UTF-8 CSV file with a header.
    output : str or Path
        The file to write. It must not be there yet.
    text : str or sequence of str, optional
        The columns that hold the text, joined in this order; without it the usual names are looked for.
    model : str, Path, Tagger or fitted TopicTagger, optional
        A model folder or a tagger; the packaged model without it.
    scores : bool
        Whether to add the calibrated probabilities as ``score_<slug>``, four decimals.
    evidence : bool
        Whether to add the passages that earned the topics as ``evidence_<slug>``.
    separator : str
    n_jobs : int
        Processes, as in joblib: -1 for one a core. The output does not depend on it.
    progress : callable, optional
        Called with the finished chunks of rows and the number of rows in all; yields the chunks again.

    Raises
    ------
    TableError, ColumnError, OutputError, ModelError
    """
    started = time.perf_counter()
    table = open_csv(source, separator)
    columns = list(table.columns)
    text = [text] if isinstance(text, str) else list(text or guess_text_columns(columns))
    model = getattr(model, "tagger_", model)  # a fitted TopicTagger holds one
    tagger = model if isinstance(model, Tagger) else load(model)
    added = added_columns(tagger.topics, scores=scores, evidence=evidence)
    check_columns(columns, text, added)
    positions = [columns.index(name) for name in text]
    counts: Counter[str] = Counter()
    with create_csv(output, table) as writer:
        writer.write_rows([[*columns, *added]])
        chunks: Iterable[Chunk] = _tagged(_chunks(table.rows()), tagger, Wanted(positions, scores, evidence), n_jobs)
        for chunk in chunks if progress is None else progress(chunks, table.n_rows):
            writer.write_rows(chunk.rows)
            counts.update(chunk.counts)
    return RunSummary(
        n_rows=table.n_rows,
        n_without_text=counts[_WITHOUT_TEXT],
        n_tagged={topic: counts[topic] for topic in tagger.topics},
        n_untagged=counts[_UNTAGGED],
        text_columns=tuple(text),
        seconds=time.perf_counter() - started,
    )


class Wanted(NamedTuple):
    """Which cells hold the text, and what is asked for besides topics."""

    positions: list[int]
    scores: bool
    evidence: bool


@dataclass(frozen=True)
class Chunk:
    """Some rows with their tags, and how many have what."""

    rows: Rows
    counts: Counter[str]

    def __len__(self) -> int:
        return len(self.rows)


def tag_rows(tagger: Tagger, rows: Rows, wanted: Wanted) -> Chunk:
    """Tag some rows."""
    texts = [join_cells(row[position] for position in wanted.positions) for row in rows]
    decisions, probabilities = tagger.predict_both(texts)
    tags = tagger.topics_of(decisions)
    counts = Counter(topic for topics in tags for topic in topics)
    counts[_WITHOUT_TEXT] = texts.count("")
    counts[_UNTAGGED] = tags.count(())
    tagged = [[*row, join_topics(topics)] for row, topics in zip(rows, tags, strict=True)]
    if wanted.scores:
        for row, scores in zip(tagged, probabilities.tolist(), strict=True):
            row += [f"{score:.4f}" for score in scores]
    if wanted.evidence:
        for row, found in zip(tagged, tagger.evidence(texts, decisions), strict=True):
            row += [found.get(topic, "") for topic in tagger.topics]
    return Chunk(tagged, counts)


def _chunks(rows: Iterator[list[str]]) -> Iterator[Rows]:
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


def _tagged(chunks: Iterable[Rows], tagger: Tagger, wanted: Wanted, n_jobs: int) -> Iterator[Chunk]:
    """Tag chunks in order, in this process or in several; only a few chunks are in memory at a time."""
    from joblib import effective_n_jobs

    yield from share_out(
        chunks,
        here=lambda chunk: tag_rows(tagger, chunk, wanted),
        there=lambda chunk: partial(_tag_by_folder, model_folder(tagger.parts), chunk, wanted),
        n_processes=effective_n_jobs(n_jobs),
    )


def _tag_by_folder(folder: str, rows: Rows, wanted: Wanted) -> Chunk:
    return tag_rows(Tagger(working_model(folder)), rows, wanted)
