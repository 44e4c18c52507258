"""What encoding a file is in, and its content as UTF-8.

Unicode is told by its byte order mark or by its validity, the old Vietnamese encodings by how Vietnamese the text is
that they make of a file. Where no reading stands out the file is refused: a wrong guess would spoil an archive without
a word.

A file in an old encoding comes in two forms: its own bytes, or these bytes taken for Windows-1252 and written as UTF-8
("C«ng ty", "Coâng ty"). One name stands for both; whether the file is valid UTF-8 tells them apart.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections import Counter
from contextlib import suppress
from functools import lru_cache
from itertools import product
from typing import IO, TYPE_CHECKING

from vnpolicy_nlp.errors import EncodingError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["ENCODINGS", "describe", "detect", "utf8_chunks"]

_NAMES = {
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16-LE",
    "utf-16-be": "UTF-16-BE",
    "windows-1258": "Windows-1258",
    "tcvn3": "TCVN3 (ABC)",
    "tcvn5712-1": "TCVN 5712-1 (VSCII-1)",
    "vni": "VNI-Windows",
    "mojibake": "UTF-8 encoded twice",
}
ENCODINGS = tuple(_NAMES)

_CHUNK = 1 << 20
_LONGEST = 16 << 20  # bytes that wait for a line end or a blank at most
_FEW = 4  # sound characters beyond ASCII to one that is broken
# A reading is taken if this share of its accented words are Vietnamese syllables, if these are so many words, and if no
# other reading comes nearer than this. In news the right one has 0.99, the best of the wrong ones 0.33.
_SOUND, _FEWEST_WORDS, _RIVAL = 0.8, 5, 0.5
# Of valid UTF-8 only the first 1,000 of every 16,000 characters are looked at, if that many of their accented words are
# sound, and so large a share of them.
_PART, _STEP, _PLENTY, _SURE = 1000, 16_000, 1000, 0.95


def describe(encoding: str) -> str:
    """Return an encoding's name for people."""
    return _NAMES[encoding]


# --- The old encodings -----------------------------------------------------------------------------------------------

_TONES = "\u0300\u0309\u0303\u0301\u0323"
_VOWELS = "aăâeêioôơuưyAĂÂEÊIOÔƠUƯY"


def _composed(base: str, mark: str) -> str:
    return unicodedata.normalize("NFC", base + mark)


_LETTERS = {*_VOWELS, *map(_composed, *zip(*product(_VOWELS, _TONES), strict=True))}


class _Legacy:
    """An encoding of one byte a character.

    Parameters
    ----------
    letters : mapping of int to str
        What bytes stand for where that is not what they are in Windows-1252.
    pairs : mapping of str to str
        Two characters, after that, that are one letter.
    """

    def __init__(self, letters: Mapping[int, str], pairs: Mapping[str, str]) -> None:
        windows = bytes(range(256)).decode("cp1252", "replace")
        self._of_bytes = "".join(letters.get(byte, character) for byte, character in enumerate(windows))
        known = [byte for byte in range(256) if self._of_bytes[byte] != "\ufffd"]
        # What was taken for Latin-1 has control characters where Windows-1252 has signs.
        self._to_bytes = {byte: byte for byte in known} | {ord(windows[byte]): byte for byte in known}
        self._to_bytes.pop(0xFFFD, None)
        self._of_characters = {code: self._of_bytes[byte] for code, byte in self._to_bytes.items()}
        firsts, seconds = ("".join(sorted(set(side))) for side in zip(*pairs, strict=True))
        self._pairs = {pair: pair for pair in map("".join, product(firsts, seconds))} | dict(pairs)
        self._pair = re.compile(f"([{firsts}][{seconds}])")  # twice as fast as a branch for each letter

    def of_bytes(self, data: bytes) -> str:
        """Return the text of a file's own bytes."""
        return self._join(codecs.charmap_decode(data, "replace", self._of_bytes)[0])

    def of_text(self, text: str) -> str:
        """Return the text of bytes that were taken for Windows-1252 or Latin-1."""
        try:
            return self.of_bytes(codecs.charmap_encode(text, "strict", self._to_bytes)[0])
        except UnicodeEncodeError:  # characters of elsewhere, which stay as they are; this takes twice as long
            return self._join(text.translate(self._of_characters))

    def _join(self, text: str) -> str:
        parts = self._pair.split(text)  # twice as fast as a substitution
        parts[1::2] = map(self._pairs.__getitem__, parts[1::2])
        return "".join(parts)


def _windows_1258() -> _Legacy:
    letters = {byte: bytes([byte]).decode("cp1258", "replace") for byte in range(128, 256)}
    bases = [character for character in map(chr, range(65, 123)) if character.isalpha()]
    bases += [character for character in letters.values() if character.isalpha()]
    pairs = {base + mark: _composed(base, mark) for base, mark in product(bases, _TONES)}
    return _Legacy(letters, {pair: letter for pair, letter in pairs.items() if len(letter) == 1})


# TCVN 5712:1993 names three sets: VN1 (VSCII-1) has all 134 letters, among them capitals in the place of control
# characters; VN2 has none of those; VN3 (VSCII-3) has the small letters and seven capitals, and is what the fonts of
# the ABC program (.VnTime) and so the archives have: there 0x80 to 0x9F are the quotation marks and dashes of Windows.
# A toned capital is a small letter in a font of capitals (.VnTimeH) and comes out small; some converters put the plain
# capital before it. From 0xA0 on VN1 fills gaps of VN3 only, so that both can share these.
_VN1_LOW = dict(zip([1, 2, 4, 5, 6, *range(0x11, 0x18)], "ÚỤỪỬỮỨỰỲỶỸÝỴ", strict=True))
_VN1_LOW |= dict(enumerate("ÀẢÃÁẠẶẬÈẺẼÉẸỆÌỈĨÍỊÒỎÕÓỌỘỜỞỠỚỢÙỦŨ", 0x80))
_VN1_SIGNS = "ẶỊÒỎÕÓỌỘ"  # in the places of …‘’“”•–—
_VN3 = dict(enumerate("ĂÂÊÔƠƯĐăâêôơưđẰ", 0xA1))
_VN3 |= dict(enumerate("àảãáạẲằẳẵắẴẮẦẨẪẤỀặầẩẫấậèỂẻẽéẹềểễếệìỉỄẾỒĩíịòỔỏõóọồổỗốộờởỡớợùỖủũúụừửữứựỳỷỹýỵỐ", 0xB5))
_VN1_MARKS = "°±²³´"  # the tones' places in Windows-1252; a degree sign behind a digit stays one


def _tcvn(letters: Mapping[int, str]) -> _Legacy:
    pairs = {
        vowel + sign: _composed(vowel, tone) for vowel in _VOWELS for sign, tone in zip(_VN1_MARKS, _TONES, strict=True)
    }
    for vowel, tone in product(_VOWELS, _TONES):
        if vowel.isupper():
            pairs[vowel + _composed(vowel, tone).lower()] = _composed(vowel, tone)
    return _Legacy(letters, pairs)


def _vni() -> _Legacy:
    """Return VNI-Windows: most letters are a plain one, ơ or ư, and a mark that is its hat and its tone in one."""
    letters = {ord(byte): letter for byte, letter in zip("ñôöæóòîÑÔÖÆÓÒÎ", "đơưỉĩịỵĐƠƯỈĨỊỴ", strict=True)}
    tones = dict(zip("øûõùï", _TONES, strict=True))
    hats = {"â": "\u0302", "ê": "\u0306"}
    both = {mark: "\u0302" + tone for mark, tone in zip("àåãáä", _TONES, strict=True)}
    both |= {mark: "\u0306" + tone for mark, tone in zip("èúüéë", _TONES, strict=True)}
    pairs = {}
    for base, (mark, sign) in product("aeouyơưAEOUYƠƯ", (tones | hats | both).items()):
        letter = _composed(base, sign)
        if letter in _LETTERS:
            pairs[base + mark] = pairs[base + mark.upper()] = letter
    return _Legacy(letters, pairs)


_LEGACY = {
    "windows-1258": _windows_1258(),
    "tcvn3": _tcvn(_VN3),
    "tcvn5712-1": _tcvn(_VN3 | _VN1_LOW),
    "vni": _vni(),
}

# --- UTF-8 that was taken for something else and written as UTF-8 again ----------------------------------------------

_BYTES = {ord(bytes([byte]).decode("cp1252", "replace")): byte for byte in range(256)}
_BYTES |= {byte: byte for byte in range(256)}  # of Latin-1, and of what Windows-1252 has no sign for
_BYTES.pop(0xFFFD)


def _repaired(text: str, mend: Callable[[str], str]) -> str:
    """Undo the second encoding: of all the text at once, or line by line, or as `mend` does what is damaged."""
    is_told = text.isascii()
    while not text.isascii():
        try:
            text = codecs.charmap_encode(text, "strict", _BYTES)[0].decode("utf-8")
        except UnicodeError:
            break
        is_told = True
    if is_told:
        return text
    if "\n" in text:
        return "\n".join(_repaired(line, mend) for line in text.split("\n"))
    return mend(text)


# --- Which one it is -------------------------------------------------------------------------------------------------

_SYLLABLE = re.compile(
    r"(?:[bdđlmrsvx]|ch?|gh?|gi|h|kh?|nh?|ngh?|ph?|qu|th?|tr)?(?:"
    r"a(?:[cimnoptuy]|ch|n[gh])?|ă(?:[ckmnpt]|ng)|â(?:[cmnptuy]|ng)|e(?:[cmnopt]|ng)?|ê(?:[cmnptu]|[cn]h)?|"
    r"i(?:[mnptua]|[cn]h|ê[cmnptu]|êng)?|o(?:[cimnpt]|ng|o[cn]|ong)?|o(?:a(?:[cimnopty]|ch|n[gh])?|ă[cmnt]|ăng|e[not]?)|"
    r"ô(?:[cimnpt]|ng)?|ơ[imnpt]?|u(?:[acimnpt]|ng|â[nty]|âng|ê(?:[cn]h)?|ơ|ô[cimnt]|ông)?|"
    r"uy(?:[atun]|[cn]h|ê[nt])?|ư(?:[acimntu]|ng|ơ[cimnptu]|ơng)?|y(?:t|nh|ê[mntu]|êng)?)"
)
# It begins behind a letter nowhere: a megabyte of one letter would take hours.
_WORD = re.compile("(?<![A-Za-z])[A-Za-z]*+[^\x00-\x7f\\s“”‘’–—…•«»][^\x00-@\\[-`{-\x7f\\s“”‘’–—…•«»]*")


_LONGEST_WORD = 20  # characters, marks among them; to order a megabyte of marks would take hours


@lru_cache(1 << 14)
def _is_syllable(word: str) -> bool:
    """Say whether a word could be a Vietnamese syllable: by its spelling, so that no list has to have it."""
    if len(word) > _LONGEST_WORD:
        return False
    letters = unicodedata.normalize("NFD", word.lower())
    tones = [letter for letter in letters if letter in _TONES]
    plain = unicodedata.normalize("NFC", "".join(letter for letter in letters if letter not in _TONES))
    if len(tones) > 1 or not _SYLLABLE.fullmatch(plain):
        return False
    return not plain.endswith(("c", "ch", "p", "t")) or tones in (["\u0301"], ["\u0323"])


class _Reading:
    """How Vietnamese a text is: its accented words, and how many of them are syllables."""

    def __init__(self, text: str) -> None:
        self.words = Counter(_WORD.findall(text))
        self.n_sound = sum(n for word, n in self.words.items() if _is_syllable(word))
        self.share = self.n_sound / max(1, self.words.total())


def detect(sample: bytes) -> str:
    """Return the encoding of a file from its beginning.

    Parameters
    ----------
    sample : bytes
        A megabyte or so; it may end within a character.

    Returns
    -------
    str
        One of `ENCODINGS`.

    Raises
    ------
    EncodingError
        If it cannot be told, with the flag to give.
    """
    if sample.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise _refusal([])
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if order := _utf16_order(sample):
        return order
    if _is_utf8(sample):
        return _detect_in_text(codecs.getincrementaldecoder("utf-8")("replace").decode(sample))
    readings = {name: _Reading(legacy.of_bytes(sample)) for name, legacy in _LEGACY.items()}
    return _best(readings)


def _detect_in_text(text: str) -> str:
    """Return what valid UTF-8 is: Vietnamese as it stands, another language, or another encoding within it."""
    parts = _Reading("\n".join(text[start : start + _PART] for start in range(0, len(text), _STEP)))
    if parts.share >= _SURE and parts.n_sound >= _PLENTY:
        return "utf-8"
    plain = _Reading(text)
    if plain.share >= _SOUND or not plain.words:
        return "utf-8"
    readings = {name: _Reading(legacy.of_text(text)) for name, legacy in _LEGACY.items()}
    readings["mojibake"] = _Reading(_repaired(text, str))
    # One or two words may look like syllables by chance, as "thé" does in TCVN3.
    if not any(reading.share >= _SOUND and reading.n_sound > max(2, plain.n_sound) for reading in readings.values()):
        return "utf-8"
    return _best({"utf-8": plain, **readings})


def _best(readings: dict[str, _Reading]) -> str:
    """Return the name of the reading that stands out."""
    vn1 = readings.pop("tcvn5712-1")
    name = max(readings, key=lambda name: readings[name].n_sound)
    best = readings[name]
    rivals = [
        other
        for other, reading in readings.items()
        if reading.n_sound and reading.share >= _RIVAL and reading.n_sound >= best.n_sound * _RIVAL
    ]
    if best.share < _SOUND or best.n_sound < _FEWEST_WORDS or rivals != [name]:
        raise _refusal(sorted(rivals, key=lambda name: -readings[name].n_sound)[:2])
    return _which_tcvn(vn1, best) if name == "tcvn3" else name


def _which_tcvn(vn1: _Reading, vn3: _Reading) -> str:
    """Tell TCVN3 from TCVN 5712-1 where they differ: by capitals of words, or by quotation marks and dashes."""
    n_capitals = n_signs = n_doubtful = 0
    for word, n in (vn1.words - vn3.words).items():
        if len(word) > 1 and _is_syllable(word) and (word.isupper() or word[-1] not in _VN1_SIGNS):
            n_capitals += n
        elif word[0] not in _VN1_SIGNS and word[-1] not in _VN1_SIGNS:
            n_doubtful += n  # "Ở", or a trade mark
        elif len(word) > 1:
            n_signs += n
    if n_capitals > 1 and n_capitals >= (n_capitals + n_signs) * _SOUND:
        return "tcvn5712-1"
    if n_capitals + n_doubtful > (n_capitals + n_doubtful + n_signs) * (1 - _SOUND):
        raise _refusal(["tcvn3", "tcvn5712-1"])
    return "tcvn3"


def _refusal(likely: list[str]) -> EncodingError:
    perhaps = f" (perhaps {' or '.join(likely)})" if likely else ""
    return EncodingError(
        f"the encoding cannot be told{perhaps}; give it with --encoding NAME, one of {', '.join(ENCODINGS)}, or "
        "convert the file to UTF-8 first"
    )


def _utf16_order(sample: bytes) -> str | None:
    if b"\0" not in sample:
        return None
    for encoding, place in (("utf-16-le", 1), ("utf-16-be", 0)):
        # Every other byte of Vietnamese in UTF-16 is one of few: most letters, blanks and digits have a zero there.
        zeros, others = sample[place::2].count(0), sample[1 - place :: 2].count(0)
        if zeros * 2 > len(sample) // 2 and others * 20 < zeros:
            return encoding
    return None


def _is_utf8(sample: bytes) -> bool:
    """Say whether most characters beyond ASCII are UTF-8. The reader sets aside the rows of those that are not."""
    with suppress(UnicodeDecodeError):
        codecs.getincrementaldecoder("utf-8")().decode(sample)
        return True
    text = codecs.getincrementaldecoder("utf-8")("surrogateescape").decode(sample)
    n_ascii = len(text.encode("ascii", "ignore"))
    n_sound = len(text.encode("utf-8", "ignore").decode("utf-8")) - n_ascii
    n_broken = len(text) - n_ascii - n_sound
    return n_broken * _FEW <= n_sound


# --- Into UTF-8 ------------------------------------------------------------------------------------------------------


def utf8_chunks(source: IO[bytes], encoding: str) -> Iterator[bytes]:
    """Yield the content of a file as UTF-8 without a byte order mark, about a megabyte at a time.

    UTF-8 goes through as it is: bytes that are none are for the reader to set aside by line, and so is half a letter at
    the end of UTF-16. Elsewhere they become U+FFFD. Letters of old encodings are composed (NFC).

    Parameters
    ----------
    source : binary file
    encoding : str
        One of `ENCODINGS`.

    Raises
    ------
    EncodingError
        If there is no such encoding.
    """
    if encoding not in ENCODINGS:
        raise EncodingError(f"there is no encoding {encoding!r} here; --encoding takes one of {', '.join(ENCODINGS)}")
    first = _read(source)
    if encoding.startswith("utf-16"):
        yield from _from_utf16(source, first, encoding)
        return
    first = first.removeprefix(codecs.BOM_UTF8)
    if encoding == "utf-8":
        while first:
            yield first
            first = _read(source)
    elif encoding == "mojibake":
        from ftfy import fix_encoding  # slow to import, and seldom needed

        for piece in _pieces(source, first):
            yield _repaired(piece.decode("utf-8", "replace"), fix_encoding).encode("utf-8")
    else:
        yield from _from_legacy(source, first, _LEGACY[encoding])


def _from_utf16(source: IO[bytes], chunk: bytes, encoding: str) -> Iterator[bytes]:
    marks = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
    if chunk[:2] in marks:
        encoding, chunk = marks[chunk[:2]], chunk[2:]
    elif encoding == "utf-16":
        encoding = _utf16_order(chunk) or "utf-16-le"
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    while chunk:
        yield decoder.decode(chunk).encode("utf-8")
        chunk = _read(source)
    if decoder.getstate()[0]:  # half a letter at the end: no UTF-8 either, so that the reader sets its row aside
        yield b"\xff"


def _from_legacy(source: IO[bytes], first: bytes, legacy: _Legacy) -> Iterator[bytes]:
    is_text: bool | None = None  # not known before a byte beyond ASCII
    for piece in _pieces(source, first):
        if is_text is None and not piece.isascii():
            is_text = _is_utf8(piece)
        text = legacy.of_text(piece.decode("utf-8", "replace")) if is_text else legacy.of_bytes(piece)
        yield text.encode("utf-8")


def _pieces(source: IO[bytes], pending: bytes) -> Iterator[bytes]:
    """Yield the content cut behind line ends, or behind blanks in very long lines: no letter goes across those."""
    while chunk := _read(source):
        pending += chunk
        cut = pending.rfind(b"\n") + 1 or pending.rfind(b" ") + 1
        if not cut and len(pending) > _LONGEST:
            cut = len(pending)
        if cut:
            yield pending[:cut]
            pending = pending[cut:]
    if pending:
        yield pending


def _read(source: IO[bytes]) -> bytes:
    """Read a chunk of full size, or the rest: a packed file gives less at a time."""
    data = source.read(_CHUNK)
    while 0 < len(data) < _CHUNK and (more := source.read(_CHUNK - len(data))):
        data += more
    return data
