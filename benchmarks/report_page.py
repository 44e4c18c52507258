"""How long a report takes, and how soon its page is there: rows a second, memory, size, seconds until all is drawn.

    python benchmarks/report_page.py ARCHIVE.csv[.gz] [--rows 17550,100000,1000000] [--scratch DIR]

The archive is tagged once; its rows are repeated with other days and sources. The page is opened in the Chromium on the
PATH, from its file and without a network; of five openings the median counts.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

SOURCES = [f"Báo số {n}" for n in range(60)]
OPENINGS = 5


def tagged_rows(archive: Path, scratch: Path) -> tuple[list[str], list[list[str]]]:
    """Tag an archive with everything; return its columns and rows, a place for day and source first."""
    output = scratch / "once.csv"
    command = [sys.executable, "-m", "vnpolicy_nlp", "tag", str(archive), "-o", str(output), "--quiet"]
    subprocess.run([*command, "--scores", "--evidence", "--documents"], check=True)
    csv.field_size_limit(2**31 - 1)
    with output.open(encoding="utf-8-sig", newline="") as file:
        columns, *rows = csv.reader(file)
    return ["published", "source", *columns], rows


def write_repeated(target: Path, columns: list[str], rows: Sequence[list[str]], n: int) -> None:
    """Write `n` rows, each at random with a day and a source of its own."""
    rng = random.Random(0)  # noqa: S311 - no secret
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        for _ in range(n):
            day = f"{rng.randint(1, 28):02}/{rng.randint(1, 12):02}/{rng.randint(2005, 2017)}"
            writer.writerow([day, rng.choice(SOURCES), *rng.choice(rows)])


def report(tagged: Path, page: Path) -> tuple[float, int]:
    """Write a page in a process of its own; return seconds and its greatest memory in MB (Linux)."""
    code = (
        "import json, resource, sys, time; import vnpolicy_nlp as vp; started = time.perf_counter(); "
        "vp.archive_report(sys.argv[1]).save(sys.argv[2]); "
        "print(json.dumps([time.perf_counter() - started, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024]))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tagged), str(page)], check=True, stdout=subprocess.PIPE)
    seconds, memory = json.loads(done.stdout)
    return seconds, memory


def opened(page: Path) -> tuple[float, float]:
    """Return milliseconds from the opening of a page until it can be read, and until all charts are drawn."""
    from playwright.sync_api import sync_playwright

    loaded, drawn = [], []
    executable = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright, playwright.chromium.launch(executable_path=executable) as browser:
        for _ in range(OPENINGS):
            with browser.new_context(offline=True) as context:
                tab = context.new_page()
                started = time.perf_counter()
                tab.goto(page.resolve().as_uri())
                loaded.append(1000 * (time.perf_counter() - started))
                tab.wait_for_selector("html[data-drawn=yes]", state="attached")
                drawn.append(1000 * (time.perf_counter() - started))
    return statistics.median(loaded), statistics.median(drawn)


def main() -> None:
    """Print a line a size."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("archive", type=Path)
    parser.add_argument("--rows", default="17550,100000,1000000")
    parser.add_argument("--scratch", type=Path, help="where there is room for the files")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.scratch) as folder:
        scratch = Path(folder)
        columns, rows = tagged_rows(given.archive, scratch)
        for n in map(int, given.rows.split(",")):
            tagged, page = scratch / f"{n}.csv", scratch / f"{n}.html"
            write_repeated(tagged, columns, rows, n)
            seconds, memory = report(tagged, page)
            loaded, drawn = opened(page)
            print(
                f"{n:>8} rows, {tagged.stat().st_size / 1e6:.0f} MB: page in {seconds:.1f} s, {memory} MB; "
                f"{page.stat().st_size / 1e6:.2f} MB, loaded after {loaded:.0f} ms, drawn after {drawn:.0f} ms",
                flush=True,
            )
            tagged.unlink()


if __name__ == "__main__":
    main()
