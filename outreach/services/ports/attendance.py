"""Who came, as the services ask the store for it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from outreach.domain.attendance import How, Note, Tally
from outreach.domain.ids import ActivityId, ResidentId, SignUpId, StaffId
from outreach.domain.signup import Standing
from outreach.services.cards import ActivityCard
from outreach.services.cards_attendance import (
    Aftermath,
    AttendanceLine,
    AttendanceList,
    Concerned,
    FigureLine,
    MyAttendance,
    Present,
)


class Attendances(Protocol):
    """Lists of those who came, and counts of what they answered."""

    def list_of(self, activity_id: ActivityId) -> AttendanceList | None:
        """The list of an activity; ``None``: it has none yet."""

    def opened(self, activity_id: ActivityId) -> AttendanceList:
        """The list of an activity, with a fresh code if it had none."""

    def lines(
        self, activity_id: ActivityId, limit: int, after: int = 0, numbers: Collection[int] = ()
    ) -> list[AttendanceLine]:
        """Sign-ups with what is noted of them, in order of number; page on with the last. *numbers*: only those."""

    def present(self, sign_up_id: SignUpId) -> Present:
        """One sign-up. Raises `NotFound`."""

    def present_by_code(self, resident_id: ResidentId, code: str, since: datetime, until: datetime) -> list[Present]:
        """The resident's own sign-ups for activities with that code that begin before *until* and end after *since*."""

    def put(self, notes: Mapping[Present, Note], how: How, by: StaffId | None, now: datetime, *, over: bool) -> int:
        """Note them; where something was noted, it stays unless *over*. How many are new or changed."""

    def put_rest(self, activity_id: ActivityId, mark: Standing, how: How, by: StaffId | None, now: datetime) -> int:
        """Note *mark* of everybody with a seat of whom nothing is noted, in one statement; how many."""

    def drop(self, sign_up_id: SignUpId) -> bool:
        """Nothing is noted of it any more; whether something was."""

    def settle(self, activity_id: ActivityId, now: datetime) -> int:
        """Have each sign-up with a seat stand as is noted of it, in one statement; how many changed."""

    def walk_ins(self, activity_id: ActivityId, more: int) -> int:
        """Count so many more who came without a sign-up, or fewer; how many there are. Never less than none."""

    def set_walk_ins(self, activity_id: ActivityId, number: int) -> None: ...

    def close(self, activity_id: ActivityId, cancelled_late: int, by: StaffId | None, now: datetime) -> None:
        """The list is complete. Closing it again changes nothing but *cancelled_late*."""

    def cancelled_late(self, activity_id: ActivityId, since: datetime) -> int:
        """How many people gave up a seat after *since*."""

    def tallies(self, activity_id: ActivityId) -> list[Tally]:
        """Sign-ups that stand and are noted alike, counted."""

    def figures(
        self, path: str, *, below: bool, since: datetime, until: datetime, limit: int, skip: int = 0
    ) -> list[FigureLine]:
        """Activities of that region (and those *below*) that began in between and were not called off, by start."""

    def plan(self, activity_id: ActivityId, at: datetime | None) -> None:
        """When something may have to be said to those who signed up; ``None``: nothing more."""

    def due(self, now: datetime, limit: int) -> list[Aftermath]:
        """Activities where that moment has come, oldest first."""

    def standing_so(self, activity_id: ActivityId, marks: Iterable[Standing]) -> Sequence[Concerned]:
        """Residents of whom one of *marks* is noted, each once; who has come by one sign-up has come."""

    def mine(self, activity_id: ActivityId, resident_id: ResidentId) -> MyAttendance | None:
        """What is noted of this resident there; ``None``: nothing."""

    def excuse(self, activity_id: ActivityId, resident_id: ResidentId, now: datetime) -> int:
        """All of their sign-ups there that were noted as absent are excused; how many."""

    def take_answer(self, sign_up_id: SignUpId) -> bool:
        """They have said how it was; False if they had before."""

    def take_wish(self, sign_up_id: SignUpId) -> bool:
        """They have said what they wish for; False if they had before."""

    def count(self, activity_id: ActivityId, answers: Mapping[str, str]) -> None:
        """One more person gave each of these answers, by question."""

    def answers(self, activity_id: ActivityId) -> Mapping[str, Mapping[str, int]]:
        """How many gave which answer, by question."""

    def wishes(self, path: str, *, below: bool, since: datetime, until: datetime) -> Mapping[str, int]:
        """How many wished for which topic after activities there and then."""

    def last_noted(self, resident_id: ResidentId, marks: Iterable[Standing], since: datetime) -> ActivityId | None:
        """The last where one of *marks* is noted of them, if it ended after *since*."""

    def next_like(self, activity_id: ActivityId, now: datetime) -> ActivityCard | None:
        """The next that anybody may join, of the same kind and unit; ``None``: there is none, or it was restricted."""
