"""Who came, as staff note it: at the desk, by number, from a paper list afterwards; and the figures of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from outreach.domain import attendance
from outreach.domain.activity import ActivityStatus
from outreach.domain.actor import Actor, Permission
from outreach.domain.attendance import LATE_CANCELLATION, CheckInClosed, How, Note, Numbers
from outreach.domain.errors import ActivityCalledOff, IllegalMove
from outreach.domain.ids import ActivityId, SignUpId
from outreach.domain.signup import Standing
from outreach.domain.times import Slot
from outreach.services.access import may_see_people, require, require_for_people, require_somewhere
from outreach.services.cards import ActivityCard
from outreach.services.cards_attendance import Answers, AttendanceLine, AttendanceList, FigureLine, Present
from outreach.services.ports import UnitOfWork
from outreach.services.problems import BadFields, Problem

MOST_WALK_INS = 10_000
_MOST_LINES = 1_000
"""Sign-ups that are named by number in one form."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A list that was kept on paper: all with a seat came, but these numbers. *walk_ins* came without a sign-up."""

    absent: frozenset[int] = frozenset()
    excused: frozenset[int] = frozenset()
    late: frozenset[int] = frozenset()
    walk_ins: int = 0

    @property
    def marks(self) -> Mapping[Standing, frozenset[int]]:
        """The numbers by what is noted of them."""
        return {Standing.ABSENT: self.absent, Standing.EXCUSED: self.excused, Standing.LATE: self.late}


def opened(uow: UnitOfWork, by: Actor, activity_id: ActivityId) -> AttendanceList:
    """The list of an activity with the code of its door, made on first use.

    Raises `ActivityNotFound`, `CheckInClosed` for a draft, `ActivityCalledOff` or `Forbidden`.
    """
    card = _card(uow, by, activity_id)
    _require_held(card)
    return uow.attendances.opened(activity_id)


def lines(
    uow: UnitOfWork,
    by: Actor,
    activity_id: ActivityId,
    now: datetime,
    limit: int = 500,
    after: int = 0,
    numbers: Collection[int] = (),
) -> list[AttendanceLine]:
    """Sign-ups with what is noted of them, in order of number; of *numbers* only, if given. The look is audited."""
    _card(uow, by, activity_id)
    uow.audit.write(by, "see_roster", "activity", activity_id, now)
    return uow.attendances.lines(activity_id, limit, after, numbers)


def note(
    uow: UnitOfWork,
    by: Actor,
    sign_up_id: SignUpId,
    now: datetime,
    mark: Standing | None = None,
    people: int | None = None,
) -> Note:
    """Note at the desk that they are there, in time or late by the clock; or *mark*, in place of what was noted.

    Raises `NotFound`, `CheckInClosed`, `ActivityCalledOff`, `IllegalMove` or `Forbidden`.
    """
    whose = uow.attendances.present(sign_up_id)
    card = _open_card(uow, by, whose.activity_id, now)
    made = attendance.note(whose.standing, whose.party, mark or _arrived(card, now), people)
    _put(uow, card, {whose: made}, How.DESK, by, now)
    uow.audit.write(by, "check_in", "sign_up", sign_up_id, now, made.standing)
    return made


def note_numbers(
    uow: UnitOfWork,
    by: Actor,
    activity_id: ActivityId,
    numbers: Collection[int],
    now: datetime,
    mark: Standing | None = None,
) -> Mapping[int, Note]:
    """The same for several sign-ups, named by their number on the list. Raises as `note` does, and `BadInput`."""
    card = _open_card(uow, by, activity_id, now)
    wanted = {mark or _arrived(card, now): frozenset(numbers)}
    made = _notes(card, _named(uow, activity_id, wanted), wanted)
    _put(uow, card, made, How.DESK, by, now)
    uow.audit.write(by, "check_in", "activity", activity_id, now, ",".join(map(str, sorted(numbers)))[:200])
    return {whose.number: note for whose, note in sorted(made.items(), key=lambda item: item[0].number)}


def undo(uow: UnitOfWork, by: Actor, sign_up_id: SignUpId, now: datetime) -> bool:
    """A tap on the wrong line: nothing is noted of it. On a closed list something else has to be: `IllegalMove`."""
    whose = uow.attendances.present(sign_up_id)
    card = _open_card(uow, by, whose.activity_id, now)
    if uow.attendances.opened(card.id).is_closed:
        raise IllegalMove("list", "closed", "undone")
    uow.audit.write(by, "undo_check_in", "sign_up", sign_up_id, now)
    return uow.attendances.drop(sign_up_id)


def walk_in(uow: UnitOfWork, by: Actor, activity_id: ActivityId, more: int, now: datetime) -> int:
    """Count *more* people (or fewer) who came without a sign-up; how many there are now. Nobody asks who they are."""
    card = _open_card(uow, by, activity_id, now)
    if uow.attendances.opened(card.id).walk_ins + more > MOST_WALK_INS:
        raise BadFields([Problem("walk_ins", "too_many_people", f"more than {MOST_WALK_INS}", {"most": MOST_WALK_INS})])
    uow.audit.write(by, "walk_in", "activity", activity_id, now, f"{more:+}")
    return uow.attendances.walk_ins(activity_id, more)


def close(uow: UnitOfWork, by: Actor, activity_id: ActivityId, now: datetime) -> Numbers:
    """The list is complete: of whom nothing is noted, they did not come. Closing it twice changes nothing more.

    Raises as `note` does; `CheckInClosed` before it has begun.
    """
    card = _begun_card(uow, by, activity_id, now)
    uow.attendances.opened(activity_id)
    return _close(uow, card, Standing.ABSENT, How.DESK, by, now)


def enter(uow: UnitOfWork, by: Actor, activity_id: ActivityId, paper: Paper, now: datetime) -> Numbers:
    """A list from paper: what it says goes before what was noted; all others with a seat came; and it is closed.

    Raises as `close` does, and `BadInput` with all that is wrong with the numbers.
    """
    card = _begun_card(uow, by, activity_id, now)
    problems = list(_about_paper(paper))
    found = _named(uow, activity_id, paper.marks, problems)
    uow.attendances.opened(activity_id)
    uow.attendances.put(_notes(card, found, paper.marks), How.PAPER, by.staff_id, now, over=True)
    uow.attendances.set_walk_ins(activity_id, paper.walk_ins)
    return _close(uow, card, Standing.ATTENDED, How.PAPER, by, now)


def numbers_of(uow: UnitOfWork, by: Actor, activity_id: ActivityId) -> Numbers:
    """How an activity went, in people. Raises `ActivityNotFound` or `Forbidden`."""
    return _numbers(uow, _counted_card(uow, by, activity_id))


def answers_of(uow: UnitOfWork, by: Actor, activity_id: ActivityId) -> Answers:
    """What people answered afterwards, where enough of them did. Raises `ActivityNotFound` or `Forbidden`."""
    _counted_card(uow, by, activity_id)
    return Answers.shown(uow.attendances.answers(activity_id))


def figures(
    uow: UnitOfWork, by: Actor, since: datetime, until: datetime, limit: int, skip: int = 0
) -> Sequence[FigureLine]:
    """How the activities went that began in between, where *by* sees counts, by start. Raises `Forbidden`."""
    path, below = require_somewhere(by, Permission.SEE_COUNTS)
    return uow.attendances.figures(path, below=below, since=since, until=until, limit=limit, skip=skip)


def wishes(uow: UnitOfWork, by: Actor, since: datetime, until: datetime) -> Mapping[str, int]:
    """How many wished for which topic after what began in between, most first; where too few did, none."""
    path, below = require_somewhere(by, Permission.SEE_COUNTS)
    counted = uow.attendances.wishes(path, below=below, since=since, until=until)
    shown = Answers.shown({"wish": counted}).by_question.get("wish", {})
    return dict(sorted(shown.items(), key=lambda item: (-item[1], item[0])))


def slot_of(card: ActivityCard) -> Slot:
    """When the activity takes place."""
    return Slot(card.starts_at, card.ends_at)


def _card(uow: UnitOfWork, by: Actor, activity_id: ActivityId) -> ActivityCard:
    card = uow.activities.card(activity_id)
    require_for_people(by, Permission.SEE_ROSTER, card)
    return card


def _counted_card(uow: UnitOfWork, by: Actor, activity_id: ActivityId) -> ActivityCard:
    card = uow.activities.card(activity_id)
    if not may_see_people(by, Permission.SEE_ROSTER, card):
        require(by, Permission.SEE_COUNTS, card.region_path)
    return card


def _open_card(uow: UnitOfWork, by: Actor, activity_id: ActivityId, now: datetime) -> ActivityCard:
    card = _card(uow, by, activity_id)
    _require_held(card)
    attendance.require_open(card.id, slot_of(card), now, How.DESK)
    return card


def _begun_card(uow: UnitOfWork, by: Actor, activity_id: ActivityId, now: datetime) -> ActivityCard:
    card = _open_card(uow, by, activity_id, now)
    if now < card.starts_at:
        raise CheckInClosed(card.id, card.starts_at)
    return card


def _require_held(card: ActivityCard) -> None:
    if card.status is ActivityStatus.CALLED_OFF:
        raise ActivityCalledOff(card.id, card.starts_at)
    if card.status is ActivityStatus.DRAFT:
        raise CheckInClosed(card.id, attendance.opens_at(card.starts_at))


def _arrived(card: ActivityCard, now: datetime) -> Standing:
    return attendance.arrived(slot_of(card), now)


def _named(
    uow: UnitOfWork,
    activity_id: ActivityId,
    wanted: Mapping[Standing, Collection[int]],
    problems: Iterable[Problem] = (),
) -> Mapping[int, AttendanceLine]:
    """The lines with those numbers. Raises `BadInput` with *problems* and all numbers that are on no list."""
    numbers = {number for each in wanted.values() for number in each}
    found = list(problems)
    lines = uow.attendances.lines(activity_id, _MOST_LINES, 0, numbers) if numbers else []
    by_number = {line.number: line for line in lines}
    unknown = sorted(numbers - by_number.keys())
    if unknown:
        told = ", ".join(map(str, unknown[:20]))
        found.append(Problem("numbers", "no_such_number", f"not on the list: {told}", {"numbers": told}))
    if found:
        raise BadFields(found)
    return by_number


def _notes(
    card: ActivityCard, lines: Mapping[int, AttendanceLine], wanted: Mapping[Standing, Collection[int]]
) -> Mapping[Present, Note]:
    named = ((lines[number], mark) for mark, numbers in wanted.items() for number in numbers)
    return {_present(card, line): attendance.note(line.standing, line.party, mark) for line, mark in named}


def _present(card: ActivityCard, line: AttendanceLine) -> Present:
    return Present(
        line.sign_up_id, card.id, line.standing, line.party, line.number, card.starts_at, card.ends_at, line.mark
    )


def _put(
    uow: UnitOfWork, card: ActivityCard, notes: Mapping[Present, Note], how: How, by: Actor, now: datetime
) -> None:
    kept = uow.attendances.opened(card.id)
    uow.attendances.put(notes, how, by.staff_id, now, over=True)
    follow(uow, card.id, card.ends_at, now, settled=kept.is_closed)


def follow(uow: UnitOfWork, activity_id: ActivityId, ends_at: datetime, now: datetime, *, settled: bool) -> None:
    """What a note has for its consequence: it is seen to when people are asked, and on a closed list it holds."""
    if settled:
        uow.attendances.settle(activity_id, now)
    uow.attendances.plan(activity_id, max(now, attendance.asks_at(ends_at)))


def _close(uow: UnitOfWork, card: ActivityCard, rest: Standing, how: How, by: Actor, now: datetime) -> Numbers:
    uow.attendances.put_rest(card.id, rest, how, by.staff_id, now)
    cancelled = uow.attendances.cancelled_late(card.id, card.starts_at - LATE_CANCELLATION)
    uow.attendances.close(card.id, cancelled, by.staff_id, now)
    follow(uow, card.id, card.ends_at, now, settled=True)
    uow.audit.write(by, "close_list", "activity", card.id, now)
    return _numbers(uow, card)


def _numbers(uow: UnitOfWork, card: ActivityCard) -> Numbers:
    kept = uow.attendances.list_of(card.id)
    if kept is not None and kept.is_closed:
        cancelled = kept.cancelled_late
    else:
        cancelled = uow.attendances.cancelled_late(card.id, card.starts_at - LATE_CANCELLATION)
    return attendance.numbers(uow.attendances.tallies(card.id), kept.walk_ins if kept else 0, cancelled)


def _about_paper(paper: Paper) -> Iterable[Problem]:
    twice = sorted((paper.absent & paper.excused) | (paper.absent & paper.late) | (paper.excused & paper.late))
    if twice:
        told = ", ".join(map(str, twice[:20]))
        yield Problem("numbers", "named_twice", f"named twice: {told}", {"numbers": told})
    if not 0 <= paper.walk_ins <= MOST_WALK_INS:
        yield Problem("walk_ins", "too_many_people", f"not between 0 and {MOST_WALK_INS}", {"most": MOST_WALK_INS})
