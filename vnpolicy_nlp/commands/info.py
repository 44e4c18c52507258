"""``vnpolicy info``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from vnpolicy_nlp.commands.options import (
    as_json_text,
)

__all__ = ["info"]


@click.command(short_help="Say what a model folder holds.")
@click.argument("model_dir", type=click.Path(path_type=Path), required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the whole manifest as JSON.")
def info(model_dir: Path | None, as_json: bool) -> None:
    """Say what a model folder holds: topics, thresholds, training data, figures."""
    from vnpolicy_nlp.model.artifact import read_manifest, read_model
    from vnpolicy_nlp.model.tagger import packaged_model

    folder = model_dir or packaged_model()
    read_model(folder)  # a damaged model must not describe itself as sound
    manifest = read_manifest(folder)
    click.echo(as_json_text(manifest) if as_json else _describe(folder, manifest))


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
