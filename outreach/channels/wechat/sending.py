"""A push: a customer-service message, and where its window is closed, the template of its kind."""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from outreach.channels.wechat.api import Api
from outreach.channels.wechat.outcomes import NO_RIGHT, UNKNOWN_TEMPLATE, WINDOW_CLOSED, outcome_of
from outreach.channels.wechat.reply import reply_text
from outreach.channels.wechat.rights import Rights
from outreach.channels.wechat.said import NoAnswer, Said
from outreach.channels.wechat.templates import Template
from outreach.channels.wechat.tokens import Clock
from outreach.domain.ids import LaneName
from outreach.domain.messages import MessageKind, Outcome, Outgoing, Parked, Rejected, RetryLater, Sent, Unreachable

log = logging.getLogger(__name__)

CUSTOM, TEMPLATE = "/cgi-bin/message/custom/send", "/cgi-bin/message/template/send"
NO_PUSH, OUT_OF_WINDOW = Parked("no_push"), Parked("window_closed")
DOUBT = timedelta(minutes=5)  # WeChat refuses sound template ids at times (platforms.md A13): one more try, later
_OPENID = re.compile(r"[0-9A-Za-z_-]{1,64}", re.ASCII)


class Pushes:
    """Sends within the rights that the account has now; one that WeChat denies is taken away, and staff are told."""

    def __init__(
        self,
        api: Api,
        lane: LaneName,
        rights: Rights,
        templates: Mapping[MessageKind, Template],
        changed: Callable[[], None],
        clock: Clock,
    ) -> None:
        self._api, self._lane, self._changed, self._clock = api, lane, changed, clock
        self.rights, self.templates = rights, dict(templates)
        self._doubted: dict[MessageKind, datetime] = {}
        self._spent: dict[str, datetime] = {}

    async def send(self, to: str, message: Outgoing, key: str) -> Outcome:
        """Give *message* to the follower at *to*; see `Channel.send`."""
        if not self.rights.customer:
            return NO_PUSH
        if not _OPENID.fullmatch(to):
            return Unreachable("bad_openid")
        template = self.templates.get(message.kind) if self.rights.template else None
        if message.as_template:
            return OUT_OF_WINDOW if template is None else await self._fill(to, message, template, key)
        outcome = await self._say(to, message)
        if not isinstance(outcome, Parked) or template is None or not message.fields:
            return outcome
        return await self._fill(to, message, template, key)

    def lose(self, rights: Rights, what: str) -> None:
        """WeChat denied *what*: go on with *rights*, and tell staff once."""
        if rights != self.rights:
            self.rights = rights
            log.error("lane %s: WeChat denies this account %s (48001). See outreach channels check", self._lane, what)
            self._changed()

    async def _say(self, to: str, message: Outgoing) -> Outcome:
        text = reply_text(message)
        if not text:
            return Rejected("empty")
        said = await self._call(CUSTOM, {"touser": to, "msgtype": "text", "text": {"content": text}})
        if isinstance(said, RetryLater):
            return said
        if isinstance(said, Said) and said.code == NO_RIGHT:
            self.lose(replace(self.rights, customer=False), "customer-service messages")
        if isinstance(said, Said) and said.code in WINDOW_CLOSED:
            return Parked(WINDOW_CLOSED[said.code])
        return outcome_of(said, now=self._clock())

    async def _fill(self, to: str, message: Outgoing, template: Template, key: str) -> Outcome:
        fields = template.fill(message.fields)
        if fields is None:
            # parked, not rejected: it still rides in front of the next answer
            log.error("lane %s: a %s leaves a field of its template empty, and waits", self._lane, message.kind)
            return Parked("empty_field")
        said = await self._call(TEMPLATE, _letter(to, message, template.id, fields, key), repeatable=True)
        if isinstance(said, RetryLater):
            return said
        if isinstance(said, Said) and said.code == NO_RIGHT:
            self.lose(replace(self.rights, template=False), "template messages")
        if isinstance(said, Said) and said.code == UNKNOWN_TEMPLATE:
            return self._doubt(message.kind)
        outcome = outcome_of(said, repeatable=True, now=self._clock())
        if isinstance(outcome, Sent):
            self._doubted.pop(message.kind, None)
        if isinstance(outcome, Rejected):
            log.error("lane %s: the template for a %s was refused (%s)", self._lane, message.kind, outcome.code)
        return outcome

    async def _call(
        self, path: str, body: Mapping[str, object], *, repeatable: bool = False
    ) -> Said | NoAnswer | RetryLater:
        """What WeChat says; until midnight it is not asked again for what the day's quota is used up."""
        left = self._spent.get(path, self._clock()) - self._clock()
        if left > timedelta():
            return RetryLater(left, code="45009")
        said = await self._api.call(path, body, repeatable=repeatable)
        if isinstance(said, Said) and said.code == 0 and "errcode" not in said.body:
            said = NoAnswer("no_code", left=True)  # to a send WeChat says 0; whatever this is, it is no yes
        outcome = outcome_of(said, now=self._clock())
        if isinstance(outcome, RetryLater) and outcome.code == "45009":
            self._spent[path] = self._clock() + outcome.after
            log.error("lane %s: the day's quota of %s is used up; it begins anew at midnight", self._lane, path)
            return outcome
        return said

    def _doubt(self, kind: MessageKind) -> Outcome:
        """A template that WeChat does not know: once more after minutes, then no more."""
        now = self._clock()
        if now < self._doubted.setdefault(kind, now) + DOUBT:
            return RetryLater(DOUBT, code=str(UNKNOWN_TEMPLATE))
        self.templates.pop(kind, None)
        log.error("lane %s: WeChat knows no template for a %s any more (40037). Check TEMPLATE_%s", self._lane, kind,
                  kind.upper())  # fmt: skip
        self._changed()
        return Parked(str(UNKNOWN_TEMPLATE))


def _letter(to: str, message: Outgoing, template_id: str, fields: Mapping[str, str], key: str) -> Mapping[str, object]:
    letter: dict[str, object] = {
        "touser": to,
        "template_id": template_id,
        "data": {name: {"value": text} for name, text in fields.items()},
        # WeChat drops a repeat of it for ten minutes.
        "client_msg_id": hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()[:32],
    }
    link = message.link or (message.file.link if message.file else None)
    return letter | {"url": link} if link else letter
