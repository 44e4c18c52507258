"""The sections on how sure the tags are, and on where the report comes from."""

from __future__ import annotations

from datetime import datetime
from html import escape
from typing import TYPE_CHECKING, Any

from vnpolicy_nlp.report import charts
from vnpolicy_nlp.report.markup import Cell, Head, Section, figure, number_cell, paragraphs, table, text_cell
from vnpolicy_nlp.report.trust import is_packaged, measured

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from vnpolicy_nlp.archive.record import RunRecord
    from vnpolicy_nlp.report.reading import Run
    from vnpolicy_nlp.report.report import ArchiveReport
    from vnpolicy_nlp.wording import Wording

__all__ = ["certainty", "origin"]


def certainty(report: ArchiveReport, say: Wording) -> Iterator[Section]:
    """Yield the section on how sure the tags are."""
    figures, made = _histograms(report, say)
    yield Section("certainty", say("certainty"), f"{_by_topic(report, say)}{_sought_out(report, say)}{figures}", made)


def _by_topic(report: ArchiveReport, say: Wording) -> str:
    """Return a table of tags, of those near the threshold, and of how many people have found to be right."""
    known = measured(report)
    heads = [Head(say("topic")), Head(say("tags"), largest_first=True)]
    has_doubt = any(run.layout.scales for run in report.runs) and not report.scores.empty
    if has_doubt:
        heads += [Head(say("near_tagged"), largest_first=True), Head(say("near_not_tagged"), largest_first=True)]
    if known is not None and known.archive:
        heads.append(Head(say("right_on_archive")))
    rows = []
    for topic, row in report.table.iterrows():
        cells = [text_cell(say.topic(str(topic))), number_cell(say.number(row["n_articles"]), int(row["n_articles"]))]
        if has_doubt:
            cells += [number_cell(say.number(row[name]), int(row[name])) for name in ("n_doubtful", "n_nearly")]
        if known is not None and known.archive:
            cells.append(_right(known.archive.get(str(topic)), say))
        rows.append(cells)
    note = say("right_note", n=known.n_archive) if known is not None and known.archive else say("not_measured")
    return f"{table(heads, rows)}<p class='note'>{escape(note)}</p>"


def _right(counts: dict[str, int] | None, say: Wording) -> Cell:
    if not counts or not counts["read"]:
        return Cell("–")
    share = counts["right"] / counts["read"]
    return Cell(escape(say("right_of_read", share=say.percent(share), **counts)), f"{share:.4f}")


def _sought_out(report: ArchiveReport, say: Wording) -> str:
    """Return a table of what was measured on articles that were sought out."""
    known = measured(report)
    if known is None:
        return ""
    rows = [
        [text_cell(say.topic(topic)), *map(Cell, _intervals(known.real[topic], say))]
        for topic in report.topics
        if topic in known.real
    ]
    heads = [Head(say("topic")), Head(say("real_precision")), Head(say("real_recall"))]
    note = say("sought_out_note", n=known.n_real)
    return f"<h3>{escape(say('sought_out', n=known.n_real))}</h3>{table(heads, rows)}<p class='note'>{escape(note)}</p>"


def _histograms(report: ArchiveReport, say: Wording) -> tuple[str, dict[str, dict[str, Any]]]:
    if report.scores.empty:
        return f"<p>{escape(say('no_scores'))}</p>", {}
    figures, made = [], {}
    for n, topic in enumerate(charts.drawn(report)):
        own = report.scores[report.scores["topic"] == topic]
        if own.empty:
            continue
        made[f"scores{n}"] = charts.scores_chart(own, report.thresholds.get(topic), say).to_dict()
        figures.append(figure(f"scores{n}", say.topic(topic), _bins(own, say), say("numbers")))
    note = " ".join(map(say, ("scores_note", "dashed") if report.thresholds else ("scores_note",)))
    return f"<p class='note'>{escape(note)}</p><div class='grid'>{''.join(figures)}</div>", made


def _bins(scores: pd.DataFrame, say: Wording) -> str:
    """Return the numbers of a histogram, its empty bins left out."""
    counts = scores.pivot(index=["low", "high"], columns="tagged", values="n_articles")
    rows = [
        [
            Cell(f"{say.percent(low)} – {say.percent(high)}", f"{low:.6f}"),
            *(number_cell(say.number(n), int(n)) for n in (counts.loc[(low, high), kind] for kind in (True, False))),
        ]
        for low, high in counts.index[counts.any(axis=1)]
    ]
    heads = [Head(say("probability"), largest_first=True)]
    return table([*heads, *(Head(say(kind), largest_first=True) for kind in ("tagged", "not_tagged"))], rows)


def _intervals(figures: dict[str, Any], say: Wording) -> Iterator[str]:
    """Yield precision and recall with their intervals."""
    for name in ("precision", "recall"):
        value, low, high = (say.percent(figures[key]) for key in (name, f"{name}_low", f"{name}_high"))
        yield escape(f"{value} ({low} – {high})")


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
    return f"<h3><bdi>{escape(name)}</bdi></h3><div class='wide'><table class='facts'>{rows}</table></div>"


def _recorded(record: RunRecord, say: Wording) -> dict[str, str]:
    """Return what a run record says, as far as it is of use to a reader."""
    facts = {
        say("run_finished"): _moment(record.finished, say),
        say("run_input"): ", ".join(filter(None, [record.source, record.encoding])),
        say("run_input_sha"): record.source_sha256,
        say("run_model_sha"): record.model_sha256,
        say("thresholds"): ", ".join(f"{say.topic(t)} {say.number(x, 3)}" for t, x in record.thresholds.items()),
        say("run_versions"): ", ".join(f"{name} {version}" for name, version in record.versions.items()),
    }
    return {name: value or "–" for name, value in facts.items()}


def _moment(written: str, say: Wording) -> str:
    try:
        return say.moment(datetime.fromisoformat(written))
    except ValueError:
        return written


def _model(report: ArchiveReport, say: Wording) -> str:
    if report.tagger is None:
        return f"<h3>{escape(say('model'))}</h3><p>{escape(say('unknown_model'))}</p>"
    known = measured(report)
    sentences = [say("model_packaged")] if is_packaged(report) else []
    sentences.append(say("model_trained", n=int(report.tagger.record["training"]["n_articles"])))
    if known is not None:
        sentences += [
            say("model_written"),
            say("model_figures", n=known.n_real, f1=say.number(known.real["macro"]["f1"], 3)),
        ]
    sentences.append(say("intended"))
    return f"<h3>{escape(say('model'))}</h3>{paragraphs(sentences)}"
