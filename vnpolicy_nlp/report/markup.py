"""Pieces of the page. What takes text escapes it; what is called `html` is HTML already."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = [
    "Cell",
    "Head",
    "Section",
    "capitalized",
    "figure",
    "link",
    "number_cell",
    "paragraphs",
    "safe_address",
    "table",
    "text_cell",
]


@dataclass(frozen=True)
class Section:
    """A section.

    Attributes
    ----------
    slug : str
        Its id.
    title, body : str
    charts : dict of str to dict
        Vega-Lite by the name under which `body` has places for it.
    """

    slug: str
    title: str
    body: str
    charts: dict[str, dict[str, Any]] = field(default_factory=dict)

    def html(self) -> str:
        """Return the section."""
        return f'<section id="{self.slug}"><h2>{escape(self.title)}</h2>{self.body}</section>'


@dataclass(frozen=True)
class Cell:
    """A cell of a table.

    Attributes
    ----------
    html : str
    value : str or None
        What it is sorted by, if not by its text.
    is_number : bool
    kind : str
        Its class.
    """

    html: str
    value: str | None = None
    is_number: bool = False
    kind: str = ""


@dataclass(frozen=True)
class Head:
    """The head of a column.

    Attributes
    ----------
    text : str
    largest_first : bool
        Whether the first click sorts downwards.
    is_sortable : bool
    """

    text: str
    largest_first: bool = False
    is_sortable: bool = True


def text_cell(text: str, value: str | None = None) -> Cell:
    """Return a cell of text, which cannot change the direction of what stands beside it."""
    return Cell(f'<bdi lang="vi">{escape(text)}</bdi>', value)


def number_cell(shown: str, value: float) -> Cell:
    """Return a cell of a number."""
    return Cell(escape(shown), f"{value:.6g}" if isinstance(value, float) else str(value), is_number=True)


def table(heads: Sequence[Head], rows: Iterable[Sequence[Cell]], *, name: str = "", rest: Iterable[str] = ()) -> str:
    """Return a table whose columns can be sorted.

    Parameters
    ----------
    heads : sequence of Head
    rows : iterable of sequence of Cell
    name : str
        Its id.
    rest : iterable of str
        What stands in the tag of each row, if anything does.
    """
    head = "".join(map(_head, heads))
    attributes = iter(rest)
    names = [capitalized(one.text) for one in heads]
    body = "".join(f"<tr{next(attributes, '')}>{_row(row, names)}</tr>" for row in rows)
    identity = f' id="{name}"' if name else ""
    return f'<div class="wide"><table{identity}><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _head(head: Head) -> str:
    text = escape(capitalized(head.text))
    if not head.is_sortable or not text:
        return f'<th scope="col">{text}</th>'
    first = " data-first=descending" if head.largest_first else ""
    return f'<th scope="col"{first}><button type="button">{text}</button></th>'


def capitalized(text: str) -> str:
    """Return a text that begins with a capital letter."""
    return text[:1].upper() + text[1:]


def _row(cells: Sequence[Cell], names: Sequence[str]) -> str:
    """Return the cells of a row, the first of which is its head."""
    tags = ("th scope=row", *["td"] * (len(cells) - 1))
    return "".join(map(_cell, cells, names, tags))


def _cell(cell: Cell, head: str, tag: str) -> str:
    kinds = " ".join(filter(None, ("n" if cell.is_number else "", cell.kind)))
    kind = f' class="{kinds}"' if kinds else ""
    value = "" if cell.value is None else f' data-value="{escape(cell.value)}"'
    return f'<{tag}{kind}{value} data-head="{escape(head)}">{cell.html}</{tag.split()[0]}>'


def figure(chart: str, caption: str, numbers: str = "", summary: str = "") -> str:
    """Return the place where a chart is drawn, and its numbers to unfold."""
    unfolded = f"<details><summary>{escape(summary)}</summary>{numbers}</details>" if numbers else ""
    return (
        f"<figure><figcaption>{escape(caption)}</figcaption>"
        f'<div class="chart" data-chart="{chart}" role="group" aria-label="{escape(caption)}"></div>{unfolded}</figure>'
    )


def paragraphs(sentences: Iterable[str]) -> str:
    """Return sentences as a list."""
    return f"<ul>{''.join(f'<li>{escape(sentence)}</li>' for sentence in sentences)}</ul>"


def link(text: str, address: str) -> str:
    """Return a link, or the text alone where the address is none of the web's."""
    shown = f'<bdi lang="vi">{escape(text)}</bdi>'
    safe = safe_address(address)
    return f'<a href="{escape(safe)}" rel="noopener noreferrer" target="_blank">{shown}</a>' if safe else shown


def safe_address(address: str) -> str:
    """Return an address of the web as it is; nothing for one of another kind, such as ``javascript:``."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return address if parts.scheme in ("http", "https") and parts.netloc else ""
