"""The hash tables, and the compiled word model with its cache."""

import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import save
from underthesea_core import CRFFeaturizer

from vnpolicy_nlp.errors import SegmenterError
from vnpolicy_nlp.text import compiled
from vnpolicy_nlp.text.compiled import load_compiled, load_reference
from vnpolicy_nlp.text.crfmodel import read_crf_model
from vnpolicy_nlp.text.keytable import KeyTable
from vnpolicy_nlp.text.pairmap import PairMap
from vnpolicy_nlp.text.tables import is_digit, is_title

numbers = st.integers(0, 2**31 - 1) | st.integers(0, 20)
pairs = st.lists(st.tuples(numbers, numbers), unique=True, max_size=60)
keys = st.lists(st.tuples(st.integers(0, 2**64 - 1) | st.integers(0, 9), st.integers(0, 9)), unique=True, max_size=60)


def columns(rows, dtype=np.int64):
    return (np.array([row[column] for row in rows], dtype=dtype) for column in (0, 1))


@given(pairs, pairs)
def test_a_pair_map_finds_its_pairs_and_no_others(held, others):
    table = PairMap.build(*columns(held), np.arange(len(held)))
    asked = [*others, *held]
    expected = [(place, held.index(pair)) for place, pair in enumerate(asked) if pair in held]
    at, values = table.find(*columns(asked))
    assert list(zip(at.tolist(), values.tolist(), strict=True)) == expected


@given(st.lists(keys, max_size=4))
def test_a_key_table_keeps_what_is_put_in(parts):
    table, held = KeyTable(), {}
    for part in parts:
        new = [key for key in part if key not in held]
        table.put(*columns(new, np.uint64), np.arange(len(held), len(held) + len(new)))
        held.update(zip(new, range(len(held), len(held) + len(new)), strict=True))
        asked = [*part, (17, 99)]
        assert table.get(*columns(asked, np.uint64)).tolist() == [held.get(key, -1) for key in asked]


def test_a_key_table_grows():
    table = KeyTable()
    low = np.arange(100_000, dtype=np.uint64)
    for part in np.split(low, 10):
        table.put(part, part * 0, part.astype(np.int64))
    assert (table.get(low, low * 0) == low.astype(np.int64)).all()
    assert (table.get(low, low * 0 + np.uint64(1)) == -1).all()


@pytest.mark.parametrize(
    ("token", "digit", "title"),
    [
        ("+5", True, True),
        ("99999999999", False, True),
        ("-2147483648", True, True),
        ("xã", False, False),
        ("Xã", False, True),
    ],
)
def test_flags_are_those_of_rust(token, digit, title):
    assert is_digit(token) == digit
    assert is_title(token) == title


def test_every_character_is_a_title_where_it_is_one_upstream():
    points = [chr(point) for point in range(0x110000) if not 0xD800 <= point < 0xE000 and not chr(point).isspace()]
    featurizer = CRFFeaturizer(["T[0].istitle"], set())
    for start in range(0, len(points), 5000):
        part = points[start : start + 5000]
        found = featurizer.process([[[character] for character in part]])[0]
        assert [is_title(character) for character in part] == [value == ["T[0].istitle=True"] for value in found]


def test_foreign_model_files_are_refused(tmp_path):
    with pytest.raises(SegmenterError, match="cannot read underthesea's word model in"):
        read_crf_model(tmp_path)
    (tmp_path / "models.bin").write_bytes(b"x" * 100)
    with pytest.raises(SegmenterError, match="not a CRFsuite model"):
        read_crf_model(tmp_path)


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """A cache folder of its own."""
    monkeypatch.setattr(compiled.platformdirs, "user_cache_dir", lambda *_, **__: str(tmp_path / "cache"))
    return tmp_path / "cache"


def same(one, other, pack=compiled._pack):
    return pack(one) == pack(other)


def test_the_cached_models_are_the_fresh_ones(cache):
    words, reference = load_compiled(), load_reference()
    assert [path.name.split("-")[0] for path in sorted(cache.iterdir())] == ["reference", "words"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compiled, "read_crf_model", None)  # it must not be needed
        assert same(words, load_compiled())
        assert same(reference, load_reference(), compiled._pack_reference)


@pytest.mark.parametrize(
    ("name", "get", "make"),
    [("words", load_compiled, "_compile"), ("reference", load_reference, "_compile_reference")],
)
def test_a_damaged_cache_is_made_anew(cache, monkeypatch, name, get, make):
    fresh = get()
    made = []
    monkeypatch.setattr(compiled, make, lambda: made.append(fresh) or fresh)  # it takes seconds
    (path,) = cache.glob(f"{name}-*")
    data = bytearray(path.read_bytes())
    assert len(data) > 1_000_000
    files = set(cache.iterdir())
    other = save({"names": np.zeros(2, dtype=np.uint8)})
    for damaged in (b"", bytes(data[:5000]), bytes(data[:-1]) + b"!", hashlib.sha256(other).digest() + other):
        path.write_bytes(damaged)
        made.clear()
        assert get() is fresh
        assert made, "as if there were no file"
        assert path.read_bytes() == bytes(data)
    assert set(cache.iterdir()) == files, "no temporary file stays"


def test_a_cache_that_cannot_be_written_is_no_error(cache):
    cache.write_text("a file where the folder should be", encoding="utf-8")
    assert load_compiled().token_map


def test_without_a_home_folder_there_is_no_cache(monkeypatch):
    def no_home(*_, **__):
        raise RuntimeError("could not determine the home directory")

    monkeypatch.setattr(compiled.platformdirs, "user_cache_dir", no_home)
    assert load_compiled().token_map
