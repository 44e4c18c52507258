"""The command ``vnpolicy``.

Heavy modules are imported inside the commands, so that ``vnpolicy --version`` and ``--help`` answer at once.
"""

from __future__ import annotations

import json
import sys
import warnings
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vnpolicy_nlp.errors import VnPolicyError
from vnpolicy_nlp.progress import watched

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["cli", "main"]

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
only_option = click.option(
    "--only",
    metavar="NAME=VALUE,...",
    help="Take only the rows with one of these values in that column, as in split=train,validation.",
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command; end with exit code 0, 2 after a one-line error, or 130 after Ctrl-C."""
    warnings.showwarning = _show_warning
    try:
        cli.main(args=arguments, prog_name="vnpolicy", standalone_mode=False)
    except VnPolicyError as error:
        _fail(str(error))
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(EXIT_ERROR)
    except click.ClickException as error:
        _fail(f"{error.format_message().rstrip('.')}; see `vnpolicy --help`")
    except (KeyboardInterrupt, click.Abort):
        click.echo("vnpolicy: stopped", err=True)
        sys.exit(EXIT_INTERRUPTED)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="vnpolicy-nlp")
def cli() -> None:
    """Tag Vietnamese news articles with the policy topics they report on."""


@cli.command(short_help="Tag the articles of files.")
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
@click.option("--encoding", metavar="NAME", help="Of the text; found out without it.")
@click.option("--separator", help="Between cells of CSV, \\t for a tab; found out without it.")
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

    tagger = load(model, preset=preset, base_rate=_base_rate(base_rate))
    with _stoppable(output), watched(quiet=quiet) as progress:
        summary = tag_archive(
            sources,
            output,
            text or None,
            model=tagger,
            separator=_separator(separator),
            n_jobs=_jobs(jobs),
            progress=progress,
            **options,
        )
    if as_json:
        click.echo(_json(summary.to_dict()), err=output == "-")
    elif not quiet:
        click.echo(f"{summary}\nwritten to {click.format_filename(output)}", err=output == "-")
    if summary.n_quarantined:
        sys.exit(EXIT_QUARANTINE)


@cli.command(short_help="Train a model on your own labels.")
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
    corpus = read_corpus(data, text or None, group_column, _only(only), evidence=evidence)
    tagger, report = train_with_metrics(estimator, corpus)
    tagger.save(output)
    click.echo(f"{report}\nThe figures are from cross-validation. The model is in {output}")


@cli.command(short_help="Compare tags with labels.")
@click.argument("data", type=click.Path(path_type=Path))
@text_option
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
    from vnpolicy_nlp.training.corpus import read_corpus
    from vnpolicy_nlp.training.metrics import evaluate as report_on
    from vnpolicy_nlp.training.report_html import check_page, write_page

    if html:
        check_page(html)
    corpus = read_corpus(data, text or None, only=_only(only), keep=tuple(dict.fromkeys(by)))
    tagger = load(model, preset=preset, base_rate=_base_rate(base_rate))
    report = report_on(tagger, corpus.texts, corpus.labels, slices=corpus.columns, ids=corpus.ids)
    if html:
        write_page(report, html)
    click.echo(_json(report.to_dict()) if as_json else str(report))


@cli.command(short_help="Say what a model folder holds.")
@click.argument("model_dir", type=click.Path(path_type=Path), required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the whole manifest as JSON.")
def info(model_dir: Path | None, as_json: bool) -> None:
    """Say what a model folder holds: topics, thresholds, training data, figures."""
    from vnpolicy_nlp.model.artifact import read_manifest, read_model
    from vnpolicy_nlp.model.tagger import packaged_model

    folder = model_dir or packaged_model()
    read_model(folder)  # a damaged model must not describe itself as sound
    manifest = read_manifest(folder)
    click.echo(_json(manifest) if as_json else _describe(folder, manifest))


def _describe(folder: Path, manifest: dict[str, Any]) -> str:
    from vnpolicy_nlp.topics import taxonomy

    training, results = manifest["training"], manifest["metrics"].get("results", {})
    lines = [f"{folder}: format {manifest['format']}, trained on {training['n_articles']} articles"]
    lines += [f"  {package} {version}" for package, version in manifest["versions"].items()]
    for topic in manifest["topics"]:
        known = taxonomy().get(topic)
        name = f" ({known.name_vi})" if known else ""
        figures = results.get(topic, {})
        measured = ", ".join(f"{key} {figures[key]:.3f}" for key in ("f1", "average_precision") if figures.get(key))
        lines.append(
            f"{topic}{name}: {training['n_positive'][topic]} articles, threshold {manifest['thresholds'][topic]:.3f}"
            + (f"; cross-validated {measured}" if measured else "")
        )
    return "\n".join(lines)


@contextmanager
def _stoppable(output: str) -> Iterator[None]:
    """Say after Ctrl-C how to go on."""
    try:
        yield
    except (KeyboardInterrupt, click.Abort):
        how = "" if output == "-" else "; what is done is kept: run again with --resume to go on"
        click.echo(f"\nvnpolicy: stopped{how}", err=True)
        sys.exit(EXIT_INTERRUPTED)


def _separator(given: str | None) -> str | None:
    if given is None:
        return None
    separator = given.replace("\\t", "\t")
    is_one = len(separator) == 1 or (separator and not any(map(str.isalnum, separator)))
    if not is_one or any(sign in '"\r\n' for sign in separator):
        raise click.BadParameter(f"{given!r} is not a sign, or a few such as || or \\t", param_hint="--separator")
    return separator


def _only(given: str | None) -> tuple[str, frozenset[str]] | None:
    if given is None:
        return None
    column, sign, values = given.partition("=")
    if not sign or not column or not values:
        raise click.BadParameter(f"{given!r} is not of the form NAME=VALUE,VALUE", param_hint="--only")
    return column, frozenset(values.split(","))


def _base_rate(given: str | None) -> float | dict[str, float] | None:
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


def _jobs(given: int) -> int:
    if given == 0:
        raise click.BadParameter("0 processes do nothing: give 1 or more, or -1 for one a core", param_hint="--jobs")
    return given


def _json(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return text.encode("utf-8", "backslashreplace").decode()  # names of files that are no UTF-8, as JSON has them


def _fail(message: str) -> None:
    click.echo(f"vnpolicy: error: {' '.join(message.split())}", err=True)
    sys.exit(EXIT_ERROR)


def _show_warning(message: Warning | str, *_: Any, **__: Any) -> None:
    click.echo(f"vnpolicy: warning: {message}", err=True)
