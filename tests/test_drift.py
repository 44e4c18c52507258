"""Drift: what is no alarm, what is, and what it is called."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_cli import vnpolicy

import vnpolicy_nlp as vp
from vnpolicy_nlp.errors import ColumnError, InputError, LabelError
from vnpolicy_nlp.training.drift_text import wilson
from vnpolicy_nlp.training.profile import score_edges, stability_index

TOPICS = ("grassroots_democracy", "ideology_work", "social_supervision")


@pytest.fixture(scope="module")
def mine(small_corpus):
    return vp.TopicTagger(word_ngram_range=None, syllable_ngram_range=(1, 1), n_folds=2).fit(*small_corpus)


@pytest.fixture
def archive(small_corpus):
    """Eight months of the articles that the model knows, 75 a month."""
    texts, _ = small_corpus
    rows = [
        {"content": texts[n % len(texts)], "date": f"{2015 + n % 2}-0{n // 2 % 4 + 1}-10", "paper": "AB"[n // 2 % 2]}
        for n in range(600)
    ]
    return pd.DataFrame(rows)


def scored(n, seed=0, share=0.02):
    """Articles of one text with tags and scores by chance, eight months of them, and four papers."""
    rng = np.random.default_rng(seed)
    found = {f"score_{topic}": rng.beta(0.3, 6, n).round(4) for topic in TOPICS}
    tags = np.where(rng.random(n) < share, "ideology_work", "")
    months, papers = [f"2020-{m:02d}" for m in rng.integers(1, 9, n)], rng.choice(list("ABCD"), n)
    return pd.DataFrame({"content": "Giá vàng tăng nhẹ.", "topics": tags, "date": months, "paper": papers} | found)


def about(sentences, start):
    """Return the one sentence that begins so, an empty string if there is none."""
    found = [sentence for sentence in sentences if sentence.startswith(start)]
    assert len(found) <= 1
    return "".join(found)


def with_record(tagger, **changes):
    """Return the tagger with other entries about its training; None takes one away."""
    training = {**tagger.record["training"], **changes}
    record = {**tagger.record, "training": {name: value for name, value in training.items() if value is not None}}
    return type(tagger)(replace(tagger.parts, record=record))


def test_articles_like_those_of_training(archive, mine):
    found = vp.drift(archive, mine, source="paper")
    assert found.table["group"].value_counts().to_dict() == {"period": 8, "source": 2, "all": 1}
    assert found.verdict[0].startswith("no drift worth acting on: 600 articles in 10 groups, ")
    assert len(found.verdict) == 1
    assert found.reference == mine.tagger_.record["training"]["profile"]
    assert found.reference["out_of_vocabulary"]["p95"] > 0
    texts, tags = archive["content"], mine.predict(archive["content"])
    here = (archive["date"] == "2016-04-10").to_numpy()
    row = found.table.set_index("value").loc["2016-04"]
    assert row["n_articles"] == here.sum() == 75
    assert row["rate_ideology_work"] == pytest.approx(tags[here, 1].mean())
    assert row["score_ideology_work"] == pytest.approx(mine.predict_proba(texts)[here, 1].mean(), abs=1e-4)
    assert row["score_ideology_work_p5"] <= row["score_ideology_work_p50"] <= row["score_ideology_work_p95"]


def test_unknown_words_are_counted_by_hand(mine):
    known = {term for view in mine.tagger_.parts.views for term in view.terms}
    texts = ["Chủ tịch xã họp dân, zyxw!", "zyxw zyxw", ""]
    units = [[word.strip(",!").lower() for word in text.split()] for text in texts]
    unknown = sum(unit not in known for article in units for unit in article)
    whole = vp.drift(pd.DataFrame({"content": texts}), mine).table.loc[0]
    assert whole["out_of_vocabulary"] == pytest.approx(unknown / sum(map(len, units)))
    assert (whole["length"], whole["n_without_text"], whole["n_articles"]) == (4, 1, 3)


def test_words_that_the_model_does_not_know(archive, mine):
    strange = archive["date"] == "2016-04-10"
    archive.loc[strange, "content"] += " glyphosate neonicotinoid chlorpyrifos" * 40
    found = vp.drift(archive, mine)
    said = about(found.verdict, "running syllables that the model does not know: ")
    assert "period 2016-04 (" in said
    assert "period 2015" not in said
    assert "; training articles have mostly " in said
    assert found.verdict[-1].startswith("next: label some of these articles")


def test_articles_far_shorter(archive, mine):
    archive["content"] = archive["content"].str.split().str[:12].str.join(" ")
    said = about(vp.drift(archive, mine).verdict, "median length in syllables: ")
    assert said.startswith("median length in syllables: all articles (1")
    assert "90 in 100 of training articles have " in said
    assert "period" not in said, "all say it already"


def test_a_topic_that_grows(archive, mine):
    texts = archive["content"].tolist()
    with_topic = [text for text, topics in zip(texts, mine.tag(texts), strict=True) if "ideology_work" in topics]
    without = [text for text, topics in zip(texts, mine.tag(texts), strict=True) if not topics]
    archive["content"] = [
        (with_topic if date == "2016-04-10" else without)[n % min(len(with_topic), len(without))]
        for n, date in enumerate(archive["date"])
    ]
    said = about(vp.drift(archive, mine).verdict, "articles with ideology_work: ")
    assert said.startswith("articles with ideology_work: period 2016-04 (100.0%, elsewhere 0.0%, stability index ")


def test_a_rare_topic_that_grows_threefold(tagger):
    """The stability index of deciles does not see what happens to two in a hundred."""
    table = scored(4000, share=0.01)
    table.loc[(table["date"] == "2020-05") & (np.arange(len(table)) % 12 == 0), "topics"] = "ideology_work"
    said = about(vp.drift(table, tagger).verdict, "articles with ideology_work: ")
    assert said.startswith("articles with ideology_work: period 2020-05 (")
    assert "period" not in said.removeprefix("articles with ideology_work: period")


def test_doubtful_scores_that_grow(tagger):
    table = scored(4000)
    threshold = tagger.thresholds["ideology_work"]
    for topic in TOPICS:
        table[f"score_{topic}"] = 0.0
    odds = threshold / (1 - threshold)
    for share, wanted in ((2.9, 1.0), (3.2, 0.0), (1 / 2.9, 1.0), (1 / 3.2, 0.0)):
        table["score_ideology_work"] = odds * share / (1 + odds * share)
        assert vp.drift(table, tagger).table.loc[0, "doubtful"] == wanted
    table["score_ideology_work"] = np.where(table["paper"] == "C", threshold, 0.0)
    said = about(vp.drift(table, tagger, source="paper").verdict, "articles with a doubtful score: ")
    assert said == "articles with a doubtful score: source C (100.0%, elsewhere 0.0%)"


@pytest.mark.parametrize("seed", range(5))
def test_chance_alone_is_no_drift_of_topics(tagger, seed):
    """1,200 articles dealt out to eight months and four papers at random, with two topics frequent enough to tell."""
    table = scored(1200, seed, share=0.2)
    found = vp.drift(table, tagger, source="paper")
    assert found.table["group"].value_counts().to_dict() == {"period": 8, "source": 4, "all": 1}
    assert not [sentence for sentence in found.verdict if sentence.startswith("articles with")]


def test_a_lower_rate_than_in_training_is_no_alarm(tagger, archive):
    ordinary = vp.drift(archive.assign(topics="", **{f"score_{topic}": 0.0 for topic in TOPICS}), tagger)
    assert ordinary.table.loc[0, "psi_ideology_work"] > 0.25
    assert ordinary.verdict[0].startswith("no drift worth acting on: ")


def test_tags_and_scores_that_are_there_are_used(archive, mine):
    for topic in TOPICS:
        archive[f"score_{topic}"] = "0.9"
    archive["topics"] = ["ideology_work;social_supervision", ""] * 300
    whole = vp.drift(archive, mine).table.loc[0]
    assert [whole[f"score_{topic}"] for topic in TOPICS] == pytest.approx([0.9] * 3)
    assert [whole[f"rate_{topic}"] for topic in TOPICS] == [0, 0.5, 0.5]


def test_a_file_of_tags_gives_what_its_texts_give(archive, mine, tmp_path):
    texts = archive.head(100)
    mine.tag_frame(texts, scores=True).to_csv(tmp_path / "tagged.csv", index=False)
    tagged = pd.read_csv(tmp_path / "tagged.csv", dtype=str, keep_default_na=False)
    pd.testing.assert_frame_equal(vp.drift(tagged, mine).table, vp.drift(texts, mine).table)


@pytest.mark.parametrize(
    ("columns", "error", "message"),
    [
        ({"score": "viel"}, ColumnError, r"hold something else than numbers: .*viel.*; drop them to score anew"),
        ({"score": "7"}, ColumnError, "must hold probabilities from 0 to 1: drop them to score anew"),
        ({"score": ""}, ColumnError, "hold something else than numbers"),
        ({"topics": "weather"}, LabelError, r"the column topics is not from this model \(unknown topics in the labels"),
    ],
)
def test_columns_that_cannot_be_used(archive, mine, columns, error, message):
    if "score" in columns:
        columns = dict.fromkeys([f"score_{topic}" for topic in TOPICS], columns["score"])
    with pytest.raises(error, match=message):
        vp.drift(archive.assign(**columns), mine)


def test_dates_of_all_kinds(archive, mine):
    archive.loc[0, "date"], archive.loc[1, "date"] = "26/11/2017", "hôm qua"
    found = vp.drift(archive, mine)
    counts = found.table.set_index("value")["n_articles"]
    assert counts["2017-11"] == counts["(no date)"] == 1
    assert "1 of 600 articles have no date that can be read" in found.verdict
    assert "groups of fewer than 50 articles, neither shown nor judged: 1" in str(found)
    archive["date"] = "hôm kia"
    found = vp.drift(archive, mine)
    assert found.table["value"].tolist() == ["all articles", "(no date)"]
    assert "600 of 600 articles have no date that can be read" in found.verdict


@pytest.mark.parametrize(("n", "periods"), [(600, 8), (240, 4), (120, 2)])
def test_periods_are_as_short_as_the_archive_lets_them(archive, mine, n, periods):
    """Of eight months in two years: months of 75, quarters of 90 and 30, years of 60."""
    found = vp.drift(archive.head(n), mine).table
    assert (found["group"] == "period").sum() == periods
    assert found.loc[found["group"] == "period", "n_articles"].sum() == n


def test_a_model_that_does_not_say_what_it_was_trained_on(archive, mine):
    old = with_record(mine.tagger_, profile=None)
    found = vp.drift(archive, old)
    note = "this model does not say what its training articles were like: these articles were held against each other"
    assert found.reference is None
    assert found.to_dict()["training"] is None
    assert found.verdict[0].startswith("no drift worth acting on: ")
    assert found.verdict[1].startswith(note)
    archive.loc[archive["date"] == "2016-04-10", "content"] += " glyphosate neonicotinoid chlorpyrifos" * 40
    said = about(vp.drift(archive, old).verdict, "running syllables that the model does not know: ")
    assert "period 2016-04 (" in said
    assert "; these articles have mostly " in said


def test_with_min_df_1_the_share_of_training_says_nothing(archive, mine, small_corpus):
    knows_all = vp.TopicTagger(word_ngram_range=None, syllable_ngram_range=(1, 1), n_folds=2, min_df=1)
    knows_all.fit(*small_corpus)
    assert knows_all.tagger_.record["training"]["profile"]["out_of_vocabulary"]["p95"] == 0
    archive["content"] += " glyphosate" * 60
    found = vp.drift(archive, knows_all)
    assert found.table.loc[0, "out_of_vocabulary"] > 0.05
    assert about(found.verdict, "running syllables") == ""
    assert "trained with min_df=1 a model knows every word of its training" in str(found)


def test_exclusive_topics():
    texts = [
        "Đội bóng thắng trận chung kết sân nhà",
        "Giá vàng và lãi suất ngân hàng tăng",
        "Bác sĩ mổ tim cứu bệnh nhi",
    ]
    labels = ["sport", "money", "health"]
    model = vp.TopicTagger(exclusive=True, min_df=1, n_folds=2).fit(texts * 6, labels * 6)
    table = pd.DataFrame({"content": texts * 20})
    assert vp.drift(table, model).table.loc[0, "rate_money"] == pytest.approx(1 / 3)
    sure = table.assign(score_health=0.70, score_money=0.20, score_sport=0.10)
    doubtful = table.assign(score_health=0.45, score_money=0.40, score_sport=0.15)
    assert vp.drift(sure, model).table.loc[0, "doubtful"] == 0
    assert vp.drift(doubtful, model).table.loc[0, "doubtful"] == 1


def test_too_few_and_none(archive, mine):
    assert vp.drift(archive.head(20), mine).verdict == ["20 articles are too few to tell: give 50 at least"]
    with pytest.raises(InputError, match="no article to look at"):
        vp.drift(archive.head(0), mine)
    with pytest.raises(ColumnError, match="there is no column 'paperr'"):
        vp.drift(archive, mine, source="paperr")
    assert vp.drift(archive.assign(content=""), mine).table.loc[0, "out_of_vocabulary"] == 0


def test_what_is_shown(archive, mine):
    archive["paper"] = "<b>"
    found = vp.drift(archive, mine, source="paper")
    told = found.to_dict()
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert told["topics"] == list(TOPICS)
    assert told["groups"][-1]["psi_ideology_work"] is None, "there is no other paper"
    assert "&lt;b&gt;" in found._repr_html_()
    assert "<b>" not in found._repr_html_()
    assert max(map(len, str(found).splitlines()[:-1])) <= 120


def test_intervals():
    assert wilson(0, 50)[0] == 0
    assert wilson(50, 50)[1] == 1
    assert wilson(5, 50) == pytest.approx((0.0435, 0.2136), abs=1e-4)  # R: prop.test(5, 50, correct = FALSE)


def test_stability_by_hand():
    index, _ = stability_index(np.array([10_000, 30_000]), np.array([20_000, 20_000]))
    assert index == pytest.approx(-0.25 * np.log(0.5) + 0.25 * np.log(1.5), abs=1e-4)
    assert np.isnan(stability_index(np.array([0, 0]), np.array([1, 2]))).all()


@settings(max_examples=50)
@given(st.lists(st.integers(0, 500), min_size=2, max_size=10), st.randoms(use_true_random=False))
def test_stability_is_symmetric_and_zero_for_the_same(counts, random):
    here, there = np.array(counts), np.array(random.sample(counts, len(counts)))
    if here.sum():
        assert stability_index(here, here)[0] == 0
        index, _ = stability_index(here, there)
        assert index >= 0
        assert index == pytest.approx(stability_index(there, here)[0])


def test_chance_exceeds_its_mark_in_one_of_twenty_cases():
    rng = np.random.default_rng(0)
    drawn = rng.beta(0.4, 3, (1000, 860))
    edges = [score_edges(row) for row in drawn]
    counts = [np.bincount(np.searchsorted(edge, row), minlength=10) for edge, row in zip(edges, drawn, strict=True)]
    first = [np.bincount(np.searchsorted(edge, row[:60]), minlength=10) for edge, row in zip(edges, drawn, strict=True)]
    found = [stability_index(here, whole - here) for here, whole in zip(first, counts, strict=True)]
    assert 0.02 < np.mean([index > chance for index, chance in found]) < 0.08


def test_command(tmp_path, archive):
    archive.head(60).rename(columns={"date": "Ngày đăng"}).to_csv(tmp_path / "tagged.csv", index=False)
    done = vnpolicy("drift", "tagged.csv", "--source-column", "paper", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr == "dates from Ngày đăng\n"
    assert "all articles" in done.stdout
    told = json.loads(vnpolicy("drift", "tagged.csv", "--json", cwd=tmp_path).stdout)
    assert told["groups"][0]["n_articles"] == 60
    bad = vnpolicy("drift", "none.csv", cwd=tmp_path)
    assert (bad.returncode, bad.stderr) == (2, "vnpolicy: error: no such file: none.csv\n")
