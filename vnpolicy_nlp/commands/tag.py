"""``vnpolicy tag``."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from vnpolicy_nlp.commands.options import (
    EXIT_INTERRUPTED,
    EXIT_QUARANTINE,
    as_json_text,
    base_rate_option,
    encoding_option,
    model_option,
    parse_base_rate,
    parse_separator,
    preset_option,
    separator_option,
    text_option,
)
from vnpolicy_nlp.progress import watched

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["tag"]


@click.command(short_help="Tag the articles of files.")
@click.argument("sources", nargs=-1, required=True, metavar="IN...")
@click.option(
    "-o",
    "--output",
    required=True,
    metavar="OUT",
    help="The file to write; a folder where IN is several files or a folder; - for standard output.",
)
@text_option
@model_option
@preset_option
@base_rate_option
@click.option("--scores", is_flag=True, help="Add a column score_<topic> with the probability of each topic.")
@click.option("--evidence", is_flag=True, help="Add a column evidence_<topic> with the passage that earned the topic.")
@click.option("--documents", is_flag=True, help="Add a column documents with the policy documents that the text cites.")
@encoding_option
@separator_option
@click.option("--strict", is_flag=True, help="Stop at the first record that cannot be read.")
@click.option("--resume", is_flag=True, help="Go on with a run that was interrupted.")
@click.option("--jobs", default=1, show_default=True, metavar="N", help="Processes; -1 for one a core.")
@click.option("--cluster", metavar="ADDRESS", help="Of a Dask scheduler whose workers tag, as in tcp://10.0.0.1:8786.")
@click.option("--quiet", is_flag=True, help="No progress and no summary.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def tag(
    sources: tuple[str, ...],
    output: str,
    text: tuple[str, ...],
    model: Path | None,
    preset: str | None,
    base_rate: str | None,
    separator: str | None,
    jobs: int,
    quiet: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Tag the articles of files: CSV, TSV, JSON lines or Parquet, packed or not.

    All rows and columns of IN come through unchanged; OUT has a column `topics` in addition. Records that cannot be
    read are set aside in OUT.quarantine.csv, and the exit code is 3 then. OUT.run.json says how OUT came about.
    """
    from vnpolicy_nlp.archive.run import tag_archive
    from vnpolicy_nlp.model.tagger import load

    tagger = load(model, preset=preset, base_rate=parse_base_rate(base_rate))
    with _stoppable(output), watched(quiet=quiet) as progress:
        summary = tag_archive(
            sources,
            output,
            text or None,
            model=tagger,
            separator=parse_separator(separator),
            n_jobs=_jobs(jobs),
            progress=progress,
            **options,
        )
    if as_json:
        click.echo(as_json_text(summary.to_dict()), err=output == "-")
    elif not quiet:
        click.echo(f"{summary}\nwritten to {click.format_filename(output)}", err=output == "-")
    if summary.n_quarantined:
        sys.exit(EXIT_QUARANTINE)


@contextmanager
def _stoppable(output: str) -> Iterator[None]:
    """Say after Ctrl-C how to go on."""
    try:
        yield
    except (KeyboardInterrupt, click.Abort):
        how = "" if output == "-" else "; what is done is kept: run again with --resume to go on"
        click.echo(f"\nvnpolicy: stopped{how}", err=True)
        sys.exit(EXIT_INTERRUPTED)


def _jobs(given: int) -> int:
    if given == 0:
        raise click.BadParameter("0 processes do nothing: give 1 or more, or -1 for one a core", param_hint="--jobs")
    return given
