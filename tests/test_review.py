"""The labelling loop: what to label next, files for those who label, what comes back, and labels to look at again."""

import csv
import json
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from conftest import read_table
from hypothesis import example, given, settings
from hypothesis import strategies as st

import vnpolicy_nlp as vp
from vnpolicy_nlp.errors import ColumnError, LabelError, OutputError, TableError, TextError
from vnpolicy_nlp.training.review import pick_for_review, suspected_label_errors
from vnpolicy_nlp.training.review_choice import SHARES, margins_of
from vnpolicy_nlp.training.review_files import label_studio_config, read_review, write_review

TOPICS = ("a", "b c", 'd&"d')
QUICK = {"word_ngram_range": None, "syllable_ngram_range": (1, 1), "n_folds": 3}


@pytest.fixture(scope="module")
def small(small_corpus):
    """A model of fifty articles: each topic is rare to it."""
    return vp.TopicTagger(**QUICK).fit(*small_corpus)


@pytest.fixture(scope="module")
def pool():
    return read_table("articles.csv").query("split == 'validation'")[["id", "title", "content", "genre"]].head(150)


@pytest.fixture(scope="module")
def picked(pool, small):
    return pick_for_review(pool, small, 40)


def kinds(picked):
    return picked["why"].str.partition(":")[0].value_counts().to_dict()


def test_each_kind_has_its_share_and_no_article_comes_twice(pool, small, picked):
    assert len(picked) == 40
    assert picked.index.is_unique
    assert kinds(picked) == {
        kind: {"random": 4, "uncertain": 22, "rare topic": 8, "unlike the others": 6}[kind] for kind in SHARES
    }
    pd.testing.assert_frame_equal(picked[list(pool)], pool.loc[picked.index])
    assert set(picked["why"].head(10).str.partition(":")[0]) == set(SHARES)  # spread, for who labels only a few
    assert list(picked.columns[4:]) == [
        "topics",
        *[f"score_{topic}" for topic in small.topics_],
        *[f"evidence_{topic}" for topic in small.topics_],
        "why",
    ]


def test_uncertain_ones_are_near_the_threshold_and_candidates_have_high_scores(pool, small, picked):
    P = small.predict_proba(pool["title"] + "\n" + pool["content"])
    margins = pd.DataFrame(margins_of(P, small.tagger_), pool.index, small.topics_)
    for topic in small.topics_:
        of_kind = {kind: picked.index[picked["why"] == f"{kind}: {topic}"] for kind in ("uncertain", "rare topic")}
        assert margins.loc[of_kind["uncertain"], topic].abs().median() < margins[topic].abs().median() / 2
        assert margins.loc[of_kind["rare topic"], topic].mean() > margins[topic].quantile(0.75)


def test_tags_scores_and_evidence_are_the_models(pool, small, picked):
    tagged = small.tag_frame(pool, ["title", "content"], scores=True).loc[picked.index]
    assert picked["topics"].tolist() == tagged["topics"].tolist()
    for row in picked.to_dict("records"):
        whole = f"{row['title']}\n{row['content']}"
        doubted = row["why"].partition(": ")[2]
        for topic in small.topics_:
            assert row[f"evidence_{topic}"] in whole
            assert bool(row[f"evidence_{topic}"]) == (topic in row["topics"].split(";") or topic == doubted)
    np.testing.assert_allclose(picked["score_ideology_work"], tagged["score_ideology_work"])


def test_scores_in_the_table_are_used_and_make_no_difference(pool, small, picked):
    tagged = small.tag_frame(pool, ["title", "content"], scores=True)
    again = pick_for_review(tagged, small, 40)
    assert again.index.tolist() == picked.index.tolist()
    as_read = pick_for_review(tagged.astype(dict.fromkeys(tagged.columns[-3:], str)), small, 40)
    assert as_read.index.tolist() == picked.index.tolist()
    turned = tagged.assign(**{name: 1 - tagged[name] for name in tagged.columns[-3:]})
    assert pick_for_review(turned, small, 40).index.tolist() != picked.index.tolist()


def test_the_random_ones_hang_on_the_seed_alone(pool, small, picked):
    def random(picked):
        return picked.index[picked["why"] == "random"].tolist()

    other = vp.TopicTagger(**QUICK, C=0.1).fit(pool["content"].tolist()[:60], [("x",), ()] * 30)
    assert random(pick_for_review(pool, other, 40)) == random(picked)
    assert random(pick_for_review(pool, small, 40, seed=1)) != random(picked)


def test_nothing_labelled_and_no_near_duplicate_is_picked(pool, small):
    body = pool["content"].iloc[0]
    copies = [body, body.upper(), f"  {body}\n", f"{body} Hết.", f"Mới: {body}", f"{body}\nẢnh: Báo.", "", "  "]
    frame = pd.DataFrame({"content": [*copies, *pool["content"].iloc[1:30]]})
    everything = pick_for_review(frame, small, 100)
    assert len(everything) == 30
    assert sum(everything.index < len(copies)) == 1
    others = pick_for_review(frame, small, 100, labelled=[body])
    assert sorted(others.index) == list(range(8, 37))
    rest = pick_for_review(frame, small, 100, labelled=pool.rename(columns={"title": "lead"}).head(20))
    assert sorted(rest.index) == list(range(27, 37))
    with pytest.raises(TextError, match="no article is left to pick: each is without text, or labelled already"):
        pick_for_review(frame, small, labelled=frame)


def test_topics_that_are_not_rare_leave_their_share_to_the_uncertain_ones(pool, tagger):
    assert kinds(pick_for_review(pool, tagger, 40)) == {"random": 4, "uncertain": 30, "unlike the others": 6}


def test_exclusive_topics(pool):
    sections = ["news", "law", "other"] * 50
    model = vp.TopicTagger(**QUICK, exclusive=True).fit(pool["content"].tolist(), sections)
    picked = pick_for_review(pool, model, 20, text="content")
    assert len(picked) == 20
    assert set(picked["topics"]) <= {"news", "law", "other"}
    margins = margins_of(np.array([[0.5, 0.5, 0.0], [0.8, 0.1, 0.1]]), model.tagger_)
    np.testing.assert_allclose(margins[:, 0], [0, np.log(8)])


@pytest.mark.parametrize(
    ("columns", "options", "error", "message"),
    [
        ({"x": ["Họp dân"]}, {}, ColumnError, "no column looks like an article's text; name it with --text-column"),
        ({"x": ["Họp dân"]}, {"text": "body"}, ColumnError, "there is no column 'body'; the columns are: x"),
        ({"text": ["Họp"], "why": [""]}, {}, ColumnError, "the input has a column 'why' already: rename or drop it"),
        ({"text": ["Họp", 3]}, {}, TextError, r"texts\[1\] is int \(3\), not str"),
        ({"text": [None, ""]}, {}, TextError, "no article is left to pick"),
        ({"text": ["Họp"], "score": ["x"]}, {}, ColumnError, "holds 'x' at index 0: scores are from 0 to 1"),
        ({"text": ["Họp"], "score": [1.5]}, {}, ColumnError, "holds .*1.5.* at index 0: scores are from 0 to 1"),
    ],
)
def test_errors_of_picking(small, columns, options, error, message):
    frame = pd.DataFrame(columns)
    if "score" in frame:
        frame = frame.assign(**{f"score_{topic}": frame["score"] for topic in small.topics_})
    with pytest.raises(error, match=message):
        pick_for_review(frame, small, **options)


def test_labels_turned_round_are_suspected(corpus):
    texts, labels = corpus.texts[:400], [set(topics) for topics in corpus.labels[:400]]
    turned = np.random.default_rng(0).choice(400, 24, replace=False).tolist()
    for row in turned:
        labels[row] ^= {"ideology_work"}
    found = suspected_label_errors(pd.Series(texts, range(1000, 1400)), labels, vp.TopicTagger(**QUICK), n=40)
    right = found[(found["topic"] == "ideology_work") & found["row"].isin([row + 1000 for row in turned])]
    assert len(right) >= 14
    assert len(right) / len(found) >= 0.6
    for row in found.itertuples():
        given = row.topic in labels[row.row - 1000]
        assert (row.given, row.suggestion) == (("yes", f"remove {row.topic}") if given else ("no", f"add {row.topic}"))
        assert (row.probability < 0.5) == given
        assert texts[row.row - 1000].lstrip().startswith(row.text)


def test_the_rule_of_confident_learning():
    P = [[0.9], [0.8], [0.1], [0.2], [0.6], [0.55], [np.nan], [0.95]]
    labels = ["x", "x", "", "", "x", "", "x", ""]
    # On average the articles with the topic have 0.77, those without it 0.55 for "without"
    found = suspected_label_errors([f"t{n}" for n in range(8)], labels, out_of_fold=P)
    assert found[["row", "given", "probability"]].to_numpy().tolist() == [[7, "no", 0.95]]
    assert suspected_label_errors(["a", "b"], ["x", "x"], out_of_fold=[[0.1], [0.9]]).empty
    with pytest.raises(LabelError, match=r"out_of_fold has the shape \(1, 1\), and the labels \(2, 1\)"):
        suspected_label_errors(["a", "b"], ["x", ""], out_of_fold=[[0.1]])
    with pytest.raises(LabelError, match="2 texts but 1 labels"):
        suspected_label_errors(["a", "b"], ["x"])


def frame_of(texts, tags=("a",)):
    made = pd.DataFrame({"title": [f"{n}" for n in range(len(texts))], "content": texts, "topics": ";".join(tags)})
    return made.assign(score_a=0.25, evidence_a="@đây", why="random")


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@given(st.lists(st.one_of(TEXT, st.builds("".join, st.lists(st.sampled_from("'=+-@\t\r\n\"; ,a"), max_size=8)))))
@example(["=1+1", "'=1", "''@x", "'a", "-5 độ", "+84", "\t=", "\r\n", "a\r\nb", 'nói: "=".', "\ufeffx"])
@settings(max_examples=60)
def test_texts_come_back_unchanged_from_a_spreadsheet(tmp_path_factory, texts):
    path = tmp_path_factory.mktemp("review") / "r.csv"
    write_review(frame_of(texts), path, TOPICS, ["title", "content"])
    with path.open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in cells)
    back = read_review(path)
    assert back["content"].tolist() == texts
    assert (back["topics"] == "a").all()


@pytest.mark.parametrize("suffix", ["csv", "json", "jsonl"])
def test_what_is_written(tmp_path, suffix, picked, small):
    path = tmp_path / f"r.{suffix}"
    write_review(picked, path, small.topics_, ["title", "content"])
    raw = path.read_bytes().decode("utf-8")
    if suffix == "csv":
        assert raw.startswith("\ufeffarticle_id,title,content,topics,suggested,score_grassroots_democracy,")
        table = pd.read_csv(path)
        assert (table["topics"].fillna("") == picked["topics"].tolist()).all()
        assert (table["topics"].fillna("") == table["suggested"].fillna("")).all()
        assert table["article_id"].tolist() == picked["id"].tolist()
    elif suffix == "json":
        for task, row in zip(json.loads(raw), picked.to_dict("records"), strict=True):
            assert task["data"] == {"article_id": row["id"], "title": row["title"], "content": row["content"]}
            (result,) = task["predictions"][0]["result"]
            assert (result["from_name"], result["to_name"], result["type"]) == ("topics", "text", "choices")
            assert ";".join(result["value"]["choices"]) == row["topics"]
            assert task["meta"]["why"] == row["why"]
            assert set(task["meta"]["scores"]) == set(small.topics_)
    else:
        for line, row in zip(raw.splitlines(), picked.to_dict("records"), strict=True):
            task = json.loads(line)
            assert task["text"] == f"{row['title']}\n{row['content']}"
            assert [option["id"] for option in task["options"]] == list(small.topics_)
            assert ";".join(task["accept"]) == row["topics"]
    with pytest.raises(OutputError, match=f"r.{suffix} exists: choose another name, or move it away"):
        write_review(picked, path, small.topics_, ["title", "content"])


def test_places_that_cannot_be_written(tmp_path):
    with pytest.raises(OutputError, match=r"r\.xlsx: name it \.csv for a spreadsheet"):
        write_review(frame_of(["x"]), tmp_path / "r.xlsx", TOPICS)
    with pytest.raises(OutputError, match=r"cannot write .*: No such file or directory"):
        write_review(frame_of(["x"]), tmp_path / "no" / "r.csv", TOPICS)
    with pytest.raises(ColumnError, match="there is no column 'body'"):
        write_review(frame_of(["x"]), tmp_path / "r.csv", TOPICS, "body")
    assert list(tmp_path.iterdir()) == []


def test_the_labelling_interface():
    tree = ElementTree.fromstring(label_studio_config(TOPICS, ["title", "content"]))
    assert [choice.get("value") for choice in tree.iter("Choice")] == list(TOPICS)
    assert [header.get("value") for header in tree.iter("Header")] == ["$title"]
    text, choices = tree.find("Text"), tree.find("Choices")
    assert (text.get("name"), text.get("value")) == (choices.get("toName"), "$content")
    assert (choices.get("name"), choices.get("choice")) == ("topics", "multiple")
    assert 'choice="single"' in label_studio_config(TOPICS, exclusive=True)


@pytest.mark.parametrize(
    ("encoding", "separator", "line_end"),
    [("utf-8-sig", ",", "\r\n"), ("utf-8", ";", "\r\n"), ("utf-16", "\t", "\n"), ("utf-8-sig", ";", "\n")],
)
def test_spreadsheets_as_excel_saves_them(tmp_path, encoding, separator, line_end):
    rows = [
        ["article_id", "content", "topics", "suggested", "score_a", "evidence_a", "why"],
        ["1", '"Chợ mới;\nbà con, họp"', '" b;a ;a"', "a", "0.5", "", "uncertain: a"],
        ["2", "Mưa", "?", "a", "0.5", "", "random"],
        ["3", "Nắng", "", "a", "0.5", "", "random"],
        [""] * 7,
    ]
    (tmp_path / "r.csv").write_bytes(line_end.join([*map(separator.join, rows), ""]).encode(encoding))
    back = read_review(tmp_path / "r.csv")
    assert list(back) == ["article_id", "content", "topics", "suggested", "why"]
    assert back["topics"].tolist() == ["a;b", ""]
    assert back["content"].tolist() == ["Chợ mới;\nbà con, họp", "Nắng"]
    assert back.attrs == {"n_without_answer": 0, "n_ignored": 1}


def choices(*topics, name="topics"):
    value = {"choices": list(topics)}
    return [{"from_name": name, "to_name": "text", "type": "choices", "value": value}]


def test_an_export_of_label_studio(tmp_path):
    def task(n, *annotations):
        return {"id": n, "data": {"article_id": f"x{n}", "title": f"Tin {n}", "page": n}, "annotations": annotations}

    late, early = {"created_at": "2024-05-02T08:00:00Z"}, {"created_at": "2024-05-01T08:00:00Z"}
    tasks = [
        task(1, {"result": choices("b", "a")}) | {"meta": {"why": "random", "scores": {"a": 0.5}}},
        task(2),
        task(3, {"result": choices("a"), "was_cancelled": True}),
        task(4, {"result": choices("a")}, {"result": choices("b")}, {"result": [], "was_cancelled": True}),
        task(5, {"result": choices("b"), **late}, {"result": choices("a"), **early}),
        task(6, {"result": []}),
    ]
    (tmp_path / "r.json").write_text(json.dumps(tasks), "utf-8")
    back = read_review(tmp_path / "r.json")
    assert back["topics"].tolist() == ["a;b", "b", "b", ""]
    assert back["article_id"].tolist() == ["x1", "x4", "x5", "x6"]
    assert back["page"].tolist() == ["1", "4", "5", "6"]
    assert back["why"].tolist() == ["random", "", "", ""]
    assert back.attrs == {"n_without_answer": 1, "n_ignored": 1}


def test_a_short_export_of_label_studio(tmp_path):
    common = {"annotator": 1, "annotation_id": 7, "created_at": "2024", "updated_at": "2024", "lead_time": 2.5}
    tasks = [
        {"title": "Tin 1", "id": 1, "topics": "a", **common},
        {"title": "Tin 2", "id": 2, "topics": {"choices": ["b", "a"]}, **common},
        {"title": "Tin 3", "id": 3, **common},
    ]
    (tmp_path / "r.json").write_text(json.dumps(tasks), "utf-8")
    back = read_review(tmp_path / "r.json")
    assert back.to_dict("list") == {"title": ["Tin 1", "Tin 2", "Tin 3"], "topics": ["a", "a;b", ""]}


def test_an_export_of_prodigy(tmp_path):
    def of(n, answer=None, **more):
        return {"text": f"Tin {n}", "_input_hash": n} | ({"answer": answer} if answer else {}) | more

    lines = [
        of(1, "accept", accept=["b", "a"], columns={"title": "Tin", "body": "1"}, meta={"article_id": "x1"}),
        of(2, "accept", accept=[]),
        of(3, "ignore", accept=["a"]),
        of(4, "reject", accept=["a"]),
        of(5, accept=["a"]),
        of(6, "accept", label="a"),
        of(6, "reject", label="b"),
        of(6, "accept", label="d"),
        of(7, "reject", label="a"),
        of(8, "ignore", label="a"),
        of(6, "reject", label="a"),
        of(2, "accept", accept=["d"]),
    ]
    (tmp_path / "r.jsonl").write_text("\n".join(map(json.dumps, lines)) + "\n\n", "utf-8")
    back = read_review(tmp_path / "r.jsonl")
    assert back["topics"].tolist() == ["a;b", "d", "d", ""]
    assert back["text"].tolist() == ["", "Tin 2", "Tin 6", "Tin 7"]
    assert back.loc[0, ["article_id", "title", "body"]].tolist() == ["x1", "Tin", "1"]
    assert back.attrs == {"n_without_answer": 1, "n_ignored": 3}


@pytest.mark.parametrize("suffix", ["json", "jsonl"])
def test_tasks_that_were_answered_come_back(tmp_path, suffix):
    texts = ["=Họp\r\ndân", " 'x", "Mưa"]
    path = tmp_path / f"r.{suffix}"
    write_review(frame_of(texts), path, TOPICS, ["title", "content"])
    if suffix == "json":
        tasks = json.loads(path.read_text("utf-8"))
        assert read_review(path).attrs == {"n_without_answer": 3, "n_ignored": 0}
        for task in tasks:
            task["annotations"] = task["predictions"]
        path.write_text(json.dumps(tasks), "utf-8")
    else:
        lines = [json.loads(line) | {"answer": "accept"} for line in path.read_text("utf-8").splitlines()]
        path.write_text("\n".join(map(json.dumps, lines)), "utf-8")
    back = read_review(path)
    assert back["content"].tolist() == texts
    assert back["article_id"].tolist() == ["0", "1", "2"]
    assert back["topics"].tolist() == ["a", "a", "a"]
    assert back["why"].tolist() == ["random"] * 3


TASK = '{"id": 9, "data": {"text": "Họp"}, "annotations": [%s]}'


@pytest.mark.parametrize(
    ("name", "content", "error", "message"),
    [
        ("none.csv", None, TableError, "no such file: .*none.csv"),
        ("r.csv", "", TableError, "cannot read .*r.csv as CSV: .*; save it as CSV again"),
        ("r.csv", "text\nHọp\n", ColumnError, "there is no column 'topics'; the columns are: text"),
        ("r.csv", "text,topics\nHọp,a\nMưa,a,b\n", TableError, "r.csv, row 2: 3 cells where the header has 2"),
        ("r.csv", 'text,topics\nHọp,"a,b"\n', LabelError, "r.csv, row 1: 'a,b' is not the name of a topic"),
        ("r.csv", 'text,topics\n"Họp,a\n', TableError, "cannot read .*r.csv as CSV: unexpected end of data"),
        ("r.csv", b"text,topics\nH\xf0p,a\n", TableError, "r.csv is not UTF-8: save it as CSV UTF-8"),
        ("r.json", "[{]", TableError, "r.json is not JSON .*: export it from Label Studio again"),
        ("r.json", "{}", TableError, "r.json is not a list of tasks: export it from Label Studio as JSON"),
        ("r.json", "[3]", TableError, "r.json, task 1: not an object; export it"),
        ("r.json", '[{"id": 4, "text": "Họp"}]', TableError, "r.json, task 4: neither data nor annotation_id"),
        ("r.json", f"[{TASK % 3}]", TableError, "task 9: its annotations are not a list of objects"),
        ("r.json", f"[{TASK % '{}'}]", LabelError, "task 9: its annotation has no list of results"),
        (
            "r.json",
            f"[{TASK % json.dumps({'result': choices('a', name='sentiment')})}]",
            LabelError,
            'task 9: its annotation has no choices called "topics"; name them so in the labelling interface',
        ),
        (
            "r.json",
            f"[{TASK % json.dumps({'result': [{'from_name': 'topics', 'value': {'choices': [1]}}]})}]",
            LabelError,
            r"task 9: '\[1\]' is not a list of topics; export it again",
        ),
        ("r.json", f"[{TASK % json.dumps({'result': choices('a!')})}]", LabelError, "task 9: 'a!' is not the name"),
        ("r.jsonl", '{"text": "a"}\n{"text"\n', TableError, "r.jsonl, line 2: not JSON .*: export it from Prodigy"),
        ("r.jsonl", '{"txt": "a"}\n', TableError, "r.jsonl, task 1: no text; export it from Prodigy again"),
        ("r.jsonl", '{"text": "a", "answer": "yes"}', LabelError, "task 1: the answer 'yes' is none of accept, reject"),
        (
            "r.jsonl",
            '{"text": "a", "answer": "accept", "accept": 3}',
            LabelError,
            "task 1: '3' is not a list of topics",
        ),
    ],
)
def test_errors_of_reading_name_the_task(tmp_path, name, content, error, message):
    if content is not None:
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(error, match=message) as caught:
        read_review(tmp_path / name)
    assert "\n" not in str(caught.value)


def test_the_command(tmp_path, pool, tagger):
    from click.testing import CliRunner

    from vnpolicy_nlp.commands.review import review

    def run(*arguments):
        return CliRunner().invoke(review, [str(argument) for argument in arguments])

    tagged = tagger.tag_frame(pool, ["title", "content"], scores=True)
    tagged.to_csv(tmp_path / "tagged.csv", index=False)
    out = tmp_path / "to_label.csv"
    done = run(tmp_path / "tagged.csv", "-n", 20, "-o", out)
    assert done.exit_code == 0, done.output
    first, fill, then = done.output.splitlines()
    assert first == f"20 of 150 articles are in {out}: 15 uncertain, 3 unlike the others, 2 random"
    assert fill.startswith("Fill in the column topics")
    assert then == f"Then learn from it: vnpolicy train DATA --add {out} -o models/mine"
    chosen = read_review(out)
    assert chosen["article_id"].tolist() == pick_for_review(tagged, tagger, 20)["id"].tolist()
    done = run(tmp_path / "tagged.csv", "-o", tmp_path / "more.json", "--labelled", out, "-n", 500)
    assert done.exit_code == 0, done.output
    more = [task["data"]["article_id"] for task in json.loads((tmp_path / "more.json").read_text("utf-8"))]
    assert set(more).isdisjoint(chosen["article_id"])
    assert len(more) + len(chosen) == 150
    assert "ideology_work" in (tmp_path / "more.xml").read_text("utf-8")
    assert f"Paste {tmp_path / 'more.xml'} into Label Studio" in done.output
    assert isinstance(run(tmp_path / "tagged.csv", "-o", out).exception, OutputError)
    assert isinstance(run(tmp_path / "none.csv", "-o", tmp_path / "x.csv").exception, TableError)
