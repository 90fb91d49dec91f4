"""A text that never prints."""

from __future__ import annotations

import hmac


class Secret:
    """A token, key or password. ``str``, ``repr`` and formatting give ``***``; only `reveal` gives the text."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself. Hand it to the one call that needs it; keep it in no variable that may be logged."""
        return self._text

    def equals(self, candidate: str) -> bool:
        """Whether *candidate* is the same text, in constant time."""
        return hmac.compare_digest(self._text.encode(), candidate.encode())

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self.equals(other._text)

    def __hash__(self) -> int:
        return hash(self._text)

    def __repr__(self) -> str:
        return "***"
