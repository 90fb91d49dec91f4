"""A town on a real database: people on two lanes, activities, a clock that stands still, a ledger to read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

from outreach.content import parse_vocabulary
from outreach.conversation import Dialogue, Office
from outreach.domain.activity import ActivityKind, SignUpPolicy
from outreach.domain.actor import Actor
from outreach.domain.facts import SignedUp, Withdrawn
from outreach.domain.ids import ActivityId, LaneName, ResidentId
from outreach.domain.messages import Capabilities, Language, Message, Outgoing, Sent
from outreach.domain.people import Purpose
from outreach.domain.times import QuietHours
from outreach.safety import Helplines, parse
from outreach.services import activities, dispatch, intake, people, signups
from outreach.services.calendars import Calendars
from outreach.services.cards import ActivityCard, ApprovedItem, Caller, NewActivity
from outreach.services.dispatch import Outlet, Ready
from outreach.services.helplines import Lines
from outreach.services.intake import Counter
from outreach.services.letters import Desk
from outreach.services.people import Arrival, Notice
from outreach.services.reminders import ReminderRule
from outreach.services.safeguarding import Safeguard
from outreach.services.tips import TipRhythm
from outreach.store import Database, read_library, read_phrases
from outreach.wording import Wording, parse_wording

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # Monday, 9:00 in Shanghai
SOON = NOW + timedelta(days=3)
PUSH, PASSIVE = LaneName("telegram"), LaneName("wechat")
OPERATOR = Actor.operator()
NOTICE = Notice("1", "0" * 16)
RULE = ReminderRule((timedelta(hours=24), timedelta(hours=2)), None)
RHYTHM = TipRhythm(1, time(10), "Asia/Shanghai")
ABLE = Capabilities(4096, "utf16", True, 8, True, True, 0, 30.0, 30)
ABLE_TO_ANSWER = Capabilities(2000, "bytes", False, 0, False, False, 1, 1.0, 1)
LOCAL_LINE = """
[[line]]
region = "CN-99"
kind = "crisis"
number = "000-0000"
display_zh = "本市心理热线"
display_en = "the city's own line"
languages = ["zh"]
text_ok = false
certainty = "H"
source = "a test"
verified_on = 2026-11-21
expires_on = 2027-05-20
"""
_ids = count(1)


class Queued(NamedTuple):
    """A row of the ledger as a test sees it."""

    who: str
    about: str
    state: str


@cache
def _crafts() -> tuple[Wording, Any, Safeguard]:
    files = read_library()
    safety = parse(files.tables)
    vocabulary = parse_vocabulary(files.text("audiences.toml"), files.text("topics.toml"))
    helplines = Helplines.parse("helplines.toml", files.text("helplines.toml") + LOCAL_LINE)
    return (
        parse_wording(read_phrases()),
        vocabulary,
        Safeguard(safety.screen, safety.replies, Lines(helplines, "CN")),
    )


@dataclass
class Town:
    """People are known by their names; *now* moves only when told to."""

    database: Database
    calendars: Calendars
    desk: Desk
    dialogue: Dialogue
    now: datetime = NOW
    residents: dict[str, ResidentId] = field(default_factory=dict)

    def later(self, **amount: float) -> None:
        self.now += timedelta(**amount)

    def enrol(self, *names: str, lane: LaneName = PUSH, **arrival: Any) -> None:
        """People who agreed to take part."""
        for name in names:
            with self.database.unit_of_work() as uow:
                came = Arrival(Language.EN, **arrival)
                person = people.agree(uow, Caller(lane, name), (Purpose.TAKE_PART,), NOTICE, came, self.now)
                assert person.resident_id is not None
                self.residents[name] = person.resident_id

    def plan(self, **changes: Any) -> ActivityCard:
        """An activity in three days with 2 seats."""
        starts, rule = changes.pop("starts_at", SOON), changes.pop("rule", RULE)
        with self.database.unit_of_work() as uow:
            new = NewActivity(
                kind=ActivityKind.LECTURE, title="Sleep well", summary="", place="Hall", starts_at=starts,
                ends_at=starts + timedelta(hours=1), seats=2, region_id=uow.regions.root().id,
                audience=frozenset({"general"}), policy=SignUpPolicy.OPEN, restricted=False, draft=False,
            )  # fmt: skip
            return activities.add(uow, OPERATOR, replace(new, **changes), rule, self.now)

    def join(self, name: str, activity: ActivityId, party: int = 1) -> SignedUp:
        with self.database.unit_of_work() as uow:
            return signups.sign_up(uow, self.residents[name], activity, self.now, party)

    def leave(self, name: str, activity: ActivityId) -> Withdrawn:
        with self.database.unit_of_work() as uow:
            return signups.withdraw(uow, self.residents[name], activity, self.now)

    def approve(self, slug: str, *audience: str, language: Language = Language.EN, body: str = "Breathe.") -> None:
        item = ApprovedItem(slug, language, f"v-{slug}", f"Title {slug}", body, frozenset(audience or {"general"}))
        with self.database.unit_of_work() as uow:
            uow.contents.approve(item, OPERATOR, self.now)

    def ledger(self, about: str = "") -> list[Queued]:
        """What was queued, oldest first; only that *about* something if given."""
        names = {resident: name for name, resident in self.residents.items()}
        with self.database.reading() as uow:
            rows = uow.connection.exec_driver_sql(
                "SELECT resident_id, kind, coalesce(json_extract(subject, '$.about'), ''), state"
                " FROM delivery ORDER BY id"
            ).all()
        found = [Queued(names.get(row[0], "?"), row[2] or row[1], row[3]) for row in rows]
        return [row for row in found if about in {"", row.about}]

    def dispatch(self, *, quiet: QuietHours | None = None, able: Capabilities = ABLE) -> list[Ready]:
        """One batch of the push lane: what goes on the wire, recorded as sent."""
        outlet = Outlet(PUSH, able, self.desk, quiet)
        with self.database.unit_of_work() as uow:
            epoch = uow.lanes.take(PUSH, "telegram", "test", self.now, timedelta(seconds=30))
            assert epoch is not None
            ready = list(dispatch.exchange(uow, outlet, (), epoch=epoch, limit=100, now=self.now).ready)
        with self.database.unit_of_work() as uow:
            results = [(one.letter, Sent(), len(one.parts)) for one in ready]
            dispatch.exchange(uow, outlet, results, epoch=epoch, limit=0, now=self.now)
        return ready

    def says(self, name: str, text: str, message_id: str | None = None) -> tuple[Outgoing, ...]:
        """What *name* reads on the lane that can only answer."""
        counter = Counter(PASSIVE, ABLE_TO_ANSWER, self.dialogue.answer, self.dialogue.offered, self.desk)
        incoming = Message(message_id or f"m{next(_ids)}", name, text, self.now)
        with self.database.unit_of_work() as uow:
            return intake.take(uow, counter, incoming, self.now)

    def file(self, fact: SignedUp | Withdrawn) -> str:
        """The personal calendar file behind the link of a sign-up, unfolded; empty if the link is no good."""
        token = self.calendars.sign_up_link(fact.sign_up.id).split("/c/")[1].removesuffix(".ics")
        with self.database.reading() as uow:
            found = self.calendars.sign_up_file(uow, token, self.now)
        return "" if found is None else found.body.decode().replace("\r\n ", "")


def sequence_of(file: str) -> int:
    """The SEQUENCE of a calendar file with one entry."""
    found = re.search(r"^SEQUENCE:(\d+)", file, re.MULTILINE)
    assert found is not None
    return int(found[1])


@contextmanager
def open_town(folder: Path) -> Iterator[Town]:
    """A town with nobody in it."""
    database = Database.open(f"sqlite:///{folder / 'town.db'}", folder / "town.key", folder)
    try:
        database.upgrade()
        wording, vocabulary, safeguard = _crafts()
        calendars = Calendars("https://example.org", b"k" * 32, wording, Language.ZH)
        hours = dict.fromkeys(Language, "9-17")
        office = Office(hours, hours, Language.EN, RHYTHM, safeguard.lines, calendars)
        desk = Desk(wording, calendars, safeguard.lines)
        yield Town(database, calendars, desk, Dialogue(wording, vocabulary, office, safeguard))
    finally:
        database.close()
