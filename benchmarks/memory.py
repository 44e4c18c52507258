"""Whether memory stays bounded: tag an archive again and again in one process.

    python benchmarks/memory.py ARCHIVE.csv[.gz] [--passes 20]

Prints the resident memory after each pass, and exits with 1 if it has grown by more than 50 MB since the first.
"""

from __future__ import annotations

import argparse
import sys
from itertools import islice
from pathlib import Path

from news_archive import articles

import vnpolicy_nlp as vp

MOST_GROWTH = 50.0  # MB


def resident() -> float:
    """Return the resident memory of this process in MB."""
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("this system does not tell the resident memory in /proc/self/status")


def main() -> None:
    """Print the memory after each pass."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("archive", type=Path)
    parser.add_argument("--passes", type=int, default=20)
    given = parser.parse_args()
    tagger = vp.load()
    after = []
    for n in range(given.passes):
        texts = articles(given.archive)
        while chunk := list(islice(texts, 512)):
            tagger.predict_proba(chunk)
        after.append(resident())
        print(f"pass {n + 1:>2}: {after[-1]:.0f} MB", flush=True)
    growth = max(after) - after[0]
    print(f"grown by {growth:.0f} MB at the most since the first pass")
    sys.exit(1 if growth > MOST_GROWTH else 0)


if __name__ == "__main__":
    main()
