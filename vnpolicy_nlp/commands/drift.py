"""``vnpolicy drift``."""

from __future__ import annotations

from pathlib import Path

import click

from vnpolicy_nlp.commands.options import as_json_text, text_option

__all__ = ["drift"]


@click.command(short_help="Say whether a model still fits the articles.")
@click.argument("tagged", type=click.Path(path_type=Path))
@click.option(
    "--against",
    "model",
    type=click.Path(path_type=Path),
    metavar="MODEL",
    help="The model folder; the packaged model without it.",
)
@text_option
@click.option("--date-column", metavar="NAME", help="Of publication; a usual name is looked for without it.")
@click.option("--source-column", metavar="NAME", help="Such as the newspaper.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def drift(
    tagged: Path,
    model: Path | None,
    text: tuple[str, ...],
    date_column: str | None,
    source_column: str | None,
    as_json: bool,
) -> None:
    """Hold tagged articles against the training of a model, and against each other by month and by source.

    TAGGED is what `vnpolicy tag --scores` has written; without score columns the articles are scored here.
    """
    from vnpolicy_nlp.model.tagger import load
    from vnpolicy_nlp.training.drift import drift as drift_of
    from vnpolicy_nlp.training.drift import guess_date_column
    from vnpolicy_nlp.training.tables import read_table

    table = read_table(tagged)
    if date_column is None:
        date_column = guess_date_column(list(table.columns))
        click.echo(f"dates from {date_column}" if date_column else "no column of dates: no periods", err=True)
    found = drift_of(table, load(model), text=text or None, date=date_column, source=source_column)
    click.echo(as_json_text(found.to_dict()) if as_json else str(found))
