"""The floor: a hook that parses the XML of a request and writes one row by group commit, and nothing else.

Written as anybody would with the framework that we use: a FastAPI route.
"""

import asyncio
import queue
import sqlite3
import sys
import threading
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from tempfile import TemporaryDirectory

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse


class Writer:
    """One thread that writes all that waits in one durable commit."""

    def __init__(self, path: Path) -> None:
        self._path, self._waiting = path, queue.SimpleQueue()
        threading.Thread(target=self._run, daemon=True).start()

    async def write(self, body: str) -> None:
        loop = asyncio.get_running_loop()
        done = loop.create_future()
        self._waiting.put((body, loop, done))
        await done

    def _run(self) -> None:
        connection = sqlite3.connect(self._path, isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("CREATE TABLE row (id INTEGER PRIMARY KEY, body TEXT)")
        while True:
            calls = [self._waiting.get()]
            while len(calls) < 64 and not self._waiting.empty():
                calls.append(self._waiting.get())
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("INSERT INTO row (body) VALUES (?)", [(call[0],) for call in calls])
            connection.execute("COMMIT")
            calls[0][1].call_soon_threadsafe(lambda done: [one[2].set_result(None) for one in done], calls)


def main(port: int) -> None:
    with TemporaryDirectory() as folder:
        writer = Writer(Path(folder) / "bare.db")

        app = FastAPI()

        @app.post("/hooks/wechat")
        async def hook(request: Request) -> PlainTextResponse:
            root = ElementTree.fromstring(await request.body())
            await writer.write(root.findtext("Encrypt") or "")
            return PlainTextResponse("success")

        @app.get("/readyz")
        async def ready() -> PlainTextResponse:
            return PlainTextResponse("ready")

        uvicorn.run(app, host="127.0.0.1", port=port, log_level="error", access_log=False)


if __name__ == "__main__":
    main(int(sys.argv[1]))
