"""Residents: what they allowed, what they want to hear about, and for whom an item is meant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

GENERAL = "general"


ELDERLY = "elderly"
"""The tag of whoever said that they are older."""


class Purpose(StrEnum):
    """What a person allows, each on its own."""

    TAKE_PART = "take_part"  # keep what a sign-up needs; confirm, remind, tell of changes
    TIPS = "tips"  # education now and then
    NEWS = "news"  # announcements of activities
    TALK = "talk"  # keep a note to staff, and write back


class Rhythm(StrEnum):
    """How often somebody who wants tips gets them."""

    WEEKLY = "weekly"  # one tip a week
    MONTHLY = "monthly"  # one message a month with what there was


@dataclass(frozen=True, slots=True)
class Consent:
    """One purpose, allowed under one wording. *text_hash* names the notice that was shown, to the letter."""

    purpose: Purpose
    text_version: str
    text_hash: str
    channel: str
    language: str
    given_at: datetime
    withdrawn_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom an item or an activity is for. Tags sit on content; a person has only what they chose."""

    tags: frozenset[str]

    def includes(self, chosen: frozenset[str]) -> bool:
        """Whether somebody who chose *chosen* is meant. Nothing chosen: what is general, and only that."""
        return GENERAL in self.tags or bool(self.tags & chosen)


def is_about_chosen(named: frozenset[str], chosen: frozenset[str]) -> bool:
    """Whether what is about the topics *named* is for who chose *chosen*. Where one of them is empty, any will do."""
    return not named or not chosen or bool(named & chosen)


def circle_of(tags: frozenset[str], closed: frozenset[str], *, hidden: bool = False) -> frozenset[str] | None:
    """Who alone may be told of what is for *tags*: those who chose one of these; ``None``: it is not restricted.

    *closed*: the restricted audiences. *hidden*: it is restricted, whomever it is for; being for everybody then counts
    for nothing.
    """
    if tags & closed:
        return tags & closed
    return tags - {GENERAL} if hidden else None
