"""What data/README.md promises of the articles: form, labels, quotas, two readings. Each failure names its rows."""

import re
import unicodedata
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from conftest import DATA, read_table
from sklearn.metrics import cohen_kappa_score

from vnpolicy_nlp.text.normalize import fired_rules
from vnpolicy_nlp.text.prepare import join_cells
from vnpolicy_nlp.training.labels import parse_topics

TOPICS = ("grassroots_democracy", "ideology_work", "social_supervision")
SPLITS = ("train", "validation", "test")
GENRES = {"brief", "news", "report", "feature", "interview", "essay", "reader", "notice", "profile"}
LEVELS = {"central", "province", "district", "commune", "army", "school", "enterprise", "abroad"}
LENGTHS = {"brief": (45, 119), "short": (120, 219), "medium": (220, 449), "long": (450, 1100)}  # words of content
ROUGH = re.compile(  # abbreviations that the article does not spell out, captions, counters and links of a page
    r"\b(?:MTTQ|UBMTTQ|MTTQVN|BCĐ|TTND|GSĐTCĐ|PBXH|QCDC|QCDCCS|NLĐ|CBCCVC|LĐLĐ|BTV|BTG|GPMB|CCB|ĐVTN|đ/c)\b"
    r"|^Ảnh ?:|\(Ảnh|^Trong ảnh|Lượt xem|lượt đọc|^RSS|Gửi email|Gởi cho bạn bè|^In bài",
    re.MULTILINE | re.IGNORECASE,
)
# Who really leads or led the country and its organisations: what is invented must not be said of them.
REAL_LEADERS = (
    "Nông Đức Mạnh|Nguyễn Phú Trọng|Tô Lâm|Nguyễn Minh Triết|Trương Tấn Sang|Trần Đại Quang|Nguyễn Xuân Phúc"
    "|Võ Văn Thưởng|Lương Cường|Nguyễn Tấn Dũng|Phạm Minh Chính|Nguyễn Sinh Hùng|Nguyễn Thị Kim Ngân|Vương Đình Huệ"
    "|Trần Thanh Mẫn|Phạm Thế Duyệt|Huỳnh Đảm|Nguyễn Thiện Nhân|Đỗ Văn Chiến|Bùi Thị Minh Hoài|Trương Thị Mai"
    "|Nguyễn Trọng Nghĩa|Đinh Thế Huynh|Tô Huy Rứa|Phạm Quang Nghị|Hoàng Trung Hải|Nguyễn Đình Khang|Đinh La Thăng"
)


@pytest.fixture(scope="module")
def articles():
    table = read_table("articles.csv")
    table["n_words"] = table["content"].str.split().str.len()
    table["topic_set"] = table["topics"].map(parse_topics)
    table["theme_set"] = table["themes"].str.split(";")
    return table


@pytest.fixture(scope="module")
def themes():
    return read_table("themes.csv").set_index("theme")


def test_ids_and_titles_are_unique_and_text_is_composed(articles):
    for column in ("id", "title"):
        assert not articles.loc[articles[column].duplicated(keep=False), "id"].tolist(), column
    for row in articles.itertuples():
        assert unicodedata.is_normalized("NFC", row.title + row.lead + row.content), row.id
        assert row.title, row.id
        assert "\r" not in row.content, row.id


def test_every_field_is_one_of_its_values(articles):
    assert set(articles["share"]) == {"main", "part", "minor", ""}
    assert set(articles["genre"]) == GENRES
    assert set(articles["level"]) == LEVELS
    assert set(articles["split"]) == set(SPLITS)
    assert set(articles["invented"]) == {"true"}
    for row in articles.itertuples():
        assert row.id.startswith(f"{row.batch}-"), row.id
        assert re.fullmatch(r"20[0-2]\d-\d\d-\d\d", row.date), row.id
        assert 2007 <= pd.Timestamp(row.date).year <= 2026, row.id
        assert row.region, row.id
        assert row.topics == ";".join(row.topic_set), row.id
        assert set(row.topic_set) <= set(TOPICS), row.id
        assert bool(row.topics) == (row.kind == "positive") == bool(row.share), row.id
        least, most = LENGTHS[row.length_class]
        assert least <= row.n_words <= most, (row.id, row.n_words)


def test_themes_fit_the_labels(articles, themes):
    for row in articles.itertuples():
        known = themes.loc[row.theme_set]
        assert row.kind in set(known["kind"]), (row.id, row.themes)
        assert row.themes == ";".join(sorted(set(row.theme_set))), row.id
        positive = known[known["kind"] == "positive"]
        assert row.kind == "positive" or positive.empty, (row.id, row.themes)
        shown = {topic for cell in positive["topics"] for topic in parse_topics(cell)}
        assert shown <= set(row.topic_set), (row.id, row.themes)
        assert shown == set(row.topic_set) or "academic" in row.theme_set, (row.id, row.themes)


def test_every_topic_has_its_evidence(articles):
    evidence = read_table("evidence.csv")
    paragraphs = dict(zip(articles["id"], articles["content"].str.split("\n"), strict=True))
    shown = {article: set() for article in articles["id"]}
    for row in evidence.itertuples():
        assert 0 <= int(row.paragraph) < len(paragraphs[row.id]), row
        shown[row.id].add(row.topic)
    for row in articles.itertuples():
        assert shown[row.id] == set(row.topic_set), row.id
    assert evidence[evidence.duplicated()].empty


def test_nothing_is_said_of_real_leaders(articles):
    text = articles["title"] + "\n" + articles["lead"] + "\n" + articles["content"]
    assert not articles.loc[text.str.contains(REAL_LEADERS), "id"].tolist()


def test_size_and_mix(articles):
    kinds = articles["kind"].value_counts()
    assert len(articles) >= 1500
    assert kinds["lookalike"] >= 400
    assert kinds["general"] >= 200
    positive = articles[articles["kind"] == "positive"]
    n_topics = positive["topic_set"].map(len)
    assert (n_topics >= 2).sum() >= 170
    assert (n_topics == 3).sum() >= 40
    for topic in TOPICS:
        assert positive["topic_set"].map(lambda topics, t=topic: t in topics).sum() >= 350, topic
    shares = positive["share"].value_counts(normalize=True)
    assert 0.65 <= shares["main"] <= 0.75
    assert 0.20 <= shares["part"] <= 0.30
    assert shares["minor"] <= 0.08
    assert np.mean(positive["length_class"] == "long") >= 1 / 3
    for genre in GENRES:
        assert (positive["genre"] == genre).sum() >= 10, genre


def test_lengths(articles):
    assert np.mean(articles["n_words"] < 120) >= 0.2
    assert np.mean(articles["n_words"] > 220) >= 0.5
    assert np.mean(articles["n_words"] > 450) >= 0.2
    assert articles["n_words"].min() <= 70
    assert articles["n_words"].max() >= 950


def test_every_theme_has_its_articles(articles, themes):
    counts = articles["theme_set"].explode().value_counts().reindex(themes.index, fill_value=0)
    wanted = themes["at_least"].astype(int)
    assert counts[counts < wanted].empty, counts[counts < wanted]


def test_regions_years_and_levels_are_spread(articles):
    assert (articles["region"].value_counts() >= 5).sum() >= 50
    years = articles["date"].str[:4].value_counts()
    assert set(years.index) == {str(year) for year in range(2007, 2027)}
    assert years.max() < len(articles) / 6
    for level in LEVELS:
        assert (articles["level"] == level).sum() >= 20, level


def test_a_tenth_of_the_articles_is_rough(articles):
    text = pd.Series(map(join_cells, articles[["title", "lead", "content"]].itertuples(index=False)))
    fired = text.map(fired_rules)
    assert np.mean(fired.map(bool)) >= 0.05
    assert np.mean(text.str.contains(ROUGH) | fired.map(bool)) >= 0.1
    for rule in ("tone_mark", "eth", "dateline"):
        assert fired.map(lambda rules, r=rule: r in rules).sum() >= 10, rule


def test_one_hand_stands_on_one_side(articles):
    assert (articles.groupby("batch")["split"].nunique() == 1).all()
    for split in SPLITS:
        rows = articles[articles["split"] == split]
        assert rows["batch"].nunique() >= 2, split
        assert set(rows["kind"]) == {"positive", "lookalike", "general"}
        for topic in TOPICS:
            assert rows["topic_set"].map(lambda topics, t=topic: t in topics).sum() >= 40, (split, topic)
    sizes = articles["split"].value_counts(normalize=True)
    assert sizes["train"] >= 0.7
    ends = [batch for batch, following in pairwise(articles["batch"]) if batch != following]
    assert ends == articles["batch"].unique()[:-1].tolist(), "the rows of a batch stand together"


def test_two_readings_agree(articles):
    second = read_table("second_reading.csv").set_index("id")
    assert second.index.is_unique
    assert set(second.index) == set(articles["id"])
    theirs = second.loc[articles["id"], "topics"].map(parse_topics)
    for topic in TOPICS:
        pair = [[topic in topics for topics in reading] for reading in (articles["topic_set"], theirs)]
        assert cohen_kappa_score(*pair) >= 0.85, topic


def test_the_sample_archive_is_new_messy_and_labelled(articles):
    sample, gold = read_table("sample_archive.csv"), read_table("sample_archive_topics.csv")
    assert not set(sample["title"]) & set(articles["title"])
    assert sample["title"].nunique() - 1 >= 60
    assert set(sample["id"]) == set(gold["id"])
    assert gold["id"].is_unique
    assert {topic for cell in gold["topics"] for topic in parse_topics(cell)} == set(TOPICS)
    assert sample.duplicated().any()
    text = "\n".join(sample["content"])
    for mess in ("&nbsp;", "<br", '"', "\r\n", "\u00d0", "Lượt xem"):
        assert mess in text, mess
    assert (sample["content"].str.strip() == "").any()


def test_the_tables_are_where_the_datasheet_says():
    page = (DATA / "README.md").read_text("utf-8")
    assert {path.name for path in DATA.glob("*.csv")} == set(re.findall(r"^\| `(\w+\.csv)` \|", page, re.MULTILINE))
