"""One request to WeChat's API. Nothing of it is ever logged: the token stands in the address."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import aiohttp

from outreach.channels.wechat.said import LARGEST_ANSWER, NoAnswer, Said, read_answer

PATIENCE = aiohttp.ClientTimeout(total=10, connect=5)  # seconds
CONNECTIONS = 16
IDLE_SECONDS = 15.0  # we drop idle connections before the server does: a POST on a dying one has an unknown fate


class Wire:
    """A client without proxies, redirects or cookies; opened with the first request in the running loop."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._session: aiohttp.ClientSession | None = None
        self._is_closed = False

    async def ask(self, path: str, body: Mapping[str, Any] | None, query: Mapping[str, str]) -> Said | NoAnswer:
        """What WeChat says to *body*, or to a question without one. Never raises but for a cancellation."""
        # Bytes of our own: a client's JSON escapes Chinese, which WeChat shows as it stands or refuses.
        data = None if body is None else json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
        headers = {"content-type": "application/json; charset=utf-8"}
        return await self._call("GET" if body is None else "POST", path, query, data, headers)

    async def upload(self, path: str, name: str, content: bytes, query: Mapping[str, str]) -> Said | NoAnswer:
        """What WeChat says to a picture. Never raises but for a cancellation."""
        form = aiohttp.FormData(quote_fields=False)
        form.add_field("media", content, filename=name, content_type="image/png")
        return await self._call("POST", path, query, form, {})

    async def _call(
        self, method: str, path: str, query: Mapping[str, str], data: Any, headers: Mapping[str, str]
    ) -> Said | NoAnswer:
        if self._is_closed:
            return NoAnswer("closed", left=False)
        address = f"{self._base}{path}" + (f"?{urlencode(query)}" if query else "")
        try:
            async with self._open().request(
                method, address, data=data, headers=headers, allow_redirects=False
            ) as response:
                return read_answer(response.status, await _content(response))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL):
            return NoAnswer("no_connection", left=False)
        except TimeoutError:
            return NoAnswer("answer_timeout", left=True)
        except (aiohttp.ClientError, OSError):
            return NoAnswer("connection_lost", left=True)

    async def close(self) -> None:
        """Let go of the connections for good. Harmless when called twice."""
        self._is_closed = True
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=CONNECTIONS, keepalive_timeout=IDLE_SECONDS),
                timeout=PATIENCE,
                trust_env=False,
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session


async def _content(response: aiohttp.ClientResponse) -> bytes:
    """The body, or its beginning if it is far longer than any answer of WeChat's."""
    found = bytearray()
    async for chunk in response.content.iter_any():
        found += chunk
        if len(found) > LARGEST_ANSWER:
            break
    return bytes(found)
