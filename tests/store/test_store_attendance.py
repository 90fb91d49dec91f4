"""Who came, on both databases: what is noted, what holds after the list is closed, and what stays of the forgotten."""

from __future__ import annotations

from datetime import timedelta

from store_town import NOW, TOMORROW, enrolled, join, lecture

from outreach.domain.attendance import CAME, How, Note, Tally
from outreach.domain.signup import Standing
from outreach.store import Database

HOUR = timedelta(hours=1)
ATTENDED, ABSENT, EXCUSED = Standing.ATTENDED, Standing.ABSENT, Standing.EXCUSED


def test_a_list_is_noted_closed_settled_and_counted(database: Database):
    with database.unit_of_work() as uow:
        card = lecture(uow)
        ann, bob, cho = (enrolled(uow, name) for name in ("ann", "bob", "cho"))
        made = [join(uow, who, card.id, party=party) for who, party in ((ann, 3), (bob, 1), (cho, 1))]
        lists = uow.attendances
        code = lists.opened(card.id).code
        assert lists.opened(card.id).code == code
        (here,) = lists.present_by_code(ann, code, TOMORROW - HOUR, TOMORROW + HOUR)

        lists.put({here: Note(ATTENDED, 2)}, How.CODE, None, NOW, over=False)
        lists.put({here: Note(ABSENT, 0)}, How.CODE, None, NOW, over=False)  # what was noted first stays
        assert [lists.walk_ins(card.id, more) for more in (1, 1, -1, -1, -1)] == [1, 2, 1, 0, 0]
        assert lists.put_rest(card.id, ABSENT, How.DESK, None, NOW) == 2
        lists.close(card.id, lists.cancelled_late(card.id, NOW), None, NOW)
        assert (lists.settle(card.id, NOW), lists.settle(card.id, NOW)) == (3, 0)

        assert {uow.sign_ups.get(one.id).standing for one in made} == {ATTENDED, ABSENT}
        assert {whom.resident_id for whom in lists.standing_so(card.id, CAME)} == {ann}
        assert (lists.excuse(card.id, bob, NOW), lists.excuse(card.id, bob, NOW)) == (1, 0)
        assert sorted((tally.mark, tally.people) for tally in lists.tallies(card.id)) == [
            (ABSENT, 0), (ATTENDED, 2), (EXCUSED, 0),
        ]  # fmt: skip
        assert lists.last_noted(bob, {EXCUSED}, NOW) == card.id
        assert [line.numbers.came for line in lists.figures("/", below=True, since=NOW, until=TOMORROW + HOUR, limit=9)]


def test_what_is_due_is_found_once_and_answers_are_counted_of_nobody(database: Database):
    with database.unit_of_work() as uow:
        card, other = lecture(uow), lecture(uow, starts_at=TOMORROW + HOUR)
        ann = enrolled(uow, "ann")
        sign_up = join(uow, ann, card.id)
        lists = uow.attendances
        lists.opened(card.id)
        lists.put({lists.present(sign_up.id): Note(ATTENDED, 1)}, How.DESK, None, NOW, over=True)
        lists.plan(card.id, NOW)

        assert [one.activity_id for one in lists.due(NOW, 9)] == [card.id]
        lists.plan(card.id, None)
        assert lists.due(NOW, 9) == []
        assert [lists.take_answer(sign_up.id) for _ in range(2)] == [True, False]
        for _ in range(2):
            lists.count(card.id, {"useful": "4", "wish": "stress"})
        assert lists.answers(card.id) == {"useful": {"4": 2}, "wish": {"stress": 2}}
        assert lists.wishes("/", below=True, since=NOW, until=TOMORROW + HOUR) == {"stress": 2}
        following = lists.next_like(card.id, NOW)
        assert following is not None
        assert following.id == other.id


def test_the_figures_stay_when_somebody_is_forgotten(database: Database):
    with database.unit_of_work() as uow:
        card = lecture(uow)
        ann = enrolled(uow, "ann")
        sign_up = join(uow, ann, card.id)
        uow.attendances.put({uow.attendances.present(sign_up.id): Note(ATTENDED, 1)}, How.DESK, None, NOW, over=True)
        uow.attendances.settle(card.id, NOW)

        uow.people.erase(ann, NOW)

        assert uow.attendances.tallies(card.id) == [Tally(ATTENDED, ATTENDED, 1, 1)]
        assert uow.attendances.mine(card.id, ann) is None
