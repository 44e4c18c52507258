"""JSON lines: one object a line."""

from __future__ import annotations

import io
import json
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from vnpolicy_nlp.archive.rows import MISSING, Bad, RawRow, Row
from vnpolicy_nlp.errors import TableError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["JsonTable"]

_LONGEST_LINE = 1 << 28  # bytes
_LOOKED_AT = 1000  # lines whose keys make up the columns
_DEEPEST = 200  # values within values; what is a little deeper can be read, and perhaps not be written


class JsonTable:
    """A file of JSON lines that is open for reading. Its columns are the keys of its first objects.

    Parameters
    ----------
    chunks : iterator of bytes
        The content in UTF-8.
    name : str
        Of the file, for messages.

    Raises
    ------
    TableError
        If there is no object in the first lines.
    """

    def __init__(self, chunks: Iterator[bytes], name: str) -> None:
        records = _objects(chunks, name)
        first = list(islice(records, _LOOKED_AT))
        self.columns = list(dict.fromkeys(key for record in first if isinstance(record, dict) for key in record))
        if any(isinstance(record, Bad) and record.raw.lstrip().startswith("[") for record in _first(first)):
            raise TableError(
                f"{name} is one JSON array, and it needs to be one object a line: "
                "make it so with `jq -c '.[]'`, and name it .jsonl"
            )
        if not self.columns:
            raise TableError(
                f"{name} has no JSON object in its first lines: it needs one object a line, as `jq -c` writes them"
            )
        self._records = chain(first, records)
        self.notes: dict[str, str] = {}

    def records(self) -> Iterator[Row | Bad]:
        """Yield all records."""
        columns, known = self.columns, set(self.columns)
        for line, record in enumerate(self._records, start=1):
            if record is None:
                continue
            if isinstance(record, Bad):
                yield record
            elif other := record.keys() - known:
                yield Bad(
                    line, f"a key that the first {_LOOKED_AT} lines do not have: {min(other)!r}", record.raw.decode()
                )
            else:
                yield RawRow([record.get(column, MISSING) for column in columns], record.raw, line)


def _first(records: Iterable[_Object | Bad | None]) -> list[_Object | Bad]:
    """Return the first record that is not blank, if there is one."""
    return [record for record in records if record is not None][:1]


class _Object(dict[str, Any]):
    """A JSON object, and how it stands in the file."""

    raw = b""


class _UnfitError(ValueError):
    """JSON, but nothing that can be kept in a row."""


class _Float(float):
    """A number that other kinds of files get as it is written here: a float has 17 digits only, and no 1.10."""

    __slots__ = ("_written",)

    def __init__(self, written: str) -> None:
        self._written = written

    def __str__(self) -> str:
        return self._written


def _objects(chunks: Iterator[bytes], name: str) -> Iterator[_Object | Bad | None]:
    """Yield what each line holds, None for a blank one."""
    for number, line in enumerate(_lines(chunks, name), start=1):
        yield _object(number, line) if line.strip() else None


def _object(number: int, line: bytes) -> _Object | Bad:
    raw = line.decode("utf-8", "surrogateescape")
    try:
        line.decode("utf-8")
        record = json.loads(raw, object_pairs_hook=_unique, parse_float=_Float, parse_constant=_Float)
        if raw.count("[") + raw.count("{") > _DEEPEST:
            _check_depth(record)
        if "\\ud" in raw or "\\uD" in raw:
            json.dumps(record, ensure_ascii=False).encode()
    except UnicodeDecodeError:
        return Bad(number, "not valid UTF-8", raw)
    except UnicodeEncodeError:
        return Bad(number, "half a surrogate pair, which is no character", raw)
    except _UnfitError as error:
        return Bad(number, str(error), raw)
    except (ValueError, RecursionError) as error:
        return Bad(number, f"not JSON ({error})", raw)
    if not isinstance(record, _Object):
        return Bad(number, "not a JSON object", raw)
    record.raw = line
    return record


def _unique(pairs: list[tuple[str, Any]]) -> _Object:
    record = _Object(pairs)
    if len(record) < len(pairs):
        raise _UnfitError("a key twice in one object")
    return record


def _check_depth(value: Any) -> None:
    """Raise `ValueError` if values are nested too deep."""
    level = [value]
    for _ in range(_DEEPEST):
        level = [inner for outer in level for inner in _inner(outer)]
    if level:
        raise _UnfitError(f"more than {_DEEPEST} values within each other")


def _inner(value: Any) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()


def _lines(chunks: Iterator[bytes], name: str) -> Iterator[bytes]:
    rest = bytearray()
    for chunk in chunks:
        head, end, tail = chunk.rpartition(b"\n")
        if not end:
            rest += chunk
            if len(rest) > _LONGEST_LINE:
                raise TableError(f"{name} has a line of more than {_LONGEST_LINE >> 20} MiB: is it JSON lines?")
            continue
        yield from io.BytesIO(bytes(rest) + head + end)
        rest = bytearray(tail)
    if rest:
        yield bytes(rest)
