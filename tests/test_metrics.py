import numpy as np
import pytest
from sklearn.metrics import average_precision_score, f1_score

import vnpolicy_nlp as vp
from vnpolicy_nlp.errors import LabelError
from vnpolicy_nlp.training.labels import binarize_labels
from vnpolicy_nlp.training.metrics import report_of


def test_figures_are_those_of_scikit_learn(tagger, corpus):
    texts, labels = corpus.texts[:60], corpus.labels[:60]
    report = vp.evaluate(tagger, texts, labels)
    Y, _ = binarize_labels(labels, tagger.topics)
    assert report.table.loc["macro", "f1"] == pytest.approx(f1_score(Y, tagger.predict(texts), average="macro"))
    expected = average_precision_score(Y, tagger.predict_proba(texts), average="macro")
    assert report.table.loc["macro", "average_precision"] == pytest.approx(expected)
    assert str(vp.evaluate(tagger, texts, labels)) == str(report), "the same seed, the same intervals"
    assert f"60 articles, data {report.data_sha256[:12]}" in str(report)
    assert vp.evaluate(tagger, texts[:59], labels[:59]).data_sha256 != report.data_sha256


def test_intervals_hold_the_figure_and_shrink_with_more_articles():
    rng = np.random.default_rng(1)
    widths = []
    for n in (50, 800):
        Y = rng.integers(0, 2, (n, 2))
        P = np.clip(0.3 * Y + 0.7 * rng.random((n, 2)), 0, 1)
        table = report_of(("a", "b"), Y, (P > 0.5).astype(int), P, "").table
        assert (table["f1_low"] <= table["f1"]).all()
        assert (table["f1"] <= table["f1_high"]).all()
        widths.append(table.loc["a", "f1_high"] - table.loc["a", "f1_low"])
    assert widths[1] < widths[0] / 2


def test_a_topic_without_positives_stays_out_of_the_average():
    Y = np.array([[1, 0], [0, 0], [1, 0]])
    report = report_of(("a", "b"), Y, Y, Y.astype(float), "")
    assert np.isnan(report.table.loc["b", "average_precision"])
    assert report.table.loc["macro", "f1"] == 1.0
    assert report.to_dict()["results"]["b"]["recall"] is None


def test_labels_must_fit(tagger):
    with pytest.raises(LabelError, match="2 texts but 1 labels"):
        vp.evaluate(tagger, ["a", "b"], [()])
    with pytest.raises(LabelError, match="0 texts but 0 labels"):
        vp.evaluate(tagger, [], [])
