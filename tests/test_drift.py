"""Drift: what is no alarm, what is, and what it is called."""

import json

import numpy as np
import pandas as pd
import pytest
from test_cli import vnpolicy

import vnpolicy_nlp as vp
from vnpolicy_nlp.errors import ColumnError, InputError
from vnpolicy_nlp.training.drift import _stability, _wilson


@pytest.fixture(scope="module")
def mine(small_corpus):
    return vp.TopicTagger(word_ngram_range=None, syllable_ngram_range=(1, 1), n_folds=2).fit(*small_corpus)


@pytest.fixture
def archive(small_corpus):
    """Two years of the articles that the model knows, six a month each year."""
    texts, _ = small_corpus
    rows = [
        {"content": texts[n % len(texts)], "date": f"{2015 + n % 2}-0{n // 2 % 4 + 1}-10", "paper": "AB"[n // 2 % 2]}
        for n in range(600)
    ]
    return pd.DataFrame(rows)


def test_articles_like_those_of_training(archive, mine):
    found = vp.drift(archive, mine, source="paper")
    assert found.table["group"].value_counts().to_dict() == {"period": 8, "source": 2, "all": 1}
    assert found.verdict[0].startswith("no drift worth acting on: 600 articles in 10 groups, ")
    whole = found.table.iloc[0]
    assert whole["out_of_vocabulary"] < 0.2
    assert mine.tagger_.record["training"]["profile"]["out_of_vocabulary"]["p95"] > 0
    assert json.loads(json.dumps(found.to_dict()))["groups"][0]["n_articles"] == 600
    assert "<table" in found._repr_html_()


def test_words_that_the_model_does_not_know(archive, mine):
    strange = archive["date"] == "2016-04-10"
    archive.loc[strange, "content"] += " glyphosate neonicotinoid chlorpyrifos" * 40
    found = vp.drift(archive, mine)
    assert any(s.startswith("period 2016-04: ") and "words are unknown" in s for s in found.verdict)
    assert not any(s.startswith("period 2015") for s in found.verdict)
    assert found.verdict[-1].startswith("next: label some of these articles")


def test_articles_far_shorter(archive, mine):
    archive["content"] = archive["content"].str.split().str[:12].str.join(" ")
    assert any("all articles: half of the articles have 1" in s for s in vp.drift(archive, mine).verdict)


def test_a_topic_that_grows(archive, mine):
    texts = archive["content"].tolist()
    with_topic = [text for text, topics in zip(texts, mine.tag(texts), strict=True) if "ideology_work" in topics]
    without = [text for text, topics in zip(texts, mine.tag(texts), strict=True) if not topics]
    archive["content"] = [
        (with_topic if date == "2016-04-10" else without)[n % min(len(with_topic), len(without))]
        for n, date in enumerate(archive["date"])
    ]
    sentences = vp.drift(archive, mine).verdict
    assert any(s.startswith("period 2016-04: 100.0% have ideology_work") for s in sentences), sentences


def test_scores_that_are_there_are_used(archive, mine):
    for topic in mine.topics_:
        archive[f"score_{topic}"] = "0.9"
    found = vp.drift(archive, mine)
    assert found.table["score_ideology_work"].tolist() == pytest.approx([0.9] * len(found.table))
    archive["score_ideology_work"] = "viel"
    with pytest.raises(ColumnError, match="hold something else than numbers"):
        vp.drift(archive, mine)
    archive["score_ideology_work"] = "7"
    with pytest.raises(ColumnError, match="must hold probabilities from 0 to 1"):
        vp.drift(archive, mine)


def test_dates_of_all_kinds(archive, mine):
    archive.loc[0, "date"], archive.loc[1, "date"] = "26/11/2017", "hôm qua"
    found = vp.drift(archive, mine).table.set_index("value")["n_articles"]
    assert found["2017-11"] == 1
    assert found["(no date)"] == 1
    few = vp.drift(archive.head(120), mine).table
    assert few.loc[few["group"] == "period", "value"].str.fullmatch(r"\d{4}(Q\d)?|2017.*|\(no date\)").all()


def test_too_few_and_none(archive, mine):
    assert vp.drift(archive.head(20), mine).verdict == ["20 articles are too few to tell: give 50 at least"]
    with pytest.raises(InputError, match="no article to look at"):
        vp.drift(archive.head(0), mine)
    with pytest.raises(ColumnError, match="there is no column 'paperr'"):
        vp.drift(archive, mine, source="paperr")


def test_figures():
    assert _wilson(0, 50)[0] == 0
    assert _wilson(5, 50) == pytest.approx((0.0435, 0.2136), abs=1e-4)  # R: prop.test(5, 50, correct = FALSE)
    rng = np.random.default_rng(0)
    same = _stability(rng.beta(2, 5, 4000), rng.beta(2, 5, 4000))
    other = _stability(rng.beta(5, 2, 4000), rng.beta(2, 5, 4000))
    assert 0 <= same < 0.02 < 0.25 < other
    assert np.isnan(_stability(np.zeros(0), np.ones(3)))


def test_command(tmp_path, archive):
    archive.head(60).to_csv(tmp_path / "tagged.csv", index=False)
    done = vnpolicy("drift", "tagged.csv", "--source-column", "paper", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr == "dates from date\n"
    assert "all articles" in done.stdout
    assert vnpolicy("drift", "none.csv", cwd=tmp_path).stderr == "vnpolicy: error: no such file: none.csv\n"
