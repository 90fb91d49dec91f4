"""The web chat adapter: a hook that our own page calls, and a mailbox that it reads.

Options (``OUTREACH_CHANNELS__WEBCHAT__…``): ``ENABLED`` (``true``). Who a visitor is says a random cookie; we keep
only a hash of it, so that nobody who reads the database can enter a chat.
"""

from __future__ import annotations

from collections.abc import Mapping

from outreach.channels.base import BadOptions, ChannelContext
from outreach.channels.webchat.channel import WebChatChannel
from outreach.channels.webchat.decoding import LONGEST_BODY
from outreach.channels.webchat.origin import is_foreign
from outreach.channels.webchat.visitor import COOKIE, cookie_in, new_visitor, visitor_of
from outreach.domain.secret import Secret

__all__ = [
    "COOKIE",
    "LONGEST_BODY",
    "WebChatChannel",
    "cookie_in",
    "is_foreign",
    "new_visitor",
    "open_channel",
    "visitor_of",
]

_YES, _NO = frozenset({"true", "yes", "on", "1"}), frozenset({"false", "no", "off", "0"})


def open_channel(options: Mapping[str, Secret], context: ChannelContext) -> WebChatChannel:
    """The entry point: checks *options* (all problems at once, names in either case), does no I/O."""
    given = {name.upper(): value.reveal().strip().lower() for name, value in options.items()}
    problems = [f"{name} is not an option; there is ENABLED" for name in sorted(given.keys() - {"ENABLED"})]
    if given.get("ENABLED", "true") not in _YES | _NO:
        problems.append("ENABLED must be true or false")
    if problems:
        raise BadOptions(problems)
    return WebChatChannel(context)
