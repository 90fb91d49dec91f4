"""A member of staff makes a chat theirs, and ends it."""

import pytest
from conversation_stage import Stage

from outreach.domain.actor import Actor, Role
from outreach.domain.ids import LaneName
from outreach.services import duty, staff
from outreach.services.cards import Caller


@pytest.fixture
def colleague(stage: Stage) -> staff.StaffCard:
    with stage.database.unit_of_work() as uow:
        new = staff.NewStaff("ann", "Ann", Role.DUTY, uow.regions.root().id)
        return staff.add(uow, Actor.operator(), new, "no hash", stage.now)


def _code(stage: Stage, colleague: staff.StaffCard) -> str:
    with stage.database.unit_of_work() as uow:
        return staff.offer_door(uow, colleague.actor, stage.now)


def _door(stage: Stage, colleague: staff.StaffCard) -> LaneName | None:
    with stage.database.reading() as uow:
        return uow.staffs.get(colleague.id).door


def test_the_code_of_the_console_makes_a_chat_theirs_and_a_word_ends_it(stage: Stage, colleague):
    phone = stage.person("phone", "telegram")

    told = phone.says(f"值班 {_code(stage, colleague)}")
    door = _door(stage, colleague)
    ended = phone.says("值班 停")

    assert "Ann" in told
    assert door == "telegram"
    assert _door(stage, colleague) is None
    assert "不再收" in ended
    assert "本来就不" in phone.says("值班停止")


def test_nothing_of_a_colleagues_chat_is_kept_as_a_residents(stage: Stage, colleague):
    phone = stage.person("phone", "telegram")

    phone.says(f"duty {_code(stage, colleague)}")

    assert not phone.card.is_known


def test_a_code_works_once_and_guessing_is_paused(stage: Stage, colleague):
    code = _code(stage, colleague)
    phone, guesser = stage.person("phone", "telegram"), stage.person("guesser", "webchat")
    phone.says(f"值班 {code}")

    answers = [guesser.says(f"值班 {code}") for _ in range(6)]

    assert all("用不了" in answer for answer in answers[:5])
    assert "歇一歇" in answers[5]
    with stage.database.unit_of_work() as uow:
        fresh = staff.offer_door(uow, colleague.actor, stage.now)
        assert duty.use_code(uow, Caller(LaneName("webchat"), "guesser"), fresh, stage.now) is duty.NoDuty.PAUSED
    assert _door(stage, colleague) == "telegram"


def test_who_is_disabled_has_no_chat(stage: Stage, colleague):
    stage.person("phone", "telegram").says(f"值班 {_code(stage, colleague)}")

    with stage.database.unit_of_work() as uow:
        staff.disable(uow, Actor.operator(), colleague.id, stage.now)

    assert _door(stage, colleague) is None
