"""A delivery written out: from the reason why it exists to the words that go on the wire, at the last moment."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from outreach.content import fill, plain
from outreach.domain.activity import ActivityStatus
from outreach.domain.broadcast import About, kind_of
from outreach.domain.errors import NotFound
from outreach.domain.ids import ActivityId, SignUpId
from outreach.domain.messages import Choice, Language, Outgoing
from outreach.domain.people import Audience
from outreach.domain.signup import Standing
from outreach.services import letters_afterwards
from outreach.services.calendars import Calendars, discreet_title
from outreach.services.cards import ApprovedItem, MyPlace
from outreach.services.cards_broadcasts import BroadcastText
from outreach.services.cards_ledger import Letter
from outreach.services.helplines import Lines
from outreach.services.ports import UnitOfWork
from outreach.wording import Wording, moment, when

_WITH_FILE = frozenset({"confirmation", "promoted", "moved", "called_off"})
_BY_STANDING = frozenset({"confirmation", "moved"})
"""Those that say something else to whoever has a place, waits for one, or has asked for one."""
_ASKED = {"offered": ("take", "pass_on"), "first_come": ("take", "wait_no_more"), "lapsed": ("join_again", "")}
"""What the yes and the no are called; joining is the yes, leaving the no."""
_STILL_CONCERNS = {
    "confirmation": frozenset({Standing.SEATED, Standing.WAITING, Standing.REQUESTED}),
    "promoted": frozenset({Standing.SEATED}),
    "moved": frozenset({Standing.SEATED, Standing.WAITING, Standing.REQUESTED, Standing.OFFERED}),
    "called_off": frozenset({Standing.SEATED, Standing.WAITING, Standing.REQUESTED, Standing.OFFERED}),
    "offered": frozenset({Standing.OFFERED}),
    "first_come": frozenset({Standing.WAITING}),
    "lapsed": frozenset({Standing.WITHDRAWN}),
    "refused": frozenset({Standing.REFUSED}),
    "reminder": frozenset({Standing.SEATED}),
}


@dataclass(frozen=True, slots=True)
class Desk:
    """What a letter is written with."""

    wording: Wording
    calendars: Calendars
    lines: Lines
    default_language: Language = Language.ZH


def write_out(uow: UnitOfWork, desk: Desk, letter: Letter, now: datetime) -> tuple[Outgoing, ...] | None:
    """The messages of *letter*, not yet cut to a channel; ``None`` if there is nothing to say any more."""
    about = str(letter.subject.get("about", ""))
    if letter.body:
        return tuple(_of_staff(desk, letter, message) for message in letter.body) if about == "thread" else letter.body
    if about == "tip":
        return _tip(uow, desk, letter, now)
    if about == "digest":
        return _digest(uow, desk, letter)
    if about == "broadcast":
        return _posted(desk, letter, now)
    if about in letters_afterwards.ABOUTS:
        return letters_afterwards.write_out(uow, desk.wording, letter, now)
    try:
        place = uow.sign_ups.place(SignUpId(int(letter.subject["sign_up"])))
    except NotFound:
        return None
    if place.standing not in _STILL_CONCERNS[about] or _is_overtaken(about, place):
        return None
    return (_about_place(desk, letter, about, place, now),)


def tip_text(desk: Desk, item: ApprovedItem, language: Language, now: datetime, place: str = "") -> str:
    """An approved item as one reads it in a chat: title, body, the helplines of *place* filled in."""
    return f"{item.title}\n\n{fill(plain(item.body), desk.lines.at(place).values(language, now))}"


def broadcast_text(
    desk: Desk, about: About, text: BroadcastText, activity_id: ActivityId | None, now: datetime, place: str = ""
) -> Outgoing:
    """The frozen words of a broadcast as one message, not yet cut to a channel: for sender and preview alike.

    *place* is where the helplines are that it names.
    """
    if about is About.ACTIVITY:
        said = text.body
    else:
        body = fill(text.body, desk.lines.at(place).values(text.language, now))
        said = f"{text.title}\n\n{body}" if text.title else body
    return Outgoing(
        kind_of(about),
        desk.wording.say("push.broadcast", text.language, text=said),
        choices=() if activity_id is None else _ways_in(desk, activity_id, text.language),
        fields=text.fields,
    )


def _posted(desk: Desk, letter: Letter, now: datetime) -> tuple[Outgoing, ...] | None:
    posted = letter.posted
    if posted is None or posted.text is None or posted.overtaken:
        return None
    return (broadcast_text(desk, posted.about, posted.text, posted.activity_id, now, letter.helplines),)


def _ways_in(desk: Desk, activity_id: ActivityId, language: Language) -> tuple[Choice, ...]:
    return (
        Choice(desk.wording.say("choice.join", language), f"join:{activity_id}"),
        Choice(desk.wording.say("choice.activities", language), "list"),
    )


def _tip(uow: UnitOfWork, desk: Desk, letter: Letter, now: datetime) -> tuple[Outgoing, ...] | None:
    slug, version = str(letter.subject["slug"]), str(letter.subject["version"])
    language = Language(str(letter.subject["language"]))
    item = uow.contents.get(slug, language, version)
    if item is None:
        return None
    text = desk.wording.say("push.tip", language, text=tip_text(desk, item, language, now, letter.helplines))
    return (Outgoing(letter.kind, text),)


def _digest(uow: UnitOfWork, desk: Desk, letter: Letter) -> tuple[Outgoing, ...] | None:
    """Titles, numbered, of what still stands and is still for them."""
    language = Language(str(letter.subject["language"]))
    named = (each.split("@") for each in str(letter.subject["items"]).split(","))
    items = [uow.contents.get(slug, language, version) for slug, version in named]
    kept = [item for item in items if item is not None and Audience(item.audience).includes(letter.audiences)]
    if not kept:
        return None
    titles = "\n".join(f"{number}. {item.title}" for number, item in enumerate(kept, start=1))
    choice = Choice(desk.wording.say("choice.tip", language), "tip")
    return (Outgoing(letter.kind, desk.wording.say("push.digest", language, titles=titles), choices=(choice,)),)


def _of_staff(desk: Desk, letter: Letter, message: Outgoing) -> Outgoing:
    return replace(message, text=desk.wording.say("push.thread", letter.language, text=message.text))


def _is_overtaken(about: str, place: MyPlace) -> bool:
    if about == "first_come" and place.activity.seats - place.activity.seated < place.party:
        return True
    off = place.activity.status is ActivityStatus.CALLED_OFF
    return off is not (about == "called_off") and about != "refused"


def _about_place(desk: Desk, letter: Letter, about: str, place: MyPlace, now: datetime) -> Outgoing:
    key = f"push.{about}.{_seen_as(place)}" if about in _BY_STANDING else f"push.{about}"
    values = _values(desk, place, letter.language, now)
    with_file = about in _WITH_FILE and place.standing is Standing.SEATED
    return Outgoing(
        letter.kind,
        desk.wording.say(key, letter.language, **values),
        choices=_choices(desk, about, place, letter.language),
        file=desk.calendars.attachment(place, letter.language) if with_file else None,
        fields={name: str(value) for name, value in values.items()},
    )


def _seen_as(place: MyPlace) -> str:
    return Standing.SEATED.value if place.standing.holds_seat else place.standing.value


def _values(desk: Desk, place: MyPlace, language: Language, now: datetime) -> dict[str, str | int]:
    card = place.activity
    return {
        "title": discreet_title(card, desk.wording, language),
        "starts": f"{card.starts_at.astimezone(ZoneInfo(card.zone)):%Y-%m-%d %H:%M}",  # for templates' time fields
        "when": when(card.starts_at, card.ends_at, card.zone, language, now),
        "place": card.place,
        "number": place.number,
        "party": place.party,
        "ahead": place.ahead,
        "public_number": card.number,
        "until": "" if place.until is None else moment(place.until, card.zone, language, now),
    }


def _choices(desk: Desk, about: str, place: MyPlace, language: Language) -> tuple[Choice, ...]:
    knows = Choice(desk.wording.say("choice.know", language), f"know:{place.activity.id}")
    if about == "called_off":
        return (knows, Choice(desk.wording.say("choice.activities", language), "list"))
    if about == "moved":
        leave = Choice(desk.wording.say("choice.leave", language), f"leave:{place.activity.id}")
        return (knows, leave, Choice(desk.wording.say("choice.mine", language), "mine"))
    if about == "refused":
        return (Choice(desk.wording.say("choice.activities", language), "list"),)
    if about in _ASKED:
        yes, no = _ASKED[about]
        return tuple(
            Choice(desk.wording.say(f"choice.{word}", language), f"{token}:{place.activity.id}")
            for word, token in ((yes, "join"), (no, "leave"))
            if word
        )
    return (
        Choice(desk.wording.say("choice.leave", language), f"leave:{place.activity.id}"),
        Choice(desk.wording.say("choice.mine", language), "mine"),
    )
