"""The stand-in's token desk: the same token to everybody who asks, another one when it is old, over or forced."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from outreach.testing.wechat_api_state import (
    APPID,
    DAY,
    FORCED_A_DAY,
    FORCED_PAUSE,
    OVERLAP,
    SECRET,
    TOKEN_SECONDS,
    WeChatApiState,
)


class TokenDesk(WeChatApiState):
    """``stable_token``, and what becomes of a call that shows a token."""

    _current_until = 0.0

    def give_token(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """The answer of ``stable_token``."""
        if asked.get("appid") != APPID:
            return _no(40013, "invalid appid")
        if asked.get("secret") != SECRET:
            return _no(40125, "invalid appsecret")
        if asked.get("grant_type") != "client_credential":
            return _no(40002, "invalid grant_type")
        if asked.get("force_refresh"):
            return self._force()
        if not self._current or self.clock() >= self._current_until - OVERLAP:
            self._renew()
        return self._told()

    def fault_of_token(self, token: str) -> tuple[int, str] | None:
        """Why a call with *token* is refused; ``None`` if it is not."""
        if not token:
            return 41001, "access_token missing"
        if token in self._expired or (token in self._live and self.clock() >= self._live[token]):
            return 42001, "access_token expired"
        if token not in self._live:
            return 40001, "invalid credential, access_token is invalid or not latest"
        return None

    def _force(self) -> dict[str, Any]:
        now = self.clock()
        if self._forced and now - self._forced[-1] < FORCED_PAUSE:
            return _no(45011, "api minute-quota reach limit")
        if sum(1 for moment in self._forced if now - moment < DAY) >= FORCED_A_DAY:
            return _no(45009, "reach max api daily quota limit")
        self._forced.append(now)
        self._live.clear()
        self._renew()
        return self._told()

    def _renew(self) -> None:
        now = self.clock()
        if self._current in self._live:
            self._live[self._current] = now + OVERLAP
        self._current = f"standin-access-token-{next(self._numbers)}"
        self._current_until = self._live[self._current] = now + TOKEN_SECONDS

    def _told(self) -> dict[str, Any]:
        return {"access_token": self._current, "expires_in": max(300, int(self._current_until - self.clock()))}


def _no(code: int, message: str) -> dict[str, Any]:
    return {"errcode": code, "errmsg": f"{message} rid: 65a1-stand-in"}
