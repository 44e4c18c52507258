"""The built wheel, alone, in an empty folder."""

import json
import os
import subprocess
import sys
import zipfile


def test_it_holds_package_model_and_licence_and_nothing_else(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert "vnpolicy_nlp/models/default/manifest.json" in names
    assert "vnpolicy_nlp/topics.toml" in names
    assert "vnpolicy_nlp/py.typed" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert {name.split("/")[0].split("-")[0] for name in names} == {"vnpolicy_nlp"}


def test_it_works_from_any_folder_without_a_home(wheel, tmp_path, tagger):
    site, work = tmp_path / "site", tmp_path / "work"
    work.mkdir()
    zipfile.ZipFile(wheel).extractall(site)
    (tmp_path / "file").touch()
    home = tmp_path / "file" / "home"  # where nothing can be made, not even by root
    environment = {**os.environ, "PYTHONPATH": str(site), "HOME": str(home), "PYTHONSAFEPATH": "1"}
    environment.pop("XDG_CACHE_HOME", None)
    code = (
        "import json, vnpolicy_nlp as vp; from vnpolicy_nlp.model.tagger import packaged_model;"
        "scores = vp.load().predict_proba(['Họp dân bàn làm đường']).tolist();"
        "print(json.dumps([vp.__file__, str(packaged_model()), scores]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=work, env=environment, capture_output=True, text=True, check=True
    )
    package, model, probabilities = json.loads(done.stdout)
    assert package.startswith(str(site))
    assert model.startswith(str(site))
    assert probabilities == tagger.predict_proba(["Họp dân bàn làm đường"]).tolist()
    assert list(work.iterdir()) == []
