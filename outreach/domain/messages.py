"""What crosses a channel, in both directions, in words that no platform owns.

An adapter turns a platform's request into one of the `Incoming` values and an `Outgoing` into a call.
Nothing here prints a person's words: every value that holds them hides them from its ``repr``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal, TypeAlias


class Language(StrEnum):
    """A language we write in. Further ones are added with a phrase file each."""

    ZH = "zh"
    EN = "en"


# --- towards us ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Message:
    """A text somebody typed. *message_id* is unique within the lane; *sent_at* is the platform's clock, aware."""

    message_id: str
    sender: str = field(repr=False)
    text: str = field(repr=False)
    sent_at: datetime
    private: bool = True
    """False in a group: nothing personal may be answered there."""


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button of ours, or a menu entry. *token* is what `Choice.token` was; the adapter has checked its signature.

    *press_id* is what the platform wants back to stop its spinner (Telegram's callback query id), else ``None``.
    """

    message_id: str
    sender: str = field(repr=False)
    token: str = field(repr=False)
    sent_at: datetime
    press_id: str | None = None
    private: bool = True


class Reach(StrEnum):
    """What became of our way to a person."""

    JOINED = "joined"  # followed, pressed Start, unblocked
    LEFT = "left"  # unfollowed, blocked the bot
    GONE = "gone"  # the account does not exist any more
    MOVED = "moved"  # the same person under a new reference


@dataclass(frozen=True, slots=True)
class Reachability:
    """A person came or went. *source* is an untrusted QR scene or deep-link payload."""

    message_id: str
    sender: str = field(repr=False)
    sent_at: datetime
    reach: Reach
    source: str | None = None
    new_ref: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Receipt:
    """The platform tells what became of a message of ours, long after `send` returned."""

    message_id: str
    sender: str = field(repr=False)
    sent_at: datetime
    external_id: str
    delivered: bool
    code: str = ""


@dataclass(frozen=True, slots=True)
class Grant:
    """A person allowed (or refused) *count* messages of one platform template."""

    message_id: str
    sender: str = field(repr=False)
    sent_at: datetime
    template: str
    count: int


@dataclass(frozen=True, slots=True)
class Unparsed:
    """Something genuine that we do not understand. *reason* is a short fixed code, never the payload."""

    message_id: str
    reason: str
    sent_at: datetime | None = None
    sender: str | None = field(default=None, repr=False)
    """Who sent it, only where they wait for an answer in private: a picture, a voice, a sticker."""


Incoming: TypeAlias = Message | Pressed | Reachability | Receipt | Grant | Unparsed

START = "start"
"""The token of a `Pressed` that means "begin": what a Start button or a plain follow is answered with."""


# --- towards them -------------------------------------------------------------------------------------------


class MessageKind(StrEnum):
    """Why a message exists; decides rank, consent and what happens when its fate is unknown."""

    SAFETY = "safety"
    REPLY = "reply"
    CONFIRMATION = "confirmation"
    CHANGE = "change"
    REMINDER = "reminder"
    ANNOUNCEMENT = "announcement"
    EDUCATION = "education"


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to tap. Where a channel has no buttons, it becomes a numbered line."""

    label: str
    token: str
    """Compact ASCII, at most 40 bytes, such as ``join:17``: a button must fit it, signed, into 64 bytes."""
    detail: str = field(default="", repr=False)
    """What a button is too short for: shown in the text, as a numbered line, on every channel."""


@dataclass(frozen=True, slots=True)
class File:
    """A small file, ready to send. *link* is an https address of the same bytes for channels that take no file."""

    name: str
    media_type: str
    content: bytes = field(repr=False)
    link: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One platform message: text already cut to the channel's limit, choices, at most one file or link.

    *fields* are the same facts by name (``title``, ``starts``, ``place`` …) for channels that fill templates.
    """

    kind: MessageKind
    text: str = field(repr=False)
    choices: tuple[Choice, ...] = field(default=(), repr=False)
    file: File | None = field(default=None, repr=False)
    link: str | None = field(default=None, repr=False)
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)
    as_template: bool = False
    """The platform's window to this person is closed, as far as we know: only a template gets there."""


# --- what became of it --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sent:
    """The platform took it. *external_id* is its own name for the message, empty if it gives none."""

    external_id: str = ""


@dataclass(frozen=True, slots=True)
class RetryLater:
    """Not now: a flood limit or a passing fault, and nothing was delivered. *whole_lane*: everybody must wait."""

    after: timedelta
    whole_lane: bool = False
    code: str = ""


@dataclass(frozen=True, slots=True)
class Parked:
    """The platform lets us write to this person only after they write to us."""

    reason: str


NOTHING_LEFT = frozenset({"window_closed", "quota_used"})
"""Reasons of `Parked` that tell of the platform's window to a person, not of our rights."""


@dataclass(frozen=True, slots=True)
class Unreachable:
    """The person blocked us or is gone: stop writing to this address."""

    code: str = ""
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Moved:
    """The same person under a new reference: keep it, send again."""

    new_ref: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Rejected:
    """Our message is wrong. Staff mend it; the person stays reachable."""

    code: str


@dataclass(frozen=True, slots=True)
class Halted:
    """The account is in trouble: stop the lane and tell staff *remedy*, a key of the wording room."""

    code: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """We cannot know whether it arrived."""

    code: str = ""


Outcome: TypeAlias = Sent | RetryLater | Parked | Unreachable | Moved | Rejected | Halted | Unconfirmed


# --- what a channel can do ----------------------------------------------------------------------------------

TextUnit: TypeAlias = Literal["utf16", "bytes", "characters"]


class Act(StrEnum):
    """What somebody did, as far as it opens a window for messages of ours."""

    MESSAGE = "message"
    CLICK = "click"
    FOLLOW = "follow"
    SCAN = "scan"


@dataclass(frozen=True, slots=True)
class Allowance:
    """So many *messages* are let through for so long."""

    messages: int
    lasts: timedelta


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a channel account can do. Numbers are the platform's, kept in the adapter's configuration."""

    text_limit: int
    text_unit: TextUnit
    buttons: bool
    """False: choices become numbered lines, written by us before `send`."""
    max_buttons: int
    files: bool
    """False: a file becomes its link."""
    may_push: bool
    """False: nothing can be sent but an answer; what waits rides in front of the next reply."""
    replies_in_place: int
    """How many messages the answer to a request may carry (0: all replies are sent)."""
    rate_per_second: float
    max_in_flight: int
    reply_window: timedelta | None = None
    """How long after a person's last word we may write; ``None`` = always."""
    any_time: frozenset[MessageKind] = frozenset()
    """Kinds of message that may be sent outside the reply window too, as templates that the platform approved."""
    allowances: Mapping[Act, Allowance] = field(default_factory=dict)
    """What the platform lets through after which act; empty: it does not count."""
    leaving_erases: bool = False
    """The platform asks that what is kept of a person be deleted when they unfollow."""
