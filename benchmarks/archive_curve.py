"""Articles a second of one long run, by how many have been tagged so far, at an even speed of the machine.

    python benchmarks/archive_curve.py ARCHIVE.csv[.gz] [--size 1000000] [--scratch DIR]

A shared machine changes its speed within seconds. So a fixed piece of work is timed after each chunk of the run, and
the seconds of a chunk count for less where the work took longer than its median. The start, that is, reading model and
word model for the first article, is the same for every size: rates are given with it and without.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from itertools import islice
from pathlib import Path

import numpy as np
from archive_engine import made_up, write_archive
from news_archive import articles

import vnpolicy_nlp as vp

MARKS = (10_000, 30_000, 100_000, 300_000, 1_000_000)
_NUMBERS = np.random.default_rng(0).integers(0, 1 << 40, 120_000)
_WORDS = " ".join(map(str, _NUMBERS[:20_000].tolist()))


def work() -> float:
    """Do some sorting, looking up and cutting of strings; return the seconds."""
    started = time.perf_counter()
    np.sort(_NUMBERS)
    _NUMBERS.take(_NUMBERS % len(_NUMBERS))
    len({word: len(word) for word in _WORDS.split(" ")})
    return time.perf_counter() - started


class Stretches:
    """The seconds between calls, and those that the work took at each."""

    def __init__(self) -> None:
        self.n_rows: list[int] = []
        self.seconds: list[float] = []
        self.paces = [work()]
        self._since = time.perf_counter()

    def __call__(self, progress: vp.Progress) -> None:
        """Take the time of a chunk."""
        self.seconds.append(time.perf_counter() - self._since)
        self.n_rows.append(progress.n_rows)
        self.paces.append(work())
        self._since = time.perf_counter()

    def seconds_until(self, n_rows: int) -> float:
        """Return the seconds that so many rows took, at an even speed of the machine."""
        paces = np.array(self.paces)
        even = np.array(self.seconds) / (paces[1:] + paces[:-1]) * 2 * np.median(paces)
        return float(np.interp(n_rows, [0, *self.n_rows], [0.0, *np.cumsum(even)]))


def main() -> None:
    """Print a line a mark."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("archive", type=Path)
    parser.add_argument("--size", type=int, default=MARKS[-1])
    parser.add_argument("--scratch", type=Path, help="where there is room for the files")
    given = parser.parse_args()
    originals = list(articles(given.archive))
    with tempfile.TemporaryDirectory(dir=given.scratch) as scratch:
        one, source = Path(scratch) / "one.csv", Path(scratch) / "in.csv"
        write_archive(one, islice(made_up(originals, 1, seed=1), 1))
        write_archive(source, islice(made_up(originals, given.size, seed=0), given.size))
        del originals
        first = Stretches()
        vp.tag_archive(one, Path(scratch) / "one.out.csv", scores=True, progress=first)
        run = Stretches()
        vp.tag_archive(source, Path(scratch) / "out.csv", scores=True, progress=run)
    start = first.seconds_until(1)
    print(f"start: {start:.2f} s")
    done = 0
    for mark in (mark for mark in MARKS if mark <= given.size):
        so_far, before = run.seconds_until(mark), run.seconds_until(done)
        print(
            f"{mark:>8} articles: {mark / so_far:>5.0f} a second, {mark / (start + so_far):>5.0f} with the start; "
            f"the last {mark - done}: {(mark - done) / (so_far - before):>5.0f}"
        )
        done = mark


if __name__ == "__main__":
    main()
