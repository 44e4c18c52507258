import csv

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT, golden

import vnpolicy_nlp as vp
from vnpolicy_nlp.errors import ColumnError, TextError
from vnpolicy_nlp.text.prepare import join_cells

SAMPLE = ROOT / "data" / "sample_archive.csv"


@pytest.fixture(scope="module")
def sample():
    return pd.read_csv(SAMPLE, dtype=str, keep_default_na=False, encoding="utf-8-sig")


@pytest.mark.parametrize("case", golden("articles"))
def test_golden(tagger, case):
    assert tagger.tag([case["text"]]) == [tuple(case["topics"])]


def test_every_way_to_the_tags_agrees_on_every_row(tagger, sample, tmp_path):
    texts = [join_cells(cells) for cells in sample[["title", "content"]].itertuples(index=False)]
    decisions, probabilities = tagger.predict(texts), tagger.predict_proba(texts)
    tags = [";".join(topics) for topics in tagger.tag(texts)]
    assert tags == [";".join(topics) for topics in tagger.topics_of(decisions)]
    frame = tagger.tag_frame(sample, text=["title", "content"], scores=True)
    assert frame["topics"].tolist() == tags
    np.testing.assert_array_equal(frame[[f"score_{topic}" for topic in tagger.topics]].to_numpy(), probabilities)
    pipeline = tagger.to_sklearn()
    np.testing.assert_array_equal(pipeline.predict(texts), decisions)
    np.testing.assert_allclose(pipeline.predict_proba(texts), probabilities, rtol=0, atol=1e-12)
    vp.tag_archive(SAMPLE, tmp_path / "out.csv", scores=True, model=tagger)
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["topics"] for row in rows] == tags
    written = np.array([[float(row[f"score_{topic}"]) for topic in tagger.topics] for row in rows])
    np.testing.assert_allclose(written, probabilities, rtol=0, atol=5.1e-5)


def test_the_answers_do_not_depend_on_the_company(tagger, corpus):
    texts = corpus.texts[:20]
    together = tagger.predict_proba(texts)
    alone = np.vstack([tagger.predict_proba([text]) for text in texts])
    np.testing.assert_allclose(together, alone, rtol=0, atol=1e-15)


def test_shapes_and_types(tagger):
    assert tagger.topics == ("grassroots_democracy", "ideology_work", "social_supervision")
    for texts in ([], ["", "Giá vàng tăng."]):
        assert tagger.predict(texts).shape == tagger.predict_proba(texts).shape == (len(texts), 3)
        assert tagger.predict(texts).dtype.kind == "i"
        assert tagger.tag(texts) == [()] * len(texts)


def test_text_without_a_known_word_gets_no_topic(tagger):
    assert tagger.tag(["", " \n", "...", "zzzqqq"]) == [(), (), (), ()]


def test_tag_frame_keeps_rows_index_and_types(tagger):
    frame = pd.DataFrame(
        {"content": ["Giá vàng tăng.", None, "x"], "views": [1, 2, 3], "day": pd.to_datetime(["2020-01-01"] * 3)},
        index=pd.Index([7, 7, "b"], name="row"),
    )
    before = frame.copy(deep=True)
    tagged = tagger.tag_frame(frame, "content")
    pd.testing.assert_frame_equal(tagged.drop(columns="topics"), before)
    pd.testing.assert_frame_equal(frame, before)
    assert tagged["topics"].tolist() == ["", "", ""]
    assert list(tagger.tag_frame(frame.iloc[:0], "content", scores=True).columns[-3:]) == [
        f"score_{topic}" for topic in tagger.topics
    ]


def test_evidence_is_a_passage_of_the_text(tagger, corpus):
    frame = pd.DataFrame({"content": [*corpus.texts[:40], "Giá vàng tăng.", ""]})
    tagged = tagger.tag_frame(frame, evidence=True)
    columns = [f"evidence_{topic}" for topic in tagger.topics]
    assert list(tagged.columns) == ["content", "topics", *columns]
    for row in tagged.itertuples():
        found = {topic: getattr(row, f"evidence_{topic}") for topic in tagger.topics}
        assert [topic for topic, passage in found.items() if passage] == [t for t in row.topics.split(";") if t]
        assert all(passage in row.content for passage in found.values())
    assert (tagged[columns] != "").to_numpy().sum() > 20


def test_documents_come_by_first_mention_each_once(tagger):
    text = "Theo NQ 35-NQ/TW, rồi Luật Đất đai năm 2024, và cũng theo Nghị quyết số 35-NQ/TW."
    frame = pd.DataFrame({"title": [text, None, "Giá vàng"], "content": ["Luật Nhà ở", "", "x"]}, index=[7, 7, "b"])
    tagged = tagger.tag_frame(frame, ["title", "content"], scores=True, documents=True)
    scores = [f"score_{topic}" for topic in tagger.topics]
    assert list(tagged.columns) == ["title", "content", "topics", *scores, "documents"]
    assert tagged["documents"].tolist() == ["Nghị quyết 35-NQ/TW; Luật Đất đai 2024; Luật Nhà ở", "", ""]
    assert [str(document) for document in vp.cited_documents(text)] == ["Nghị quyết 35-NQ/TW", "Luật Đất đai 2024"]
    with pytest.raises(ColumnError, match="has a column 'documents' already: rename or drop it first"):
        tagger.tag_frame(tagged.drop(columns="topics"), "title", documents=True)


def test_tag_frame_says_what_is_wrong(tagger):
    frame = pd.DataFrame({"title": ["a"], "views": [3], "topics": [""]})
    with pytest.raises(ColumnError, match=r"there is no column 'content'; the columns are: title, views, topics"):
        tagger.tag_frame(frame)
    with pytest.raises(ColumnError, match="has a column 'topics' already: rename or drop it first"):
        tagger.tag_frame(frame, "title")
    with pytest.raises(
        TextError, match="the text column 'views' holds int at index 0: name the columns that hold text"
    ):
        tagger.tag_frame(frame.drop(columns="topics"), ["title", "views"])


def test_several_processes_give_the_same_bytes(tagger, corpus):
    texts = corpus.texts[:50]
    one, two = tagger.predict_both(texts), tagger.predict_both(texts, n_jobs=2)
    assert [array.tobytes() for array in one] == [array.tobytes() for array in two]
    assert tagger.tag([], n_jobs=2) == []


def test_the_answer_does_not_depend_on_the_company(tagger, corpus):
    texts = corpus.texts[:40]
    alone = np.concatenate([tagger.predict_proba([text]) for text in texts])
    assert alone.tobytes() == tagger.predict_proba(texts).tobytes()
