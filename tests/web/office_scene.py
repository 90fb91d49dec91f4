"""What waits for staff in the console: notes, alerts, people to announce to; and forms that must do nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from outreach.bootstrap import App
from outreach.domain.ids import AlertId, LaneName, ThreadId
from outreach.domain.messages import Language
from outreach.domain.people import Purpose
from outreach.services import people, threads
from outreach.services.cards import Caller, Region
from outreach.services.people import Arrival, Notice

NOTICE = Notice("test", "0" * 16)
WORDS = "夜里总是醒，想找个人说说"
MARKUP = '<script>alert(1)</script> “’"& \u202e反 🌿'
UNKNOWN = "987654"


def asks(house: App, unit: Region, name: str = "ann", text: str = WORDS) -> ThreadId:
    """A resident of *unit* leaves a note on the web chat."""
    now = datetime.now(UTC)
    caller = Caller(LaneName("webchat"), name)
    with house.core.database.unit_of_work() as uow:
        person = people.agree(uow, caller, (Purpose.TALK,), NOTICE, Arrival(Language.ZH, unit.id), now)
        return threads.leave_note(uow, caller, person, text, now).id


def alerts(house: App, unit: Region, name: str = "ann", risk: str = "risk") -> AlertId:
    """A resident of *unit* wrote something that the screen takes for danger."""
    now = datetime.now(UTC)
    caller = Caller(LaneName("webchat"), name)
    with house.core.database.unit_of_work() as uow:
        people.agree(uow, caller, (Purpose.TAKE_PART,), NOTICE, Arrival(Language.ZH, unit.id), now)
        return AlertId(int(uow.alerts.raise_(caller, risk, "self", ("zh.1",), "lexicon", f"key-{name}", now)))


def reads_news(house: App, unit: Region, *names: str, language: Language = Language.ZH) -> None:
    """Residents of *unit* who asked for news of activities."""
    now = datetime.now(UTC)
    with house.core.database.unit_of_work() as uow:
        for name in names:
            caller, came = Caller(LaneName("webchat"), name), Arrival(language, unit.id)
            people.agree(uow, caller, (Purpose.TAKE_PART, Purpose.NEWS), NOTICE, came, now)


def audit(house: App, action: str = "") -> list[tuple[str, str, str]]:
    """Who did what to what, oldest first; only *action* if given."""
    with house.core.database.reading() as uow:
        rows = uow.connection.exec_driver_sql("SELECT actor, action, subject FROM audit ORDER BY id").all()
    return [tuple(row) for row in rows if action in {"", row[1]}]  # type: ignore[misc]


def count(house: App, table: str) -> int:
    """How many rows a table has."""
    with house.core.database.reading() as uow:
        return int(uow.connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())


async def alike(browser: Any, mine: str, unknown: str, **form: str) -> tuple[str, str]:
    """What two addresses answer, each without its own number: they may not differ."""
    found = []
    for path in (mine, unknown):
        answer = await (browser.post(path, data=form) if form else browser.get(path))
        assert answer.status_code == 404, (path, answer.status_code)
        found.append(answer.text.replace(path, "").replace(path.rpartition("/")[0], ""))
    return found[0], found[1]
