"""Parquet, by pyarrow: read some rows at a time, written a row group at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vnpolicy_nlp.archive.writers import as_text
from vnpolicy_nlp.errors import OutputError, TableError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from vnpolicy_nlp.archive.rows import Bad, Row

__all__ = ["ParquetTable", "join_parts", "write_part"]

_ROWS = 256  # read at once


class ParquetTable:
    """A Parquet file that is open for reading.

    Raises
    ------
    TableError
        If it is none, or damaged.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        pyarrow, parquet = _pyarrow()
        try:
            self._file = parquet.ParquetFile(path)
            self.schema = self._file.schema_arrow
            self.columns = list(self.schema.names)
        except (OSError, ValueError, pyarrow.ArrowException) as error:
            raise _damaged(path, error) from error
        self.notes: dict[str, str] = {}

    def records(self) -> Iterator[Row | Bad]:
        """Yield all rows."""
        pyarrow, _ = _pyarrow()
        try:
            for batch in self._file.iter_batches(batch_size=_ROWS):
                yield from map(list, zip(*(column.to_pylist() for column in batch.columns), strict=True))
        except (OSError, OverflowError, ValueError, pyarrow.ArrowException) as error:
            raise _damaged(self._path, error) from error


def write_part(path: Path, columns: Sequence[str], rows: Sequence[Row], schema: Any) -> None:
    """Write rows as a file of one row group.

    Parameters
    ----------
    schema : pyarrow.Schema or None
        The types of the first columns; the others are text.
    """
    pyarrow, parquet = _pyarrow()
    if len(set(columns)) < len(columns):
        raise TableError("two columns have one name, which Parquet files should not have: write CSV, or rename one")
    arrays = []
    for place in range(len(columns)):
        if schema is not None and place < len(schema.types):
            cells, kind = [row[place] for row in rows], schema.types[place]
        else:
            cells, kind = [None if row[place] is None else as_text(row[place]) for row in rows], pyarrow.string()
        arrays.append(pyarrow.array(cells, type=kind))
    parquet.write_table(pyarrow.Table.from_arrays(arrays, names=list(columns)), path, compression="zstd")


def join_parts(parts: Sequence[Path], target: Path) -> None:
    """Write the row groups of some files into one."""
    _, parquet = _pyarrow()
    with parquet.ParquetWriter(target, parquet.read_schema(parts[0]), compression="zstd") as writer:
        for part in parts:
            writer.write_table(parquet.read_table(part))


def _pyarrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise OutputError("Parquet needs a package: pip install 'vnpolicy-nlp[parquet]'") from error
    return pyarrow, parquet


def _damaged(path: Path, error: Exception) -> TableError:
    return TableError(
        f"{path} is no Parquet file, or is damaged, or holds what Python cannot: {str(error).splitlines()[0]}"
    )
