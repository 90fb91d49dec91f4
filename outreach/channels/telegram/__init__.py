"""Telegram: long polling on raw JSON and python-telegram-bot's `Bot` over aiohttp, neither seen beyond this door."""

from __future__ import annotations

from collections.abc import Mapping

from outreach.channels.base import ChannelContext
from outreach.channels.telegram.backoff import Backoff
from outreach.channels.telegram.channel import TelegramChannel
from outreach.channels.telegram.config import Config
from outreach.channels.telegram.updates import Clock, utc_now
from outreach.domain.secret import Secret

__all__ = ["Config", "TelegramChannel", "open_channel"]


def open_channel(
    options: Mapping[str, Secret], context: ChannelContext, *, clock: Clock = utc_now, backoff: Backoff | None = None
) -> TelegramChannel:
    """The entry point: a channel for one bot. Raises `BadOptions` with all problems; does no I/O.

    *clock* dates button presses, which carry no time of their own; *backoff* are the pauses of the poller.
    """
    return TelegramChannel(Config.parse(options), context, clock=clock, backoff=backoff or Backoff())
