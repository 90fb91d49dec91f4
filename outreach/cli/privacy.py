"""`outreach privacy …`: answer a person who asks in writing what is kept of them, or to be forgotten."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from outreach.cli.privacy_purge import counted, purge
from outreach.cli.shared import LARGEST_ID, AsJson, fields_of, opened_core, print_json
from outreach.domain.actor import Actor
from outreach.domain.errors import BadInput
from outreach.domain.ids import LaneName, SignUpId, ThreadId
from outreach.domain.messages import Language

if TYPE_CHECKING:
    from outreach.services.dossiers import Forgotten, Person
    from outreach.services.ports import UnitOfWork

app = typer.Typer(no_args_is_help=True, help="What is kept of a person: show it to them, forget them.")
_Thread = Annotated[int, typer.Option("--thread", min=0, max=LARGEST_ID, help="Who wrote these notes to staff.")]
_SignUp = Annotated[
    int, typer.Option("--sign-up", min=0, max=LARGEST_ID, help="Who signed up there, as `activity roster` shows it.")
]
_Lane = Annotated[str, typer.Option("--lane", help="The channel of --address.")]
_Address = Annotated[
    str, typer.Option("--address", help="Who writes from there; - reads it from standard input, so that no log has it.")
]
_Reason = Annotated[str, typer.Option("--reason", help="Why, without a name: kept in the audit.")]


@app.command()
def export(
    reason: _Reason,
    thread: _Thread = 0, sign_up: _SignUp = 0, lane: _Lane = "", address: _Address = "",
    out: Annotated[str, typer.Option("--out", help="A folder that is not there yet.")] = "",
    language: Annotated[str, typer.Option("--language", help="zh or en; theirs if left out.")] = "",
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Write all that is kept of one person into a folder that only you may read: for them, and for nobody else."""
    from outreach.cli.form import one_of
    from outreach.cli.privacy_files import new_folder, write
    from outreach.services import dossiers

    now = datetime.now(UTC)
    asked = one_of(Language, language, "--language") if language else None
    with opened_core() as core:
        with core.database.unit_of_work() as uow:
            person = _person(uow, thread, sign_up, lane, address)
            dossier = dossiers.read(uow, Actor.operator(), person, reason, now)
            folder = new_folder(Path(out or f"export-{now:%Y%m%d-%H%M%S}"))
        theirs = Language(dossier.profile[0].language) if dossier.profile else core.settings.language
        files = write(folder, dossier, asked or theirs, core.settings.timezone, now)
    if as_json:
        print_json({"files": [str(path) for path in files], "counts": dossier.counts})
        return
    print(f"{', '.join(map(str, files))}: {counted(dossier.counts)}")
    print("Give them to that person alone, and delete them here when they have them.")


@app.command()
def erase(
    reason: _Reason,
    thread: _Thread = 0, sign_up: _SignUp = 0, lane: _Lane = "", address: _Address = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking again.")] = False,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Show what would be deleted of one person; with a yes, forget them. It cannot be taken back."""
    from outreach.services import dossiers

    with opened_core() as core:
        with core.database.reading() as uow:
            person = _person(uow, thread, sign_up, lane, address)
            ahead = dossiers.outlook(uow, Actor.operator(), person, datetime.now(UTC))
        if not as_json:
            print(f"To be deleted: {counted(ahead.gone) or 'nothing'}")
        if not (yes or _confirmed(as_json)):
            _tell(ahead, False, as_json)
            return
        now = datetime.now(UTC)
        done = core.database.run(lambda uow: dossiers.erase(uow, Actor.operator(), person, reason, now))
    _tell(done, True, as_json)


app.command("purge")(purge)


def _person(uow: UnitOfWork, thread: int, sign_up: int, lane: str, address: str) -> Person:
    """Whom exactly one way of naming names. Raises `BadInput` for none or several, `NotFound` for nobody."""
    from outreach.services import dossiers
    from outreach.services.cards import Caller

    if bool(lane) != bool(address):
        raise BadInput(["--lane and --address belong together: the channel, and who writes there"])
    if [bool(thread), bool(sign_up), bool(lane)].count(True) != 1:
        raise BadInput(["name one person by --thread, by --sign-up, or by --lane and --address"])
    if thread:
        return dossiers.of_thread(uow, ThreadId(thread))
    if sign_up:
        return dossiers.of_sign_up(uow, SignUpId(sign_up))
    reference = sys.stdin.readline().strip() if address == "-" else address
    return dossiers.at_address(uow, Caller(LaneName(lane), reference))


def _confirmed(as_json: bool) -> bool:
    return not as_json and sys.stdin.isatty() and typer.confirm("Delete it for good?")


def _tell(found: Forgotten, is_done: bool, as_json: bool) -> None:
    if as_json:
        print_json({"erased": is_done, **fields_of(found)})
    elif not is_done:
        print("Nothing was deleted. To do it, say it again with --yes.")
    else:
        print("Deleted, and their key is destroyed. What stays leads to nobody:")
        for line in _staying(found):
            print(f"- {line}")


def _staying(found: Forgotten) -> Iterator[str]:
    """What is left of somebody who was forgotten, and why."""
    if found.counted:
        yield f"{found.counted} past sign-ups as numbers, so that activities keep their counts"
    if found.alerts:
        yield f"{found.alerts} safety alerts with class and time, for those who must answer for them"
    yield "the audit: that this was done, when and why, under a number that is nobody's any more"
    yield "backups made before: who restores one must erase this person again (docs/how-to/privacy.md)"
