"""The fictional town of the demo: regions, a week of activities relative to today, residents who have signed up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from outreach.cli.demo_plan import PLAN, REGIONS, STAFF, TO_TRY, Planned
from outreach.domain.activity import SignUpPolicy
from outreach.domain.actor import Actor, Role
from outreach.domain.ids import ActivityId, LaneName, ResidentId
from outreach.domain.messages import Language
from outreach.domain.people import Purpose
from outreach.services import activities, contents, passwords, people, signups, staff
from outreach.services.cards import ActivityCard, Caller, NewActivity, Region
from outreach.services.people import Arrival, Notice

if TYPE_CHECKING:
    from outreach.bootstrap import Core
    from outreach.runtime.clock import Clock
    from outreach.services.ports import UnitOfWork

EDITOR = Actor(Role.EDITOR, next(one.name for one in STAFF if one.role is Role.EDITOR))
OPERATOR = Actor.operator()
EARLIEST, LATEST = timedelta(minutes=10, seconds=15), timedelta(minutes=11, seconds=15)
TRY_ME = "try_me_activity"
NEIGHBOURS = 5


class Town:
    """Founds the town and keeps one activity open that starts soon, so that a reminder is seen at any hour."""

    def __init__(self, core: Core, clock: Clock) -> None:
        self._core, self._clock = core, clock

    @property
    def password(self) -> str:
        """What all of the fictional staff sign in with: another one in every town, since it follows from its key."""
        drawn = self._core.database.ring.key("demo password").hex()
        return "-".join(drawn[start : start + 4] for start in range(0, 16, 4))

    def found(self) -> None:
        """Mark the database and fill it; a town that stands already is left as it is."""
        from outreach.bootstrap import DEMO_MARK

        now, hashed = self._clock(), passwords.hash_of(self.password)
        with self._core.database.unit_of_work() as uow:
            if uow.marks.get(DEMO_MARK) is not None:
                return
            uow.marks.put(DEMO_MARK, "a fictional town")
            regions = _regions(uow)
            planned = [self._plan(uow, regions[row.region], row, now) for row in PLAN]
            self._approve(uow, now)
            _colleagues(uow, regions, hashed, now)
            _neighbours(uow, planned[:3], now)
            self._open_one_to_try(uow, now)

    def keep_one_to_try(self, uow: UnitOfWork) -> None:
        """Move the try-me activity along while nobody has joined it; open another once somebody has."""
        now = self._clock()
        card = uow.activities.card(ActivityId(int(uow.marks.get(TRY_ME) or 0)))
        if card.seated + card.waiting > 0:
            self._open_one_to_try(uow, now)
        elif card.starts_at < now + EARLIEST:
            activities.move(uow, OPERATOR, card.id, now + LATEST, None, self._core.rule, now)

    def _open_one_to_try(self, uow: UnitOfWork, now: datetime) -> None:
        card = activities.add(uow, OPERATOR, _new(TO_TRY, uow.regions.root(), now + LATEST), self._core.rule, now)
        uow.marks.put(TRY_ME, str(card.id))

    def _plan(self, uow: UnitOfWork, where: Region, planned: Planned, now: datetime) -> ActivityCard:
        local = now.astimezone(ZoneInfo(where.zone)).replace(hour=planned.hour, minute=0, second=0, microsecond=0)
        starts_at = (local + timedelta(days=planned.day)).astimezone(UTC)
        return activities.add(uow, OPERATOR, _new(planned, where, starts_at), self._core.rule, now)

    @property
    def _review(self) -> contents.Review:
        return contents.Review(self._core.crafts.library, self._core.crafts.wording_rules)

    def _approve(self, uow: UnitOfWork, now: datetime) -> None:
        for item in self._core.crafts.library:
            if item.sign_off == contents.NO_SIGN_OFF:
                contents.approve(uow, EDITOR, item, now, self._review)


def _new(planned: Planned, where: Region, starts_at: datetime) -> NewActivity:
    return NewActivity(
        kind=planned.kind,
        title=planned.title,
        summary=planned.summary,
        place=planned.place,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=planned.minutes),
        seats=planned.seats,
        region_id=where.id,
        audience=frozenset({planned.audience}),
        policy=SignUpPolicy.default_for(planned.kind),
        restricted=False,
        draft=False,
    )


def _regions(uow: UnitOfWork) -> dict[str, Region]:
    made: dict[str, Region] = {}
    root = uow.regions.root()
    for code, name, parent in REGIONS:
        made[code] = uow.regions.add(code, name, root if parent is None else made[parent])
    return made


def _colleagues(uow: UnitOfWork, regions: dict[str, Region], hashed: str, now: datetime) -> None:
    """Fictional staff; whoever tries the town need not change the password first."""
    for one in STAFF:
        unit = regions[one.region] if one.region else uow.regions.root()
        card = staff.add(
            uow, OPERATOR, staff.NewStaff(one.login, one.name, one.role, unit.id, one.on_duty), hashed, now
        )
        uow.staffs.set_password(card.id, hashed, must_change=False, now=now)


def _neighbours(uow: UnitOfWork, planned: list[ActivityCard], now: datetime) -> None:
    """Fictional residents who came by web chat; one salon is full, so that a queue can be seen."""
    notice = Notice("demo", "0" * 16)
    for number in range(NEIGHBOURS):
        caller = Caller(LaneName("webchat"), f"fictional-neighbour-{number}")
        arrival = Arrival(Language.ZH, planned[0].region_id)
        person = people.agree(uow, caller, (Purpose.TAKE_PART, Purpose.NEWS), notice, arrival, now)
        for card in planned[: 1 + number % 3]:
            signups.sign_up(uow, ResidentId(int(person.resident_id or 0)), card.id, now)
