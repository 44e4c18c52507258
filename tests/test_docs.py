"""What the documents say can be done, can be done; the figures they give are those of the model."""

import json
import re
import subprocess
import sys

import pytest
from conftest import ROOT

MANIFEST = json.loads((ROOT / "models" / "default" / "manifest.json").read_text("utf-8"))
RESULTS = MANIFEST["metrics"]["results"]


@pytest.mark.parametrize("name", ["README.md", "README.vi.md"])
def test_the_python_in_the_readme_runs(name, tmp_path):
    (tmp_path / "data").symlink_to(ROOT / "data")
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / name).read_text("utf-8"), re.DOTALL)
    assert blocks
    for block in blocks:
        subprocess.run([sys.executable, "-W", "error", "-c", block], cwd=tmp_path, check=True, capture_output=True)


def test_the_model_card_gives_the_figures_of_the_manifest():
    card = (ROOT / "models" / "README.md").read_text("utf-8")
    for topic, figures in RESULTS.items():
        row = [figures[measure] for measure in ("precision", "recall", "f1", "average_precision")]
        assert f"| {topic} | {figures['n_positive']} | " + " | ".join(f"{figure:.3f}" for figure in row) + " |" in card
    n_terms = sum(view["n_terms"] for view in MANIFEST["views"])
    assert f"{n_terms:,} terms" in card
    for package, version in MANIFEST["versions"].items():
        assert f"{package} {version}" in card


@pytest.mark.parametrize("name", ["README.md", "README.vi.md", "data/README.md", "models/README.md"])
def test_the_number_of_articles_is_that_of_the_model(name):
    assert str(MANIFEST["training"]["n_articles"]) in (ROOT / name).read_text("utf-8")


def test_the_readme_gives_the_macro_figures():
    macro = RESULTS["macro"]
    assert f"| {macro['average_precision']:.3f} | {macro['f1']:.3f} |" in (ROOT / "README.md").read_text("utf-8")


@pytest.mark.parametrize("name", ["README.md", "README.vi.md", "CONTRIBUTING.md", "data/README.md", "models/README.md"])
def test_links_lead_somewhere(name):
    page = ROOT / name
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), target
