"""`outreach privacy purge`: what is past its time goes now, or is only counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from outreach.cli.shared import AsJson, opened_core, print_json

if TYPE_CHECKING:
    from outreach.store import Database

_NOUNS = {
    "profile": ("profile", "profiles"),
    "muted_regions": ("muted region", "muted regions"),
    "sign_ups": ("sign-up", "sign-ups"),
    "waiting": ("thing that waits for them", "things that wait for them"),
    "memories": ("memory of a dialogue", "memories of dialogues"),
    "tips_read": ("tip that they had", "tips that they had"),
    "calendar_addresses": ("address of their calendar", "addresses of their calendar"),
    "looks": ("look of staff", "looks of staff"),
    "mail": ("message for a web chat", "messages for web chats"),
    "link_offers": ("code to link chats", "codes to link chats"),
    "threads": ("conversation with staff", "conversations with staff"),
    "sessions": ("session of staff", "sessions of staff"),
}
"""What the kinds are called, one and many; those that are not here take an s."""
MOST_COUNTED = 10  # portions of a dry run: it holds the database all the while, and others wait


def purge(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count; nothing is deleted.")] = False,
    as_json: AsJson = False,
) -> None:
    """Delete what is past its time, as `outreach run` does every ten minutes: see docs/how-to/privacy.md."""
    now = datetime.now(UTC)
    with opened_core() as core:
        found, is_all = _only_counted(core.database, now) if dry_run else (_purged(core.database, now), True)
    if as_json:
        print_json({"dry_run": dry_run, "complete": is_all, "counts": dict(found)})
        return
    what = "are past their time" if dry_run else "were past their time and are dealt with"
    print(f"{counted(found)} {what}{'' if is_all else ', and more'}." if found else "Nothing is past its time.")


def counted(counts: Mapping[str, int]) -> str:
    """*counts* in words, such as ``2 letters, 1 sign-up``; empty without any."""
    return ", ".join(f"{count:,} {_noun(name, count)}" for name, count in counts.items() if count)


def _noun(name: str, count: int) -> str:
    one, many = _NOUNS.get(name, (name.removesuffix("s"), name))
    return one if count == 1 else many


def _purged(database: Database, now: datetime) -> Counter[str]:
    """A transaction for each portion, so that a running house waits for none of them for long; audited at the end."""
    from outreach.domain.actor import Actor
    from outreach.services import housekeeping

    found: Counter[str] = Counter()
    while portion := +Counter(database.run(lambda uow: housekeeping.purge_each(uow, now))):
        found += portion
    if found:
        said = counted(found)
        database.run(lambda uow: uow.audit.write(Actor.operator(), "purge", "database", "-", now, said))
    return found


def _only_counted(database: Database, now: datetime) -> tuple[Counter[str], bool]:
    """What `_purged` would find, and whether that is all: done, and undone at the end."""
    from outreach.services import housekeeping

    found: Counter[str] = Counter()
    try:
        with database.unit_of_work() as uow:
            for _ in range(MOST_COUNTED):
                portion = +Counter(housekeeping.purge_each(uow, now))
                found += portion
                if not portion:
                    break
            raise _UndoneError
    except _UndoneError:
        return found, not portion


class _UndoneError(Exception):
    """Rolls back what was only meant to be counted."""
