"""`outreach room …` and `outreach leader …`: where activities take place, who leads them, and when both are free."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from outreach.cli.form import one_of, region_of
from outreach.cli.shared import LARGEST_ID, AsJson, local_time, moment, opened_core, print_json, print_table
from outreach.domain.activity import ActivityKind
from outreach.domain.actor import Actor
from outreach.domain.errors import BadInput
from outreach.domain.ids import ActivityId
from outreach.domain.leaders import Qualification
from outreach.domain.opening_hours import EXAMPLE
from outreach.domain.rooms import Access, Privacy

if TYPE_CHECKING:
    from outreach.services.bookings import Where
    from outreach.services.cards import Region
    from outreach.services.cards_rooms import LeaderCard, RoomCard
    from outreach.services.ports import UnitOfWork

app = typer.Typer(no_args_is_help=True, help="Rooms, and when they are free.")
leaders_app = typer.Typer(no_args_is_help=True, help="Those who lead activities, with what they have shown.")
BY = Actor.operator()
_Region = Annotated[str, typer.Option(help="The code of the region that keeps it; without it the whole network.")]
_Hours = Annotated[str, typer.Option(help=f"Such as {EXAMPLE}; always if left out.")]
_Minutes = Annotated[int, typer.Option(help="Minutes kept free on that side of each booking.")]
_Limit = Annotated[int, typer.Option(min=1, max=500)]
_After = Annotated[int, typer.Option(min=0, max=LARGEST_ID, help="Go on behind the one with this id.")]
_RoomId = Annotated[int | None, typer.Option("--room", min=1, max=LARGEST_ID, help="A room's id.")]
_LeaderIds = Annotated[list[int] | None, typer.Option("--leader", min=1, max=LARGEST_ID, help="A leader's id.")]


@app.command("add")
def add_room(
    name: Annotated[str, typer.Option(help="As colleagues call it.")],
    place: Annotated[str, typer.Option(help="As residents find it.")],
    capacity: Annotated[int, typer.Option(help="How many people it holds.")],
    region: _Region = "",
    borrowed: Annotated[bool, typer.Option("--borrowed", help="It belongs to somebody else.")] = False,
    hours: _Hours = "",
    access: Annotated[list[str] | None, typer.Option(help=f"Of {', '.join(Access)}.")] = None,
    privacy: Annotated[list[str] | None, typer.Option(help=f"Of {', '.join(Privacy)}.")] = None,
    before: _Minutes = 0,
    after: _Minutes = 0,
    as_json: AsJson = False,
) -> None:
    """Enter a room."""
    from outreach.services import rooms
    from outreach.services.cards_rooms import RoomForm

    helps = frozenset(one_of(Access, each, "--access") for each in access or ())
    checked = frozenset(one_of(Privacy, each, "--privacy") for each in privacy or ())
    with opened_core() as core, core.database.unit_of_work() as uow:
        unit = _unit(uow, region)
        form = RoomForm(unit.id, name, place, capacity, borrowed, hours, helps, checked, before, after)
        card = rooms.add(uow, BY, form, datetime.now(UTC))
    _print([card], as_json)


@app.command("list")
def list_rooms(limit: _Limit = 50, after: _After = 0, as_json: AsJson = False) -> None:
    """All rooms, by id."""
    from outreach.services import rooms
    from outreach.services.cards_rooms import RoomId

    with opened_core() as core, core.database.unit_of_work() as uow:
        found = rooms.listed(uow, BY, limit, RoomId(after))
    _print(found, as_json)


@app.command()
def free(
    room: _RoomId = None,
    leader: _LeaderIds = None,
    minutes: Annotated[int, typer.Option(min=1, max=1440)] = 120,
    since: Annotated[str, typer.Option("--from", help="Such as 2026-12-01T08:00; now if left out.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=50)] = 5,
    as_json: AsJson = False,
) -> None:
    """The next times when the room and all the leaders are free."""
    from outreach.services import bookings

    with opened_core() as core, core.database.unit_of_work() as uow:
        zone = uow.regions.root().zone
        begins = moment(since, zone, "--from") if since else datetime.now(UTC)
        found = bookings.free(uow, BY, _where(room, leader), timedelta(minutes=minutes), begins, limit)
    if as_json:
        print_json([{"starts_at": slot.starts_at, "ends_at": slot.ends_at} for slot in found])
        return
    print_table(("FROM", "TO"), ((local_time(slot.starts_at, zone), local_time(slot.ends_at, zone)) for slot in found))


@app.command()
def book(
    activity: Annotated[int, typer.Argument(min=1, max=LARGEST_ID, help="The activity's id.")],
    room: _RoomId = None,
    leader: _LeaderIds = None,
    reason: Annotated[str, typer.Option(help="Why it may be so although something stands against it.")] = "",
) -> None:
    """Give an activity this room and these leaders instead of what it had; nothing named frees them."""
    from outreach.services import bookings

    with opened_core() as core, core.database.unit_of_work() as uow:
        found = bookings.choose(uow, BY, ActivityId(activity), _where(room, leader), datetime.now(UTC), reason)
    for problem in (*found.problems, *found.warnings):
        print(f"mind: {problem.said}")


@leaders_app.command("add")
def add_leader(
    name: Annotated[str, typer.Option(help="As colleagues know them.")],
    kind: Annotated[list[str], typer.Option(help=f"What they may lead: {', '.join(ActivityKind)}.")],
    region: _Region = "",
    qualification: Annotated[
        list[str] | None, typer.Option(help="TITLE|ISSUER|clinical|2027-12-31|SEEN BY; the last three may be empty.")
    ] = None,
    hours: _Hours = "",
    before: _Minutes = 0,
    after: _Minutes = 0,
    as_json: AsJson = False,
) -> None:
    """Enter somebody who leads activities."""
    from outreach.services import leaders
    from outreach.services.cards_rooms import LeaderForm

    kinds = frozenset(one_of(ActivityKind, each, "--kind") for each in kind)
    shown = tuple(map(_qualification, qualification or ()))
    with opened_core() as core, core.database.unit_of_work() as uow:
        form = LeaderForm(_unit(uow, region).id, name, kinds, shown, hours, before, after)
        card = leaders.add(uow, BY, form, datetime.now(UTC))
    _print([card], as_json)


@leaders_app.command("list")
def list_leaders(limit: _Limit = 50, after: _After = 0, as_json: AsJson = False) -> None:
    """All leaders, by id."""
    from outreach.services import leaders
    from outreach.services.cards_rooms import LeaderId

    with opened_core() as core, core.database.unit_of_work() as uow:
        found = leaders.listed(uow, BY, limit, LeaderId(after))
    _print(found, as_json)


def _unit(uow: UnitOfWork, code: str) -> Region:
    return region_of(uow, code) if code else uow.regions.root()


def _where(room: int | None, leader: Iterable[int] | None) -> Where:
    from outreach.services.bookings import Where
    from outreach.services.cards_rooms import LeaderId, RoomId

    return Where(None if room is None else RoomId(room), tuple(LeaderId(each) for each in leader or ()))


def _qualification(text: str) -> Qualification:
    parts = [part.strip() for part in text.split("|")]
    title, issuer, clinical, until, seen_by = [*parts, *[""] * 5][:5]
    try:
        if len(parts) > 5 or clinical not in ("", "clinical"):
            raise ValueError(text)
        expires = date.fromisoformat(until) if until else None
    except ValueError:
        wanted = "write TITLE|ISSUER|clinical|2027-12-31|SEEN BY"
        raise BadInput([f"--qualification: {text!r} is none: {wanted}; leave empty what does not apply"]) from None
    return Qualification(title, issuer, bool(clinical), expires, seen_by)


def _print(cards: Sequence[RoomCard | LeaderCard], as_json: bool) -> None:
    if as_json:
        shown = [_fields(card) for card in cards]
        print_json(shown)
        return
    rows = ((card.id, card.form.name, card.region_name, card.form.hours or "always") for card in cards)
    print_table(("ID", "NAME", "REGION", "HOURS"), rows)


def _fields(card: RoomCard | LeaderCard) -> dict[str, Any]:
    from dataclasses import asdict

    shown = asdict(card.form)
    for one in shown.get("qualifications", ()):
        one["expires_on"] = one["expires_on"] and one["expires_on"].isoformat()
    return {"id": card.id, "region": card.region_name, "version": card.version, **shown}
