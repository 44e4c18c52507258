"""The word model compiled into arrays: what each token, pair and triple of tokens says for "the word goes on".

The CRF of underthesea has two labels, so only the difference of their scores counts: weights here are those of I-W less
those of B-W. A position looks at the tokens two to the left to two to the right. Of its 43 templates

- those over one token are added up per token and distance (`Tables.single`),
- those over two or three tokens stand in rows that a `PairMap` leads to; a triple is a pair of a pair and a token,
- those that meet the beginning or the end of the text depend on the distance to it alone (`Tables.edge`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from vnpolicy_nlp.text.pairmap import PairMap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from vnpolicy_nlp.text.crfmodel import CRFModel

    Floats = NDArray[np.float64]
    Key = tuple[str, ...]

__all__ = ["REACH", "Tables", "Template", "compile_tables", "is_digit", "is_title", "parse_template"]

REACH = 2  # tokens to either side that a position looks at
_TEMPLATE = re.compile(r"T\[(-?\d)(?:,(-?\d))?\](?:\.(lower|isdigit|istitle|is_in_dict))?")
_DIGITS_THAT_FIT = 10  # all numbers with fewer are less than 2**31
_INTEGER = re.compile(r"([+-]?)0*([0-9]{1,10})")
# Small letters that have been given capitals since Unicode 14: upstream knows them, an older Python does not.
_NEWER_LETTERS = frozenset(
    map(
        chr,
        [
            0x19B,
            0x264,
            0x1C8A,
            0xA7CD,
            0xA7CF,
            0xA7D3,
            0xA7D5,
            0xA7DB,
            *range(0x10D70, 0x10D86),
            *range(0x16EBB, 0x16ED4),
        ],
    )
)


def is_digit(token: str) -> bool:
    """Say whether Rust's ``i32`` parser takes the token: upstream's isdigit."""
    if len(token) < _DIGITS_THAT_FIT and token.isascii() and token.isdigit():
        return True
    match = _INTEGER.fullmatch(token)
    return match is not None and -(2**31) <= int(match[1] + match[2]) < 2**31


def is_title(token: str) -> bool:
    """Say whether the first character is its own upper case: so upstream sees digits and signs as titles too."""
    return token[:1].upper() == token[:1] and token[:1] not in _NEWER_LETTERS


@dataclass(frozen=True, eq=False)
class Tables:
    """The compiled word model. All weights are I-W less B-W, float64.

    Attributes
    ----------
    vocabulary : tuple of str
        Every token that a pair or triple knows; its place is its number below.
    single : dict of str to ndarray, shape (5,)
        For tokens with weights of their own as they are spelled: to the positions at distance 2, 1, 0, -1, -2 after it.
    lower : dict of str to ndarray, shape (5,)
        The same for tokens in lower case.
    flags : ndarray, shape (2, 2, 2, 5)
        The same for ``[is digit][is title][is in the dictionary]``.
    words : frozenset of str
        The one-token entries of the dictionary.
    pairs, triples : PairMap
        From two vocabulary numbers, and from a row of `pair_weights` and a vocabulary number, to a row.
    pair_weights, pair_lower : ndarray, shape (4, n_pairs)
        What a pair says to the positions at distance 2, 1, 0, -1 after its first token; `pair_lower` without the
        part that hangs on the spelling.
    triple_weights, triple_lower : ndarray, shape (3, n_triples)
        The same at distance 2, 1, 0.
    title_pair, title_triple : float
        Further weight at the first of two or three tokens that are all titles.
    edge : ndarray, shape (3, 3)
        What does not hang on tokens, by the number of tokens before and after (2: two or more).
    transitions : ndarray, shape (2, 2)
        ``transitions[previous][next]`` as the model has them, B-W first.
    """

    vocabulary: tuple[str, ...]
    single: dict[str, Floats]
    lower: dict[str, Floats]
    flags: Floats
    words: frozenset[str]
    pairs: PairMap
    pair_weights: Floats
    pair_lower: Floats
    triples: PairMap
    triple_weights: Floats
    triple_lower: Floats
    title_pair: float
    title_triple: float
    edge: Floats
    transitions: Floats


@dataclass(frozen=True)
class Template:
    """A feature template, such as ``T[-1,0].lower``: what of which tokens around a position it looks at."""

    name: str
    first: int
    last: int
    function: str

    @property
    def size(self) -> int:
        """How many tokens it looks at."""
        return self.last - self.first + 1

    @property
    def column(self) -> int:
        """Where its weight goes: position less first token, counted down from `REACH`."""
        return REACH + self.first


def compile_tables(model: CRFModel) -> Tables:
    """Compile a word model; takes about a second."""
    templates = [parse_template(name) for name in model.templates]
    difference = {attribute: inside - begin for attribute, (begin, inside) in model.weights.items()}
    spelled: dict[Key, Floats] = {}
    lowered: dict[Key, Floats] = {}
    by_name = {template.name: template for template in templates}
    for attribute, weight in difference.items():
        name, _, value = attribute.partition("=")
        template = by_name.get(name)
        if template is None or template.function not in ("", "lower"):
            continue
        key = tuple(value.split(" "))
        if len(key) == template.size:  # else it is a marker of the text's edge, or nothing that tokens can spell
            table = lowered if template.function else spelled
            table.setdefault(key, np.zeros(5))[template.column] += weight
    entries = {key for key in (tuple(entry.split(" ")) for entry in model.dictionary) if all(key)}
    for key in entries:
        if 2 <= len(key) <= 3:
            table_row = lowered.setdefault(key, np.zeros(5))
            for template in templates:
                if template.function == "is_in_dict" and template.size == len(key):
                    table_row[template.column] += _if_true(difference, template)
    return _assemble(model, templates, difference, spelled, lowered, entries)


def parse_template(name: str) -> Template:
    """Return the template that a name stands for; raise ValueError where it is none of upstream's."""
    match = _TEMPLATE.fullmatch(name)
    if match is None:
        raise ValueError(f"feature template {name!r} is not known")
    first, last, function = match.groups()
    return Template(name, int(first), int(last if last is not None else first), function or "")


def _if_true(difference: dict[str, float], template: Template) -> float:
    """Return what "True" adds, "False" taken as the rule."""
    return difference.get(f"{template.name}=True", 0.0) - difference.get(f"{template.name}=False", 0.0)


def _assemble(
    model: CRFModel,
    templates: list[Template],
    difference: dict[str, float],
    spelled: dict[Key, Floats],
    lowered: dict[Key, Floats],
    entries: set[Key],
) -> Tables:
    vocabulary = sorted({token for key in (*spelled, *lowered) if len(key) > 1 for token in key})
    number = {token: place for place, token in enumerate(vocabulary)}
    pair_keys = sorted({key[:2] for key in (*spelled, *lowered) if len(key) > 1})
    pair_number = {key: row for row, key in enumerate(pair_keys)}
    triple_keys = sorted({key for key in (*spelled, *lowered) if len(key) == 3})
    pairs = PairMap.build(
        np.array([number[a] for a, _ in pair_keys]),
        np.array([number[b] for _, b in pair_keys]),
        np.arange(len(pair_keys)),
    )
    triples = PairMap.build(
        np.array([pair_number[key[:2]] for key in triple_keys]),
        np.array([number[key[2]] for key in triple_keys]),
        np.arange(len(triple_keys)),
    )
    pair_lower, pair_weights = _rows(pair_keys, spelled, lowered, 4)
    triple_lower, triple_weights = _rows(triple_keys, spelled, lowered, 3)
    titles = {t.size: _if_true(difference, t) for t in templates if t.function == "istitle" and t.size > 1}
    return Tables(
        vocabulary=tuple(vocabulary),
        single={key[0]: row for key, row in spelled.items() if len(key) == 1},
        lower={key[0]: row for key, row in lowered.items() if len(key) == 1},
        flags=_flags(templates, difference),
        words=frozenset(key[0] for key in entries if len(key) == 1),
        pairs=pairs,
        pair_weights=pair_weights,
        pair_lower=pair_lower,
        triples=triples,
        triple_weights=triple_weights,
        triple_lower=triple_lower,
        title_pair=titles[2],
        title_triple=titles[3],
        edge=_edge(templates, difference),
        transitions=np.array(model.transitions),
    )


def _rows(
    keys: Sequence[Key], spelled: dict[Key, Floats], lowered: dict[Key, Floats], width: int
) -> tuple[Floats, Floats]:
    """Return the weights by key without and with what hangs on the spelling."""
    nothing = np.zeros(5)
    low = np.array([lowered.get(key, nothing) for key in keys]).reshape(-1, 5)
    high = np.array([spelled.get(key, nothing) for key in keys]).reshape(-1, 5)
    is_lower = np.array([all(token == token.lower() for token in key) for key in keys], dtype=bool)
    both = high + low * is_lower[:, np.newaxis]
    return np.ascontiguousarray(low.T[:width]), np.ascontiguousarray(both.T[:width])


def _flags(templates: list[Template], difference: dict[str, float]) -> Floats:
    flags = np.zeros((2, 2, 2, 5))
    for digit, title, word in np.ndindex(2, 2, 2):
        value = {"isdigit": bool(digit), "istitle": bool(title), "is_in_dict": bool(word)}
        for t in templates:
            if t.size == 1 and t.function in value:
                flags[digit, title, word, t.column] += difference.get(f"{t.name}={value[t.function]}", 0.0)
    return flags


def _edge(templates: list[Template], difference: dict[str, float]) -> Floats:
    """Return the sum of what hangs on the distance to the edges, for min(before, 2) and min(after, 2) tokens."""
    edge = np.zeros((3, 3))
    for before, after in np.ndindex(3, 3):
        for t in templates:
            value = _marker(t, before, after)
            if not value and t.size > 1 and t.function in ("istitle", "is_in_dict"):
                value = "False"  # the rule; what differs is added where tokens are looked up
            edge[before, after] += difference.get(f"{t.name}={value}", 0.0) if value else 0.0
    return edge


def _marker(template: Template, before: int, after: int) -> str:
    """Return BOS or EOS where a template reaches over the text's edge: its first token is looked at first."""
    for offset in dict.fromkeys((template.first, template.last)):
        if offset < -before:
            return "BOS"
        if offset > after:
            return "EOS"
    return ""
