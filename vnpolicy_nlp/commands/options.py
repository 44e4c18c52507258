"""Options that several subcommands have, and how their values are read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

__all__ = [
    "EXIT_ERROR",
    "EXIT_INTERRUPTED",
    "EXIT_QUARANTINE",
    "as_json_text",
    "base_rate_option",
    "encoding_option",
    "label_option",
    "language_option",
    "model_option",
    "only_option",
    "only_rows",
    "parse_base_rate",
    "parse_separator",
    "preset_option",
    "separator_option",
    "text_option",
]

EXIT_ERROR = 2
EXIT_QUARANTINE = 3  # done, but for records that could not be read
EXIT_INTERRUPTED = 130

text_option = click.option(
    "--text-column",
    "text",
    multiple=True,
    metavar="NAME",
    help="A column that holds text; repeat it to join several. Without it the usual names are looked for.",
)
encoding_option = click.option("--encoding", metavar="NAME", help="Of the text; found out without it.")
separator_option = click.option("--separator", help="Between cells of CSV, \\t for a tab; found out without it.")
label_option = click.option(
    "--label-column",
    "labels",
    multiple=True,
    metavar="NAME",
    help="The column of topics; repeat it for columns of 0 and 1, one a topic. Without it usual names are looked for.",
)
model_option = click.option(
    "--model",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="A model folder; the packaged model without it.",
)
preset_option = click.option(
    "--preset",
    type=click.Choice(("balanced", "precise", "sensitive")),
    help="Thresholds: precise gives fewer tags of which more are right, sensitive misses fewer articles.",
)
base_rate_option = click.option(
    "--base-rate",
    metavar="SHARE",
    help="Of articles with a topic, as in 0.003 or ideology_work=0.004,social_supervision=0.001.",
)
language_option = click.option(
    "--lang", "language", type=click.Choice(("vi", "en")), default="vi", help="Vietnamese without it."
)
only_option = click.option(
    "--only",
    metavar="NAME=VALUE,...",
    help="Take only the rows with one of these values in that column, as in split=train,validation.",
)


def only_rows(given: str | None) -> tuple[str, frozenset[str]] | None:
    """Return column and values of ``--only``."""
    if given is None:
        return None
    column, sign, values = given.partition("=")
    if not sign or not column or not values:
        raise click.BadParameter(f"{given!r} is not of the form NAME=VALUE,VALUE", param_hint="--only")
    return column, frozenset(values.split(","))


def parse_base_rate(given: str | None) -> float | dict[str, float] | None:
    """Return the value of ``--base-rate``: a share for all topics, or one a topic."""
    if given is None:
        return None
    try:
        if "=" not in given:
            return float(given)
        return {topic.strip(): float(rate) for topic, rate in (part.split("=") for part in given.split(","))}
    except ValueError as error:
        raise click.BadParameter(
            f"{given!r} is neither a number nor of the form TOPIC=NUMBER,TOPIC=NUMBER", param_hint="--base-rate"
        ) from error


def parse_separator(given: str | None) -> str | None:
    """Return the value of ``--separator``."""
    if given is None:
        return None
    separator = given.replace("\\t", "\t")
    is_one = len(separator) == 1 or (separator and not any(map(str.isalnum, separator)))
    if not is_one or any(sign in '"\r\n' for sign in separator):
        raise click.BadParameter(f"{given!r} is not a sign, or a few such as || or \\t", param_hint="--separator")
    return separator


def as_json_text(value: Any) -> str:
    """Return a value as JSON to print."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return text.encode("utf-8", "backslashreplace").decode()  # names of files that are no UTF-8, as JSON has them
