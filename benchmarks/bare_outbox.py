"""The least that sends durably: an outbox table, a batch marked, posted over aiohttp, and its results written.

What anybody would write who wants each message to be called once: no people's rights, no keys, no sealing, no retry.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import aiohttp
import psycopg

Body: TypeAlias = Mapping[str, object]
"""What is posted, without whom it is for."""

_MADE = "CREATE TABLE outbox (id bigint PRIMARY KEY, chat bigint, body text, state text NOT NULL, sent_id text)"
_INDEX = "CREATE INDEX ix_outbox_queued ON outbox (id) WHERE state = 'queued'"


@dataclass(frozen=True)
class Outbox:
    """A table of messages behind one connection; *mark* is how the driver writes a parameter."""

    connection: Any
    mark: str

    def fill(self, chats: Sequence[int], body: Body) -> None:
        """One message for each of *chats*."""
        cursor, text = self.connection.cursor(), json.dumps(body, ensure_ascii=False)
        cursor.execute("DROP TABLE IF EXISTS outbox")
        cursor.execute(_MADE)
        cursor.execute(_INDEX)
        mark = self.mark
        rows = [(number, chat, text) for number, chat in enumerate(chats)]
        cursor.executemany(f"INSERT INTO outbox VALUES ({mark}, {mark}, {mark}, 'queued', '')", rows)
        self.connection.commit()

    def exchange(self, done: Sequence[tuple[str, int]], most: int) -> list[tuple[int, int, str]]:
        """Write down what was *done* (its id there, its id here), and mark the next: id, chat, body. One commit."""
        cursor, mark = self.connection.cursor(), self.mark
        if done:
            cursor.executemany(f"UPDATE outbox SET state = 'sent', sent_id = {mark} WHERE id = {mark}", done)
        some = f"SELECT id FROM outbox WHERE state = 'queued' ORDER BY id LIMIT {most}"
        cursor.execute(f"UPDATE outbox SET state = 'calling' WHERE id IN ({some}) RETURNING id, chat, body")
        taken = list(cursor.fetchall())
        self.connection.commit()
        return taken


@contextmanager
def outbox(kind: str, folder: Path, url: str) -> Iterator[Outbox]:
    """An empty one on SQLite in *folder*, as the house keeps its own, or on the PostgreSQL at *url*."""
    if kind != "SQLite":
        with psycopg.connect(url.replace("+psycopg", "")) as server:
            yield Outbox(server, "%s")
        return
    with closing(sqlite3.connect(folder / "outbox.db")) as file:
        file.execute("PRAGMA journal_mode = WAL")
        file.execute("PRAGMA synchronous = FULL")
        yield Outbox(file, "?")


async def send_all(box: Outbox, address: str, batch: int, at_once: int) -> int:
    """Post all of *box* to *address*, *batch* a commit and *at_once* in the air; how many."""
    done: list[tuple[str, int]] = []
    sent = 0
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=at_once)) as session:

        async def work(waiting: list[tuple[int, int, str]]) -> None:
            while waiting:
                number, chat, body = waiting.pop()
                data = json.dumps({**json.loads(body), "chat_id": chat}, ensure_ascii=False).encode()
                async with session.post(address, data=data, headers={"content-type": "application/json"}) as answer:
                    done.append((str(json.loads(await answer.read())["result"]["message_id"]), number))

        while taken := box.exchange(done, batch):
            done.clear()
            await asyncio.gather(*(work(taken) for _ in range(at_once)))
            sent += len(done)
    return sent
