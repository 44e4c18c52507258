"""Tagged chunks as files: in the manner of what was read, or of another kind."""

from __future__ import annotations

import os
import sys
from collections import Counter
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from vnpolicy_nlp.archive.csvtable import CsvTable, Dialect
from vnpolicy_nlp.archive.files import Kind, kind_of, pack
from vnpolicy_nlp.archive.jsontable import JsonTable
from vnpolicy_nlp.archive.parquettable import write_part
from vnpolicy_nlp.archive.workplace import beside
from vnpolicy_nlp.archive.writers import CsvFormat, JsonFormat, quarantined
from vnpolicy_nlp.errors import OutputError
from vnpolicy_nlp.model.columns import join_topics

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from vnpolicy_nlp.archive.chunks import Chunk
    from vnpolicy_nlp.archive.files import Input
    from vnpolicy_nlp.archive.rows import Row, Table
    from vnpolicy_nlp.archive.workplace import Workplace
    from vnpolicy_nlp.model.tagger import Tagger

__all__ = [
    "BAD",
    "CUT",
    "RECORDS",
    "ROWS",
    "UNTAGGED",
    "WITHOUT_TEXT",
    "Found",
    "Output",
    "Pipe",
    "kind_to_write",
    "topic_key",
]

_GROUP_ROWS = 8000  # rows in a row group of Parquet
# What is counted, beside the topics.
RECORDS, ROWS, BAD, WITHOUT_TEXT, CUT, UNTAGGED = "records", "rows", "quarantined", "without_text", "cut", "untagged"


def topic_key(topic: str) -> str:
    """Return under what name the articles with a topic are counted."""
    return f"topic {topic}"


class Found(NamedTuple):
    """What is said of some texts: topics, scores and evidence of each, and its cell of documents, if asked for."""

    topics: list[tuple[str, ...]]
    scores: list[list[float]]
    evidence: list[dict[str, str]]
    documents: list[str]


class Output:
    """Writes chunks of one file to a workplace, in the manner of the file that is read."""

    def __init__(self, place: Workplace | Pipe, kind: Kind, table: Table, added: Sequence[str], name: str) -> None:
        self._place, self._kind, self._name = place, kind, name
        self._has_bad = place.checkpoint.get(BAD, 0) > 0
        self._columns, self._added = table.columns, list(added)
        self._schema = getattr(table, "schema", None)
        self._waiting: list[tuple[Row, list[str]]] = []
        self._header = ""
        self._format: CsvFormat | JsonFormat
        if kind.format == "jsonl":
            self._format = JsonFormat(as_read=isinstance(table, JsonTable))
        elif isinstance(table, CsvTable) and (kind.format == "tsv") == (table.dialect.separator == "\t"):
            self._format = CsvFormat(table.dialect, table.line_end, table.byte_order_mark, as_read=True)
            self._header = table.header
        else:
            self._format = CsvFormat(Dialect("\t" if kind.format == "tsv" else ","))

    def begin(self) -> None:
        """Write what stands before the rows."""
        if self._kind.format != "parquet":
            self._write(self._format.head(self._columns, self._added, self._header))

    def add(self, chunk: Chunk, found: Found, tagger: Tagger) -> Counter[str]:
        """Write a chunk; return what there is in it."""
        counts = Counter(topic_key(topic) for topics in found.topics for topic in topics)
        counts[ROWS], counts[BAD], counts[RECORDS] = len(chunk.rows), len(chunk.bad), chunk.n_records
        counts[WITHOUT_TEXT], counts[CUT] = chunk.texts.count(""), chunk.n_cut
        counts[UNTAGGED] = found.topics.count(())
        more = [[join_topics(topics)] for topics in found.topics]
        if any(name.startswith("score_") for name in self._added):
            for cells, scores in zip(more, found.scores, strict=True):
                cells += [f"{score:.4f}" for score in scores]
        if found.evidence:
            for cells, quoted in zip(more, found.evidence, strict=True):
                cells += [quoted.get(topic, "") for topic in tagger.topics]
        if found.documents:
            for cells, documents in zip(more, found.documents, strict=True):
                cells.append(documents)
        if self._kind.format == "parquet":
            self._waiting += zip(chunk.rows, more, strict=True)
            self._write_groups(_GROUP_ROWS)
        else:
            self._write(self._format.rows(self._columns, chunk.rows, self._added, more))
        if chunk.bad:
            self._place.write_bad(quarantined(self._name, chunk.bad, header=not self._has_bad))
            self._has_bad = True
        return counts

    def save(self, counts: Counter[str]) -> None:
        """Make a checkpoint where nothing waits to be written."""
        if not self._waiting:
            self._place.save(dict(counts))

    def end(self, counts: Counter[str]) -> None:
        """Write what is left."""
        if self._kind.format == "parquet" and (self._waiting or not counts[ROWS]):
            self._write_groups(0)
        self._place.save(dict(counts), now=True, finished=True)

    def _write_groups(self, least: int) -> None:
        """Write all rows that wait as one row group, if they are so many."""
        if len(self._waiting) >= least:
            rows, more = [row for row, _ in self._waiting], [cells for _, cells in self._waiting]
            self._waiting = []
            self._place.write_part(lambda path: write_part(path, self._columns, rows, self._added, more, self._schema))

    def _write(self, data: bytes) -> None:
        if data:
            self._place.write(pack(data, self._kind.packing))


def kind_to_write(target: Path | None, source: Input) -> Kind:
    """Return what to write: by the output's name, or to standard output in the input's format."""
    return Kind(kind_of(source.place).format, "") if target is None else kind_of(target)


class Pipe:
    """Standard output in place of a workplace: there is no going on with it."""

    def __init__(self, source: Input) -> None:
        self.key = None
        self.checkpoint: dict[str, int] = {}
        self.is_finished = False
        self._bad = beside(Path(source.place.name), ".quarantine.csv")
        if self._bad.exists():
            raise OutputError(f"{self._bad} is there already: remove it first")

    def write(self, data: bytes) -> None:
        """Write to standard output."""
        with _writing("standard output"):
            sys.stdout.buffer.write(data)

    def write_bad(self, data: bytes) -> None:
        """Append to a quarantine file in the present folder."""
        with _writing(str(self._bad)), self._bad.open("ab") as file:
            file.write(data)

    def write_part(self, write: Callable[[Path], None]) -> None:
        """Refuse: Parquet is no stream."""
        raise OutputError("Parquet cannot go to standard output: name a file")

    def save(self, progress: dict[str, Any], *, now: bool = False, finished: bool = False) -> None:
        """Pass on what has been written."""
        with _writing("standard output"):
            sys.stdout.buffer.flush()

    def publish(self, record: Callable[[], dict[str, Any]]) -> None:
        """Write no record: all is out. Making it finds out whether the input is what it was."""
        record()


@contextmanager
def _writing(what: str) -> Iterator[None]:
    """Say what cannot be written; a reader that has gone away is for the command."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        with suppress(OSError):  # what is held back would be tried again at the end, with pages about it
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise OutputError(f"cannot write {what}: {error.strerror}; what is out already is not complete") from error
