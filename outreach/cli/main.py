"""The command tree, and the one place that turns errors into sentences and exit codes."""

from __future__ import annotations

import sys

import typer

from outreach.cli import activity, chat, content, db, demo, feed, run, safety, thread
from outreach.domain.errors import BadInput, Fault, OutreachError

WRONG_INPUT, TROUBLE = 2, 1

app = typer.Typer(
    name="outreach",
    help="Activities, fair sign-ups, reminders and reviewed education for community mental-health teams.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("run")(run.run)
app.command("demo")(demo.demo)
app.command("chat")(chat.chat)
app.command("feed")(feed.feed)
app.add_typer(activity.app, name="activity")
app.add_typer(thread.app, name="thread")
app.add_typer(content.app, name="content")
app.add_typer(safety.app, name="safety")
app.add_typer(db.app, name="db")


def entry() -> None:
    """The console script: runs a command; a wrong value exits with 2, trouble with 1, both with a sentence."""
    try:
        app()
    except BadInput as refused:
        _stop([f"{problem}" for problem in refused.problems], WRONG_INPUT)
    except Fault as fault:
        _stop([_sentences(str(fault), fault.remedy)], TROUBLE)
    except OutreachError as refused:
        _stop([f"{refused or refused.code}"], WRONG_INPUT)
    except KeyboardInterrupt:
        sys.exit(130)


def _sentences(*parts: str) -> str:
    return " ".join(f"{part[:1].upper()}{part[1:].rstrip('.')}." for part in parts if part)


def _stop(lines: list[str], code: int) -> None:
    for line in lines:
        print(f"outreach: {line}", file=sys.stderr)
    sys.exit(code)
