"""The floors of the package: imports go down, and only training and export know scikit-learn."""

import ast

import pytest
from conftest import ROOT

import vnpolicy_nlp as vp

PACKAGE = ROOT / "vnpolicy_nlp"
# What a module of each room may import from this package, and the heavy libraries it may import.
ALLOWED = {
    "errors": (set(), set()),
    "topics": (set(), set()),
    "wording": ({"errors", "topics"}, set()),
    "pages": ({"errors"}, set()),
    "datasets": ({"errors"}, set()),
    "text": ({"errors", "text"}, {"joblib", "numpy", "platformdirs", "safetensors", "underthesea"}),
    "model": ({"errors", "text", "model"}, {"numpy", "safetensors"}),
    "model.explain_html": ({"model", "wording"}, {"numpy"}),
    "model.processes": (set(), {"joblib"}),
    "model.export": ({"text", "model"}, {"numpy", "scipy", "sklearn"}),
    "archive": ({"errors", "text", "model", "archive"}, set()),
    "archive.csvplain": ({"archive"}, {"numpy"}),
    "archive.encodings": ({"errors"}, {"ftfy"}),
    "archive.parquettable": ({"errors", "archive"}, {"pyarrow"}),
    "archive.run": ({"errors", "text", "model", "archive", "distributed"}, set()),
    "distributed": ({"errors", "text", "model", "distributed"}, {"dask", "distributed", "pandas"}),
    "training": (
        {"datasets", "errors", "text", "model", "training"},
        {"iterstrat", "joblib", "numpy", "pandas", "scipy", "sklearn"},
    ),
    "report": (
        {"errors", "pages", "wording", "text", "model", "archive", "report"},
        {"altair", "numpy", "pandas", "vl_convert"},
    ),
    "cli": ({"errors", "commands"}, {"click"}),
    "commands": (
        {
            "errors",
            "pages",
            "progress",
            "topics",
            "wording",
            "text",
            "model",
            "archive",
            "report",
            "training",
            "commands",
        },
        {"click"},
    ),
    "commands.explain_view": ({"model", "wording"}, {"rich"}),
    "progress": (set(), {"click", "tqdm"}),
    "__main__": ({"cli"}, set()),
    "__init__": (set(), set()),
}
HEAVY = {
    *(
        "click",
        "dask",
        "distributed",
        "ftfy",
        "iterstrat",
        "joblib",
        "numpy",
        "pandas",
        "platformdirs",
        "pyarrow",
        "rich",
    ),
    *("rich", "safetensors", "scipy", "sklearn", "tqdm", "underthesea", "vl_convert"),
}
MODULES = sorted(path.relative_to(PACKAGE).with_suffix("") for path in PACKAGE.rglob("*.py"))


def imports(path):
    """Yield the modules that a file imports anywhere, but for those that only type checkers see."""
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING":
            node.body = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports name the whole path"
            yield node.module


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_imports_go_down(module):
    room = ".".join(module.parts)
    ours, heavy = ALLOWED.get(room) or ALLOWED[module.parts[0]]
    for name in imports(PACKAGE / module.with_suffix(".py")):
        top, _, rest = name.partition(".")
        if top == "vnpolicy_nlp":
            assert rest.split(".")[0] in ours, f"{room} imports {name}"
        assert top not in HEAVY - heavy, f"{room} imports {name}"


def test_no_import_circles():
    graph = {}
    for module in MODULES:
        parts = module.parts[:-1] if module.name == "__init__" else module.parts
        found = imports(PACKAGE / module.with_suffix(".py"))
        graph[".".join(("vnpolicy_nlp", *parts))] = {name for name in found if name.startswith("vnpolicy_nlp")}
    while graph:
        leaves = {module for module, needs in graph.items() if not needs & graph.keys()}
        assert leaves, f"a circle among {sorted(graph)}"
        graph = {module: needs for module, needs in graph.items() if module not in leaves}


def test_all_is_what_is_there():
    assert vp.__all__ == sorted(vp.__all__)
    assert set(vp.__all__) == set(vp._HOME)
    assert all(getattr(vp, name) is not None for name in vp.__all__)
    assert {*vp.__all__, "__version__"} == set(dir(vp))
    with pytest.raises(AttributeError, match="module 'vnpolicy_nlp' has no attribute 'tagg'"):
        vp.tagg  # noqa: B018


def test_taxonomy_fits_the_packaged_model(tagger):
    assert tuple(vp.taxonomy()) == tagger.topics
    for topic in vp.taxonomy().values():
        assert topic.name_vi
        assert topic.name_en
        assert topic.definition_vi
        assert topic.definition_en
        assert len(topic.includes) >= 5
        assert len(topic.excludes) >= 4
