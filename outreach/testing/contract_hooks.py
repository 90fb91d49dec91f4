"""What an adapter's author fills in, so that the contract can talk to the adapter and look at its platform."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from outreach.channels.base import Answer, Channel, HookChannel, HookRequest, HookResponse, OpenChannel, PollingChannel
from outreach.domain.ids import LaneName
from outreach.domain.messages import Incoming, Message, MessageKind, Outcome, Outgoing, Sent
from outreach.domain.secret import Secret
from outreach.testing.context import MemoryMailbox, make_context
from outreach.testing.network import NetworkGuard, network_guard

T = TypeVar("T")
Wire = Any
"""What the platform hands over: a `HookRequest` for a channel with a hook; for a poller, what its stand-in queues."""

PATIENCE = 10.0  # seconds: only a hanging adapter ever waits that long


@dataclass(frozen=True, slots=True)
class Recording:
    """One thing that the platform says, and all that it means to us, to the letter."""

    name: str
    wire: Wire = field(repr=False)
    means: tuple[Incoming, ...]


@dataclass(frozen=True, slots=True)
class Situation:
    """A day of the platform, and what `send` makes of it. *arrange* is called while the platform runs.

    *expected* is a type of outcome, or the very outcome.
    """

    name: str
    arrange: Callable[[], None]
    expected: type[Outcome] | Outcome


@dataclass(frozen=True, slots=True)
class Delivered:
    """One message as the platform got it: *buttons* are pairs of label and data, *file* a name and its bytes."""

    to: str
    text: str = ""
    buttons: tuple[tuple[str, str], ...] = ()
    file: tuple[str, bytes] | None = None


class ContractHooks:
    """The part of `ChannelContract` to override. Whatever has a body here is right for a door over the mailbox."""

    opener: OpenChannel
    """The adapter's entry point. Wrap a function in ``staticmethod``."""
    person: str = "7001001"
    """A person the platform knows, as `send` addresses them."""

    lane: LaneName = LaneName("lane_under_test")
    mailbox: MemoryMailbox
    """What a door over the mailbox left there; fresh each time the channel is opened."""

    # what must be overridden

    def platform(self) -> AbstractAsyncContextManager[Mapping[str, Secret]]:
        """Start what plays the platform; entering gives the options with which to open the channel."""
        raise AssertionError(f"{type(self).__name__} must override platform()")

    # what a channel that hears people overrides

    def recordings(self) -> Sequence[Recording]:
        """One for each kind that the adapter understands; at least one plain private `Message`."""
        return ()

    def unknown(self) -> Sequence[Wire]:
        """Genuine, but strange, malformed or new: each must become `Unparsed`."""
        return ()

    def forged(self) -> Sequence[Wire]:
        """Not from whom it seems: a hook refuses it (403 or 400); a poller makes it `Unparsed`."""
        return ()

    def push(self, wire: Wire) -> None:
        """Pollers: let the platform have *wire* ready, under the same update number each time."""
        raise AssertionError(f"{type(self).__name__} polls and must override push()")

    def press(self, data: str, person: str) -> Wire | None:
        """A press by *person* of the button that carries *data*; ``None`` if presses take another road."""
        return None

    def texts_in(self, response: HookResponse) -> Sequence[str]:
        """The texts that *response* gives to the person, decrypted."""
        return ()

    # what a channel that calls a platform overrides

    def delivered(self) -> Sequence[Delivered]:
        """All that the platform took for anybody, oldest first."""
        return [
            Delivered(
                letter.to,
                letter.message.text,
                tuple((choice.label, choice.token) for choice in letter.message.choices),
                (letter.message.file.name, letter.message.file.content) if letter.message.file else None,
            )
            for letter in self.mailbox.letters
        ]

    def situations(self) -> Sequence[Situation]:
        """The platform's bad days."""
        return ()

    def outage(self) -> None:
        """From now on the platform answers nothing sensible. Nothing to do where none is called."""

    def slow(self) -> Callable[[], Awaitable[None]] | None:
        """Let the next call hang for 30 s; what is returned is awaited until the call has arrived there.

        ``None``: the channel calls nobody, so its `send` cannot hang.
        """
        return None

    def secrets(self) -> Sequence[str]:
        """Each secret among the options, in the clear."""
        return ()

    def wrong_options(self) -> Mapping[str, Secret] | None:
        """Options of which every single one is wrong; ``None`` if the adapter has none that can be."""
        return None

    # what the promises are written with

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Channel]:
        """The platform running, and a channel opened to it with a fresh mailbox."""
        self.mailbox = MemoryMailbox()
        async with self.platform() as options:
            channel = self.opener(options, make_context(self.lane, mailbox=self.mailbox))
            try:
                yield channel
            finally:
                await channel.close()

    def run(self, scene: Coroutine[Any, Any, T]) -> T:
        """Play *scene* in a loop of its own; nothing may leave the machine."""
        return self.run_guarded(scene)[0]

    def run_guarded(self, scene: Coroutine[Any, Any, T]) -> tuple[T, NetworkGuard]:
        """Play *scene*, and tell what it connected to."""
        with network_guard() as guard:
            return asyncio.run(asyncio.wait_for(scene, PATIENCE * 6)), guard

    async def receive(self, channel: Channel, *wires: Wire) -> list[Incoming]:
        """What *channel* makes of *wires*. Each gives one `Incoming` or more; a hook refuses none of them."""
        if isinstance(channel, HookChannel):
            return [item for wire in wires for item in self._decoded(channel, wire)]
        assert isinstance(channel, PollingChannel), "a channel that hears people has decode() or incoming()"
        for wire in wires:
            self.push(wire)
        return await self.poll(channel, len(wires))

    async def poll(self, channel: PollingChannel, at_least: int) -> list[Incoming]:
        """At least so many `Incoming` from a new iterator, which is closed without asking for more."""
        heard: list[Incoming] = []
        async with asyncio.timeout(PATIENCE), aclosing(_generator(channel.incoming())) as batches:
            async for batch in batches:
                heard.extend(batch)
                if len(heard) >= at_least:
                    break
        return heard

    async def say(self, channel: Channel, message: Outgoing) -> list[Delivered]:
        """Give *message* to somebody on the road that the channel has: a push, or the answer to what they said."""
        if channel.capabilities.may_push:
            outcome = await channel.send(self.person, message, "contract:say")
            assert isinstance(outcome, Sent), f"a plain message was not sent: {outcome}"
            return list(self.delivered())
        assert isinstance(channel, HookChannel), "who may not push must answer in place"
        response = await self.answer(channel, message)
        return [Delivered(self.person, text) for text in self.texts_in(response)]

    async def answer(self, channel: HookChannel, *messages: Outgoing, ready: bool = True) -> HookResponse:
        """The response to the first recorded message, with *messages* in it."""
        request = self.first_message().wire
        response = await channel.acknowledge(self._decoded(channel, request), Answer(messages, ready), request)
        assert isinstance(response, HookResponse), "a hook's acknowledge() gives a response"
        return response

    def first_message(self) -> Recording:
        """The first recording of a plain private message."""
        for recording in self.recordings():
            if isinstance(recording.means[0], Message) and recording.means[0].private:
                return recording
        raise AssertionError("recordings() needs a plain private message")

    @staticmethod
    def reply(text: str) -> Outgoing:
        """A plain reply."""
        return Outgoing(MessageKind.REPLY, text)

    @staticmethod
    def _decoded(channel: HookChannel, wire: HookRequest) -> Sequence[Incoming]:
        heard = channel.decode(wire)
        assert not isinstance(heard, HookResponse), f"a genuine request was refused with {heard.status}"
        return heard


async def _generator(batches: AsyncIterator[Sequence[Incoming]]) -> AsyncGenerator[Sequence[Incoming], None]:
    """*batches*, closable even if the adapter's iterator is not a generator."""
    try:
        async for batch in batches:
            yield batch
    finally:
        close = getattr(batches, "aclose", None)
        if close is not None:
            await close()
