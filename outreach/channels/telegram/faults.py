"""What may go wrong between us and the Bot API, told in data: no address, no token and no text of the other side."""

from __future__ import annotations

from typing import Any

from telegram.error import TelegramError


class NotSent(TelegramError):
    """The request never left: no connection, or none free. Asking again cannot double anything."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class FateUnknown(TelegramError):
    """The request left, and no answer that we understand came back. It may have been carried out."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class ApiRefused(TelegramError):
    """The Bot API said no. *description* is its English sentence, to be matched and never shown: it may quote a text.

    *retry_after* is in seconds, *migrated_to* a chat id; both ``None`` unless given.
    """

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        self.status = status
        self.description = str(body.get("description", "")).lower()
        parameters = body.get("parameters")
        hints = parameters if isinstance(parameters, dict) else {}
        self.retry_after = _positive(hints.get("retry_after"))
        self.migrated_to = hints["migrate_to_chat_id"] if type(hints.get("migrate_to_chat_id")) is int else None
        super().__init__(f"http_{status}")

    @property
    def code(self) -> str:
        """``http_`` and the status."""
        return f"http_{self.status}"


def _positive(value: Any) -> float | None:
    return float(value) if type(value) in (int, float) and 0 < value < 86_400 else None
