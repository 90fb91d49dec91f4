"""The shipped testing kit: the contract of a channel, stand-in platforms, a frozen clock and builders.

Stand-ins live in their own modules (`outreach.testing.telegram` …), so that each may run as a program.
"""

from outreach.testing.clock import FrozenClock
from outreach.testing.context import Letter, MemoryCupboard, MemoryMailbox, make_context
from outreach.testing.contract import ChannelContract, Delivered, Recording, Situation
from outreach.testing.network import NetworkGuard, network_guard

__all__ = [
    "ChannelContract",
    "Delivered",
    "FrozenClock",
    "Letter",
    "MemoryCupboard",
    "MemoryMailbox",
    "NetworkGuard",
    "Recording",
    "Situation",
    "make_context",
    "network_guard",
]
