"""python-telegram-bot's `Bot`, made silent: it logs whole updates and its own address, token included, at DEBUG."""

from __future__ import annotations

import logging
from typing import Any

from telegram import Bot, InlineKeyboardMarkup

from outreach.channels.telegram.request import AiohttpRequest

_silent = logging.Logger("outreach.channels.telegram.silent", level=logging.CRITICAL + 1)  # in no hierarchy at all

# A preview would fetch a private address. As JSON: making that of an object anew is a tenth of a send.
_NO_PREVIEW = {"is_disabled": True}
_READ_MARGIN_SECONDS = 10  # beyond the long poll itself

UPDATE_KINDS = ["message", "edited_message", "channel_post", "callback_query", "my_chat_member"]
"""What we ask for. The others are not even sent to us; those that we ignore are counted under their reason."""


class QuietBot(Bot):
    """A `Bot` with two pools of ours, that prints and logs nothing, and gives updates as they came."""

    __slots__ = ("_polling",)

    _LOGGER = _silent

    def __init__(self, token: str, api_url: str, connections: int) -> None:
        self._polling = AiohttpRequest(connections=1)
        super().__init__(
            token,
            base_url=f"{api_url}/bot",
            base_file_url=f"{api_url}/file/bot",
            request=AiohttpRequest(connections),
            get_updates_request=self._polling,
        )

    def __repr__(self) -> str:
        return "QuietBot"

    __str__ = __repr__

    async def raw_updates(self, offset: int | None, poll_seconds: int) -> list[Any]:
        """Updates as raw JSON values, at most 100. Everything below *offset* is confirmed by asking.

        `Bot.get_updates` would build objects, and one update of an unexpected shape would stop all polling.
        """
        updates = await self._post(
            "getUpdates",
            {"offset": offset, "timeout": poll_seconds, "allowed_updates": UPDATE_KINDS},
            read_timeout=poll_seconds + _READ_MARGIN_SECONDS,
        )
        return updates if isinstance(updates, list) else []

    async def send_text(self, chat_id: int, text: str, keyboard: InlineKeyboardMarkup | None) -> str:
        """Send *text* without markup and previews; the id that Telegram gives it.

        `Bot.send_message` would build the whole message that comes back, which is a quarter of the CPU of a send.
        """
        asked = {"chat_id": chat_id, "text": text, "link_preview_options": _NO_PREVIEW, "reply_markup": keyboard}
        sent: Any = await self._post("sendMessage", {name: value for name, value in asked.items() if value is not None})
        return str(int(sent["message_id"]))

    async def renew_polling(self) -> None:
        """Give polling a fresh connection."""
        await self._polling.renew()

    async def close_pools(self) -> None:
        """Close both pools for good. Harmless when called twice."""
        for pool in self._request:
            await pool.shutdown()
