"""What others came to: measured apart on this kind of machine on 2026-11-21, beside other work, never in our run.

A fake Bot API on the loopback that answers at once; each library as its documents show it unless said.
"""

from __future__ import annotations

from collections.abc import Iterator

_SENDERS = (
    ("aiogram 3.31, one after another as documented", "18.8/s (its pause); without the pause 1,160/s, 5.9 CPU s"),
    ("aiogram 3.31, 50 in the air", "1,570/s, 5.8 CPU s, 184 MB"),
    ("python-telegram-bot 22.8 with its rate limiter, as documented", "31/s (its limit), 38–40 CPU s"),
    ("python-telegram-bot 22.8, one after another, no limiter", "485/s, 19 CPU s"),
    ("python-telegram-bot 22.8, 10 in the air", "341/s, 29 CPU s"),
    ("python-telegram-bot's JobQueue, a job per chat", "10,000 chats: none delivered within 90 s, four times of four"),
    ("Celery 5.7, a task per message, redis, two processes", "366/s, 36 CPU s, 164 MB"),
    ("django-post_office 3.12 on SQLite, the same HTTP", "519/s, 17 CPU s, 64 MB"),
    (
        "a bare durable outbox over aiohttp, 500 a commit, 50 in the air",
        "5,240/s with each commit flushed, 1.5–1.9 CPU s, 38 MB",
    ),
)
_REMINDERS = (
    ("APScheduler 3.11, a job per reminder: 100,000 scheduled", "119 s, 44.6 MB; one indexed column 0.2 s, 3.3 MB"),
    ("APScheduler 3.11: 10,000 due in one second, as it comes", "624–676 fired, the others dropped as too late"),
    ("the same with no limit of lateness", "10,000 fired, the last 8–10 s late; 11 s with 90,000 further jobs"),
)


def lines() -> Iterator[str]:
    """Rows of a table of their own."""
    for who, figure in (*_SENDERS, *_REMINDERS):
        yield f"| {who} | {figure} |"
