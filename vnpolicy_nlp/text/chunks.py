"""From texts to token numbers: what stands between two blanks is cut into tokens once, and then looked up.

underthesea cuts a text into tokens by one regular expression. No match of it crosses white space (but for one, see
`_crossing`), so the tokens of a chunk do not hang on its neighbours, and chunks repeat. A batch of texts is
turned into one byte a character, so that a chunk of up to 15 characters is two integers: its key, exactly.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from vnpolicy_nlp.text.alphabet import BLANK, CODES, OTHER, SEPARATOR
from vnpolicy_nlp.text.hashing import MULTIPLIER
from vnpolicy_nlp.text.keytable import KeyTable
from vnpolicy_nlp.text.lexicon import PAD, Lexicon
from vnpolicy_nlp.text.plain import plain_parts
from vnpolicy_nlp.text.tables import REACH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from vnpolicy_nlp.text.cutter import Cutter

    Ints = NDArray[np.int64]
    Keys = NDArray[np.uint64]

__all__ = ["Batch", "Chunks"]

_SEPARATED = "\n\0\n"  # a chunk of its own between texts
_WORD = 8  # characters in an integer
_LONGEST = 2 * _WORD - 1  # the last byte of the second integer says that the text ends here
_TAIL = np.uint64(1 << 56)
_T, _H, _S, _SMALL_S, _DOT = (CODES[ord(character)] for character in "ThSs.")
_MASKS = np.array([(1 << 8 * n) - 1 for n in range(_WORD + 1)], dtype=np.uint64)


@dataclass(frozen=True, eq=False)
class Batch:
    """The tokens of some texts.

    Attributes
    ----------
    tokens : ndarray of int64, shape (n_tokens,)
        Numbers in a `Lexicon`, with `REACH` paddings at both ends and between texts.
    bounds : ndarray of int64, shape (n_texts, 2)
        First token and one past the last token of each text.
    whole : list of int
        Texts whose tokens are not these: they must be cut as a whole.
    """

    tokens: Ints
    bounds: Ints
    whole: list[int]


class _Text(NamedTuple):
    """A batch of texts: its characters, and their codes."""

    joined: str
    codes: NDArray[np.uint8]


class Chunks:
    """Every chunk met so far, with its tokens.

    Parameters
    ----------
    lexicon : Lexicon
        Takes up the tokens.
    cut : Cutter
    """

    def __init__(self, lexicon: Lexicon, cut: Cutter) -> None:
        self.lexicon = lexicon
        self._cut = cut
        self._table = KeyTable()
        self._by_text: dict[tuple[str, bool], int] = {}
        self._n_characters = 0
        self._starts, self._counts = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        self._heads = np.zeros(0, dtype=np.int64)  # first tokens: most chunks have no other
        self._flat = np.zeros(0, dtype=np.int64)
        self._n, self._n_flat = 0, 0
        self._append([PAD] * REACH, [REACH])
        nothing = np.zeros(1, dtype=np.uint64)
        self._table.put(nothing + np.uint64(SEPARATOR), nothing, np.array([0]))

    def __len__(self) -> int:
        return self._n

    @property
    def weight(self) -> int:
        """Characters and tokens that are kept: what a few huge chunks drive up."""
        return self.lexicon.n_characters + self._n_characters + self._n_flat

    def split(self, texts: Sequence[str]) -> Batch:
        """Return the tokens of texts in NFC."""
        joined = _SEPARATED.join(["", *texts, ""])
        points = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype="<u4")
        codes = np.empty(len(points) + 2 * _WORD, dtype=np.uint8)
        np.take(CODES, points, out=codes[: len(points)], mode="clip")
        codes[len(points) :] = BLANK
        if np.count_nonzero(codes == SEPARATOR) > len(texts) + 1:
            return self._split_others(texts)
        blank = codes[: len(points)] == BLANK
        edges = np.flatnonzero(blank[1:] != blank[:-1]) + 1  # a batch begins and ends with a blank
        starts, ends = edges[0::2], edges[1::2]
        sizes = ends - starts
        low, high = _keys(codes, starts, sizes)
        separators = np.flatnonzero(low == SEPARATOR)
        text_ends = np.cumsum([len(text) + len(_SEPARATED) for text in texts], dtype=np.int64)
        tails = _tails(points, codes, ends, separators[1:] - 1, text_ends)
        high[tails] |= _TAIL
        chunk = self._table.get(low, high)
        is_tail = np.zeros(len(starts), dtype=bool)
        is_tail[tails] = True
        slow = _slow(codes[: len(points)], starts, sizes)
        chunk[slow] = self._numbers_by_text(joined, starts[slow], ends[slow], is_tail[slow])
        new = np.flatnonzero(chunk < 0)
        if len(new):
            chunk[new] = self._learn_keys(_Text(joined, codes), low[new], high[new], starts[new])
        self.lexicon.fill()
        tokens, first = self._expand(chunk)
        bounds = np.stack([first[separators[:-1]] + REACH, first[separators[1:]]], axis=1)
        crossing = _crossing(points, codes)
        whole = np.unique(np.searchsorted(text_ends, crossing, side="right")).tolist() if len(crossing) else []
        return Batch(tokens, bounds, whole)

    def _split_others(self, texts: Sequence[str]) -> Batch:
        """Split texts some of which have NUL characters, which stand between texts here: those are left to be whole."""
        odd = [place for place, text in enumerate(texts) if "\0" in text]
        batch = self.split(["" if "\0" in text else text for text in texts])
        return replace(batch, whole=sorted({*batch.whole, *odd}))

    def _numbers_by_text(self, joined: str, starts: Ints, ends: Ints, is_tail: NDArray[np.bool_]) -> list[int]:
        """Return the numbers of chunks whose key would not say all."""
        texts = list(zip(_slices(joined, starts, ends), is_tail.tolist(), strict=True))
        new = list(dict.fromkeys(text for text in texts if text not in self._by_text))
        numbers = self._learn([chunk for chunk, _ in new], [tail for _, tail in new])
        self._by_text.update(zip(new, numbers.tolist(), strict=True))
        self._n_characters += sum(len(chunk) for chunk, _ in new)
        return [self._by_text[text] for text in texts]

    def _numbers_by_key(self, text: _Text, starts: Ints, sizes: Ints) -> Ints:
        """Return the numbers of chunks of up to 15 characters of the alphabet, none of them at the end of a text."""
        low, high = _keys(text.codes, starts, sizes)
        numbers = self._table.get(low, high)
        new = np.flatnonzero(numbers < 0)
        if len(new):
            numbers[new] = self._learn_keys(text, low[new], high[new], starts[new])
        return numbers

    def _learn_keys(self, text: _Text, low: Keys, high: Keys, starts: Ints) -> Ints:
        """Take up chunks that are not in the table, given by their keys and a place; return their numbers."""
        one, of = _distinct(low, high)
        low, high, starts = low[one], high[one], starts[one]
        codes = _codes(low, high)
        ends = plain_parts(codes)
        sizes = np.diff(ends, axis=1, prepend=0)
        n_tokens = np.count_nonzero(sizes, axis=1)
        several, single, odd = (np.flatnonzero(which) for which in (n_tokens > 1, n_tokens == 1, n_tokens == 0))
        numbers = np.empty(len(one), dtype=np.int64)
        characters = np.count_nonzero(codes, axis=1)
        words = _slices(text.joined, starts[single], (starts + characters)[single])
        numbers[single] = self._append(self.lexicon.add(self._cut.mapped(words)), n_tokens[single])
        others = _slices(text.joined, starts[odd], (starts + characters)[odd])
        numbers[odd] = self._learn(others, (high[odd] >= _TAIL).tolist())
        here = np.flatnonzero(n_tokens < 2)
        self._table.put(low[here], high[here], numbers[here])
        if len(several):  # each token is a chunk of its own: most are known by now
            at = (starts[:, np.newaxis] + ends - sizes)[several]
            parts = sizes[several] > 0
            of_parts = self._numbers_by_key(text, at[parts], sizes[several][parts])
            numbers[several] = self._append(self._heads[of_parts], n_tokens[several])
            self._table.put(low[several], high[several], numbers[several])
        return numbers[of]

    def _learn(self, chunks: list[str], is_tail: list[bool]) -> Ints:
        """Cut chunks, take up their tokens, and return their new numbers."""
        tokens, counts = self._cut.chunks(chunks, is_tail)
        return self._append(self.lexicon.add(tokens), counts)

    def _append(self, tokens: Sequence[int] | Ints, counts: Sequence[int] | Ints) -> Ints:
        """Add chunks, given by all their tokens and how many each has; return their numbers."""
        start, first = self._n_flat, self._n
        self._n, self._n_flat = first + len(counts), start + len(tokens)
        self._starts, self._counts = _room(self._starts, self._n), _room(self._counts, self._n)
        self._heads, self._flat = _room(self._heads, self._n), _room(self._flat, self._n_flat)
        new = np.arange(first, self._n)
        self._counts[new] = counts
        self._starts[new] = start + np.cumsum(counts, dtype=np.int64) - counts
        self._flat[start : self._n_flat] = tokens
        self._heads[new] = self._flat[self._starts[new]]
        return new

    def _expand(self, chunk: Ints) -> tuple[Ints, Ints]:
        """Return the tokens of a row of chunks, and where the tokens of each begin."""
        counts = self._counts.take(chunk)
        behind = np.cumsum(counts)
        first = behind - counts
        tokens = np.empty(int(behind[-1]), dtype=np.int64)
        tokens[first] = self._heads.take(chunk)
        several = np.flatnonzero(counts > 1)  # one chunk in ten
        more, starts = counts[several] - 1, self._starts[chunk[several]]
        step = 1 + np.arange(int(more.sum())) - np.repeat(np.cumsum(more) - more, more)
        tokens[np.repeat(first[several], more) + step] = self._flat[np.repeat(starts, more) + step]
        return tokens, first


def _slices(text: str, starts: Ints, ends: Ints) -> list[str]:
    return [text[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]


def _room(array: Ints, n: int) -> Ints:
    """Return the array, longer where it has fewer than `n` places."""
    return array if n <= len(array) else np.concatenate([array, np.zeros(max(n, 1 << 15), dtype=np.int64)])


def _keys(codes: NDArray[np.uint8], starts: Ints, sizes: Ints) -> tuple[Keys, Keys]:
    """Return the first eight characters of chunks as an integer, and the next ones (fewer than eight) as another."""
    windows: Keys = np.ndarray((len(codes) - _WORD + 1,), dtype="<u8", buffer=codes.data, strides=(1,))
    low = windows[starts] & _MASKS[np.minimum(sizes, _WORD)]
    high = np.zeros(len(starts), dtype=np.uint64)
    long = np.flatnonzero(sizes > _WORD)
    high[long] = windows[starts[long] + _WORD] & _MASKS[np.minimum(sizes[long] - _WORD, _WORD - 1)]
    return low, high


def _codes(low: Keys, high: Keys) -> NDArray[np.uint8]:
    """Return the codes that keys are made of, shape (n_chunks, 16), zeros where a chunk has ended."""
    return np.stack([low, high & _MASKS[_WORD - 1]], axis=1).astype("<u8").view(np.uint8)


def _distinct(low: Keys, high: Keys) -> tuple[Ints, Ints]:
    """Return the place of one of each key, and for each place which of these it is like.

    Different keys may, once in 2**64 times, be sorted as one; then some of them have several places returned.
    """
    order = np.argsort(low ^ high * MULTIPLIER)
    low, high = low[order], high[order]
    differs = (low[1:] != low[:-1]) | (high[1:] != high[:-1])
    group = np.concatenate([[0], np.cumsum(differs)])
    of = np.empty(len(order), dtype=np.int64)
    of[order] = group
    return order[np.append(True, differs)], of


def _tails(points: NDArray[np.uint32], codes: NDArray[np.uint8], ends: Ints, last: Ints, text_ends: Ints) -> Ints:
    """Return, of the last chunks of texts, those that end in a dot with nothing but a line end after it.

    The pattern for abbreviations ("TP.") does not match there.
    """
    end = ends[last]
    rest = text_ends - end
    at_end = (rest == 0) | ((rest == 1) & (points[end] == ord("\n")))
    found: Ints = last[at_end & (codes[end - 1] == _DOT)]
    return found


def _slow(codes: NDArray[np.uint8], starts: Ints, sizes: Ints) -> Ints:
    """Return the chunks whose key would not say all: long ones, and those with characters outside the alphabet."""
    slow = sizes > _LONGEST
    slow[np.searchsorted(starts, np.flatnonzero(codes == OTHER), side="right") - 1] = True
    return np.flatnonzero(slow)


def _crossing(points: NDArray[np.uint32], codes: NDArray[np.uint8]) -> Ints:
    """Return where the pattern "Th.S", its dot not escaped, may match across a blank: "Th Sơn" is cut "Th S|ơn"."""
    th = np.flatnonzero((codes[:-3] == _T) & (codes[1:-2] == _H) & (codes[2:-1] == BLANK))
    following = codes[th + 3]
    th = th[(following == _S) | (following == _SMALL_S)]
    found: Ints = th[points[th + 2] != ord("\n")]
    return found
