"""SIGKILL at random moments under a stream of messages: every one has exactly one effect and one stored answer."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from queue import Empty, SimpleQueue

import pytest
from conftest import Program, eventually

from outreach.domain.ids import ActivityId, LaneName
from outreach.domain.messages import Message
from outreach.services.cards import Caller
from outreach.store import Database
from outreach.testing.wechat import ServiceUnavailable, WeChatStandIn
from outreach.testing.wechat_wire import Account

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

KILLS = {"sqlite": 14, "postgresql": 8}  # each costs a start
PEOPLE, SENDERS, SEATS = 500, 8, 40
PAUSE = 0.06  # seconds between two messages of a sender, so that the stream outlasts the kills
WECHAT = LaneName("wechat")


def with_wechat(program: Program) -> None:
    """One activity with fewer seats than people, and WeChat's door."""
    account = Account()
    program.settings |= {
        "OUTREACH_CHANNELS__WEBCHAT__ENABLED": "false",
        "OUTREACH_CHANNELS__WECHAT__APPID": account.appid,
        "OUTREACH_CHANNELS__WECHAT__TOKEN": account.token,
        "OUTREACH_CHANNELS__WECHAT__AES_KEY": account.aes_key,
        "OUTREACH_CHANNELS__WECHAT__ORIGINAL_ID": account.original_id,
    }
    starts = (datetime.now(UTC) + timedelta(days=3)).isoformat(timespec="seconds")
    program.run("activity", "add", "--title", "清早太极", "--starts", starts, "--place", "广场", "--seats", str(SEATS))


@contextmanager
def database_of(program: Program) -> Iterator[Database]:
    """The program's database, looked at while it is down."""
    folder = Path(program.environment["OUTREACH_DATA_DIR"])
    database = Database.open(program.environment["OUTREACH_DATABASE_URL"], Path(f"{folder}.key"), folder)
    try:
        yield database
    finally:
        database.close()


class Stream:
    """People who each sign up and agree; WeChat repeats every message until it is answered."""

    def __init__(self, hook: str) -> None:
        self.hook, self.answers = hook, dict[str, str | None]()
        self.errors: list[str] = []
        self._waiting: SimpleQueue[int] = SimpleQueue()
        for person in range(PEOPLE):
            self._waiting.put(person)
        self._threads = [threading.Thread(target=self._run) for _ in range(SENDERS)]

    def start(self) -> None:
        """Begin to send."""
        for thread in self._threads:
            thread.start()

    def is_over(self) -> bool:
        """Whether everybody has been answered."""
        return not any(thread.is_alive() for thread in self._threads)

    def deliver(self, person: int, step: int, text: str) -> str | None:
        """One message, with the id it always has, again and again until there is an answer."""
        wechat = WeChatStandIn(self.hook, patience=5.0)
        while True:
            try:
                return wechat.say(f"person-{person}", text, str(10_000 + 10 * person + step))
            except ServiceUnavailable:
                continue

    def steps(self) -> Iterator[tuple[int, int, str]]:
        """Every message of the stream: person, step, text."""
        for person in range(PEOPLE):
            yield person, 1, "报名 100"
            yield person, 2, "同意"

    def _run(self) -> None:
        try:
            while True:
                person = self._waiting.get_nowait()
                for step, text in ((1, "报名 100"), (2, "同意")):
                    self.answers[f"{person}-{step}"] = self.deliver(person, step, text)
                    threading.Event().wait(PAUSE)
        except Empty:
            return
        except Exception as error:
            self.errors.append(repr(error))


def test_kills_lose_nothing_and_double_nothing(program: Program, database_kind: str):
    kills = KILLS[database_kind]
    with_wechat(program)
    chance = random.Random(20261123)
    program.start()
    stream = Stream(f"{program.url}/hooks/wechat")
    stream.start()

    busy = 0
    for _ in range(kills):
        threading.Event().wait(chance.uniform(0.02, 0.35))
        busy += not stream.is_over()
        program.kill()
        program.start()
    eventually(stream.is_over, "everybody to be answered", patience=120)
    repeated = {f"{person}-{step}": stream.deliver(person, step, text) for person, step, text in stream.steps()}
    shown = program.json("activity", "show", "1")
    roster = program.json("activity", "roster", "1", "--limit", "1000")
    assert program.stop() == 0
    with database_of(program) as database, database.reading() as uow:
        unanswered = uow.inbox.unanswered([WECHAT], datetime.now(UTC) + timedelta(days=1), 10)
        activity = uow.activities.card(ActivityId(1))

    assert stream.errors == []
    assert busy >= kills // 2  # else it was no test of anything
    assert len(stream.answers) == 2 * PEOPLE
    assert None not in stream.answers.values()
    assert repeated == stream.answers
    assert (shown["seated"], shown["waiting"]) == (SEATS, PEOPLE - SEATS)
    assert sorted(line["number"] for line in roster) == list(range(1, PEOPLE + 1))
    assert activity.seated == SEATS
    assert unanswered == []


def test_a_row_left_received_while_the_program_was_down_is_answered_once(program: Program):
    with_wechat(program)
    now = datetime.now(UTC)
    message = Message("777001", "person-1", "报名 100", now)
    with database_of(program) as database, database.unit_of_work() as uow:
        uow.inbox.receive(Caller(WECHAT, "person-1"), WECHAT, message, now - timedelta(minutes=1))

    program.start()

    def is_answered() -> bool:
        with database_of(program) as database, database.reading() as uow:
            return not uow.inbox.unanswered([WECHAT], datetime.now(UTC) + timedelta(days=1), 10)

    eventually(is_answered, "the row to be answered")
    wechat = WeChatStandIn(f"{program.url}/hooks/wechat")
    first = wechat.say("person-1", "报名 100", "777001")
    again = wechat.say("person-1", "报名 100", "777001")

    assert first is not None
    assert "同意" in first
    assert again == first
