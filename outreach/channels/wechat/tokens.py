"""The access token: one for all processes of a lane, fetched by one of them at a time, never by two in one process."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from outreach.channels.base import Cupboard
from outreach.channels.wechat.config import Config
from outreach.channels.wechat.said import NoAnswer, Said
from outreach.channels.wechat.wire import Wire
from outreach.domain.ids import LaneName
from outreach.domain.secret import Secret

NAME, FORCED = "access_token", "access_token_forced"
MARGIN = timedelta(seconds=60)  # before its end a token is not used any more: a call takes time as well
BETWEEN_FORCED = timedelta(minutes=72)  # WeChat gives 20 a day (platforms.md A13); a fault must not use them up
AFTER_A_FAILURE = timedelta(minutes=5)  # until it is forced again, if the desk could not be asked
JUST_NOW = timedelta(seconds=30)  # for so long another process may be at it
TOO_OFTEN = frozenset({45009, 45011})
_LONGEST, _SHORTEST = 7200, 300  # seconds
_NEVER = datetime.min.replace(tzinfo=UTC)
_STILL_REFUSED = Said(40001, {})
_BAD_CREDENTIALS, BAD_SECRET = 40001, 40125

Found: TypeAlias = Secret | Said | NoAnswer
"""A token, or why there is none."""

Clock: TypeAlias = Callable[[], datetime]

log = logging.getLogger(__name__)


def utc_now() -> datetime:
    """The moment, aware."""
    return datetime.now(UTC)


class Tokens:
    """The token that is good now. Everybody who needs one at the same time waits for the same request."""

    def __init__(self, config: Config, wire: Wire, cupboard: Cupboard, lane: LaneName, clock: Clock) -> None:
        self._config, self._wire, self._cupboard, self._lane, self._clock = config, wire, cupboard, lane, clock
        # by account: a lane that was given another AppID must not write to the followers of the former one
        self._name, self._name_of_forced = f"{NAME}:{config.appid}", f"{FORCED}:{config.appid}"
        self._token, self._until = Secret(""), _NEVER
        self._force_again, self._me = _NEVER, Secret(secrets.token_hex(8))
        self._one_at_a_time = asyncio.Lock()
        self._searches = 0
        self._last: Found = NoAnswer("never_asked", left=False)

    async def current(self) -> Found:
        """A token that should be good, or why there is none."""
        return self._token if self._is_good() else await self.instead_of(Secret(""))

    async def instead_of(self, spoiled: Secret) -> Found:
        """Another token than *spoiled*, which WeChat refused: somebody else's newer one, or a new one."""
        before = self._searches
        async with self._one_at_a_time:
            if self._is_good() and self._token != spoiled:
                return self._token
            if self._searches != before and not isinstance(self._last, Secret):
                return self._last  # whoever searched while we waited was refused: so would we be
            self._last = await self._find(spoiled)
            self._searches += 1
            return self._last

    def _is_good(self) -> bool:
        return bool(self._token) and self._clock() < self._until - MARGIN

    async def _find(self, spoiled: Secret) -> Found:
        kept = await self._kept(self._name)
        if kept is not None and kept[0] != spoiled and self._clock() < kept[1] - MARGIN:
            self._token, self._until = kept
            return self._token
        found = await self._fetch(spoiled)
        return await self._forced(spoiled) if spoiled and found == spoiled else found

    async def _forced(self, spoiled: Secret) -> Found:
        """A token by force: WeChat gives the spoiled one again to whoever just asks."""
        kept = await self._kept(self._name_of_forced)
        wait = max(self._force_again, kept[1] if kept is not None else _NEVER) - self._clock()
        if wait > timedelta():
            by_another = kept is not None and kept[0] != self._me and wait > BETWEEN_FORCED - JUST_NOW
            return NoAnswer("token_elsewhere", left=False) if by_another else _STILL_REFUSED
        await self._hold_force(BETWEEN_FORCED)
        found = await self._fetch(spoiled, force=True)
        if isinstance(found, NoAnswer) or (isinstance(found, Said) and found.code not in TOO_OFTEN):
            await self._hold_force(AFTER_A_FAILURE)
        return found

    async def _hold_force(self, wait: timedelta) -> None:
        self._force_again = self._clock() + wait
        await self._keep(self._name_of_forced, self._me, self._force_again)

    async def _fetch(self, spoiled: Secret, *, force: bool = False) -> Found:
        asked_at = self._clock()
        body = {
            "grant_type": "client_credential",
            "appid": self._config.appid,
            "secret": self._config.secret.reveal(),
            "force_refresh": force,
        }
        said = await self._wire.ask("/cgi-bin/stable_token", body, {})
        if isinstance(said, Said) and said.code != 0:
            log.warning("lane %s: a token was refused with %d, rid %s", self._lane, said.code, said.ticket or "unknown")
        if isinstance(said, Said) and said.code == _BAD_CREDENTIALS:
            return Said(BAD_SECRET, said.body)  # no token was shown here: it is the secret that WeChat refuses
        if isinstance(said, NoAnswer) or said.code != 0:
            return said
        if not said.text("access_token"):
            return NoAnswer("no_token", left=True)
        seconds = said.body.get("expires_in")
        lasts = timedelta(seconds=min(_LONGEST, seconds) if type(seconds) is int and seconds > 0 else _SHORTEST)
        self._token, self._until = Secret(said.text("access_token")), asked_at + lasts
        if self._token != spoiled:  # which must not take the place of a newer one of another process
            await self._keep(self._name, self._token, self._until)
        return self._token

    async def _kept(self, name: str) -> tuple[Secret, datetime] | None:
        try:
            return await self._cupboard.get(self._lane, name)
        except Exception as error:  # people are answered while the database is down, too
            log.warning("lane %s: what processes share could not be read (%s)", self._lane, type(error).__name__)
            return None

    async def _keep(self, name: str, value: Secret, good_until: datetime) -> None:
        try:
            await self._cupboard.put(self._lane, name, value, good_until)
        except Exception as error:  # then each process asks for itself, and gets the same one
            log.warning("lane %s: what processes share could not be kept (%s)", self._lane, type(error).__name__)
