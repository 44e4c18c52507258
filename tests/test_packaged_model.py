"""The model in models/ is what the articles in data/ make of it."""

import json
import re

import numpy as np
import pytest
from conftest import ROOT, read_table

import vnpolicy_nlp as vp
from vnpolicy_nlp.model.artifact import MANIFEST
from vnpolicy_nlp.text.prepare import join_cells
from vnpolicy_nlp.training.labels import binarize_labels
from vnpolicy_nlp.training.metrics import data_sha256

# As in the Makefile; all else are the defaults.
SETTINGS = {"min_df": 3, "word_ngram_range": None, "C": 100, "sublinear_tf": 2.0, "beta": 3.0}
MANIFEST_JSON = json.loads((ROOT / "models" / "default" / MANIFEST).read_text("utf-8"))


@pytest.fixture(scope="module")
def rebuilt(corpus):
    return vp.TopicTagger(**SETTINGS).fit(corpus.texts, corpus.labels, corpus.groups, corpus.contrasts).tagger_


def test_the_makefile_has_these_settings():
    given = re.findall(r"--set (\w+)=(\S+)", (ROOT / "Makefile").read_text("utf-8"))
    assert {name: json.loads(value) for name, value in given} == SETTINGS


def test_training_again_gives_the_packaged_model(rebuilt, tagger, corpus):
    assert [view.terms for view in rebuilt.parts.views] == [view.terms for view in tagger.parts.views]
    # Equal but for the last digits, in which other processors and releases of the solver may differ.
    texts = corpus.texts[::5]
    np.testing.assert_allclose(rebuilt.predict_proba(texts), tagger.predict_proba(texts), rtol=0, atol=1e-3)
    np.testing.assert_array_equal(rebuilt.predict(texts), tagger.predict(texts))
    assert rebuilt.thresholds == pytest.approx(tagger.thresholds, abs=1e-3)


def test_the_manifest_names_this_data(tagger, corpus):
    manifest = MANIFEST_JSON
    Y, _ = binarize_labels(corpus.labels, tagger.topics)
    assert manifest["training"]["data_sha256"] == manifest["metrics"]["data_sha256"] == data_sha256(corpus.texts, Y)
    assert manifest["training"]["n_articles"] == len(corpus.texts)
    parameters = vp.TopicTagger(**SETTINGS).get_params()
    assert manifest["training"]["parameters"].items() <= json.loads(json.dumps(parameters)).items()


def test_evidence_stands_in_a_marked_paragraph(tagger):
    """Of true tags on the articles that the model was not trained on."""
    articles = read_table("articles.csv").query("split == 'test'").reset_index(drop=True)
    texts = list(map(join_cells, articles[["title", "lead", "content"]].itertuples(index=False)))
    marked = read_table("evidence.csv").groupby(["id", "topic"])["paragraph"].agg(lambda marks: set(map(int, marks)))
    hits = []
    for article, found in zip(articles.itertuples(), tagger.evidence(texts), strict=True):
        paragraphs = article.content.split("\n")
        for topic, passage in found.items():
            if topic in article.topics.split(";"):
                there = {n for n, paragraph in enumerate(paragraphs) if passage in paragraph or paragraph in passage}
                hits.append(bool(there & marked[article.id, topic]))
    assert len(hits) > 100
    assert np.mean(hits) >= 0.9  # most of the others are titles and leads, which have no marks
