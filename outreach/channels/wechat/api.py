"""Calls to WeChat's API: with a token, once more with a fresh one, once more where the system was busy."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from outreach.channels.wechat.said import NoAnswer, Said
from outreach.channels.wechat.tokens import Tokens
from outreach.channels.wechat.wire import Wire
from outreach.domain.secret import Secret

STALE_TOKEN = frozenset({40001, 40014, 42001})
BUSY = -1
MOST_TRIES = 3
FIRST_PAUSE = 0.5  # seconds, doubling


class Api:
    """WeChat's API for one account."""

    def __init__(self, wire: Wire, tokens: Tokens) -> None:
        self._wire, self._tokens = wire, tokens

    async def token(self) -> Secret | Said | NoAnswer:
        """A good token, or why there is none."""
        return await self._tokens.current()

    async def call(self, path: str, body: Mapping[str, Any], *, repeatable: bool = False) -> Said | NoAnswer:
        """What WeChat says to *body*. *repeatable*: done twice it is done once, so a busy system is asked again."""
        token = await self._tokens.current()
        if not isinstance(token, Secret):
            return _not_asked(token)
        said = await self._asked(path, body, token, repeatable)
        if not isinstance(said, Said) or said.code not in STALE_TOKEN:
            return said
        fresh = await self._tokens.instead_of(token)
        return await self._asked(path, body, fresh, repeatable) if isinstance(fresh, Secret) else _not_asked(fresh)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._wire.close()

    async def _asked(self, path: str, body: Mapping[str, Any], token: Secret, repeatable: bool) -> Said | NoAnswer:
        pause = FIRST_PAUSE
        for _ in range(MOST_TRIES - 1):
            said = await self._wire.post(path, body, {"access_token": token.reveal()})
            if not (repeatable and isinstance(said, Said) and said.code == BUSY):
                return said
            await asyncio.sleep(pause)
            pause *= 2
        return await self._wire.post(path, body, {"access_token": token.reveal()})


def _not_asked(why: Said | NoAnswer) -> Said | NoAnswer:
    """There is no token: what was to be said has not left, whatever became of the question for one."""
    return NoAnswer(why.code, left=False) if isinstance(why, NoAnswer) else why
