"""THE contract between Outreach and a messaging platform: all that an adapter is asked for, on one page.

An adapter is a codec and a pipe. It is called; it never calls us. It sees neither database nor web framework.
It is found by the entry-point group ``outreach.channels``, whose target has the shape of `OpenChannel`.
`outreach.testing.ChannelContract` is the executable form of the promises below.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, runtime_checkable

from outreach.domain.ids import LaneName
from outreach.domain.mass import MassTerms
from outreach.domain.messages import Capabilities, Incoming, Outcome, Outgoing
from outreach.domain.secret import Secret

API_VERSION = 1


@dataclass(frozen=True, slots=True)
class HookRequest:
    """A request of the platform. Header names are lower case; *body* is at most 256 KiB, the web face sees to it."""

    method: str
    query: Mapping[str, str] = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    received_at: datetime


@dataclass(frozen=True, slots=True)
class HookResponse:
    """What the platform gets back, as is."""

    status: int
    body: bytes = field(default=b"", repr=False)
    media_type: str = "text/plain; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What we have to say to an `Incoming`. *ready* is false if it could not be worked out in the platform's time.

    *coming*: it is being worked out and will be sent. Without it, what is not ready has to be delivered again.
    """

    messages: tuple[Outgoing, ...] = ()
    ready: bool = True
    coming: bool = False


class Channel(Protocol):
    """One channel account. Every method may be called at any time after opening, `close` more than once."""

    lane: LaneName
    capabilities: Capabilities
    """What the account can do now. A right that the platform denies is taken away here: it is read anew each time."""

    async def prepare(self) -> None:
        """Set menus and commands, learn who we are. A failure is logged and tried again: it never stops the start."""

    async def send(self, to: str, message: Outgoing, key: str) -> Outcome:
        """Give *message* to the person at *to*. *key* names the delivery, for platforms that drop repeats.

        What a network may do is the returned value; an exception is a bug and counts as `Unconfirmed`.
        *message* fits `capabilities`: already cut, numbered where there are no buttons. Cancelling ends it within 2 s.
        """

    async def acknowledge(
        self, incoming: Sequence[Incoming], answer: Answer, request: HookRequest | None = None
    ) -> HookResponse | None:
        """Answer in place: the response to *request*, or, for a poller (no request), ``None``.

        *answer* holds at most `capabilities.replies_in_place` messages; the rest is sent by `send`.
        Stops a button's spinner. The same request and answer give a response of the same meaning every time.
        """

    async def close(self) -> None:
        """Free sockets and tasks. Harmless when called twice."""


@runtime_checkable
class HookChannel(Channel, Protocol):
    """A channel whose platform calls us at ``/hooks/{lane}``."""

    def decode(self, request: HookRequest) -> Sequence[Incoming] | HookResponse:
        """What *request* says; or the final response to one that is forged, malformed or a mere handshake.

        The same request gives the same `message_id` every time. Bounded work on any bytes, and never an exception:
        what is genuine but strange is `Unparsed`.
        """


@runtime_checkable
class PollingChannel(Channel, Protocol):
    """A channel that we ask."""

    def incoming(self) -> AsyncIterator[Sequence[Incoming]]:
        """Batches as they come, for ever. Asking for the next batch says that the last one is stored.

        Survives every fault of the network with growing pauses; ends within 2 s when cancelled.
        """


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a look at the account found. *subject* and *code* are fixed words, never a secret.

    *remedy* is a key below ``remedy.`` in the wording room, *values* fill its placeholders.
    """

    subject: str
    good: bool
    code: str = ""
    remedy: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


@runtime_checkable
class CheckedChannel(Channel, Protocol):
    """A channel whose account can be looked at, for ``outreach channels check``."""

    async def check(self) -> Sequence[Finding]:
        """What stands well and what does not: reachability, token, rights, set-up. Changes nothing, never raises."""


@runtime_checkable
class EntranceChannel(Channel, Protocol):
    """A channel that has an address for a QR code, by which people come in and bring *source* with them."""

    async def entrance(self, source: str) -> str | None:
        """The address that a QR code shows; *source* comes back as `Reachability.source`. ``None``: no right to one."""


@runtime_checkable
class LibraryChannel(Channel, Protocol):
    """A channel whose account has a library of pictures, out of which its owner's editor takes them."""

    async def keep_picture(self, name: str, png: bytes) -> str | None:
        """Put *png* into the library as *name*; what it is called there. ``None``: no right to it, or not taken."""


@runtime_checkable
class MassChannel(Channel, Protocol):
    """A channel whose platform takes one text for many, also for those to whom it lets nothing else through."""

    @property
    def mass_terms(self) -> MassTerms | None:
        """What binds its mass messages now; ``None``: it has no right to any, or not any more."""

    async def send_to_many(self, refs: Sequence[str], text: str, name: str) -> Outcome:
        """Give *text* to all of *refs*, once under *name*, however often it is asked within a day. Never raises.

        `Unconfirmed`: it may have gone out, ask again under that name. Anything else but `Sent`: it did not.
        """


class Mailbox(Protocol):
    """A door that our own web pages serve: what is appended is read by the person's open page."""

    async def append(self, lane: LaneName, to: str, message: Outgoing, key: str) -> None:
        """Keep *message* for *to*, sealed, for 24 h at most. Returns once it is committed; a repeated *key* is one."""


class Cupboard(Protocol):
    """Small secrets that the processes of one lane share, sealed at rest: an access token, and how long it is good."""

    async def get(self, lane: LaneName, name: str) -> tuple[Secret, datetime] | None:
        """What was put under *name* last and until when it is good, which may be over; ``None``: nothing."""

    async def put(self, lane: LaneName, name: str, value: Secret, good_until: datetime) -> None:
        """Keep *value* instead of what was kept before. Returns once it is committed."""


class Signer(Protocol):
    """Makes button data unforgeable, bound to one lane and one person."""

    def sign(self, token: str, person: str) -> str:
        """*token* with a short signature: at most 12 characters more."""

    def verify(self, data: str, person: str) -> str | None:
        """The token of what `sign` gave for the same person, else ``None``. Accepts any text."""


@dataclass(frozen=True, slots=True)
class ChannelContext:
    """What an adapter is given at opening, beside its own options."""

    lane: LaneName
    base_url: str
    signer: Signer
    mailbox: Mailbox
    cupboard: Cupboard


class BadOptions(ValueError):
    """The lane's section of the settings is wrong: *problems* are all of them, without any secret in them."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = list(problems)
        super().__init__("; ".join(problems))


class OpenChannel(Protocol):
    """The entry point's target. Opens no socket and does no I/O; raises `BadOptions` with all problems at once."""

    def __call__(self, options: Mapping[str, Secret], context: ChannelContext) -> Channel: ...
