"""The Vietnamese order, by hand, by its properties, and as Chromium has it."""

import random
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vnpolicy_nlp.text.collation import _BLANKS, _CURRENCIES, _LETTERS, _SIGNS, collation_key

TONES = ["", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323"]
# Parts of syllables; a syllable may lack the first and the last.
INITIALS = "|b|c|ch|d|đ|g|gh|gi|h|k|kh|l|m|n|ng|ngh|nh|p|ph|qu|r|s|t|th|tr|v|x|f|j|w|z"
VOWELS = "aăâeêioôơuưy"
FINALS = "|c|ch|i|m|n|ng|nh|o|p|t|u"
CASES = [str, str, str.title, str.upper]
ENDS = ["", "", "", " 1", " 19", " 2", "-2"]
LISTED = [*_BLANKS, *_SIGNS.replace(" ", ""), *_CURRENCIES.replace(" ", ""), *_LETTERS, *_LETTERS.upper()]

vietnamese = st.text(st.sampled_from([*_LETTERS, *_LETTERS.upper(), *TONES[1:], *" -0123456789"]), max_size=8)
texts = st.one_of(vietnamese, st.text(max_size=8))


def phrases(count):
    """Return phrases that look Vietnamese: alike enough for every level to decide often."""
    draw = random.Random(2)
    parts = INITIALS.split("|"), VOWELS, TONES, FINALS.split("|")
    # Few syllables, so that they come again with other neighbours.
    syllables = ["".join(map(draw.choice, parts)) for _ in range(60)]

    def phrase():
        words = draw.choice([" ", " ", "-"]).join(draw.choices(syllables, k=draw.randint(1, 3)))
        words = draw.choice(CASES)(unicodedata.normalize("NFC", words))
        return unicodedata.normalize(draw.choice(["NFC", "NFD"]), words) + draw.choice(ENDS)

    return [phrase() for _ in range(count)]


def order(first, second):
    """Return -1, 0 or 1, as comparing functions do."""
    return (first > second) - (first < second)


@pytest.mark.parametrize(
    "ascending",
    [
        pytest.param("a ă â b c d đ e ê f g h i j k l m n o ô ơ p q r s t u ư v w x y z", id="letters"),
        pytest.param("a à ả ã á ạ ă ằ ẳ ẵ ắ ặ â ầ ẩ ẫ ấ ậ b", id="tones"),
        pytest.param("a A à À ă Ă đ Đ ê Ê", id="case"),
        pytest.param("đa đà đả đã đá đạ đac", id="tone after letters"),
        pytest.param("da|dạ|da an|dạ an|da ao|dăm", id="words"),
        pytest.param("thành Thành thánh Thánh thanhs", id="case after tone"),
        pytest.param("ồ nhiem|ô nhiễm|Ô nhiễm|ổ nhiêm|ơ", id="the first difference of the highest level"),
        pytest.param("An Giang|Bà Rịa|Cà Mau|Cần Thơ|Đà Nẵng|Đắk Lắk|Hà Nội|Huế|Quảng Ninh|Ý Yên", id="places"),
        pytest.param("1 10 2 9 a", id="digit by digit"),
        pytest.param("_ - – , ; : ! ? . ' \" « ( ) [ @ * / & # % + = $ ₫ € 0 9 a z б 中", id="signs before letters"),
        pytest.param("n ñ o ö ő ō ô u ŭ ü ư", id="marks of other languages"),
        pytest.param("2 ² 3 a ａ A b", id="compatibility characters"),
    ],
)
def test_golden(ascending):
    ascending = ascending.split("|" if "|" in ascending else None)
    keys = [collation_key(text) for text in ascending]
    assert all(lower < higher for lower, higher in pairwise(keys))
    assert keys == [collation_key(unicodedata.normalize("NFD", text)) for text in ascending]


def test_characters_that_do_not_show_do_not_count():
    assert collation_key("Hà\u200b \ufeffNội\u00ad") == collation_key("Hà Nội")


@given(st.lists(texts, min_size=3, max_size=6))
def test_a_total_preorder(some):
    keys = sorted(map(collation_key, some))
    for place, low in enumerate(keys):
        assert all(low <= high and order(low, high) == -order(high, low) for high in keys[place:])


@given(texts)
def test_composed_and_decomposed_text_have_the_same_key(text):
    assert collation_key(unicodedata.normalize("NFC", text)) == collation_key(unicodedata.normalize("NFD", text))
    assert collation_key(text) == collation_key(unicodedata.normalize("NFC", text))


@given(st.lists(texts, max_size=8), st.randoms())
def test_the_order_does_not_depend_on_the_order_before(some, draw):
    ordered = sorted(some, key=collation_key)
    assert sorted(ordered, key=collation_key) == ordered
    draw.shuffle(some)
    assert list(map(collation_key, sorted(some, key=collation_key))) == list(map(collation_key, ordered))


@given(vietnamese, vietnamese)
def test_case_only_breaks_ties(first, second):
    low = [collation_key(text.lower()) for text in (first, second)]
    keys = [collation_key(text) for text in (first, second)]
    assert [key[:2] for key in keys] == [key[:2] for key in low]
    if low[0] != low[1]:
        assert order(*keys) == order(*low)
    assert low[0] <= keys[0]


@pytest.mark.parametrize("some", [phrases(600), LISTED], ids=["phrases", "every character listed"])
def test_the_order_is_that_of_chromium(browser, some):
    with browser.new_page() as page:
        assert page.evaluate('Intl.Collator.supportedLocalesOf("vi")') == ["vi"]
        theirs = page.evaluate('some => some.sort(new Intl.Collator("vi").compare)', some)
        ours = sorted(some, key=collation_key)
        assert ours == theirs
        ties = page.evaluate(
            'some => some.slice(1).map((text, place) => new Intl.Collator("vi").compare(some[place], text))', ours
        )
    keys = list(map(collation_key, ours))
    assert [order(*pair) for pair in pairwise(keys)] == ties
