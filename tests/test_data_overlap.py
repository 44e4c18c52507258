"""No article repeats another one, nor any text that is not ours."""

import csv
import gzip
import json
import re

import numpy as np
import pytest
from conftest import ROOT, read_table
from datasketch import MinHash

from vnpolicy_nlp.text.normalize import normalize, normalize_all

SHORTEST_SENTENCE = 8  # words
LONGEST_RUN = 22  # words that two articles may share in a row: titles of documents and conferences are this long
LONGEST_FOREIGN_RUN = 14  # the same for texts that are not ours
SET_PHRASES = (  # titles of documents, campaigns and conferences, and the formulas of which they consist; longest first
    "quy chế giám sát và phản biện xã hội của mặt trận tổ quốc việt nam và các đoàn thể chính trị xã hội",
    "cương lĩnh xây dựng đất nước trong thời kỳ quá độ lên chủ nghĩa xã hội bổ sung phát triển năm 2011",
    "về tăng cường sự lãnh đạo của đảng đối với công tác giáo dục lý tưởng cách mạng",
    "đạo đức lối sống văn hóa cho thế hệ trẻ",
    "chỉ thị 05 ct tw của bộ chính trị",
    "35 nq tw của bộ chính trị khóa xii về tăng cường",
    "kết nạp đảng viên đối với người có đạo và đảng viên có đạo tham gia sinh hoạt tôn giáo",
    "các tổ chức chính trị xã hội và nhân dân đối với việc tu dưỡng rèn luyện đạo đức",
    "dân biết dân bàn dân làm dân kiểm tra dân giám sát dân thụ hưởng",
    "phát huy truyền thống cống hiến tài năng xứng danh bộ đội cụ hồ",
    "về xây dựng và thực hiện quy chế dân chủ ở cơ sở",
    "toàn dân đoàn kết xây dựng nông thôn mới đô thị văn minh",
    "nghị quyết đại hội đại biểu toàn quốc lần thứ",
    "công ước liên hợp quốc về luật biển 1982",
    "hội nghị cán bộ công chức viên chức và người lao động",
    "ban thanh tra nhân dân ban giám sát đầu tư của cộng đồng",
    "tham gia góp ý xây dựng đảng xây dựng chính quyền",
    "ủy ban văn hóa giáo dục thanh niên thiếu niên và nhi đồng của quốc hội",
    "lợi dụng chức vụ quyền hạn trong khi thi hành công vụ",
    "suy thoái về tư tưởng chính trị đạo đức lối sống",
    "những biểu hiện tự diễn biến tự chuyển hóa trong nội bộ",
    "một số vấn đề cấp bách về xây dựng đảng hiện nay",
    "về tăng cường xây dựng chỉnh đốn đảng",
    "ngăn chặn đẩy lùi",
    "đẩy mạnh việc học tập và làm theo",
    "đẩy mạnh học tập và làm theo",
    "bảo vệ nền tảng tư tưởng của đảng",
    "tư tưởng đạo đức phong cách hồ chí minh",
    "tấm gương đạo đức hồ chí minh",
    "quan điểm sai trái thù địch",
    "đấu tranh phản bác",
    "trong tình hình mới",
)  # fmt: skip
SET_SENTENCES = ("social_supervision giám sát và phản biện xã hội",)  # common titles that stand alone
SHARED = ROOT.parent / "shared"


def words_of(text):
    return re.findall(r"\w+", text.lower())


def sentences(text):
    """Yield the sentences and headings of a normal text, as words, where they are long enough to be somebody's."""
    for sentence in re.split(r"(?<=[.!?…])\s+|\n", text):
        words = words_of(sentence)
        if len(words) >= SHORTEST_SENTENCE:
            yield " ".join(words)


def runs(text, length):
    """Return the runs of that many words of a normal text, set phrases counted as one word."""
    joined = " ".join(words_of(text))
    for phrase in SET_PHRASES:
        joined = joined.replace(phrase, "¦")
    words = joined.split()
    return zip(*(words[start:] for start in range(length)), strict=False)


@pytest.fixture(scope="module")
def ours():
    """The normal text of every article that we wrote, the sample archive's too, by id."""
    articles = read_table("articles.csv")
    sample = read_table("sample_archive.csv").drop_duplicates("title")
    texts = dict(
        zip(articles["id"], articles["title"] + "\n" + articles["lead"] + "\n" + articles["content"], strict=True)
    )
    texts |= dict(zip("sample " + sample["id"], sample["content"], strict=True))
    return dict(zip(texts, normalize_all(list(texts.values())), strict=True))


def test_no_sentence_stands_in_two_articles(ours):
    seen = {}
    for article, text in ours.items():
        for sentence in set(sentences(text)) - set(SET_SENTENCES):
            assert seen.setdefault(sentence, article) == article, f"{article}, {seen[sentence]}: {sentence}"


def test_no_long_run_of_words_stands_in_two_articles(ours):
    seen = {}
    for article, text in ours.items():
        for run in runs(text, LONGEST_RUN + 1):
            assert seen.setdefault(run, article) == article, f"{article}, {seen[run]}: {' '.join(run)}"


def test_no_two_articles_are_near_duplicates(ours):
    names, signatures = list(ours), []
    for text in ours.values():
        sketch = MinHash(num_perm=128, seed=1)
        sketch.update_batch(" ".join(run).encode() for run in set(runs(text, 3)))
        signatures.append(sketch.hashvalues)
    matrix = np.array(signatures)
    for row, signature in enumerate(matrix[:-1]):
        alike = (matrix[row + 1 :] == signature).mean(axis=1)
        nearest = int(alike.argmax())
        assert alike[nearest] < 0.35, f"{names[row]} and {names[row + 1 + nearest]}: {alike[nearest]:.2f}"


def foreign_texts():
    for line in (SHARED / "real-dev" / "articles.jsonl").read_text("utf-8").splitlines():
        article = json.loads(line)
        yield f"{article['title']}\n{article['text']}"
    for page in SHARED.glob("*.md"):
        yield page.read_text("utf-8")
    csv.field_size_limit(10**9)
    with gzip.open(SHARED / "archive" / "news-2017.csv.gz", "rt", encoding="utf-8", newline="") as archive:
        for row in csv.reader(archive):
            yield "\n".join(row[1:])


@pytest.mark.skipif(not SHARED.is_dir(), reason="no other texts beside this checkout to compare with")
def test_no_text_of_others_is_in_the_data(ours):
    pages = [*(ROOT / "data").glob("*.md"), *ROOT.glob("*.md"), ROOT / "vnpolicy_nlp" / "topics.toml"]
    mine = ours | {page.name: normalize(page.read_text("utf-8")) for page in pages}
    ours_by_sentence = {sentence: name for name, text in mine.items() for sentence in sentences(text)}
    ours_by_run = {run: name for name, text in mine.items() for run in runs(text, LONGEST_FOREIGN_RUN + 1)}
    for text in normalize_all(list(foreign_texts())):
        for sentence in set(sentences(text)) - set(SET_SENTENCES):
            assert sentence not in ours_by_sentence, f"{ours_by_sentence[sentence]}: {sentence}"
        for run in runs(text, LONGEST_FOREIGN_RUN + 1):
            assert run not in ours_by_run, f"{ours_by_run[run]}: {' '.join(run)}"
