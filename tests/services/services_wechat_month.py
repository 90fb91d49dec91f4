"""Thirty days of a WeChat account in minutes: residents who write, tap, scan or say nothing; news; reminders.

The services and the adapter are the real ones; WeChat is the stand-in's rules, asked without a network between.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter as Tally
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from services_town import NOTICE, OPERATOR, PASSIVE, RULE, Town

from outreach.channels.wechat.config import parse_config
from outreach.channels.wechat.rights import capabilities_of, rights_of
from outreach.channels.wechat.said import Said
from outreach.channels.wechat.sending import Pushes
from outreach.domain.ids import ActivityId
from outreach.domain.messages import Incoming, Language, Message, MessageKind, Outgoing, Pressed, Reach, Reachability
from outreach.domain.messages import Sent as WasSent
from outreach.domain.people import Purpose
from outreach.domain.secret import Secret
from outreach.services import dispatch, intake, people, reminders, signups
from outreach.services.cards import Caller
from outreach.services.cards_ledger import Draft
from outreach.services.dispatch import Outlet, Ready, Result
from outreach.services.intake import Counter
from outreach.services.people import Arrival
from outreach.testing.wechat_api import APPID, SECRET, Kind, WeChatApiStandIn
from outreach.testing.wechat_api_state import ApiCall

TEMPLATE = "template-of-a-reminder"
LEASE = timedelta(seconds=30)
SLOTS_A_DAY = 4
ACTS = ("message", "message", "message", "click", "scan", "follow")
REPLIES = (Outgoing(MessageKind.REPLY, "一"), Outgoing(MessageKind.REPLY, "二"), Outgoing(MessageKind.REPLY, "三"))


@dataclass
class Figures:
    """What came of a month. *codes*: WeChat's answers to pushes; *forgotten*: neither reminded nor to be called."""

    codes: Tally[int] = field(default_factory=Tally)
    states: Mapping[str, int] = field(default_factory=dict)
    seats: int = 0
    reminded: int = 0
    to_call: int = 0
    forgotten: int = 0


class _Api:
    """`Api` without a network: the stand-in's rules, and a count of what they say."""

    def __init__(self, stand_in: WeChatApiStandIn, codes: Tally[int]) -> None:
        self._stand_in, self._codes = stand_in, codes

    async def call(self, path: str, body: Mapping[str, Any] | None, *, repeatable: bool = False) -> Said:
        del repeatable
        asked = {"appid": APPID, "secret": SECRET, "grant_type": "client_credential"}
        token = str(self._stand_in.give_token(asked).get("access_token"))
        answer = self._stand_in.carry_out(ApiCall(path.removeprefix("/cgi-bin/"), body or {}, token, b""))
        self._codes[answer["errcode"]] += 1
        return Said(answer["errcode"], answer)


def options(kind: Kind) -> dict[str, Secret]:
    """The settings of an account of *kind*; a verified service account has a template for reminders."""
    given = {
        "APPID": APPID, "TOKEN": "abcdef", "AES_KEY": "A" * 43, "SECRET": SECRET,
        "ACCOUNT": "service" if kind.service else "subscription", "VERIFIED": str(kind.verified).lower(),
    }  # fmt: skip
    if kind.service:
        given |= {"TEMPLATE_REMINDER": TEMPLATE, "FIELDS_REMINDER": "thing1=title time2=starts thing3=place"}
    return {name: Secret(text) for name, text in given.items()}


class Month:
    """One account, its residents and its days; *seed* decides what they do."""

    def __init__(self, town: Town, kind: Kind, residents: int, seed: int = 1) -> None:
        self.town, self.figures, self._random = town, Figures(), random.Random(seed)
        self._stand_in = WeChatApiStandIn(
            kind, templates={TEMPLATE: ("thing1", "time2", "thing3")}, clock=lambda: town.now.timestamp()
        )
        config = parse_config(options(kind))
        able = capabilities_of(rights_of(config), config.templates, config.allowances)
        api: Any = _Api(self._stand_in, self.figures.codes)
        self._pushes = Pushes(api, PASSIVE, rights_of(config), config.templates, lambda: None, lambda: town.now)
        self._outlet = Outlet(PASSIVE, able, town.desk, None)
        self._counter = Counter(PASSIVE, able, lambda *_: REPLIES, lambda *_: None, town.desk)
        self._names = [f"resident-{number}" for number in range(residents)]
        self._numbers, self._results = iter(range(10**9)), list[Result]()
        self._reminded: set[int] = set()
        self._activities: dict[ActivityId, Any] = {}
        self._seats: dict[ActivityId, dict[int, int]] = {}
        self._open()

    def run(self, days: int = 30) -> Figures:
        """Let *days* pass."""
        for day in range(days):
            if day % 2 == 0:
                self._announce()
            if day % 5 == 1:
                self._plan()
            for _ in range(SLOTS_A_DAY):
                self._slot()
        with self.town.database.reading() as uow:
            self.figures.states = uow.deliveries.counts()
        return self.figures

    def _open(self) -> None:
        for name in self._names:
            with self.town.database.unit_of_work() as uow:
                came = Arrival(Language.ZH)
                purposes = (Purpose.TAKE_PART, Purpose.NEWS)
                person = people.agree(uow, Caller(PASSIVE, name), purposes, NOTICE, came, self.town.now)
                assert person.resident_id is not None
                self.town.residents[name] = person.resident_id
            self._act(name, "message" if self._random.random() < 0.7 else "follow")

    def _slot(self) -> None:
        for name in self._random.sample(self._names, len(self._names) // 40):
            self._act(name, self._random.choice(ACTS))
            if self._random.random() < 0.2:
                self._pump()
        self._pump()
        self.town.later(seconds=self._random.choice([20, 57, 60, 75]))
        self._remind()
        self._pump()
        self.town.later(hours=24 / SLOTS_A_DAY)
        self._remind()
        self._pump()
        self._look_at_calls()

    def _act(self, name: str, how: str) -> None:
        now, number = self.town.now, f"m{next(self._numbers)}"
        self._stand_in.heard(name, how)
        incoming: Incoming = {
            "message": Message(number, name, "你好", now),
            "click": Pressed(number, name, "mine", now),
            "scan": Reachability(number, name, now, Reach.JOINED, source="act:1"),
            "follow": Reachability(number, name, now, Reach.JOINED),
        }[how]
        with self.town.database.unit_of_work() as uow:
            intake.take(uow, self._counter, incoming, now)

    def _announce(self) -> None:
        body = (Outgoing(MessageKind.ANNOUNCEMENT, "这周有太极课。"),)
        until, key = self.town.now + timedelta(days=6), next(self._numbers)
        drafts = [
            Draft(MessageKind.ANNOUNCEMENT, f"news:{key}:{of}", of, self.town.now, {}, until, body=body)
            for of in self.town.residents.values()
        ]
        with self.town.database.unit_of_work() as uow:
            uow.deliveries.add(drafts, self.town.now)
        self._pump()

    def _plan(self) -> None:
        starts = self.town.now + timedelta(days=3, hours=2)
        card = self.town.plan(starts_at=starts, seats=len(self._names))
        self._activities[card.id], self._seats[card.id] = starts, {}
        for name in self._random.sample(self._names, len(self._names) // 5):
            fact = self.town.join(name, card.id)
            self._seats[card.id][fact.sign_up.id] = self.town.residents[name]
        self.town.later(seconds=1)

    def _remind(self) -> None:
        with self.town.database.unit_of_work() as uow:
            reminders.queue_due(uow, RULE, self.town.now)

    def _look_at_calls(self) -> None:
        """Of the activities that begin before we look again: is everybody reminded, or on the list?"""
        soon = self.town.now + timedelta(hours=24 / SLOTS_A_DAY, seconds=75)
        for activity_id in [each for each, starts in self._activities.items() if starts <= soon]:
            del self._activities[activity_id]
            with self.town.database.unit_of_work() as uow:
                lines = signups.call_list(uow, OPERATOR, activity_id, self.town.now, 10**6)
            seated = self._seats[activity_id]
            called = {line.resident_id for line in lines}
            missed = {who for sign_up, who in seated.items() if sign_up not in self._reminded}
            self.figures.seats += len(seated)
            self.figures.reminded += len(seated) - len(missed)
            self.figures.to_call += len(called)
            self.figures.forgotten += len(missed - called)

    def _pump(self) -> None:
        asyncio.run(self._drain())

    async def _drain(self) -> None:
        while (batch := self._exchange()).claimed:
            for ready in batch.ready:
                self._results.append(await self._send(ready))

    def _exchange(self) -> dispatch.Batch:
        with self.town.database.unit_of_work() as uow:
            epoch = uow.lanes.take(PASSIVE, "wechat", "test", self.town.now, LEASE)
            assert epoch is not None
            results, self._results = self._results, []
            return dispatch.exchange(uow, self._outlet, results, epoch=epoch, limit=200, now=self.town.now)

    async def _send(self, ready: Ready) -> Result:
        done, parts = ready.letter.parts_sent, ready.parts
        outcome: Any = WasSent()
        for part in parts:
            outcome = await self._pushes.send(ready.letter.to, part, ready.letter.key)
            if not isinstance(outcome, WasSent):
                break
            done += 1
        if isinstance(outcome, WasSent) and ready.letter.kind is MessageKind.REMINDER:
            self._reminded.add(int(ready.letter.subject["sign_up"]))
        return ready.letter, outcome, done


def lines_of(figures: Figures, kinds: Sequence[str]) -> list[str]:
    """The figures in words, for a report."""
    codes = ", ".join(f"{code}: {number:,}" for code, number in sorted(figures.codes.items()))
    return [
        f"{' '.join(kinds)}: WeChat's answers {codes}; {figures.codes[45015]} × 45015, {figures.codes[45047]} × 45047",
        f"seats {figures.seats:,}, reminded {figures.reminded:,}, to call {figures.to_call:,}, "
        f"neither {figures.forgotten}; deliveries {dict(figures.states)}",
    ]
