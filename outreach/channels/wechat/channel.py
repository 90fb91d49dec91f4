"""The WeChat Official Account as a `HookChannel`: what comes in at the hook, and the answer in its place."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence

from outreach.channels.base import Answer, HookRequest, HookResponse
from outreach.channels.wechat.config import MAX_IN_FLIGHT, RATE_PER_SECOND, TEXT_LIMIT_BYTES, Config
from outreach.channels.wechat.decoding import to_incoming
from outreach.channels.wechat.envelope import Envelope
from outreach.channels.wechat.gate import Gate
from outreach.channels.wechat.notice import Notice, read_notice
from outreach.channels.wechat.refused import Refused
from outreach.channels.wechat.reply import Letter, reply_text, seal_letter
from outreach.domain.ids import LaneName
from outreach.domain.messages import Capabilities, Incoming, Outcome, Outgoing, Parked, Reach, Reachability, Unparsed

HOLD_HEADER = "x-outreach-hold"
"""On a response that must not be given: the seconds after `received_at` until which the line is to stay silent."""
HOLD_SECONDS = 6  # WeChat hangs up at 5 and delivers the message again; any answer before that would be final

_SILENCE = HookResponse(200, b"success")
_HOLD = HookResponse(503, headers={HOLD_HEADER: str(HOLD_SECONDS), "connection": "close"})
_CAPABILITIES = Capabilities(
    text_limit=TEXT_LIMIT_BYTES,
    text_unit="bytes",
    buttons=False,
    max_buttons=0,
    files=False,
    may_push=False,
    replies_in_place=1,
    rate_per_second=RATE_PER_SECOND,
    max_in_flight=MAX_IN_FLIGHT,
    leaving_erases=True,
)

logger = logging.getLogger(__name__)


class WeChatChannel:
    """One Official Account. Keeps nothing of what it hears; *refused* counts requests turned away, by reason."""

    def __init__(self, config: Config, lane: LaneName) -> None:
        self.lane = lane
        self.capabilities = _CAPABILITIES
        self.refused: Counter[str] = Counter()
        self._config = config
        self._envelope = Envelope(config.aes_key, config.appid) if config.aes_key is not None else None
        self._gate = Gate(config, self._envelope)

    async def prepare(self) -> None:
        """Nothing to set: without an API client the menu is what the account's owner made it."""

    async def send(self, to: str, message: Outgoing, key: str) -> Outcome:
        """Always `Parked`: without an API client this account speaks only when spoken to."""
        return Parked("no_push")

    def decode(self, request: HookRequest) -> Sequence[Incoming] | HookResponse:
        """One `Incoming`, or the response to a handshake or to what is forged, stale, too large or dangerous."""
        if request.method == "GET":
            return self._shake_hands(request)
        if request.method != "POST":
            return self._refuse(Refused("method", status=405))
        xml = self._gate.admit(request)
        if isinstance(xml, Refused):
            return self._refuse(xml)
        notice = read_notice(xml)
        if isinstance(notice, Refused):
            return self._refuse(notice)
        if isinstance(notice, Notice) and self._is_for_another(notice):
            return self._refuse(Refused("other_account"))
        return (to_incoming(notice, xml, self._config.token),)

    async def acknowledge(
        self, incoming: Sequence[Incoming], answer: Answer, request: HookRequest | None = None
    ) -> HookResponse | None:
        """The one message of *answer* as a passive reply, ``success`` if there is none.

        An answer that is not ready gives a response with `HOLD_HEADER`: who serves the hook keeps the line silent
        until then and drops it, so that WeChat delivers the message again.
        """
        if request is None:
            return None
        if not answer.ready:
            return _HOLD
        sender = _who_may_be_answered(incoming)
        text = reply_text(answer.messages[0]) if answer.messages else ""
        account = self._config.original_id or self._account_in(request)
        if not sender or not text or not account:
            return _SILENCE
        return self._reply(Letter(sender, account, int(request.received_at.timestamp()), text))

    async def close(self) -> None:
        """Nothing to free: no socket is ever opened."""

    def _reply(self, letter: Letter) -> HookResponse:
        xml = letter.xml() if self._envelope is None else seal_letter(letter, self._envelope, self._config.token)
        return HookResponse(200, xml.encode(), "application/xml; charset=utf-8")

    def _shake_hands(self, request: HookRequest) -> HookResponse:
        echo = self._gate.handshake(request)
        return self._refuse(echo) if isinstance(echo, Refused) else HookResponse(200, echo)

    def _refuse(self, refused: Refused) -> HookResponse:
        self.refused[refused.reason] += 1
        logger.info("%s: hook request refused with %d, %s", self.lane, refused.status, refused.reason)
        return HookResponse(refused.status)

    def _is_for_another(self, notice: Notice) -> bool:
        ours = self._config.original_id
        return bool(ours) and bool(notice.account) and notice.account != ours

    def _account_in(self, request: HookRequest) -> str:
        xml = self._gate.admit(request)
        notice = read_notice(xml) if isinstance(xml, bytes) else xml
        return notice.account if isinstance(notice, Notice) else ""


def _who_may_be_answered(incoming: Sequence[Incoming]) -> str:
    """The sender, unless they have just left or said nothing we understood: WeChat wants silence then."""
    for item in incoming:
        if isinstance(item, Unparsed) or (isinstance(item, Reachability) and item.reach is not Reach.JOINED):
            continue
        return item.sender
    return ""
