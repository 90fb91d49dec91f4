"""The channel: answers in the response, pushes by a signed request of our own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import aiohttp

from outreach.channels.base import Answer, HookRequest, HookResponse
from outreach.domain.ids import LaneName
from outreach.domain.messages import Capabilities, Incoming, Outcome, Outgoing, Parked, RetryLater, Unconfirmed
from outreach_bridge.config import Config
from outreach_bridge.decoding import SIGNATURE, decode, signature_of
from outreach_bridge.outcomes import outcome_of

ANSWERS_ONLY = Capabilities(
    text_limit=1_000,
    text_unit="characters",
    buttons=False,  # choices come to us as numbered lines in the text
    max_buttons=0,
    files=False,  # a calendar comes to us as its link
    may_push=False,
    replies_in_place=3,
    rate_per_second=10.0,
    max_in_flight=4,
)
PATIENCE = aiohttp.ClientTimeout(total=10, connect=5)  # seconds
PASSING = timedelta(seconds=5)


class BridgeChannel:
    """One program on the other side of the bridge."""

    def __init__(self, config: Config, lane: LaneName) -> None:
        self.lane = lane
        self.capabilities = replace(ANSWERS_ONLY, may_push=bool(config.push_url))
        self._key, self._push_url = config.key, config.push_url
        self._session: aiohttp.ClientSession | None = None

    async def prepare(self) -> None:
        """There is nothing to set on the other side."""

    def decode(self, request: HookRequest) -> Sequence[Incoming] | HookResponse:
        """One `Incoming`, or the refusal of what is not signed with our key."""
        found = decode(request, self._key.reveal())
        return found if isinstance(found, HookResponse) else [found]

    async def acknowledge(
        self, incoming: Sequence[Incoming], answer: Answer, request: HookRequest | None = None
    ) -> HookResponse | None:
        """The replies as JSON; 503 if they are not ready, so that the other side asks again."""
        if request is None:
            return None
        if not answer.ready:
            return HookResponse(503, headers={"retry-after": "2"})
        body = json.dumps({"replies": [message.text for message in answer.messages]}).encode()
        return HookResponse(200, body, "application/json")

    async def send(self, to: str, message: Outgoing, key: str) -> Outcome:
        """Post *message*. What the network did is the value; only a cancellation passes through."""
        if not self._push_url:
            return Parked("no_push")
        body = json.dumps({"to": to, "text": message.text, "key": key}).encode()
        headers = {"content-type": "application/json", SIGNATURE: signature_of(self._key.reveal(), body)}
        try:
            async with self._open().post(self._push_url, data=body, headers=headers, allow_redirects=False) as got:
                return outcome_of(got.status, got.headers.get("retry-after", ""))
        except aiohttp.ClientConnectorError:  # nothing was said yet
            return RetryLater(PASSING, whole_lane=True, code="no_connection")
        except (aiohttp.ClientError, TimeoutError):  # it may have arrived
            return Unconfirmed("no_answer")

    async def close(self) -> None:
        """Let go of the connections. A later `send` opens new ones."""
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=PATIENCE, trust_env=False)
        return self._session
