"""The card says what was measured, of the model that is there."""

import json
import sys

import pytest
import yaml
from conftest import ROOT

from vnpolicy_nlp.model.artifact import model_sha256

sys.path.insert(0, str(ROOT / "benchmarks"))
import model_card


@pytest.fixture(scope="module")
def figures():
    return json.loads(model_card.FIGURES.read_text("utf-8"))


def test_the_figures_are_of_the_packaged_model(tagger, figures):
    assert figures["model_sha256"] == model_sha256(tagger.parts), "measure it: python benchmarks/model_card.py --help"


def test_the_tables_are_those_of_the_figures(figures):
    manifest = json.loads(model_card.MANIFEST.read_text("utf-8"))
    card = model_card.CARD.read_text("utf-8")
    assert model_card.filled(card, model_card.tables(figures, manifest)) == card


def test_the_figures_on_the_test_split_come_out_again(tagger, figures):
    again = model_card.test_split_figures(tagger)
    assert again["presets"] == figures["test_split"]["presets"]
    assert again["spellings"] == figures["test_split"]["spellings"]
    assert again["evidence"] == figures["test_split"]["evidence"]
    for topic, row in again["results"].items():
        assert row == pytest.approx(figures["test_split"]["results"][topic], abs=2e-3), topic


def test_what_was_promised_of_the_test_split_holds(figures):
    test = figures["test_split"]
    assert test["results"]["macro"]["expected_calibration_error"] <= 0.05
    assert test["evidence"]["hits"] >= 0.9 * test["evidence"]["true_tags"]
    spellings = dict(test["spellings"])
    capitals = spellings.pop("capitals")
    assert abs(capitals["f1"] - test["results"]["macro"]["f1"]) <= 0.03
    assert {row["changed"] for row in spellings.values()} == {0}


def test_the_head_is_what_hugging_face_reads(figures):
    _, head, _ = model_card.CARD.read_text("utf-8").split("---\n", 2)
    (entry,) = yaml.safe_load(head)["model-index"]
    macro = [figures["test_split"]["results"]["macro"], figures["real"]["agreed"]["results"]["macro"]]
    for result, measured in zip(entry["results"], macro, strict=True):
        given = {metric["type"]: metric["value"] for metric in result["metrics"]}
        assert given == {name: pytest.approx(measured[name], abs=5e-4) for name in ("f1", "average_precision")}
