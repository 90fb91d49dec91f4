"""What the API of WeChat answered, as data: no address, no token and no text of the other side in its repr."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_CODE = re.compile(r"-?[0-9]{1,9}", re.ASCII)
_ADDRESS = re.compile(r"invalid ip ([0-9a-fA-F.:]{2,45})", re.ASCII)
_FIELD = re.compile(r"\bdata\.([a-z_]{1,20}[0-9]{1,3})\b", re.ASCII)
_TICKET = re.compile(r"rid: ?([0-9A-Za-z-]{4,64})", re.ASCII)
_DENIED = range(300, 504)  # statuses under which nothing was carried out; 504 and an unreadable 200 leave it open
LARGEST_ANSWER = 1024 * 1024  # bytes that are looked at


@dataclass(frozen=True, slots=True)
class Said:
    """An answer that we understand. *code* is its ``errcode``, 0 if all is well."""

    code: int
    body: Mapping[str, Any] = field(repr=False)

    def text(self, name: str) -> str:
        """A value of the answer as text, empty if it has none."""
        value = self.body.get(name)
        return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""

    @property
    def our_address(self) -> str:
        """The address of ours that is not on their white list, of a 40164; else empty."""
        found = _ADDRESS.search(self.text("errmsg"))
        return found[1] if found else ""

    @property
    def unfit(self) -> str:
        """The field of a template that does not fit, of a 47003; else empty."""
        found = _FIELD.search(self.text("errmsg"))
        return found[1] if found else ""

    @property
    def ticket(self) -> str:
        """What WeChat's support asks for: the ``rid`` of the call; empty if there is none."""
        found = _TICKET.search(self.text("errmsg"))
        return found[1] if found else ""


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """Nothing that we understand came back. *left*: the request was on its way, so it may have been carried out."""

    code: str
    left: bool


def read_answer(status: int, content: bytes) -> Said | NoAnswer:
    """WeChat's answer: JSON, whatever its header says, sometimes with control characters or a number as text."""
    try:
        body = json.loads(content.decode("utf-8", "replace"), strict=False)
    except (ValueError, RecursionError):
        return NoAnswer(f"http_{status}", left=status not in _DENIED)
    if not isinstance(body, dict):
        return NoAnswer("no_object", left=status not in _DENIED)
    code = body.get("errcode", 0 if status == 200 else None)
    if isinstance(code, str) and _CODE.fullmatch(code.strip()):
        code = int(code)
    if type(code) is not int:
        return NoAnswer(f"http_{status}", left=status not in _DENIED)
    return Said(code, body)
