"""Two small plots as SVG: lines in the colour of the text around them, so that they can be read on light and dark."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import numpy as np
from sklearn.metrics import precision_recall_curve

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

__all__ = ["precision_recall_steps", "precision_recall_svg", "reliability_svg"]

SIDE = 200  # pixels of the square that 0 to 1 takes, both ways
LEFT, TOP, RIGHT, BOTTOM = 48, 14, 14, 44  # around it
TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)
MOST_POINTS = 400
ACCENT = "#3b82c4"  # contrast of 4 to white and of 5 to black; nothing is told by colour alone
_DASHED = 'stroke="currentColor" stroke-opacity=".6" stroke-dasharray="4 4"'
_SOLID = f'stroke="{ACCENT}" stroke-width="2"'


def reliability_svg(curve: pd.DataFrame, topic: str) -> str:
    """Return the plot of a table as `reliability_curve` returns it.

    A dot a bin, with the 95 % interval of the observed rate; on the dashed line probabilities are true.
    """
    marks = [_line([(0, 0), (1, 1)], _DASHED), _line(_points(curve, "mean_predicted", "observed"), _SOLID)]
    for predicted, observed, low, high, n in curve.to_numpy().tolist():
        said = f"predicted {predicted:.3f}, observed {observed:.3f}, {n:.0f} articles"
        whisker = _line([(predicted, low), (predicted, high)], 'stroke="currentColor"')
        marks += [whisker, _dot(predicted, observed, said)]
    return _plot(f"Reliability of {topic}", "mean predicted probability", "observed rate", marks)


def precision_recall_svg(
    y: NDArray[np.int64], decisions: NDArray[np.int64], probabilities: NDArray[np.float64], topic: str
) -> str:
    """Return the plot of precision over recall at all thresholds.

    The ring is where the tags are; the dashed line is the share of articles with the topic, what guessing gets.
    """
    name = f"Precision and recall of {topic}"
    if not y.any():
        return _plot(name, "recall", "precision", [_text(0.5, 0.5, "no article has this topic")])
    corners = precision_recall_steps(y, probabilities).tolist()
    marks = [_line([(0, y.mean()), (1, y.mean())], _DASHED), _line(corners, _SOLID)]
    if decisions.any():
        hits = int((y * decisions).sum())
        x, height = hits / int(y.sum()), hits / int(decisions.sum())
        marks.append(_dot(x, height, f"the tags: recall {x:.3f}, precision {height:.3f}", ring=True))
    return _plot(name, "recall", "precision", marks)


def precision_recall_steps(y: NDArray[np.int64], probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the corners of the curve, recall and precision, shape (n_corners, 2); below it is average precision."""
    precision, recall, _ = precision_recall_curve(y, probabilities)
    kept = np.unique(np.linspace(0, len(recall) - 1, MOST_POINTS).astype(int))
    recall, precision = recall[kept][::-1], precision[kept][::-1]
    return np.column_stack([np.repeat(recall, 2)[:-1], np.repeat(precision, 2)[1:]])


def _plot(name: str, x_label: str, y_label: str, marks: list[str]) -> str:
    width, height = LEFT + SIDE + RIGHT, TOP + SIDE + BOTTOM
    frame = f'<rect x="{LEFT}" y="{TOP}" width="{SIDE}" height="{SIDE}" stroke="currentColor" stroke-opacity=".4"/>'
    ticks = [
        f'<text x="{_x(tick):.0f}" y="{TOP + SIDE + 16}" text-anchor="middle">{tick:g}</text>'
        f'<text x="{LEFT - 6}" y="{_y(tick) + 4:.0f}" text-anchor="end">{tick:g}</text>'
        for tick in TICKS
    ]
    middle = TOP + SIDE / 2
    labels = (
        f'<text x="{_x(0.5):.0f}" y="{height - 8}" text-anchor="middle">{x_label}</text>'
        f'<text x="12" y="{middle:.0f}" text-anchor="middle" transform="rotate(-90 12 {middle:.0f})">{y_label}</text>'
    )
    letters = f'<g fill="currentColor" stroke="none" font-size="11">{"".join(ticks)}{labels}</g>'
    return (
        f'<svg role="img" aria-label="{escape(name)}" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'fill="none" font-family="sans-serif"><title>{escape(name)}</title>{frame}{letters}{"".join(marks)}</svg>'
    )


def _points(table: pd.DataFrame, x: str, y: str) -> list[tuple[float, float]]:
    return list(zip(table[x].tolist(), table[y].tolist(), strict=True))


def _line(points: Sequence[Sequence[float]], style: str) -> str:
    return f'<polyline points="{" ".join(f"{_x(x):.1f},{_y(y):.1f}" for x, y in points)}" {style}/>'


def _dot(x: float, y: float, said: str, *, ring: bool = False) -> str:
    look = 'r="6" stroke="currentColor" stroke-width="2"' if ring else f'r="3.5" fill="{ACCENT}"'
    return f'<circle cx="{_x(x):.1f}" cy="{_y(y):.1f}" {look}><title>{escape(said)}</title></circle>'


def _text(x: float, y: float, said: str) -> str:
    return (
        f'<text x="{_x(x):.0f}" y="{_y(y):.0f}" text-anchor="middle" fill="currentColor" font-size="12">'
        f"{escape(said)}</text>"
    )


def _x(value: float) -> float:
    return LEFT + SIDE * value


def _y(value: float) -> float:
    return TOP + SIDE * (1 - value)
