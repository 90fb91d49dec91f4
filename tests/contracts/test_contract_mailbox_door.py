"""The contract fits a door over the mailbox with nothing but its defaults, so web chat needs no more."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from outreach.channels.base import Answer, Channel, ChannelContext, HookRequest, HookResponse
from outreach.domain.messages import Capabilities, Incoming, Outcome, Outgoing, Sent
from outreach.domain.secret import Secret
from outreach.testing import ChannelContract


class Door:
    """The smallest honest channel: what is sent is left in the mailbox."""

    capabilities = Capabilities(500, "characters", True, 6, True, True, 0, 50.0, 8)

    def __init__(self, context: ChannelContext) -> None:
        self.context, self.lane = context, context.lane

    async def prepare(self) -> None:
        """There is nothing to set up."""

    async def send(self, to: str, message: Outgoing, key: str) -> Outcome:
        await self.context.mailbox.append(self.lane, to, message, key)
        return Sent(key)

    async def acknowledge(
        self, incoming: Sequence[Incoming], answer: Answer, request: HookRequest | None = None
    ) -> HookResponse | None:
        return None

    async def close(self) -> None:
        """There is nothing to free."""


def open_door(options: Mapping[str, Secret], context: ChannelContext) -> Channel:
    return Door(context)


class TestMailboxDoor(ChannelContract):
    opener = staticmethod(open_door)
    person = "tab-8c1f0d"

    @asynccontextmanager
    async def platform(self) -> AsyncIterator[Mapping[str, Secret]]:
        yield {}
