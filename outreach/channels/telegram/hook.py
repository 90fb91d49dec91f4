"""The other way of hearing: Telegram calls us."""

from __future__ import annotations

import hmac
import json
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

from outreach.channels.base import Answer, ChannelContext, HookRequest, HookResponse
from outreach.channels.telegram.backoff import Backoff
from outreach.channels.telegram.channel import TelegramBot
from outreach.channels.telegram.config import Config
from outreach.channels.telegram.updates import Clock, hear
from outreach.domain.messages import Incoming
from outreach.domain.secret import Secret

HEADER = "x-telegram-bot-api-secret-token"
_MOST_REFUSED = 200


class TelegramHook(TelegramBot):
    """A `HookChannel`: Telegram calls us, with a secret of ours in a header."""

    def __init__(self, config: Config, context: ChannelContext, *, clock: Clock, backoff: Backoff) -> None:
        super().__init__(config, context, clock=clock, backoff=backoff)
        self._secret = config.webhook_secret or Secret("")
        self._refused: OrderedDict[str, str] = OrderedDict()
        """Presses that we do not accept, by message id: their spinners are stopped with the response."""

    def decode(self, request: HookRequest) -> Sequence[Incoming] | HookResponse:
        """The one thing that the update says; 403 without our secret, which is all that tells Telegram from others."""
        if request.method != "POST":
            return HookResponse(405)
        given = request.headers.get(HEADER, "").encode("utf-8", "replace")
        ours = self._secret.reveal().encode()
        if not ours or not hmac.compare_digest(given, ours):
            return HookResponse(403)
        heard = hear(_json(request.body), self._signer, self._clock())
        if heard.refused_press is not None:
            self._refused[heard.incoming.message_id] = heard.refused_press
            while len(self._refused) > _MOST_REFUSED:
                self._refused.popitem(last=False)
        return [heard.incoming]

    async def acknowledge(
        self, incoming: Sequence[Incoming], answer: Answer, request: HookRequest | None = None
    ) -> HookResponse | None:
        """An empty 200; 503 if nobody works on it any more, so that Telegram brings it again."""
        await super().acknowledge(incoming, answer, request)
        for item in incoming:
            press_id = self._refused.pop(item.message_id, None)
            if press_id is not None:
                self._quiet(press_id)
        if request is None:
            return None
        return HookResponse(200) if answer.ready or answer.coming else HookResponse(503, headers={"retry-after": "2"})


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return body.decode("utf-8", "replace")
