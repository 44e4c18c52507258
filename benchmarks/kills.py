"""Kill a run at random moments, go on with it each time, and compare with a run that nobody disturbed.

    python benchmarks/kills.py ARCHIVE.csv[.gz] [--kills 200] [--articles 1500] [--seed 0]

Every run is `vnpolicy tag` in one process or two, to CSV, packed CSV, JSON lines or Parquet. It
is killed by SIGKILL after a random time and resumed, perhaps killed again, until it is complete. The output, the
quarantine and the counts must be byte for byte those of the undisturbed run, and nothing else may be left.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from itertools import islice
from pathlib import Path
from typing import Any

from news_archive import articles

OUTPUTS = ("csv", "csv.gz", "jsonl.zst", "parquet")
BROKEN = '7,"a quotation mark that is "not" closed\n8,cells,too,many\n'


def write_archive(source: Path, target: Path, n_articles: int) -> None:
    """Write some articles as CSV, with broken records among them."""
    with target.open("w", encoding="utf-8") as file:
        file.write("id,content\n")
        for number, text in enumerate(islice(articles(source), n_articles)):
            quoted = text.replace('"', '""')
            file.write(f'{number},"{quoted}"\n')
            if number % 400 == 200:
                file.write(BROKEN)


def start(archive: Path, output: Path, n_jobs: int, *, resume: bool) -> subprocess.Popen[bytes]:
    """Start a run in a group of its own, with a checkpoint after every chunk."""
    code = (
        "from vnpolicy_nlp.archive import workplace; workplace._SECONDS = 0; "
        "from vnpolicy_nlp.cli import main; import sys; main(sys.argv[1:])"
    )
    command = [sys.executable, "-c", code, "tag", str(archive), "-o", str(output), "--quiet", "--evidence"]
    command += ["--jobs", str(n_jobs), *(["--resume"] if resume else [])]
    return subprocess.Popen(command, start_new_session=True, stderr=subprocess.PIPE)


def results(output: Path) -> dict[str, Any]:
    """Return the content of all that a run leaves, its record without the times."""
    found: dict[str, Any] = {path.name: path.read_bytes() for path in sorted(output.parent.iterdir())}
    record = json.loads(found.pop(f"{output.name}.run.json"))
    return {**found, "counts": record["counts"], "input": record["input"]}


def kill_until_complete(archive: Path, output: Path, n_jobs: int, seconds: float, rng: random.Random) -> int:
    """Kill and resume until a run is complete; return how often it was killed while at work."""
    n_kills = 0
    while True:
        process = start(archive, output, n_jobs, resume=n_kills > 0 or output.parent.exists())
        try:
            # Twice as often late as at any time: publishing takes a moment only.
            process.wait(rng.uniform(0.3, 1.0) * seconds if rng.random() < 2 / 3 else rng.uniform(0.9, 1.1) * seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            n_kills += 1
        _, errors = process.communicate()
        if process.returncode in (0, 3):
            return n_kills
        if process.returncode != -signal.SIGKILL:
            raise SystemExit(f"exit code {process.returncode}: {errors.decode()}")
        if n_kills % 4 == 0:  # let it come to its end
            process = start(archive, output, n_jobs, resume=True)
            _, errors = process.communicate()
            if process.returncode not in (0, 3):
                raise SystemExit(f"exit code {process.returncode}: {errors.decode()}")
            return n_kills


def main() -> None:
    """Print how many kills there were, and that nothing differs."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("archive", type=Path)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--articles", type=int, default=1500)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    rng = random.Random(given.seed)  # noqa: S311 - no secret
    kills: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as scratch:
        archive = Path(scratch) / "archive.csv"
        write_archive(given.archive, archive, given.articles)
        undisturbed: dict[tuple[str, int], tuple[dict[str, Any], float]] = {}
        for suffix in OUTPUTS:
            for n_jobs in (1, 2):
                output = Path(scratch) / f"undisturbed-{suffix}-{n_jobs}" / f"out.{suffix}"
                started = time.monotonic()
                process = start(archive, output, n_jobs, resume=False)
                process.communicate()
                undisturbed[suffix, n_jobs] = results(output), time.monotonic() - started
            if undisturbed[suffix, 1][0] != undisturbed[suffix, 2][0]:
                raise SystemExit(f"{suffix}: one process and two differ")
        runs = 0
        while kills.total() < given.kills:
            suffix, n_jobs = rng.choice(OUTPUTS), rng.choice((1, 2))
            expected, seconds = undisturbed[suffix, n_jobs]
            output = Path(scratch) / f"run-{runs}" / f"out.{suffix}"
            kills[f"{suffix}, {n_jobs} processes"] += kill_until_complete(archive, output, n_jobs, seconds, rng)
            if results(output) != expected:
                raise SystemExit(f"run {runs} to {suffix} differs from the undisturbed one: see {output.parent}")
            runs += 1
    for name, n in sorted(kills.items()):
        print(f"{name:<25} {n:>4} kills")
    print(f"{kills.total()} kills in {runs} runs, each resumed: all byte-equal")


if __name__ == "__main__":
    main()
