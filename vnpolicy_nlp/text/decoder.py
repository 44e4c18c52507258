"""Where words begin, for many texts at once: the CRF's emissions and its Viterbi path, in numpy.

Texts lie one behind the other in one array of token numbers, with `REACH` paddings before, between and after them, so
that no token looks into another text. What is computed is the difference of the two labels' scores.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from vnpolicy_nlp.text.lexicon import PAD, unpack
from vnpolicy_nlp.text.tables import REACH

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from vnpolicy_nlp.text.lexicon import Lexicon
    from vnpolicy_nlp.text.tables import Tables

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

__all__ = ["Decoded", "decode"]

NEAR_TIE = 1e-7  # far above what rounding does within a run of open tokens, far below what weights differ by
_LONG_RUN = 64  # open tokens in a row; natural text has a dozen, and in longer runs upstream's rounding may add up


@dataclass(frozen=True, eq=False)
class Decoded:
    """Labels of a batch.

    Attributes
    ----------
    inside : ndarray of bool, shape (n_tokens,)
        Whether a token goes on with the word before it; False for paddings.
    doubtful : ndarray of int64, shape (n_doubtful,)
        Positions where the two labels are so near, or in so long an undecided run, that upstream's order of additions
        decides.
    """

    inside: Bools
    doubtful: Ints


def decode(tokens: Ints, tables: Tables, lexicon: Lexicon) -> Decoded:
    """Label the tokens of a batch.

    Parameters
    ----------
    tokens : ndarray of int64, shape (n_tokens,)
        Numbers from `lexicon`; `REACH` paddings at both ends and between texts.
    """
    return _viterbi(emissions(tokens, tables, lexicon), tokens == PAD, tables)


def emissions(tokens: Ints, tables: Tables, lexicon: Lexicon) -> Floats:
    """Return the score of "the word goes on" less that of "a word begins" at each token, transitions apart."""
    score = _edges(tokens == PAD, tables)
    single = lexicon.single
    n = len(tokens)
    for column in range(2 * REACH + 1):
        distance = REACH - column
        weights = single[column].take(tokens)
        if distance >= 0:
            score[distance:] += weights[: n - distance]
        else:
            score[:distance] += weights[-distance:]
    spelled, lower, title = unpack(lexicon.packed.take(tokens))
    _add_ngrams(score, spelled, lower, tables)
    both = title[:-1] & title[1:]
    score[:-1] += tables.title_pair * both
    score[:-2] += tables.title_triple * (both[:-1] & title[2:])
    return score


def _edges(padding: Bools, tables: Tables) -> Floats:
    """Return what hangs on the distance to the edges of each token's text."""
    score = np.full(len(padding), tables.edge[REACH, REACH])
    first = np.flatnonzero(padding[:-1] & ~padding[1:]) + 1
    last = np.flatnonzero(padding[1:] & ~padding[:-1])
    for step in range(REACH):
        for at in (first + step, last - step):
            kept = (at >= first) & (at <= last)
            before, after = np.minimum(at - first, REACH), np.minimum(last - at, REACH)
            score[at[kept]] = tables.edge[before[kept], after[kept]]
    return score


def _add_ngrams(score: Floats, spelled: Ints, lower: Ints, tables: Tables) -> None:
    """Add the weights of pairs and triples: as they are spelled, and where there are capitals also in lower case."""
    at, row = tables.pairs.find(spelled[:-1], spelled[1:])
    _add(score, at, tables.pair_weights, row)
    at, row = _triples(tables, at, row, spelled)
    _add(score, at, tables.triple_weights, row)

    capital = spelled != lower
    pair = capital[:-1] | capital[1:]
    triple = pair.copy()
    triple[:-1] |= capital[2:]
    maybe = np.flatnonzero(triple)
    at, row = tables.pairs.find(lower.take(maybe), lower.take(maybe + 1))
    at = maybe.take(at)
    own = pair.take(at)
    _add(score, at.compress(own), tables.pair_lower, row.compress(own))
    at, row = _triples(tables, at, row, lower)
    _add(score, at, tables.triple_lower, row)


def _triples(tables: Tables, at: Ints, pair: Ints, number: Ints) -> tuple[Ints, Ints]:
    """Return places and rows of the triples that begin with pairs at some places."""
    found, row = tables.triples.find(pair, number.take(at + 2, mode="clip"))
    return at.take(found), row


def _add(score: Floats, at: Ints, weights: Floats, row: Ints) -> None:
    for column, weight in enumerate(weights):
        score[at + (REACH - column)] += weight.take(row)


def _viterbi(score: Floats, padding: Bools, tables: Tables) -> Decoded:
    """Return the labels of the best path.

    With D the score of the best path that ends in "goes on" less that of the best one that ends in "begins",
    ``D[i] = score[i] + gain(D[i - 1])``, and gain is constant outside a short interval. So most tokens are decided by
    their own score; runs of the others are followed token by token, all runs at once.
    """
    gain = _Gain(*tables.transitions.ravel().tolist())
    inside = score > gain.high - gain.least
    open_ = np.flatnonzero(~(inside | (score <= gain.low - gain.greatest) | padding))
    best, too_long = _follow(score, inside, open_, padding, gain)

    ends = np.flatnonzero(~padding[:-1] & padding[1:])
    is_end = np.zeros(len(score), dtype=bool)
    is_end[ends] = True
    inside[open_] = best[open_] > gain.high
    inside[ends] = best[ends] > 0
    # Between low and high a token takes the other label than the one after it.
    swings = np.zeros(len(score), dtype=bool)
    swings[open_] = (best[open_] > gain.low) & (best[open_] <= gain.high) & ~is_end[open_]
    fixed, at = np.flatnonzero(~swings), np.flatnonzero(swings)
    goal = fixed[np.searchsorted(fixed, at)]
    inside[at] = inside[goal] ^ (((goal - at) & 1) == 1)

    border = np.where(is_end[open_], 0.0, np.where(inside[open_ + 1], gain.high, gain.low))
    doubtful = np.concatenate([open_.compress(np.abs(best[open_] - border) < NEAR_TIE), too_long])
    inside[padding] = False
    inside[1:][padding[:-1]] = False  # a text's first token begins a word, whatever its label
    return Decoded(inside, doubtful)


class _Gain:
    """What the best label of a token adds to "goes on" less "begins" of the next one, by the difference D of its own.

    Up to `low`, "begins" comes before either label, above `high` "goes on" does.
    """

    def __init__(self, bb: float, bi: float, ib: float, ii: float) -> None:
        self.low, self.high = bb - ib, bi - ii
        self.after_begin, self.after_inside, self._between = bi - bb, ii - ib, bi - ib
        self.least, self.greatest = sorted((self.after_begin, self.after_inside))

    def __call__(self, d: Floats) -> Floats:
        inner = np.where(d > self.low, self._between - d, self.after_begin)
        return np.where(d > self.high, self.after_inside, inner)


def _follow(score: Floats, inside: Bools, open_: Ints, padding: Bools, gain: _Gain) -> tuple[Floats, Ints]:
    """Return D for the open tokens, given which of the others go on, and the tokens in too long a run to say.

    The others keep their own score.
    """
    best = score.copy()
    step = np.arange(len(open_))
    begins = np.diff(open_, prepend=-2) > 1
    step -= np.maximum.accumulate(np.where(begins, step, 0))  # place within a run of open tokens
    heads = open_.compress(begins)
    gained = np.where(inside[heads - 1], gain.after_inside, gain.after_begin)
    best[heads] += np.where(padding[heads - 1], 0.0, gained)
    for wave in range(1, min(int(step.max(initial=0)), _LONG_RUN) + 1):
        at = open_.compress(step == wave)
        best[at] += gain(best[at - 1])
    return best, open_.compress(step > _LONG_RUN)
