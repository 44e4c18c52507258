"""The sections on how sure the tags are, and on where the report comes from."""

from __future__ import annotations

from datetime import datetime
from html import escape
from typing import TYPE_CHECKING, Any

from vnpolicy_nlp.report import charts
from vnpolicy_nlp.report.examples import doubtful_range
from vnpolicy_nlp.report.markup import Cell, Head, Section, figure, number_cell, paragraphs, table, text_cell
from vnpolicy_nlp.report.trust import Measured, measured

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vnpolicy_nlp.report.reading import Run
    from vnpolicy_nlp.report.report import ArchiveReport
    from vnpolicy_nlp.wording import Wording

__all__ = ["certainty", "origin"]


def certainty(report: ArchiveReport, say: Wording) -> Iterator[Section]:
    """Yield the section on how sure the tags are."""
    figures, made = _histograms(report, say)
    body = f"{_hesitation(report, say)}{_by_topic(report, say)}{figures}"
    yield Section("certainty", say("certainty"), body, made)


def _hesitation(report: ArchiveReport, say: Wording) -> str:
    """Say what near the threshold means, by the threshold of the first topic."""
    if report.scores.empty or not report.thresholds:
        return ""
    threshold = next(iter(report.thresholds.values()))
    low, high = map(say.percent, doubtful_range(threshold))
    return f"<p>{escape(say('certainty_note', threshold=say.percent(threshold), low=low, high=high))}</p>"


def _by_topic(report: ArchiveReport, say: Wording) -> str:
    """Return a table of tags near the threshold and of what was measured, a row a topic."""
    known = measured(report)
    heads = [Head(say("topic")), Head(say("tags"), True)]
    if not report.scores.empty:
        heads += [Head(say("near_tagged"), True), Head(say("near_not_tagged"), True)]
    if known is not None:
        heads += [Head(say("right_on_archive")), Head(say("real_precision")), Head(say("real_recall"))]
    rows = []
    for topic, row in report.table.iterrows():
        cells = [text_cell(say.topic(str(topic))), number_cell(say.number(row["n_articles"]), int(row["n_articles"]))]
        if not report.scores.empty:
            cells += [number_cell(say.number(row[name]), int(row[name])) for name in ("n_doubtful", "n_nearly")]
        if known is not None:
            cells += _measured_cells(known, str(topic), say)
        rows.append(cells)
    note = say("measured_note", n=known.n_archive, real=known.n_real) if known is not None else say("not_measured")
    return f"{table(heads, rows)}<p class='note'>{escape(note)}</p>"


def _measured_cells(known: Measured, topic: str, say: Wording) -> list[Cell]:
    archive, real = known.archive.get(topic), known.real.get(topic)
    right = say("right_of_read", right=archive["right"], read=archive["read"]) if archive else "–"
    return [
        Cell(escape(right)),
        *(Cell(_interval(real, name, say) if real else "–") for name in ("precision", "recall")),
    ]


def _histograms(report: ArchiveReport, say: Wording) -> tuple[str, dict[str, dict[str, Any]]]:
    if report.scores.empty:
        return f"<p>{escape(say('no_scores'))}</p>", {}
    topics = [topic for topic in report.topics if (report.scores["topic"] == topic).any()]
    made = {
        f"scores{n}": charts.scores_chart(report.scores, topic, report.thresholds.get(topic), say).to_dict()
        for n, topic in enumerate(topics)
    }
    figures = "".join(figure(f"scores{n}", say.topic(topic)) for n, topic in enumerate(topics))
    return f"<p class='note'>{escape(say('scores_note'))}</p><div class='grid'>{figures}</div>", made


def _interval(figures: dict[str, Any], name: str, say: Wording) -> str:
    low, high = say.percent(figures[f"{name}_low"]), say.percent(figures[f"{name}_high"])
    return escape(f"{say.percent(figures[name])} ({low} – {high})")


def origin(report: ArchiveReport, say: Wording) -> Section:
    """Return the section on the runs and the model."""
    return Section("runs", say("runs"), "".join(_run(run, say) for run in report.runs) + _model(report, say))


def _run(run: Run, say: Wording) -> str:
    text = ", ".join(run.layout.columns[place] for place in run.layout.text)
    facts = {
        say("rows"): say.number(run.n_rows),
        say("text_columns"): text or "–",
        say("date_column"): run.layout.name_of(run.layout.date) or "–",
        **(_recorded(run.record, say) if run.record else {say("run_record"): say("no_run_record")}),
    }
    rows = "".join(
        f'<tr><th scope="row">{escape(key)}</th><td class="long"><bdi>{escape(value)}</bdi></td></tr>'
        for key, value in facts.items()
    )
    name = run.path.name if run.path else say("a_table")
    return f"<h3><bdi>{escape(name)}</bdi></h3><div class='wide'><table>{rows}</table></div>"


def _recorded(record: dict[str, Any], say: Wording) -> dict[str, str]:
    """Return what a run record says, as far as it is of use to a reader."""
    versions = ", ".join(f"{name} {version}" for name, version in record.get("versions", {}).items())
    thresholds = ", ".join(f"{say.topic(t)} {say.number(x, 3)}" for t, x in record.get("thresholds", {}).items())
    source, key = record.get("input", {}), record.get("key") or {}
    notes = ", ".join(str(source[name]) for name in ("encoding", "dialect") if name in source)
    return {
        say("run_finished"): _moment(str(record.get("finished", "–")), say),
        say("run_input"): f"{source.get('name', '–')} ({notes})" if notes else str(source.get("name", "–")),
        say("run_input_sha"): str(source.get("sha256", "–")),
        say("run_model_sha"): str(key.get("model", "–")),
        say("thresholds"): thresholds or "–",
        say("run_versions"): versions or "–",
    }


def _moment(written: str, say: Wording) -> str:
    try:
        return say.moment(datetime.fromisoformat(written))
    except ValueError:
        return written


def _model(report: ArchiveReport, say: Wording) -> str:
    if report.tagger is None:
        return f"<h3>{escape(say('model'))}</h3><p>{escape(say('unknown_model'))}</p>"
    training = report.tagger.record["training"]
    known = measured(report)
    sentences = [say("model_trained", n=int(training["n_articles"]))]
    if known is not None:
        sentences += [
            say("model_written"),
            say("model_figures", n=known.n_real, f1=say.number(known.real["macro"]["f1"], 3)),
        ]
    sentences += [say("intended"), say("excluded")]
    return f"<h3>{escape(say('model'))}</h3>{paragraphs(sentences)}"
