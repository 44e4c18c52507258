"""What encoding a file is in, and its content as UTF-8.

UTF-8 and UTF-16 are told by their byte order mark or by their validity; Windows-1258 must be named with ``--encoding``.
Anything else is refused: a wrong guess would spoil an archive without a word.
"""

from __future__ import annotations

import codecs
import unicodedata
from typing import IO, TYPE_CHECKING

from vnpolicy_nlp.errors import TableError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ENCODINGS", "describe", "detect", "utf8_chunks"]

ENCODINGS = ("utf-8", "utf-16", "utf-16-le", "utf-16-be", "windows-1258")
_CODECS = {"windows-1258": "cp1258"}
_CHUNK = 1 << 20
_FEW = 4  # sound characters beyond ASCII to one that is broken


def describe(encoding: str) -> str:
    """Return an encoding's name for people."""
    return encoding.upper().replace("WINDOWS", "Windows")


def detect(sample: bytes) -> str:
    """Return the encoding of a file from its beginning.

    Raises
    ------
    TableError
        If it cannot be told, with the flag to give.
    """
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    text = codecs.getincrementaldecoder("utf-8")("surrogateescape").decode(sample)
    broken = sum("\udc80" <= character <= "\udcff" for character in text)
    beyond = sum(character > "\x7f" for character in text)
    for encoding, place in (("utf-16-le", 1), ("utf-16-be", 0)):
        # Every other byte of Vietnamese in UTF-16 is one of few: most letters, blanks and digits have a zero there.
        zeros, others = sample[place::2].count(0), sample[1 - place :: 2].count(0)
        if zeros * 2 > len(sample) // 2 and others * 20 < zeros:
            return encoding
    # Legacy encodings make up a character of UTF-8 by chance only: what has many is UTF-8 with some broken rows.
    if broken * _FEW <= beyond - broken:
        return "utf-8"
    raise TableError(
        f"the encoding cannot be told; give it with --encoding, one of {', '.join(ENCODINGS)}, or convert the file to "
        "UTF-8 first"
    )


def utf8_chunks(source: IO[bytes], encoding: str) -> Iterator[bytes]:
    """Yield the content of a file as UTF-8 without a byte order mark, about a megabyte at a time.

    UTF-8 goes through as it is: bytes that are none are for the reader to set aside by line. In other encodings they
    become U+FFFD. The combining marks of Windows-1258 are composed (NFC).

    Raises
    ------
    TableError
        If there is no such encoding.
    """
    if encoding not in ENCODINGS:
        raise TableError(f"there is no encoding {encoding!r} here; --encoding takes one of {', '.join(ENCODINGS)}")
    first = source.read(_CHUNK)
    if encoding == "utf-8":
        yield first.removeprefix(codecs.BOM_UTF8)
        while chunk := source.read(_CHUNK):
            yield chunk
        return
    if encoding == "utf-16" and not first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16-le"
    decoder = codecs.getincrementaldecoder(_CODECS.get(encoding, encoding))("replace")
    chunk, waiting = first, ""
    while True:
        text = waiting + decoder.decode(chunk, not chunk)
        keep = len(text)
        if chunk and encoding == "windows-1258":  # a mark may follow the last letter: that one waits
            while keep and (keep == len(text) or unicodedata.combining(text[keep])):
                keep -= 1
        text, waiting = text[:keep], text[keep:]
        yield (unicodedata.normalize("NFC", text) if encoding == "windows-1258" else text).encode("utf-8", "replace")
        if not chunk:
            return
        chunk = source.read(_CHUNK)
