"""The gate: which requests are WeChat's own, and what they hold. Nothing unsigned reaches a parser."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from outreach.channels.base import HookRequest
from outreach.channels.wechat.config import MAX_BODY_BYTES, Config
from outreach.channels.wechat.envelope import Envelope, is_signed
from outreach.channels.wechat.notice import inspect
from outreach.channels.wechat.refused import Refused

# Possessive throughout: linear on any bytes. The signature covers what is found, so how it is found is no matter.
_ENCRYPT = re.compile(rb"<Encrypt>\s*+(?:<!\[CDATA\[)?+\s*+([0-9A-Za-z+/=]++)\s*+(?:\]\]>)?+\s*+</Encrypt>", re.ASCII)
_MOST_CANDIDATES = 4  # in compatible mode a person's own words may look like a sealed part
_SIGNATURE = re.compile(r"[0-9a-f]{40}", re.ASCII)
_TIMESTAMP = re.compile(r"[0-9]{1,11}", re.ASCII)
_PRINTABLE = re.compile(r"[!-~]{1,128}", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Seal:
    """The part of a query that a signature is about, checked for shape."""

    signature: str = field(repr=False)
    timestamp: str
    nonce: str


class Gate:
    """Checks requests of one account."""

    def __init__(self, config: Config, envelope: Envelope | None) -> None:
        self._token = config.token
        self._freshness = config.freshness.total_seconds()
        self._envelope = envelope

    def handshake(self, request: HookRequest) -> bytes | Refused:
        """The ``echostr`` of WeChat's check of our address."""
        seal = self._seal(request, "signature")
        if isinstance(seal, Refused):
            return seal
        echo = request.query.get("echostr", "")
        if not _PRINTABLE.fullmatch(echo):
            return Refused("bad_query")
        return echo.encode() if self._is_signed(seal) else Refused("bad_signature")

    def admit(self, request: HookRequest) -> bytes | Refused:
        """The XML that WeChat sent, out of its envelope; genuine and fresh, but not yet read."""
        if len(request.body) > MAX_BODY_BYTES:
            return Refused("too_large", status=413)
        outer = inspect(request.body)
        if isinstance(outer, Refused):
            return outer
        seal = self._seal(request, "signature" if self._envelope is None else "msg_signature")
        if isinstance(seal, Refused):
            return seal
        if self._envelope is None:
            return request.body if self._is_signed(seal) else Refused("bad_signature")
        return self._unseal(self._envelope, seal, request.body)

    def _unseal(self, envelope: Envelope, seal: _Seal, body: bytes) -> bytes | Refused:
        for found in islice(_ENCRYPT.finditer(body), _MOST_CANDIDATES):
            encrypt = found[1].decode()
            if self._is_signed(seal, encrypt):
                return envelope.open(encrypt)
        return Refused("bad_signature")

    def _is_signed(self, seal: _Seal, *more: str) -> bool:
        return is_signed(seal.signature, self._token.reveal(), seal.timestamp, seal.nonce, *more)

    def _seal(self, request: HookRequest, name: str) -> _Seal | Refused:
        query: Mapping[str, str] = request.query
        seal = _Seal(query.get(name, ""), query.get("timestamp", ""), query.get("nonce", ""))
        shapes = ((_SIGNATURE, seal.signature), (_TIMESTAMP, seal.timestamp), (_PRINTABLE, seal.nonce))
        if not all(shape.fullmatch(text) for shape, text in shapes):
            return Refused("bad_query")
        return seal if self._is_fresh(seal.timestamp, request.received_at) else Refused("stale")

    def _is_fresh(self, timestamp: str, received_at: datetime) -> bool:
        return abs(received_at.timestamp() - int(timestamp)) <= self._freshness
