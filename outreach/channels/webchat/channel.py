"""The web chat as a channel: answers in the response, pushes through the mailbox."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from outreach.channels.base import Answer, ChannelContext, HookRequest, HookResponse
from outreach.channels.webchat.decoding import decode_body, refused
from outreach.channels.webchat.encoding import shown
from outreach.channels.webchat.origin import is_foreign, is_json
from outreach.channels.webchat.visitor import visitor_of
from outreach.domain.errors import Fault
from outreach.domain.messages import Capabilities, Incoming, Outcome, Outgoing, RetryLater, Sent, Unparsed

CAPABILITIES = Capabilities(
    text_limit=4_000,
    text_unit="characters",
    buttons=True,
    max_buttons=12,
    files=True,
    may_push=True,
    replies_in_place=10,
    rate_per_second=200.0,
    max_in_flight=16,
)
ASK_AGAIN = timedelta(seconds=2)


class WebChatChannel:
    """One web chat, which our own pages serve."""

    capabilities = CAPABILITIES

    def __init__(self, context: ChannelContext) -> None:
        self.lane = context.lane
        self._context = context

    @property
    def epoch(self) -> str:
        """Changes with the keys of the house: by it an open page knows that its buttons and cursor are void."""
        return self._context.signer.sign("epoch", "").rpartition(".")[2]

    async def prepare(self) -> None:
        """There is nothing to prepare: the page is ours."""

    def decode(self, request: HookRequest) -> Sequence[Incoming] | HookResponse:
        """What the page says; 403 for another site's page, one without its cookie, a button that is not its own."""
        if request.method != "POST":
            return refused(405, "malformed")
        if is_foreign(request.headers, self._context.base_url) or not is_json(request.headers):
            return refused(403, "from_elsewhere")
        person = visitor_of(request.headers.get("cookie", ""))
        if person is None:
            return refused(403, "no_visitor")
        found = decode_body(request.body, person, self._context.signer, request.received_at)
        return found if isinstance(found, HookResponse) else [found]

    async def acknowledge(
        self, incoming: Sequence[Incoming], answer: Answer, request: HookRequest | None = None
    ) -> HookResponse | None:
        """All replies as JSON; 503 with a pause if they are not ready: the page asks again with the same id.

        ``unclear`` names why what came in was not understood, ``null`` if it was.
        """
        if request is None:
            return None
        if not answer.ready:
            return HookResponse(503, b'{"error": "busy"}', "application/json", {"retry-after": str(ASK_AGAIN.seconds)})
        person = next((one.sender for one in incoming if not isinstance(one, Unparsed)), "")
        told = {
            "replies": [self.show(message, person) for message in answer.messages],
            "unclear": next((one.reason for one in incoming if isinstance(one, Unparsed)), None),
        }
        return HookResponse(200, json.dumps(told).encode(), "application/json")

    def show(self, message: Outgoing, person: str) -> dict[str, Any]:
        """*message* as the page of *person* takes it, be it an answer or from the mailbox."""
        return shown(message, person, self._context.signer)

    async def send(self, to: str, message: Outgoing, key: str) -> Outcome:
        """Leave *message* in the mailbox: it is sent once that is committed."""
        try:
            await self._context.mailbox.append(self.lane, to, message, key)
        except Fault as fault:  # not committed; if it was after all, the key makes the repeat the same message
            return RetryLater(ASK_AGAIN, whole_lane=True, code=fault.code)
        return Sent(key)

    async def entrance(self, source: str) -> str | None:
        """The chat page with *source* in it; ``None`` while our own address can be reached from this machine only."""
        parts = urlsplit(self._context.base_url)
        if parts.scheme != "https" or parts.hostname in {"localhost", "127.0.0.1", "::1"}:
            return None
        return f"{self._context.base_url}/chat?{urlencode({'source': source})}"

    async def close(self) -> None:
        """Nothing is held."""
