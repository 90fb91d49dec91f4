"""What the stand-in API remembers of one account: tokens, followers, windows, what was sent, and its bad days."""

from __future__ import annotations

import itertools
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from outreach.testing.standin import StandIn
from outreach.testing.wechat_api_mass import MassDesk
from outreach.testing.wechat_api_rules import OPENING_EVENTS, WINDOWS, Kind

APPID, SECRET = "wx0123456789abcdef", "standin-app-secret"
TOKEN_SECONDS = 7200.0
OVERLAP = 300.0  # seconds for which the former token lives on after a renewal in time
FORCED_A_DAY, FORCED_PAUSE = 20, 30.0
DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class ApiCall:
    """One call: its path below ``/cgi-bin/``, what it asked and the token that it showed."""

    path: str
    asked: Mapping[str, Any] = field(repr=False)
    token: str = field(repr=False)
    raw: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Pushed:
    """One message that somebody got. *template* is empty for a customer-service message, else the template's id."""

    to: str = field(repr=False)
    text: str = field(repr=False)
    template: str = ""
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)
    url: str = ""
    msgid: str = ""


@dataclass(frozen=True, slots=True)
class FinishedJob:
    """What became of one template message, in WeChat's words."""

    to: str = field(repr=False)
    msgid: str
    status: str


@dataclass(slots=True)
class BadDay:
    """How the next calls of a path that ends in *path* go wrong: *times* of them, or all (``None``).

    *errcode* is answered with status 200 (*as_text*: as a text, which WeChat does at times); *body* is answered as is
    with *status*; *delay* is in seconds and comes first; *disconnect* carries the call out and then hangs up.
    """

    path: str = ""
    errcode: int | None = None
    errmsg: str = "bad day"
    as_text: bool = False
    status: int = 200
    body: str | None = None
    delay: float = 0.0
    disconnect: bool = False
    times: int | None = 1


@dataclass(slots=True)
class OpenWindow:
    """Until when one act of somebody lets so many messages through."""

    until: float
    left: int


class WeChatApiState(StandIn):
    """The account behind the API. *clock* gives seconds since 1970; `calls` holds all calls, oldest first."""

    def __init__(
        self,
        kind: Kind | None = None,
        *,
        templates: Mapping[str, Sequence[str]] | None = None,
        clock: Callable[[], float] = time.time,
        port: int = 0,
    ) -> None:
        super().__init__(port)
        self.kind = kind or Kind()
        self.templates = {name: tuple(keys) for name, keys in (templates or {}).items()}
        self.clock = clock
        self.calls: list[ApiCall] = []
        self.sent: list[Pushed] = []
        self.pictures: list[str] = []
        """The names of the pictures in the account's library."""
        self.menu: Mapping[str, Any] | None = None
        self.refusing: set[str] = set()
        """Who has refused template messages."""
        self.blocking: set[str] = set()
        """Whose template messages WeChat takes and then does not deliver, as it tells with the finished job."""
        self.jobs: list[FinishedJob] = []
        """Template messages of which WeChat has not yet told what became of them."""
        self.used: Counter[str] = Counter()
        self.mass = MassDesk()
        self._followers: set[str] = set()
        self._left: set[str] = set()
        self._windows: dict[str, dict[str, OpenWindow]] = {}
        self._bad_days: list[BadDay] = []
        self._live: dict[str, float] = {}
        self._expired: set[str] = set()
        self._current = ""
        self._forced: list[float] = []
        self._numbers = itertools.count(1)
        self._client_ids: dict[tuple[str, str], tuple[float, str]] = {}

    def know(self, *openids: str) -> None:
        """They follow, and have said nothing yet."""
        self._followers.update(openids)

    def heard(self, openid: str, how: str = "message") -> None:
        """*openid* did something (a key of `WINDOWS`), which opens its window anew."""
        self.know(openid)
        rule = WINDOWS[how]
        self._windows.setdefault(openid, {})[how] = OpenWindow(self.clock() + rule.seconds, rule.messages)

    def witness(self, openid: str, fields: Mapping[str, str]) -> None:
        """*openid* did what the callback of *fields* says: it opens a window, closes it, or changes nothing."""
        event = fields.get("Event", "").lower()
        if event == "unsubscribe":
            self.unfollow(openid)
        elif fields.get("MsgType") != "event":
            self.heard(openid)
        elif event in OPENING_EVENTS:
            self.heard(openid, OPENING_EVENTS[event])

    def unfollow(self, openid: str) -> None:
        """*openid* leaves: their window is closed."""
        self._followers.discard(openid)
        self._left.add(openid)
        self._windows.pop(openid, None)

    def misbehave(self, **how: Any) -> None:
        """Let a `BadDay` begin; the latest one that fits a call decides."""
        self._bad_days.append(BadDay(**how))

    def behave(self) -> None:
        """The bad days are over."""
        self._bad_days.clear()

    def expire_token(self) -> None:
        """Whoever shows the present token from now on gets 42001; asking for one gives another."""
        self._live.pop(self._current, None)
        self._expired.add(self._current)
        self._current = ""

    def revoke_token(self) -> None:
        """The present token is worth nothing (40001), but asking gives the same one until somebody forces another."""
        self._live.pop(self._current, None)

    def token_calls(self, *, forced: bool | None = None) -> int:
        """How often a token was asked for; only with or without force if *forced* says so."""
        asked = [call for call in self.calls if call.path == "stable_token"]
        return sum(1 for call in asked if forced is None or bool(call.asked.get("force_refresh")) is forced)

    def calls_of(self, path: str) -> list[ApiCall]:
        """The calls of *path*, below ``/cgi-bin/``."""
        return [call for call in self.calls if call.path == path]

    def sent_to(self, openid: str) -> list[Pushed]:
        """What *openid* got, oldest first."""
        return [pushed for pushed in self.sent if pushed.to == openid]

    def _open(self, openid: str) -> list[OpenWindow]:
        """The windows of *openid* that are open now."""
        return [window for window in self._windows.get(openid, {}).values() if self.clock() < window.until]

    def _day_of(self, path: str) -> BadDay | None:
        for day in reversed(self._bad_days):
            if path.endswith(day.path):
                if day.times is not None:
                    day.times -= 1
                    if day.times <= 0:
                        self._bad_days.remove(day)
                return day
        return None
