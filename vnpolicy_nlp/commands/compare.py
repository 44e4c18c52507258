"""``vnpolicy compare``."""

from __future__ import annotations

from pathlib import Path

import click

from vnpolicy_nlp.commands.options import as_json_text, label_option, only_option, only_rows, text_option

__all__ = ["compare"]


@click.command(short_help="Say which of two models is better.")
@click.argument("model_a")
@click.argument("model_b")
@click.argument("data", type=click.Path(path_type=Path))
@text_option
@label_option
@only_option
@click.option("--by", multiple=True, metavar="COLUMN", help="Say who wins by the values of COLUMN; repeatable.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def compare(
    model_a: str,
    model_b: str,
    data: Path,
    text: tuple[str, ...],
    labels: tuple[str, ...],
    only: str | None,
    by: tuple[str, ...],
    as_json: bool,
) -> None:
    """Compare two models on labelled articles that neither was trained on.

    MODEL_A and MODEL_B are model folders, or the word `default` for the packaged model. Differences come with paired
    95 % intervals: where one holds 0 there is no clear difference.
    """
    from vnpolicy_nlp.model.tagger import load
    from vnpolicy_nlp.training.compare import compare as compare_models
    from vnpolicy_nlp.training.corpus import read_corpus

    a, b = (load(None if name == "default" else name) for name in (model_a, model_b))
    corpus = read_corpus(data, text or None, only=only_rows(only), keep=tuple(dict.fromkeys(by)), labels=labels or None)
    found = compare_models(
        a, b, corpus.texts, corpus.labels, names=_names(model_a, model_b), slices=corpus.columns, ids=corpus.ids
    )
    click.echo(as_json_text(found.to_dict()) if as_json else str(found))


def _names(a: str, b: str) -> tuple[str, str]:
    """Return short names of two folders, the whole paths where these would be the same; A and B of the same folder."""
    if a == b:
        return "A", "B"
    short = Path(a).name or a, Path(b).name or b
    return short if short[0] != short[1] else (a, b)
