"""Articles of an archive, for the benchmarks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["articles"]


def articles(path: Path) -> Iterator[str]:
    """Yield the articles of a CSV file: the cells of a row but the first, one below the other."""
    for chunk in pd.read_csv(path, dtype=str, keep_default_na=False, chunksize=512):
        for row in chunk.itertuples(index=False):
            yield "\n".join(row[1:])
