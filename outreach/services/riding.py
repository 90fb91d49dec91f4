"""What rides in front of a reply: as much as fits into the one message that a channel lets us say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from outreach.content import fit, measure
from outreach.domain.messages import Capabilities, Outgoing

SHARE = 3
"""A part of something long takes up to a third of the message, so that it fits beside most replies."""


class Ride:
    """One message being loaded: riders in front, the reply behind."""

    def __init__(self, able: Capabilities, reply: str) -> None:
        self._able, self._reply = able, reply
        self._front: list[str] = []

    @property
    def text(self) -> str:
        """All of it."""
        return self._with()

    def take_whole(self, messages: Sequence[Outgoing]) -> bool:
        """Load all of *messages* if there is room. Their choices stay behind: they would take the reply's numbers."""
        return self._load(self._parts(messages, self._able.text_limit))

    def take_parts(self, messages: Sequence[Outgoing], done: int, goes_on: str) -> tuple[int, int]:
        """Load *messages* from part *done* on, as many parts as fit: how many are out then, and of how many.

        The same messages have the same parts every time. Where some must wait for the next time, *goes_on* says so.
        What has not begun and could travel whole on a message of its own is not cut: it waits for that.
        """
        parts = self._parts(messages, self._able.text_limit // SHARE)
        if done == 0 and self._could_travel_alone(messages):
            return 0, len(parts)
        for end in range(len(parts), done, -1):
            if self._load([*parts[done:end], *([goes_on] if end < len(parts) else [])]):
                return end, len(parts)
        return done, len(parts)

    def _could_travel_alone(self, messages: Sequence[Outgoing]) -> bool:
        return Ride(self._able, self._reply).take_whole(messages)

    def _parts(self, messages: Sequence[Outgoing], limit: int) -> list[str]:
        able = replace(self._able, text_limit=limit)
        return [piece.text for message in messages for piece in fit(replace(message, choices=()), able)]

    def _load(self, texts: Sequence[str]) -> bool:
        rider = "\n\n".join(texts)
        if measure(self._with(rider), self._able.text_unit) > self._able.text_limit:
            return False
        self._front.append(rider)
        return True

    def _with(self, *more: str) -> str:
        return "\n\n".join(filter(None, [*self._front, *more, self._reply]))
