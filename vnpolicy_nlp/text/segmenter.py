"""Words, as underthesea segments them, without the side effects of underthesea 9.5."""

from __future__ import annotations

import hashlib
import importlib.util
import logging
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from vnpolicy_nlp.errors import TextError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["check_texts", "segment", "segmenter_checksum"]

# What underthesea's words come from, below its package folder: the model, the token patterns, the token map.
_MODEL_FILES = (
    "pipeline/word_tokenize/models/ws_crf_vlsp2013_20230727/models.bin",
    "pipeline/word_tokenize/models/ws_crf_vlsp2013_20230727/features.bin",
    "pipeline/word_tokenize/models/ws_crf_vlsp2013_20230727/dictionary.bin",
    "pipeline/word_tokenize/regex_tokenize.py",
    "pipeline/text_normalize/tn_rules_2023_07_14.bin",
)


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
        word are joined by a blank; an empty text gives an empty list.

    Raises
    ------
    TextError
        If `texts` is one string, or holds anything that is not a string.
    """
    texts = check_texts(texts)
    word_tokenize = _word_tokenize()
    _forget_fixed_words()
    return [word_tokenize(text) for text in texts]


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


@cache
def segmenter_checksum() -> str:
    """Return the SHA-256 of the installed word model, token patterns and token map, as 64 hex digits.

    The compiled decoder (underthesea_core) is not part of it. Reads about 6 MB, imports nothing.
    """
    spec = importlib.util.find_spec("underthesea")
    if spec is None or spec.origin is None:
        return ""
    digest = hashlib.sha256()
    for name in _MODEL_FILES:
        path = Path(spec.origin).parent / name
        digest.update(path.read_bytes() if path.is_file() else b"absent")
    return digest.hexdigest()


@cache
def _word_tokenize() -> Callable[[str], list[str]]:
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
    import re

    from underthesea.pipeline.word_tokenize import regex_tokenize

    if regex_tokenize.recompile_regex_patterns:
        regex_tokenize.patterns = re.compile(regex_tokenize.regex_patterns_combine, re.VERBOSE)
        regex_tokenize.recompile_regex_patterns = False
