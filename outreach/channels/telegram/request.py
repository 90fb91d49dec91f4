"""python-telegram-bot's requests over aiohttp: three to six times less CPU than its own, and no word in any log."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

import aiohttp
from telegram.error import TelegramError
from telegram.request import BaseRequest, RequestData

from outreach.channels.telegram.faults import ApiRefused, FateUnknown, NotSent

_CONNECT_SECONDS = 8.0  # waiting for a free connection included
_MARGIN_SECONDS = 5.0  # for a body that trickles
_LONGEST_ANSWER = 32 * 1024 * 1024  # bytes: far more than a hundred updates; what is longer is not from Telegram
_IDLE_SECONDS = 15.0  # we drop idle connections before the server does: a POST on a dying one has an unknown fate


class AiohttpRequest(BaseRequest):
    """One pool of at most *connections*, made on first use in the running loop. Proxy variables are not obeyed.

    Raises `NotSent`, `FateUnknown` and `ApiRefused`, none of which holds the address (the token is in it).
    """

    __slots__ = ("_closed", "_connections", "_read_seconds", "_session")

    def __init__(self, connections: int, read_seconds: float = 20.0) -> None:
        self._connections, self._read_seconds = connections, read_seconds
        self._session: aiohttp.ClientSession | None = None
        self._closed = False

    @property
    def read_timeout(self) -> float | None:
        """Seconds to wait for an answer, unless the call says otherwise."""
        return self._read_seconds

    async def initialize(self) -> None:
        """Nothing to do: the pool is made on first use."""

    async def shutdown(self) -> None:
        """Close the pool for good. Harmless when called twice."""
        self._closed = True
        await self.renew()

    async def renew(self) -> None:
        """Drop the pool; the next call makes a fresh one. A single connection can be wedged by a torn network."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """The status and body of a good answer; anything else is raised as a fault."""
        seconds = read_timeout if isinstance(read_timeout, (int, float)) else self._read_seconds
        status, payload = await self._call(method, url, _body(request_data), seconds)
        if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            return status, payload
        raise ApiRefused(status, _as_object(payload) or {})

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """The answer, which says ``ok`` and has a result. An ``ok: false`` under a good status counts by its code."""
        answer = _as_object(payload)
        if answer is None:
            raise FateUnknown("answer_not_json")
        if answer.get("ok") is not True and type(answer.get("error_code")) is int:
            raise ApiRefused(answer["error_code"], answer)
        if answer.get("ok") is not True or "result" not in answer:
            raise FateUnknown("answer_unclear")
        return answer

    async def _call(self, method: str, url: str, body: dict[str, Any], seconds: float) -> tuple[int, bytes]:
        timeout = aiohttp.ClientTimeout(
            total=_CONNECT_SECONDS + seconds + _MARGIN_SECONDS, connect=_CONNECT_SECONDS, sock_read=seconds
        )
        try:
            async with self._pool().request(method, url, timeout=timeout, allow_redirects=False, **body) as response:
                return response.status, await _content(response)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            fault = _fault(error)
        raise fault  # outside the handler: a traceback must not carry aiohttp's error, which may hold the address

    def _pool(self) -> aiohttp.ClientSession:
        if self._closed:
            raise NotSent("closed")
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=_IDLE_SECONDS),
                trust_env=False,
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session


async def _content(response: aiohttp.ClientResponse) -> bytes:
    """The body; of one without an end so much that it is no JSON any more."""
    found = bytearray()
    async for chunk in response.content.iter_any():
        found += chunk
        if len(found) > _LONGEST_ANSWER:
            break
    return bytes(found)


def _fault(error: Exception) -> TelegramError:
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return NotSent("connect_timeout")
    if isinstance(error, (aiohttp.ClientConnectorError, aiohttp.InvalidURL)):
        return NotSent("connect_failed")
    if isinstance(error, TimeoutError):
        return FateUnknown("answer_timeout")
    return FateUnknown("connection_lost")


def _body(request_data: RequestData | None) -> dict[str, Any]:
    if request_data is None:
        return {}
    if not request_data.contains_files:
        text = json.dumps(request_data.parameters, ensure_ascii=False)
        return {"data": text.encode(errors="replace"), "headers": {"Content-Type": "application/json"}}
    form = aiohttp.FormData(quote_fields=False)  # a file name stays UTF-8
    for name, value in request_data.json_parameters.items():
        form.add_field(name, value)
    for name, part in request_data.multipart_data.items():
        file_name, content, media_type = part
        form.add_field(name, content, filename=file_name, content_type=media_type)
    return {"data": form}


def _as_object(payload: bytes) -> dict[str, Any] | None:
    try:
        answer = json.loads(payload.decode(errors="replace"))
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else None
