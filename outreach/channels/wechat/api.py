"""Calls to WeChat's API: with a token, once more with a fresh one, and again where that can do no harm."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from outreach.channels.wechat.said import NoAnswer, Said
from outreach.channels.wechat.tokens import TOO_OFTEN, Tokens
from outreach.channels.wechat.wire import Wire
from outreach.domain.ids import LaneName
from outreach.domain.secret import Secret

STALE_TOKEN = frozenset({40001, 40014, 42001})
BUSY = frozenset({-1, 61450})
PAUSES = (1, 2)  # before another try, in multiples of the first pause
_OF_EVERY_DAY = frozenset({0, 45015, 45047, 43101, 43004})  # a closed window is no news for staff

log = logging.getLogger(__name__)


class Api:
    """WeChat's API for one account."""

    def __init__(self, wire: Wire, tokens: Tokens, lane: LaneName, first_pause: float) -> None:
        self._wire, self._tokens, self._lane, self._first_pause = wire, tokens, lane, first_pause

    async def token(self) -> Secret | Said | NoAnswer:
        """A good token, or why there is none."""
        return await self._tokens.current()

    async def call(self, path: str, body: Mapping[str, Any] | None, *, repeatable: bool = False) -> Said | NoAnswer:
        """What WeChat says to *body*. *repeatable*: done twice it is done once, so after trouble it is asked again."""
        return await self._with_a_token(path, lambda token: self._asked(path, body, token, repeatable))

    async def upload(self, path: str, name: str, content: bytes) -> Said | NoAnswer:
        """What WeChat says to a picture."""
        return await self._with_a_token(
            path,
            lambda token: self._wire.upload(path, name, content, {"access_token": token.reveal(), "type": "image"}),
        )

    async def close(self) -> None:
        """Let go of the connections."""
        await self._wire.close()

    async def _with_a_token(self, path: str, ask: Callable[[Secret], Awaitable[Said | NoAnswer]]) -> Said | NoAnswer:
        """What *ask* gives; once more with a fresh token if the one at hand is stale."""
        token = await self._tokens.current()
        if not isinstance(token, Secret):
            return _not_asked(token)
        said = await ask(token)
        if isinstance(said, Said) and said.code in STALE_TOKEN:
            fresh = await self._tokens.instead_of(token)
            if not isinstance(fresh, Secret):
                self._note(path, said)
                return _not_asked(fresh)
            said = await ask(fresh)
        self._note(path, said)
        return said

    def _note(self, path: str, said: Said | NoAnswer) -> None:
        if isinstance(said, Said) and said.code not in _OF_EVERY_DAY:
            log.warning(
                "lane %s: %s was refused with %d, rid %s", self._lane, path, said.code, said.ticket or "unknown"
            )

    async def _asked(
        self, path: str, body: Mapping[str, Any] | None, token: Secret, repeatable: bool
    ) -> Said | NoAnswer:
        left = False
        for pause in (*(PAUSES if repeatable else ()), None):
            said = await self._wire.ask(path, body, {"access_token": token.reveal()})
            left = left or (isinstance(said, NoAnswer) and said.left)
            if pause is None or not _is_trouble(said):
                break
            await asyncio.sleep(pause * self._first_pause)
        # one of the tries may have been carried out, whatever the last one met with
        return NoAnswer(str(said.code), left=True) if left and _is_trouble(said) else said


def _is_trouble(said: Said | NoAnswer) -> bool:
    return isinstance(said, NoAnswer) or said.code in BUSY


def _not_asked(why: Said | NoAnswer) -> Said | NoAnswer:
    """There is no token: what was to be said has not left, whatever became of the question for one."""
    passing = isinstance(why, NoAnswer) or why.code in BUSY | TOO_OFTEN
    return NoAnswer(str(why.code), left=False) if passing else why
