"""Who is told that something waits, when, again and wider, and that no push says what it is."""

from datetime import timedelta

import pytest
from services_town import OPERATOR, PASSIVE, PUSH, Town

from outreach.domain.actor import Role
from outreach.domain.ids import RegionId, ThreadId
from outreach.domain.messages import Language, Sent
from outreach.services import duty, safeguarding, staff, threads
from outreach.services.cards import Caller
from outreach.services.cards_care import AlertState
from outreach.services.duty import pace_of

MINUTE = timedelta(minutes=1)


@pytest.fixture
def regions(town: Town) -> dict[str, RegionId]:
    with town.database.unit_of_work() as uow:
        root = uow.regions.root()
        county = uow.regions.add("county", "County", root)
        village = uow.regions.add("village", "Village", county)
        other = uow.regions.add("other", "Other", root)
        return {"root": root.id, "county": county.id, "village": village.id, "other": other.id}


def _colleague(
    town: Town, login: str, role: Role, region: RegionId, *, on_duty: bool = False, language: Language = Language.ZH
) -> staff.StaffCard:
    """With a chat of their own."""
    with town.database.unit_of_work() as uow:
        new = staff.NewStaff(login, login, role, region, on_duty, language)
        card = staff.add(uow, OPERATOR, new, "no hash", town.now)
        code = staff.offer_door(uow, card.actor, town.now)
        assert not isinstance(duty.use_code(uow, Caller(PUSH, login), code, town.now), duty.NoDuty)
        return card


def _in_danger(town: Town, name: str, risk: str = "imminent") -> None:
    with town.database.unit_of_work() as uow:
        uow.alerts.raise_(Caller(PUSH, name), risk, "self", ("zh.1",), "lex", f"key-{name}", town.now)


def _tell(town: Town) -> list[str]:
    """Whom the ledger is to reach after a look, each with what they read."""
    with town.database.unit_of_work() as uow:
        duty.tell_staff(uow, town.desk.wording, town.now)
    return [f"{letter.to}: {part.text}" for letter in _waiting(town) for part in letter.body]


def _waiting(town: Town):
    with town.database.unit_of_work() as uow:
        epoch = uow.lanes.take(PUSH, "test", "test", town.now, MINUTE)
        assert epoch is not None
        uow.deliveries.recover(PUSH, epoch=epoch, now=town.now)
        return uow.deliveries.claim_due(PUSH, epoch=epoch, limit=100, now=town.now, lease=timedelta(seconds=1))


def _all_sent(town: Town) -> None:
    town.now += MINUTE
    letters = _waiting(town)
    with town.database.unit_of_work() as uow:
        epoch = uow.lanes.take(PUSH, "test", "test", town.now, MINUTE)
        assert epoch is not None
        uow.deliveries.mark_calling([letter.id for letter in letters], epoch=epoch, now=town.now)
        uow.deliveries.record([(letter, Sent(), 1) for letter in letters], epoch=epoch, now=town.now)


def _told(town: Town) -> set[str]:
    return {line.split(":")[0] for line in _tell(town)}


def _lives_in(town: Town, name: str, region: RegionId) -> None:
    town.enrol(name)
    with town.database.unit_of_work() as uow:
        uow.people.update(town.residents[name], region_id=region)


def test_whoever_is_nearest_and_on_duty_is_told_without_a_word_of_what_it_is(town: Town, regions):
    _lives_in(town, "ann", regions["village"])
    _colleague(town, "vera", Role.VILLAGE_ADMIN, regions["village"], on_duty=True)
    _colleague(town, "vic", Role.VILLAGE_ADMIN, regions["village"])
    _colleague(town, "cora", Role.DUTY, regions["county"])
    _colleague(town, "oleg", Role.DUTY, regions["other"])
    _in_danger(town, "ann")

    assert _tell(town) == ["vera: 有1条新的安全提醒，请打开控制台。"]


def test_where_nobody_near_is_on_duty_the_unit_above_is_told_at_once(town: Town, regions):
    _lives_in(town, "ann", regions["village"])
    _colleague(town, "vic", Role.VILLAGE_ADMIN, regions["village"])
    _colleague(town, "cora", Role.DUTY, regions["county"], language=Language.EN)
    _in_danger(town, "ann")

    assert _tell(town) == ["cora: 1 new safety alert. Please open the console."]


def test_a_stranger_in_danger_concerns_the_top(town: Town, regions):
    _colleague(town, "cora", Role.DUTY, regions["county"])
    _colleague(town, "tess", Role.DUTY, regions["root"])
    _in_danger(town, "nobody-we-know")

    assert _told(town) == {"tess"}


def test_looking_often_tells_nobody_twice(town: Town, regions):
    _colleague(town, "tess", Role.DUTY, regions["root"])
    _in_danger(town, "x")

    assert [len(_tell(town)) for _ in range(3)] == [1, 1, 1]  # the same one, still in the ledger


def test_an_alert_that_nobody_takes_is_told_again_and_wider(town: Town, regions):
    _lives_in(town, "ann", regions["village"])
    for login, unit in (("vera", "village"), ("cora", "county"), ("tess", "root")):
        _colleague(town, login, Role.DUTY, regions[unit])
    _in_danger(town, "ann")
    began, pushes = town.now, {}

    for minutes in (0, 1, 2, 9, 10, 15):
        town.now = began + minutes * MINUTE
        with town.database.unit_of_work() as uow:
            before = sum(uow.deliveries.counts().values())
            duty.tell_staff(uow, town.desk.wording, town.now)
            pushes[minutes] = sum(uow.deliveries.counts().values()) - before

    assert pushes == {0: 1, 1: 0, 2: 1, 9: 1, 10: 2, 15: 3}


def test_once_it_is_taken_nobody_is_told_any_more(town: Town, regions):
    _colleague(town, "tess", Role.DUTY, regions["root"])
    _in_danger(town, "x")
    with town.database.unit_of_work() as uow:
        (alert,) = uow.alerts.listed(5)
        safeguarding.acknowledge(uow, OPERATOR, alert.id, town.now)

    assert _tell(town) == []
    with town.database.reading() as uow:
        assert duty.is_quiet(uow, town.now)


def test_after_a_day_pushes_end_and_the_list_remains(town: Town, regions):
    _colleague(town, "tess", Role.DUTY, regions["root"])
    _in_danger(town, "x")
    town.now += duty.LOOKS_BACK

    assert _tell(town) == []
    with town.database.reading() as uow:
        assert len(uow.alerts.listed(5)) == 1


def test_an_alert_counts_as_sent_only_when_a_push_has_gone_out(town: Town, regions):
    _colleague(town, "tess", Role.DUTY, regions["root"])
    _in_danger(town, "x")
    _tell(town)
    with town.database.reading() as uow:
        queued = uow.alerts.listed(1)[0].state

    _all_sent(town)
    _tell(town)

    with town.database.reading() as uow:
        assert (queued, uow.alerts.listed(1)[0].state) == (AlertState.RAISED, AlertState.SENT)


def test_a_note_is_told_once_until_it_is_answered(town: Town, regions):
    _lives_in(town, "ann", regions["village"])
    _colleague(town, "vic", Role.VILLAGE_ADMIN, regions["village"])
    _colleague(town, "cora", Role.DUTY, regions["county"])
    thread = _writes(town, "ann", "I would like to talk to somebody")

    first = _tell(town)
    _writes(town, "ann", "are you there?")
    again = _tell(town)
    with town.database.unit_of_work() as uow:
        threads.answer(uow, OPERATOR, thread, "we are", town.now)
    _writes(town, "ann", "thank you, one more thing")
    after = _tell(town)

    assert first == ["vic: 有1条新留言等人回，请打开控制台。"]
    assert again == first
    assert len([line for line in after if line.startswith("vic")]) == 2


def _writes(town: Town, name: str, text: str) -> ThreadId:
    with town.database.unit_of_work() as uow:
        caller = Caller(PUSH, name)
        return threads.leave_note(uow, caller, uow.people.at(caller), text, town.now).id


@pytest.mark.parametrize(
    ("risk", "steps"),
    [
        ("imminent", {0: 0, 1: 0, 2: 1, 59: 29, 60: 30, 90: 31, 120: 32}),
        ("risk", {0: 0, 29: 0, 30: 1, 60: 2, 179: 2, 180: 3}),
    ],
)
def test_pushes_come_as_often_as_the_class_asks_for_and_tire_after_an_hour(risk: str, steps: dict[int, int]):
    assert {minutes: pace_of(risk).step(minutes * MINUTE) for minutes in steps} == steps


def test_someone_whose_chat_cannot_be_written_to_first_is_told_with_their_next_word(town: Town, regions):
    with town.database.unit_of_work() as uow:
        card = staff.add(uow, OPERATOR, staff.NewStaff("wei", "wei", Role.DUTY, regions["root"]), "no hash", town.now)
        code = staff.offer_door(uow, card.actor, town.now)
        duty.use_code(uow, Caller(PASSIVE, "wei"), code, town.now)
    _in_danger(town, "x")
    with town.database.unit_of_work() as uow:
        duty.tell_staff(uow, town.desk.wording, town.now)
        waiting = uow.deliveries.parked_for(Caller(PASSIVE, "wei"), town.now, 5)

    assert [part.text for letter in waiting for part in letter.body] == ["有1条新的安全提醒，请打开控制台。"]


def test_residents_never_are_among_those_told(town: Town, regions):
    town.enrol("ann")
    _in_danger(town, "ann")

    assert _tell(town) == []
