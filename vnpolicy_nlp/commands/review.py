"""``vnpolicy review``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from vnpolicy_nlp.commands.options import model_option, text_option

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

__all__ = ["review"]

_NEXT = {
    ".csv": "Fill in the column topics, which has the model's tags now: slugs joined by ;, nothing for no topic, ? to "
    "leave an article out.",
    ".json": "Paste {config} into Label Studio as the labelling interface, import {output}, and export as JSON to "
    "{output}.",
    ".jsonl": "Label it by the interface choice of Prodigy, and write what db-out gives to {output}.",
}


@click.command(short_help="Pick the articles that are best to label next.")
@click.argument("tagged", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FILE",
    help=".csv for a spreadsheet, .json for Label Studio, .jsonl for Prodigy.",
)
@click.option("-n", "n", type=click.IntRange(1), default=200, show_default=True, help="How many articles.")
@text_option
@model_option
@click.option(
    "--labelled",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="FILE",
    help="Articles that are labelled already, not to be picked again; repeatable.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Of the articles picked at random.")
def review(
    tagged: Path,
    output: Path,
    n: int,
    text: tuple[str, ...],
    model: Path | None,
    labelled: tuple[Path, ...],
    seed: int,
) -> None:
    """Pick the articles of TAGGED, an output of `vnpolicy tag --scores`, from whose labels a model learns most.

    Those that the model is unsure about, candidates for topics with few articles, those that are unlike what it knows,
    and some at random; near-duplicates are left out. Without scores in TAGGED the model works them out.
    """
    from vnpolicy_nlp.model.columns import guess_text_columns
    from vnpolicy_nlp.model.tagger import load
    from vnpolicy_nlp.training.review import pick_for_review
    from vnpolicy_nlp.training.review_files import check_review_path, label_studio_config, write_review

    config = output.with_suffix(".xml")
    check_review_path(output)
    for_label_studio = output.suffix.lower() == ".json"
    if for_label_studio and config.exists():
        raise click.ClickException(f"{config} exists: choose another name for {output}, or move it away")
    tagger = load(model)
    frame = _frame(tagged)
    columns = list(text or guess_text_columns(list(frame.columns)))
    known = [each for path in labelled for each in _texts(path, columns)]
    picked = pick_for_review(frame, tagger, n, text=columns, labelled=known, seed=seed)
    write_review(picked, output, tagger.topics, columns)
    if for_label_studio:
        config.write_text(label_studio_config(tagger.topics, columns, exclusive=tagger.exclusive), "utf-8")
    kinds = _kinds(picked["why"])
    click.echo(f"{len(picked)} of {len(frame)} articles are in {output}: {kinds}")
    click.echo(_NEXT[output.suffix.lower()].format(config=config, output=output))
    click.echo(f"Then learn from it: vnpolicy train DATA --add {output} -o models/mine")


def _kinds(why: Iterable[str]) -> str:
    """Return how many there are of each kind."""
    from collections import Counter

    counts = Counter(reason.partition(":")[0] for reason in why)
    return ", ".join(f"{number} {kind}" for kind, number in counts.most_common())


def _frame(path: Path) -> pd.DataFrame:
    """Return a table of any kind that `vnpolicy tag` reads and writes."""
    from vnpolicy_nlp.archive.files import find_inputs
    from vnpolicy_nlp.archive.rows import MISSING, Bad
    from vnpolicy_nlp.archive.tables import open_table, records_of
    from vnpolicy_nlp.errors import TableError
    from vnpolicy_nlp.training.review_files import frame_of

    (source, *others) = find_inputs([path])
    if others:
        raise TableError(f"{path} is {len(others) + 1} files: give one of them")
    with open_table(source, None, None) as (table, _):
        rows = [record for record in records_of(table, source.name) if not isinstance(record, Bad)]
        columns = list(table.columns)
    return frame_of(columns, [[None if cell is MISSING else cell for cell in row] for row in rows])


def _texts(path: Path, columns: list[str]) -> list[str]:
    """Return the texts of labelled articles."""
    from vnpolicy_nlp.model.columns import guess_text_columns
    from vnpolicy_nlp.text.prepare import join_cells
    from vnpolicy_nlp.training.review_files import read_review

    frame = read_review(path) if path.suffix.lower() == ".json" else _frame(path)
    names = columns if set(columns) <= set(frame.columns) else guess_text_columns(list(frame.columns))
    return [join_cells(map(str, cells)) for cells in frame[names].fillna("").itertuples(index=False)]
