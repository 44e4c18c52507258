"""Print a tagged file as a table of topics and titles: the last step of `make demo`."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

WIDTH = 72


def main(path: Path) -> None:
    """Print the tagged articles of `path`, those with most topics first."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["topics"]]
    rows.sort(key=lambda row: (-row["topics"].count(";"), row["topics"]))
    for row in rows:
        title = row["title"] if len(row["title"]) <= WIDTH else row["title"][: WIDTH - 1] + "…"
        print(f"{title:<{WIDTH}}  {row['topics']}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
