"""Explanations: exact sums, the same evidence as tagging, highlights that stay inert."""

import gzip
import json
import math
import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from conftest import ROOT, read_table
from hypothesis import given, settings
from hypothesis import strategies as st

import vnpolicy_nlp as vp
from vnpolicy_nlp.cli import cli
from vnpolicy_nlp.model.highlight import graded

SAMPLE = str(ROOT / "data" / "sample_archive.csv")
ARTICLE = (
    "Xóm Đồi họp dân bàn làm đường\n"
    "Ban Thanh tra nhân dân giám sát công trình; người dân biểu quyết mức đóng góp theo quy chế dân chủ ở cơ sở.\n"
    "Cuối buổi, trưởng xóm đọc lại biên bản."
)
PIECES = st.sampled_from(
    [
        "giám sát",
        "phản biện xã hội",
        "Đảng",
        "dân chủ ở cơ sở",
        "tư tưởng",
        "217-QĐ/TW",
        "hoà",
        "qui",
        ".",
        "\n",
        "(",
        "<b>",
    ]
)
TEXTS = st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=30).map(" ".join))


def assert_exact(found, probabilities):
    assert found.weights.shape == (len(found.spans), len(found.topics))
    for n, topic in enumerate(found):
        rest = topic.score - topic.intercept
        assert math.isclose(sum(word.weight for word in topic.words), rest, abs_tol=1e-9)
        assert math.isclose(sum(term.weight for term in topic.terms), rest, abs_tol=1e-9)
        assert math.isclose(found.weights[:, n].sum(), rest, abs_tol=1e-9)
        assert topic.probability == probabilities[n]
        assert [w.weight for w in topic.words] == sorted((w.weight for w in topic.words), reverse=True)


@settings(max_examples=60)
@given(text=TEXTS)
def test_words_and_intercept_sum_to_the_score(tagger, text):
    found = tagger.explain(text)
    assert_exact(found, tagger.predict_proba([text])[0])
    (features,) = [view.transform(_encoded(text)) for view in tagger.parts.views]
    assert np.allclose([topic.score for topic in found], tagger.parts.classifier.scores([features])[0], atol=1e-12)
    assert found.tagged == tagger.tag([text])[0]
    quoted = tagger.evidence([text])[0]
    assert {topic.topic: topic.evidence for topic in found if topic.tagged} == quoted


def _encoded(text):
    from vnpolicy_nlp.text.prepare import encode

    return next(encode([text]))


def test_words_and_syllables_together_are_exact(small_corpus):
    texts, labels = small_corpus
    mine = vp.TopicTagger(word_ngram_range=(1, 2), syllable_ngram_range=(1, 3), n_folds=2).fit(texts, labels)
    assert len(mine.tagger_.parts.views) == 2
    for text in [*texts[:5], ARTICLE, "", "Nghị định 145/2020/NĐ-CP"]:
        assert_exact(mine.explain(text), mine.predict_proba([text])[0])


def test_exclusive_topics_have_no_threshold(small_corpus):
    texts, labels = small_corpus
    sections = [topics[0] if topics else "none" for topics in labels]
    mine = vp.TopicTagger(exclusive=True, n_folds=2).fit(texts, sections)
    found = mine.explain(texts[0])
    assert_exact(found, mine.predict_proba(texts[:1])[0])
    assert [topic.threshold for topic in found] == [None] * len(found)
    assert len(found.tagged) == 1
    assert "ngưỡng" not in found.to_html()


def test_spans_are_the_words(tagger):
    for title, content in read_table("sample_archive.csv")[["title", "content"]].to_numpy()[:30]:
        found = tagger.explain(f"{title}\n{content}")
        words = vp.segment([found.text])[0]
        cut = [" ".join(found.text[start:end].split()) for start, end in found.spans.tolist()]
        assert cut == words


def test_a_word_that_underthesea_respells_keeps_its_place(tagger):
    text = "Hội qui chuẩn họp về quy chế dân chủ"
    found = tagger.explain(text)
    assert vp.segment([text])[0][:2] == ["Hội", "quy chuẩn"]
    assert [text[start:end] for start, end in found.spans.tolist()][:2] == ["Hội", "qui chuẩn"]
    assert text[slice(*found.spans[-1])] == "dân chủ"


def test_grades():
    assert graded(np.array([1.0, 0.5, 0.3, 0.1, 0.05, 0.0, -0.05, -0.26, -1.0])).tolist() == [
        3,
        3,
        2,
        1,
        0,
        0,
        0,
        -2,
        -3,
    ]
    assert graded(np.zeros(3)).tolist() == [0, 0, 0]
    assert graded(np.zeros(0)).tolist() == []


class Reader(HTMLParser):
    """Collects the text of the article of the first section, the marked words, and all tags."""

    def __init__(self):
        super().__init__()
        self.text, self.marked, self.tags, self.open = [], [], set(), []

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.open.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if any(attributes.get("class") == "text" for _, attributes in self.open):
            self.text.append(data)
            if self.open[-1][1].get("class", "").startswith(("up", "down")):
                self.marked.append(data)


@settings(max_examples=40)
@given(text=TEXTS)
def test_html_shows_the_article_and_nothing_else(tagger, text):
    found = tagger.explain(text).of(["social_supervision"])
    reader = Reader()
    reader.feed(found.to_html())
    if found.text:
        assert "".join(reader.text) == found.text.replace("\n", "")
    assert reader.tags <= {"div", "style", "details", "summary", "b", "p", "br", "span"}
    grades = graded(found.weights[:, 0])
    assert len(reader.marked) == np.count_nonzero(grades)


def test_html_marks_words_and_evidence(tagger):
    page = tagger.explain(ARTICLE).to_html(whole_page=True)
    assert page.startswith('<!DOCTYPE html>\n<html lang="vi">')
    assert '<meta charset="utf-8">' in page
    assert re.search(r'<span class="up3" title="\+\d\.\d{3}">', page)
    assert 'data-label="Đoạn bằng chứng:"' in page
    assert "Giám sát và phản biện xã hội" in page
    english = tagger.explain(ARTICLE).to_html("en")
    assert "Words that pushed up" in english
    with pytest.raises(vp.InputError, match="there is no language 'fr': give one of vi, en"):
        tagger.explain(ARTICLE).to_html("fr")


def test_reprs_and_lookups(tagger):
    found = tagger.explain(ARTICLE)
    assert repr(found).startswith("Explanation(tagged=['grassroots_democracy', 'social_supervision'], ")
    assert len(found) == 3
    assert repr(found["grassroots_democracy"]).startswith("TopicExplanation(grassroots_democracy, tagged=True, prob")
    assert found._repr_html_() == found.to_html("vi")
    with pytest.raises(vp.InputError, match="unknown topic 'economy'; known are: grassroots_democracy, "):
        found["economy"]
    with pytest.raises(vp.InputError, match=r"explain takes one article, a string, not list"):
        tagger.explain([ARTICLE])
    assert json.loads(json.dumps(found.to_dict()))["tagged"] == list(found.tagged)


def run(*arguments, given=None):
    return CliRunner().invoke(cli, ["explain", *arguments], input=given)


def test_command_explains_a_row_like_python(tagger):
    result = run(SAMPLE, "--row", "1", "--json")
    title, content = read_table("sample_archive.csv")[["title", "content"]].to_numpy()[0]
    assert result.exit_code == 0
    assert json.loads(result.output) == json.loads(json.dumps(tagger.explain(f"{title}\n{content}").to_dict()))


def test_command_explains_standard_input_and_old_encodings(tmp_path):
    result = run("-", "--lang", "en", "--topic", "grassroots_democracy", given=ARTICLE)
    assert "✓ Grassroots democracy: tagged, probability " in result.output
    assert "Ideology work" not in result.output
    assert "[Evidence: " in result.output
    (tmp_path / "a.txt").write_bytes((ARTICLE * 3).encode("utf-16"))
    assert "dân chủ ở cơ sở" in " ".join(run(str(tmp_path / "a.txt")).output.split())


def test_command_keeps_control_characters_from_the_terminal():
    output = run("-", given="Họp dân \x1b[31mđỏ\x1b]0;title\x07 theo quy chế dân chủ ở cơ sở").output
    assert "\x1b" not in output
    assert "\x07" not in output


def test_command_writes_a_page_once(tmp_path):
    page = tmp_path / "why.html"
    assert run(SAMPLE, "--row", "2", "--html", str(page)).exit_code == 0
    assert page.read_text("utf-8").endswith("</html>\n")
    assert isinstance(run(SAMPLE, "--row", "2", "--html", str(page)).exception, vp.OutputError)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([SAMPLE], "is a table: say which article with --row"),
        ([SAMPLE, "--row", "99"], "has 73 rows: there is no row 99"),
        ([SAMPLE, "--row", "1", "--text-column", "body"], "there is no column 'body'"),
        ([SAMPLE, "--row", "1", "--topic", "x"], "unknown topic 'x'"),
        (["no_such.txt"], "no such file: no_such.txt"),
    ],
)
def test_command_says_what_is_wrong(arguments, message):
    result = run(*arguments)
    assert isinstance(result.exception, vp.VnPolicyError)
    assert message in str(result.exception)


def test_evidence_has_words(tagger):
    told = "Xóm họp dân bàn làm đường theo quy chế dân chủ ở cơ sở, có biên bản đọc lại cuối buổi."
    text = f"{told}\nLượt xem: 214\n" + ". " * 40
    assert tagger.evidence([text])[0]["grassroots_democracy"] == told
    for topic in tagger.explain(text):
        assert topic.evidence == told


def test_a_packed_text_that_is_cut_short_is_said(tmp_path):
    (tmp_path / "a.txt.gz").write_bytes(gzip.compress(ARTICLE.encode() * 50)[:60])
    assert "it is cut short; copy it again" in str(run(str(tmp_path / "a.txt.gz")).exception)


def test_a_text_may_be_called_like_a_table_was(tmp_path):
    (tmp_path / "bai.csv.txt").write_text(ARTICLE, "utf-8")
    assert run(str(tmp_path / "bai.csv.txt")).exit_code == 0


def test_a_long_article_of_many_lines_takes_no_square_of_its_length(tagger):
    text = "Xóm họp dân bàn làm đường.\n" * 4000
    assert len(tagger.explain(text).to_html()) > len(text)


def test_strongest_words(tagger):
    topic = tagger.explain(ARTICLE)["social_supervision"]
    up, down = topic.strongest(3)
    assert up == topic.words[:3]
    assert down == topic.words[:-4:-1]
    assert all(word.weight < 0 for word in down)


def test_the_score_of_the_threshold(tagger):
    for topic in tagger.explain(ARTICLE):
        assert topic.tagged == (topic.score >= topic.least_score)
        exact = tagger.with_thresholds({topic.topic: topic.probability}).explain(ARTICLE)[topic.topic]
        assert math.isclose(exact.least_score, topic.score, abs_tol=1e-6)


def test_rows_are_explained_as_they_were_tagged(tmp_path, tagger, small_corpus):
    precise = vp.load(preset="precise", base_rate=0.003)
    vp.tag_archive(SAMPLE, tmp_path / "t.csv", model=precise, scores=True)
    rows = pd.read_csv(tmp_path / "t.csv", dtype=str, keep_default_na=False, encoding="utf-8-sig")
    found = json.loads(run(str(tmp_path / "t.csv"), "--row", "5", "--json").output)
    assert found["tagged"] == ["grassroots_democracy"] == rows["topics"][4].split(";")
    assert {t["topic"]: f"{t['probability']:.4f}" for t in found["topics"]} == {
        topic: rows[f"score_{topic}"][4] for topic in tagger.topics
    }
    mine = vp.TopicTagger(n_folds=2).fit(*small_corpus)
    vp.tag_archive(SAMPLE, tmp_path / "mine.csv", model=mine)
    assert "was tagged by another model" in str(run(str(tmp_path / "mine.csv"), "--row", "5").exception)


@pytest.mark.parametrize(
    ("name", "content", "arguments", "message"),
    [
        ("a.txt", b" \n", [], "is empty: there is no article"),
        ("a.zip", b"PK\x03\x04 and so on", [], "is a spreadsheet or a ZIP file"),
        ("a.txt", "Họp dân".encode("utf-16"), ["--encoding", "utf-8"], "is not valid UTF-8: give another --encoding"),
    ],
)
def test_what_is_no_article_is_said(tmp_path, name, content, arguments, message):
    (tmp_path / name).write_bytes(content)
    assert message in str(run(str(tmp_path / name), *arguments).exception)


def test_thresholds_of_ones_own(tagger):
    assert tagger.with_thresholds({"ideology_work": 0.5}).thresholds == tagger.thresholds | {"ideology_work": 0.5}
    with pytest.raises(vp.InputError, match=r"thresholds of unknown topics: x; known are"):
        tagger.with_thresholds({"x": 0.5})
    with pytest.raises(vp.InputError, match=r"the threshold of ideology_work is 1.0: it must be a probability"):
        tagger.with_thresholds({"ideology_work": 1.0})
