"""The WeChat adapter with each kind of account keeps the same promises, against the stand-in of WeChat's API."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from test_contract_wechat import ACCOUNT, ANN, TestWeChat

from outreach.channels.base import Channel
from outreach.domain.messages import Halted, Parked, Rejected, RetryLater, Sent, Unconfirmed, Unreachable
from outreach.domain.secret import Secret
from outreach.testing import Delivered, Situation
from outreach.testing.wechat_api import SECRET, Kind, WeChatApiStandIn

_HOOK_SIDE = TestWeChat
del TestWeChat  # collected where it is at home

SERVICE = {"ACCOUNT": "service", "VERIFIED": "true"}
SUBSCRIPTION = {"ACCOUNT": "subscription", "VERIFIED": "true"}
UNVERIFIED_SERVICE = {"ACCOUNT": "service", "VERIFIED": "false"}
UNVERIFIED_SUBSCRIPTION = {"ACCOUNT": "subscription", "VERIFIED": "false"}
PRETENDED = {**SERVICE, "TEMPLATE_REMINDER": "template-reminder", "FIELDS_REMINDER": "thing1=title"}


class TestWeChatService(_HOOK_SIDE):
    """A verified service account: customer-service messages within the window."""

    kind = Kind(service=True, verified=True)
    more: Mapping[str, str] = SERVICE
    api: WeChatApiStandIn

    @asynccontextmanager
    async def platform(self) -> AsyncIterator[Mapping[str, Secret]]:
        async with super().platform() as options, WeChatApiStandIn(self.kind) as self.api:
            self.api.heard(ANN)
            given = {"SECRET": SECRET, "API_URL": self.api.url, **self.more}
            yield {**options, **{name: Secret(text) for name, text in given.items()}}

    def delivered(self) -> Sequence[Delivered]:
        return [Delivered(pushed.to, pushed.text) for pushed in self.api.sent]

    def situations(self) -> Sequence[Situation]:
        def day(**how: Any) -> Callable[[], None]:
            return lambda: self.api.misbehave(**how)

        def says(code: int) -> Callable[[], None]:
            return day(path="custom/send", errcode=code, times=None)

        return [
            Situation("a token of another process", lambda: self.api.revoke_token(), Sent),
            Situation("an old token", lambda: self.api.expire_token(), Sent),
            Situation("stale once", day(path="custom/send", errcode=40001), Sent),
            Situation("stale for ever", says(40001), Halted("40001", "wechat_token")),
            Situation("a code as text", day(path="custom/send", errcode=45015, as_text=True), Parked("window_closed")),
            Situation("window closed", says(45015), Parked("window_closed")),
            Situation("five are out", says(45047), Parked("quota_used")),
            Situation("has left", says(43004), Unreachable("43004")),
            Situation("nobody of ours", says(40003), Unreachable("40003")),
            Situation("too frequent", says(45011), RetryLater(timedelta(seconds=20), whole_lane=True, code="45011")),
            Situation("daily quota", says(45009), RetryLater),
            Situation("too long", says(45002), Rejected("45002")),
            Situation("system busy", says(-1), Unconfirmed("-1")),
            Situation("right denied", says(48001), Parked("48001")),
            Situation("account frozen", says(50002), Halted("50002", "wechat_account")),
            Situation(
                "not on the white list",
                day(path="stable_token", errcode=40164, errmsg="invalid ip 192.0.2.9, not in whitelist", times=None),
                Halted("40164", "wechat_whitelist"),
            ),
            Situation("wrong secret", day(path="stable_token", errcode=40125), Halted("40125", "wechat_secret")),
            Situation("a page instead of an answer", day(path="custom/send", status=502, body="<html>"), RetryLater),
            Situation("hangs up after taking it", day(path="custom/send", disconnect=True), Unconfirmed),
            Situation("no token to be had", day(path="stable_token", status=502, body="<html>"), RetryLater),
        ]

    def outage(self) -> None:
        self.api.misbehave(status=502, body="<html>Bad Gateway</html>", times=None)

    def slow(self) -> Callable[[], Awaitable[None]]:
        self.api.misbehave(path="custom/send", delay=30.0)

        async def called() -> None:
            await self.api.until(lambda: bool(self.api.calls_of("message/custom/send")))

        return called

    def secrets(self) -> Sequence[str]:
        return (ACCOUNT.token, ACCOUNT.aes_key, SECRET, "standin-access-token")


class TestWeChatSubscription(TestWeChatService):
    """A verified subscription account has the same, but no templates and no codes."""

    kind = Kind(service=False, verified=True)
    more = SUBSCRIPTION


class TestWeChatUnverifiedService(TestWeChatService):
    """A service account that is not verified has a menu, and answers only."""

    kind = Kind(service=True, verified=False)
    more = UNVERIFIED_SERVICE

    def situations(self) -> Sequence[Situation]:
        return [Situation("a plain day", lambda: self.api.behave(), Parked("no_push"))]

    def slow(self) -> None:
        return None


class TestWeChatUnverifiedSubscription(TestWeChatUnverifiedService):
    """A subscription account that is not verified answers, and calls nobody."""

    kind = Kind(service=False, verified=False)
    more = UNVERIFIED_SUBSCRIPTION


class TestWeChatWithoutItsRights(TestWeChatUnverifiedService):
    """Settings that claim more than WeChat grants: after the start, the account keeps what an unverified one does."""

    kind = Kind(service=False, verified=False)
    more = PRETENDED

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Channel]:
        async with super().opened() as channel:
            await channel.prepare()
            yield channel
