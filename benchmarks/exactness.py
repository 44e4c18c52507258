"""Compare the fast segmenter with underthesea's own function, word for word.

    python benchmarks/exactness.py [ARCHIVE.csv[.gz]] [--articles N] [--generated 100000] [--seed 0]

Segments every article of an archive, and generated texts full of what makes segmenters differ: characters that split
or join tokens, the pattern that matches across a blank, markers of the text's edge spelled out, exact ties, NFD,
control characters, numbers out of range. Prints the texts that differ and exits with 1 if there are any.
"""

from __future__ import annotations

import argparse
import random
import sys
import unicodedata
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from joblib import Parallel, delayed
from news_archive import articles

import vnpolicy_nlp as vp
from vnpolicy_nlp.text.compiled import is_known, load_compiled
from vnpolicy_nlp.text.segmenter import word_tokenize

if TYPE_CHECKING:
    from collections.abc import Iterator

PITFALLS = (
    "Th S", "Th Sơn", "Thesis", "Th s", "Th\tS", "Th\nS", "Th  S", "ThS.", "Th.S", "TP.", "TP", "ĐH.", "Tp.", "Mr.",
    "T.Ư", "P.Tân.", "v.v", "v.v...", "v.v.", "...", "..", "--", "->", "=>", ">>", ":D", ":DD,", ":)", "=))", "<3",
    "°C",
    "BOS", "EOS", "bos", "+5", "-5", "99999999999", "2147483647", "2147483648", "007", "3x4", "60.542.000", "4.123,2",
    "02/05/2014", "5-10", "20.08.2014", "10:20:50", "43H-0530", "4K", "03-5730-2357", "a@b.vn", "foo.na@example.com",
    "http://a.b/c(d).", "vnexpress.net", "vnexpress.net/abc,", "www.x.vn.", "H'Mông", "N’Thôn", "H&M", "NĐ-CP",
    "e-mail",
    "217-QĐ/TW", "1.600m-2.000m", "\u02ba", "a\u02bab", "\u00d0ảng", "\u00f0", "o\u0300a", "hoà", "uỷ", "nghành",
    "_", "a_b", "×",
    "Torres Vs Celta", "Torres", "Vs", "Celta", "\u200b", "\u00ad", "\ufeff", "İ", "ß", "Σ", "ﬁ", "中文",
    "🙂", "\u0301",
    "(Nguyễn", "“Tôi", "xã.”", "người,", "dân;", "họp:", "“", "”", "‘", "…", "…Ông", "A", "a.", "A.", "AB.",
    "Đ.", "\x00",
)  # fmt: skip
BLANKS = (" ", " ", " ", " ", " ", " ", " ", "  ", "\n", "\t", "\u00a0", "\r\n", "\u2028", "\n\n", "")
ENDS = ("", "", ".", ".\n", ". ", "\n", " ", "\n\n")


def generated(n: int, seed: int) -> Iterator[str]:
    """Yield texts out of words that the model knows, in every case, and of pitfalls."""
    draw = random.Random(seed)  # noqa: S311
    tables = load_compiled().tables
    known = (*tables.vocabulary, *tables.words)
    for _ in range(n):
        pieces = []
        for _ in range(draw.choice((0, 1, 2, 3, 5, 8, 13, 21, 34))):
            piece = draw.choice(PITFALLS) if draw.random() < 0.35 else draw.choice(known)
            piece = draw.choice((str, str, str, str.title, str.upper, str.capitalize))(piece)
            pieces += [piece + draw.choice(("", "", "", ",", ".", ":", ")", "”")), draw.choice(BLANKS)]
        text = "".join(pieces[:-1]) + draw.choice(ENDS)
        yield unicodedata.normalize("NFD", text) if draw.random() < 0.05 else text


def differing(texts: list[str]) -> list[tuple[str, list[str], list[str]]]:
    """Return the texts whose words differ, with our words and underthesea's."""
    pairs = zip(texts, vp.segment(texts), map(word_tokenize, texts), strict=True)
    return [(text, ours, theirs) for text, ours, theirs in pairs if ours != theirs]


def main() -> None:
    """Print how many texts were compared and which differ."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("archive", type=Path, nargs="?")
    parser.add_argument("--articles", type=int, help="only the first N of the archive")
    parser.add_argument("--generated", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    if not is_known():
        sys.exit("the installed underthesea is not one that the fast segmenter knows: nothing to compare")

    sources = {"generated texts": generated(given.generated, given.seed)}
    if given.archive:
        sources["articles"] = islice(articles(given.archive), given.articles)
    n_differing = 0
    for name, texts in sources.items():
        counts = 0
        parallel = Parallel(n_jobs=-1, return_as="generator", pre_dispatch="2*n_jobs")
        for found, size in parallel(delayed(_compare)(batch) for batch in _batches(texts)):
            counts += size
            n_differing += len(found)
            for text, ours, theirs in found[:5]:
                print(f"differs: {text!r}\n  ours   {ours}\n  theirs {theirs}")
        print(f"{name}: {counts} compared")
    print(f"{n_differing} differing")
    sys.exit(1 if n_differing else 0)


def _batches(texts: Iterator[str]) -> Iterator[list[str]]:
    while batch := list(islice(texts, 500)):
        yield batch


def _compare(texts: list[str]) -> tuple[list[tuple[str, list[str], list[str]]], int]:
    return differing(texts), len(texts)


if __name__ == "__main__":
    main()
