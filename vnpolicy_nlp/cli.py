"""The command ``vnpolicy``.

Heavy modules are imported inside the commands, so that ``vnpolicy --version`` and ``--help`` answer at once.
"""

from __future__ import annotations

import io
import os
import sys
import warnings
from typing import TYPE_CHECKING, Any

import click

from vnpolicy_nlp.commands.compare import compare
from vnpolicy_nlp.commands.drift import drift
from vnpolicy_nlp.commands.evaluate import evaluate
from vnpolicy_nlp.commands.explain import explain
from vnpolicy_nlp.commands.info import info
from vnpolicy_nlp.commands.options import EXIT_ERROR, EXIT_INTERRUPTED
from vnpolicy_nlp.commands.report import report
from vnpolicy_nlp.commands.review import review
from vnpolicy_nlp.commands.tag import tag
from vnpolicy_nlp.commands.train import train
from vnpolicy_nlp.errors import VnPolicyError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["cli", "main"]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command; end with exit code 0, 2 after a one-line error, or 130 after Ctrl-C."""
    warnings.showwarning = _show_warning
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # not every terminal has Vietnamese letters
    try:
        cli.main(args=arguments, prog_name="vnpolicy", standalone_mode=False)
    except VnPolicyError as error:
        _fail(str(error))
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(EXIT_ERROR)
    except click.ClickException as error:
        command = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "vnpolicy"
        _fail(f"{error.format_message().rstrip('.')}; see `{command} --help`")
    except BrokenPipeError:
        _close_quietly()
    except OSError as error:
        _fail(f"{error.filename or 'standard output'}: {error.strerror or error}")
    except (KeyboardInterrupt, click.Abort):
        click.echo("vnpolicy: stopped", err=True)
        sys.exit(EXIT_INTERRUPTED)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="vnpolicy-nlp")
def cli() -> None:
    """Tag Vietnamese news articles with the policy topics they report on."""


for command in (tag, train, evaluate, compare, review, drift, report, explain, info):
    cli.add_command(command)


def _close_quietly() -> None:
    """End when who reads the output has gone: what is held back would be tried again at the end, with a traceback."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(EXIT_ERROR)


def _fail(message: str) -> None:
    click.echo(f"vnpolicy: error: {' '.join(message.split())}", err=True)
    sys.exit(EXIT_ERROR)


def _show_warning(message: Warning | str, *_: Any, **__: Any) -> None:
    click.echo(f"vnpolicy: warning: {message}", err=True)
