"""Labelled articles in the forms that people have them in, and what is wrong with them."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import vnpolicy_nlp as vp
from vnpolicy_nlp.errors import ColumnError, LabelError, TableError
from vnpolicy_nlp.training.build import default_corpus, join_corpora
from vnpolicy_nlp.training.duplicates import near_duplicates
from vnpolicy_nlp.training.problems import check_corpus

TEXTS = [
    "Xã họp dân bàn việc làm đường",
    "Giá vàng tăng mạnh",
    "Mặt trận giám sát trường học",
    "Trời mưa to ở miền Trung",
]
LABELS = [("dan_chu",), (), ("dan_chu", "giam_sat"), ()]


def frame(**columns):
    return pd.DataFrame({"content": TEXTS, **columns})


CELLS = ["dan_chu", "", "giam_sat; dan_chu", ""]
FORMS = {
    "cells": frame(topics=CELLS),
    "JSON lists": frame(topics=['["dan_chu"]', "[]", '["giam_sat", "dan_chu"]', ""]),
    "lists": frame(topics=[["dan_chu"], [], ["giam_sat", "dan_chu"], None]),
    "another name": frame(**{"Chủ đề": CELLS}),
    "columns of 0 and 1": frame(dan_chu=[1, 0, 1, 0], giam_sat=[0, 0, 1, 0]),
    "columns of marks": frame(dan_chu=["x", None, "X", ""], giam_sat=[None, "", "x", None]),
    "columns of truth": frame(dan_chu=[True, False, True, False], giam_sat=[0.0, 0.0, 1.0, None]),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", ["frame", "csv", "tsv", "semicolon.csv", "jsonl", "parquet", "csv.gz"])
def test_every_form_in_every_file(tmp_path, form, kind):
    table, path = FORMS[form], tmp_path / f"mine.{kind}"
    if kind == "frame":
        path = table
    elif kind == "parquet":
        table.to_parquet(path)
    elif kind == "jsonl":
        table.to_json(path, orient="records", lines=True, force_ascii=False)
    else:
        cells = table.map(lambda value: json.dumps(value) if isinstance(value, list) else value)
        sep = {"tsv": "\t", "semicolon.csv": ";"}.get(kind, ",")
        cells.to_csv(path, index=False, sep=sep, encoding="utf-8-sig")
    corpus = vp.read_corpus(path)
    assert corpus.texts == TEXTS
    assert corpus.labels == LABELS
    assert corpus.ids == ["1", "2", "3", "4"]


def test_exports_go_straight_in(tmp_path):
    tasks = [
        {
            "id": 7,
            "data": {"content": text},
            "annotations": [{"result": [{"type": "choices", "from_name": "topics", "value": {"choices": list(t)}}]}],
        }
        for text, t in zip(TEXTS, LABELS, strict=True)
    ]
    (tmp_path / "export.json").write_text(json.dumps(tasks), "utf-8")
    assert vp.read_corpus(tmp_path / "export.json").labels == LABELS
    (tmp_path / "tasks.json").write_text(json.dumps([{"data": task["data"], "predictions": []} for task in tasks]))
    with pytest.raises(TableError, match="none of its 4 tasks has an answer; export it after labelling"):
        vp.read_corpus(tmp_path / "tasks.json")
    lines = [{"text": text, "accept": list(t), "answer": "accept"} for text, t in zip(TEXTS, LABELS, strict=True)]
    (tmp_path / "export.jsonl").write_text("\n".join(map(json.dumps, lines)), "utf-8")
    corpus = vp.read_corpus(tmp_path / "export.jsonl")
    assert (corpus.texts, corpus.labels) == (TEXTS, LABELS)


@pytest.mark.parametrize(
    ("table", "options", "error", "message"),
    [
        (frame(), {}, ColumnError, "no column holds topics: name it with --label-column"),
        (frame(topics=CELLS), {"labels": "nhan"}, ColumnError, "there is no column 'nhan'; the columns are: content"),
        (frame(topics=["a", "b|c", "", "d[e"]), {}, LabelError, r"'b\|c' is not the name of a topic.*; so in row 2, 4"),
        (frame(topics=['["a', "", "", ""]), {}, LabelError, "looks like a JSON list and is none; so in row 1"),
        (frame(topics=["[1]", "", "", ""]), {}, LabelError, "is not a JSON list of topics; so in row 1"),
        (frame(a=[1, 0, 2, 0]), {"labels": ["a", "content"]}, LabelError, "row 3 has '2' in the column a"),
    ],
)
def test_what_is_not_understood_is_named(table, options, error, message):
    with pytest.raises(error, match=message):
        vp.read_corpus(table, ["content"], **options)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (
            "mine.csv",
            "content,topics\nGiá v\u00e0ng,\n".encode("latin-1"),
            r"1 of 2 lines are in another encoding \(line 2\); save it as UTF-8",
        ),
        (
            "mine.csv",
            "content,topics\nXã họp,a\n".encode() + "giá rẻ".encode("cp1258", "replace") + b",\nhai,b\n",
            r"1 of 4 lines .*\(line 3\)",
        ),
        ("mine.xlsx", b"PK", "is a spreadsheet file: save it as CSV UTF-8"),
        ("mine.jsonl", b'{"content": "a"}\nb', "line 2: not JSON"),
        ("mine.jsonl", b"[1]", "line 1: '1' is not a JSON object"),
        ("mine.parquet", b"PAR1", "cannot read"),
        ("mine.csv.gz", b"no", "cannot read"),
    ],
)
def test_files_that_are_not_what_their_name_says(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(TableError, match=message):
        vp.read_corpus(tmp_path / name)


def found(table, **options):
    problems = check_corpus(vp.read_corpus(table, keep=["split"] if "split" in table else []), **options)
    return {f"{row.severity}: {row.problem}": row.rows for row in problems.table.itertuples()}


def articles(n):
    """So many articles, no two alike."""
    rng = np.random.default_rng(0)
    return [" ".join(rng.choice(["xã", "họp", "dân", "đường", "trường", "chợ", "thôn"], 40)) for _ in range(n)]


def test_problems_are_a_table_before_training():
    texts = articles(40)
    texts[3], texts[5], texts[8] = "", texts[4], texts[7].replace("chợ", "chợ ", 1)
    texts[10] = " ".join([*texts[9].split()[:-1], "mới"])
    labels = ["dan_chu" if n % 2 else "" for n in range(40)]
    labels[20], labels[21], labels[7], labels[8] = "dan_chuu", "hiem", "dan_chu", ""
    problems = found(pd.DataFrame({"content": texts, "topics": labels}))
    assert problems == {
        "error: the topic dan_chuu has 1 article": "21",
        "error: the topic hiem has 1 article": "22",
        "warning: dan_chuu looks like dan_chu, misspelt": "21",
        "warning: articles without text": "4",
        "warning: the same text with different topics": "5=6, 8=9",
        "warning: near-duplicates that chance may put on two sides of a split": "10~11",
    }


def test_problems_of_known_topics_splits_and_sections():
    texts = articles(12)
    texts[10] = " ".join([*texts[9].split()[:-1], "mới"])
    table = pd.DataFrame({"content": texts, "topics": ["a", "b;c"] * 6, "split": ["train"] * 10 + ["test"] * 2})
    assert found(table, topics=["a", "b"])["error: unknown topic c"] == "2, 4, 6, 8, 10, 12"
    assert found(table, split="split")["warning: near-duplicates on two sides of a split"] == "10~11"
    assert "error: articles without exactly one topic" in found(table, exclusive=True)
    table["topics"] = "a"
    assert "error: every article has the topic a" in found(table)
    assert found(table, exclusive=True) == {
        "error: there is one topic alone": "",
        "warning: near-duplicates that chance may put on two sides of a split": "10~11",
    }
    table["topics"] = ""
    with pytest.raises(LabelError, match="no article has a topic: fill the column of topics"):
        check_corpus(vp.read_corpus(table)).raise_errors()
    assert str(check_corpus(vp.read_corpus(frame(topics=["a", "", "a", ""])))).count(
        "warning: the topic a has 2 articles"
    )


@given(st.lists(st.sampled_from("abcdefghijklmnop"), min_size=30, max_size=60), st.integers(0, 25))
def test_a_text_with_one_word_changed_is_a_near_duplicate(words, place):
    changed = [*words[:place], "khác", *words[place + 1 :]]
    other = ["hoàn", "toàn", "khác", "hẳn", "nhau", "không", "giống", "chút", "nào"]
    pairs = near_duplicates([" ".join(words), " ".join(other), " ".join(words).upper()])
    assert [(pair.first, pair.second) for pair in pairs] == [(0, 2)]
    assert all(pair.second != 1 for pair in near_duplicates([" ".join(words), " ".join(other), " ".join(changed)]))


def test_the_last_labels_of_a_text_count():
    first, second = (vp.read_corpus(frame(topics=cells)) for cells in (CELLS, ["", "", "", "moi"]))
    second = vp.read_corpus(pd.DataFrame({"content": [TEXTS[0], " ", "Bài mới"], "topics": ["moi", "a", "b"]}))
    joined = join_corpora([first, second])
    assert dict(zip(joined.texts, joined.labels, strict=True)) == {
        TEXTS[0]: ("moi",),
        **dict(zip(TEXTS[1:], LABELS[1:], strict=True)),
        "Bài mới": ("b",),
    }
    assert "1:2" in joined.ids
    assert joined.groups is None


def test_default_articles_join_those_with_their_topics_alone():
    own = vp.read_corpus(pd.DataFrame({"content": TEXTS, "topics": ["ideology_work", "", "", ""]}))
    default = default_corpus(own)
    joined = join_corpora([default, own])
    assert len(joined.texts) == len(default.texts) + 4
    assert joined.contrasts == default.contrasts
    assert len(set(joined.groups)) == len(set(default.groups)) + 4
    with pytest.raises(LabelError, match="the default articles have no labels for dan_chu, giam_sat: train without"):
        default_corpus(vp.read_corpus(frame(topics=CELLS)))


def test_refusals_of_the_command_are_one_line(tmp_path, command_here):
    table = pd.DataFrame({"content": articles(12), "topics": ["a"] * 12})
    table.to_csv(tmp_path / "all.csv", index=False)
    table.head(3).assign(topics=["a", "", ""]).to_csv(tmp_path / "three.csv", index=False)
    table.assign(topics=["a", ""] * 6).to_csv(tmp_path / "good.csv", index=False)
    for arguments, message in (
        (["all.csv"], "every article has the topic a: add articles without it: nothing to tell it from"),
        (["three.csv"], "the topic a has 1 article (1): label more of them, or leave it out"),
        (["all.csv", "--search", "soon"], "Invalid value for --search: 'soon' is not a time such as 90s"),
        (["good.csv", "--set", "C=-1"], "C is -1: it must be a number above 0"),
        (["good.csv", "--set", "n_folds=1"], "n_folds is 1: it must be a whole number of 2 or more"),
        (["good.csv", "--set", "beta=0.5"], "beta is 0.5: it must be a number of 1 or more"),
    ):
        done = command_here("train", *arguments, "-o", "m", cwd=tmp_path)
        assert (done.returncode, done.stdout) == (2, ""), done.stderr
        assert message in done.stderr.splitlines()[-1]
        assert "Traceback" not in done.stderr
    done = command_here("train", "good.csv", "-o", ".", cwd=tmp_path)
    assert done.stderr == (
        "vnpolicy: error: . exists and is not a model folder: choose another place for the model\n"
    ), "said before the training"
    assert "give a folder for the model with -o" in command_here("train", "all.csv", cwd=tmp_path).stderr
    done = command_here("train", "all.csv", "--check", cwd=tmp_path)
    assert done.returncode == 2
    assert "error: every article has the topic a" in done.stdout
    assert not (tmp_path / "m").exists()
