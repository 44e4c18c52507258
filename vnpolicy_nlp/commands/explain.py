"""``vnpolicy explain``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from vnpolicy_nlp.commands.options import (
    as_json_text,
    base_rate_option,
    encoding_option,
    language_option,
    model_option,
    parse_base_rate,
    parse_separator,
    preset_option,
    separator_option,
    text_option,
)
from vnpolicy_nlp.wording import wording

__all__ = ["explain"]


@click.command(short_help="Say why an article gets its topics.")
@click.argument("file", default="-")
@click.option("--row", type=click.IntRange(1), metavar="N", help="Of a table, counted from 1 below the header.")
@text_option
@encoding_option
@separator_option
@model_option
@preset_option
@base_rate_option
@click.option("--topic", "topics", multiple=True, metavar="SLUG", help="Show this topic alone; repeatable.")
@click.option("--html", type=click.Path(path_type=Path), metavar="OUT", help="Write a page instead.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@language_option
def explain(
    file: str,
    row: int | None,
    text: tuple[str, ...],
    encoding: str | None,
    separator: str | None,
    model: Path | None,
    preset: str | None,
    base_rate: str | None,
    topics: tuple[str, ...],
    html: Path | None,
    as_json: bool,
    language: str,
) -> None:
    """Say which words and which passage of an article earn it its topics.

    FILE is a text, a table with --row, or - for standard input. A row of a tagged file is explained with the thresholds
    and base rates with which it was tagged. Underlined words push the score up, words in italics
    push it down, the bolder the more.
    """
    from vnpolicy_nlp.archive.record import RunRecord
    from vnpolicy_nlp.archive.single import read_article
    from vnpolicy_nlp.commands.explain_view import print_explanation
    from vnpolicy_nlp.errors import ModelError
    from vnpolicy_nlp.model.tagger import load
    from vnpolicy_nlp.pages import check_page, write_page

    if html and as_json:
        raise click.UsageError("give --html or --json, not both")
    if html:
        check_page(html)
    if file == "-" and sys.stdin.isatty():
        click.echo("reading from standard input; end with Ctrl-D", err=True)
    tagger = load(model, preset=preset, base_rate=parse_base_rate(base_rate))
    record = None if row is None or file == "-" else RunRecord.beside(Path(file))
    if record is not None and not record.is_of(tagger.record["training"]):
        raise ModelError(f"{file} was tagged by another model: give its folder with --model")
    if record is not None and preset is None and base_rate is None:
        tagger = record.as_it_was(tagger)
    found = tagger.explain(read_article(file, row, text, encoding, parse_separator(separator)))
    found = found.of(topics) if topics else found
    if html:
        title = file if row is None else f"{file}, {wording(language)('row_n', n=row)}"
        write_page(found.to_html(language, whole_page=True, title=title), html)
        click.echo(f"written to {html}")
    elif as_json:
        click.echo(as_json_text(found.to_dict()))
    else:
        print_explanation(found, language)
