"""The WeChat Official Account adapter: a hook that decodes callbacks and answers in place, and an API that pushes.

Options (``OUTREACH_CHANNELS__<LANE>__…``): ``APPID``, ``TOKEN`` and ``AES_KEY`` as in the account's server settings;
``MODE`` is ``secure`` (the default, also right for WeChat's compatible mode) or ``plaintext``, which is taken only
when said in so many words, since a plaintext signature does not cover the body; ``ORIGINAL_ID`` (``gh_…``; if given,
callbacks for any other account are refused); ``FRESHNESS`` (how old a signature may be, ``5m``); ``SECRET``,
``ACCOUNT`` (``subscription`` or ``service``) and ``VERIFIED`` (``false``) say what the account may do with its API;
``TEMPLATE_REMINDER`` with ``FIELDS_REMINDER`` (and ``…_CONFIRMATION``, ``…_CHANGE``) name a template and its fields;
``QUOTA_MESSAGE``, ``…_CLICK``, ``…_FOLLOW`` and ``…_SCAN`` say what WeChat lets through after each (``5/48h``);
``MENU`` (``ours`` or ``keep``) says whose menu the account shows; ``API_URL`` is another API server, for tests.

A reply that is not ready: see `HOLD_HEADER`. Facts: platforms.md A0 to A7, A11 to A13, B4 and E.
"""

from __future__ import annotations

from collections.abc import Mapping

from outreach.channels.base import ChannelContext
from outreach.channels.wechat.channel import FIRST_PAUSE, HOLD_HEADER, HOLD_SECONDS, WeChatChannel
from outreach.channels.wechat.config import parse_config
from outreach.channels.wechat.tokens import Clock, utc_now
from outreach.domain.secret import Secret

__all__ = ["HOLD_HEADER", "HOLD_SECONDS", "WeChatChannel", "open_channel"]


def open_channel(
    options: Mapping[str, Secret],
    context: ChannelContext,
    *,
    clock: Clock = utc_now,
    first_pause: float = FIRST_PAUSE,
) -> WeChatChannel:
    """The entry point: checks *options* (all problems at once), does no I/O.

    *clock* tells how old a token is and when a day's quota begins anew. *first_pause*: seconds until an account that
    could not be prepared is tried again, ever more slowly.
    """
    return WeChatChannel(parse_config(options), context, clock=clock, first_pause=first_pause)
