"""The pages in a real browser: drawn, searchable, sortable by keys and clicks, and inert whatever an article holds."""

import random
import re
import unicodedata

import pandas as pd
import pytest
from browser import open_page
from conftest import ROOT

import vnpolicy_nlp as vp
from vnpolicy_nlp.pages import write_page
from vnpolicy_nlp.text.collation import collation_key

SAMPLE = ROOT / "data" / "sample_archive.csv"
SHOWN = "#article-list tbody tr:not([hidden])"
HOSTILE = [
    "<script>window.pwned = 1</script>",
    "</script><script>window.pwned = 2</script>",
    "</title></style></textarea><img src=x onerror='window.pwned = 3'>",
    '" onmouseover="window.pwned = 4" data-x="',
    "<!--<script>",
    "]]>{{constructor.constructor('window.pwned = 5')()}}",
    "\u202eđảo ngược \u2066cách ly\u2069 \u200f",
    "a\u2028b\x00c\ud800d",
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A tagged sample archive, and pages on it in both languages."""
    folder = tmp_path_factory.mktemp("pages")
    vp.tag_archive(SAMPLE, folder / "tagged.csv", scores=True, evidence=True, documents=True)
    report = vp.archive_report(folder / "tagged.csv")
    for language in ("vi", "en"):
        report.save(folder / f"{language}.html", language)
    return folder


def wait_until_drawn(page):
    page.wait_for_selector("html[data-drawn=yes]", state="attached")


def assert_quiet(opened, path):
    assert opened.messages == []
    assert opened.errors == []
    assert opened.requests == [path.resolve().as_uri()]


def column(page, number):
    return [text.strip() for text in page.locator(f"{SHOWN} > :nth-child({number})").all_inner_texts()]


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("dark", [False, True])
def test_every_chart_is_drawn(browser, folder, language, dark):
    path = folder / f"{language}.html"
    with open_page(browser, path, dark=dark) as opened:
        wait_until_drawn(opened.page)
        charts = opened.page.locator("[data-chart]")
        assert charts.count() == 8
        for chart in charts.all():
            box = chart.locator("svg.marks").bounding_box()
            assert box["width"] > 200
            assert box["height"] > 80
            marks = chart.locator("svg .mark-rect path, svg .mark-line path, svg .mark-symbol path")
            assert any(mark.evaluate("m => m.getBBox().width > 1 || m.getBBox().height > 1") for mark in marks.all())
            label = chart.locator("svg text").first
            color = label.evaluate("t => getComputedStyle(t).fill")
            assert color == opened.page.evaluate("getComputedStyle(document.body).color")
        assert_quiet(opened, path)


def test_numbers_and_dates_are_vietnamese(browser, folder):
    with open_page(browser, folder / "vi.html") as opened:
        wait_until_drawn(opened.page)
        shares, times = (opened.page.locator(f"[data-chart={name}] svg text") for name in ("shares", "time"))
        assert "16\N{NO-BREAK SPACE}%" in shares.all_text_contents()
        assert "2019" in times.all_text_contents()  # ten years begin by the year
        opened.page.locator("[data-chart=time] select[name=period_unit]").select_option(label="tháng")
        opened.page.wait_for_function(
            "[...document.querySelectorAll('[data-chart=time] text')].some(t => /^\\d\\d.\\d{4}$/.test(t.textContent))"
        )
        opened.page.locator("[data-chart=time] select[name=period_unit]").select_option(label="quý")
        opened.page.locator("[data-chart=time] select[name=measure]").select_option(label="tỷ lệ")
        opened.page.wait_for_function(
            "[...document.querySelectorAll('[data-chart=time] text')].some(t => /^[\\d,]+\u00a0%$/.test(t.textContent))"
        )
        assert any(text.startswith("Quý I") for text in times.all_text_contents())


def test_search_finds_with_and_without_marks(browser, folder):
    with open_page(browser, folder / "vi.html") as opened:
        page = opened.page
        wait_until_drawn(page)
        n_all = page.locator("#article-list tbody tr").count()
        page.keyboard.press("/")
        page.keyboard.type("giam sat")
        plain = page.locator(SHOWN).all_inner_texts()
        assert 0 < len(plain) < n_all
        page.fill("[name=search]", "GIÁM SÁT")
        with_marks = page.locator(SHOWN).all_inner_texts()
        assert set(with_marks) <= set(plain)
        assert all("giám sát" in text.lower() for text in with_marks)
        page.fill("[name=search]", "ương")  # a syllable, and no piece of "phương"
        assert all(re.search(r"\bương", text.lower()) for text in page.locator(SHOWN).all_inner_texts())
        page.fill("[name=search]", "giầm sát")
        assert page.locator(SHOWN).count() == 0
        assert page.locator("#article-count").inner_text().startswith("Không có mục nào khớp")
        page.keyboard.press("Escape")
        assert page.locator(SHOWN).count() == 20
        page.select_option("[name=kind]", "sure")
        page.select_option("[name=topic]", "ideology_work")
        kinds = column(page, 5)
        assert kinds
        assert all("xác suất cao" in kind and "Công tác tư tưởng" in kind for kind in kinds)
        assert_quiet(opened, folder / "vi.html")


def test_more_rows_come_when_asked_for(browser, folder):
    with open_page(browser, folder / "vi.html") as opened:
        page = opened.page
        assert page.locator(SHOWN).count() == 20
        page.click("#article-more")
        assert page.locator(SHOWN).count() == 40
        page.click("#article-more")
        assert page.locator(SHOWN).count() == page.locator("#article-list tbody tr").count()
        assert not page.locator("#article-more").is_visible()


def test_columns_sort_as_vietnamese_has_it(browser, folder):
    with open_page(browser, folder / "vi.html") as opened:
        page = opened.page
        page.click("#article-more")
        page.click("#article-more")
        page.click("#article-list thead th:nth-child(1) button")
        titles = column(page, 1)
        assert titles == sorted(titles, key=collation_key)
        assert page.locator("#article-list thead th:nth-child(1)").get_attribute("aria-sort") == "ascending"
        page.click("#article-list thead th:nth-child(1) button")
        assert column(page, 1) == sorted(titles, key=collation_key, reverse=True)
        page.click("#article-list thead th:nth-child(6) button")
        values = "cells => cells.map(cell => cell.dataset.value)"
        scores = [float(cell) for cell in page.locator(f"{SHOWN} > :nth-child(6)").evaluate_all(values)]
        assert scores == sorted(scores, reverse=True)
        page.click("#article-list thead th:nth-child(2) button")
        days = page.locator(f"{SHOWN} > :nth-child(2)").evaluate_all(values)
        dated = [day for day in days if day]
        assert days == [*sorted(dated, reverse=True), *[""] * (len(days) - len(dated))]


def test_keys_walk_through_the_rows(browser, folder):
    with open_page(browser, folder / "vi.html") as opened:
        page = opened.page
        wait_until_drawn(page)
        focused = (
            "[...document.querySelectorAll('#article-list tbody tr:not([hidden])')].indexOf(document.activeElement)"
        )
        for key, place in (("j", 0), ("j", 1), ("ArrowDown", 2), ("k", 1), ("ArrowUp", 0), ("k", 0)):
            page.keyboard.press(key)
            assert page.evaluate(focused) == place
        page.fill("[name=search]", "j")  # letters that are typed are no commands
        assert page.input_value("[name=search]") == "j"


def test_rows_are_linked_and_named(browser, folder):
    table = pd.read_csv(folder / "tagged.csv", dtype=str, keep_default_na=False, encoding="utf-8-sig")
    with open_page(browser, folder / "vi.html") as opened:
        for row in opened.page.locator(SHOWN).all()[:5]:
            place = row.locator("td:last-child a")
            number = int(place.get_attribute("href").removeprefix("./tagged.csv#row="))
            assert row.locator("th").inner_text() == table["title"][number - 2]  # row 1 is the header
            assert place.get_attribute("title") == f"vnpolicy explain tagged.csv --row {number - 1}"


def test_without_javascript_all_tables_are_there(browser, folder):
    with open_page(browser, folder / "vi.html", javascript=False) as opened:
        page = opened.page
        assert page.locator("noscript p").is_visible()
        rows = page.locator("#article-list tbody tr")
        assert rows.count() > 40
        assert all(row.is_visible() for row in rows.all()[::10])


def test_it_prints(browser, folder):
    with open_page(browser, folder / "vi.html") as opened:
        wait_until_drawn(opened.page)
        opened.page.emulate_media(media="print")
        assert not opened.page.locator("nav").is_visible()
        assert not opened.page.locator("#article-tools").is_visible()
        printed = opened.page.pdf(format="A4")
        assert printed.count(b"/Type /Page\n") + printed.count(b"/Type /Page ") > 4
        assert opened.page.locator("[data-chart] svg.marks").first.is_visible()


def test_the_page_is_read_as_utf_8_and_one_font_has_all_letters(browser, tmp_path):
    letters = "aăâeêioôơuưy"
    tones = ["", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323"]
    every = "".join(letter + tone for letter in letters + letters.upper() + "đĐ" for tone in tones)
    every = unicodedata.normalize("NFC", every)
    table = pd.DataFrame(
        {"title": [every], "content": ["Xóm họp dân bàn làm đường"], "topics": ["grassroots_democracy"]}
    )
    vp.archive_report(table).save(tmp_path / "Báo cáo – tháng 9.html")
    with open_page(browser, tmp_path / "Báo cáo – tháng 9.html") as opened:
        assert opened.page.locator("#article-list tbody th").first.inner_text() == every
        session = opened.page.context.new_cdp_session(opened.page)
        session.send("DOM.enable")
        session.send("CSS.enable")
        root = session.send("DOM.getDocument")["root"]["nodeId"]
        node = session.send("DOM.querySelector", {"nodeId": root, "selector": "#article-list tbody th bdi"})["nodeId"]
        fonts = session.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
        assert len(fonts) == 1
        assert fonts[0]["glyphCount"] == len(every)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A page on an archive that attacks it from every cell."""
    rng = random.Random(0)
    rows = [
        {
            "title": text,
            "content": f"Xóm họp dân bàn làm đường {text} theo quy chế dân chủ ở cơ sở",
            "topics": rng.choice(["grassroots_democracy", f"grassroots_democracy;{HOSTILE[0]}", HOSTILE[2]]),
            "score_grassroots_democracy": "0.9",
            "documents": text,
            "date": "2020-01-01",
            "url": rng.choice(["javascript:window.pwned=6", 'https://example.com/?"><script>window.pwned=7</script>']),
            HOSTILE[1]: text,
        }
        for text in HOSTILE * 3
    ]
    folder = tmp_path_factory.mktemp("hostile")
    vp.archive_report(
        pd.DataFrame({name: pd.Series([row[name] for row in rows], dtype=object) for name in rows[0]}), by=HOSTILE[1]
    ).save(folder / "page.html")
    return folder / "page.html"


def test_a_hostile_archive_stays_inert(browser, hostile):
    with open_page(browser, hostile) as opened:
        page = opened.page
        page.on("dialog", lambda dialog: pytest.fail(f"a dialog: {dialog.message}"))
        wait_until_drawn(page)
        for row in page.locator(SHOWN).all()[:8]:
            row.hover()
        for chart in page.locator("[data-chart] svg.marks").all():
            chart.hover(position={"x": 150, "y": 60})
        page.wait_for_timeout(200)
        assert page.evaluate("window.pwned") is None
        assert page.locator("img, iframe, object, embed, base").count() == 0
        assert page.evaluate("document.scripts.length") == 3
        links = page.locator("#article-list a").evaluate_all("all => all.map(a => a.protocol)")
        assert set(links) == {"https:"}
        titles = page.locator("#article-list tbody th").all_inner_texts()
        assert "<script>window.pwned = 1</script>" in titles
        page.fill("[name=search]", "<script>")
        assert 0 < page.locator(SHOWN).count() < len(titles)
        # What turns the direction of writing ends with its own cell.
        assert page.locator("#article-list th bdi").first.evaluate("b => getComputedStyle(b).unicodeBidi") == "isolate"
        assert_quiet(opened, hostile)


def test_the_policy_stops_what_is_slipped_in(browser, folder, tmp_path):
    """Were a text ever not escaped, the page's policy would be the second wall."""
    page = (folder / "vi.html").read_text("utf-8")
    slipped = "<script>window.pwned = 1</script><img src='https://example.com/x.png' onerror='window.pwned = 2'>"
    (tmp_path / "slipped.html").write_text(page.replace("<main>", f"<main>{slipped}"), "utf-8")
    with open_page(browser, tmp_path / "slipped.html") as opened:
        wait_until_drawn(opened.page)
        assert opened.page.evaluate("window.pwned") is None
        refused = [message for message in opened.messages if "Content Security Policy" in message]
        assert any("inline script" in message for message in refused)
        assert any("https://example.com/x.png" in message for message in refused)
    assert "unsafe-eval" not in page.split("</head>")[0]


@pytest.mark.parametrize("dark", [False, True])
def test_an_explanation_is_read_without_colours(browser, tmp_path, tagger, dark):
    text = (
        "Xóm Đồi họp dân bàn làm đường.\nBan Thanh tra nhân dân giám sát; phóng viên và doanh nghiệp dự.\n"
        + "\n".join(HOSTILE)
    )
    write_page(tagger.explain(text).to_html(whole_page=True), tmp_path / "why.html")
    with open_page(browser, tmp_path / "why.html", dark=dark) as opened:
        page = opened.page
        style = "e => { const s = getComputedStyle(e); return [s.borderBottomStyle, s.borderBottomWidth]; }"
        assert page.locator(".up3").first.evaluate(style) == ["solid", "3px"]
        assert page.locator(".up1").first.evaluate(style) == ["solid", "1px"]
        assert page.locator("[class^=down]").first.evaluate(style)[0] == "dotted"
        assert page.locator("details[open] .evidence").first.is_visible()
        assert page.evaluate("window.pwned") is None
        assert page.evaluate("document.scripts.length") == 0
        background, color = page.locator("body").evaluate(
            "b => { document.documentElement.style.background = 'Canvas'; "
            "return [getComputedStyle(document.documentElement).backgroundColor, getComputedStyle(b).color]; }"
        )
        assert background != color
        assert_quiet(opened, tmp_path / "why.html")


def test_reports_of_evaluation_and_comparison_are_quiet(browser, tmp_path, tagger, small_corpus):
    texts, labels = small_corpus
    write_page(vp.evaluate(tagger, texts, labels).to_html(whole_page=True), tmp_path / "evaluate.html")
    found = vp.compare(tagger, tagger.with_preset("precise"), texts, labels)
    write_page(f'<!DOCTYPE html><meta charset="utf-8">{found._repr_html_()}', tmp_path / "compare.html")
    for name in ("evaluate", "compare"):
        with open_page(browser, tmp_path / f"{name}.html") as opened:
            assert opened.page.locator("table").count() > 0
            assert_quiet(opened, tmp_path / f"{name}.html")
