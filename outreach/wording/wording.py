"""The phrases of all languages, ready to be said."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Literal, NamedTuple, TypeAlias

from outreach.domain.messages import Language

PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")

NoticeName: TypeAlias = Literal["take_part", "subscription", "person"]
NOTICES: tuple[NoticeName, ...] = ("take_part", "subscription", "person")


class NoticeText(NamedTuple):
    """A consent notice as it is shown. *text_hash*: the first 16 hex digits of the SHA-256 of *text* in UTF-8."""

    text: str
    version: str
    text_hash: str


class Wording:
    """Immutable; safe to use from several threads. Every language has the same keys with the same placeholders."""

    __slots__ = ("_phrases",)

    def __init__(self, phrases: Mapping[Language, Mapping[str, str]]) -> None:
        self._phrases = {language: dict(texts) for language, texts in phrases.items()}

    def say(self, key: str, language: Language, **values: str | int) -> str:
        """The phrase *key* with *values* in their places; values it does not name are left aside.

        A brace inside a value stays what it is. Raises `KeyError` for a key or a value that is missing: a bug.
        """
        return PLACEHOLDER.sub(lambda place: str(values[place[1]]), self._phrases[language][key])

    def has(self, key: str) -> bool:
        """Whether there is such a phrase."""
        return all(key in texts for texts in self._phrases.values())

    @property
    def keys(self) -> frozenset[str]:
        """All keys."""
        return frozenset(key for texts in self._phrases.values() for key in texts)

    def needs(self, key: str) -> frozenset[str]:
        """The names of the values that the phrase *key* asks for."""
        return frozenset(PLACEHOLDER.findall(next(iter(self._phrases.values()))[key]))

    def notice(self, purpose: NoticeName, language: Language, network: str) -> NoticeText:
        """What somebody reads before they agree to *purpose*; *network* names who asks. At most 900 bytes."""
        text = self.say(f"notice.{purpose}.text", language, network=network)
        version = self.say(f"notice.{purpose}.version", language)
        return NoticeText(text, version, hashlib.sha256(text.encode()).hexdigest()[:16])
