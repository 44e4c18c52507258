import json
import os
import re
import subprocess
import sys
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
import pytest
import underthesea
from conftest import golden
from hypothesis import given, settings
from hypothesis import strategies as st
from underthesea.pipeline.word_tokenize.regex_tokenize import regex_patterns_combine

from vnpolicy_nlp import segment
from vnpolicy_nlp.errors import TextError
from vnpolicy_nlp.text import decoder, segmenter
from vnpolicy_nlp.text.alphabet import CODES
from vnpolicy_nlp.text.compiled import load_compiled, load_reference
from vnpolicy_nlp.text.cutter import Cutter, without_groups
from vnpolicy_nlp.text.normalize import normalize_all
from vnpolicy_nlp.text.plain import plain_parts
from vnpolicy_nlp.text.prepare import prepare
from vnpolicy_nlp.text.segmented import Segmented
from vnpolicy_nlp.text.segmenter import Segmenter, check_texts, segmenter_checksum

UPSTREAM = re.compile(regex_patterns_combine, re.VERBOSE)
TEXTS = [case.values[0]["text"] for case in golden("segment")]
PIECES = [
    *" ".join(TEXTS).split(" "),
    "Th",
    "S",
    "BOS",
    "EOS",
    "\u02ba",
    "\u00d0",
    "o\u0300",
    "\x00",
    "99999999999",
    "+5",
]
BLANKS = [" ", " ", " ", "  ", "\n", "\t", "\u00a0", "\u2028", ""]
texts_of_pieces = st.lists(
    st.tuples(st.one_of(st.sampled_from(PIECES), st.text(max_size=4)), st.sampled_from(BLANKS)), max_size=12
).map(lambda pairs: "".join(piece + blank for piece, blank in pairs).encode("utf-8", "ignore").decode())


def run_python(code):
    """Run code in a fresh interpreter; return what it printed."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout


def test_the_words_are_those_of_underthesea(corpus):
    texts = [*TEXTS, *corpus.texts[:20]]
    assert segment(texts) == [underthesea.word_tokenize(text) for text in texts]


@pytest.mark.parametrize("case", golden("segment"))
def test_golden(case):
    assert "|".join(word.replace(" ", "_") for word in segment([case["text"]])[0]) == case["words"]


@given(st.lists(texts_of_pieces, max_size=4))
def test_any_text_gets_the_words_of_underthesea(texts):
    assert segment(texts) == [underthesea.word_tokenize(text) for text in texts]


def test_fixed_words_of_another_caller_do_not_leak_in():
    fresh = json.loads(run_python(f"import json, underthesea as u; print(json.dumps([u.word_tokenize({TEXTS[0]!r})]))"))
    underthesea.word_tokenize("sát của", fixed_words=["sát của"])
    assert segment([TEXTS[0]]) == fresh


def test_underthesea_adds_no_handler_to_the_root_logger():
    code = "import logging, vnpolicy_nlp as vp; vp.segment(['a']); print(len(logging.root.handlers))"
    assert run_python(code).strip() == "0"


def test_handlers_of_the_caller_stay():
    code = "import logging; logging.basicConfig(); import vnpolicy_nlp as vp; vp.segment(['a'])"
    code += "; print(len(logging.root.handlers))"
    assert run_python(code).strip() == "1"


def test_texts_may_come_from_a_generator():
    assert segment(text for text in ["một", "hai"]) == [["một"], ["hai"]]


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ("một bài", "texts must be a list of strings, not one string: write [text] for a single article"),
        (["một", None], "texts[1] is NoneType (None), not str: replace missing texts by an empty string, for example"),
        (["một", float("nan")], "texts[1] is float (nan), not str"),
        (np.array([["một"]], dtype=object), "texts[0] is ndarray"),
    ],
)
def test_what_is_no_list_of_strings_is_refused(texts, message):
    with pytest.raises(TextError) as error:
        check_texts(texts)
    assert str(error.value).startswith(message)


def test_checksum_is_that_of_the_packaged_model(tagger):
    assert tagger.record["segmenter_sha256"] == segmenter_checksum()
    assert len(segmenter_checksum()) == 64


chunk_pieces = [
    *"0129aăxvDĐThSs.,;:!?…\"'“”‘’()[]%/-_&@<=°ʺ²",
    "Th",
    "TP",
    "Tp",
    "Mr",
    "http",
    "12",
    "2017",
    "1.2",
    "7/8",
]


@given(texts_of_pieces)
def test_the_cutter_cuts_a_chunk_as_it_cuts_the_text(text):
    text = unicodedata.normalize("NFC", text)
    model = load_compiled()
    cut = Cutter(model.pattern, model.token_map)
    chunks = text.split()
    if "Th" not in text:  # the pattern with the dot that is not escaped
        tail = bool(chunks) and (text.endswith(chunks[-1]) or text.removesuffix("\n").endswith(chunks[-1]))
        tokens, counts = cut.chunks(chunks, [False] * (len(chunks) - 1) + [tail] * bool(chunks))
        assert tokens == cut.whole(text)
        assert sum(counts) == len(tokens)


@pytest.fixture(scope="module")
def find():
    """What cuts by underthesea's pattern."""
    return re.compile(load_compiled().pattern, re.VERBOSE).findall


chunks_of_pieces = st.lists(st.sampled_from(chunk_pieces), min_size=1, max_size=7).map("".join)


def cut_plainly(chunk):
    """Return the tokens that `plain_parts` cuts a chunk into; none where it leaves it to the pattern."""
    codes = np.zeros((1, 16), dtype=np.uint8)
    codes[0, : len(chunk)] = CODES[[ord(character) for character in chunk]]
    ends = plain_parts(codes)[0].tolist()
    return [chunk[begin:end] for begin, end in pairwise([0, *ends]) if end > begin]


@settings(max_examples=1000)
@given(chunk=chunks_of_pieces.filter(lambda chunk: len(chunk) <= 15))
def test_what_is_cut_without_the_pattern_is_cut_like_that_with_it(find, chunk):
    parts = cut_plainly(chunk)
    if parts:
        assert parts == find(chunk) == find(chunk + " ")
        assert all(find(part) == find(part + " ") == [part] for part in parts)


@pytest.mark.parametrize(
    "chunk",
    [
        "Tin",
        "xã,",
        "“Tin",
        "(xã).",
        "2017.",
        "1.234.567",
        "4,5%,",
        "(12/3/2017)...",
        "1-2",
        "5/2017",
        "“HĐND”,",
        "nghiêng...",
        "1,2,3,4,5,6,7,8",
    ],
)
def test_most_chunks_are_cut_without_the_pattern(chunk):
    assert "".join(cut_plainly(chunk)) == chunk


@pytest.mark.parametrize(
    "chunk",
    ["TP.", "UBND.", "Mrs.", "ThS.", "Th.S", "Th,S", "v.v", "1.2.3.4", "123/4", "1/2/3/4", "1/2-3", "a-b", "..."],
)
def test_chunks_that_only_the_pattern_can_cut(chunk):
    assert cut_plainly(chunk) == []


@given(st.one_of(texts_of_pieces, chunks_of_pieces))
def test_the_pattern_without_groups_matches_the_same(text):
    whole = [match[0] for match in UPSTREAM.finditer(text)]
    assert re.findall(without_groups(UPSTREAM.pattern), text, re.VERBOSE) == whole


@given(st.one_of(texts_of_pieces, chunks_of_pieces))
def test_the_pattern_sorted_by_first_characters_matches_the_same(find, text):
    model = load_compiled()
    assert Cutter(model.pattern, {}).whole(text) == find(text)


@given(st.lists(st.lists(chunks_of_pieces, max_size=6).map(" ".join), min_size=1, max_size=3))
def test_chunks_learned_together_or_one_after_the_other_have_the_same_tokens(texts):
    model = load_compiled()
    segmenter = Segmenter(model)
    cut = Cutter(model.pattern, model.token_map)
    together, later = segmenter.encode(texts), segmenter.encode(texts)
    for result in (together, later):
        spelled = result.numbers.tokens
        for text, (first, last) in zip(texts, result.bounds.tolist(), strict=True):
            tokens = [spelled[token] for token in result.tokens[first:last].tolist()]
            assert tokens == [part for token in cut.whole(text) for part in token.split(" ")]


def test_tables_grow_while_the_parts_of_chunks_are_learned():
    text = " ".join(f"({number % 100}/{number // 100}/2017)," for number in range(40_000))
    model = load_compiled()
    result = Segmenter(model).encode([text])
    first, last = result.bounds[0].tolist()
    spelled = [result.numbers.tokens[token] for token in result.tokens[first:last].tolist()]
    assert spelled == Cutter(model.pattern, model.token_map).whole(text)


def test_the_reference_and_the_decoder_agree(corpus):
    model = load_compiled()
    cut, reference = Cutter(model.pattern, model.token_map), load_reference()
    texts = normalize_all(corpus.texts[:10])
    for text, words in zip(texts, segment(texts), strict=True):
        tokens = cut.whole(text)
        inside = reference.label(tokens)
        spelled = "".join((" " if goes_on else "|") + token for token, goes_on in zip(tokens, inside, strict=True))
        assert spelled == "|" + "|".join(words)


def test_small_tables_give_the_same_words(corpus, monkeypatch):
    texts = corpus.texts[:30]
    monkeypatch.setattr(segmenter, "_MOST_TOKENS", 50)
    small = Segmenter(load_compiled())
    lexicons = set()
    for text, words in zip(texts, segment(texts), strict=True):
        result = small.encode([text])
        lexicons.add(id(result.numbers))
        assert result.words() == [words]
    assert len(lexicons) > 1
    assert len(small._lexicon) < 2000


@pytest.mark.parametrize("limit", ["_MOST_CHUNKS", "_MOST_WORDS", "_MOST_WEIGHT"])
def test_every_limit_begins_the_tables_afresh(limit, monkeypatch):
    small = Segmenter(load_compiled())
    first = small.encode(["Xã họp dân bàn làm đường."])
    assert first.words() == segment(["Xã họp dân bàn làm đường."])
    assert small.encode(["một"]).numbers is first.numbers
    monkeypatch.setattr(segmenter, limit, 2)
    assert small.encode(["một"]).numbers is not first.numbers


def test_threads_may_share_a_segmenter(corpus):
    texts = corpus.texts[:300]
    expected = segment(texts)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        for _ in range(3):
            shared = Segmenter(load_compiled())
            with ThreadPoolExecutor(8) as pool:
                assert list(pool.map(lambda text: shared.encode([text]).words()[0], texts)) == expected  # noqa: B023
    finally:
        sys.setswitchinterval(interval)


def test_a_failure_in_the_middle_leaves_no_half_made_tables(monkeypatch):
    text = "Hội đồng nhân dân tỉnh họp"
    broken = Segmenter(load_compiled())

    def stop(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(segmenter, "decode", stop)
        with pytest.raises(KeyboardInterrupt):
            broken.encode([text])
    with monkeypatch.context() as patched:
        patched.setattr(broken._lexicon.words, "_learn", stop)
        with pytest.raises(KeyboardInterrupt):
            broken.encode([text]).words()
    assert broken.encode([text]).words() == [underthesea.word_tokenize(text)]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_forked_child_can_segment_while_the_parent_does():
    shared = segmenter.shared_segmenter()
    with shared._lock:  # as if another thread were at it
        child = os.fork()
        if child == 0:
            os._exit(
                0
                if segment([TEXTS[0]]) == [golden("segment")[0].values[0]["words"].replace("_", " ").split("|")]
                else 1
            )
    assert os.waitpid(child, 0)[1] == 0


def test_an_undecided_run_of_any_length(monkeypatch):
    tables = load_compiled().tables
    reference = load_reference()
    word = next(token for token in tables.vocabulary if len(set(reference.label([token] * 9))) > 1 and token.isalpha())
    text = " ".join([word] * 300)
    monkeypatch.setattr(decoder, "_LONG_RUN", 3)
    assert segment([text]) == [underthesea.word_tokenize(text)]


def test_a_number_too_long_for_python():
    text = "1" * 5000 + " và " + "0" * 5000 + "1 Hội đồng nhân dân"
    assert segment([text]) == [underthesea.word_tokenize(text)]


def test_words_and_numbers_are_two_forms_of_one_thing(corpus):
    words = prepare(corpus.texts[:10])
    again = Segmented.of_words([*words, []])
    assert again.words() == [*words, []]
    assert again.n_texts == 11


def test_an_unknown_underthesea_is_asked_itself(monkeypatch):
    monkeypatch.setattr(segmenter, "is_known", lambda: False)
    segmenter._shared_segmenter.cache_clear()
    try:
        with pytest.warns(UserWarning, match="its own function is used, which is slower") as warned:
            assert segment(TEXTS) == segment(TEXTS) == [underthesea.word_tokenize(text) for text in TEXTS]
        assert len(warned) == 1
        assert prepare(["xã họp dân"]) == [underthesea.word_tokenize("xã họp dân")]
    finally:
        segmenter._shared_segmenter.cache_clear()
