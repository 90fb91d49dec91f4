"""One's own sign-ups: see them, put them into a calendar, choose one to give back."""

from __future__ import annotations

from dataclasses import replace

from outreach.conversation.intents import Calendar, Decline, Join, Leave, Mine, Show, ShowList, Tip
from outreach.conversation.memory import Listed
from outreach.conversation.plaintext import shortened
from outreach.conversation.steps import steps
from outreach.conversation.turn import Turn
from outreach.domain.ids import ActivityId
from outreach.domain.messages import Outgoing
from outreach.domain.signup import Standing
from outreach.services import notices
from outreach.services.calendars import discreet_title
from outreach.services.cards import MyPlace
from outreach.wording import moment

LONGEST_PLACE = 300  # columns; who comes wants all of it, a WeChat answer has its limit
MOST = 9  # choices with one figure each


def mine(turn: Turn) -> tuple[Outgoing, ...]:
    """What this person signed up for, soonest first."""
    found = all_of(turn)
    if not found:
        return turn.reply(turn.say("mine.none"), *steps(turn, ShowList(), Tip()))
    _remember(turn, found)
    if len(found) == 1:
        return show(turn, found[0])
    entries = [
        turn.entry(
            title_of(turn, place), Show(place.activity.id), f"{turn.when(place.activity)} · {stands(turn, place)}"
        )
        for place in found
    ]
    return turn.reply(turn.say("mine.intro"), *entries)


def show(turn: Turn, place: MyPlace) -> tuple[Outgoing, ...]:
    """One place: where, when, how it stands."""
    card = place.activity
    number = turn.say("activity.number", public_number=card.number)
    lines = [title_of(turn, place), turn.when(card), shortened(card.place, LONGEST_PLACE), stands(turn, place), number]
    choices = [turn.choice("choice.leave", Leave(card.id)), *steps(turn, ShowList())]
    if place.standing is Standing.OFFERED:
        choices.insert(0, turn.choice("choice.take", Join(card.id)))
    elif place.standing.holds_seat:
        choices.insert(0, turn.choice("choice.calendar", Calendar(card.id)))
    return turn.reply("\n".join(line for line in lines if line), *choices)


def know(turn: Turn, activity_id: ActivityId) -> tuple[Outgoing, ...]:
    """They know of a change of that activity."""
    resident_id = turn.person.resident_id
    if resident_id is None or not notices.confirm(turn.uow, resident_id, activity_id, turn.now):
        return turn.reply(turn.say("mine.none"), *steps(turn, ShowList(), Tip()))
    return turn.reply(turn.say("know.thanks"), *steps(turn, Mine(), ShowList()))


def calendar(turn: Turn, activity_id: ActivityId | None) -> tuple[Outgoing, ...]:
    """The calendar file of one place, of the next seat if none is named; then also the address of all."""
    seats = [place for place in all_of(turn) if place.standing is Standing.SEATED]
    chosen = next((place for place in seats if activity_id in {None, place.activity.id}), None)
    resident_id = turn.person.resident_id
    if resident_id is None or (chosen is None and activity_id is not None):
        return turn.reply(turn.say("calendar_file.none"), *steps(turn, Mine(), ShowList()))
    calendars = turn.house.office.calendars
    parts = [turn.say("calendar_file.none")] if chosen is None else [_here(turn, chosen)]
    if activity_id is None:
        parts.append(_subscribe(turn, calendars.own_address(turn.uow, resident_id, turn.now)))
    file = None if chosen is None else calendars.attachment(chosen, turn.language)
    return turn.reply("\n\n".join(parts), file=file)


def new_address(turn: Turn) -> tuple[Outgoing, ...]:
    """Another address for their own calendar; the former opens nothing any more."""
    resident_id = turn.person.resident_id
    if resident_id is None:
        return turn.reply(turn.say("calendar_file.none"), *steps(turn, Mine(), ShowList()))
    address = turn.house.office.calendars.new_own_address(turn.uow, resident_id, turn.now)
    return turn.reply(f"{turn.say('calendar_file.renewed')}\n\n{_subscribe(turn, address)}")


def _here(turn: Turn, place: MyPlace) -> str:
    return turn.say("calendar_file.here", title=title_of(turn, place), when=turn.when(place.activity))


def _subscribe(turn: Turn, address: str) -> str:
    webcal = f"webcal://{address.partition('://')[2]}.ics"
    return turn.say("calendar_file.subscribe", address=address, webcal=webcal)


def leave_what(turn: Turn) -> tuple[Outgoing, ...]:
    """Which of their places they would give back; one alone is asked about by name."""
    found = all_of(turn)
    if not found:
        return turn.reply(turn.say("mine.none"), *steps(turn, ShowList(), Tip()))
    _remember(turn, found)
    keep = turn.choice("choice.keep", Decline())
    if len(found) == 1:
        only = found[0]
        text = turn.say("leave.confirm", title=title_of(turn, only), when=turn.when(only.activity))
        return turn.reply(text, turn.choice("choice.leave_yes", Leave(only.activity.id)), keep)
    entries = [
        turn.entry(title_of(turn, place), Leave(place.activity.id), turn.when(place.activity)) for place in found
    ]
    return turn.reply(turn.say("leave.which"), *entries, keep)


def of(turn: Turn, activity_id: ActivityId) -> MyPlace | None:
    """This person's place in that activity, if they have one."""
    return next((place for place in all_of(turn) if place.activity.id == activity_id), None)


def all_of(turn: Turn) -> list[MyPlace]:
    """Their active sign-ups, soonest first; none of somebody unknown."""
    resident_id = turn.person.resident_id
    return [] if resident_id is None else turn.uow.sign_ups.of_resident(resident_id, turn.now, MOST)


def stands(turn: Turn, place: MyPlace) -> str:
    """How a place stands, in a few words."""
    match place.standing:
        case Standing.WAITING if place.ahead == 0:
            return turn.say("standing.first_in_line", party=place.party)
        case Standing.WAITING:
            return turn.say("standing.waiting", ahead=place.ahead, party=place.party)
        case Standing.OFFERED if place.until is not None:
            until = moment(place.until, place.activity.zone, turn.language, turn.now)
            return turn.say("standing.offered", until=until, party=place.party)
        case Standing.OFFERED:
            return turn.say("standing.first_in_line", party=place.party)
        case Standing.REQUESTED:
            return turn.say("standing.requested", party=place.party)
        case _:
            return turn.say("standing.seated", number=place.number, party=place.party)


def title_of(turn: Turn, place: MyPlace) -> str:
    """The title as it may be shown in a chat that others may see."""
    return discreet_title(place.activity, turn.house.wording, turn.language)


def _remember(turn: Turn, found: list[MyPlace]) -> None:
    turn.memory = replace(turn.memory, listed=Listed(tuple(place.activity.id for place in found), turn.now))
