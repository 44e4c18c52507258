"""JSON lines: one object a line."""

from __future__ import annotations

import io
import json
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from vnpolicy_nlp.archive.rows import MISSING, Bad, RawRow, Row
from vnpolicy_nlp.errors import TableError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["JsonTable"]

_LONGEST_LINE = 1 << 28  # bytes
_LOOKED_AT = 1000  # lines whose keys make up the columns


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
        if not self.columns:
            raise TableError(f"{name} has no JSON object in its first lines: it needs one object a line")
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
                yield Bad(line, f"a key that the first {_LOOKED_AT} lines do not have: {min(other)!r}", record.raw)
            else:
                yield RawRow([record.get(column, MISSING) for column in columns], record.raw)


class _Object(dict[str, Any]):
    """A JSON object, and how it stands in the file."""

    raw = ""


def _objects(chunks: Iterator[bytes], name: str) -> Iterator[_Object | Bad | None]:
    """Yield what each line holds, None for a blank one."""
    for number, line in enumerate(_lines(chunks, name), start=1):
        if not line.strip():
            yield None
            continue
        raw = line.decode("utf-8", "surrogateescape")
        try:
            line.decode("utf-8")
        except UnicodeDecodeError:
            yield Bad(number, "not valid UTF-8", raw)
            continue
        try:
            record = json.loads(raw, object_pairs_hook=_unique)
            if "\\ud" in raw or "\\uD" in raw:
                json.dumps(record, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            yield Bad(number, "half a surrogate pair, which is no character", raw)
        except (ValueError, RecursionError) as error:
            yield Bad(number, f"not JSON ({error})", raw)
        else:
            if isinstance(record, _Object):
                record.raw = raw
                yield record
            else:
                yield Bad(number, "not a JSON object", raw)


def _unique(pairs: list[tuple[str, Any]]) -> _Object:
    record = _Object(pairs)
    if len(record) < len(pairs):
        raise ValueError("a key twice in one object")
    return record


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
