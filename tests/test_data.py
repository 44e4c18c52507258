"""What data/README.md promises of the articles."""

import re
import unicodedata

import pandas as pd
import pytest
from conftest import ROOT

from vnpolicy_nlp.training.labels import parse_topics

TOPICS = {"grassroots_democracy", "ideology_work", "social_supervision"}
DATA = ROOT / "data"
LONGEST_RUN = 22  # words that two articles may share in a row: titles of documents and conferences are this long
SET_PHRASES = (  # of which long titles of documents consist
    "bảo vệ nền tảng tư tưởng của đảng",
    "đấu tranh phản bác",
    "quan điểm sai trái, thù địch",
    "tư tưởng, đạo đức, phong cách hồ chí minh",
    "tấm gương đạo đức hồ chí minh",
    "suy thoái về tư tưởng chính trị, đạo đức, lối sống",
)


def read(name):
    return pd.read_csv(DATA / name, dtype=str, keep_default_na=False, encoding="utf-8-sig")


@pytest.fixture(scope="module")
def articles():
    return read("articles.csv")


def test_size_and_mix(articles):
    kinds = articles["kind"].value_counts()
    assert len(articles) >= 240
    assert kinds["lookalike"] + kinds["general"] >= len(articles) / 4
    for topic in TOPICS:
        assert articles["topics"].map(parse_topics).map(lambda topics, t=topic: t in topics).sum() >= 80


def test_ids_and_titles_are_unique_and_text_is_composed(articles):
    assert articles["id"].is_unique
    assert articles["title"].is_unique
    for row in articles.itertuples():
        assert unicodedata.is_normalized("NFC", row.title + row.lead + row.content), row.id
        assert row.title, row.id
        assert len(row.content.split()) >= 45, row.id


def test_every_field_is_one_of_its_values(articles):
    assert set(articles["kind"]) == {"positive", "lookalike", "general"}
    assert set(articles["share"]) <= {"main", "part", "minor", ""}
    assert set(articles["length_class"]) == {"brief", "short", "medium", "long"}
    assert set(articles["invented"]) == {"true"}
    assert articles["date"].map(lambda date: bool(re.fullmatch(r"20[0-2]\d-\d\d-\d\d", date))).all()
    assert pd.to_datetime(articles["date"]).notna().all()
    for row in articles.itertuples():
        topics = parse_topics(row.topics)
        assert row.topics == ";".join(topics), row.id
        assert set(topics) <= TOPICS, row.id
        assert bool(topics) == (row.kind == "positive") == bool(row.share), row.id


def test_every_topic_has_its_evidence(articles):
    evidence = read("evidence.csv")
    paragraphs = dict(zip(articles["id"], articles["content"].str.split("\n"), strict=True))
    shown = {article: set() for article in articles["id"]}
    for row in evidence.itertuples():
        assert 0 <= int(row.paragraph) < len(paragraphs[row.id]), row
        shown[row.id].add(row.topic)
    for row in articles.itertuples():
        assert shown[row.id] == set(parse_topics(row.topics)), row.id
    assert not evidence.duplicated().any()


def sentences(text):
    return [s for s in re.split(r"(?<=[.!?…])\s+|\n", text.lower()) if len(s.split()) >= 8]


def test_no_sentence_stands_in_two_articles(articles):
    sample = read("sample_archive.csv").drop_duplicates("title")
    seen = {}
    rows = [*zip(articles["id"], articles["lead"] + "\n" + articles["content"], strict=True)]
    rows += zip(sample["id"], sample["content"], strict=True)
    for article, text in rows:
        for sentence in sentences(text):
            assert seen.setdefault(sentence, article) == article, sentence


def test_no_long_run_of_words_stands_in_two_articles(articles):
    seen = {}
    for row in articles.itertuples():
        text = f"{row.title}\n{row.lead}\n{row.content}".lower()
        for phrase in SET_PHRASES:
            text = text.replace(phrase, "|")
        words = re.findall(r"\w+", text)
        for run in zip(*(words[start:] for start in range(LONGEST_RUN + 1)), strict=False):
            assert seen.setdefault(run, row.id) == row.id, " ".join(run)


def test_the_sample_archive_is_new_messy_and_labelled(articles):
    sample, gold = read("sample_archive.csv"), read("sample_archive_topics.csv")
    assert not set(sample["title"]) & set(articles["title"])
    assert sample["title"].nunique() - 1 >= 60
    assert set(sample["id"]) == set(gold["id"])
    assert gold["id"].is_unique
    assert {topic for cell in gold["topics"] for topic in parse_topics(cell)} == TOPICS
    assert sample.duplicated().any()
    text = "\n".join(sample["content"])
    for mess in ("&nbsp;", "<br", '"', "\r\n", "\u00d0", "Lượt xem"):
        assert mess in text, mess
    assert (sample["content"].str.strip() == "").any()
