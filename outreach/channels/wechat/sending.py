"""A push: a customer-service message, and where its window is closed, the template of its kind."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace

from outreach.channels.wechat.api import Api
from outreach.channels.wechat.outcomes import NO_RIGHT, WINDOW_CLOSED, outcome_of
from outreach.channels.wechat.reply import reply_text
from outreach.channels.wechat.rights import Rights
from outreach.channels.wechat.said import Said
from outreach.channels.wechat.templates import Template
from outreach.domain.ids import LaneName
from outreach.domain.messages import MessageKind, Outcome, Outgoing, Parked, Rejected

log = logging.getLogger(__name__)

CUSTOM, TEMPLATE = "/cgi-bin/message/custom/send", "/cgi-bin/message/template/send"
NO_PUSH = Parked("no_push")


class Pushes:
    """Sends within the rights that the account has now; one that WeChat denies is taken away, and staff are told."""

    def __init__(
        self,
        api: Api,
        lane: LaneName,
        rights: Rights,
        templates: Mapping[MessageKind, Template],
        changed: Callable[[Rights], None],
    ) -> None:
        self._api, self._lane, self._templates, self._changed = api, lane, templates, changed
        self.rights = rights

    async def send(self, to: str, message: Outgoing, key: str) -> Outcome:
        """Give *message* to the follower at *to*; see `Channel.send`."""
        outcome: Outcome = NO_PUSH
        if self.rights.customer:
            outcome = await self._say(to, message)
        template = self._templates.get(message.kind)
        if not isinstance(outcome, Parked) or template is None or not self.rights.template:
            return outcome
        return await self._fill(to, message, template, key)

    async def _say(self, to: str, message: Outgoing) -> Outcome:
        text = reply_text(message)
        if not text:
            return Rejected("empty")
        said = await self._api.call(CUSTOM, {"touser": to, "msgtype": "text", "text": {"content": text}})
        if isinstance(said, Said) and said.code == NO_RIGHT:
            self._lose(replace(self.rights, customer=False), "customer-service messages")
        if isinstance(said, Said) and said.code in WINDOW_CLOSED:
            return Parked("window_closed" if said.code == 45015 else "quota_used")
        return outcome_of(said)

    async def _fill(self, to: str, message: Outgoing, template: Template, key: str) -> Outcome:
        fields = template.fill(message.fields)
        if fields is None:
            return Rejected("empty_field")
        body = {
            "touser": to,
            "template_id": template.id,
            "data": {name: {"value": text} for name, text in fields.items()},
            # WeChat drops a repeat of it for ten minutes.
            "client_msg_id": hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()[:32],
        }
        if message.link:
            body["url"] = message.link
        said = await self._api.call(TEMPLATE, body, repeatable=True)
        if isinstance(said, Said) and said.code == NO_RIGHT:
            self._lose(replace(self.rights, template=False), "template messages")
        outcome = outcome_of(said, repeatable=True)
        if isinstance(outcome, Rejected):
            log.error("lane %s: the template for a %s was refused (%s)", self._lane, message.kind, outcome.code)
        return outcome

    def _lose(self, rights: Rights, what: str) -> None:
        if rights != self.rights:
            self.rights = rights
            log.error("lane %s: WeChat denies this account %s (48001). See outreach channels check", self._lane, what)
            self._changed(rights)
