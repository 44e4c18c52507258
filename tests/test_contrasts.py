import numpy as np
import pandas as pd
import pytest
from conftest import DATA

import vnpolicy_nlp as vp
from vnpolicy_nlp.errors import ColumnError, LabelError, TableError
from vnpolicy_nlp.training.contrasts import FEWEST_WORDS, Contrast, contrasts_of, read_evidence
from vnpolicy_nlp.training.corpus import read_corpus

FAST = {"word_ngram_range": None, "syllable_ngram_range": (1, 1), "min_df": 1, "n_folds": 2}
LONG = " ".join(f"từ{n}" for n in range(FEWEST_WORDS))


def test_a_contrast_is_the_article_without_its_evidence():
    bodies = [f"Xã đối thoại.\n{LONG}\nDân hỏi về rác.", "Giá lúa tăng.\nThương lái chờ."]
    marks = {("a", "t"): {0, 2}, ("elsewhere", "t"): {7}}
    assert contrasts_of(["a", "b"], [("t",), ()], bodies, marks) == [Contrast(0, "t", LONG)]


def test_what_says_too_little_without_its_evidence_is_no_contrast():
    assert contrasts_of(["a"], [("t",)], ["Xã đối thoại.\nHết."], {("a", "t"): {0}}) == []


@pytest.mark.parametrize(
    ("marks", "message"),
    [
        ({("a", "u"): {0}}, "evidence of u is marked in a, which has not that topic: mend one of the two"),
        ({("a", "t"): {1}}, "evidence is marked in line 1 of a, which has 1 lines"),
    ],
)
def test_marks_that_do_not_fit(marks, message):
    with pytest.raises(TableError, match=message):
        contrasts_of(["a"], [("t",)], [LONG], marks)


def test_every_topic_of_every_article_of_ours_is_marked():
    corpus = read_corpus(DATA / "articles.csv", group="batch", evidence=DATA / "evidence.csv")
    assert len({(cut.article, cut.topic) for cut in corpus.contrasts}) == len(corpus.contrasts) > 800
    for cut in corpus.contrasts:
        assert cut.topic in corpus.labels[cut.article]
        assert set(cut.text.split("\n")) < set(corpus.texts[cut.article].split("\n"))


def test_tables_of_evidence_that_cannot_be_used(tmp_path):
    with pytest.raises(TableError, match="no such file"):
        read_evidence(tmp_path / "none.csv")
    path = tmp_path / "evidence.csv"
    path.write_text("id,paragraph\na,1\n", encoding="utf-8")
    with pytest.raises(ColumnError, match="there is no column 'topic'"):
        read_evidence(path)
    path.write_text("id,paragraph,topic\na,1,t\na,first,t\n", encoding="utf-8")
    with pytest.raises(TableError, match="row 2: paragraph 'first' is not a number from 0 on"):
        read_evidence(path)
    path.write_text("id,paragraph,topic\nz,0,t\n", encoding="utf-8")
    (tmp_path / "articles.csv").write_text("id,content,topics\na,b,t\n", encoding="utf-8")
    with pytest.raises(TableError, match=r"marks articles that .* does not have, for example z"):
        read_corpus(tmp_path / "articles.csv", evidence=path)


@pytest.fixture(scope="module")
def toy():
    """Articles whose topic comes with a place name that has nothing to do with it."""
    n = 24
    texts = [f"Thị trấn Bình Khê đông người, bài số {i}. Cử tri giám sát." for i in range(n)]
    texts += [f"Đường ngập, xe chờ, bài số {i}." for i in range(n)]
    labels = [("t",)] * n + [()] * n
    return texts, labels, [(i, "t", f"Thị trấn Bình Khê đông người, bài số {i}.") for i in range(n)]


def test_contrasts_teach_which_words_a_topic_does_not_hang_on(toy):
    texts, labels, contrasts = toy
    plain = vp.TopicTagger(**FAST).fit(texts, labels)
    taught = vp.TopicTagger(**FAST).fit(texts, labels, contrasts=contrasts)
    weight = {}
    for name, tagger in (("plain", plain), ("taught", taught)):
        parts = tagger.tagger_.parts
        weight[name] = dict(zip(parts.views[0].terms, parts.classifier.coef[0][0], strict=True))
    assert weight["plain"]["khê"] == pytest.approx(weight["plain"]["sát"], rel=0.2)
    assert weight["taught"]["khê"] < 0.5 * weight["taught"]["sát"]
    assert taught.tagger_.record["training"]["n_contrasts"] == len(contrasts)


def test_without_contrasts_or_with_none_of_weight_nothing_changes(toy):
    texts, labels, contrasts = toy
    plain = vp.TopicTagger(**FAST, class_weight=None).fit(texts, labels).predict_proba(texts)
    empty = vp.TopicTagger(**FAST, class_weight=None).fit(texts, labels, contrasts=[]).predict_proba(texts)
    np.testing.assert_array_equal(plain, empty)
    light = vp.TopicTagger(**FAST, class_weight=None, contrast_weight=1e-9).fit(texts, labels, contrasts=contrasts)
    np.testing.assert_allclose(plain, light.predict_proba(texts), atol=1e-4)


@pytest.mark.parametrize(
    ("contrast", "message"),
    [
        ((0, "u", "x"), r"contrasts\[0\] is of 'u', which is no topic of the labels: t"),
        ((99, "t", "x"), r"contrasts\[0\] is of article 99, but there are 48, counted from 0"),
        ((40, "t", "x"), r"contrasts\[0\] was cut from article 40, which does not have the topic t"),
    ],
)
def test_contrasts_that_do_not_fit(toy, contrast, message):
    texts, labels, _ = toy
    with pytest.raises(LabelError, match=message):
        vp.TopicTagger(**FAST).fit(texts, labels, contrasts=[contrast])


def test_trained_from_the_command_line(tmp_path, toy):
    from test_cli import vnpolicy

    texts, labels, contrasts = toy
    bodies = [text + "\n" + LONG for text in texts]
    frame = {"id": range(len(texts)), "content": bodies, "topics": [";".join(topics) for topics in labels]}
    pd.DataFrame(frame).to_csv(tmp_path / "a.csv", index=False)
    marks = {"id": [i for i, *_ in contrasts], "paragraph": 0, "topic": "t"}
    pd.DataFrame(marks).to_csv(tmp_path / "e.csv", index=False)
    settings = [f"--set={name}={value}" for name, value in {"C": 3, "word_ngram_range": "null", "n_folds": 2}.items()]
    done = vnpolicy("train", "a.csv", "-o", "m", "--evidence", "e.csv", *settings, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    training = vp.load(tmp_path / "m").record["training"]
    assert training["n_contrasts"] == len(contrasts)
    assert training["parameters"]["word_ngram_range"] is None
    for wrong, message in (
        ("D=1", "'D=1' is not NAME=VALUE with a name of C, beta, "),
        ("C=x", "'x' is not JSON: write a number, true, false, null, [1, 2] or \"text\""),
    ):
        done = vnpolicy("train", "a.csv", "-o", "m", "--set", wrong, cwd=tmp_path)
        assert (done.returncode, message in done.stderr) == (2, True), done.stderr
