"""Planning as a use case: who may, what is told to whom, and that nothing happens by halves."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from services_town import NOW, RULE, SOON
from sqlalchemy import text

from outreach.domain.activity import ActivityKind, ActivityStatus, SignUpPolicy
from outreach.domain.actor import Actor, Role
from outreach.domain.errors import ActivityCalledOff, ActivityNotFound, Forbidden, IllegalMove
from outreach.domain.ids import ActivityId, StaffId
from outreach.services import activities, activity_lists
from outreach.services.activities import ChangedMeanwhile
from outreach.services.cards import NewActivity
from outreach.services.cards_planning import plan_of
from outreach.services.problems import BadFields

OPERATOR = Actor.operator()


def planner(path, role=Role.VILLAGE_ADMIN):
    return Actor(role, "lin", StaffId(1), path)


def audited(uow):
    return list(uow.connection.execute(text("select action, reason from audit order by id")).all())


def edited(uow, card, by=OPERATOR, now=NOW, **changes):
    plan = plan_of(uow.activities.card(card.id))
    return activities.edit(uow, by, card.id, plan, replace(plan, **changes), RULE, now)


@pytest.mark.parametrize("role", Role)
def test_who_may_plan_for_a_unit_is_said_by_the_role_and_nothing_else(town, role):
    card = town.plan()
    by = planner(card.region_path, role)
    allowed = role in {Role.OPERATOR, Role.NETWORK_ADMIN, Role.AREA_ADMIN, Role.VILLAGE_ADMIN}

    with town.database.unit_of_work() as uow:
        plan = plan_of(card)
        for use_case in (
            lambda: activities.edit(uow, by, card.id, plan, replace(plan, title="New"), RULE, NOW),
            lambda: activities.ripple(uow, by, card.id),
            lambda: activities.call_off(uow, by, card.id, NOW),
        ):
            if allowed:
                use_case()
            else:
                with pytest.raises(Forbidden):
                    use_case()


def test_another_unit_is_out_of_reach_for_every_use_case(town):
    card = town.plan()
    by = planner("/999/")

    with town.database.unit_of_work() as uow:
        plan = plan_of(card)
        with pytest.raises(Forbidden):
            activities.edit(uow, by, card.id, plan, replace(plan, title="New"), RULE, NOW)
        with pytest.raises(Forbidden):
            activities.publish(uow, by, card.id, RULE, NOW)
        with pytest.raises(Forbidden):
            activities.ripple(uow, by, card.id)
        with pytest.raises(ActivityNotFound):
            activity_lists.seen(uow, by, card.id)
        with pytest.raises(ActivityNotFound):
            activity_lists.seen(uow, by, ActivityId(999))
        assert uow.activities.card(card.id).title == card.title


def test_a_change_is_audited_by_the_names_of_its_fields_never_their_words(town):
    card = town.plan()

    with town.database.unit_of_work() as uow:
        edited(uow, card, title="Somebody's secret", summary="more")

        assert audited(uow)[-1] == ("edit", "title,summary")


def test_a_change_of_nothing_writes_nothing(town):
    card = town.plan()

    with town.database.unit_of_work() as uow:
        before = len(audited(uow))
        done = edited(uow, card)

        assert (done.fields, len(audited(uow)) - before) == ((), 0)
        assert uow.activities.card(card.id).version == card.version


def test_another_time_given_in_an_edit_is_a_move_that_plans_reminders_anew(town):
    card = town.plan()
    later = card.starts_at + timedelta(days=1)

    with town.database.unit_of_work() as uow:
        edited(uow, card, starts_at=later, ends_at=card.ends_at + timedelta(days=1))
        moved = uow.activities.card(card.id)
        next_at = uow.connection.execute(text("select next_reminder_at from activity")).scalar_one()

    assert (moved.starts_at, moved.revision) == (later, card.revision + 1)
    assert next_at == int((later - timedelta(hours=24)).timestamp() * 1_000_000)


def test_a_reminder_that_is_just_due_survives_a_change_of_words(town):
    card = town.plan()
    due = card.starts_at - timedelta(hours=24)

    with town.database.unit_of_work() as uow:
        edited(uow, card, now=due + timedelta(seconds=5), title="New")
        next_at = uow.connection.execute(text("select next_reminder_at from activity")).scalar_one()

    assert next_at == int(due.timestamp() * 1_000_000)


def test_the_same_field_changed_twice_is_a_conflict_that_changes_nothing(town):
    card = town.plan()
    opened = plan_of(card)

    with town.database.unit_of_work() as uow:
        edited(uow, card, title="Theirs", seats=9)
        with pytest.raises(ChangedMeanwhile) as refused:
            activities.edit(uow, OPERATOR, card.id, opened, replace(opened, title="Mine", summary="Mine"), RULE, NOW)

        assert refused.value.fields == ("title",)
        assert refused.value.card.title == "Theirs"
        assert uow.activities.card(card.id).summary == card.summary


def test_two_who_change_the_same_to_the_same_do_not_quarrel(town):
    card = town.plan()
    opened = plan_of(card)

    with town.database.unit_of_work() as uow:
        edited(uow, card, title="Both")
        done = activities.edit(uow, OPERATOR, card.id, opened, replace(opened, title="Both"), RULE, NOW)

    assert done.fields == ()


def test_what_was_called_off_is_changed_no_more(town):
    card = town.plan()

    with town.database.unit_of_work() as uow:
        activities.call_off(uow, OPERATOR, card.id, NOW)
        with pytest.raises(IllegalMove):
            edited(uow, card, title="New")
        with pytest.raises(ActivityCalledOff):
            activities.move(uow, OPERATOR, card.id, SOON + timedelta(days=1), None, RULE, NOW)


def test_only_what_is_new_must_be_right(town):
    card = town.plan()

    with town.database.unit_of_work() as uow:
        long_ago = card.ends_at + timedelta(days=1)
        assert edited(uow, card, now=long_ago, summary="How it was").fields == ("summary",)
        with pytest.raises(BadFields) as refused:
            edited(uow, card, title=" ", seats=0, starts_at=NOW - timedelta(days=1))

    assert {problem.where for problem in refused.value.found} >= {"title", "seats", "starts"}


def test_a_draft_moves_quietly_and_is_published_with_its_reminders(town):
    with town.database.unit_of_work() as uow:
        draft = activities.add(uow, OPERATOR, _draft(town, uow), RULE, NOW)
        edited(
            uow, draft, place="Garden", starts_at=SOON + timedelta(days=1), ends_at=SOON + timedelta(days=1, hours=1)
        )
        moved = uow.activities.card(draft.id)
        activities.publish(uow, OPERATOR, draft.id, RULE, NOW)

        assert (moved.place, moved.revision) == ("Garden", 0)
        assert uow.activities.card(draft.id).status is ActivityStatus.PUBLISHED


def _draft(town, uow):
    return NewActivity(
        ActivityKind.SALON, "T", "", "Hall", SOON, SOON + timedelta(hours=1), 5, uow.regions.root().id,
        frozenset({"general"}), SignUpPolicy.OPEN, False, True,
    )  # fmt: skip


def test_the_same_key_makes_one_activity_and_only_for_the_one_who_made_it(town):
    with town.database.unit_of_work() as uow:
        root = uow.regions.root()
        ann, bo = (
            Actor(Role.NETWORK_ADMIN, name, StaffId(number), root.path) for number, name in ((1, "ann"), (2, "bo"))
        )
        new = _draft(town, uow)
        first, again, other = (activities.add(uow, by, new, RULE, NOW, "a" * 32) for by in (ann, ann, bo))

    assert first.uid == "a" * 32
    assert again.id == first.id
    assert other.id != first.id
    assert other.uid != first.uid


def test_who_moves_up_by_new_seats_is_told_and_a_ripple_comes_true(town):
    card = town.plan(seats=1)
    town.enrol("ann", "bo", "cho")
    for name in ("ann", "bo", "cho"):
        town.join(name, card.id)

    with town.database.unit_of_work() as uow:
        done = edited(uow, card, seats=2)
        before = activities.ripple(uow, OPERATOR, card.id)
        moved = edited(uow, card, place="Garden")

    assert done.promoted == 1
    assert [row.who for row in town.ledger("promoted")] == ["bo"]
    assert before.messages == moved.told == len(town.ledger("moved")) == 3
    assert (before.seated, before.waiting) == (2, 1)
