import json
import subprocess
import sys

import numpy as np
import pytest
import underthesea

from vnpolicy_nlp import segment
from vnpolicy_nlp.errors import TextError
from vnpolicy_nlp.text.segmenter import check_texts, segmenter_checksum

TEXTS = [
    "Đoàn giám sát của Ủy ban MTTQ huyện làm việc với UBND xã Lai Hòa.",
    "Quyết định số 217-QĐ/TW, 218- QĐ/TW; TP.HCM, 20.08.2014, H'Mông, e-mail: a@b.vn",
    "Th Sơn đến. Torres Vs Celta",
    "",
    " \n ",
]


def run_python(code):
    """Run code in a fresh interpreter; return what it printed."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout


def test_the_words_are_those_of_underthesea(corpus):
    texts = [*TEXTS, *corpus.texts[:20]]
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
