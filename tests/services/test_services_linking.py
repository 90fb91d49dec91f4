"""Two chats, one person: a table of who is known where, and what anybody may do in any order."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import TypeAlias

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from services_town import ABLE, NOTICE, PASSIVE, PUSH, RHYTHM, Town

from outreach.domain.ids import ActivityId, LaneName
from outreach.domain.messages import Language, Message, MessageKind, Outgoing, Reach, Reachability
from outreach.domain.signup import Standing
from outreach.services import housekeeping, intake, linking, people, tips
from outreach.services.cards import Caller, LinkOffer
from outreach.services.intake import Counter
from outreach.services.linking import Doors, Linked, NoLink, NotLinked
from outreach.services.people import Arrival

ANN, WEB = Caller(PUSH, "ann"), Caller(PASSIVE, "ann-wechat")
QUESTION = Outgoing(MessageKind.REPLY, "is it you?")
_ids = count(1)


def use(town: Town, asker: Caller, other: Caller) -> LinkOffer | NoLink:
    with town.database.unit_of_work() as uow:
        code = linking.begin(uow, asker, Language.EN, town.now)
        return linking.use_code(uow, other, code, Language.EN, town.now)


def link(town: Town, asker: Caller, other: Caller) -> Linked | NotLinked | NoLink:
    """All the way, with a yes on both sides."""
    offer = use(town, asker, other)
    if isinstance(offer, NoLink):
        return offer
    with town.database.unit_of_work() as uow:
        agreed = linking.agree(uow, other, offer, QUESTION, town.now)
        assert not isinstance(agreed, NoLink)
        return linking.confirm(uow, agreed, town.now)


def subscribe(town: Town, caller: Caller) -> None:
    with town.database.unit_of_work() as uow:
        people.subscribe(uow, caller, NOTICE, Arrival(Language.EN), RHYTHM, town.now)


def known_as(town: Town, *callers: Caller) -> list[int | None]:
    with town.database.reading() as uow:
        return [uow.people.at(caller).resident_id for caller in callers]


@pytest.mark.parametrize(
    ("ann_known", "web_known", "outcome"),
    [(True, False, Linked), (False, True, Linked), (False, False, NoLink.NOTHING), (True, True, Linked)],
)
def test_who_is_known_decides_who_joins_whom(town: Town, ann_known: bool, web_known: bool, outcome: object):
    for caller, known in ((ANN, ann_known), (WEB, web_known)):
        if known:
            town.enrol(caller.user_ref, lane=caller.lane)
    before = known_as(town, ANN, WEB)

    fact = link(town, ANN, WEB)

    assert fact is outcome if isinstance(outcome, NoLink) else isinstance(fact, Linked)
    if isinstance(fact, Linked):
        assert known_as(town, ANN, WEB) == [fact.resident_id] * 2
        assert fact.resident_id == (before[0] or before[1])
        assert fact.taken_in == (before[1] if all(before) else None)
        assert link(town, WEB, ANN) is NoLink.SAME


def _agreed(town: Town) -> LinkOffer:
    """Both have said yes but for the last word."""
    offer = use(town, ANN, WEB)
    assert isinstance(offer, LinkOffer)
    with town.database.unit_of_work() as uow:
        agreed = linking.agree(uow, WEB, offer, QUESTION, town.now)
        assert linking.agree(uow, WEB, offer, QUESTION, town.now) is NoLink.LATE
    assert isinstance(agreed, LinkOffer)
    return agreed


def test_a_yes_counts_once_on_either_side(town: Town):
    town.enrol("ann")
    agreed = _agreed(town)

    with town.database.unit_of_work() as uow:
        first, second = (linking.confirm(uow, agreed, town.now) for _ in range(2))

    assert isinstance(first, Linked)
    assert second == NotLinked(agreed, NoLink.LATE)
    assert len(town.ledger()) == 1


def test_a_yes_to_somebody_who_was_forgotten_meanwhile_links_nothing(town: Town):
    town.enrol("ann")
    agreed = _agreed(town)

    with town.database.unit_of_work() as uow:
        people.erase(uow, WEB, town.now)
        fact = linking.confirm(uow, agreed, town.now)

    assert fact == NotLinked(agreed, NoLink.LATE)
    assert known_as(town, WEB) == [None]


def test_a_note_that_waits_for_an_answer_is_not_lost(town: Town):
    town.enrol("ann")
    town.enrol("ann-wechat", lane=PASSIVE)
    with town.database.unit_of_work() as uow:
        thread = uow.threads.write(town.residents["ann-wechat"], WEB, "note", town.now)

    assert use(town, ANN, WEB) is NoLink.BUSY

    with town.database.unit_of_work() as uow:
        uow.threads.close(thread.id, town.now)
    assert isinstance(link(town, ANN, WEB), Linked)


def test_a_place_in_something_that_is_over_stands_in_nobodys_way(town: Town):
    town.enrol("ann")
    town.enrol("ann-wechat", lane=PASSIVE)
    town.join("ann-wechat", town.plan().id)

    assert use(town, ANN, WEB) is NoLink.BUSY
    town.later(days=4)
    assert isinstance(link(town, ANN, WEB), Linked)


def test_places_of_the_one_who_stays_and_the_queue_behind_are_untouched(town: Town):
    town.enrol("ann", "bob", "cho")
    town.enrol("ann-wechat", lane=PASSIVE)
    card = town.plan(seats=1)
    for name in ("bob", "ann", "cho"):
        town.join(name, card.id)
    with town.database.reading() as uow:
        before = uow.sign_ups.roster(card.id, 10)

    link(town, ANN, WEB)

    with town.database.reading() as uow:
        after = uow.sign_ups.roster(card.id, 10)
        counted = uow.activities.card(card.id)
    assert [(line.number, line.standing) for line in after] == [(line.number, line.standing) for line in before]
    assert (counted.seated, counted.waiting) == (1, 2)


def test_subscribed_on_both_sides_one_tip_comes(town: Town):
    subscribe(town, ANN)
    subscribe(town, WEB)
    town.approve("sleep")
    link(town, ANN, WEB)
    town.later(days=8)

    with town.database.unit_of_work() as uow:
        tips.queue_due(uow, RHYTHM, town.now)

    assert len(town.ledger("tip")) == 1


def test_the_question_rides_with_the_next_word_where_nothing_can_be_pushed(town: Town):
    town.enrol("ann-wechat", lane=PASSIVE)
    code = _code(town.says("ann-wechat", "link"))
    _on_push(town, "ann", f"link {code}")
    _on_push(town, "ann", "Yes, link them")

    (answer,) = town.says("ann-wechat", "mine")
    (done,) = town.says("ann-wechat", "it is me")

    assert answer.text.startswith("Is it you, linking from Telegram?")
    assert done.text.startswith("Linked.")
    assert len(set(known_as(town, ANN, WEB))) == 1
    assert "Linked." in " ".join(part.text for one in town.dispatch() for part in one.parts)


def test_the_question_is_not_put_twice_in_one_answer(town: Town):
    town.enrol("ann-wechat", lane=PASSIVE)
    code = _code(town.says("ann-wechat", "link"))
    _on_push(town, "ann", f"link {code}")
    _on_push(town, "ann", "yes")

    (answer,) = town.says("ann-wechat", "hmm what is that")

    assert answer.text.count("Is it you") == 1


def test_what_waited_for_a_chat_that_is_unlinked_goes_to_the_other(town: Town):
    town.enrol("ann")
    link(town, ANN, WEB)
    town.later(minutes=1)
    card = town.plan()
    town.says("ann-wechat", "mine")
    town.join("ann", card.id)

    with town.database.unit_of_work() as uow:
        assert linking.unlink(uow, WEB, town.now) is Doors.DONE

    assert [(one.letter.to, one.letter.kind) for one in town.dispatch()] == [("ann", MessageKind.CONFIRMATION)]


def test_two_chats_that_unlink_one_after_the_other_leave_one(town: Town):
    town.enrol("ann")
    link(town, ANN, WEB)

    with town.database.unit_of_work() as uow:
        assert linking.unlink(uow, WEB, town.now) is Doors.DONE
        assert linking.unlink(uow, ANN, town.now) is Doors.ONLY
        assert linking.unlink(uow, WEB, town.now) is Doors.NOTHING
        assert linking.prefer(uow, ANN, town.now) is Doors.ONLY


def test_who_unfollows_one_of_two_chats_keeps_seat_and_person_by_the_other(town: Town):
    town.enrol("ann")
    link(town, ANN, WEB)
    card = town.plan()
    town.join("ann", card.id)
    erasing = replace(ABLE, leaving_erases=True)
    counter = Counter(PASSIVE, erasing, town.dialogue.answer, town.dialogue.offered, town.desk)

    with town.database.unit_of_work() as uow:
        intake.take(uow, counter, Reachability("r1", WEB.user_ref, town.now, Reach.LEFT), town.now)

    with town.database.reading() as uow:
        assert uow.activities.card(card.id).seated == 1
        assert [uow.people.at(door).is_known for door in (ANN, WEB)] == [True, False]


def test_who_leaves_one_chat_for_good_keeps_what_they_have_by_the_other(town: Town):
    town.enrol("ann")
    link(town, ANN, WEB)
    card = town.plan()
    town.join("ann", card.id)
    town.says("ann-wechat", "mine")

    with town.database.unit_of_work() as uow:
        linking.left(uow, WEB, town.now)
        assert uow.activities.card(card.id).seated == 1
        assert uow.conversations.recall(WEB, town.now) == {}
        linking.left(uow, ANN, town.now)
        assert uow.activities.card(card.id).seated == 0

    assert known_as(town, ANN, WEB) == [None, None]


def test_housekeeping_takes_codes_and_misses_away(town: Town):
    with town.database.unit_of_work() as uow:
        linking.begin(uow, ANN, Language.EN, town.now)
        linking.use_code(uow, WEB, "00000000", Language.EN, town.now)
        assert housekeeping.purge(uow, town.now) == 0
        assert housekeeping.purge(uow, town.now + linking.PAUSE) == 2


def test_a_code_is_eight_digits_and_good_for_ten_minutes(town: Town):
    town.enrol("ann")
    with town.database.unit_of_work() as uow:
        code = linking.begin(uow, ANN, Language.EN, town.now)
        late = town.now + timedelta(minutes=10)

        assert re.fullmatch(r"\d{8}", code)
        assert linking.use_code(uow, WEB, code, Language.EN, late) is NoLink.WRONG
        assert isinstance(linking.use_code(uow, WEB, code, Language.EN, late - timedelta(seconds=1)), LinkOffer)


Chat: TypeAlias = tuple[LaneName, str]
CHATS = [(PUSH, "one"), (PASSIVE, "two"), (PUSH, "three")]
BROKEN = (
    "SELECT 1 FROM resident WHERE id NOT IN (SELECT resident_id FROM address)",
    "SELECT 1 FROM sign_up WHERE resident_id IS NOT NULL GROUP BY resident_id, activity_id HAVING count(*) > 1",
    "SELECT 1 FROM address WHERE preferred_at IS NOT NULL GROUP BY resident_id HAVING count(*) > 1",
    "PRAGMA foreign_key_check",
)
"""What finds something only if linking has broken it."""
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["enrol", "join", "leave", "link", "unlink", "prefer", "erase"]),
        st.sampled_from(CHATS),
        st.sampled_from(CHATS),
    ),
    max_size=14,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_is_linked_and_unlinked_no_seat_is_lost_or_doubled(town: Town, steps: list[tuple[str, Chat, Chat]]):
    card, example = town.plan(seats=2), next(_ids)
    chats = {chat: Caller(chat[0], f"{chat[1]}{example}") for chat in CHATS}
    for step, chat, other in steps:
        _do(town, step, chats[chat], chats[other], card.number)
        _nothing_is_lost(town, card.id)


def _do(town: Town, step: str, caller: Caller, other: Caller, number: int) -> None:
    if step == "link" and caller != other:
        link(town, caller, other)
    elif step == "enrol":
        subscribe(town, caller)
    elif step in {"join", "leave"}:
        _say(town, caller, f"{'join' if step == 'join' else 'cancel'} {number}")
        _say(town, caller, "agree")
    elif step != "link":
        words = {"unlink": "confirm unlink", "prefer": "prefer here", "erase": "confirm delete"}
        _say(town, caller, words[step])


def _nothing_is_lost(town: Town, activity: ActivityId) -> None:
    """Counts agree with the list, nobody has two places, nobody is without a door, no row leads to nobody."""
    with town.database.reading() as uow:
        card, lines = uow.activities.card(activity), uow.sign_ups.roster(activity, 10)
        people_of = {standing: sum(line.party for line in lines if line.standing is standing) for standing in Standing}
        assert (card.seated, card.waiting) == (people_of[Standing.SEATED], people_of[Standing.WAITING])
        assert card.seated == min(2, card.seated + card.waiting)
        for broken in BROKEN:
            assert uow.connection.exec_driver_sql(broken).all() == []


def _say(town: Town, caller: Caller, text: str) -> None:
    if caller.lane == PASSIVE:
        town.says(caller.user_ref, text)
    else:
        _on_push(town, caller.user_ref, text)


def _on_push(town: Town, name: str, text: str) -> tuple[Outgoing, ...]:
    counter = Counter(PUSH, ABLE, town.dialogue.answer, town.dialogue.offered, town.desk)
    with town.database.unit_of_work() as uow:
        return intake.take(uow, counter, Message(f"push{next(_ids)}", name, text, town.now), town.now)


def _code(answer: tuple[Outgoing, ...]) -> str:
    found = re.search(r"\d{4} \d{4}", answer[0].text)
    assert found is not None
    return found[0]
