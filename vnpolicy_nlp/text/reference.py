"""The word model read token by token, as upstream does it: slow, and right where the fast decoder must not guess.

The scores of a path are sums over the whole text, and where two paths are equally good their last digits decide. So the
order of additions here is upstream's: the weights of a token's attributes in the order of the templates, for each label
apart; then the best path so far plus the transition, plus the token's weights.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vnpolicy_nlp.text.tables import REACH, is_digit, is_title, parse_template

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vnpolicy_nlp.text.crfmodel import CRFModel

    Pair = tuple[float, float]

__all__ = ["Reference"]


class Reference:
    """Labels one text at a time.

    Parameters
    ----------
    model : CRFModel
    """

    def __init__(self, model: CRFModel) -> None:
        self._transitions = model.transitions
        self._dictionary = model.dictionary
        self._templates = [parse_template(name) for name in model.templates]
        by_name: dict[str, dict[str, Pair]] = {name: {} for name in model.templates}
        for attribute, weights in model.weights.items():
            name, _, value = attribute.partition("=")
            by_name[name][value] = weights
        self._weights = [by_name[name] for name in model.templates]

    def label(self, tokens: Sequence[str]) -> list[bool]:
        """Return for each token whether it goes on with the word before it."""
        n = len(tokens)
        values = {
            (function, size): self._values(tokens, function, size)
            for function, size in {(template.function, template.size) for template in self._templates}
        }
        columns = []
        for template, weights in zip(self._templates, self._weights, strict=True):
            start = template.first + REACH
            columns.append(map(weights.get, values[template.function, template.size][start : start + n]))
        return _viterbi([_add_up(found) for found in zip(*columns, strict=True)], self._transitions)

    def _values(self, tokens: Sequence[str], function: str, size: int) -> list[str]:
        """Return what a template sees by first token, from `REACH` tokens before the text to as many behind it."""
        ngrams = [" ".join(parts) for parts in zip(*(tokens[start:] for start in range(size)), strict=False)]
        match function:
            case "lower":
                ngrams = [ngram.lower() for ngram in ngrams]
            case "isdigit":
                ngrams = [str(is_digit(ngram)) for ngram in ngrams]
            case "istitle":
                ngrams = [str(all(map(is_title, ngram.split(" ")))) for ngram in ngrams]
            case "is_in_dict":
                ngrams = [str(ngram.lower() in self._dictionary) for ngram in ngrams]
        return ["BOS"] * REACH + ngrams + ["EOS"] * (len(tokens) - len(ngrams) + REACH)


def _add_up(found: tuple[Pair | None, ...]) -> Pair:
    begin = inside = 0.0
    for weights in found:
        if weights is not None:
            begin += weights[0]
            inside += weights[1]
    return begin, inside


def _viterbi(states: Sequence[Pair], transitions: tuple[Pair, Pair]) -> list[bool]:
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
