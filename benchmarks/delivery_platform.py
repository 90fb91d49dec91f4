"""A platform that takes everything at once: the least that speaks Telegram's Bot API over HTTP, in its own process.

`outreach.testing.telegram` holds every rule and costs more CPU than what is measured here. ``python
benchmarks/delivery_platform.py [file]`` prints its address; into *file* goes a line per message: when, a tab, its body.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import IO, Any

import uvloop
from harness import python

TOKEN = "700100:bench"
HANGS = 20.0  # seconds that a question for updates waits: nobody writes
_SENT = b'{"ok":true,"result":{"message_id":17,"date":1764000000,"chat":{"id":1,"type":"private"},"text":"."}}'
_ME = b'{"ok":true,"result":{"id":700100,"is_bot":true,"first_name":"Bench","username":"bench_bot"}}'
_RESULTS = {b"sendMessage": _SENT, b"getMe": _ME, b"getUpdates": b'{"ok":true,"result":[]}'}
_RESULTS |= dict.fromkeys((b"getMyDescription", b"getMyShortDescription"), b'{"ok":true,"result":{}}')
_TRUE = b'{"ok":true,"result":true}'


class _Line(asyncio.Protocol):
    """One connection: requests one after another, each with its length."""

    def __init__(self, log: IO[bytes] | None) -> None:
        self._log, self._read = log, b""

    def connection_made(self, transport: Any) -> None:
        """Kept: answers go there."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Carry out all requests that are complete."""
        self._read += data
        while (end := self._read.find(b"\r\n\r\n")) >= 0:
            head = self._read[:end].lower()
            _, found, after = head.partition(b"content-length:")
            whole = end + 4 + (int(after.split(b"\r\n", 1)[0]) if found else 0)
            if len(self._read) < whole:
                return
            method = self._read.split(b" ", 2)[1].rpartition(b"/")[2]
            self._carry_out(method, self._read[end + 4 : whole])
            self._read = self._read[whole:]

    def _carry_out(self, method: bytes, body: bytes) -> None:
        if method == b"sendMessage" and self._log is not None:
            self._log.write(b"%.3f\t%s\n" % (time.time(), body))
        wait = HANGS if method == b"getUpdates" else 0.0
        result = _RESULTS.get(method, _TRUE)
        if wait:
            asyncio.get_running_loop().call_later(wait, self._answer, result)
        else:
            self._answer(result)

    def _answer(self, body: bytes) -> None:
        head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body)
        if not self._transport.is_closing():
            self._transport.write(head + body)


@contextmanager
def platform(log: Path | None = None) -> Iterator[str]:
    """One that runs; its address. What it was sent goes into *log*."""
    command = python(__file__, *([str(log)] if log else []))
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait(timeout=30)


async def _serve(log: IO[bytes] | None) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: _Line(log), "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


def main() -> None:
    """Serve until somebody ends us."""
    kept = Path(sys.argv[1]).open("wb", buffering=0) if sys.argv[1:] else nullcontext()  # noqa: SIM115
    with kept as log, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(log))


if __name__ == "__main__":
    main()
