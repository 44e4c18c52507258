"""The notebooks run from top to bottom, as a person runs them, and are kept with what they show."""

import copy
import zipfile

import nbformat
import pytest
from conftest import ROOT
from nbclient import NotebookClient

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SHOWN = {"stream", "execute_result", "display_data"}


def run(notebook, folder):
    """Run a notebook in a kernel in some folder; its outputs must be of the kinds that are kept."""
    kept = nbformat.read(notebook, as_version=4)
    fresh = copy.deepcopy(kept)
    NotebookClient(fresh, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(folder)}}).execute()
    for old, new in zip(kept.cells, fresh.cells, strict=True):
        if old.cell_type == "code":
            assert [output.output_type for output in old.outputs] == [output.output_type for output in new.outputs]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_they_are_kept_with_their_outputs(notebook):
    cells = [cell for cell in nbformat.read(notebook, as_version=4).cells if cell.cell_type == "code"]
    assert all(cell.outputs for cell in cells)
    assert {output.output_type for cell in cells for output in cell.outputs} <= SHOWN
    assert len(cells) <= 12
    assert notebook.stat().st_size < 200_000


@pytest.mark.parametrize("name", ["tag_an_archive", "read_the_results"])
def test_they_run_from_a_checkout(name):
    run(ROOT / "notebooks" / f"{name}.ipynb", ROOT / "notebooks")


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_they_run_from_the_wheel(wheel, tmp_path, monkeypatch, notebook):
    site, work = tmp_path / "site", tmp_path / "work"
    work.mkdir()
    zipfile.ZipFile(wheel).extractall(site)
    monkeypatch.setenv("PYTHONPATH", str(site))
    run(notebook, work)
    assert list(work.iterdir()) == []
