"""A report as lines of text."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from vnpolicy_nlp.training.measures import MACRO

if TYPE_CHECKING:
    from vnpolicy_nlp.training.report import Report

__all__ = ["cell", "confusion_cells", "slice_rows", "text_of"]

WITH_INTERVAL = ("precision", "recall", "f1", "average_precision")
IN_SLICES = ("f1", "average_precision")
SHORT = {"brier": "brier", "expected_calibration_error": "ece"}
WIDTH = 120
ERRORS_SHOWN = 2  # of each kind and topic; the others are in `errors`, JSON and HTML
TITLE_SHOWN = 70


def text_of(report: Report) -> str:
    """Return the report as a few tables."""
    parts = [_main(report.table), _confusion(report)]
    if report.slices is not None:
        parts.append(_slices(report.slices))
    if report.errors is not None and len(report.errors):
        parts.append(_errors(report.errors))
    signature = f"{report.n_articles} articles, {report.signature}; 95 % intervals in brackets"
    return "\n\n".join([*parts, textwrap.fill(signature, WIDTH, break_on_hyphens=False)])


def cell(row: pd.Series[Any], measure: str) -> str:
    """Return a figure with its interval, ``0.942 (0.92-0.96)``; a dash where it is not defined."""
    if pd.isna(row[measure]):
        return "-"
    return f"{row[measure]:.3f} ({row[f'{measure}_low']:.2f}-{row[f'{measure}_high']:.2f})"


def confusion_cells(report: Report) -> pd.DataFrame:
    """Return the table of confusion as strings, such as ``12 (3 wrong)``."""
    got, wrong = report.confusion, report.confusion_wrong
    cells = [
        [f"{n}" + (f" ({bad} wrong)" if bad else "") for n, bad in zip(*pair, strict=True)]
        for pair in zip(got.to_numpy().tolist(), wrong.to_numpy().tolist(), strict=True)
    ]
    return pd.DataFrame(cells, index=got.index, columns=got.columns)


def slice_rows(slices: pd.DataFrame) -> pd.DataFrame:
    """Return the slices as they are shown: a row a slice with F1 a topic, and the macro averages with intervals.

    A ``*`` marks figures of fewer than ten articles with the topic, or with any topic of the average.
    """
    rows = []
    for (name, value), part in slices.groupby(["slice", "value"], sort=False):
        *topics, macro = (row for _, row in part.iterrows())
        shown = {str(row["topic"]): _starred(_plain(row["f1"]), row["small"]) for row in topics}
        counts = {"articles": macro["n_articles"], "with a topic": macro["n_positive"]}
        averages = {f"{MACRO} {measure}": _starred(cell(macro, measure), macro["small"]) for measure in IN_SLICES}
        rows.append({"slice": name, "value": value, **counts, **shown, **averages})
    return pd.DataFrame(rows)


def _main(table: pd.DataFrame) -> str:
    shown = pd.DataFrame({"articles": table["n_positive"]})
    for measure in WITH_INTERVAL:
        shown[measure] = [cell(row, measure) for _, row in table.iterrows()]
    for measure, name in SHORT.items():
        shown[name] = table[measure].map("{:.3f}".format)
    return shown.to_string()


def _confusion(report: Report) -> str:
    return f"Articles of a topic (row) that got a tag (column):\n{confusion_cells(report).to_string()}"


def _slices(slices: pd.DataFrame) -> str:
    table = slice_rows(slices)
    table["slice"] = np.where(table["slice"].duplicated(), "", table["slice"])
    title = "By slice: F1 a topic, and macro averages (* fewer than 10 articles with a topic):"
    return f"{title}\n{table.to_string(index=False)}"


def _errors(errors: pd.DataFrame) -> str:
    lines = ["The surest errors:"]
    for (topic, kind), part in errors.groupby(["topic", "kind"], sort=False):
        shown = part.head(ERRORS_SHOWN)
        for row, probability, title in zip(shown["row"], shown["probability"], shown["title"], strict=True):
            lines.append(f"  {topic}, {kind}, {probability:.2f}, row {row}: {_short(title)}")
    return "\n".join(lines)


def _plain(value: float) -> str:
    return "-" if pd.isna(value) else f"{value:.3f}"


def _starred(text: str, small: bool) -> str:
    return f"{text}*" if small and text != "-" else text


def _short(title: str) -> str:
    return title if len(title) <= TITLE_SHOWN else title[:TITLE_SHOWN].rsplit(" ", 1)[0] + " …"
