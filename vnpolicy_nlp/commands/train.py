"""``vnpolicy train``."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vnpolicy_nlp.commands.options import label_option, only_option, only_rows, text_option
from vnpolicy_nlp.progress import watched

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["train"]


@click.command(short_help="Train a model on your own labels.")
@click.argument("data", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="MODEL_DIR")
@text_option
@label_option
@only_option
@click.option(
    "--add",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="More labelled articles, such as a review that was filled in; repeatable. The last labels of a text count.",
)
@click.option("--with-default", is_flag=True, help="Train on the articles of the packaged model as well.")
@click.option("--exclusive", is_flag=True, help="Exactly one topic an article, as with the sections of a newspaper.")
@click.option("--group-column", metavar="NAME", help="Articles with the same value are never split in measuring.")
@click.option("--time-column", metavar="NAME", help="When articles were published: they are held out by earlier ones.")
@click.option("--search", metavar="TIME", help="Look for better settings for so long, as in 90s, 10m or 1h.")
@click.option(
    "--evidence",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A CSV file (id, paragraph, topic) of the paragraphs that report on a topic; it teaches which words do not.",
)
@click.option("--check", is_flag=True, help="Look for problems of the data alone; train nothing.")
@click.option("--min-df", type=click.IntRange(1), help="Leave out terms in fewer articles.")
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    help="A parameter of TopicTagger in JSON, as in C=100 or word_ngram_range=null; repeatable.",
)
@click.option("--quiet", is_flag=True, help="No progress and no figures.")
def train(
    data: Path,
    output: Path | None,
    text: tuple[str, ...],
    labels: tuple[str, ...],
    only: str | None,
    add: tuple[Path, ...],
    with_default: bool,
    exclusive: bool,
    group_column: str | None,
    time_column: str | None,
    search: str | None,
    evidence: Path | None,
    check: bool,
    min_df: int | None,
    settings: tuple[str, ...],
    quiet: bool,
) -> None:
    """Train a model from labelled articles: CSV, Parquet, JSON lines, exports of Label Studio and Prodigy.

    Topics stand in a column `topics` (joined by ";" or as a JSON list) or in columns of 0 and 1. What is wrong with the
    data is said first. MODEL_DIR gets the model, its card README.md and all figures in metrics.json.
    """
    from vnpolicy_nlp.model.artifact import check_model_place
    from vnpolicy_nlp.training.build import train as train_on
    from vnpolicy_nlp.training.corpus import read_corpus
    from vnpolicy_nlp.training.estimator import TopicTagger
    from vnpolicy_nlp.training.problems import check_corpus

    if output is None and not check:
        raise click.UsageError("give a folder for the model with -o")
    if output is not None:
        check_model_place(output)  # before an hour of training
    estimator = TopicTagger(exclusive=exclusive)
    estimator.set_params(**_settings(settings, tuple(estimator.get_params())))
    if min_df is not None:
        estimator.set_params(min_df=min_df)
    seconds = _seconds(search)
    kept = (time_column,) if time_column else ()
    with watched(quiet=quiet):
        own = read_corpus(data, text or None, group_column, only_rows(only), kept, evidence, labels or None)
        more = [read_corpus(path, text or None, keep=kept, labels=labels or None) for path in add]
        if check:
            problems = check_corpus(own, estimator.topics, exclusive=estimator.exclusive)
            click.echo(problems)
            problems.raise_errors()
            return
        done = train_on(own, estimator, add=more, with_default=with_default, times=time_column, search_seconds=seconds)
    if len(done.problems) and not quiet:
        click.echo(done.problems, err=True)
    assert output is not None
    done.save(output)
    if not quiet:
        click.echo(
            f"{done.report}\nThe figures are from {done.tagger.record['metrics']['method']}. The model is in {output}"
        )


def _seconds(given: str | None) -> float | None:
    if given is None:
        return None
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(s|m|h)?", given.strip())
    if not found or not float(found[1]):
        raise click.BadParameter(f"{given!r} is not a time such as 90s, 10m or 1h", param_hint="--search")
    return float(found[1]) * {"s": 1, "m": 60, "h": 3600}[found[2] or "s"]


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
