"""The command tree, and the one place that turns errors into sentences and exit codes."""

from __future__ import annotations

import io
import logging
import os
import sys

import typer

from outreach.cli import (
    activity,
    attendance,
    backup,
    broadcast,
    channels,
    chat,
    content,
    db,
    demo,
    doctor,
    feed,
    kit,
    privacy,
    region,
    room,
    run,
    safety,
    staff,
    thread,
)
from outreach.cli.refusals import told
from outreach.domain.errors import BadInput, Fault, Refusal

WRONG_INPUT, TROUBLE = 2, 1
log = logging.getLogger(__name__)

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
app.command("doctor")(doctor.doctor)
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)
activity.app.command("check-in")(attendance.check_in)
activity.app.command("attendance")(attendance.attendance)
app.add_typer(activity.app, name="activity")
app.add_typer(broadcast.app, name="broadcast")
app.add_typer(thread.app, name="thread")
app.add_typer(content.app, name="content")
app.add_typer(channels.app, name="channels")
app.add_typer(kit.app, name="kit")
app.add_typer(staff.app, name="staff")
app.add_typer(region.app, name="region")
app.add_typer(room.app, name="room")
app.add_typer(room.leaders_app, name="leader")
app.add_typer(safety.app, name="safety")
app.add_typer(privacy.app, name="privacy")
app.add_typer(db.app, name="db")


def entry() -> None:
    """The console script: runs a command; a wrong value exits with 2, trouble with 1, both with a sentence."""
    os.umask(0o077)  # what we make holds people's data: for the user that runs us, and nobody else
    _take_any_text()
    try:
        _require_text(sys.argv[1:])
        _run()
    except BadInput as refused:
        _stop(refused.problems, WRONG_INPUT)
    except Refusal as refused:
        _stop([told(refused)], WRONG_INPUT)
    except Fault as fault:
        _stop([_sentences(str(fault), fault.remedy)], TROUBLE)
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as error:
        log.debug("the whole story", exc_info=True)
        sys.stdout = io.StringIO()  # what could not be written is dropped: the interpreter would trip over it again
        _stop([_sentences(error.strerror or type(error).__name__, "free some space, or look at its rights")], TROUBLE)
    except Exception as error:  # our own mistake: its text may hold a resident's words, so only its name is shown
        log.debug("the whole story", exc_info=True)
        _stop([f"something went wrong in the program itself ({type(error).__name__}). {_REPORT}"], TROUBLE)


_REPORT = "Nothing was half done; please report it with what OUTREACH_LOG_LEVEL=DEBUG prints."


def _run() -> None:
    """The command, and what it printed really out: a full disk is noticed here, not after the exit code."""
    try:
        app()
    except SystemExit:
        sys.stdout.flush()
        raise


def _take_any_text() -> None:
    """A byte that is no text, or a letter that the terminal does not know, stops no command."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _require_text(arguments: list[str]) -> None:
    for argument in arguments:
        if not argument.isascii() and any("\ud800" <= letter <= "\udfff" for letter in argument):
            raise BadInput(["the command line holds bytes that are not text: write it in UTF-8"])


def _sentences(*parts: str) -> str:
    return " ".join(f"{part[:1].upper()}{part[1:].rstrip('.')}." for part in parts if part)


def _stop(lines: list[str], code: int) -> None:
    for line in lines:
        print(f"outreach: {line}", file=sys.stderr)
    sys.exit(code)
