"""The page of a report: one file that needs no network and runs no script but its own.

The charts' JavaScript (Vega, Vega-Lite and Vega-Embed, BSD licences) stands in the page. A content security policy
allows the page's scripts by their hashes and no request at all, so that nothing that an article holds can run or load.
"""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime
from functools import cache
from html import escape
from importlib import resources
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Literal

from vnpolicy_nlp.errors import OutputError
from vnpolicy_nlp.model.explain_html import highlight_style
from vnpolicy_nlp.wording import wording

if TYPE_CHECKING:
    from pathlib import Path

    from vnpolicy_nlp.report.report import ArchiveReport
    from vnpolicy_nlp.wording import Wording

__all__ = ["check_packages", "page_of"]

_FIRST = 20  # articles that are shown before someone asks for more

_PAGE = """<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
{skip}
<header><h1>{title}</h1><p class="note">{subtitle}</p></header>
<nav aria-label="{contents}">{navigation}</nav>
<noscript><style>.chart {{ display: none; }}</style><p>{without_script}</p></noscript>
<main>
{body}
</main>
<script type="application/json" id="page-data">{data}</script>
<script>{vega}</script>
<script>{script}</script>
</body>
</html>
"""


def check_packages() -> None:
    """Raise `OutputError` if the packages that draw the charts are not installed."""
    for package in ("altair", "vl_convert"):
        if find_spec(package) is None:
            raise OutputError(f"the charts need {package}: pip install 'vnpolicy-nlp[report]'")


def page_of(report: ArchiveReport, language: str, folder: Path) -> str:
    """Return the page.

    Parameters
    ----------
    report : ArchiveReport
    language : {"vi", "en"}
    folder : Path
        Where it will stand, for links to the tagged files.
    """
    from vnpolicy_nlp.report import sections

    say = wording(language)
    made = sections.all_of(report, say, folder)
    vega, script = _vega(), _resource("page.js")
    data = {
        "language": language,
        "charts": {name: chart for section in made for name, chart in section.charts.items()},
        "first": _FIRST,
        "none": say("none_found"),
        "counted": say("counted_articles", n="{n}", all="{all}"),
        "actions": {"SVG_ACTION": say("save_svg"), "PNG_ACTION": say("save_png"), "CLICK_TO_VIEW_ACTIONS": say("save")},
        **_locales(language),
    }
    return _PAGE.format(
        language=language,
        policy=_policy(vega, script),
        title=escape(say("report_title")),
        subtitle=escape(_subtitle(report, say)),
        style=_resource("page.css") + highlight_style(),
        skip=f'<a class="skip" href="#articles">{escape(say("articles_to_read"))}</a>' if report.shown else "",
        contents=escape(say("contents")),
        navigation=" ".join(f'<a href="#{section.slug}">{escape(section.title)}</a>' for section in made),
        without_script=escape(say("without_script")),
        body="\n".join(section.html() for section in made),
        data=_json(data),
        vega=vega,
        script=script,
    )


def _subtitle(report: ArchiveReport, say: Wording) -> str:
    names = [run.path.name if run.path else say("a_table") for run in report.runs]
    shown = ", ".join(names[:3]) + (f" … (+{len(names) - 3})" if len(names) > 3 else "")
    return say("made_on", files=shown, day=say.day(datetime.now(UTC).astimezone().date()))


def _policy(*scripts: str) -> str:
    """Return a policy that allows these scripts, inline styles and images in the page, and nothing else."""
    hashes = (base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts)
    sources = " ".join(f"'sha256-{digest}'" for digest in hashes)
    return (
        f"default-src 'none'; script-src {sources}; style-src 'unsafe-inline'; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'"
    )


def _locales(language: str) -> dict[str, Any]:
    """Return how d3 is to write numbers and dates."""
    import vl_convert

    names: Literal["en-US", "vi-VN"]
    if language == "en":
        names = "en-US"
        numbers = {"decimal": ".", "thousands": ",", "grouping": [3], "currency": ["$", ""]}
    else:
        names = "vi-VN"
        numbers = {
            "decimal": ",",
            "thousands": ".",
            "grouping": [3],
            "currency": ["", " ₫"],
            "percent": "\N{NO-BREAK SPACE}%",
        }
    return {"numbers": numbers, "times": vl_convert.get_time_format_locale(names)}


@cache
def _vega() -> str:
    """Return the JavaScript that draws charts, as one script."""
    import altair
    import vl_convert

    version = ".".join(altair.SCHEMA_VERSION.split(".")[:2])
    bundle = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", vl_version=version)
    return "(() => {" + bundle.replace("</script", "<\\/script") + "})();"


def _json(data: Any) -> str:
    """Return JSON that a script element may hold, whatever stands in its strings."""
    return json.dumps(data, ensure_ascii=False).replace("<", "\\u003c").replace("\u2028", "\\u2028")


def _resource(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text("utf-8")
