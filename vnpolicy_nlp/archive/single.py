"""One article: a file of its own, or a row of a table."""

from __future__ import annotations

import io
from pathlib import PurePath
from typing import TYPE_CHECKING

from vnpolicy_nlp.archive.chunks import text_reader
from vnpolicy_nlp.archive.encodings import describe, detect, utf8_chunks
from vnpolicy_nlp.archive.files import damage, find_inputs, kind_of, open_unpacked
from vnpolicy_nlp.archive.rows import Bad
from vnpolicy_nlp.archive.tables import no_table, open_table, records_of
from vnpolicy_nlp.errors import InputError, TableError
from vnpolicy_nlp.model.columns import check_columns, guess_text_columns

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from vnpolicy_nlp.archive.files import Input

__all__ = ["read_article"]

_MOST_BYTES = 16 << 20  # of a file that is one article
_TABLES = (".csv", ".tsv", ".jsonl", ".ndjson", ".parquet")


def read_article(
    source: str | Path,
    row: int | None = None,
    text: Sequence[str] = (),
    encoding: str | None = None,
    separator: str | None = None,
) -> str:
    """Return the text of one article.

    Parameters
    ----------
    source : str or Path
        A file of text or a table, packed or not; "-" for standard input.
    row : int, optional
        Which row of a table, from 1 below the header.
    text : sequence of str
        The text columns of a table; guessed without them.
    encoding, separator : str, optional
        Found out without them.

    Raises
    ------
    InputError
        If a table is given without a row, or has fewer rows, or the row's text is no text.
    TableError, ColumnError
    """
    if not str(source):
        raise InputError("no file is named: give one, or - for standard input")
    found = find_inputs([source])
    if len(found) != 1:
        raise InputError(f"{source} stands for {len(found)} files: give one")
    if row is not None:
        return _row(found[0], row, text, encoding, separator)
    if found[0].path is not None and _is_table(found[0].path.name):
        raise InputError(f"{source} is a table: say which article with --row, counted from 1 below the header")
    return _whole(found[0], encoding)


def _is_table(name: str) -> bool:
    """Return whether a file is a table by its name, packed or not."""
    suffixes = [suffix.lower() for suffix in PurePath(name).suffixes]
    if suffixes and kind_of(name).packing:
        suffixes.pop()
    return bool(suffixes) and suffixes[-1] in _TABLES


def _whole(source: Input, encoding: str | None) -> str:
    try:
        with open_unpacked(source) as (counted, content):
            data = content.read(_MOST_BYTES + 1)
    except Exception as error:
        if what := damage(error):
            raise TableError(f"cannot read {source.name}: {what}; copy it again") from error
        raise
    if what := no_table(data, source, counted.packing):
        raise TableError(f"{source.name} {what}")
    if len(data) > _MOST_BYTES:
        raise TableError(f"{source.name} is larger than {_MOST_BYTES >> 20} MiB: is it one article?")
    found = encoding or detect(data)
    try:
        text = b"".join(utf8_chunks(io.BytesIO(data), found)).decode().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise TableError(f"{source.name} is not valid {describe(found)}: give another --encoding, or none") from error
    if not text.strip():
        raise InputError(f"{source.name} is empty: there is no article to explain")
    return text


def _row(source: Input, row: int, text: Sequence[str], encoding: str | None, separator: str | None) -> str:
    n_rows = 0
    with open_table(source, encoding, separator) as (table, _):
        columns = list(text) or guess_text_columns(table.columns)
        check_columns(table.columns, columns, [])
        text_of = text_reader(table, columns)
        for record in records_of(table, source.name):
            if isinstance(record, Bad):
                continue
            n_rows += 1
            if n_rows == row:
                article = text_of(record)
                if isinstance(article, Bad):
                    raise InputError(f"row {row} of {source.name}: {article.reason}")
                return article
    raise InputError(f"{source.name} has {n_rows} rows: there is no row {row}")
