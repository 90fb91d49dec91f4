"""Platforms played on this machine, each with a telephone to practise on: for `outreach demo --with`."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from outreach.domain.secret import Secret
from outreach.testing.phone import Bubble, Phone
from outreach.testing.telegram import TelegramStandIn
from outreach.testing.wechat import ServiceUnavailable, WeChatStandIn
from outreach.testing.wechat_api import SECRET, Kind, WeChatApiStandIn
from outreach.testing.wechat_wire import Account

PLATFORMS = ("telegram", "wechat")
_USER, _OPENID = 700_100, "oPlayedResident"


@dataclass(frozen=True, slots=True)
class PlayedPlatform:
    """*options* open the channel to it, *phone* is where its resident's telephone lies."""

    options: Mapping[str, Secret]
    phone: str


@contextmanager
def played(platform: str, hook: str) -> Iterator[PlayedPlatform]:
    """*platform* (of `PLATFORMS`), with WeChat calling us at *hook*. Threads of this process; gone at the end."""
    if platform == "telegram":
        with TelegramStandIn() as telegram, Phone(_TelegramResident(telegram)) as phone:
            options = {"token": telegram.token, "api_url": telegram.url}
            yield PlayedPlatform(_secret(options), phone.url)
    else:
        account = Account()
        with WeChatApiStandIn(Kind(service=True, verified=True)) as api:
            people = WeChatStandIn(hook, account, api=api)
            with Phone(_WeChatResident(people, api)) as phone:
                options = {
                    "appid": account.appid, "token": account.token, "aes_key": account.aes_key, "secret": SECRET,
                    "original_id": account.original_id, "api_url": api.url, "account": "service", "verified": "true",
                }  # fmt: skip
                yield PlayedPlatform(_secret(options), phone.url)


def _secret(options: Mapping[str, str]) -> Mapping[str, Secret]:
    return {name: Secret(text) for name, text in options.items()}


class _Resident:
    """What both have in common: a chat that grows from two sides."""

    title = ""

    def __init__(self) -> None:
        self._chat: list[Bubble] = []
        self._lock = threading.Lock()
        self._seen = 0

    def chat(self) -> Sequence[Bubble]:
        """All so far."""
        with self._lock:
            came = self._came()
            self._chat += came[self._seen :]
            self._seen = len(came)
            return tuple(self._chat)

    def _add(self, bubble: Bubble) -> None:
        self.chat()  # what came before stands before
        with self._lock:
            self._chat.append(bubble)

    def _came(self) -> list[Bubble]:
        raise AssertionError(f"{type(self).__name__} must override _came()")


class _TelegramResident(_Resident):
    title = "Telegram"

    def __init__(self, telegram: TelegramStandIn) -> None:
        super().__init__()
        self._telegram = telegram

    def say(self, text: str) -> None:
        """Type *text*."""
        self._add(Bubble(mine=True, text=text))
        self._telegram.say(_USER, text)

    def press(self, label: str) -> None:
        """Press the newest button with that label."""
        self._add(Bubble(mine=True, text=label))
        self._telegram.press_label(_USER, label)

    def _came(self) -> list[Bubble]:
        return [
            Bubble(False, one.text, tuple(label for label, _ in one.buttons), one.file[0] if one.file else "")
            for one in self._telegram.sent_to(_USER)
        ]


class _WeChatResident(_Resident):
    title = "微信服务号 · WeChat"

    def __init__(self, people: WeChatStandIn, api: WeChatApiStandIn) -> None:
        super().__init__()
        self._people, self._api = people, api

    def say(self, text: str) -> None:
        """Type *text*; the answer in place, or WeChat's own notice that the account is in trouble."""
        self._add(Bubble(mine=True, text=text))
        try:
            answer = self._people.say(_OPENID, text)
        except ServiceUnavailable:
            answer = "该公众号提供的服务出现故障，请稍后再试"
        if answer:
            self._add(Bubble(mine=False, text=answer))

    def press(self, label: str) -> None:
        """There are no buttons: whatever is tapped is typed."""
        self.say(label)

    def _came(self) -> list[Bubble]:
        return [Bubble(mine=False, text=one.text) for one in self._api.sent_to(_OPENID)]
