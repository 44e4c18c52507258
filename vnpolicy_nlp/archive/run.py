"""The run over an archive: rows in, the same rows with tags out, and nothing lost on the way.

One file at a time goes down this way: `tables` opens it, `chunks` takes as many records together as go well together,
the model tags them here, in other processes or on a cluster, and `output` writes them down in their order, with a
checkpoint in a `Workplace` every few seconds.
"""

from __future__ import annotations

import json
import logging
import os
import time
from collections import Counter, deque
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from vnpolicy_nlp.archive.chunks import MOST_READ, Chunk, chunks_of, text_reader
from vnpolicy_nlp.archive.files import Input, find_inputs, kind_of
from vnpolicy_nlp.archive.output import (
    BAD,
    CUT,
    RECORDS,
    ROWS,
    UNTAGGED,
    WITHOUT_TEXT,
    Found,
    Output,
    Pipe,
    kind_to_write,
    topic_key,
)
from vnpolicy_nlp.archive.parquettable import load_pyarrow
from vnpolicy_nlp.archive.tables import open_table, records_of
from vnpolicy_nlp.archive.workplace import Workplace, beside
from vnpolicy_nlp.errors import ClusterError, OutputError, ReadError, TableError
from vnpolicy_nlp.model.artifact import model_sha256
from vnpolicy_nlp.model.columns import added_columns, check_columns, document_cells, guess_text_columns
from vnpolicy_nlp.model.processes import count_processes, share_out
from vnpolicy_nlp.model.scoring import model_folder, pack_texts, unpack_texts, working_model
from vnpolicy_nlp.model.tagger import Tagger, load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from vnpolicy_nlp.archive.rows import Table

    Share = Callable[[Iterable[Sequence[str]]], Iterator[Found]]

__all__ = ["Progress", "RunSummary", "tag_archive"]

_log = logging.getLogger("vnpolicy_nlp")


@dataclass(frozen=True)
class RunSummary:
    """What a run did, over all its files.

    Attributes
    ----------
    n_rows : int
        Rows read, and written.
    n_quarantined : int
        Records that could not be read as rows: they stand in the quarantine files.
    n_without_text : int
        Rows whose text columns are empty: kept, untagged.
    n_cut : int
        Rows of whose text only the first million characters were read.
    n_tagged : dict of str to int
        Articles with each topic.
    n_untagged : int
        Articles without any topic, those without text included.
    text_columns : tuple of str
        Of the last file.
    seconds : float
    files : tuple of str
        The files written.
    """

    n_rows: int = 0
    n_quarantined: int = 0
    n_without_text: int = 0
    n_cut: int = 0
    n_tagged: dict[str, int] = field(default_factory=dict)
    n_untagged: int = 0
    text_columns: tuple[str, ...] = ()
    seconds: float = 0.0
    files: tuple[str, ...] = ()

    def __str__(self) -> str:
        width = max(map(len, [*self.n_tagged, "(no topic)"]))
        lines = [
            f"{self.n_rows} rows in {self.seconds:.1f} s, text from: {', '.join(self.text_columns)}",
            *(f"  {topic:<{width}}  {n}" for topic, n in self.n_tagged.items()),
            f"  {'(no topic)':<{width}}  {self.n_untagged}",
        ]
        if self.n_without_text:
            lines.append(f"{self.n_without_text} rows without text: kept, not tagged")
        if self.n_cut:
            lines.append(
                f"{self.n_cut} rows of more than {MOST_READ} characters: kept whole, tagged by their beginning"
            )
        if self.n_quarantined:
            lines.append(f"{self.n_quarantined} records could not be read: see the quarantine file beside the output")
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """Return the same as JSON values."""
        return asdict(self)


class Progress(NamedTuple):
    """How far a run has come, as its callback is told after each chunk.

    Attributes
    ----------
    file : str
        Which file it is at.
    n_rows : int
        Rows written of this file.
    n_bytes : int
        Bytes read of it.
    all_bytes : int or None
        Its size, None where it is not known.
    """

    file: str
    n_rows: int
    n_bytes: int
    all_bytes: int | None


class Wanted(NamedTuple):
    """What is asked for."""

    text: tuple[str, ...]
    scores: bool
    evidence: bool
    documents: bool
    strict: bool
    encoding: str | None
    separator: str | None

    def added(self, topics: Sequence[str]) -> list[str]:
        """Return the names of the columns to add."""
        return added_columns(topics, scores=self.scores, evidence=self.evidence, documents=self.documents)


def tag_archive(
    source: str | Path | Sequence[str | Path],
    output: str | Path,
    text: str | Sequence[str] | None = None,
    *,
    model: str | Path | Tagger | None = None,
    scores: bool = False,
    evidence: bool = False,
    documents: bool = False,
    encoding: str | None = None,
    separator: str | None = None,
    strict: bool = False,
    resume: bool = False,
    n_jobs: int = 1,
    cluster: str | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> RunSummary:
    """Tag files: every row and column comes through unchanged and in order, the tags are added at the end.

    CSV, TSV, JSON lines and Parquet, packed by gzip, bzip2, xz or zstd. Memory does not grow with the files. An output
    appears under its name when it is complete; beside it then stand ``OUT.run.json``, which says how it came about, and
    ``OUT.quarantine.csv`` if there were records that could not be read as rows.

    Parameters
    ----------
    source : str, Path or sequence of them
        Files, patterns such as ``in/*.csv``, folders; "-" for standard input.
    output : str or Path
        For one file the file to write, by its name of any kind; for several, or a folder, the folder to mirror them
        in; "-" for standard output. What is there is never written over.
    text : str or sequence of str, optional
        The columns that hold the text, joined in this order; without it the usual names are looked for.
    model : str, Path, Tagger or fitted TopicTagger, optional
        A model folder or a tagger; the packaged model without it.
    scores : bool
        Whether to add the calibrated probabilities as ``score_<slug>``, four decimals.
    evidence : bool
        Whether to add the passages that earned the topics as ``evidence_<slug>``.
    documents : bool
        Whether to add the policy documents that the text cites as ``documents``: by first mention, each once, joined
        by "; ".
    encoding : str, optional
        One of `vnpolicy_nlp.archive.encodings.ENCODINGS`; found out without it.
    separator : str, optional
        Between cells of CSV; found out without it.
    strict : bool
        Whether to stop at the first record that cannot be read, instead of setting it aside.
    resume : bool
        Whether to go on with an interrupted run. What is finished already is left as it is.
    n_jobs : int
        Processes, as in joblib: -1 for one a core. The output does not depend on it.
    cluster : str, optional
        The address of a Dask scheduler, such as ``tcp://10.0.0.1:8786``, whose workers tag what this process reads
        and writes. The output does not depend on it.
    progress : callable, optional
        Called with a `Progress` after each chunk.

    Raises
    ------
    TableError, ColumnError, OutputError, ModelError, ClusterError
    """
    started = time.perf_counter()
    if cluster is not None and n_jobs != 1:
        raise ClusterError("--jobs is for processes of this machine, --cluster for those of others: give one of them")
    sources = [source] if isinstance(source, str | Path) else list(source)
    inputs = find_inputs(sources, output)
    model = getattr(model, "tagger_", model)  # a fitted TopicTagger holds one
    tagger = model if isinstance(model, Tagger) else load(model)
    text = (text,) if isinstance(text, str) else tuple(text or ())
    wanted = Wanted(text, scores, evidence, documents, strict, encoding, separator)
    try:
        targets = _targets(inputs, sources, str(output))
        if any(target is not None and kind_of(target).format == "parquet" for target in targets):
            load_pyarrow()  # if it is not there, nothing is begun
        if not resume:
            for entry, target in zip(inputs, targets, strict=True):
                _refuse_existing(entry, target)
    except OSError as error:  # a name that is too long, a closed folder
        raise OutputError(f"cannot write {output}: {error.strerror}") from error
    counts: Counter[str] = Counter()
    text_columns: tuple[str, ...] = ()
    with _sharing(tagger, wanted, n_jobs, cluster) as share:
        for entry, target in zip(inputs, targets, strict=True):
            job = _Job(tagger, entry, target, wanted, share, progress or (lambda _: None))
            done, text_columns = job.run(resume)
            counts += Counter(done)
    return RunSummary(
        n_rows=counts[ROWS],
        n_quarantined=counts[BAD],
        n_without_text=counts[WITHOUT_TEXT],
        n_cut=counts[CUT],
        n_tagged={topic: counts[topic_key(topic)] for topic in tagger.topics},
        n_untagged=counts[UNTAGGED],
        text_columns=text_columns,
        seconds=time.perf_counter() - started,
        files=tuple("-" if target is None else str(target) for target in targets),
    )


def _targets(inputs: Sequence[Input], sources: Sequence[str | Path], output: str) -> list[Path | None]:
    """Return the file to write for each input, None for standard output."""
    single = len(sources) == 1 and len(inputs) == 1 and not Path(sources[0]).is_dir()
    if output == "-":
        if not single:
            raise OutputError("several files cannot go to standard output: name a folder")
        return [None]
    if single and not output.endswith("/") and not Path(output).is_dir():
        return [Path(output)]
    if Path(output).is_file():
        raise OutputError(f"{output} is a file, and there are several to write: name a folder")
    return [Path(output) / entry.place for entry in inputs]


def _refuse_existing(entry: Input, target: Path | None) -> None:
    if target is None:
        return
    if entry.path is not None and target.exists() and entry.path.exists() and target.samefile(entry.path):
        raise OutputError(f"{target} is the input: choose another name for the output")
    for path in (target, beside(target, ".quarantine.csv"), beside(target, ".run.json")):
        if os.path.lexists(path):  # a link that leads nowhere too
            raise OutputError(f"{path} is there already: choose another name or remove it first")


@dataclass(frozen=True)
class _Job:
    """One file to tag."""

    tagger: Tagger
    source: Input
    target: Path | None
    wanted: Wanted
    share: Share
    progress: Callable[[Progress], None]

    def run(self, resume: bool) -> tuple[dict[str, int], tuple[str, ...]]:
        """Tag the file, or what is left of it; return what was counted, and the text columns."""
        if self.target is None:
            return self._run_to(Pipe(self.source))
        key = self._key()
        if resume and self.target.exists():
            return self._finished_before(key)
        with Workplace.open(self.target, key, resume=resume) as place:
            try:
                return self._run_to(place)
            except ReadError:
                raise  # it may not happen again
            except (TableError, ValueError):
                place.remove()  # the same will happen again
                raise

    def _key(self) -> dict[str, Any]:
        """Return what an interrupted run must have in common with the one that goes on with it."""
        return {
            "input": self.source.fingerprint(),
            "model": model_sha256(self.tagger.parts),
            "options": self.wanted._asdict(),
            "version": _versions()["vnpolicy-nlp"],
        }

    def _finished_before(self, key: dict[str, Any]) -> tuple[dict[str, int], tuple[str, ...]]:
        """Return what the record of a complete output says, if it is of this run."""
        path = beside(self.target or Path(), ".run.json")
        try:
            record = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError):
            record = {}
        if record.get("key") != json.loads(json.dumps(key)):
            raise OutputError(f"{self.target} is there already, and not from this run: choose another name")
        _log.info("%s is complete already", self.target)
        return record["counts"], tuple(record["text_columns"])

    def _run_to(self, place: Workplace | Pipe) -> tuple[dict[str, int], tuple[str, ...]]:
        """Read, tag and write, from the last checkpoint on."""
        started = datetime.now(UTC)
        with open_table(self.source, self.wanted.encoding, self.wanted.separator) as (table, counted):
            text = list(self.wanted.text or guess_text_columns(table.columns))
            added = self.wanted.added(self.tagger.topics)
            check_columns(table.columns, text, added)
            self._say(table, text)
            counts: Counter[str] = Counter(place.checkpoint)
            if not place.is_finished:
                output = Output(place, kind_to_write(self.target, self.source), table, added, self.source.name)
                if not counts:
                    output.begin()
                records = islice(records_of(table, self.source.name), counts[RECORDS], None)
                for chunk, found in self._tagged(chunks_of(records, text_reader(table, text))):
                    self._check(chunk)
                    counts.update(output.add(chunk, found, self.tagger))
                    output.save(counts)
                    self.progress(Progress(self.source.name, counts[ROWS], counted.n_read, self.source.n_bytes))
                output.end(counts)
            place.publish(
                lambda: {
                    "key": place.key,
                    "versions": _versions(),
                    "model": self.tagger.record.get("training", {}),
                    "input": {"name": self.source.name, "sha256": counted.sha256(), **table.notes},
                    "output": str(self.target),
                    "columns": table.columns,
                    "text_columns": text,
                    "added_columns": added,
                    "thresholds": self.tagger.thresholds,
                    "base_rates": self.tagger.base_rates,
                    "counts": dict(counts),
                    "started": started.isoformat(timespec="seconds"),
                    "finished": datetime.now(UTC).isoformat(timespec="seconds"),
                }
            )
        return counts, tuple(text)

    def _say(self, table: Table, text: Sequence[str]) -> None:
        found = [f"{name} {value}" for name, value in table.notes.items()]
        _log.info("%s: %s", self.source.name, ", ".join([*found, f"text from {', '.join(text)}"]))

    def _check(self, chunk: Chunk) -> None:
        if self.wanted.strict and chunk.bad:
            first = chunk.bad[0]
            raise TableError(f"{self.source.name}, line {first.line}: {first.reason}; mend it, or run without --strict")

    def _tagged(self, chunks: Iterator[Chunk]) -> Iterator[tuple[Chunk, Found]]:
        """Tag chunks in order; only a few of them are in memory at a time."""
        held: deque[Chunk] = deque()

        def texts() -> Iterator[list[str]]:
            for chunk in chunks:
                held.append(chunk)
                yield chunk.texts

        for found in self.share(texts()):
            yield held.popleft(), found


@contextmanager
def _sharing(tagger: Tagger, wanted: Wanted, n_jobs: int, cluster: str | None) -> Iterator[Share]:
    """Give what tags texts batch by batch, in order: in this process, in several, or on a cluster."""
    work = partial(tag_texts, evidence=wanted.evidence, documents=wanted.documents)
    if cluster is not None:
        from vnpolicy_nlp.distributed.cluster import connected

        with connected(cluster, tagger) as workers:
            yield partial(workers.share_out, work=work)
        return
    yield partial(
        share_out,
        here=partial(work, tagger),
        there=lambda batch: partial(_tag_packed, work, model_folder(tagger.parts), *pack_texts(batch)),
        n_processes=count_processes(n_jobs),
    )


def tag_texts(tagger: Tagger, texts: Sequence[str], *, evidence: bool, documents: bool) -> Found:
    """Tag some texts."""
    decisions, probabilities = tagger.predict_both(texts)
    quoted = tagger.evidence(texts, decisions) if evidence else []
    cited = document_cells(texts) if documents else []
    return Found(tagger.topics_of(decisions), probabilities.tolist(), quoted, cited)


def _tag_packed(
    work: Callable[[Tagger, Sequence[str]], Found], folder: str, data: bytes | Sequence[str], lengths: Sequence[int]
) -> Found:
    return work(Tagger(working_model(folder)), unpack_texts(data, lengths))


def _versions() -> dict[str, str]:
    from importlib.metadata import version

    return {name: version(name) for name in ("vnpolicy-nlp", "underthesea", "underthesea-core", "numpy")}
