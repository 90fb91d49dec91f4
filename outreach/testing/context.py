"""What an adapter is given at opening, made for tests: a real signer mailbox and cupboard in memory."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from outreach.channels.base import ChannelContext
from outreach.channels.signing import HmacSigner
from outreach.domain.ids import LaneName
from outreach.domain.messages import Outgoing
from outreach.domain.secret import Secret

_KEY = b"a key for tests only, 32 bytes.."


@dataclass(frozen=True, slots=True)
class Letter:
    """One message that a door left for one person."""

    lane: LaneName
    to: str
    message: Outgoing
    key: str


class MemoryMailbox:
    """A `Mailbox` that forgets with the process. A repeated key for the same person is one letter."""

    def __init__(self) -> None:
        self._letters: dict[tuple[LaneName, str, str], Letter] = {}

    async def append(self, lane: LaneName, to: str, message: Outgoing, key: str) -> None:
        """Keep *message* for *to*, once per *key*."""
        self._letters.setdefault((lane, to, key), Letter(lane, to, message, key))

    @property
    def letters(self) -> list[Letter]:
        """All that was left, oldest first."""
        return list(self._letters.values())

    def messages_for(self, to: str) -> list[Outgoing]:
        """What *to* would read, oldest first."""
        return [letter.message for letter in self.letters if letter.to == to]


class MemoryCupboard:
    """A `Cupboard` that forgets with the process. Give the same one to two adapters: two processes of one lane."""

    def __init__(self) -> None:
        self._kept: dict[tuple[LaneName, str], tuple[Secret, datetime]] = {}

    async def get(self, lane: LaneName, name: str) -> tuple[Secret, datetime] | None:
        """What was put under *name* last."""
        return self._kept.get((lane, name))

    async def put(self, lane: LaneName, name: str, value: Secret, good_until: datetime) -> None:
        """Keep *value* instead of what was kept before."""
        self._kept[lane, name] = (value, good_until)


def make_context(
    lane: str = "lane", *, mailbox: MemoryMailbox | None = None, cupboard: MemoryCupboard | None = None
) -> ChannelContext:
    """A context for *lane* whose buttons are signed for real."""
    name = LaneName(lane)
    return ChannelContext(
        lane=name,
        base_url="https://outreach.example",
        signer=HmacSigner(_KEY, name),
        mailbox=MemoryMailbox() if mailbox is None else mailbox,
        cupboard=MemoryCupboard() if cupboard is None else cupboard,
    )
