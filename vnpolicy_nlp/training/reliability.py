"""Whether probabilities are true: of what gets 0.7, seven in ten should be right."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["bin_members", "bin_numbers", "reliability_curve"]

N_BINS = 10
FEWEST = 10  # articles a bin: with fewer the observed rate says little
Z = 1.959964  # normal quantile of 95 %


def bin_numbers(probabilities: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the bin of each article, from 0 for the lowest probabilities.

    Ten bins with equally many articles, fewer where there are not ten articles for each. Equal probabilities are in
    one bin, whatever that makes of its size, and no bin is empty.

    Parameters
    ----------
    probabilities : ndarray of float64, shape (n_articles,)

    Returns
    -------
    ndarray of int64, shape (n_articles,)
    """
    n_bins = max(1, min(N_BINS, len(probabilities) // FEWEST))
    rank = np.searchsorted(np.sort(probabilities), probabilities, side="left")
    numbers: NDArray[np.int64] = np.unique(rank * n_bins // max(len(probabilities), 1), return_inverse=True)[1]
    return numbers


def bin_members(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return which article is in which bin, 0 or 1, shape (n_articles, n_bins)."""
    numbers = bin_numbers(probabilities)
    members: NDArray[np.float64] = (numbers[:, np.newaxis] == np.arange(numbers.max() + 1)).astype(np.float64)
    return members


def reliability_curve(y: NDArray[np.int64], probabilities: NDArray[np.float64]) -> pd.DataFrame:
    """Return what was predicted and what was observed, bin by bin.

    Parameters
    ----------
    y : ndarray of int64, shape (n_articles,)
        0 or 1.
    probabilities : ndarray of float64, shape (n_articles,)

    Returns
    -------
    DataFrame
        A row a bin of `bin_numbers`: ``mean_predicted``, the mean probability; ``observed``, the share of articles
        that have the topic; its 95 % interval ``observed_low`` and ``observed_high`` (Wilson 1927, Journal of the
        American Statistical Association 22); ``n``, the articles.
    """
    numbers = bin_numbers(probabilities)
    n = np.bincount(numbers)
    predicted, observed = (np.bincount(numbers, weights=values) / n for values in (probabilities, y))
    centre = (observed + Z**2 / (2 * n)) / (1 + Z**2 / n)
    half = Z / (1 + Z**2 / n) * np.sqrt(observed * (1 - observed) / n + Z**2 / (4 * n**2))
    low, high = np.maximum(centre - half, 0.0), np.minimum(centre + half, 1.0)
    return pd.DataFrame(
        {"mean_predicted": predicted, "observed": observed, "observed_low": low, "observed_high": high, "n": n}
    )
