"""The WeChat Official Account as a `HookChannel`: what comes in at the hook, and the answer in its place."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from outreach.channels.base import Answer, ChannelContext, Finding, HookRequest, HookResponse
from outreach.channels.wechat.api import Api
from outreach.channels.wechat.checking import look_at
from outreach.channels.wechat.codes import code_address
from outreach.channels.wechat.config import Account, Config
from outreach.channels.wechat.decoding import to_incoming
from outreach.channels.wechat.envelope import Envelope
from outreach.channels.wechat.gate import Gate
from outreach.channels.wechat.mass import Mass
from outreach.channels.wechat.notice import Notice, read_notice
from outreach.channels.wechat.outcomes import NO_RIGHT
from outreach.channels.wechat.pictures import keep
from outreach.channels.wechat.preparing import prepare
from outreach.channels.wechat.refused import Refused
from outreach.channels.wechat.reply import Letter, reply_text, seal_letter
from outreach.channels.wechat.rights import capabilities_of, rights_of, terms_of
from outreach.channels.wechat.sending import Pushes
from outreach.channels.wechat.tokens import Clock, Tokens, utc_now
from outreach.channels.wechat.wire import Wire
from outreach.domain.mass import MassTerms
from outreach.domain.messages import Grant, Incoming, Outcome, Outgoing, Parked, Reach, Reachability, Receipt

HOLD_HEADER = "x-outreach-hold"
"""On a response that must not be given: the seconds after `received_at` until which the line is to stay silent."""
FIRST_PAUSE, LONGEST_PAUSE = 5.0, 300.0  # seconds between two tries to prepare the account
HOLD_SECONDS = 6  # WeChat hangs up at 5 and delivers the message again; any answer before that would be final

_SILENCE = HookResponse(200, b"success")
_HOLD = HookResponse(503, headers={HOLD_HEADER: str(HOLD_SECONDS), "connection": "close"})

logger = logging.getLogger(__name__)


class WeChatChannel:
    """One Official Account. Keeps nothing of what it hears; *refused* counts requests turned away, by reason."""

    def __init__(
        self, config: Config, context: ChannelContext, *, clock: Clock = utc_now, first_pause: float = FIRST_PAUSE
    ) -> None:
        self.lane = context.lane
        self.refused: Counter[str] = Counter()
        self._config = config
        self._envelope = Envelope(config.aes_key, config.appid) if config.aes_key is not None else None
        self._gate = Gate(config, self._envelope)
        wire = Wire(config.api_url)
        tokens = Tokens(config, wire, context.cupboard, context.lane, clock)
        self._api = Api(wire, tokens, context.lane, first_pause / 10)  # a call is short, an outage is long
        self._pushes = Pushes(self._api, context.lane, rights_of(config), config.templates, self._take_rights, clock)
        self.mass = Mass(self._api, clock)
        self._take_rights()
        self._first_pause = first_pause
        self._preparing: asyncio.Task[None] | None = None

    async def prepare(self) -> None:
        """Set the menu and see which rights WeChat grants. While it cannot be asked, this goes on beside us."""
        if not await self._prepared():
            self._preparing = self._preparing or asyncio.create_task(self._prepare_later())

    async def send(self, to: str, message: Outgoing, key: str) -> Outcome:
        """See `Channel`. Without a right to push always `Parked`: the account speaks only when spoken to."""
        return await self._pushes.send(to, message, key)

    async def check(self) -> Sequence[Finding]:
        """See `CheckedChannel`."""
        claimed, templates = rights_of(self._config), self._config.templates
        return await look_at(self._api, claimed, templates, has_secret=bool(self._config.secret))

    async def entrance(self, source: str) -> str | None:
        """See `EntranceChannel`. Verified service accounts only."""
        return await code_address(self._api, self._pushes, self.lane, source)

    async def keep_picture(self, name: str, png: bytes) -> str | None:
        """See `LibraryChannel`. Verified accounts only."""
        return await keep(self._api, self._pushes.rights, self.lane, name, png)

    @property
    def mass_terms(self) -> MassTerms | None:
        """See `MassChannel`. Verified accounts only: by list, or once a day by tag."""
        return terms_of(self._pushes.rights, self._config)

    async def send_to_many(self, refs: Sequence[str], text: str, name: str) -> Outcome:
        """See `MassChannel`."""
        to_them = self.mass.to_list if self._config.account is Account.SERVICE else self.mass.to_tagged
        outcome = await to_them(refs, text, name)
        if outcome == Parked(str(NO_RIGHT)):
            self._pushes.lose(replace(self._pushes.rights, mass=False), "mass messages")
        return outcome

    def decode(self, request: HookRequest) -> Sequence[Incoming] | HookResponse:
        """What came, or the response to a handshake or to what is forged, stale, too large or dangerous."""
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
        return to_incoming(notice, xml, self._config.token)

    async def acknowledge(
        self, incoming: Sequence[Incoming], answer: Answer, request: HookRequest | None = None
    ) -> HookResponse | None:
        """The one message of *answer* as a passive reply, ``success`` if there is none.

        An answer that is not ready gives a response with `HOLD_HEADER`: who serves the hook keeps the line silent
        until then and drops it, so that WeChat delivers the message again.
        """
        if request is None:
            return None
        if not answer.ready:  # what is coming is sent as soon as it is there; else WeChat has to deliver it again
            return _SILENCE if answer.coming else _HOLD
        sender = _who_may_be_answered(incoming)
        text = reply_text(answer.messages[0]) if answer.messages else ""
        account = self._config.original_id or self._account_in(request)
        if not sender or not text or not account:
            return _SILENCE
        return self._reply(Letter(sender, account, int(request.received_at.timestamp()), text))

    async def close(self) -> None:
        """Let go of the connections to the API, and stop what runs beside us."""
        preparing, self._preparing = self._preparing, None
        if preparing is not None:
            preparing.cancel()
            await asyncio.gather(preparing, return_exceptions=True)
        await self._api.close()

    async def _prepared(self) -> bool:
        return await prepare(self._api, self._pushes, self.lane, keep_menu=self._config.keep_menu)

    async def _prepare_later(self) -> None:
        pause = self._first_pause
        await asyncio.sleep(pause)
        while not await self._prepared():
            pause = min(LONGEST_PAUSE, pause * 2)
            await asyncio.sleep(pause)

    def _take_rights(self) -> None:
        self.capabilities = capabilities_of(self._pushes.rights, self._pushes.templates, self._config.allowances)

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
    """The sender, unless they have just left or nobody waits for an answer: WeChat wants silence then."""
    for item in incoming:
        left = isinstance(item, Reachability) and item.reach is not Reach.JOINED
        if item.sender is not None and not left and not isinstance(item, Receipt | Grant):
            return item.sender
    return ""
