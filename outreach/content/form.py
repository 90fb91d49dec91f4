"""Reading a front matter field by field: each reader gives a value, and keeps what is wrong for the end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import TypeVar

from outreach.content.frontmatter import Field
from outreach.content.vocabulary import Tags
from outreach.domain.messages import Language

Kind = TypeVar("Kind", bound=StrEnum)


class Form:
    """The fields of one file. Ask for each by name, then `finish`: what nobody asked for is unknown."""

    def __init__(self, path: str, fields: Mapping[str, Field]) -> None:
        self.problems: list[str] = []
        self._path, self._fields = path, fields
        self._asked: set[str] = set()

    def complain(self, line: int, sentence: str) -> None:
        """Keep a problem. *sentence* says what is wrong and, after a semicolon, what to do."""
        self.problems.append(f"{self._path}:{line}: {sentence}")

    def text(self, name: str, *, required: bool = False) -> str:
        """A text, on one line; empty if it is not given."""
        found = self._take(name, required=required)
        if found is None:
            return ""
        if isinstance(found.value, str) and "\n" not in found.value:
            return found.value
        self.complain(found.line, f"{name} is not one line of text; write “{name}: …”")
        return ""

    def texts(self, name: str, *, required: bool = False) -> tuple[str, ...]:
        """A list of texts; empty if it is not given."""
        found = self._take(name, required=required)
        if found is None:
            return ()
        if isinstance(found.value, str) or not all(found.value):
            self.complain(found.line, f"{name} is not a list of texts; write one a line, each after “- ”")
            return ()
        return found.value

    def tags(self, name: str, tags: Tags) -> tuple[str, ...]:
        """A list of keys of *tags*, each once, at least one."""
        given = self.texts(name, required=True)
        for key in given:
            if key not in tags:
                self._complain_at(name, f"{name} has the unknown tag {key!r}; {_suggestion(key, tags)}")
        if len(set(given)) < len(given):
            self._complain_at(name, f"{name} has a tag twice; keep one")
        return given

    def one_of(self, name: str, kinds: type[Kind], default: Kind | None = None) -> Kind:
        """A member of *kinds*; *default* if it is not given. Without a default it must be given."""
        given = self.text(name, required=default is None)
        if given in {kind.value for kind in kinds}:
            return kinds(given)
        if given:
            self._complain_at(name, f"{name} is {given!r}; write one of {', '.join(kinds)}")
        return next(iter(kinds)) if default is None else default

    def day(self, name: str) -> date | None:
        """A date as ``2026-12-31``; ``None`` if it is not given."""
        given = self.text(name)
        if not given:
            return None
        try:
            return date.fromisoformat(given)
        except ValueError:
            self._complain_at(name, f"{name} is {given!r}, which is no date; write it as 2026-12-31")
            return None

    def flag(self, name: str) -> bool:
        """``true`` or ``false``; false if it is not given."""
        given = self.text(name)
        if given not in {"", "true", "false"}:
            self._complain_at(name, f"{name} is {given!r}; write true or false")
        return given == "true"

    def number(self, name: str, within: range) -> int:
        """A whole number in *within*; its start if it is not given."""
        given = self.text(name)
        if not given:
            return within.start
        if given.isascii() and given.isdigit() and len(given) < 10 and int(given) in within:
            return int(given)
        self._complain_at(name, f"{name} is {given!r}; write a whole number from {within.start} to {within.stop - 1}")
        return within.start

    def line_of(self, name: str) -> int:
        """Where the field stands; 1 if it is not given."""
        return self._fields[name].line if name in self._fields else 1

    def finish(self) -> None:
        """Complain of all that nobody asked for."""
        for name, found in self._fields.items():
            if name not in self._asked:
                self.complain(found.line, f"{name} is not a key that items have; write {_listing(self._asked)}")

    def _take(self, name: str, *, required: bool) -> Field | None:
        self._asked.add(name)
        found = self._fields.get(name)
        if found is not None and found.value:
            return found
        if required:
            self._complain_at(name, f"{name} is missing; add “{name}: …”")
        return None

    def _complain_at(self, name: str, sentence: str) -> None:
        self.complain(self.line_of(name), sentence)


def _suggestion(key: str, tags: Tags) -> str:
    meant = next((tag for language in Language if (tag := tags.find_tag(key, language))), None)
    return f"write {meant.key}" if meant else f"choose from {_listing(tag.key for tag in tags)}"


def _listing(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
