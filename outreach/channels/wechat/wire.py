"""One request to WeChat's API. Nothing of it is ever logged: the token stands in the address."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import aiohttp

from outreach.channels.wechat.said import LARGEST_ANSWER, NoAnswer, Said, read_answer

PATIENCE = aiohttp.ClientTimeout(total=10, connect=5)  # seconds


class Wire:
    """A client without proxies, redirects or cookies; opened with the first request."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._session: aiohttp.ClientSession | None = None

    async def post(self, path: str, body: Mapping[str, Any], query: Mapping[str, str]) -> Said | NoAnswer:
        """What WeChat says to *body*. Never raises but for a cancellation."""
        address = f"{self._base}{path}" + (f"?{urlencode(query)}" if query else "")
        # Bytes of our own: a client's JSON escapes Chinese, which WeChat shows as it stands or refuses.
        data = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
        headers = {"content-type": "application/json; charset=utf-8"}
        try:
            async with self._open().post(address, data=data, headers=headers, allow_redirects=False) as response:
                return read_answer(response.status, await response.content.read(LARGEST_ANSWER))
        except aiohttp.ClientConnectorError:
            return NoAnswer("no_connection", left=False)
        except aiohttp.ConnectionTimeoutError:
            return NoAnswer("no_connection", left=False)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return NoAnswer(type(error).__name__, left=True)

    async def close(self) -> None:
        """Let go of the connections. A later request opens new ones."""
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                timeout=PATIENCE, trust_env=False, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=True
            )
        return self._session
