"""A guard that lets connections reach this machine only, and remembers who tried otherwise."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_NOWHERE = "http://192.0.2.1:9"  # reserved for documentation (RFC 5737): a client that obeys proxy variables goes there
_PROXY_VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")


class NetworkGuard:
    """What was tried while the guard stood: *connections* by any socket, *left* those that aimed elsewhere."""

    def __init__(self) -> None:
        self.connections: list[str] = []
        self.left: list[str] = []

    def check(self, host: str) -> None:
        """Note a connection to *host*; raise `OSError` unless it is this machine."""
        self.connections.append(host)
        if not _is_here(host):
            self.left.append(host)
            raise OSError(f"the network guard lets nothing out: {host}")


@contextmanager
def network_guard() -> Iterator[NetworkGuard]:
    """Stand guard over Python's sockets and name look-ups, with proxy variables that lead nowhere.

    Sees sockets of `socket` and asyncio; not those of C extensions with a network stack of their own.
    """
    guard = NetworkGuard()
    saved = {name: os.environ.get(name) for name in _PROXY_VARIABLES}
    os.environ.update(dict.fromkeys(_PROXY_VARIABLES, _NOWHERE))
    try:
        with _guarded_sockets(guard):
            yield guard
    finally:
        for name, value in saved.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


@contextmanager
def _guarded_sockets(guard: NetworkGuard) -> Iterator[None]:
    connect, connect_ex, look_up = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        _check_address(guard, self, address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        _check_address(guard, self, address)
        return connect_ex(self, address)

    def guarded_look_up(host: Any, *rest: Any, **named: Any) -> Any:
        if host:
            guard.check(host.decode() if isinstance(host, bytes) else str(host))
        return look_up(host, *rest, **named)

    _put(guarded_connect, guarded_connect_ex, guarded_look_up)
    try:
        yield
    finally:
        _put(connect, connect_ex, look_up)


def _put(connect: Any, connect_ex: Any, look_up: Any) -> None:
    for owner, name, function in (
        (socket.socket, "connect", connect),
        (socket.socket, "connect_ex", connect_ex),
        (socket, "getaddrinfo", look_up),
    ):
        setattr(owner, name, function)


def _check_address(guard: NetworkGuard, used: socket.socket, address: Any) -> None:
    if used.family in (socket.AF_INET, socket.AF_INET6):
        guard.check(str(address[0]))


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return host == "localhost"
