"""The rules of the Bot API that the stand-in enforces, as functions from parameters to a refusal or nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

_TEXT_LIMIT, _CAPTION_LIMIT = 4096, 1024  # UTF-16 units
_RAW_LIMIT = 32_768  # bytes, before anything is parsed
_DATA_LIMIT = 64  # bytes of a button
_MOST_BUTTONS = 100
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")

Refusal = tuple[int, str]


def units(text: str) -> int:
    """The length of *text* in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def refusal_of_text(text: str) -> Refusal | None:
    """Whether a message may have *text*, blanks at its ends not counted."""
    if len(text.encode(errors="replace")) > _RAW_LIMIT:
        return 400, "Bad Request: text is too long"
    if not text.strip():
        return 400, "Bad Request: message text is empty"
    return (400, "Bad Request: message is too long") if units(text.strip()) > _TEXT_LIMIT else None


def refusal_of_caption(caption: str) -> Refusal | None:
    """Whether a document may have *caption*."""
    return (400, "Bad Request: message caption is too long") if units(caption.strip()) > _CAPTION_LIMIT else None


def keyboard_of(parameters: Mapping[str, Any]) -> list[tuple[str, str]] | Refusal:
    """The buttons in *parameters* as pairs of label and data, row by row."""
    try:
        rows = parsed(parameters.get("reply_markup", {})).get("inline_keyboard", [])
        buttons = [(button["text"], button.get("callback_data", "")) for row in rows for button in row]
    except (ValueError, AttributeError, TypeError, KeyError):
        return 400, "Bad Request: can't parse reply keyboard markup JSON object"
    if len(buttons) > _MOST_BUTTONS:
        return 400, "Bad Request: reply markup is too long"
    if any(not label.strip() for label, _ in buttons):
        return 400, "Bad Request: text buttons are allowed in the inline keyboard only with text"
    if any(not 1 <= len(data.encode()) <= _DATA_LIMIT for _, data in buttons):
        return 400, "Bad Request: BUTTON_DATA_INVALID"
    return buttons


def refusal_of_commands(commands: Any) -> Refusal | None:
    """Whether *commands*, a list of objects, may be set."""
    if not isinstance(commands, list) or len(commands) > 100:
        return 400, "Bad Request: BOT_COMMANDS_TOO_MUCH"
    for command in commands:
        if not _COMMAND.fullmatch(str(command.get("command", ""))):
            return 400, "Bad Request: BOT_COMMAND_INVALID"
        if not 1 <= len(str(command.get("description", ""))) <= 256:
            return 400, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID"
    return None


def parsed(value: Any) -> Any:
    """A parameter that may come as an object or as its JSON text."""
    return json.loads(value) if isinstance(value, str) else value
