"""What the benchmarks share: a server as a subprocess, a lean HTTP client, and medians."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory


def free_port() -> int:
    """A port on 127.0.0.1 that nobody uses at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(command: Sequence[str], port: int, environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """*command* serving on *port*, ready to answer; stopped by its process id afterwards."""
    with TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        with log.open("wb") as output:
            server = subprocess.Popen(command, env={**os.environ, **environment}, stdout=output, stderr=output)
        try:
            _await_port(server, port, log)
            yield server
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(timeout=30)


def _await_port(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise SystemExit(f"the server ended:\n{log.read_text()[-2000:]}")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.05)
    raise SystemExit("the server did not become ready")


async def post_all(
    port: int, requests: Sequence[tuple[str, bytes]], connections: int
) -> tuple[float, list[float], list[bytes]]:
    """Send *requests* (target, body) over keep-alive connections; seconds in all, seconds each, and the bodies."""
    queue = list(enumerate(requests))[::-1]
    took, bodies = [0.0] * len(requests), [b""] * len(requests)

    async def work() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while queue:
            place, (target, body) = queue.pop()
            began = time.perf_counter()
            head = f"POST {target} HTTP/1.1\r\nhost: x\r\ncontent-type: text/xml\r\ncontent-length: {len(body)}\r\n\r\n"
            writer.write(head.encode() + body)
            bodies[place] = await _answer(reader)
            took[place] = time.perf_counter() - began
        writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(connections)))
    return time.perf_counter() - began, took, bodies


async def _answer(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    if b" 200 " not in head.split(b"\r\n", 1)[0]:
        raise SystemExit(f"unexpected answer: {head[:80]!r}")
    length = next(
        int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")
    )
    return await reader.readexactly(length)


def percentile(values: Sequence[float], percent: float) -> float:
    """The value below which *percent* of them lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def median_of(runs: int, measure: Callable[[], float]) -> tuple[float, float, float]:
    """Median, lowest and highest of several runs."""
    found = [measure() for _ in range(runs)]
    return statistics.median(found), min(found), max(found)


def python(*arguments: str) -> list[str]:
    """This interpreter with *arguments*."""
    return [sys.executable, *arguments]
