"""``vnpolicy train``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vnpolicy_nlp.commands.options import (
    only_option,
    only_rows,
    text_option,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["train"]


@click.command(short_help="Train a model on your own labels.")
@click.argument("data", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, metavar="MODEL_DIR")
@text_option
@only_option
@click.option(
    "--group-column", metavar="NAME", help="Articles with the same value are never split in cross-validation."
)
@click.option(
    "--evidence",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A CSV file (id, paragraph, topic) of the paragraphs that report on a topic; it teaches which words do not.",
)
@click.option("--min-df", type=click.IntRange(1), help="Leave out terms in fewer articles.")
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    help="A parameter of TopicTagger in JSON, as in C=100 or word_ngram_range=null; repeatable.",
)
def train(
    data: Path,
    output: Path,
    text: tuple[str, ...],
    only: str | None,
    group_column: str | None,
    evidence: Path | None,
    min_df: int | None,
    settings: tuple[str, ...],
) -> None:
    """Train a model from a CSV file with text columns and a column `topics` (slugs joined by ";")."""
    from vnpolicy_nlp.training.corpus import read_corpus, train_with_metrics
    from vnpolicy_nlp.training.estimator import TopicTagger

    estimator = TopicTagger()
    estimator.set_params(**_settings(settings, tuple(estimator.get_params())))
    if min_df is not None:
        estimator.set_params(min_df=min_df)
    corpus = read_corpus(data, text or None, group_column, only_rows(only), evidence=evidence)
    tagger, report = train_with_metrics(estimator, corpus)
    tagger.save(output)
    click.echo(f"{report}\nThe figures are from cross-validation. The model is in {output}")


def _settings(given: Sequence[str], known: Sequence[str]) -> dict[str, Any]:
    settings = {}
    for part in given:
        name, sign, value = part.partition("=")
        if not sign or name not in known:
            raise click.BadParameter(
                f"{part!r} is not NAME=VALUE with a name of {', '.join(known)}", param_hint="--set"
            )
        try:
            parsed = json.loads(value)
        except ValueError as error:
            raise click.BadParameter(
                f'{value!r} is not JSON: write a number, true, false, null, [1, 2] or "text"', param_hint="--set"
            ) from error
        settings[name] = tuple(parsed) if isinstance(parsed, list) else parsed
    return settings
