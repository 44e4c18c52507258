"""``vnpolicy evaluate``."""

from __future__ import annotations

from pathlib import Path

import click

from vnpolicy_nlp.commands.options import (
    as_json_text,
    base_rate_option,
    label_option,
    model_option,
    only_option,
    only_rows,
    parse_base_rate,
    preset_option,
    text_option,
)

__all__ = ["evaluate"]


@click.command(short_help="Compare tags with labels.")
@click.argument("data", type=click.Path(path_type=Path))
@text_option
@label_option
@only_option
@model_option
@preset_option
@base_rate_option
@click.option("--by", multiple=True, metavar="COLUMN", help="Give the figures by the values of COLUMN; repeatable.")
@click.option("--html", type=click.Path(path_type=Path), metavar="FILE", help="Write a page with tables and plots.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def evaluate(
    data: Path,
    text: tuple[str, ...],
    labels: tuple[str, ...],
    only: str | None,
    model: Path | None,
    preset: str | None,
    base_rate: str | None,
    by: tuple[str, ...],
    html: Path | None,
    as_json: bool,
) -> None:
    """Compare the tags of a model with the column `topics` of a CSV file.

    Gives figures a topic with 95 % intervals, what is taken for what, the surest errors, and the figures by length,
    by whether a policy document is cited, and --by columns. Errors go by the column `id`, or the number of the row.
    """
    from vnpolicy_nlp.model.tagger import load
    from vnpolicy_nlp.pages import check_page, write_page
    from vnpolicy_nlp.training.corpus import read_corpus
    from vnpolicy_nlp.training.metrics import evaluate as report_on

    if html:
        check_page(html)
    corpus = read_corpus(data, text or None, only=only_rows(only), keep=tuple(dict.fromkeys(by)), labels=labels or None)
    tagger = load(model, preset=preset, base_rate=parse_base_rate(base_rate))
    report = report_on(tagger, corpus.texts, corpus.labels, slices=corpus.columns, ids=corpus.ids)
    if html:
        write_page(report.to_html(whole_page=True), html)
    click.echo(as_json_text(report.to_dict()) if as_json else str(report))
