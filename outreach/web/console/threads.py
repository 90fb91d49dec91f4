"""Notes of residents who asked for a person: who waits, one conversation, the answer to their own chat."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from starlette.routing import BaseRoute

from outreach.domain.ids import ThreadId
from outreach.domain.windows import open_until
from outreach.services import threads
from outreach.services.cards_care import ThreadCard, ThreadState
from outreach.services.ports import UnitOfWork
from outreach.web.console.frame import Console, Page
from outreach.web.console.visit import Go, Visit

PATH = "/console/threads"
PAGE_SIZE = 30


def routes(console: Console) -> list[BaseRoute]:
    """``/console/threads`` and ``/console/threads/{thread}`` with its two deeds."""
    page = Page("console/thread.html", _one, audited=True)
    one = f"{PATH}/{{thread}}"
    return [
        console.get(PATH, Page("console/threads.html", _list)),
        console.get(one, page),
        console.post(f"{one}/answer", _answer, page),
        console.post(f"{one}/close", _close, page),
    ]


def _list(uow: UnitOfWork, visit: Visit) -> Mapping[str, Any]:
    everything, after = visit.asked("all") == "1", visit.asked_number("after")
    found = threads.listed(
        uow,
        visit.by,
        PAGE_SIZE + 1,
        open_only=not everything,
        after=None if after is None else ThreadId(after),
    )
    shown = found[:PAGE_SIZE]
    following = f"{PATH}?{'all=1&' if everything else ''}after={shown[-1].id}" if len(found) > PAGE_SIZE else ""
    return {"threads": shown, "following": following, "everything": everything, "zone": visit.house.settings.timezone}


def _one(uow: UnitOfWork, visit: Visit) -> Mapping[str, Any]:
    card = threads.read(uow, visit.by, ThreadId(visit.id("thread")), visit.now)
    return {
        "thread": card,
        "window": _window(visit, card),
        "is_closed": card.state is ThreadState.CLOSED,
        "longest": threads.LONGEST_NOTE,
        "zone": visit.house.settings.timezone,
        "labels": {"text": visit.texts["your_answer"]},
    }


def _answer(uow: UnitOfWork, visit: Visit) -> Go:
    thread = ThreadId(visit.id("thread"))
    if visit.form.text("seen") != str(_newest(threads.read(uow, visit.by, thread, visit.now))):
        # Sent twice, or something came in between: the page is shown again with what was typed.
        raise threads.Overtaken
    threads.answer(uow, visit.by, thread, visit.form.text("text"), visit.now)
    return Go(f"{PATH}/{thread}", "answered")


def _close(uow: UnitOfWork, visit: Visit) -> Go:
    thread = ThreadId(visit.id("thread"))
    threads.close(uow, visit.by, thread, visit.now)
    return Go(PATH, "closed")


def _newest(card: ThreadCard) -> int:
    return card.entries[-1].id if card.entries else 0


def _window(visit: Visit, card: ThreadCard) -> tuple[str, datetime | None]:
    """Whether an answer gets there now: ``open``, ``until`` a moment, ``waits`` for their next word, or ``off``."""
    door = next((door for door in visit.house.doors if door.lane == card.channel), None)
    if door is None:
        return "off", None
    able = door.channel.capabilities
    if not able.may_push:
        return "waits", None
    if able.reply_window is None:
        return "open", None
    until = open_until(able, card.last_word_at, card.window, visit.now)
    return ("waits", None) if until is None else ("until", until)
