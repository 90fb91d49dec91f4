"""The channels that the settings name, opened to see whether they can be: without database, network or key."""

from __future__ import annotations

from outreach.channels.base import ChannelContext
from outreach.channels.registry import OpenedChannel, open_channels
from outreach.channels.signing import HmacSigner
from outreach.domain.ids import LaneName
from outreach.runtime.bridge import Bridge
from outreach.runtime.clock import system_clock
from outreach.runtime.cupboard import StoredCupboard
from outreach.runtime.mailbox import StoredMailbox
from outreach.settings import Settings
from outreach.store import Database
from outreach.store.engine import open_engine
from outreach.store.probe import NO_KEY


def try_sections(settings: Settings) -> tuple[list[OpenedChannel], list[str]]:
    """The channels that opened, and all that is wrong with the others. Opening does no I/O, so nothing is to close."""
    nowhere = Bridge(Database(open_engine("sqlite://"), NO_KEY), lambda _lanes: None)  # never connects, never starts

    def context(lane: LaneName) -> ChannelContext:
        signer = HmacSigner(bytes(32), lane)
        mailbox, cupboard = StoredMailbox(nowhere, system_clock), StoredCupboard(nowhere)
        return ChannelContext(lane, settings.base_url, signer, mailbox, cupboard)

    return open_channels(settings.channels, context, settings.adapters_off)
