"""What every kind of table is made of: rows, and records that are none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["MISSING", "Bad", "NumberedRow", "RawRow", "Row", "Table"]

Row = list[Any]  # the cells in the order of the columns


class NumberedRow(Row):
    """The cells of a record, and its line in the file; 0 where no one will ask for it."""

    __slots__ = ("line",)

    def __init__(self, cells: Iterable[Any], line: int) -> None:
        super().__init__(cells)
        self.line = line


class RawRow(NumberedRow):
    """The cells of a record, and how it stands in the file, in UTF-8: so it is written again."""

    __slots__ = ("raw",)

    def __init__(self, cells: Iterable[Any], raw: bytes, line: int = 0) -> None:
        super().__init__(cells, line)
        self.raw = raw


class _Missing:
    """What stands for a key that a JSON object does not have."""

    def __bool__(self) -> bool:
        return False


MISSING = _Missing()


class Bad(NamedTuple):
    """A record that cannot be read: where it stands, why, and what it looks like."""

    line: int
    reason: str
    raw: str


class Table(Protocol):
    """A table that is open for reading.

    Attributes
    ----------
    columns : list of str
    notes : dict of str to str
        What was found out about the file, such as its encoding.
    """

    columns: list[str]
    notes: dict[str, str]

    def records(self) -> Iterator[Row | Bad]:
        """Yield all records below the header, once."""
        ...
