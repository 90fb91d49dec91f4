"""`outreach broadcast …`: announce an activity, an approved text or a few words of your own to many people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from outreach.cli.form import Form, one_of, region_of
from outreach.cli.shared import (
    LARGEST_ID,
    AsJson,
    fields_of,
    local_time,
    moment,
    print_json,
    print_table,
    set_up_logging,
)
from outreach.domain.actor import Actor
from outreach.domain.broadcast import About, BroadcastId
from outreach.domain.errors import BadInput
from outreach.domain.ids import ActivityId
from outreach.domain.messages import Language

if TYPE_CHECKING:
    from outreach.bootstrap import App
    from outreach.services.cards_broadcasts import BroadcastCard, CallLine, DryRun, Preview, Status

app = typer.Typer(no_args_is_help=True, help="Announce something to many people at once.")
BY = Actor.operator()
Id = Annotated[int, typer.Argument(min=1, max=LARGEST_ID, help="The broadcast's id.")]


@app.command()
def draft(
    activity: Annotated[int | None, typer.Option(min=1, max=LARGEST_ID, help="An activity, by its id.")] = None,
    item: Annotated[str, typer.Option(help="An approved text of the library, by its slug.")] = "",
    text_zh: Annotated[str, typer.Option(help="Your own words in Chinese.")] = "",
    text_en: Annotated[str, typer.Option(help="Your own words in English.")] = "",
    region: Annotated[str, typer.Option(help="The region's code; without it the whole network.")] = "",
    audience: Annotated[list[str] | None, typer.Option(help="A tag; may be given several times.")] = None,
    language: Annotated[list[str] | None, typer.Option(help="zh or en; both if left out.")] = None,
    starts: Annotated[str, typer.Option(help="Local time of the region; without it as soon as it is approved.")] = "",
    as_json: AsJson = False,
) -> None:
    """Write one. Nothing goes out before it is approved."""
    from outreach.services import broadcasts
    from outreach.services.cards_broadcasts import NewBroadcast

    now, form = datetime.now(UTC), Form()
    with _house() as house, house.core.database.unit_of_work() as uow:
        where = form.take(lambda: region_of(uow, region), uow.regions.root()) if region else uow.regions.root()
        texts = {Language.ZH: text_zh, Language.EN: text_en}
        new = NewBroadcast(
            about=form.take(lambda: _about(activity, item, text_zh or text_en), About.TEXT),
            region_id=where.id,
            activity_id=None if activity is None else ActivityId(activity),
            slug=item or None,
            texts={each: text for each, text in texts.items() if text},
            audience=frozenset(audience or ()),
            languages=form.take(lambda: _languages(language or ()), frozenset()),
            starts_at=form.take(lambda: moment(starts, where.zone, "--starts"), None) if starts else None,
        )
        card = form.finish(lambda: broadcasts.draft(uow, BY, house.newsroom, new, now))
    _show(card, as_json)


@app.command()
def preview(broadcast: Id, as_json: AsJson = False) -> None:
    """The very messages, per channel and language; whom they would reach, who is left out and why; when it is done."""
    from outreach.services import broadcasts

    now, key = datetime.now(UTC), BroadcastId(broadcast)
    with _house() as house, house.core.database.reading() as uow:
        seen = broadcasts.preview(uow, BY, house.newsroom, key, now)
        run = broadcasts.dry_run(uow, BY, house.newsroom, key, now)
    if as_json:
        print_json({**fields_of(seen), **fields_of(run), "people": run.people, "all": run.all})
    else:
        _show_samples(seen)
        _show_run(run)


@app.command()
def approve(
    broadcast: Id,
    fingerprint: Annotated[
        str, typer.Option(help="As the preview printed it: refused if it reads otherwise now.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Freeze the words and let it go out: at once, or at the time that was set."""
    from outreach.services import broadcasts

    now, key = datetime.now(UTC), BroadcastId(broadcast)
    with _house() as house, house.core.database.unit_of_work() as uow:
        card = broadcasts.approve(uow, BY, house.newsroom, key, now, fingerprint=fingerprint or None)
    _show(card, as_json)


@app.command()
def status(
    broadcast: Id,
    calls: Annotated[bool, typer.Option("--calls", help="Also whom it did not reach; the look is audited.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 200,
    after: Annotated[int, typer.Option(min=0, max=LARGEST_ID, help="Page on: residents above this one.")] = 0,
    as_json: AsJson = False,
) -> None:
    """How far it is, people by what became of it, and whom somebody should call."""
    from outreach.services import broadcasts

    now, key = datetime.now(UTC), BroadcastId(broadcast)
    with _house() as house, house.core.database.unit_of_work() as uow:
        found = broadcasts.status(uow, BY, key)
        lines = broadcasts.call_list(uow, BY, key, now, limit, after) if calls else []
    if as_json:
        print_json({**fields_of(found.card), "outcomes": found.outcomes, "by_state": found.by_state, "calls": lines})
    else:
        _show_status(found)
        _show_calls(lines)


@app.command()
def stop(broadcast: Id, as_json: AsJson = False) -> None:
    """Nothing more of it goes out. A draft is put away."""
    from outreach.services import broadcasts

    with _house() as house, house.core.database.unit_of_work() as uow:
        card = broadcasts.stop(uow, BY, BroadcastId(broadcast), datetime.now(UTC))
    _show(card, as_json)


@app.command("list")
def list_(
    limit: Annotated[int, typer.Option(min=1, max=500)] = 50,
    before: Annotated[int | None, typer.Option(min=1, max=LARGEST_ID, help="Page on: ids below this one.")] = None,
    as_json: AsJson = False,
) -> None:
    """The newest first."""
    from outreach.services import broadcasts

    with _house() as house, house.core.database.reading() as uow:
        cards = broadcasts.listed(uow, BY, limit, None if before is None else BroadcastId(before))
    if as_json:
        print_json([fields_of(card) for card in cards])
    else:
        rows = ((card.id, card.state, card.about, card.region_name, card.planned, card.title) for card in cards)
        print_table(("ID", "STATE", "ABOUT", "REGION", "PEOPLE", "TITLE"), rows)


@contextmanager
def _house() -> Iterator[App]:
    """The house with its channels' abilities, not started. Works beside a running server, which does the sending."""
    from outreach.bootstrap import build
    from outreach.settings import load

    set_up_logging("ERROR")
    house = build(load())
    try:
        yield house
    finally:
        house.core.database.close()


def _about(activity: int | None, item: str, text: str) -> About:
    given = [
        about
        for about, is_given in ((About.ACTIVITY, activity is not None), (About.ITEM, item), (About.TEXT, text))
        if is_given
    ]
    if len(given) != 1:
        raise BadInput(["give one of --activity, --item, or --text-zh and --text-en"])
    return given[0]


def _languages(given: Iterable[str]) -> frozenset[Language]:
    return frozenset(one_of(Language, each, "--language") for each in given)


def _show(card: BroadcastCard, as_json: bool) -> None:
    if as_json:
        print_json(fields_of(card))
        return
    print(f"broadcast {card.id}: {card.state}, {card.about}{f' “{card.title}”' if card.title else ''}")
    audience, languages = ", ".join(sorted(card.audience)), ", ".join(sorted(card.languages))
    print(f"for {audience} in {languages}, {card.region_name or 'everywhere'}")
    if card.starts_at is not None:
        print(f"begins {local_time(card.starts_at, card.zone)}")


def _show_samples(seen: Preview) -> None:
    for sample in seen.samples:
        how = ", in front of the next reply" if sample.rides else ""
        for number, part in enumerate(sample.parts, start=1):
            print(f"--- {sample.lane}, {sample.language}, {number} of {len(sample.parts)}{how}")
            print(part.text)
            if part.choices:
                print(" ".join(f"[{choice.label}]" for choice in part.choices))
    print(f"--- fingerprint {seen.fingerprint}")


def _show_run(run: DryRun) -> None:
    print_table(("CHANNEL", "LANGUAGE", "PEOPLE"), ((cell.lane, cell.language, cell.people) for cell in run.cells))
    print(f"{run.people} of {run.all} people get it" + (f", {run.later} of them later" if run.later else ""))
    if run.by_mass:
        print(f"{run.by_mass} more wait for a mass message of their channel")
    for why, people in sorted(run.left_out.items()):
        print(f"left out: {people} {why}")
    for lane, at in sorted(run.finishes.items()):
        print(f"{lane} is through at {local_time(at)}")


def _show_status(found: Status) -> None:
    _show(found.card, as_json=False)
    rows = ((outcome.state, outcome.reason or "-", outcome.people) for outcome in found.outcomes)
    print_table(("STATE", "REASON", "PEOPLE"), rows)
    for why, people in sorted(found.card.left_out.items()):
        print(f"left out: {people} {why}")


def _show_calls(lines: Iterable[CallLine]) -> None:
    rows = [(line.resident_id, line.nickname or "-", line.lane or "-", line.language, line.reason) for line in lines]
    if rows:
        print_table(("RESIDENT", "NICKNAME", "CHANNEL", "LANGUAGE", "WHY"), rows)
