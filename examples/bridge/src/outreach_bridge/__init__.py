"""An Outreach channel over signed HTTP: the smallest adapter that keeps every promise of the contract."""

from __future__ import annotations

from collections.abc import Mapping

from outreach.channels.base import ChannelContext
from outreach.domain.secret import Secret
from outreach_bridge.channel import BridgeChannel
from outreach_bridge.config import parse_config

__all__ = ["BridgeChannel", "open_channel"]


def open_channel(options: Mapping[str, Secret], context: ChannelContext) -> BridgeChannel:
    """The entry point: checks *options*, all problems at once, and does no I/O."""
    return BridgeChannel(parse_config(options), context.lane)
