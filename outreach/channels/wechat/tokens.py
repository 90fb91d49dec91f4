"""The access token: one for all processes of a lane, fetched by one of them at a time, never by two in one process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from outreach.channels.base import Cupboard
from outreach.channels.wechat.config import Config
from outreach.channels.wechat.said import NoAnswer, Said
from outreach.channels.wechat.wire import Wire
from outreach.domain.ids import LaneName
from outreach.domain.secret import Secret

NAME = "access_token"
MARGIN = timedelta(seconds=60)  # before its end a token is not used any more: a call takes time as well
BETWEEN_FORCED = timedelta(seconds=30)  # WeChat's own limit (platforms.md A13); 20 a day
_LONGEST = 7200  # seconds


class Tokens:
    """The token that is good now. Everybody who needs one at the same time waits for the same request."""

    def __init__(
        self, config: Config, wire: Wire, cupboard: Cupboard, lane: LaneName,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:  # fmt: skip
        self._config, self._wire, self._cupboard, self._lane, self._clock = config, wire, cupboard, lane, clock
        self._token, self._until = Secret(""), datetime.min.replace(tzinfo=UTC)
        self._forced_at = self._until
        self._one_at_a_time = asyncio.Lock()

    async def current(self) -> Secret | Said | NoAnswer:
        """A token that should be good, or why there is none."""
        if self._is_good():
            return self._token
        async with self._one_at_a_time:
            return self._token if self._is_good() else await self._find(spoiled=Secret(""))

    async def instead_of(self, spoiled: Secret) -> Secret | Said | NoAnswer:
        """Another token than *spoiled*, which WeChat refused: somebody else's newer one, or a new one."""
        async with self._one_at_a_time:
            if self._is_good() and self._token != spoiled:
                return self._token
            return await self._find(spoiled)

    def _is_good(self) -> bool:
        return bool(self._token.reveal()) and self._clock() < self._until - MARGIN

    async def _find(self, spoiled: Secret) -> Secret | Said | NoAnswer:
        kept = await self._cupboard.get(self._lane, NAME)
        if kept is not None and kept[0] != spoiled and self._clock() < kept[1] - MARGIN:
            self._token, self._until = kept
            return self._token
        found = await self._fetch(force=False)
        if found != spoiled or not spoiled.reveal():
            return found
        if self._clock() - self._forced_at < BETWEEN_FORCED:  # a second one would only cost of the twenty a day
            return Said(40001, {})
        self._forced_at = self._clock()
        return await self._fetch(force=True)

    async def _fetch(self, *, force: bool) -> Secret | Said | NoAnswer:
        asked_at = self._clock()
        body = {
            "grant_type": "client_credential",
            "appid": self._config.appid,
            "secret": self._config.secret.reveal(),
            "force_refresh": force,
        }
        said = await self._wire.post("/cgi-bin/stable_token", body, {})
        if isinstance(said, NoAnswer) or said.code != 0 or not said.text("access_token"):
            return said if isinstance(said, NoAnswer) or said.code != 0 else NoAnswer("no_token", left=True)
        seconds = said.body.get("expires_in")
        lasts = timedelta(seconds=min(_LONGEST, seconds) if type(seconds) is int and seconds > 0 else 300)
        self._token, self._until = Secret(said.text("access_token")), asked_at + lasts
        await self._cupboard.put(self._lane, NAME, self._token, self._until)
        return self._token
