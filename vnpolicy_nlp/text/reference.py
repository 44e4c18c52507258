"""The word model read token by token, as upstream does it: slow, and right where the fast decoder must not guess.

The scores of a path are sums over the whole text, and where two paths are equally good their last digits decide. So the
order of additions here is upstream's: the weights of a token's attributes in the order of the templates, for each label
apart; then the best path so far plus the transition, plus the token's weights.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from vnpolicy_nlp.text.tables import REACH, is_digit, is_title, parse_template

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from vnpolicy_nlp.text.crfmodel import CRFModel

    Floats = NDArray[np.float64]
    Pair = tuple[float, float]

__all__ = ["Reference"]

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Reference:
    """Labels one text at a time.

    Attributes
    ----------
    templates : tuple of str
        In the order of the additions.
    rows : dict of tuple to dict of str to int
        By function and number of tokens, as (``"lower"``, 2): the row of what a template sees, wherever it looks.
    weights : tuple of ndarray of float64, shape (n_rows + 1, 2)
        Of each template, by row; the last row is for what has no weight.
    transitions : tuple of tuple of float
    dictionary : frozenset of str
        The last two as `CRFModel` has them.
    """

    templates: tuple[str, ...]
    rows: dict[tuple[str, int], dict[str, int]]
    weights: tuple[Floats, ...]
    transitions: tuple[Pair, Pair]
    dictionary: frozenset[str]

    @classmethod
    def compile(cls, model: CRFModel) -> Reference:
        """Return what labels by a word model."""
        by_name: dict[str, dict[str, Pair]] = {name: {} for name in model.templates}
        for attribute, pair in model.weights.items():
            name, _, value = attribute.partition("=")
            by_name[name][value] = pair
        templates = [parse_template(name) for name in model.templates]
        rows: dict[tuple[str, int], dict[str, int]] = {}
        for template in templates:
            rows_of = rows.setdefault((template.function, template.size), {})
            for value in by_name[template.name]:
                rows_of.setdefault(value, len(rows_of))
        weights = []
        for template in templates:
            rows_of = rows[template.function, template.size]
            table = np.zeros((len(rows_of) + 1, 2))
            for value, pair in by_name[template.name].items():
                table[rows_of[value]] = pair
            weights.append(table)
        return cls(model.templates, rows, tuple(weights), model.transitions, model.dictionary)

    def label(self, tokens: Sequence[str]) -> list[bool]:
        """Return for each token whether it goes on with the word before it."""
        n = len(tokens)
        found = self._look_up(tokens)
        state = np.zeros((n, 2))
        for template, weights in zip(map(parse_template, self.templates), self.weights, strict=True):
            start = template.first + REACH
            state += weights.take(found[template.function, template.size][start : start + n], axis=0)
        return _viterbi(state.tolist(), self.transitions)

    def _look_up(self, tokens: Sequence[str]) -> dict[tuple[str, int], NDArray[np.int64]]:
        """Return the rows of the n-grams by first token, from `REACH` before the text to as many behind it."""
        sizes = range(1, max(size for _, size in self.rows) + 1)
        lower = _of_each(tokens, str.lower)
        spelled = {size: [" ".join(ngram) for ngram in _ngrams(tokens, size)] for size in sizes}
        lowered = {size: [" ".join(ngram) for ngram in _ngrams(lower, size)] for size in sizes}
        digits, titles = _of_each(tokens, is_digit), _of_each(tokens, _is_titled)
        found = {}
        for (function, size), rows in self.rows.items():
            none = len(rows)
            true, false = rows.get("True", none), rows.get("False", none)
            match function:
                case "lower":
                    inner = [rows.get(ngram, none) for ngram in lowered[size]]
                case "is_in_dict":
                    inner = [true if ngram in self.dictionary else false for ngram in lowered[size]]
                case "istitle":
                    inner = [false if False in several else true for several in _ngrams(titles, size)]
                case "isdigit":
                    inner = [true if is_one else false for is_one in digits]
                case _:
                    inner = [rows.get(ngram, none) for ngram in spelled[size]]
            before, after = rows.get("BOS", none), rows.get("EOS", none)
            row_of = [before] * REACH + inner + [after] * (len(tokens) - len(inner) + REACH)
            found[function, size] = np.array(row_of, dtype=np.int64)
        return found


def _is_titled(token: str) -> bool:
    return all(map(is_title, token.split(" ")))  # a token has a blank where the pattern matched across one


def _of_each(tokens: Sequence[str], function: Callable[[str], T]) -> list[T]:
    """Return a function of each token, worked out once for those that are alike."""
    known = {token: function(token) for token in set(tokens)}
    return [known[token] for token in tokens]


def _ngrams(items: Sequence[T], size: int) -> Iterator[tuple[T, ...]]:
    return zip(*(items[start:] for start in range(size)), strict=False)


def _viterbi(states: Sequence[Sequence[float]], transitions: tuple[Pair, Pair]) -> list[bool]:
    """Return the best path; of two equally good ones the one that goes through "begins"."""
    if not states:
        return []
    (bb, bi), (ib, ii) = transitions
    behind = []
    begin, inside = states[0]
    for to_begin, to_inside in states[1:]:
        behind.append((inside + ib > begin + bb, inside + ii > begin + bi))
        begin, inside = max(begin + bb, inside + ib) + to_begin, max(begin + bi, inside + ii) + to_inside
    labels = [inside > begin]
    for from_begin, from_inside in reversed(behind):
        labels.append(from_inside if labels[-1] else from_begin)
    return labels[::-1]
