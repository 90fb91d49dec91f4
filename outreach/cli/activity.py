"""`outreach activity …`: plan, show, move and call off activities; see who comes; answer requests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from outreach.cli.form import Form, one_of, region_of
from outreach.cli.shared import LARGEST_ID, AsJson, fields_of, local_time, moment, opened_core, print_json, print_table
from outreach.domain.activity import ActivityKind, SignUpPolicy
from outreach.domain.activity_defaults import USUAL
from outreach.domain.actor import Actor
from outreach.domain.errors import BadInput
from outreach.domain.ids import ActivityId, SignUpId
from outreach.domain.offers import Promotion
from outreach.domain.times import parse_duration

if TYPE_CHECKING:
    from outreach.bootstrap import Core
    from outreach.services.cards import ActivityCard, Region
    from outreach.services.ports import UnitOfWork

app = typer.Typer(no_args_is_help=True, help="Plan activities and see who comes.")
_AN_HOUR = timedelta(hours=1)
_LONGEST = 31 * 24 * 60  # minutes
_LOCAL = "Local time of the region, such as 2026-12-01T14:00."
Id = Annotated[int, typer.Argument(min=1, max=LARGEST_ID, help="The activity's id.")]
SignUp = Annotated[int, typer.Argument(min=1, max=LARGEST_ID, help="The sign-up's id, from the roster.")]


@app.command()
def add(
    title: Annotated[str, typer.Option(help="A few words; nothing from which a neighbour could guess.")],
    starts: Annotated[str, typer.Option(help=_LOCAL)],
    place: Annotated[str, typer.Option(help="With a landmark.")],
    kind: Annotated[str, typer.Option(help=f"One of: {', '.join(ActivityKind)}.")] = ActivityKind.LECTURE,
    minutes: Annotated[int, typer.Option()] = 90,
    seats: Annotated[int, typer.Option()] = 30,
    region: Annotated[str, typer.Option(help="The region's code; without it the whole network.")] = "",
    audience: Annotated[list[str] | None, typer.Option(help="A tag; may be given several times.")] = None,
    summary: Annotated[str, typer.Option(help="What happens there.")] = "",
    policy: Annotated[str, typer.Option(help=f"One of: {', '.join(SignUpPolicy)}; by kind if left out.")] = "",
    promotion: Annotated[str, typer.Option(help=f"A place that came free: {', '.join(Promotion)}; by kind.")] = "",
    apart: Annotated[bool, typer.Option("--apart", help="Each of a party gets a place as it comes.")] = False,
    closes: Annotated[str, typer.Option(help="How long before it begins sign-ups end, such as 2h.")] = "",
    restricted: Annotated[bool, typer.Option("--restricted", help="On no list, no feed; neutral title.")] = False,
    draft: Annotated[bool, typer.Option("--draft", help="Do not publish it yet.")] = False,
    as_json: AsJson = False,
) -> None:
    """Plan an activity and publish it."""
    from outreach.services import activities
    from outreach.services.cards import NewActivity

    now = datetime.now(UTC)
    form = Form()
    with opened_core() as core, core.database.unit_of_work() as uow:
        where = form.take(lambda: _region(uow, region), uow.regions.root())
        starts_at = form.take(lambda: moment(starts, where.zone, "--starts"), now + _AN_HOUR)
        what = form.take(lambda: one_of(ActivityKind, kind, "--kind"), ActivityKind.LECTURE)
        by_kind, usual = SignUpPolicy.default_for(what), USUAL[what].promotion
        new = NewActivity(
            kind=what,
            title=title.strip(),
            summary=summary.strip(),
            place=place.strip(),
            starts_at=starts_at,
            ends_at=form.take(lambda: _ends(starts_at, minutes), starts_at + _AN_HOUR),
            seats=seats,
            region_id=where.id,
            audience=form.take(lambda: _audience(core, audience or []), frozenset()),
            policy=form.take(lambda: one_of(SignUpPolicy, policy, "--policy"), by_kind) if policy else by_kind,
            restricted=restricted,
            draft=draft,
            promotion=form.take(lambda: one_of(Promotion, promotion, "--promotion"), usual) if promotion else usual,
            together=not apart,
            closes_before=form.take(lambda: _minutes(closes), 0),
        )
        card = form.finish(lambda: activities.add(uow, Actor.operator(), new, core.rule, now))
    _show(card, as_json)


@app.command("list")
def list_(
    limit: Annotated[int, typer.Option(min=1, max=500)] = 50,
    before: Annotated[int | None, typer.Option(min=1, max=LARGEST_ID, help="Page on: ids below this one.")] = None,
    as_json: AsJson = False,
) -> None:
    """The newest activities first."""
    with opened_core() as core, core.database.unit_of_work() as uow:
        cards = uow.activities.recent(limit, before=None if before is None else ActivityId(before))
    if as_json:
        print_json([_as_mapping(card) for card in cards])
    else:
        print_table(("ID", "NUMBER", "STARTS", "STATUS", "SEATED/SEATS", "WAITING", "TITLE"), map(_line, cards))


@app.command()
def show(activity: Id, as_json: AsJson = False) -> None:
    """One activity, with how many people are seated and waiting."""
    with opened_core() as core, core.database.unit_of_work() as uow:
        card = uow.activities.card(ActivityId(activity))
    _show(card, as_json)


@app.command()
def move(
    activity: Id,
    starts: Annotated[str, typer.Option(help=_LOCAL)] = "",
    place: Annotated[str, typer.Option()] = "",
    as_json: AsJson = False,
) -> None:
    """Give it another time or place; everybody concerned is told."""
    from outreach.services import activities

    if not starts and not place:
        raise BadInput(["give --starts, --place or both"])
    with opened_core() as core, core.database.unit_of_work() as uow:
        card = uow.activities.card(ActivityId(activity))
        now, form = datetime.now(UTC), Form()
        starts_at = form.take(lambda: moment(starts, card.zone, "--starts"), None) if starts else None
        form.finish(lambda: activities.move(uow, Actor.operator(), card.id, starts_at, place or None, core.rule, now))
        card = uow.activities.card(card.id)
    _show(card, as_json)


@app.command("call-off")
def call_off(activity: Id, as_json: AsJson = False) -> None:
    """It will not take place; everybody concerned is told."""
    from outreach.services import activities

    with opened_core() as core, core.database.unit_of_work() as uow:
        activities.call_off(uow, Actor.operator(), ActivityId(activity), datetime.now(UTC))
        card = uow.activities.card(ActivityId(activity))
    _show(card, as_json)


@app.command()
def roster(
    activity: Id,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 500,
    after: Annotated[int, typer.Option(min=0, max=LARGEST_ID, help="Page on: numbers above this one.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Who comes, in order of arrival: numbers, no names."""
    from outreach.services import signups

    with opened_core() as core, core.database.unit_of_work() as uow:
        lines = signups.roster(uow, Actor.operator(), ActivityId(activity), datetime.now(UTC), limit, after)
    if as_json:
        print_json([fields_of(line) for line in lines])
    else:
        rows = ((line.sign_up_id, line.number, line.standing, line.party, line.channel) for line in lines)
        print_table(("SIGN-UP", "NUMBER", "STANDING", "PARTY", "CHANNEL"), rows)


@app.command()
def calls(
    activity: Id,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 200,
    after: Annotated[int, typer.Option(min=0, max=LARGEST_ID, help="Page on: residents above this one.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Who has a place and was not reached with the last reminder or change: somebody should call them."""
    from outreach.services import signups

    with opened_core() as core, core.database.unit_of_work() as uow:
        lines = signups.call_list(uow, Actor.operator(), ActivityId(activity), datetime.now(UTC), limit, after)
    if as_json:
        print_json([fields_of(line) for line in lines])
    else:
        rows = (
            (line.resident_id, line.nickname or "-", line.lane or "-", line.language, line.reason) for line in lines
        )
        print_table(("RESIDENT", "NICKNAME", "CHANNEL", "LANGUAGE", "WHY"), rows)


@app.command()
def accept(sign_up: SignUp, as_json: AsJson = False) -> None:
    """Say yes to a request; the person is told."""
    from outreach.services import signups

    with opened_core() as core, core.database.unit_of_work() as uow:
        fact = signups.accept(uow, Actor.operator(), SignUpId(sign_up), datetime.now(UTC))
    _tell_decision(sign_up, fact.sign_up.standing, as_json)


@app.command()
def refuse(sign_up: SignUp, as_json: AsJson = False) -> None:
    """Say no to a request, kindly; the person is told and the next in the queue moves up."""
    from outreach.services import signups

    with opened_core() as core, core.database.unit_of_work() as uow:
        fact = signups.refuse(uow, Actor.operator(), SignUpId(sign_up), datetime.now(UTC))
    _tell_decision(sign_up, fact.sign_up.standing, as_json)


def _tell_decision(sign_up: int, standing: str, as_json: bool) -> None:
    if as_json:
        print_json({"sign_up": sign_up, "standing": str(standing)})
    else:
        print(f"sign-up {sign_up} is {standing} now")


def _region(uow: UnitOfWork, code: str) -> Region:
    return region_of(uow, code) if code else uow.regions.root()


def _ends(starts_at: datetime, minutes: int) -> datetime:
    if not 1 <= minutes <= _LONGEST:
        raise BadInput([f"--minutes: {minutes} is not between 1 and {_LONGEST}"])
    return starts_at + timedelta(minutes=minutes)


def _minutes(closes: str) -> int:
    if not closes.strip():
        return 0
    try:
        return int(parse_duration(closes).total_seconds() // 60)
    except ValueError as reason:
        raise BadInput([f"--closes: {reason}"]) from None


def _audience(core: Core, tags: list[str]) -> frozenset[str]:
    known = {tag.key for tag in core.crafts.vocabulary.audiences}
    unknown = [
        f"--audience: there is no tag {tag!r}; there are {', '.join(sorted(known))}" for tag in tags if tag not in known
    ]
    if unknown:
        raise BadInput(unknown)
    return frozenset(tags or ["general"])


def _show(card: ActivityCard, as_json: bool) -> None:
    if as_json:
        print_json(_as_mapping(card))
    else:
        for name, value in _as_mapping(card).items():
            print(f"{name:14} {_said(value, card.zone)}".rstrip())


def _said(value: object, zone: str) -> str:
    match value:
        case datetime():
            return local_time(value, zone)
        case frozenset():
            return ", ".join(sorted(value))
        case bool():
            return "yes" if value else "no"
        case _:
            return str(value)


def _as_mapping(card: ActivityCard) -> Mapping[str, Any]:
    return {**fields_of(card), "number": card.number}


def _line(card: ActivityCard) -> tuple[object, ...]:
    seats = f"{card.seated}/{card.seats}"
    starts = local_time(card.starts_at, card.zone)
    return card.id, card.number, starts, card.status, seats, card.waiting, card.title
