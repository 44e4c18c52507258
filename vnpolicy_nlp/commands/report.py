"""``vnpolicy report``."""

from __future__ import annotations

from pathlib import Path

import click

from vnpolicy_nlp.commands.options import language_option, text_option

__all__ = ["report"]


@click.command(short_help="Write a page on what a tagged archive reports on.")
@click.argument("tagged", nargs=-1, required=True)
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, metavar="PAGE.html")
@click.option("--date-column", metavar="NAME", help="Of publication; a usual name is looked for without it.")
@click.option(
    "--by",
    multiple=True,
    metavar="COLUMN",
    help="Count articles by its values; repeatable. Without it source and section.",
)
@text_option
@click.option(
    "--model",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The model that tagged the archive, if it is not the packaged one: for the words in the passages.",
)
@click.option("--articles", type=click.IntRange(1, 1000), default=50, help="Of each topic and kind to show; 50.")
@language_option
@click.option("--quiet", is_flag=True, help="Print nothing.")
def report(
    tagged: tuple[str, ...],
    output: Path,
    date_column: str | None,
    by: tuple[str, ...],
    text: tuple[str, ...],
    model: Path | None,
    articles: int,
    language: str,
    quiet: bool,
) -> None:
    """Write one page, which needs no network, on what a tagged archive reports on.

    TAGGED are files that `vnpolicy tag` has written, patterns or folders; best with --scores and --documents. The page
    has the topics over time, by source and together, the surest and the most doubtful articles with their evidence, how
    far the tags can be trusted, and where they come from.
    """
    from vnpolicy_nlp.pages import check_page
    from vnpolicy_nlp.report.page import check_packages
    from vnpolicy_nlp.report.report import archive_report

    check_packages()  # before a large archive is read
    check_page(output)
    found = archive_report(
        list(tagged),
        date=date_column,
        by=by or None,
        text=text or None,
        model=model,
        n_articles=articles,
        progress=None if quiet else lambda n: click.echo(f"{n} rows read", err=True) if n % 100_000 == 0 else None,
    )
    found.save(output, language)
    if not quiet:
        click.echo(f"{found.summary(language)}\nwritten to {output}")
