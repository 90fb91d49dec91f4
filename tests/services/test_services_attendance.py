"""Who came: four ways to note it that come to the same; messages afterwards, once, and only to whom they concern."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from services_town import OPERATOR, PASSIVE, PUSH, RULE, SOON, Town, open_town

from outreach.domain.activity import ActivityKind, SignUpPolicy
from outreach.domain.attendance import CAME, CheckInClosed, Numbers, Reason
from outreach.domain.errors import ActivityCalledOff, BadInput, IllegalMove
from outreach.domain.ids import ActivityId, SignUpId
from outreach.domain.signup import Standing
from outreach.domain.times import QuietHours
from outreach.services import activities, afterwards, attendance, checking_in
from outreach.services.attendance import Paper
from outreach.services.cards import Caller
from outreach.services.checking_in import MOST_WRONG, CheckedIn

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ENDS = SOON + HOUR
PEOPLE = ("ann", "bob", "cho", "dan", "eve")
WENT = Numbers(expected=6, attended=4, late=1, absent=1, walk_ins=2, cancelled_late=1)
"""Ann with two besides her and bob in time, cho late, dan not; eve gave her seat back the evening before."""


def evening(town: Town, **changes: Any) -> tuple[ActivityId, dict[str, SignUpId]]:
    """Five people with a seat, ann for three; eve gives hers back within a day of the beginning."""
    town.enrol(*PEOPLE)
    town.plan(starts_at=SOON + DAY, title="Sleep better")
    card = town.plan(seats=9, **changes)
    made = {name: town.join(name, card.id, 3 if name == "ann" else 1).sign_up.id for name in PEOPLE}
    town.now = SOON - 12 * HOUR
    town.leave("eve", card.id)
    return card.id, made


def say_codes(town: Town, of: ActivityId, made: dict[str, SignUpId]) -> None:
    with town.database.unit_of_work() as uow:
        code = attendance.opened(uow, OPERATOR, of).code
    for name, moment in (("ann", -5), ("bob", 15), ("cho", 16)):
        with town.database.unit_of_work() as uow:
            now = SOON + moment * MINUTE
            assert checking_in.by_code(uow, Caller(PUSH, name), town.residents[name], code, now) is not None
    walk_in_and_close(town, of)


def tap(town: Town, of: ActivityId, made: dict[str, SignUpId]) -> None:
    for name, moment in (("ann", -5), ("bob", 15), ("cho", 16)):
        with town.database.unit_of_work() as uow:
            attendance.note(uow, OPERATOR, made[name], SOON + moment * MINUTE)
    walk_in_and_close(town, of)


def type_numbers(town: Town, of: ActivityId, made: dict[str, SignUpId]) -> None:
    with town.database.unit_of_work() as uow:
        attendance.note_numbers(uow, OPERATOR, of, [1, 2], SOON)
        attendance.note_numbers(uow, OPERATOR, of, [3], SOON + 16 * MINUTE)
    walk_in_and_close(town, of)


def write_paper(town: Town, of: ActivityId, made: dict[str, SignUpId]) -> None:
    town.now = SOON + 2 * DAY
    with town.database.unit_of_work() as uow:
        paper = Paper(absent=frozenset({4}), late=frozenset({3}), walk_ins=2)
        attendance.enter(uow, OPERATOR, of, paper, town.now)


def walk_in_and_close(town: Town, of: ActivityId) -> None:
    with town.database.unit_of_work() as uow:
        for more in (1, 1, 1, -1):
            attendance.walk_in(uow, OPERATOR, of, more, SOON + 20 * MINUTE)
    town.now = ENDS + 10 * MINUTE
    with town.database.unit_of_work() as uow:
        attendance.close(uow, OPERATOR, of, town.now)


WAYS = [say_codes, tap, type_numbers, write_paper]


def numbers(town: Town, of: ActivityId) -> Numbers:
    with town.database.reading() as uow:
        return attendance.numbers_of(uow, OPERATOR, of)


def standings(town: Town, of: ActivityId) -> dict[int, str]:
    with town.database.reading() as uow:
        return {line.number: line.standing.value for line in uow.sign_ups.roster(of, 50)}


def tick(town: Town) -> int:
    with town.database.unit_of_work() as uow:
        return afterwards.queue_due(uow, town.now)


def told(town: Town, about: str) -> list[str]:
    return [row.who for row in town.ledger(about)]


@pytest.mark.parametrize("way", WAYS)
def test_all_four_ways_come_to_the_same_numbers(town: Town, way):
    of, made = evening(town)

    way(town, of, made)

    assert numbers(town, of) == WENT
    assert standings(town, of) == {1: "attended", 2: "attended", 3: "late", 4: "absent", 5: "withdrawn"}
    with town.database.reading() as uow:
        (line,) = attendance.figures(uow, OPERATOR, SOON - DAY, SOON + HOUR, 9)
    assert (line.numbers, line.is_closed) == (WENT, True)


@pytest.mark.parametrize("way", WAYS)
def test_each_hears_what_concerns_them_and_once_however_it_was_noted(town: Town, way):
    of, made = evening(town)
    way(town, of, made)

    for moment in (ENDS + 3 * HOUR - MINUTE, ENDS + 3 * HOUR, ENDS + 4 * HOUR, ENDS + 2 * DAY, ENDS + 6 * DAY):
        town.now = max(moment, town.now)
        tick(town)
        with town.database.unit_of_work() as uow:  # whatever is noted again says nothing twice
            attendance.note(uow, OPERATOR, made["bob"], town.now, Standing.LATE)
        tick(town)

    assert sorted(told(town, "feedback")) == ["ann", "bob", "cho"]
    assert told(town, "missed") == ["dan"]


def test_nothing_is_said_before_three_hours_after_the_end_nor_in_the_night(town: Town):
    of, made = evening(town)
    tap(town, of, made)
    town.now = ENDS + 3 * HOUR - MINUTE
    tick(town)
    assert told(town, "feedback") == []

    town.now = ENDS + 3 * HOUR
    tick(town)
    night = QuietHours.parse("13:00-14:00")

    assert town.dispatch(quiet=night) == []
    town.now += HOUR
    assert len(town.dispatch(quiet=night)) == 4


def test_nobody_is_missed_before_the_list_is_closed(town: Town):
    of, made = evening(town)
    with town.database.unit_of_work() as uow:
        attendance.note(uow, OPERATOR, made["ann"], SOON)
        attendance.note(uow, OPERATOR, made["dan"], SOON, Standing.ABSENT)
    town.now = ENDS + DAY
    tick(town)
    assert (told(town, "feedback"), told(town, "missed")) == (["ann"], [])

    with town.database.unit_of_work() as uow:
        attendance.close(uow, OPERATOR, of, town.now)
    tick(town)

    assert (told(town, "feedback"), sorted(told(town, "missed"))) == (["ann"], ["bob", "cho", "dan"])


def test_who_was_excused_gets_nothing(town: Town):
    of, _ = evening(town)
    with town.database.unit_of_work() as uow:
        paper = Paper(excused=frozenset({2, 4}))
        attendance.enter(uow, OPERATOR, of, paper, ENDS)
    town.now = ENDS + DAY

    tick(town)

    assert (sorted(told(town, "feedback")), told(town, "missed")) == (["ann", "cho"], [])
    assert numbers(town, of).excused == 2


def test_a_list_that_is_closed_a_week_later_tells_nobody_anything(town: Town):
    of, _ = evening(town)
    town.now = ENDS + 7 * DAY
    with town.database.unit_of_work() as uow:
        attendance.close(uow, OPERATOR, of, town.now)

    tick(town)

    assert town.ledger("missed") == []
    assert numbers(town, of).absent == 6


def test_the_message_to_who_was_missed_is_kind_names_the_next_date_and_takes_a_reason_in_one_tap(town: Town):
    of, made = evening(town)
    tap(town, of, made)
    town.now = ENDS + 4 * HOUR
    tick(town)

    said = {one.letter.subject["about"]: one.parts[0] for one in town.dispatch() if one.letter.resident_id}
    missed = said["missed"]

    assert "Sleep better" in missed.text
    assert not [word for word in ("point", "warn", "strike", "absent", "fail") if word in missed.text.lower()]
    assert [choice.token for choice in missed.choices][:-1] == [f"sorry:{of}:{reason}" for reason in Reason]
    assert missed.choices[-1].token.startswith("join:")
    assert said["feedback"].choices[0].token == f"fb:{of}"


def test_who_says_why_is_excused_the_reason_is_counted_and_kept_with_nobody(town: Town):
    of, made = evening(town)
    tap(town, of, made)

    with town.database.unit_of_work() as uow:
        first = afterwards.excuse(uow, town.residents["dan"], of, Reason.HEALTH, town.now)
        again = afterwards.excuse(uow, town.residents["dan"], of, Reason.WORK, town.now)
        came = afterwards.excuse(uow, town.residents["ann"], of, Reason.WORK, town.now)
        counted = uow.attendances.answers(of)
        dossier = repr(uow.dossiers.of_resident(town.residents["dan"]).sign_ups)

    assert (first, again, came) == (True, False, False)
    assert counted == {"absence": {"health": 1}}
    assert numbers(town, of) == Numbers(6, attended=4, late=1, excused=1, walk_ins=2, cancelled_late=1)
    assert "excused" in dossier
    assert "health" not in dossier
    town.now = ENDS + 4 * HOUR
    tick(town)
    assert told(town, "missed") == []


def test_what_was_queued_is_not_sent_when_the_note_was_a_mistake(town: Town):
    of, made = evening(town)
    tap(town, of, made)
    town.now = ENDS + 4 * HOUR
    tick(town)
    with town.database.unit_of_work() as uow:
        attendance.note(uow, OPERATOR, made["dan"], town.now)
        attendance.note(uow, OPERATOR, made["bob"], town.now, Standing.ABSENT)

    sent = {str(one.letter.subject["about"]) for one in town.dispatch()}
    tick(town)

    assert sent == {"feedback"}
    assert ("dan", "feedback", "queued") in town.ledger()


def test_an_answer_counts_once_and_is_shown_when_ten_have_given_one(town: Town):
    names = [f"n{number}" for number in range(11)]
    town.enrol(*names)
    of = town.plan(seats=11).id
    for name in names:
        town.join(name, of)
    town.now = ENDS
    with town.database.unit_of_work() as uow:
        attendance.enter(uow, OPERATOR, of, Paper(absent=frozenset({11})), town.now)

    def shown() -> Any:
        with town.database.reading() as uow:
            return attendance.answers_of(uow, OPERATOR, of).by_question

    for name in names[:9]:
        with town.database.unit_of_work() as uow:
            assert afterwards.answer(uow, town.residents[name], of, {"useful": "4"})
            assert not afterwards.answer(uow, town.residents[name], of, {"useful": "1"})
    assert shown() == {}
    with town.database.unit_of_work() as uow:
        assert afterwards.answer(uow, town.residents["n9"], of, {"useful": "5", "host": "3"})
        assert not afterwards.answer(uow, town.residents["n10"], of, {"useful": "5"})

    assert shown() == {"useful": {"4": 9, "5": 1}}


def test_wishes_are_counted_for_those_who_plan(town: Town):
    names = [f"n{number}" for number in range(10)]
    town.enrol(*names)
    of = town.plan(seats=10).id
    for name in names:
        town.join(name, of)
    with town.database.unit_of_work() as uow:
        attendance.enter(uow, OPERATOR, of, Paper(), ENDS)
        for number, name in enumerate(names):
            afterwards.wish(uow, town.residents[name], of, "stress" if number < 7 else "privacy")
            afterwards.wish(uow, town.residents[name], of, "stigma")

        assert attendance.wishes(uow, OPERATOR, SOON - DAY, ENDS) == {"stress": 7, "privacy": 3}


def test_who_waited_and_was_let_in_is_a_walk_in_and_is_asked_too(town: Town):
    town.enrol("ann", "bob")
    of = town.plan(seats=1).id
    town.join("ann", of)
    waits = town.join("bob", of).sign_up.id
    with town.database.unit_of_work() as uow:
        with pytest.raises(IllegalMove):
            attendance.note(uow, OPERATOR, waits, SOON, Standing.ABSENT)
        attendance.note(uow, OPERATOR, waits, SOON)
        attendance.close(uow, OPERATOR, of, SOON + HOUR)
    town.now = ENDS + 4 * HOUR
    tick(town)

    assert numbers(town, of) == Numbers(expected=1, absent=1, walk_ins=1)
    assert (told(town, "feedback"), told(town, "missed")) == (["bob"], ["ann"])


def test_who_left_the_queue_did_not_cancel_late_nor_did_who_left_early(town: Town):
    town.enrol("ann", "bob", "cho")
    of = town.plan(seats=2).id
    for name in ("ann", "bob", "cho"):
        town.join(name, of)
    town.now = SOON - DAY - MINUTE
    town.leave("ann", of)
    town.enrol("dan")
    town.join("dan", of)
    town.now = SOON - HOUR
    town.leave("dan", of)
    assert numbers(town, of).cancelled_late == 0

    town.leave("cho", of)  # moved up when ann left

    assert numbers(town, of).cancelled_late == 1


def test_figures_stay_when_people_are_forgotten(town: Town):
    of, made = evening(town)
    tap(town, of, made)

    for name in PEOPLE:
        with town.database.unit_of_work() as uow:
            uow.people.erase(town.residents[name], town.now)

    assert numbers(town, of) == WENT


def test_a_code_that_hangs_nowhere_of_theirs_is_counted_and_soon_no_more_looked_at(town: Town):
    town.enrol("ann", lane=PASSIVE)
    of = town.plan().id
    town.join("ann", of)
    with town.database.unit_of_work() as uow:
        code = attendance.opened(uow, OPERATOR, of).code
    wrong = f"{(int(code) + 1) % 10_000:04}"
    town.now = SOON

    town.says("ann", "mine")  # what waited for their word rides in front of it

    said = [town.says("ann", f"签到 {wrong}")[0].text for _ in range(MOST_WRONG)]
    paused = town.says("ann", f"check in {code}")[0].text
    town.now += 16 * MINUTE
    done = town.says("ann", f"check in {code}")[0].text

    assert len(set(said)) == 1
    assert paused not in said
    assert "checked in" in done
    assert numbers(town, of).late == 1


def test_a_code_works_only_around_the_activity_and_only_for_who_has_a_seat(town: Town):
    town.enrol("ann", "bob", "cho")
    of = town.plan(seats=1).id
    town.join("ann", of)
    town.join("bob", of)
    with town.database.unit_of_work() as uow:
        code = attendance.opened(uow, OPERATOR, of).code

    def by(name: str, moment: Any) -> CheckedIn | None:
        with town.database.unit_of_work() as uow:
            return checking_in.by_code(uow, Caller(PUSH, name), town.residents[name], code, moment)

    assert by("ann", SOON - 45 * MINUTE) is None
    assert by("cho", SOON) is None
    assert by("bob", SOON) == CheckedIn(of, 0, again=False)
    assert by("ann", SOON) == CheckedIn(of, 1, again=False)
    assert by("ann", SOON) == CheckedIn(of, 1, again=True)
    assert by("ann", ENDS + 3 * HOUR) is None


def test_an_activity_that_does_not_take_place_has_no_list(town: Town):
    town.enrol("ann")
    off, draft, early = town.plan().id, town.plan(draft=True).id, town.plan().id
    made = town.join("ann", off).sign_up.id
    with town.database.unit_of_work() as uow:
        activities.call_off(uow, OPERATOR, off, town.now)
    with town.database.unit_of_work() as uow:
        with pytest.raises(ActivityCalledOff):
            attendance.note(uow, OPERATOR, made, SOON)
        with pytest.raises(CheckInClosed):
            attendance.opened(uow, OPERATOR, draft)
        with pytest.raises(CheckInClosed):
            attendance.close(uow, OPERATOR, early, SOON - MINUTE)


def test_when_it_is_called_off_or_moved_after_the_door_opened_nobody_hears_of_it_too_soon(town: Town):
    of, made = evening(town)
    with town.database.unit_of_work() as uow:
        attendance.note(uow, OPERATOR, made["ann"], SOON - 30 * MINUTE)
        activities.move(uow, OPERATOR, of, SOON + 2 * DAY, None, RULE, SOON - 20 * MINUTE)
    town.now = ENDS + 4 * HOUR
    tick(town)
    assert town.ledger("feedback") == []

    town.now += 2 * DAY
    tick(town)

    assert told(town, "feedback") == ["ann"]


def test_all_that_is_wrong_with_a_paper_list_is_told_at_once_and_nothing_is_noted(town: Town):
    of, _ = evening(town)

    with pytest.raises(BadInput) as refused, town.database.unit_of_work() as uow:
        attendance.enter(uow, OPERATOR, of, Paper(frozenset({4, 77}), frozenset({4}), walk_ins=-1), ENDS)

    assert len(refused.value.problems) == 3
    assert numbers(town, of).open == 6


def test_a_tap_on_the_wrong_line_can_be_undone_until_the_list_is_closed(town: Town):
    of, made = evening(town)
    with town.database.unit_of_work() as uow:
        attendance.note(uow, OPERATOR, made["ann"], SOON, people=2)
        assert attendance.undo(uow, OPERATOR, made["ann"], SOON)
    assert numbers(town, of).open == 6
    with town.database.unit_of_work() as uow:
        attendance.close(uow, OPERATOR, of, ENDS)
        with pytest.raises(IllegalMove):
            attendance.undo(uow, OPERATOR, made["ann"], ENDS)


def test_of_a_group_the_one_question_about_harm_leads_to_a_person(town: Town):
    town.enrol("ann", lane=PASSIVE)
    of = town.plan(kind=ActivityKind.GROUP, policy=SignUpPolicy.OPEN).id
    town.join("ann", of)
    with town.database.unit_of_work() as uow:
        attendance.enter(uow, OPERATOR, of, Paper(), ENDS)
    town.now = ENDS + HOUR

    town.says("ann", "mine")  # what waited for their word rides in front of it

    said = [town.says("ann", word)[0].text for word in ("feedback", "5", "4", "3", "4", "5", "2", "2")]

    with town.database.reading() as uow:
        counted = uow.attendances.answers(of)
    assert "person" in said[-1]
    assert counted["harm"] == {"yes": 1}
    assert (counted["useful"], counted["time_place"], counted["seek"]) == ({"5": 1}, {"4": 1}, {"same": 1})
    assert "already" in town.says("ann", "反馈")[0].text


class Evening(RuleBasedStateMachine):
    """Whatever is tapped in whatever order: the figures are those of a plain list of what was noted last."""

    @initialize()
    def opens(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.context = open_town(Path(self.folder.name))
        self.town = self.context.__enter__()
        self.of, self.made = evening(self.town)
        self.parties = {"ann": 3, "bob": 1, "cho": 1, "dan": 1}
        self.noted: dict[str, tuple[Standing, int]] = {}
        self.walk_ins, self.is_closed = 0, False
        self.town.now = SOON - 30 * MINUTE

    def teardown(self) -> None:
        if hasattr(self, "context"):
            self.context.__exit__(None, None, None)
            self.folder.cleanup()

    @rule(minutes=st.integers(1, 90))
    def time_passes(self, minutes: int) -> None:
        self.town.now += minutes * MINUTE

    @rule(name=st.sampled_from(["ann", "bob", "cho", "dan"]), mark=st.none() | st.sampled_from(sorted(CAME)))
    def comes(self, name: str, mark: Standing | None) -> None:
        with self.town.database.unit_of_work() as uow:
            made = attendance.note(uow, OPERATOR, self.made[name], self.town.now, mark)
        self.noted[name] = (made.standing, made.people)

    @rule(name=st.sampled_from(["ann", "bob", "cho", "dan"]))
    def types_the_code(self, name: str) -> None:
        with self.town.database.unit_of_work() as uow:
            code = attendance.opened(uow, OPERATOR, self.of).code
            found = checking_in.by_code(uow, Caller(PUSH, name), self.town.residents[name], code, self.town.now)
            mine = uow.attendances.mine(self.of, self.town.residents[name])
        if found is not None and mine is not None and self.noted.get(name, (None,))[0] not in CAME:
            assert not found.again
            self.noted[name] = (mine.mark, self.parties[name])

    @rule(name=st.sampled_from(["ann", "bob", "cho", "dan"]), mark=st.sampled_from([Standing.ABSENT, Standing.EXCUSED]))
    def stays_away(self, name: str, mark: Standing) -> None:
        with self.town.database.unit_of_work() as uow:
            attendance.note(uow, OPERATOR, self.made[name], self.town.now, mark)
        self.noted[name] = (mark, 0)

    @rule(more=st.sampled_from([1, -1]))
    def walks_in(self, more: int) -> None:
        with self.town.database.unit_of_work() as uow:
            self.walk_ins = attendance.walk_in(uow, OPERATOR, self.of, more, self.town.now)
        assert self.walk_ins >= 0

    @rule()
    def closes(self) -> None:
        with self.town.database.unit_of_work() as uow:
            if self.town.now < SOON:
                with pytest.raises(CheckInClosed):
                    attendance.close(uow, OPERATOR, self.of, self.town.now)
                return
            attendance.close(uow, OPERATOR, self.of, self.town.now)
        self.is_closed = True
        self.noted = dict.fromkeys(self.parties, (Standing.ABSENT, 0)) | self.noted

    @rule()
    def the_clock_ticks(self) -> None:
        tick(self.town)

    @invariant()
    def the_figures_are_those_of_a_plain_list(self) -> None:
        if not hasattr(self, "town"):
            return
        found = numbers(self.town, self.of)
        known = {name: self.noted.get(name) for name in self.parties}
        assert found.came == sum(people for _, people in self.noted.values()) + self.walk_ins
        assert found.open == sum(self.parties[name] for name, noted in known.items() if noted is None)
        assert found.expected == 6
        if self.is_closed:
            assert {line: stands for line, stands in standings(self.town, self.of).items() if line < 5} == {
                number: self.noted[name][0].value for number, name in enumerate(self.parties, start=1)
            }

    @invariant()
    def nobody_is_told_anything_twice(self) -> None:
        if hasattr(self, "town"):
            for about in ("feedback", "missed"):
                assert len(told(self.town, about)) == len(set(told(self.town, about)))


def test_whatever_is_noted_in_whatever_order_the_figures_are_those_of_a_plain_list():
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Evening,
        settings=settings(
            max_examples=12, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
