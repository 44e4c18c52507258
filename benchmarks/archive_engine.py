"""Tag made-up archives of growing size: articles a second, and the memory of each process.

    python benchmarks/archive_engine.py ARCHIVE.csv[.gz] [--sizes 10000,100000,1000000] [--jobs 1] [--scratch DIR]

An archive is made of real articles: each row takes one at random, deals its sentences out anew and changes its numbers,
so that no two are alike and the vocabulary goes on growing. `vnpolicy tag --scores` then runs over it in a process of
its own. Beside it stands `predict_proba` alone on the same texts, in a process of its own too, its start not counted.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from news_archive import articles

import vnpolicy_nlp as vp

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ALONE = 100_000  # articles for `predict_proba` alone, at most
AT_ONCE = 2000


def made_up(originals: Sequence[str], n: int, seed: int) -> Iterator[str]:
    """Yield articles made of others."""
    rng = random.Random(seed)  # noqa: S311 - no secret
    digits = "0123456789"
    for _ in range(n):
        sentences = rng.choice(originals).split(". ")
        rng.shuffle(sentences)
        text = ". ".join(sentences)
        key = str.maketrans(digits, "".join(rng.sample(digits, 10)))
        yield re.sub(r"\d+", lambda number: number[0].translate(key), text)  # noqa: B023 - used at once


def write_archive(target: Path, texts: Iterator[str]) -> int:
    """Write a CSV file; return its size in bytes."""
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "content"])
        writer.writerows(enumerate(texts))
    return target.stat().st_size


def peaks(session: int) -> dict[int, int]:
    """Return the peak resident memory, in MB, of the processes of a session (Linux)."""
    found = {}
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and (folder / "stat").read_text().rsplit(")")[-1].split()[3] == str(session):
                status = dict(
                    line.split(":", 1) for line in (folder / "status").read_text().splitlines() if ":" in line
                )
                found[int(folder.name)] = int(status["VmHWM"].split()[0]) // 1024
        except (OSError, IndexError, KeyError):  # it has ended meanwhile
            continue
    return found


def tag(source: Path, output: Path, n_jobs: int) -> tuple[float, list[int]]:
    """Tag a file by the command; return the run's own seconds and the peak memory of each process."""
    command = [sys.executable, "-m", "vnpolicy_nlp", "tag", str(source), "-o", str(output)]
    command += ["--scores", "--quiet", "--json", "--jobs", str(n_jobs)]
    process = subprocess.Popen(command, start_new_session=True, stdout=subprocess.PIPE)
    memory: dict[int, int] = {}
    while process.poll() is None:
        memory |= peaks(process.pid)
        time.sleep(0.2)
    if process.returncode:
        raise SystemExit(f"exit code {process.returncode}")
    summary = json.loads(process.communicate()[0])
    return summary["seconds"], sorted(memory.values(), reverse=True)


def alone(originals: Sequence[str], n: int) -> float:
    """Return articles a second of `predict_proba` in a new process, which has not seen any of them."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as others:
        return others.submit(_alone, originals, n).result()


def _alone(originals: Sequence[str], n: int) -> float:
    tagger = vp.load()
    tagger.predict_proba(["Một bài"])  # the word model is read now
    texts = made_up(originals, n, seed=0)
    seconds = 0.0
    while batch := list(islice(texts, AT_ONCE)):
        started = time.perf_counter()
        tagger.predict_proba(batch)
        seconds += time.perf_counter() - started
    return n / seconds


def main() -> None:
    """Print a line a size."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("archive", type=Path)
    parser.add_argument("--sizes", default="10000,100000,1000000")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--scratch", type=Path, help="where there is room for the files")
    given = parser.parse_args()
    originals = list(articles(given.archive))
    for size in map(int, given.sizes.split(",")):
        with tempfile.TemporaryDirectory(dir=given.scratch) as scratch:
            source, output = Path(scratch) / "in.csv", Path(scratch) / "out.csv"
            n_bytes = write_archive(source, islice(made_up(originals, size, seed=0), size))
            seconds, memory = tag(source, output, given.jobs)
            rows = json.loads((Path(scratch) / "out.csv.run.json").read_text("utf-8"))["counts"]["rows"]
            shutil.rmtree(scratch, ignore_errors=True)
            Path(scratch).mkdir()
        rate = rows / seconds
        share = rate / alone(originals, min(size, ALONE))
        print(
            f"{rows:>8} articles, {n_bytes / 1e6:>5.0f} MB: {seconds:>6.1f} s, {rate:>5.0f} a second, "
            f"{share:.0%} of predict_proba alone; peak memory {', '.join(f'{mb} MB' for mb in memory)}",
            flush=True,
        )


if __name__ == "__main__":
    main()
