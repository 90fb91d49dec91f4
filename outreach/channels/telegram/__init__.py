"""Telegram: polling or a webhook on raw JSON, and python-telegram-bot's `Bot` over aiohttp, behind one door."""

from __future__ import annotations

from collections.abc import Mapping

from outreach.channels.base import ChannelContext
from outreach.channels.telegram.backoff import Backoff
from outreach.channels.telegram.channel import TelegramChannel
from outreach.channels.telegram.config import Config
from outreach.channels.telegram.hook import TelegramHook
from outreach.channels.telegram.updates import Clock, utc_now
from outreach.domain.secret import Secret

__all__ = ["Config", "TelegramChannel", "TelegramHook", "open_channel"]


def open_channel(
    options: Mapping[str, Secret], context: ChannelContext, *, clock: Clock = utc_now, backoff: Backoff | None = None
) -> TelegramChannel | TelegramHook:
    """The entry point: a channel for one bot, which asks or is called. Raises `BadOptions` with all problems; no I/O.

    *clock* dates button presses, which carry no time of their own; *backoff* are the pauses after trouble.
    """
    config = Config.parse(options)
    made = TelegramChannel if config.webhook_secret is None else TelegramHook
    return made(config, context, clock=clock, backoff=backoff or Backoff())
