"""The probabilities of a topic: where tags begin, where they are doubtful, and in which bins articles are counted."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

__all__ = ["UNKNOWN", "Scale"]

_N_BINS = 20
_FACTOR = 3.0  # between the odds of a doubtful article and those of the threshold, at most


@dataclass(frozen=True)
class Scale:
    """The probabilities of one topic.

    Attributes
    ----------
    threshold : float or None
        Where tags begin; None where that is not known, and then nothing is doubtful.
    """

    threshold: float | None

    @cached_property
    def doubtful(self) -> tuple[float, float]:
        """The probabilities whose odds are within a factor of three of the threshold's: from and to."""
        if self.threshold is None or not 0 < self.threshold < 1:
            return 1.0, 0.0
        odds = self.threshold / (1 - self.threshold)
        low, high = odds / _FACTOR, odds * _FACTOR
        return low / (1 + low), high / (1 + high)

    def is_doubtful(self, probability: float) -> bool:
        """Return whether a decision on an article is doubtful."""
        low, high = self.doubtful
        return low < probability < high

    def distance(self, probability: float) -> float:
        """Return how far a doubtful probability is from the threshold, in log-odds."""
        threshold = self.threshold or 0.5
        return abs(math.log(probability / (1 - probability)) - math.log(threshold / (1 - threshold)))

    @cached_property
    def edges(self) -> list[float]:
        """The borders of the bins: each twentieth, the threshold, and where doubt begins below it."""
        low, high = self.doubtful
        own = [low, self.threshold] if low < high and self.threshold is not None else []
        return sorted({*(n / _N_BINS for n in range(_N_BINS + 1)), *own})

    def bin_of(self, probability: float) -> int:
        """Return the bin of a probability; the last one holds 1 too."""
        return min(bisect_right(self.edges, probability), len(self.edges) - 1) - 1


UNKNOWN = Scale(None)
