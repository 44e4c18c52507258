"""How the command shows on standard error how a run goes."""

from __future__ import annotations

import logging
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["watched"]

SECONDS_BETWEEN_LINES = 60


@contextmanager
def watched(*, quiet: bool) -> Iterator[Callable[[Any], None] | None]:
    """Show on standard error how a run goes: a bar on a terminal, elsewhere a line a minute."""
    if quiet:
        yield None
        return
    log = logging.getLogger("vnpolicy_nlp")
    handler = _ClickHandler()
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    bar = _Bar() if sys.stderr.isatty() else _Lines()
    try:
        yield bar.show
    finally:
        bar.close()
        log.removeHandler(handler)


class _ClickHandler(logging.Handler):
    """Shows what the package has to say."""

    def emit(self, record: logging.LogRecord) -> None:
        click.echo(self.format(record), err=True)


class _Bar:
    """A bar over the bytes of each file, with articles a second."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._file = ""
        self._started = time.monotonic()

    def show(self, progress: Any) -> None:
        from tqdm import tqdm

        if progress.file != self._file:
            self.close()
            self._file, self._started = progress.file, time.monotonic()
            self._bar = tqdm(total=progress.all_bytes, unit="B", unit_scale=True, smoothing=0.05)
        rate = progress.n_rows / max(time.monotonic() - self._started, 1e-9)
        self._bar.set_postfix_str(f"{progress.n_rows} articles, {rate:.0f}/s", refresh=False)
        self._bar.update(progress.n_bytes - self._bar.n)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()


class _Lines:
    """A line a minute."""

    def __init__(self) -> None:
        self._started = self._last = time.monotonic()

    def show(self, progress: Any) -> None:
        now = time.monotonic()
        if now - self._last >= SECONDS_BETWEEN_LINES:
            self._last = now
            done, spent = progress.n_bytes, now - self._started
            left = ""
            if progress.all_bytes and done:
                left = f", {(progress.all_bytes - done) * spent / done / 60:.0f} min left"
            click.echo(f"{progress.file}: {progress.n_rows} articles after {spent / 60:.0f} min{left}", err=True)

    def close(self) -> None:
        """Nothing to do."""
