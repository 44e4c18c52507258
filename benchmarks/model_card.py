"""Measure the packaged model and write the figures into its card, models/README.md.

    python benchmarks/model_card.py [--real ARTICLES.jsonl --archive ARCHIVE.csv.gz]

The figures are kept in models/figures.json; without the options those on real articles and on the archive stay, if the
model is still the one that they were measured on. The card has a pair of comments around each table, and a test
compares what stands between them with what these figures say.
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from archive_precision import labels_of_archive
from news_archive import articles
from real_articles import keyword_decisions
from sklearn.metrics import f1_score
from spellings import SPELLINGS

import vnpolicy_nlp as vp
from vnpolicy_nlp.model.artifact import model_sha256
from vnpolicy_nlp.text.prepare import join_cells
from vnpolicy_nlp.training.corpus import read_corpus
from vnpolicy_nlp.training.labels import binarize_labels
from vnpolicy_nlp.training.metrics import data_sha256, report_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from vnpolicy_nlp.training.report import Report

ROOT = Path(__file__).parents[1]
CARD, FIGURES = ROOT / "models" / "README.md", ROOT / "models" / "figures.json"
MANIFEST = ROOT / "models" / "default" / "manifest.json"
PRESETS = ("sensitive", "balanced", "precise")
ARCHIVE_RATE = 0.003  # about what a general archive has of each topic
MEASURES = ("precision", "recall", "f1", "average_precision")


def test_split_figures(tagger: vp.Tagger) -> dict[str, Any]:
    """Return the figures on the articles of data/ that training never saw."""
    corpus = read_corpus(ROOT / "data" / "articles.csv", only=("split", {"test"}), keep=["genre", "level"])
    report = vp.evaluate(tagger, corpus.texts, corpus.labels, slices=corpus.columns)
    Y, _ = binarize_labels(corpus.labels, tagger.topics)
    spelled = {name: tagger.predict([spell(text) for text in corpus.texts]) for name, spell in SPELLINGS.items()}
    plain = tagger.predict(corpus.texts)
    return {
        **_results(report),
        "slices": _slices(report),
        "presets": _presets(tagger, corpus.texts, Y),
        "spellings": {
            name: {"changed": int((other != plain).any(axis=1).sum()), "f1": _macro_f1(Y, other)}
            for name, other in spelled.items()
        },
        "evidence": _evidence(tagger),
    }


def _evidence(tagger: vp.Tagger) -> dict[str, int]:
    """Return how many true tags name a passage that stands in a marked paragraph."""
    table = pd.read_csv(ROOT / "data" / "articles.csv", dtype=str, keep_default_na=False)
    table = table[table["split"] == "test"]
    marks = pd.read_csv(ROOT / "data" / "evidence.csv").groupby(["id", "topic"])["paragraph"].agg(set)
    texts = [join_cells(cells) for cells in table[["title", "lead", "content"]].itertuples(index=False)]
    n_true = n_hits = n_heads = 0
    rows: list[Any] = list(table.itertuples())
    for article, found in zip(rows, tagger.evidence(texts), strict=True):
        paragraphs = article.content.split("\n")
        for topic, passage in found.items():
            if topic not in article.topics.split(";"):
                continue
            n_true += 1
            n_heads += passage in article.title or passage in article.lead
            n_hits += any(passage in paragraphs[n] or paragraphs[n] in passage for n in marks[article.id, topic])
    return {"true_tags": n_true, "hits": n_hits, "titles_and_leads": n_heads}


def real_figures(tagger: vp.Tagger, path: Path) -> dict[str, Any]:
    """Return the figures on real articles, as `real_articles` takes them."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    figures = {}
    for name, part in (("agreed", [row for row in rows if row["agreed"]]), ("all", rows)):
        texts = [f"{row['title']}\n{row['text']}" for row in part]
        Y, topics = binarize_labels([tuple(row["labels"]) for row in part], tagger.topics)
        report = vp.evaluate(tagger, texts, Y, slices={})
        by_rule = keyword_decisions(texts)
        rules = report_of(topics, Y, by_rule, by_rule.astype(float), data_sha256(texts, Y))
        is_main = np.array([row["share"] not in ("part", "minor") for row in part])
        probabilities = report.answers.probabilities
        main_ap = []
        for y, p in zip(Y.T, probabilities.T, strict=True):
            kept = is_main | (y == 0)
            main_ap.append(_average_precision(y[kept], p[kept]))
        figures[name] = {
            **_results(report),
            "keywords": _results(rules)["results"]["macro"],
            "main_average_precision": round(float(np.mean(main_ap)), 4),
            "presets": _presets(tagger, texts, Y),
            "slices": _slices(report),
        }
    return figures


def _average_precision(y: NDArray[np.int64], p: NDArray[np.float64]) -> float:
    from sklearn.metrics import average_precision_score

    return float(average_precision_score(y, p))


def archive_figures(tagger: vp.Tagger, path: Path, real: Path) -> dict[str, Any]:
    """Return how many tags on an archive were read and how many are right, by preset.

    Real articles whose id is that of an article of the archive behind "archive-" count as read.
    """
    topics_of = labels_of_archive([])
    rows = [json.loads(line) for line in real.read_text("utf-8").splitlines()]
    topics_of |= {row["id"].removeprefix("archive-"): row["labels"] for row in rows if row["id"].startswith("archive-")}
    found = [topics_of.get(name) for name in pd.read_csv(path, dtype=str, usecols=["id"])["id"]]
    texts = list(articles(path))
    settings = {name: tagger.with_preset(name) for name in PRESETS}
    settings[f"balanced, base rate {ARCHIVE_RATE}"] = tagger.with_base_rate(ARCHIVE_RATE)
    figures: dict[str, Any] = {"n_articles": len(texts), "settings": {}}
    for name, chosen in settings.items():
        decisions = chosen.predict(texts)
        counts = {}
        for topic, column in zip(tagger.topics, decisions.T, strict=True):
            known = [topics for n in np.flatnonzero(column).tolist() if (topics := found[n]) is not None]
            counts[topic] = {
                "tags": int(column.sum()),
                "read": len(known),
                "right": sum(topic in topics for topics in known),
            }
        figures["settings"][name] = counts
    return figures


def _results(report: Report) -> dict[str, Any]:
    whole = report.to_dict()
    return {key: whole[key] for key in ("n_articles", "data_sha256", "results")}


def _slices(report: Report) -> list[dict[str, Any]]:
    if report.slices is None:
        return []
    kept = report.slices[report.slices["topic"] == "macro"]
    columns = ["slice", "value", "n_articles", "n_positive", "small", "f1", "average_precision"]
    return [
        {str(name): value if isinstance(value, str) else round(float(value), 4) for name, value in row.items()}
        for row in kept[columns].fillna(-1).to_dict("records")
    ]


def _presets(tagger: vp.Tagger, texts: list[str], Y: NDArray[np.int64]) -> dict[str, dict[str, float]]:
    _, probabilities = tagger.predict_both(texts)
    answers = {}
    for name in PRESETS:
        decisions = (probabilities >= list(tagger.with_preset(name).thresholds.values())).astype(int)
        hits, given, there = (decisions * Y).sum(0), decisions.sum(0), Y.sum(0)
        answers[name] = {
            "precision": round(float(np.mean(hits / np.maximum(given, 1))), 4),
            "recall": round(float(np.mean(hits / there)), 4),
            "f1": _macro_f1(Y, decisions),
        }
    return answers


def _macro_f1(Y: NDArray[np.int64], decisions: NDArray[np.int64]) -> float:
    return round(float(f1_score(Y, decisions, average="macro", zero_division=0)), 4)


def tables(figures: dict[str, Any], manifest: dict[str, Any]) -> dict[str, str]:
    """Return the tables of the card by the names that the card has for them."""
    test, real, archive = figures["test_split"], figures["real"], figures["archive"]
    agreed = real["agreed"]
    answers = {
        "cross_validation": _table(manifest["metrics"]["results"]),
        "test_split": _table(test["results"]),
        "real": "\n".join(
            [
                _table(agreed["results"], intervals=True),
                _row(
                    "macro, keyword rules", agreed["keywords"], agreed["results"]["macro"]["n_positive"], intervals=True
                ),
            ]
        ),
        "presets": _preset_table(test["presets"], agreed["presets"], archive["settings"]),
        "archive": _archive_table(archive["settings"]),
        "slices": _slice_table(test["slices"], agreed["slices"]),
        "spellings": "\n".join(
            ["| spelling | articles with other topics | macro F1 |", "|---|---|---|"]
            + [f"| {name} | {row['changed']} | {row['f1']:.3f} |" for name, row in test["spellings"].items()]
        ),
    }
    training, views = manifest["training"], manifest["views"]
    answers["details"] = (
        f"- Trained on {training['n_articles']} articles and {training['n_contrasts']} contrasts; "
        f"{sum(view['n_terms'] for view in views):,} terms that occur in at least "
        f"{training['parameters']['min_df']} articles.\n"
        f"- Thresholds: {_thresholds(manifest['thresholds'])}. Model {figures['model_sha256'][:12]}."
    )
    answers["environment"] = "Made with " + ", ".join(f"{name} {v}" for name, v in manifest["versions"].items()) + "."
    answers["index"] = _model_index(test, real)
    macro, everything, evidence = agreed["results"]["macro"], real["all"]["results"]["macro"], test["evidence"]
    answers["more"] = (
        f"Where the topic is the main matter, macro average precision is {agreed['main_average_precision']:.3f}. "
        f"Over all {real['all']['n_articles']} articles, those with a disputed label included: macro average precision "
        f"{_with_interval(everything, 'average_precision')} and F1 {_with_interval(everything, 'f1')}, against F1 "
        f"{real['all']['keywords']['f1']:.3f} for the keyword rules. Expected calibration error: "
        f"{test['results']['macro']['expected_calibration_error']:.3f} on the test split, "
        f"{macro['expected_calibration_error']:.3f} on the real articles. The passage named as evidence stands in a "
        f"paragraph marked for the topic in {evidence['hits']} of {evidence['true_tags']} true tags on the test split; "
        f"{evidence['titles_and_leads']} of the passages are titles or leads, which have no marks."
    )
    return answers


def _thresholds(thresholds: dict[str, float]) -> str:
    return ", ".join(f"{topic} {value:.3f}" for topic, value in thresholds.items())


def _model_index(test: dict[str, Any], real: dict[str, Any]) -> str:
    """Return the metadata that Hugging Face reads from a card: results by data set."""
    lines = ["model-index:", "  - name: vnpolicy_nlp default", "    results:"]
    for name, part in (("written articles, test split", test), ("real articles, agreed", real["agreed"])):
        macro = part["results"]["macro"]
        ap = macro["average_precision"]
        lines += [
            "      - task: {type: text-classification}",
            f'        dataset: {{name: "{name}", type: vnpolicy_nlp}}',
            "        metrics:",
            f"          - {{type: f1, name: macro F1, value: {macro['f1']:.3f}}}",
            f"          - {{type: average_precision, name: macro average precision, value: {ap:.3f}}}",
        ]
    return "\n".join(lines)


def _table(results: dict[str, Any], *, intervals: bool = False) -> str:
    head = ["| topic | articles | precision | recall | F1 | average precision |", "|---|---|---|---|---|---|"]
    rows = [_row(name, row, row["n_positive"], intervals=intervals) for name, row in results.items() if name != "micro"]
    return "\n".join(head + rows)


def _row(name: str, row: dict[str, Any], n: int, *, intervals: bool = False) -> str:
    cells = [_with_interval(row, key) if intervals else f"{row[key]:.3f}" for key in MEASURES]
    return f"| {name} | {n} | {' | '.join(cells)} |"


def _with_interval(row: dict[str, Any], key: str) -> str:
    return f"{row[key]:.3f} ({row[f'{key}_low']:.2f}-{row[f'{key}_high']:.2f})"


def _preset_table(test: dict[str, Any], real: dict[str, Any], archive: dict[str, Any]) -> str:
    lines = [
        "| preset | test split: P, R, F1 | real articles: P, R, F1 | archive: tags | right of those read |",
        "|---|---|---|---|---|",
    ]
    for name, counts in archive.items():
        total = {key: sum(row[key] for row in counts.values()) for key in ("tags", "read", "right")}
        cells = [
            ", ".join(f"{part[name][key]:.2f}" for key in ("precision", "recall", "f1")) if name in part else ""
            for part in (test, real)
        ]
        lines.append(f"| {name} | {cells[0]} | {cells[1]} | {total['tags']} | {_share(total)} |")
    return "\n".join(lines)


def _archive_table(archive: dict[str, Any]) -> str:
    topics = list(next(iter(archive.values())))
    lines = [f"| setting | {' | '.join(topics)} |", "|---|" + "---|" * len(topics)]
    lines += [
        f"| {name} | {' | '.join(_share(counts[topic]) for topic in topics)} |" for name, counts in archive.items()
    ]
    return "\n".join(lines)


def _share(counts: dict[str, int]) -> str:
    share = f" ({counts['right'] / counts['read']:.2f})" if counts["read"] else ""
    return f"{counts['right']} of {counts['read']}{share}"


def _slice_table(test: list[dict[str, Any]], real: list[dict[str, Any]]) -> str:
    lines = [
        "| articles | slice | n | with a topic | macro F1 | macro average precision |",
        "|---|---|---|---|---|---|",
    ]
    for name, slices in (("test split", test), ("real", real)):
        for row in slices:
            figures = [f"{row[key]:.3f}" if row[key] >= 0 else "" for key in ("f1", "average_precision")]
            small = "*" if row["small"] else ""
            lines.append(
                f"| {name} | {row['slice']}: {row['value']} | {row['n_articles']:.0f} | {row['n_positive']:.0f} | "
                f"{figures[0]}{small} | {figures[1]}{small} |"
            )
    return "\n".join(lines)


def filled(card: str, parts: dict[str, str]) -> str:
    """Return the card with the tables between their comments."""
    for name, table in parts.items():
        pattern = re.compile(rf"(<!-- {name} -->\n)(?:.*?\n)??((?:# )?<!-- /{name} -->)", re.DOTALL)
        card, n = pattern.subn(lambda match, table=table: f"{match[1]}{table}\n{match[2]}", card)  # type: ignore[misc]
        if n != 1:
            raise SystemExit(f"{CARD} has not one place for {name}, but {n}")
    return card


def main() -> None:
    """Measure, keep the figures, write the card."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--real", type=Path)
    parser.add_argument("--archive", type=Path)
    given = parser.parse_args()
    tagger = vp.load()
    sha256 = model_sha256(tagger.parts)
    figures = json.loads(FIGURES.read_text("utf-8")) if FIGURES.exists() else {}
    if given.real and given.archive:
        figures = {
            "model_sha256": sha256,
            "real": real_figures(tagger, given.real),
            "archive": archive_figures(tagger, given.archive, given.real),
        }
    elif figures.get("model_sha256") != sha256:
        raise SystemExit("this is another model than the figures are of: give --real and --archive to measure it")
    figures["test_split"] = test_split_figures(tagger)
    FIGURES.write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    manifest = json.loads(MANIFEST.read_text("utf-8"))
    CARD.write_text(filled(CARD.read_text("utf-8"), tables(figures, manifest)), encoding="utf-8")


if __name__ == "__main__":
    main()
