"""Pages in a real browser: a Chromium that is installed, driven by Playwright.

Playwright's sync API leaves an event loop running in the thread that started it, and `asyncio.run` refuses to work
beside one. So the browser lives as long as one test module, and a module that uses it runs no event loop of its own.
"""

import os
import shutil
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium():
    """Return the path of the browser that CHROMIUM names or that is on the PATH; None where there is none."""
    return next(filter(None, map(shutil.which, (os.environ.get("CHROMIUM", ""), *NAMES))), None)


@pytest.fixture(scope="module")
def browser():
    """A Chromium, started once a module."""
    executable = find_chromium()
    if executable is None:
        pytest.skip("no Chromium on this machine: install Debian's chromium, or name one in CHROMIUM")
    from playwright.sync_api import sync_playwright  # only here: most tests need no browser

    with (
        sync_playwright() as playwright,
        # No sandbox is Playwright's default too; root, as in a container, cannot have one.
        playwright.chromium.launch(executable_path=executable, chromium_sandbox=False) as chromium,
    ):
        yield chromium


@dataclass
class OpenPage:
    """A page and what the browser said about it.

    Attributes
    ----------
    page : Page
        Playwright's page, to look at and to click in.
    messages : list of str
        Errors and warnings of the console.
    errors : list of str
        Errors that no script caught.
    requests : list of str
        The addresses asked for, the page's own first; those of WebSockets too.
    """

    page: "Page"
    messages: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def hear(self, message):
        """Keep what the console says if it is an error or a warning."""
        if message.type in {"error", "warning"}:
            self.messages.append(message.text)


@contextmanager
def open_page(browser, path, *, dark=False, width=1200, javascript=True):
    """Open a file as a person without a network does, and yield an `OpenPage`."""
    with browser.new_context(
        color_scheme="dark" if dark else "light",
        java_script_enabled=javascript,
        offline=True,
        viewport={"width": width, "height": 900},
    ) as context:
        opened = OpenPage(context.new_page())
        # The context hears of the windows that the page opens too.
        context.on("request", lambda request: opened.requests.append(request.url))
        context.on("weberror", lambda error: opened.errors.append(str(error.error)))
        context.on("console", opened.hear)
        opened.page.on("websocket", lambda socket: opened.requests.append(socket.url))
        opened.page.goto(path.resolve().as_uri())
        yield opened
