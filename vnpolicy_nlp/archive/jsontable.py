"""JSON lines: one object a line."""

from __future__ import annotations

import io
import json
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from vnpolicy_nlp.archive.rows import MISSING, Bad, Row
from vnpolicy_nlp.errors import TableError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["JsonTable"]

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
        records = _objects(chunks)
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
                reason = f"a key that the first {_LOOKED_AT} lines do not have: {min(other)!r}"
                yield Bad(line, reason, json.dumps(record, ensure_ascii=False))
            else:
                yield [record.get(column, MISSING) for column in columns]


def _objects(chunks: Iterator[bytes]) -> Iterator[dict[str, Any] | Bad | None]:
    """Yield what each line holds, None for a blank one."""
    for number, line in enumerate(_lines(chunks), start=1):
        if not line.strip():
            yield None
            continue
        try:
            text = line.decode("utf-8")
            record = json.loads(text)
            if "\\ud" in text or "\\uD" in text:
                json.dumps(record, ensure_ascii=False).encode()  # half a surrogate pair is no character
        except UnicodeError:
            yield Bad(number, "not valid UTF-8", line.decode("utf-8", "surrogateescape"))
        except (ValueError, RecursionError) as error:
            yield Bad(number, f"not JSON ({error})", line.decode("utf-8", "surrogateescape"))
        else:
            yield record if isinstance(record, dict) else Bad(number, "not a JSON object", text)


def _lines(chunks: Iterator[bytes]) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        if b"\n" not in chunk:
            rest += chunk
            continue
        head, _, tail = chunk.rpartition(b"\n")
        yield from io.BytesIO(rest + head + b"\n")
        rest = tail
    if rest:
        yield rest
