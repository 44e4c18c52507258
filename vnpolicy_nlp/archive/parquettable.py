"""Parquet, by pyarrow: read some rows at a time, written a row group at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from vnpolicy_nlp.archive.files import cannot_read
from vnpolicy_nlp.archive.rows import MISSING, Bad, NumberedRow, Row
from vnpolicy_nlp.archive.writers import as_text, raw_of
from vnpolicy_nlp.errors import OutputError, TableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

__all__ = ["ParquetTable", "join_parts", "load_pyarrow", "write_part"]

_ROWS = 256  # read at once


class ParquetRow(NumberedRow):
    """A row as Python's values, and where it stands in Arrow's memory, from which it is written as it was read."""

    __slots__ = ("batch", "place")

    def __init__(self, cells: Iterable[Any], line: int, batch: Any, place: int) -> None:
        super().__init__(cells, line)
        self.batch, self.place = batch, place


class ParquetTable:
    """A Parquet file that is open for reading.

    Raises
    ------
    TableError
        If it is none, or damaged.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        pyarrow, parquet = load_pyarrow()
        try:
            self._file = parquet.ParquetFile(path)
            self.schema = self._file.schema_arrow.remove_metadata()
            self.columns = list(self.schema.names)
        except (OSError, ValueError, pyarrow.ArrowException) as error:
            raise _damaged(path, error) from error
        self.notes: dict[str, str] = {}

    def records(self) -> Iterator[Row | Bad]:
        """Yield all rows; those with strings that are no UTF-8 are set aside."""
        pyarrow, _ = load_pyarrow()
        line = 0
        try:
            for batch in self._file.iter_batches(batch_size=_ROWS):
                columns, stray = self._values(batch)
                for place, cells in enumerate(zip(*columns, strict=True)):
                    line += 1
                    if bad := [self.columns[n] for n in stray if not _is_utf8(cells[n])]:
                        yield Bad(line, f"not valid UTF-8 in the column {bad[0]!r}", raw_of(cells))
                    else:
                        yield ParquetRow(cells, line, batch, place)
        except (OSError, LookupError, OverflowError, ValueError, pyarrow.ArrowException) as error:
            raise _damaged(self._path, error) from error

    def _values(self, batch: Any) -> tuple[list[list[Any]], list[int]]:
        """Return the cells of each column, and which columns hold strings that are no UTF-8."""
        columns, stray = [], []
        for n, column in enumerate(batch.columns):
            try:
                columns.append(_to_python(column))
            except UnicodeDecodeError:
                columns.append([_decoded(cell) for cell in _cast(_cast(column, _in_utc), _with_bytes).to_pylist()])
                stray.append(n)
        return columns, stray


def _to_python(column: Any) -> list[Any]:
    """Return Python's values; times that Python has none for are text."""
    try:
        return cast("list[Any]", _cast(column, _without_nanoseconds).to_pylist())
    except UnicodeDecodeError:
        raise
    except (LookupError, OverflowError, ValueError):  # years behind 9999, zones that are not known here
        return cast("list[Any]", _cast(_cast(column, _in_utc), _without_times).to_pylist())


def _cast(column: Any, change: Callable[[Any], Any]) -> Any:
    """Return a column whose types, those within others too, are changed by a function."""
    pyarrow, _ = load_pyarrow()
    if pyarrow.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    kind = _changed(column.type, change)
    return column if kind == column.type else column.cast(kind)


def _changed(kind: Any, change: Callable[[Any], Any]) -> Any:
    pyarrow, _ = load_pyarrow()
    types = pyarrow.types
    if types.is_struct(kind):
        fields = [kind.field(n) for n in range(kind.num_fields)]
        return pyarrow.struct([field.with_type(_changed(field.type, change)) for field in fields])
    if types.is_map(kind):
        return pyarrow.map_(_changed(kind.key_type, change), _changed(kind.item_type, change))
    if types.is_fixed_size_list(kind):
        return pyarrow.list_(kind.value_field.with_type(_changed(kind.value_type, change)), kind.list_size)
    if types.is_list(kind):
        return pyarrow.list_(kind.value_field.with_type(_changed(kind.value_type, change)))
    if types.is_large_list(kind):
        return pyarrow.large_list(kind.value_field.with_type(_changed(kind.value_type, change)))
    return change(kind)


def _without_nanoseconds(kind: Any) -> Any:
    """Python's own times have microseconds, and what stands behind them would be lost without a word."""
    pyarrow, _ = load_pyarrow()
    is_time = pyarrow.types.is_timestamp(kind) or pyarrow.types.is_time(kind)
    return pyarrow.string() if is_time and kind.unit == "ns" else kind


def _in_utc(kind: Any) -> Any:
    pyarrow, _ = load_pyarrow()
    return pyarrow.timestamp(kind.unit, "UTC") if getattr(kind, "tz", None) else kind


def _without_times(kind: Any) -> Any:
    pyarrow, _ = load_pyarrow()
    return pyarrow.string() if pyarrow.types.is_temporal(kind) else kind


def _with_bytes(kind: Any) -> Any:
    pyarrow, _ = load_pyarrow()
    if pyarrow.types.is_large_string(kind):
        return pyarrow.large_binary()
    return pyarrow.binary() if pyarrow.types.is_string(kind) else _without_times(kind)


def _decoded(value: Any) -> Any:
    """Return a value with bytes as text, and those that are no UTF-8 as `surrogateescape` keeps them."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    if isinstance(value, list | tuple):
        return [_decoded(inner) for inner in value]
    if isinstance(value, dict):
        return {key: _decoded(inner) for key, inner in value.items()}
    return value


def _is_utf8(value: Any) -> bool:
    try:
        as_text(value).encode()
    except UnicodeEncodeError:
        return False
    return True


def write_part(
    path: Path,
    columns: Sequence[str],
    rows: Sequence[Row],
    added: Sequence[str],
    more: Sequence[list[str]],
    schema: Any,
) -> None:
    """Write rows and their new cells, which are text, as a file of one row group.

    Parameters
    ----------
    schema : pyarrow.Schema or None
        That of the Parquet file that the rows are from. They keep their types then; other rows become text.
    """
    pyarrow, parquet = load_pyarrow()
    if schema is not None:
        table = _as_read(rows, schema)
    else:
        cells = [[_text_or_null(row[place]) for row in rows] for place in range(len(columns))]
        arrays = [pyarrow.array(column, type=pyarrow.string()) for column in cells]
        table = pyarrow.Table.from_arrays(arrays, names=list(columns))
    for place, name in enumerate(added):
        table = table.append_column(name, pyarrow.array([cells[place] for cells in more], type=pyarrow.string()))
    parquet.write_table(table, path, compression="zstd")


def _as_read(rows: Sequence[Any], schema: Any) -> Any:
    """Return rows of a Parquet file as Arrow read them: no value goes through Python's types."""
    pyarrow, _ = load_pyarrow()
    pieces: list[tuple[Any, int, int]] = []  # of rows behind each other: their batch, the first, the number
    for row in rows:
        batch, first, n = pieces[-1] if pieces else (None, 0, 0)
        if batch is row.batch and first + n == row.place:
            pieces[-1] = batch, first, n + 1
        else:
            pieces.append((row.batch, row.place, 1))
    batches = [batch.slice(first, n).replace_schema_metadata(None) for batch, first, n in pieces]
    return pyarrow.Table.from_batches(batches, None if batches else schema)


def _text_or_null(value: Any) -> str | None:
    return None if value is None or value is MISSING else as_text(value)


def join_parts(parts: Sequence[Path], target: Path) -> None:
    """Write the row groups of some files into one."""
    _, parquet = load_pyarrow()
    with parquet.ParquetWriter(target, parquet.read_schema(parts[0]), compression="zstd") as writer:
        for part in parts:
            with parquet.ParquetFile(part) as file:  # which may have two columns of one name
                writer.write_table(file.read())


def load_pyarrow() -> tuple[Any, Any]:
    """Return pyarrow and its module for Parquet.

    Raises
    ------
    OutputError
        If it is not installed.
    """
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise OutputError("Parquet needs a package: pip install 'vnpolicy-nlp[parquet]'") from error
    return pyarrow, parquet


def _damaged(path: Path, error: Exception) -> TableError:
    if isinstance(error, OSError) and error.errno:
        return cannot_read(str(path), error)
    return TableError(
        f"{path} is no Parquet file, or is damaged, or holds what Python cannot: {str(error).splitlines()[0]}"
    )
