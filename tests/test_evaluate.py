"""What `evaluate` says beside its table: calibration, confusion, errors, slices, signature, HTML, JSON."""

import json
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT, read_table
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import bootstrap
from sklearn.calibration import calibration_curve
from sklearn.metrics import average_precision_score, brier_score_loss, f1_score, precision_recall_fscore_support
from test_cli import vnpolicy

import vnpolicy_nlp as vp
from vnpolicy_nlp.errors import ColumnError, LabelError, OutputError
from vnpolicy_nlp.model.artifact import model_sha256
from vnpolicy_nlp.pages import write_page
from vnpolicy_nlp.training.intervals import measure_table
from vnpolicy_nlp.training.measures import MEASURES, Answers
from vnpolicy_nlp.training.metrics import report_of
from vnpolicy_nlp.training.plots import precision_recall_steps
from vnpolicy_nlp.training.reliability import bin_numbers, reliability_curve
from vnpolicy_nlp.training.slices import slice_columns

TOPICS = ("a", "b", "c")


def simulated(n, seed=0, topics=TOPICS):
    """Labels drawn from the very probabilities, so that these are calibrated."""
    rng = np.random.default_rng(seed)
    P = rng.beta(0.5, 1.0, (n, len(topics)))
    Y = (rng.random(P.shape) < P).astype(np.int64)
    return Answers(topics, Y, (P >= 0.4).astype(np.int64), P)


def report(answers):
    return report_of(answers.topics, answers.Y, answers.decisions, answers.probabilities, "0" * 64)


@pytest.fixture(scope="module")
def unseen():
    return read_table("articles.csv").query("split == 'test'").head(120)


@pytest.fixture(scope="module")
def full(tagger, unseen):
    texts = unseen["title"] + "\n" + unseen["content"]
    return vp.evaluate(tagger, texts, unseen["topics"], slices=unseen[["genre", "region"]], ids=unseen["id"])


class Page(HTMLParser):
    """Fails where tags do not close in order; collects tags and text."""

    VOID = ("meta", "rect", "polyline", "br")

    def __init__(self):
        super().__init__()
        self.open, self.tags, self.text = [], [], ""

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def parsed(html):
    page = Page()
    page.feed(html)
    page.close()
    assert page.open == []
    return page


def test_all_measures_are_those_of_scikit_learn():
    answers = simulated(300)
    Y, tagged, P, table = answers.Y, answers.decisions, answers.probabilities, measure_table(answers)
    for rows, average in ((list(TOPICS), None), (["macro"], "macro"), (["micro"], "micro")):
        *expected, _ = precision_recall_fscore_support(Y, tagged, average=average)
        for measure, values in zip(("precision", "recall", "f1"), expected, strict=True):
            np.testing.assert_allclose(table.loc[rows, measure], values)
        ap = average_precision_score(Y, P, average=average)
        np.testing.assert_allclose(table.loc[rows, "average_precision"], ap)
    briers = [brier_score_loss(y, p) for y, p in zip(Y.T, P.T, strict=True)]
    np.testing.assert_allclose(table["brier"], [*briers, np.mean(briers), brier_score_loss(Y.ravel(), P.ravel())])
    assert table["support"].tolist() == [*Y.sum(axis=0), Y.sum(), Y.sum()]
    assert table["n_positive"].tolist() == [*Y.sum(axis=0), *[Y.any(axis=1).sum()] * 2]


def test_reliability_is_that_of_scikit_learn_and_makes_the_calibration_error():
    answers = simulated(300)
    y, p = answers.Y[:, 0], answers.probabilities[:, 0]
    curve = reliability_curve(y, p)
    observed, predicted = calibration_curve(y, p, n_bins=10, strategy="quantile")
    assert curve["n"].tolist() == [30] * 10
    np.testing.assert_allclose(curve["observed"], observed)
    np.testing.assert_allclose(curve["mean_predicted"], predicted)
    error = ((curve["observed"] - curve["mean_predicted"]).abs() * curve["n"]).sum() / 300
    assert measure_table(answers).loc["a", "expected_calibration_error"] == pytest.approx(error)


def test_below_the_curve_is_the_average_precision():
    answers = simulated(300)
    y, p = answers.Y[:, 0], answers.probabilities[:, 0]
    recall, precision = precision_recall_steps(y, p).T
    assert (np.diff(recall) * precision[1:]).sum() == pytest.approx(average_precision_score(y, p))


@pytest.mark.parametrize(
    ("probabilities", "bins"),
    [
        ([0.5] * 40, [0] * 40),
        ([0.0] * 30 + [1.0] * 10, [0] * 30 + [1] * 10),
        ([0.1, 0.9, 0.2], [0, 0, 0]),
        (np.arange(100) / 100, np.arange(100) // 10),
    ],
    ids=["all equal", "two values", "too few to part", "ten by ten"],
)
def test_bins(probabilities, bins):
    assert bin_numbers(np.array(probabilities)).tolist() == list(bins)


def test_intervals_are_those_of_scipy():
    answers = simulated(200)

    def macro_f1(rows):
        return f1_score(answers.Y[rows], answers.decisions[rows], average="macro")

    expected = bootstrap(
        (np.arange(200),), macro_f1, method="percentile", vectorized=False, n_resamples=500, rng=1
    ).confidence_interval
    found = measure_table(answers).loc["macro", ["f1_low", "f1_high"]]
    assert found.tolist() == pytest.approx([expected.low, expected.high], abs=0.01)


def test_intervals_cover_the_truth_about_as_often_as_they_say():
    """The truth is what a great many articles of the same kind give; of 80 rounds 95 % are 76, give or take 4."""
    truth = measure_table(simulated(200_000, seed=1, topics=("a",)).part(np.arange(200_000) < 20_000))
    covered = dict.fromkeys(MEASURES, 0)
    for seed in range(80):
        row = measure_table(simulated(150, seed=seed + 2, topics=("a",))).loc["a"]
        for measure in MEASURES:
            true = 0.0 if measure == "expected_calibration_error" else truth.loc["a", measure]
            covered[measure] += row[f"{measure}_low"] <= true <= row[f"{measure}_high"]
            assert row[f"{measure}_low"] <= row[measure] <= row[f"{measure}_high"]
    assert min(covered.values()) >= 69, covered


@given(
    st.integers(1, 25).flatmap(
        lambda n: st.tuples(
            *[st.lists(st.tuples(*[st.sampled_from(values)] * 2), min_size=n, max_size=n) for values in VALUES]
        )
    )
)
@settings(max_examples=40)
def test_whatever_the_labels_a_report_comes_out(drawn):
    Y, decisions, P = (np.array(rows) for rows in drawn)
    made = report_of(("x", "y"), Y, decisions, P.astype(float), "0" * 64)
    told = json.loads(json.dumps(made.to_dict(), allow_nan=False))
    for column, topic in enumerate(("x", "y")):
        for measure in MEASURES:
            low, value, high = (told["results"][topic][f"{measure}{end}"] for end in ("_low", "", "_high"))
            if measure in ("brier", "expected_calibration_error") or Y[:, column].any():
                assert 0 <= low <= 1
                assert 0 <= value <= 1
                assert 0 <= high <= 1
            else:
                assert low is value is high is None
    assert "nan" not in str(made).lower()
    assert "nan" not in parsed(made.to_html()).text.lower()


VALUES = ((0, 1), (0, 1), (0.0, 0.25, 0.5, 1.0))


def test_the_averages_are_of_the_topics_that_have_articles():
    answers = simulated(60)
    answers.Y[:, 2] = 0
    table, two = measure_table(answers), [0, 1]
    assert table.loc["c", ["precision", "recall_low", "f1", "average_precision_high"]].isna().all()
    expected = f1_score(answers.Y[:, two], answers.decisions[:, two], average="macro")
    assert table.loc["macro", "f1"] == pytest.approx(expected)


def test_confusion():
    Y = np.array([[1, 0], [1, 0], [1, 1], [0, 0], [0, 1]])
    tagged = np.array([[1, 0], [0, 1], [1, 1], [1, 0], [0, 0]])
    made = report_of(("a", "b"), Y, tagged, tagged.astype(float), "")
    assert made.confusion.to_numpy().tolist() == [[2, 2, 0], [1, 1, 1], [1, 0, 0]]
    assert made.confusion_wrong.to_numpy().tolist() == [[0, 1, 0], [0, 0, 1], [1, 0, 0]]
    assert list(made.confusion.columns) == list(made.confusion.index) == ["a", "b", "(no topic)"]
    assert made.to_dict()["confusion"]["b"] == {"a": 1, "b": 1, "(no topic)": 1}
    assert "2 (1 wrong)" in str(made)


def test_the_surest_errors_come_first_with_their_passage(tagger, unseen, full):
    texts = dict(zip(unseen["id"], unseen["title"] + "\n" + unseen["content"], strict=True))
    assert set(full.errors["kind"]) == {"false positive", "false negative"}
    Y = dict(zip(unseen["id"], unseen["topics"], strict=True))
    for (topic, kind), part in full.errors.groupby(["topic", "kind"]):
        assert len(part) <= 5
        p = part["probability"].tolist()
        assert p == sorted(p, reverse=kind == "false positive")
        for row in part.itertuples():
            assert (topic in Y[row.row].split(";")) == (kind == "false negative")
            assert (row.probability < tagger.thresholds[topic]) == (kind == "false negative")
            assert row.evidence
            assert row.evidence in texts[row.row]
            assert texts[row.row].startswith(row.title.removesuffix(" …"))
    none = vp.evaluate(tagger, ["Giá vàng tăng."], [()]).errors
    assert none.empty
    assert list(none.columns) == list(full.errors.columns)


def test_articles_are_called_by_index_by_place_or_as_asked(tagger):
    missed = ["Giá vàng tăng.", "Mưa to ở phía bắc.", ""]
    labels = ["", "ideology_work", "ideology_work"]
    assert sorted(vp.evaluate(tagger, missed, labels).errors["row"]) == [1, 2]
    by_index = vp.evaluate(tagger, pd.Series(missed, index=[7, 8, 9]), labels).errors
    assert sorted(by_index["row"]) == [8, 9]
    assert by_index.set_index("row").loc[9, "evidence"] == ""
    assert sorted(vp.evaluate(tagger, missed, labels, ids="xyz").errors["row"]) == ["y", "z"]
    with pytest.raises(LabelError, match="3 texts but 2 ids: give one an article, or leave them out"):
        vp.evaluate(tagger, missed, labels, ids=[1, 2])


def test_slices(tagger, unseen, full):
    slices = full.slices
    assert list(slices["slice"].unique()) == ["length in words", "cites a document", "genre", "region"]
    for _, part in slices[slices["topic"] == "macro"].groupby("slice"):
        assert part["n_articles"].sum() == len(unseen)
    news = unseen[unseen["genre"] == "news"]
    alone = vp.evaluate(tagger, news["title"] + "\n" + news["content"], news["topics"]).table
    there = slices.query("slice == 'genre' and value == 'news'").set_index("topic")
    for measure in (*MEASURES, "f1_low", "f1_high"):
        assert there.loc["macro", measure] == alone.loc["macro", measure]
    for _, part in slices.groupby(["slice", "value"]):
        *topics, macro = part.itertuples()
        assert all(row.small == (row.n_positive < 10) for row in topics)
        assert macro.small == (any(0 < row.n_positive < 10 for row in topics) or macro.n_positive < 10)
    assert "news" in str(full)
    assert slices.query("slice == 'region'")["value"].nunique() == 12
    with pytest.raises(ColumnError, match="the slice 'genre' has 1 values for 2 texts: give one each"):
        vp.evaluate(tagger, ["a", "b"], [(), ()], slices={"genre": ["news"]})


def test_slices_of_texts():
    columns = slice_columns(
        [
            "một hai",
            "từ " * 220,
            "Theo Quyết định 217-QĐ/TW",
            "Luật số 10/2022/QH15",
            "chỉ thị 05",
            "nhà 12-CTy, ngày 3/2",
        ],
        {"level": ["xã", None, float("nan"), "", "xã", 5]},
    )
    assert columns["length in words"][:2] == ["under 120", "220 to 449"]
    assert columns["cites a document"] == ["no", "no", "yes", "yes", "yes", "no"]
    assert columns["level"] == ["xã", "(empty)", "(empty)", "(empty)", "xã", "5"]


def test_the_signature_changes_with_data_and_model(tagger, small_corpus, full):
    texts, labels = small_corpus[0][:10], small_corpus[1][:10]
    first = vp.evaluate(tagger, texts, labels).signature
    assert first.model_sha256 == model_sha256(tagger.parts) == full.signature.model_sha256
    assert set(first.versions) == {"vnpolicy-nlp", "underthesea", "scikit-learn", "numpy"}
    assert first == vp.evaluate(tagger, texts, labels).signature
    assert first.data_sha256 != vp.evaluate(tagger, texts, labels[::-1]).signature.data_sha256
    mine = vp.TopicTagger(min_df=5).fit(*small_corpus)
    other = vp.evaluate(mine, texts, labels).signature
    assert other.data_sha256 == first.data_sha256
    assert other.model_sha256 == model_sha256(mine.tagger_.parts) != first.model_sha256


def test_json_comes_back(full):
    told = full.to_dict()
    assert json.loads(json.dumps(told, ensure_ascii=False, allow_nan=False)) == told
    assert set(told) == {
        *("n_articles", "data_sha256", "results", "signature", "reliability", "confusion", "confusion_wrong"),
        *("errors", "slices"),
    }
    assert told["results"]["micro"]["f1"] == round(full.table.loc["micro", "f1"], 4)


def test_the_manifest_gets_no_more_than_before(full):
    summary = full.summary()
    manifest = json.loads((ROOT / "models" / "default" / "manifest.json").read_text("utf-8"))["metrics"]
    assert ["method", *summary] == list(manifest)
    assert list(summary["results"]) == list(manifest["results"])
    for topic, figures in summary["results"].items():
        assert list(figures) == list(manifest["results"][topic])


def test_html_is_whole_and_escaped(tagger, full):
    page = parsed(full.to_html(whole_page=True))
    assert page.tags[:3] == ["html", "head", "meta"]
    assert page.tags.count("svg") == 2 * len(tagger.topics)
    assert '<meta charset="utf-8">' in full.to_html(whole_page=True)
    assert full.to_html().startswith("<div")
    assert full._repr_html_() == full.to_html()
    assert full.errors["title"][0] in page.text
    bad = "<script>alert('&')</script> Chủ tịch xã đối thoại"
    texts, labels = [f"{bad}\n{bad}", "Mưa"], ["ideology_work;social_supervision;grassroots_democracy", ""]
    page = parsed(vp.evaluate(tagger, texts, labels, slices={bad: [bad, bad]}, ids=[bad, bad]).to_html())
    assert "script" not in page.tags
    assert page.text.count(bad) >= 4


def test_a_page_is_never_written_over(tmp_path):
    made = report(simulated(20))
    write_page(made.to_html(whole_page=True), tmp_path / "r.html")
    assert (tmp_path / "r.html").read_text("utf-8") == made.to_html(whole_page=True)
    with pytest.raises(OutputError, match=r"r\.html exists: choose another name for the page, or move it away"):
        write_page(made.to_html(whole_page=True), tmp_path / "r.html")
    with pytest.raises(OutputError, match=r"there is no folder .*: make it first"):
        write_page(made.to_html(whole_page=True), tmp_path / "no" / "r.html")


def test_the_command(tmp_path, unseen):
    unseen.head(30).to_csv(tmp_path / "mine.csv", index=False)
    command = ("evaluate", "mine.csv", "--by", "genre", "--by", "level", "--html", "bảng.html")
    done = vnpolicy(*command, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "30 articles, data " in done.stdout
    page = (tmp_path / "bảng.html").read_text("utf-8")
    assert "social_supervision" in parsed(page).text
    again = vnpolicy(*command, cwd=tmp_path)
    assert (again.returncode, again.stdout) == (2, "")
    message = "bảng.html exists: choose another name for the page, or move it away"
    assert again.stderr == f"vnpolicy: error: {message}\n"
    done = vnpolicy("evaluate", "mine.csv", "--by", "genre", "--json", cwd=tmp_path)
    told = json.loads(done.stdout)
    assert {row["slice"] for row in told["slices"]} == {"length in words", "cites a document", "genre"}
    assert {row["row"] for row in told["errors"]} <= set(unseen["id"])
    wrong = vnpolicy("evaluate", "mine.csv", "--by", "colour", cwd=tmp_path)
    assert wrong.stderr.startswith("vnpolicy: error: there is no column 'colour'; the columns are: ")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bảng.html", "mine.csv"]
