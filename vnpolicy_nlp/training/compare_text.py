"""A comparison of two models as lines of text and as HTML."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from vnpolicy_nlp.training.compare import Comparison

__all__ = ["comparison_html", "comparison_text", "interval"]


def comparison_text(found: Comparison) -> str:
    """Return the comparison as a sentence and a few tables."""
    parts = [found.verdict, _main(found), f"Tags that differ:\n{found.counts.to_string()}", _slices(found)]
    parts += [_changed(found.changed), *_left_out(found)]
    return "\n\n".join(filter(None, parts))


def comparison_html(found: Comparison) -> str:
    """Return the comparison as the same sentence and whole tables, everything that comes from texts escaped."""
    tables = (found.table.round(3), found.counts, found.slices.round(3), found.changed.round(3))
    notes = "".join(f"<p>{escape(note)}</p>" for note in _left_out(found))
    return f"<p>{escape(found.verdict)}</p>{notes}" + "".join(table.to_html() for table in tables)


def interval(row: Any, name: str) -> str:
    """Return a difference with its interval, ``+0.034 (+0.002 to +0.071)``; a dash where it is not defined."""
    value, low, high = (row[f"{name}_{end}"] for end in ("difference", "low", "high"))
    return "-" if pd.isna(low) else f"{value:+.3f} ({low:+.3f} to {high:+.3f})"


def _main(found: Comparison) -> str:
    table = found.table
    rows = [row for _, row in table.iterrows()]
    shown = pd.DataFrame(
        {
            "articles": [f"{row['n_positive']}{'*' if row['small'] else ''}" for row in rows],
            found.names[0]: [_figure(row["f1_a"]) for row in rows],
            found.names[1]: [_figure(row["f1_b"]) for row in rows],
            "difference of F1": [interval(row, "f1") for row in rows],
            "of average precision": [interval(row, "average_precision") for row in rows],
            "": table["verdict"].tolist(),
        },
        index=table.index,
    )
    note = "\n* fewer than 10 articles with a topic" if table["small"].any() else ""
    return shown.to_string() + note


def _slices(found: Comparison) -> str:
    """Return the slices with a winner, and of how many they are: by chance alone one in twenty has one."""
    clear = found.slices[found.slices["verdict"].isin([f"{name} better" for name in found.names])]
    if clear.empty:
        return ""
    lines = [
        f"  {row['slice']}: {row['value']} ({row['n_articles']}{'*' if row['small'] else ''}): {row['verdict']}, "
        f"{interval(row, 'f1')}"
        for _, row in clear.iterrows()
    ]
    tried = f"{len(clear)} of {len(found.slices)}; by chance alone 1 in 20"
    return f"Clear differences on parts of the articles ({tried}):\n" + "\n".join(lines)


def _changed(changed: pd.DataFrame) -> str:
    if changed.empty:
        return ""
    lines = [
        f"  {row['topic']}, {row['kind']}: {row['row']} {row['title']} "
        f"({row['probability_a']:.2f} -> {row['probability_b']:.2f})"
        for _, row in changed.iterrows()
    ]
    return "Changed tags, the surest first:\n" + "\n".join(lines)


def _left_out(found: Comparison) -> list[str]:
    pairs = zip(found.names, (found.only_a, found.only_b), strict=True)
    lines = [f"Topics of {name} alone, not compared: {', '.join(topics)}" for name, topics in pairs if topics]
    return lines + [f"Topics without labels, not compared: {', '.join(found.unlabelled)}"] * bool(found.unlabelled)


def _figure(value: float) -> str:
    return "-" if pd.isna(value) else f"{value:.3f}"
