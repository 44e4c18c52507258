"""Words, as underthesea segments them, some hundred times as fast.

`Segmenter` takes texts to numbers: chunks between blanks become tokens (`chunks`), and the word model says which of
them begin a word (`decoder`). In three rare cases a text is done again token by token (`reference`): where
underthesea's pattern matches across a blank, where two labels are so near, or undecided for so long, that its rounding
decides, and where there are NUL characters.
"""

from __future__ import annotations

import logging
import os
import re
import threading
import unicodedata
import warnings
from functools import cache
from typing import TYPE_CHECKING
from weakref import WeakSet

import numpy as np

from vnpolicy_nlp.errors import TextError
from vnpolicy_nlp.text.chunks import Chunks
from vnpolicy_nlp.text.compiled import is_known, load_compiled, load_reference, segmenter_checksum
from vnpolicy_nlp.text.cutter import Cutter
from vnpolicy_nlp.text.decoder import decode
from vnpolicy_nlp.text.lexicon import Lexicon
from vnpolicy_nlp.text.segmented import Segmented

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from vnpolicy_nlp.text.compiled import CompiledModel
    from vnpolicy_nlp.text.reference import Reference

__all__ = ["Segmenter", "batches", "check_texts", "segment", "segmenter_checksum", "shared_segmenter"]

_BATCH = 1_200_000  # characters decoded together: some 350 articles, 60 MB of arrays
_LEAST_SHARE = 300_000  # characters worth handing to another process
_TEXT_COST = 16  # characters that a text costs besides its own
# When the tables hold more, some 150 MB, they are begun afresh.
_MOST_TOKENS, _MOST_CHUNKS, _MOST_WORDS, _MOST_WEIGHT = 1 << 18, 1 << 19, 1 << 19, 1 << 24


class Segmenter:
    """Segments texts by a compiled word model, and learns chunks and tokens as it goes.

    Parameters
    ----------
    model : CompiledModel
    """

    def __init__(self, model: CompiledModel) -> None:
        self._model = model
        self._cut = Cutter(model.pattern, model.token_map)
        self._reference: Reference | None = None
        self._lock = threading.Lock()
        self._begin_afresh()
        _SEGMENTERS.add(self)

    def encode(self, texts: Sequence[str], *, composed: bool = False) -> Segmented:
        """Return texts as numbers. What the numbers stand for may be something else from call to call.

        Parameters
        ----------
        texts : sequence of str
        composed : bool
            Whether the texts are in NFC and without eth already, as `normalize` leaves them.
        """
        with self._lock:
            try:
                return self._encode(texts, composed=composed)
            except BaseException:  # Ctrl-C too: half-made tables must not answer again
                self._begin_afresh()
                raise

    def _encode(self, texts: Sequence[str], *, composed: bool) -> Segmented:
        if self._is_full():
            self._begin_afresh()
        texts = texts if composed else [_compose(text) for text in texts]
        batch = self._chunks.split(texts)
        decoded = decode(batch.tokens, self._model.tables, self._lexicon)
        result = Segmented(batch.tokens, decoded.inside, batch.bounds, self._lexicon)
        odd = {*batch.whole, *np.searchsorted(batch.bounds[:, 1], decoded.doubtful, side="right").tolist()}
        return self._replace(result, {place: self._slowly(texts[place]) for place in sorted(odd)})

    def _is_full(self) -> bool:
        lexicon, chunks = self._lexicon, self._chunks
        return (
            len(lexicon) > _MOST_TOKENS
            or len(chunks) > _MOST_CHUNKS
            or len(lexicon.words.spelled) > _MOST_WORDS
            or chunks.weight > _MOST_WEIGHT
        )

    def after_fork(self) -> None:
        """Begin afresh in a child process, which may have been forked in the middle of `encode`."""
        self._lock = threading.Lock()
        self._begin_afresh()

    def _begin_afresh(self) -> None:
        self._lexicon = Lexicon(self._model.tables)
        self._chunks = Chunks(self._lexicon, self._cut)

    def _slowly(self, text: str) -> tuple[list[int], list[bool]]:
        """Return tokens and labels of one text, cut and labelled as a whole."""
        if self._reference is None:
            self._reference = load_reference()
        tokens = self._cut.whole(text)
        inside = self._reference.label(tokens)
        numbers: list[int] = []
        labels: list[bool] = []
        for place, (token, goes_on) in enumerate(zip(tokens, inside, strict=True)):
            syllables = token.split(" ")  # there is a blank where the pattern matched across one
            numbers += self._lexicon.add(syllables)
            labels += [goes_on and place > 0] + [True] * (len(syllables) - 1)
        return numbers, labels

    def _replace(self, result: Segmented, done: dict[int, tuple[list[int], list[bool]]]) -> Segmented:
        """Put tokens and labels of some texts in place of what was decoded."""
        if not done:
            return result
        tokens, inside, bounds = [], [], result.bounds.copy()
        behind = 0
        for place, (numbers, labels) in done.items():
            first, last = result.bounds[place].tolist()
            tokens += [result.tokens[behind:first], np.array(numbers, dtype=np.int64)]
            inside += [result.inside[behind:first], np.array(labels, dtype=bool)]
            bounds[place, 1] += len(numbers) - (last - first)
            bounds[place + 1 :] += len(numbers) - (last - first)
            behind = last
        tokens.append(result.tokens[behind:])
        inside.append(result.inside[behind:])
        return Segmented(np.concatenate(tokens), np.concatenate(inside), bounds, self._lexicon)


_SEGMENTERS: WeakSet[Segmenter] = WeakSet()


def _after_fork() -> None:
    _LOCKS[0] = threading.RLock()
    for segmenter in list(_SEGMENTERS):
        segmenter.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def segment(texts: Iterable[str]) -> list[list[str]]:
    """Cut every text into words.

    Parameters
    ----------
    texts : iterable of str
        Articles. They are segmented as they stand: normalise first if you want that.

    Returns
    -------
    list of list of str
        For each text what `underthesea.word_tokenize` answers for it in a fresh process. The syllables of a
        word are joined by a blank; an empty text gives an empty list. Lone surrogates, which underthesea refuses,
        stand for themselves.

    Raises
    ------
    TextError
        If `texts` is one string, or holds anything that is not a string.

    Warns
    -----
    UserWarning
        Once, if the installed underthesea is not one that the fast decoder is known to equal; its own function, some
        hundred times as slow, is used then.
    """
    texts = check_texts(texts)
    segmenter = shared_segmenter()
    if segmenter is None:
        return [word_tokenize(text) for text in texts]
    return [words for batch in batches(texts) for words in segmenter.encode(batch).words()]


def batches(texts: Sequence[str], n_processes: int = 1) -> Iterator[Sequence[str]]:
    """Yield successive texts, so many at a time as go well together.

    Where several processes share them out, they get fewer towards the end, so that all are done at the same time.
    """
    left = sum(map(len, texts)) + _TEXT_COST * len(texts) if n_processes > 1 else 0
    start = size = 0
    for place, text in enumerate(texts):
        if size == 0:
            most = _BATCH if n_processes == 1 else min(_BATCH, max(_LEAST_SHARE, left // (2 * n_processes)))
        size += len(text) + _TEXT_COST
        if size >= most or place == len(texts) - 1:
            yield texts[start : place + 1]
            left -= size
            start, size = place + 1, 0


def shared_segmenter() -> Segmenter | None:
    """Return the segmenter of this process, None where underthesea's own function has to do."""
    with _LOCKS[0]:
        return _shared_segmenter()


_LOCKS = [threading.RLock()]  # in a list, so that a forked child can put a new one in its place


@cache
def _shared_segmenter() -> Segmenter | None:
    if is_known():
        return Segmenter(load_compiled())
    warnings.warn(
        "this underthesea is not one that the fast segmenter is known to equal: its own function is used, which is "
        "slower; install underthesea 9.5.0 with underthesea-core 3.3.2 for speed",
        stacklevel=4,
    )
    return None


def check_texts(texts: Iterable[str]) -> list[str]:
    """Return `texts` as a list; raise `TextError` with the position of what is not a string."""
    if isinstance(texts, str | bytes):
        raise TextError("texts must be a list of strings, not one string: write [text] for a single article")
    checked = list(texts)
    for position, text in enumerate(checked):
        if not isinstance(text, str):
            raise TextError(
                f"texts[{position}] is {type(text).__name__} ({str(text)[:20]}), not str: "
                "replace missing texts by an empty string, for example with Series.fillna('')"
            )
    return checked


def word_tokenize(text: str) -> list[str]:
    """Return what underthesea's own ``word_tokenize`` answers for a text in a fresh process."""
    tokenize = _upstream()
    _forget_fixed_words()
    return tokenize(text)


def _compose(text: str) -> str:
    """Return the text as upstream's ``normalize_characters_in_text`` does: NFC, and Icelandic eth as đ."""
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    return text.replace("\u00f0", "đ").replace("\u00d0", "Đ")


@cache
def _upstream() -> Callable[[str], list[str]]:
    """Import underthesea without the stream handler that its import hangs on the root logger."""
    handlers = list(logging.root.handlers)
    from underthesea import word_tokenize

    for handler in set(logging.root.handlers) - set(handlers):
        logging.root.removeHandler(handler)
    return word_tokenize  # type: ignore[no-any-return]


def _forget_fixed_words() -> None:
    """Undo what an earlier ``word_tokenize(..., fixed_words=[...])`` of the caller left behind.

    underthesea 9.5 compiles the fixed words into a module-wide pattern and keeps it for all later calls.
    """
    from underthesea.pipeline.word_tokenize import regex_tokenize

    if regex_tokenize.recompile_regex_patterns:
        regex_tokenize.patterns = re.compile(regex_tokenize.regex_patterns_combine, re.VERBOSE)
        regex_tokenize.recompile_regex_patterns = False
