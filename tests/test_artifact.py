import json
import shutil

import numpy as np
import pytest

import vnpolicy_nlp as vp
from vnpolicy_nlp.errors import ModelDamagedError, ModelFormatError, ModelNotFoundError, OutputError
from vnpolicy_nlp.model.artifact import ARRAYS, FORMAT, MANIFEST
from vnpolicy_nlp.model.tagger import packaged_model

TEXTS = ["Xã đối thoại với người dân về quy chế dân chủ ở cơ sở.", "Giá vàng tăng.", ""]


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(packaged_model(), tmp_path / "model")


def edit_manifest(folder, **changes):
    manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
    manifest.update(changes)
    (folder / MANIFEST).write_text(json.dumps(manifest), "utf-8")


def test_saved_and_loaded_it_is_the_same_model(tagger, tmp_path):
    tagger.save(tmp_path / "a" / "mine")
    again = vp.load(tmp_path / "a" / "mine")
    np.testing.assert_array_equal(again.predict_proba(TEXTS), tagger.predict_proba(TEXTS))
    assert again.record == tagger.record
    assert again.thresholds == tagger.thresholds


def test_saving_is_reproducible_and_replaces_a_model(tagger, tmp_path):
    tagger.save(tmp_path / "mine")
    first = {path.name: path.read_bytes() for path in (tmp_path / "mine").iterdir()}
    tagger.save(tmp_path / "mine")
    assert {path.name: path.read_bytes() for path in (tmp_path / "mine").iterdir()} == first
    assert [path.name for path in tmp_path.iterdir()] == ["mine"], "scratch folders must be gone"


def test_the_folder_holds_no_pickle():
    names = {path.name for path in packaged_model().iterdir()}
    assert names == {MANIFEST, ARRAYS, "vocabulary.syllable.txt", "README.md", "metrics.json"}


def test_saving_never_replaces_anything_but_a_model(tagger, tmp_path):
    (tmp_path / "letters.txt").write_text("dear")
    with pytest.raises(OutputError, match="exists and is not a model folder: choose another place"):
        tagger.save(tmp_path)
    with pytest.raises(OutputError, match="exists and is not a model folder"):
        tagger.save(tmp_path / "letters.txt")
    assert (tmp_path / "letters.txt").read_text() == "dear"


def test_a_place_that_cannot_be_written(tagger, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot write the model to "):
        tagger.save(tmp_path / "file" / "model")


def test_nothing_there(tmp_path):
    with pytest.raises(ModelNotFoundError, match=r"no model folder at .*nowhere: check the path, or train one"):
        vp.load(tmp_path / "nowhere")
    with pytest.raises(ModelNotFoundError, match=r"is not a model folder: it has no manifest\.json"):
        vp.load(tmp_path)


@pytest.mark.parametrize("name", [ARRAYS, "vocabulary.syllable.txt"])
def test_each_damage_is_named(folder, name):
    (folder / name).write_bytes((folder / name).read_bytes()[:-1] + b"?")
    with pytest.raises(ModelDamagedError, match=f"is damaged: {name} was altered; copy or train it again"):
        vp.load(folder)
    (folder / name).unlink()
    with pytest.raises(ModelDamagedError, match=f"is damaged: {name} is missing"):
        vp.load(folder)


@pytest.mark.parametrize(
    "changes",
    [
        {"topics": ["one"]},
        {"topics": []},
        {"topics": ["social_supervision", "ideology_work", "grassroots_democracy"]},
        {"thresholds": {}},
        {"calibration": {"grassroots_democracy": [float("nan"), 0]}},
        {"views": []},
        {"views": 3},
        {"files": {}},
        {"files": None},
    ],
    ids=str,
)
def test_a_manifest_that_contradicts_the_files(folder, changes):
    edit_manifest(folder, **changes)
    with pytest.raises(ModelDamagedError, match="its files contradict each other"):
        vp.load(folder)


def test_a_manifest_that_is_cut_off(folder):
    (folder / MANIFEST).write_text((folder / MANIFEST).read_text("utf-8")[:100], "utf-8")
    with pytest.raises(ModelDamagedError, match=r"manifest.json is not JSON"):
        vp.load(folder)


def test_foreign_and_newer_models(folder):
    edit_manifest(folder, format=FORMAT + 1)
    with pytest.raises(ModelFormatError, match=rf"has model format {FORMAT + 1}, .* upgrade vnpolicy-nlp"):
        vp.load(folder)
    edit_manifest(folder, package="other")
    with pytest.raises(ModelFormatError, match="is not a model of vnpolicy_nlp"):
        vp.load(folder)


def test_another_segmenter_is_warned_of(folder):
    edit_manifest(folder, segmenter_sha256="0" * 64)
    with pytest.warns(UserWarning, match="was trained with underthesea .* tags can differ"):
        vp.load(folder)
