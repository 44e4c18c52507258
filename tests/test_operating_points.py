"""Presets and base rates: the same scores, other decisions."""

import json

import numpy as np
import pytest
from conftest import DATA
from hypothesis import given
from hypothesis import strategies as st

import vnpolicy_nlp as vp
from vnpolicy_nlp.errors import InputError, ModelFormatError
from vnpolicy_nlp.model.artifact import MANIFEST, model_sha256
from vnpolicy_nlp.training.corpus import read_corpus

PRESETS = ("sensitive", "balanced", "precise")
RATES = st.floats(1e-6, 1 - 1e-6)


@pytest.fixture(scope="module")
def unseen():
    """Articles that the model was not trained on."""
    return read_corpus(DATA / "articles.csv", only=("split", {"test"})).texts


def test_each_preset_tags_fewer_articles_than_the_one_before(tagger, unseen):
    texts = unseen
    sensitive, balanced, precise = (tagger.with_preset(name).predict(texts) for name in PRESETS)
    assert (sensitive >= balanced).all()
    assert (balanced >= precise).all()
    assert sensitive.sum() > precise.sum() > 0
    np.testing.assert_array_equal(tagger.predict(texts), balanced)
    np.testing.assert_array_equal(
        tagger.with_preset("precise").predict_proba(texts), tagger.predict_proba(texts), "probabilities stay"
    )


def test_a_preset_that_is_not_there(tagger):
    with pytest.raises(ModelFormatError, match="no preset 'exact', it has balanced, precise, sensitive: choose one"):
        tagger.with_preset("exact")


def test_a_base_rate_moves_the_log_odds_by_bayes(tagger, unseen):
    texts = unseen
    rare = tagger.with_base_rate(0.003)
    before, after = tagger.predict_proba(texts), rare.predict_proba(texts)
    assert (after < before).all()
    for column, topic in enumerate(tagger.topics):
        old, new = tagger.base_rates[topic], 0.003
        odds = before[:, column] / (1 - before[:, column]) * new / (1 - new) * (1 - old) / old
        np.testing.assert_allclose(after[:, column], odds / (1 + odds), rtol=1e-6)
    assert rare.predict(texts).sum() < tagger.predict(texts).sum()
    assert rare.thresholds == tagger.thresholds


@given(st.lists(RATES, min_size=3, max_size=3))
def test_the_way_back_leads_back(tagger, rates):
    there = tagger.with_base_rate(dict(zip(tagger.topics, rates, strict=True)))
    back = there.with_base_rate(tagger.base_rates)
    np.testing.assert_allclose(back.parts.classifier.calibration, tagger.parts.classifier.calibration, atol=1e-6)


def test_topics_that_are_not_named_keep_their_rate(tagger):
    one = tagger.with_base_rate({"ideology_work": 0.01})
    assert one.base_rates == tagger.base_rates | {"ideology_work": 0.01}


@pytest.mark.parametrize(
    ("rate", "message"),
    [
        (0, "the base rate of grassroots_democracy is 0: it must be a share between 0 and 1, such as 0.003"),
        (1.0, "is 1.0: it must be a share"),
        (float("nan"), "is nan: it must be a share"),
        ({"sport": 0.1}, "base rates of unknown topics: sport; known are: grassroots_democracy, ideology_work"),
    ],
)
def test_rates_that_are_none(tagger, rate, message):
    with pytest.raises(InputError, match=message):
        tagger.with_base_rate(rate)


def test_what_was_chosen_is_saved(tagger, unseen, tmp_path):
    chosen = tagger.with_preset("precise").with_base_rate(0.01)
    chosen.save(tmp_path / "m")
    again = vp.load(tmp_path / "m")
    assert again.thresholds == chosen.thresholds
    assert again.base_rates == pytest.approx(chosen.base_rates)
    np.testing.assert_array_equal(again.predict_proba(unseen[:20]), chosen.predict_proba(unseen[:20]))
    assert model_sha256(again.parts) == model_sha256(chosen.parts) != model_sha256(tagger.parts)
    assert vp.load(tmp_path / "m", preset="balanced", base_rate=tagger.base_rates).tag(unseen[:20]) == tagger.tag(
        unseen[:20]
    )


def test_a_model_of_format_1_has_one_preset(tagger, unseen, tmp_path):
    tagger.save(tmp_path / "m")
    path = tmp_path / "m" / MANIFEST
    manifest = json.loads(path.read_text("utf-8"))
    del manifest["presets"], manifest["base_rates"]
    path.write_text(json.dumps(manifest | {"format": 1}), encoding="utf-8")
    old = vp.load(tmp_path / "m")
    np.testing.assert_array_equal(old.predict_proba(unseen[:20]), tagger.predict_proba(unseen[:20]))
    assert old.base_rates == pytest.approx(tagger.base_rates)
    assert old.with_preset("balanced").thresholds == tagger.thresholds
    with pytest.raises(ModelFormatError, match="no preset 'precise', it has balanced"):
        vp.load(tmp_path / "m", preset="precise")


def test_a_model_of_format_2_has_no_exclusive_topics(tagger, unseen, tmp_path):
    tagger.save(tmp_path / "m")
    path = tmp_path / "m" / MANIFEST
    manifest = json.loads(path.read_text("utf-8"))
    del manifest["exclusive"]
    path.write_text(json.dumps(manifest | {"format": 2}), encoding="utf-8")
    old = vp.load(tmp_path / "m", preset="precise")
    assert not old.exclusive
    np.testing.assert_array_equal(old.predict(unseen[:20]), tagger.with_preset("precise").predict(unseen[:20]))


def test_from_the_command_line(tmp_path, unseen):
    from test_cli import vnpolicy

    (tmp_path / "in.jsonl").write_text(
        "".join(json.dumps({"content": text}) + "\n" for text in unseen), encoding="utf-8"
    )
    counts = []
    for options in (["--preset", "sensitive"], [], ["--preset", "precise"], ["--base-rate", "0.0001"]):
        output = tmp_path / f"{len(counts)}.jsonl"
        done = vnpolicy("tag", "in.jsonl", "-o", output, "--quiet", *options, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        counts.append(sum(bool(json.loads(line)["topics"]) for line in output.read_text("utf-8").splitlines()))
    assert counts[0] >= counts[1] >= counts[2]
    assert counts[1] > counts[3]
    for rate, message in (
        ("often", "'often' is neither a number nor of the form TOPIC=NUMBER,TOPIC=NUMBER"),
        ("2", "the base rate of grassroots_democracy is 2.0: it must be a share between 0 and 1"),
    ):
        done = vnpolicy("tag", "in.jsonl", "-o", "x.jsonl", "--base-rate", rate, cwd=tmp_path)
        assert (done.returncode, message in done.stderr) == (2, True), done.stderr
