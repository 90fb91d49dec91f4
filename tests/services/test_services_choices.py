"""What residents choose for themselves: each kind of message on its own, how often, silent places, a nickname."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from services_town import NOTICE, NOW, PUSH, RHYTHM, Town

from outreach.domain.errors import NotFound
from outreach.domain.ids import RegionId, ResidentId
from outreach.domain.messages import Language, MessageKind
from outreach.domain.nickname import BadNickname
from outreach.domain.people import Purpose, Rhythm
from outreach.services import people
from outreach.services.cards import Caller, PersonCard
from outreach.services.cards_ledger import Draft
from outreach.services.people import Arrival

ANN = Caller(PUSH, "ann")
TUESDAY = datetime(2026, 11, 24, 2, tzinfo=UTC)  # 10:00 in Shanghai, the day after `NOW`
IN_DECEMBER = datetime(2026, 12, 1, 2, tzinfo=UTC)  # a Tuesday, too


def subscribed(town: Town, *purposes: Purpose, often: Rhythm | None = None, nickname: str | None = None) -> PersonCard:
    with town.database.unit_of_work() as uow:
        arrival = Arrival(Language.EN, nickname=nickname)
        return people.subscribe(
            uow, ANN, NOTICE, arrival, RHYTHM, town.now, purposes or people.SUBSCRIPTION, often=often
        )


def ann(town: Town) -> PersonCard:
    with town.database.reading() as uow:
        return uow.people.at(ANN)


def id_of(card: PersonCard) -> ResidentId:
    assert card.resident_id is not None
    return card.resident_id


def due(town: Town, at: datetime) -> list[datetime]:
    """When the tips are due that are at *at*."""
    with town.database.unit_of_work() as uow:
        return [tip.due_at for tip in uow.contents.tips_due(at, 9)]


def test_announcements_alone_bring_no_tips(town: Town):
    card = subscribed(town, Purpose.NEWS)

    assert card.consents == {Purpose.NEWS}
    assert due(town, IN_DECEMBER) == []


def test_tips_once_a_month_begin_at_the_next_slot(town: Town):
    card = subscribed(town, Purpose.TIPS, often=Rhythm.MONTHLY)

    assert (card.consents, card.rhythm) == ({Purpose.TIPS}, Rhythm.MONTHLY)
    assert due(town, IN_DECEMBER) == [TUESDAY]


def test_a_new_rhythm_plans_the_next_tip_anew_and_the_same_one_does_not(town: Town):
    card = subscribed(town)

    with town.database.unit_of_work() as uow:
        assert people.choose_rhythm(uow, card, Rhythm.MONTHLY, RHYTHM, NOW)
    assert due(town, IN_DECEMBER) == [IN_DECEMBER]

    with town.database.unit_of_work() as uow:
        people.choose_rhythm(uow, ann(town), Rhythm.MONTHLY, RHYTHM, IN_DECEMBER)
    assert due(town, IN_DECEMBER) == [IN_DECEMBER]


def test_who_has_not_agreed_to_tips_has_no_rhythm_to_choose(town: Town):
    card = subscribed(town, Purpose.NEWS)

    with town.database.unit_of_work() as uow:
        assert not people.choose_rhythm(uow, card, Rhythm.MONTHLY, RHYTHM, NOW)

    assert ann(town).rhythm is Rhythm.WEEKLY
    assert due(town, IN_DECEMBER) == []


@pytest.mark.parametrize(
    ("ended", "left", "withdrawn"),
    [(Purpose.TIPS, Purpose.NEWS, "education"), (Purpose.NEWS, Purpose.TIPS, "announcement")],
)
def test_each_kind_ends_on_its_own(town: Town, ended: Purpose, left: Purpose, withdrawn: str):
    card = subscribed(town)
    with town.database.unit_of_work() as uow:
        kinds = (MessageKind.EDUCATION, MessageKind.ANNOUNCEMENT)
        uow.deliveries.add([Draft(kind, kind.value, id_of(card), IN_DECEMBER, {}) for kind in kinds], NOW)

        assert people.unsubscribe(uow, card, NOW, (ended,))

    with town.database.reading() as uow:
        rows = uow.connection.exec_driver_sql("SELECT kind FROM delivery WHERE state = 'withdrawn'").scalars()
        assert list(rows) == [withdrawn]
    assert ann(town).consents == {left}
    assert bool(due(town, IN_DECEMBER)) == (left is Purpose.TIPS)


def test_ending_what_was_never_begun_changes_nothing(town: Town):
    card = subscribed(town, Purpose.NEWS)

    with town.database.unit_of_work() as uow:
        assert not people.unsubscribe(uow, card, NOW, (Purpose.TIPS,))
        assert not people.unsubscribe(uow, card, NOW, (Purpose.TAKE_PART,))

    assert ann(town).consents == {Purpose.NEWS}


def test_a_nickname_comes_with_the_first_agreement_and_the_next_leaves_it(town: Town):
    subscribed(town, nickname="Sunny")

    card = subscribed(town, nickname="Cloud")

    assert card.nickname == "Sunny"


def test_a_nickname_is_looked_at_before_it_is_kept(town: Town):
    card = subscribed(town)

    with town.database.unit_of_work() as uow:
        with pytest.raises(BadNickname):
            people.name(uow, id_of(card), "13812345678 Sunny")
        assert people.name(uow, id_of(card), "  Sunny ") == "Sunny"

    assert ann(town).nickname == "Sunny"


def test_a_place_that_is_none_cannot_be_silenced(town: Town):
    card = subscribed(town)

    with town.database.unit_of_work() as uow, pytest.raises(NotFound):
        people.mute(uow, id_of(card), RegionId(99), NOW)


def test_a_silent_place_is_heard_again(town: Town):
    card = subscribed(town)
    with town.database.unit_of_work() as uow:
        region = uow.regions.add("w", "Willow", uow.regions.root())
        assert people.mute(uow, id_of(card), region.id, NOW) == region
        assert people.muted(uow, id_of(card)) == [region]

        people.unmute(uow, id_of(card), region.id)

        assert people.muted(uow, id_of(card)) == []
