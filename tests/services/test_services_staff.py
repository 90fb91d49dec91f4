"""Accounts of staff: who may make which, signing in, locking, sessions, one's own chat."""

from datetime import timedelta

import pytest
from services_town import OPERATOR, PUSH, Town

from outreach.domain.actor import Actor, Role
from outreach.domain.errors import Forbidden, NotFound
from outreach.domain.ids import RegionId
from outreach.services import passwords, staff
from outreach.services.cards import Caller
from outreach.services.cards_staff import NewStaff, StaffCard
from outreach.services.problems import BadFields

HASH = "not a hash, and no password is compared with it here"


@pytest.fixture
def regions(town: Town) -> dict[str, RegionId]:
    with town.database.unit_of_work() as uow:
        county = uow.regions.add("county", "County", uow.regions.root())
        village = uow.regions.add("village", "Village", county)
        other = uow.regions.add("other", "Other", uow.regions.root())
        return {"root": uow.regions.root().id, "county": county.id, "village": village.id, "other": other.id}


def _add(
    town: Town, login: str, role: Role, region: RegionId, by: Actor = OPERATOR, *, on_duty: bool = False
) -> StaffCard:
    with town.database.unit_of_work() as uow:
        return staff.add(uow, by, NewStaff(login, login.title(), role, region, on_duty), HASH, town.now)


def test_a_new_account_must_change_its_password_and_signs_in(town: Town, regions):
    made = _add(town, "Ann", Role.VILLAGE_ADMIN, regions["village"])

    with town.database.unit_of_work() as uow:
        found = staff.look_up(uow, " ANN ")
        token, session = staff.signed_in(uow, made.id, town.now)
    with town.database.reading() as uow:
        again = staff.of_session(uow, token, town.now)

    assert (made.login, made.must_change, made.role) == ("ann", True, Role.VILLAGE_ADMIN)
    assert found is not None
    assert found.staff_id == made.id
    assert again == session
    assert session.actor == Actor(Role.VILLAGE_ADMIN, "Ann", made.id, made.region_path)


def test_a_password_is_compared_and_never_kept():
    fresh = passwords.fresh()
    kept = passwords.hash_of(fresh)
    right = staff.Credentials(staff.StaffId(1), kept, None)

    assert fresh not in kept
    assert passwords.verify(right, fresh)
    assert not passwords.verify(right, fresh + "x")
    assert not passwords.verify(None, fresh)
    assert kept not in repr(right)
    assert len({passwords.fresh() for _ in range(100)}) == 100


def test_all_that_is_wrong_with_an_account_is_told_at_once(town: Town, regions):
    with pytest.raises(BadFields) as refused, town.database.unit_of_work() as uow:
        staff.add(uow, OPERATOR, NewStaff("a b", " ", Role.HOST, regions["root"]), HASH, town.now)

    assert [(one.where, one.code) for one in refused.value.found] == [("login", "login_form"), ("name", "empty")]


def test_a_login_is_given_once_whatever_its_case(town: Town, regions):
    _add(town, "ann", Role.HOST, regions["root"])

    with pytest.raises(BadFields) as refused:
        _add(town, "ＡＮＮ", Role.HOST, regions["root"])  # full-width letters are the same letters

    assert [one.code for one in refused.value.found] == ["login_taken"]


@pytest.mark.parametrize(
    ("giver", "given", "may"),
    [
        (Role.NETWORK_ADMIN, Role.NETWORK_ADMIN, True),
        (Role.NETWORK_ADMIN, Role.AUDITOR, True),
        (Role.NETWORK_ADMIN, Role.OPERATOR, False),
        (Role.AREA_ADMIN, Role.VILLAGE_ADMIN, True),
        (Role.AREA_ADMIN, Role.NETWORK_ADMIN, False),
        (Role.AREA_ADMIN, Role.AUDITOR, False),
        (Role.VILLAGE_ADMIN, Role.LIAISON, False),
        (Role.DUTY, Role.DUTY, False),
        (Role.EDITOR, Role.EDITOR, False),
        (Role.AUDITOR, Role.AUDITOR, False),
        (Role.HOST, Role.LIAISON, False),
    ],
)
def test_nobody_gives_a_role_that_reaches_beyond_their_own(town: Town, regions, giver: Role, given: Role, may: bool):
    by = _add(town, "giver", giver, regions["root"]).actor

    if may:
        assert _add(town, "new", given, regions["village"], by).role is given
    else:
        with pytest.raises(Forbidden):
            _add(town, "new", given, regions["village"], by)


def test_accounts_are_managed_in_ones_own_part_of_the_network_only(town: Town, regions):
    by = _add(town, "county", Role.AREA_ADMIN, regions["county"]).actor
    below = _add(town, "below", Role.VILLAGE_ADMIN, regions["village"])
    beside = _add(town, "beside", Role.VILLAGE_ADMIN, regions["other"])

    with town.database.unit_of_work() as uow:
        assert [card.login for card in staff.listed(uow, by, 10)] == ["below", "county"]
        assert staff.get(uow, by, below.id).login == "below"
        for deed in (staff.disable, staff.enable, staff.get):
            with pytest.raises(Forbidden):
                deed(uow, by, beside.id, *(() if deed is staff.get else (town.now,)))
        with pytest.raises(Forbidden):
            staff.change(uow, by, below.id, town.now, region_id=regions["other"])
        with pytest.raises(NotFound):
            staff.get(uow, by, staff.StaffId(99))


def test_nobody_manages_their_own_account_but_for_its_password(town: Town, regions):
    own = _add(town, "boss", Role.NETWORK_ADMIN, regions["root"])

    with town.database.unit_of_work() as uow:
        with pytest.raises(Forbidden):
            staff.change(uow, own.actor, own.id, town.now, on_duty=True)
        with pytest.raises(Forbidden):
            staff.disable(uow, own.actor, own.id, town.now)
        staff.set_own_password(uow, own.actor, HASH + "2", town.now)

    with town.database.reading() as uow:
        assert uow.staffs.get(own.id).must_change is False


def test_after_five_wrong_passwords_an_account_is_locked_for_longer_each_time(town: Town, regions):
    _add(town, "ann", Role.HOST, regions["root"])
    waits = []

    for _ in range(11):
        with town.database.unit_of_work() as uow:
            staff.failed(uow, "ANN", town.now)
            staff.failed(uow, "nobody", town.now)
            found = staff.look_up(uow, "ann")
        assert found is not None
        waits.append(0 if found.locked_until is None else (found.locked_until - town.now).total_seconds() / 60)

    assert waits == [0, 0, 0, 0, 1, 2, 5, 10, 15, 15, 15]
    assert staff.is_locked(found, town.now)
    assert not staff.is_locked(found, town.now + timedelta(minutes=15))
    assert not staff.is_locked(None, town.now)


def test_the_right_password_forgets_the_wrong_ones(town: Town, regions):
    made = _add(town, "ann", Role.HOST, regions["root"])

    with town.database.unit_of_work() as uow:
        for _ in range(5):
            staff.failed(uow, "ann", town.now)
        staff.signed_in(uow, made.id, town.now)
        found = staff.look_up(uow, "ann")

    assert found is not None
    assert found.locked_until is None


def test_a_session_ends_when_it_is_idle_too_old_or_signed_out(town: Town, regions):
    made = _add(town, "ann", Role.HOST, regions["root"])
    with town.database.unit_of_work() as uow:
        token, _ = staff.signed_in(uow, made.id, town.now)
        other, _ = staff.signed_in(uow, made.id, town.now)

    with town.database.unit_of_work() as uow:
        assert staff.of_session(uow, token, town.now + staff.IDLE) is None
        late = town.now + staff.IDLE - timedelta(minutes=1)
        session = staff.of_session(uow, token, late)
        assert session is not None
        assert staff.is_drowsy(session, late)
        staff.keep_awake(uow, token, late)
        awake = staff.of_session(uow, token, late + timedelta(hours=1))
        assert awake is not None
        assert not staff.is_drowsy(awake, late + timedelta(minutes=1))
        staff.sign_out(uow, other)
        assert staff.of_session(uow, other, town.now) is None
        for _ in range(30):
            late += timedelta(hours=7)
            staff.keep_awake(uow, token, late)
        assert staff.of_session(uow, token, late) is None


@pytest.mark.parametrize("token", ["", "x", "\ud800", "a" * 5_000])
def test_a_made_up_token_is_nobodys(town: Town, token: str):
    with town.database.unit_of_work() as uow:
        assert staff.of_session(uow, token, town.now) is None
        staff.sign_out(uow, token)


def test_whoever_is_disabled_or_gets_a_new_password_is_signed_out_everywhere(town: Town, regions):
    by = _add(town, "boss", Role.NETWORK_ADMIN, regions["root"]).actor
    ann, bea = (_add(town, name, Role.HOST, regions["village"]) for name in ("ann", "bea"))
    with town.database.unit_of_work() as uow:
        tokens = [staff.signed_in(uow, card.id, town.now)[0] for card in (ann, bea)]
        staff.disable(uow, by, ann.id, town.now)
        staff.set_password(uow, by, bea.id, HASH, town.now)

    with town.database.unit_of_work() as uow:
        assert [staff.of_session(uow, token, town.now) for token in tokens] == [None, None]
        assert staff.look_up(uow, "ann") is None
        assert uow.staffs.get(bea.id).must_change is True
        staff.enable(uow, by, ann.id, town.now)
        assert staff.look_up(uow, "ann") is not None


def test_what_was_changed_holds_at_the_next_click(town: Town, regions):
    by = _add(town, "boss", Role.NETWORK_ADMIN, regions["root"]).actor
    ann = _add(town, "ann", Role.HOST, regions["village"])
    with town.database.unit_of_work() as uow:
        token, _ = staff.signed_in(uow, ann.id, town.now)
        staff.change(uow, by, ann.id, town.now, role=Role.AREA_ADMIN, region_id=regions["county"], on_duty=True)
        session = staff.of_session(uow, token, town.now)

    assert session is not None
    assert (session.actor.role, session.actor.on_duty) == (Role.AREA_ADMIN, True)
    assert session.actor.region_path.endswith(f"/{regions['county']}/")


def test_a_chat_is_made_ones_own_with_a_code_that_works_once(town: Town, regions):
    ann = _add(town, "ann", Role.DUTY, regions["county"])
    with town.database.unit_of_work() as uow:
        code = staff.offer_door(uow, ann.actor, town.now)
        assert uow.staffs.claim_door("00000000" if code != "00000000" else "1", Caller(PUSH, "eve"), town.now) is None
        claimed = uow.staffs.claim_door(code, Caller(PUSH, "anns-phone"), town.now)
        again = uow.staffs.claim_door(code, Caller(PUSH, "eve"), town.now)

    with town.database.reading() as uow:
        path = uow.regions.get(regions["village"]).path
        chats = uow.staffs.chats(path, 10)

    assert claimed is not None
    assert claimed.door == PUSH
    assert again is None
    assert [(card.login, caller) for card, caller in chats] == [("ann", Caller(PUSH, "anns-phone"))]


def test_a_code_is_of_no_use_when_it_is_old(town: Town, regions):
    ann = _add(town, "ann", Role.DUTY, regions["county"])
    with town.database.unit_of_work() as uow:
        code = staff.offer_door(uow, ann.actor, town.now)

        assert uow.staffs.claim_door(code, Caller(PUSH, "phone"), town.now + staff.DOOR_CODE_HELPS) is None


def test_every_deed_stands_in_the_audit(town: Town, regions):
    by = _add(town, "boss", Role.NETWORK_ADMIN, regions["root"]).actor
    ann = _add(town, "ann", Role.HOST, regions["village"], by)
    with town.database.unit_of_work() as uow:
        staff.change(uow, by, ann.id, town.now, name="Anna")
        staff.set_password(uow, by, ann.id, HASH, town.now)
        staff.disable(uow, by, ann.id, town.now)
        staff.enable(uow, by, ann.id, town.now)
        lines = uow.audit.listed(20, subject="staff", subject_id=str(ann.id))

    assert [line.action for line in lines] == ["enable", "disable", "set_password", "change", "add"]
    assert {line.actor for line in lines} == {"Boss"}
