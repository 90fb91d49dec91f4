"""Activities: the list, and one of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from outreach.conversation import places
from outreach.conversation.intents import Join, Show, ShowList, Subscribe, Tip
from outreach.conversation.memory import Listed
from outreach.conversation.plaintext import shortened
from outreach.conversation.steps import steps
from outreach.conversation.turn import Turn
from outreach.domain.activity import ActivityStatus, SignUpPolicy
from outreach.domain.errors import ActivityNotFound
from outreach.domain.ids import ActivityId
from outreach.domain.messages import Choice, Outgoing
from outreach.domain.people import Purpose
from outreach.services.activities import is_open
from outreach.services.calendars import discreet_title
from outreach.services.cards import ActivityCard

PAGE = 5  # what fits a phone's screen in large type
LONGEST_PLACE = 60  # columns: with five of them the list still fits one WeChat answer of 2,000 bytes
LONGEST_SUMMARY = 600
_BATCH = 50
_MOST_BATCHES = 3  # at most 150 activities are looked through for those near somebody


def show_list(
    turn: Turn, after: ActivityId | None = None, *, everywhere: bool = False, front: str = "list.intro"
) -> tuple[Outgoing, ...]:
    """The next activities near this person, or of the whole network; *front* is the key of the sentence above."""
    path = None if everywhere else _own_path(turn)
    found = _gather(turn, after, path)
    if not found and after is None and path is not None:
        return show_list(turn, everywhere=True, front="list.elsewhere")
    if not found:
        further = () if turn.allows(Purpose.TIPS) else steps(turn, Subscribe())
        return turn.reply(turn.say("list.none"), *steps(turn, Tip()), *further)
    page, more = found[:PAGE], len(found) > PAGE
    turn.memory = replace(turn.memory, listed=Listed(tuple(card.id for card in page), turn.now))
    choices = [turn.entry(title_of(turn, card), Show(card.id), _detail(turn, card)) for card in page]
    if more:
        choices.append(turn.choice("choice.more", ShowList(page[-1].id, everywhere=path is None and everywhere)))
    if path is not None:
        choices += steps(turn, ShowList(everywhere=True))
    return turn.reply(turn.say(front), *choices)


def show(turn: Turn, activity_id: ActivityId) -> tuple[Outgoing, ...]:
    """One activity; if this person has a place in it, that place. Raises `ActivityNotFound`."""
    card = visible(turn, activity_id)
    mine = places.of(turn, activity_id)
    if mine is not None:
        return places.show(turn, mine)
    lines = [title_of(turn, card), turn.when(card), *_place_lines(card), _room(turn, card)]
    lines.append(turn.say("activity.number", public_number=card.number))
    return turn.reply("\n".join(lines), *_ways_in(turn, card), *steps(turn, ShowList()))


def visible(turn: Turn, activity_id: ActivityId) -> ActivityCard:
    """The activity, if people may know of it. Raises `ActivityNotFound`."""
    card = turn.uow.activities.card(activity_id)
    if card.status is ActivityStatus.DRAFT:
        raise ActivityNotFound
    return card


def title_of(turn: Turn, card: ActivityCard) -> str:
    """The title as it may be shown in a chat that others may see."""
    return discreet_title(card, turn.house.wording, turn.language)


def _own_path(turn: Turn) -> str | None:
    region_id = turn.person.region_id or turn.memory.region_id
    if region_id is None:
        return None
    region = turn.uow.regions.get(region_id)
    return None if region.parent_id is None else region.path


def _gather(turn: Turn, after: ActivityId | None, path: str | None) -> list[ActivityCard]:
    """One more than a page, if there are so many."""
    if path is None:
        return turn.uow.activities.upcoming(turn.now, PAGE + 1, after=after)
    found: list[ActivityCard] = []
    for _ in range(_MOST_BATCHES):
        batch = turn.uow.activities.upcoming(turn.now, _BATCH, after=after)
        found += filter(_is_near(path), batch)
        if len(found) > PAGE or len(batch) < _BATCH:
            break
        after = batch[-1].id
    return found[: PAGE + 1]


def _is_near(path: str) -> Callable[[ActivityCard], bool]:
    # What a city offers is for its villages too, and what a village offers is near for its county.
    return lambda card: card.region_path.startswith(path) or path.startswith(card.region_path)


def _detail(turn: Turn, card: ActivityCard) -> str:
    number = turn.say("activity.number", public_number=card.number)
    return " · ".join([turn.when(card), *_places(card), _room(turn, card), number])


def _places(card: ActivityCard) -> list[str]:
    return [shortened(card.place, LONGEST_PLACE)] if card.place and not card.restricted else []


def _place_lines(card: ActivityCard) -> list[str]:
    summary = "" if card.restricted else shortened(card.summary.strip(), LONGEST_SUMMARY)
    return [*_places(card), summary] if summary else _places(card)


def _room(turn: Turn, card: ActivityCard) -> str:
    """Whether one can still get in, in a few words."""
    if card.status is ActivityStatus.CALLED_OFF:
        return turn.say("activity.called_off")
    if not is_open(card, turn.now):
        return turn.say("activity.closed")
    if card.policy is not SignUpPolicy.OPEN:
        return turn.say("activity.by_request")
    free = 0 if card.waiting else max(0, card.seats - card.seated)
    if free:
        return turn.say("activity.free", free=free)
    return turn.say("activity.full", waiting=card.waiting)


def _ways_in(turn: Turn, card: ActivityCard) -> tuple[Choice, ...]:
    if not is_open(card, turn.now):
        return ()
    one = turn.choice("choice.join", Join(card.id))
    return (one, turn.choice("choice.join_two", Join(card.id, 2))) if card.seats > 1 else (one,)
