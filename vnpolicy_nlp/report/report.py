"""A tagged archive at a glance: `archive_report` reads it once, `ArchiveReport` is what it found."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from vnpolicy_nlp.errors import InputError
from vnpolicy_nlp.report import tables
from vnpolicy_nlp.report.evidence import with_passages
from vnpolicy_nlp.report.examples import Examples
from vnpolicy_nlp.report.layout import Wanted
from vnpolicy_nlp.report.reading import MOST_QUARANTINED, find_tagged, the_tagger
from vnpolicy_nlp.report.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date as day

    from vnpolicy_nlp.model.tagger import Tagger
    from vnpolicy_nlp.report.evidence import Shown
    from vnpolicy_nlp.report.reading import Run

__all__ = ["ArchiveReport", "archive_report"]


@dataclass(frozen=True, eq=False)
class ArchiveReport:
    """What a tagged archive reports on. HTML in a notebook; `save` writes the page.

    Attributes
    ----------
    n_articles, n_tagged, n_without_text, n_undated, n_quarantined : int
        Rows; those with a topic; those without text; those without a date that can be read, 0 if there is no column of
        dates; records that were set aside when the archive was tagged.
    topics : tuple of str
    table : DataFrame
        By topic: ``n_articles``; ``share`` of all; ``peak``, the first month with most of them (Period), and
        ``n_in_peak``; ``n_doubtful``, those whose probability is within a factor of three, in odds, of the threshold,
        and ``n_nearly``, the articles without the topic of which the same is true.
    over_time : DataFrame
        ``month`` (Period), ``topic``, ``n_articles``, ``n_all`` (of that month); up to fifty years without gaps.
    by : dict of str to DataFrame
        By column: ``value``, ``topic``, ``n_articles``, ``n_all``; the most frequent value first.
    together : DataFrame, shape (n_topics, n_topics)
        Articles that have both topics; on the diagonal all that have the one.
    scores : DataFrame
        ``topic``, ``low`` and ``high`` of a bin of probabilities, ``tagged``, ``n_articles``; empty without scores.
    documents : DataFrame
        ``document``, ``n_articles`` with a topic that cite it, and one column a topic; empty if the archive was tagged
        without documents.
    shown : tuple of Shown
        The articles of each topic to look at, with their passages: the surest, the doubtful, those nearly tagged.
    quarantine : DataFrame
        ``file``, ``line``, ``reason`` of the first records that were set aside.
    runs : tuple of Run
    not_counted : tuple of str
        Columns that nobody has named and that have too many values to count by.
    tagger : Tagger or None
        The model that tagged them, as far as is known, if it is at hand.
    first, last : date or None
    """

    n_articles: int
    n_tagged: int
    n_without_text: int
    n_undated: int
    n_quarantined: int
    topics: tuple[str, ...]
    table: pd.DataFrame
    over_time: pd.DataFrame
    by: dict[str, pd.DataFrame]
    together: pd.DataFrame
    scores: pd.DataFrame
    documents: pd.DataFrame
    shown: tuple[Shown, ...]
    quarantine: pd.DataFrame
    runs: tuple[Run, ...]
    not_counted: tuple[str, ...]
    tagger: Tagger | None
    first: day | None
    last: day | None

    @property
    def thresholds(self) -> dict[str, float]:
        """The least probability with which an article got each topic, where that is known and the same in all files."""
        known = [{topic: scale.threshold for topic, scale in run.layout.scales.items()} for run in self.runs]
        return {
            topic: threshold
            for topic, threshold in known[0].items()
            if threshold is not None and all(one.get(topic) == threshold for one in known)
        }

    @property
    def articles(self) -> pd.DataFrame:
        """The articles that are shown, a row each: topic, kind, tagged, score, title, day, link, file, row, passage."""
        return tables.articles(self.shown)

    def __repr__(self) -> str:
        counts = ", ".join(f"{topic}: {n}" for topic, n in self.table["n_articles"].items())
        return f"ArchiveReport({self.n_articles} articles, {counts})"

    def summary(self, language: str = "vi") -> str:
        """Return the report in a few lines: how much of each topic, when most, and how far to trust that.

        Parameters
        ----------
        language : {"vi", "en"}
        """
        from vnpolicy_nlp.report.summary import summary_text

        return summary_text(self, language)

    def __str__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        from vnpolicy_nlp.report.summary import summary_html

        return summary_html(self, "vi")

    def save(self, path: str | Path, language: str = "vi") -> None:
        """Write the page: one file, which needs no network; nothing is ever written over.

        Parameters
        ----------
        path : str or Path
        language : {"vi", "en"}

        Raises
        ------
        OutputError
            If something is there already, or the page cannot be written, or the packages that draw the charts are not
            installed.
        """
        from vnpolicy_nlp.pages import check_page, write_page
        from vnpolicy_nlp.report.page import check_packages, page_of

        check_packages()
        check_page(path)
        write_page(page_of(self, language, Path(path).absolute().parent), path)


def archive_report(
    tagged: str | Path | pd.DataFrame | Sequence[str | Path],
    *,
    date: str | None = None,
    by: str | Sequence[str] | None = None,
    text: str | Sequence[str] | None = None,
    model: str | Path | Tagger | None = None,
    n_articles: int = 50,
    progress: Callable[[int], None] | None = None,
) -> ArchiveReport:
    """Read a tagged archive once and say what it holds.

    Parameters
    ----------
    tagged : str, Path, DataFrame or sequence of paths
        What ``vnpolicy tag`` or `Tagger.tag_frame` made: files of any kind that it writes, patterns, folders. With
        scores there are more answers, with documents too.
    date : str, optional
        The column of publication; usual names are looked for without it.
    by : str or sequence of str, optional
        Columns whose values articles are counted by; without it source and section, if there are such columns with
        few enough values.
    text : str or sequence of str, optional
        The columns that hold the text; those of the run record, or usual names, without it.
    model : str, Path or Tagger, optional
        The model that tagged the archive, for the words in the passages; without it the packaged one, unless a run
        record names another.
    n_articles : int
        How many articles of each topic and kind to show.
    progress : callable, optional
        Called now and then with the number of rows read of files.

    Raises
    ------
    TableError, ColumnError, InputError, ModelError
    """
    if n_articles < 1:
        raise InputError(f"n_articles is {n_articles}: give 1 or more")
    wanted = Wanted(date, _names(by), _names(text))
    files = find_tagged(tagged)
    tagger = the_tagger(files, model)
    tally = Tally(Examples(n_articles))
    runs = tuple(file.count(tally, wanted, tagger, progress) for file in files)
    if date is not None and tally.undated and tally.first is None:
        raise InputError(
            f"no cell of the column {date!r} could be read as a date, such as {tally.undated[:40]!r}: name another one "
            "with --date-column; the day must come before the month, or the year first"
        )
    topics = _topics(tally, runs)
    quarantine = islice(chain.from_iterable(run.quarantine for run in runs), MOST_QUARANTINED)
    return ArchiveReport(
        n_articles=tally.n_rows,
        n_tagged=tally.n_rows - tally.topics[()],
        n_without_text=tally.n_without_text,
        n_undated=tally.n_undated,
        n_quarantined=sum(run.n_quarantined for run in runs),
        topics=topics,
        table=tables.by_topic(tally, topics),
        over_time=tables.over_time(tally.months, topics),
        by={column: tables.by_value(counts, topics) for column, counts in tally.values.items()},
        together=tables.together(tally, topics),
        scores=tables.scores(tally, topics),
        documents=tables.documents(tally, topics),
        shown=tuple(with_passages(tally.examples, tagger)),
        quarantine=pd.DataFrame(list(quarantine), columns=["file", "line", "reason"], dtype=object),
        runs=runs,
        not_counted=tuple(tally.dropped),
        tagger=tagger,
        first=tally.first,
        last=tally.last,
    )


def _names(given: str | Sequence[str] | None) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given or ())


def _topics(tally: Tally, runs: Sequence[Run]) -> tuple[str, ...]:
    """Return all topics that are heard of, sorted."""
    found = {topic for topics in tally.topics for topic in topics}
    for run in runs:
        found.update(run.layout.scores, run.layout.evidence, run.record.thresholds if run.record else ())
    return tuple(sorted(found))
