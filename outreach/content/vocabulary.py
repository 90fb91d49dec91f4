"""The controlled words an item is filed under: audiences and topics, with labels and synonyms in each language."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from outreach.domain.errors import BadInput
from outreach.domain.messages import Language

TAG = re.compile(r"[a-z][a-z0-9_]{1,30}")
_KEYS = frozenset({*(language.value for language in Language), "synonyms", "restricted", "sensitive"})


@dataclass(frozen=True, slots=True)
class Tag:
    """One word of the vocabulary. *order* is its place in the file, from 0.

    *restricted*: by invitation or own choice only, never on a public list, never inferred.
    *sensitive*: a text about it must name a line that helps.
    """

    key: str
    labels: Mapping[Language, str]
    synonyms: tuple[str, ...]
    restricted: bool
    sensitive: bool
    order: int

    def label(self, language: Language) -> str:
        """What a person reads."""
        return self.labels[language]


@dataclass(frozen=True, slots=True)
class Tags:
    """The tags of one kind, in the order of their file. Iterating gives the tags."""

    by_key: Mapping[str, Tag]

    def __contains__(self, key: object) -> bool:
        return key in self.by_key

    def __getitem__(self, key: str) -> Tag:
        return self.by_key[key]

    def __iter__(self) -> Iterator[Tag]:
        return iter(self.by_key.values())

    def __len__(self) -> int:
        return len(self.by_key)

    @property
    def restricted(self) -> frozenset[str]:
        """The keys of those that are by invitation or own choice only."""
        return frozenset(tag.key for tag in self if tag.restricted)

    def find_tag(self, text: str, language: Language) -> Tag | None:
        """The tag that *text* names by key, label or synonym; labels in *language* win over those of others.

        Case, width and spaces do not matter.
        """
        wanted = _normal(text)
        for names in (_own_names(language), _all_names):
            for tag in self:
                if wanted in map(_normal, names(tag)):
                    return tag
        return None


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All that an item may be filed under."""

    audiences: Tags
    topics: Tags

    def find_tag(self, text: str, language: Language) -> Tag | None:
        """The audience that *text* names, else the topic."""
        return self.audiences.find_tag(text, language) or self.topics.find_tag(text, language)


def parse_vocabulary(audiences: str, topics: str) -> Vocabulary:
    """The vocabulary of ``audiences.toml`` and ``topics.toml``, given as text.

    A table per tag: a label per language, and optionally ``synonyms``, ``restricted``, ``sensitive``.
    Raises `BadInput` with the problems of both files.
    """
    problems: list[str] = []
    vocabulary = Vocabulary(
        Tags(_parse("audiences.toml", audiences, problems)), Tags(_parse("topics.toml", topics, problems))
    )
    if problems:
        raise BadInput(problems)
    return vocabulary


def _parse(path: str, text: str, problems: list[str]) -> dict[str, Tag]:
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        problems.append(f"{path}: is not TOML ({wrong}); mend that place")
        return {}
    tags: dict[str, Tag] = {}
    for order, (key, table) in enumerate(tables.items()):
        found = list(_problems(key, table))
        problems += [f"{path}:{_line_of(key, text)}: {problem}" for problem in found]
        if not found:
            tags[key] = _tag(key, table, order)
    problems += [f"{path}:{_line_of(key, text)}: {problem}" for key, problem in _ambiguities(tags)]
    return tags


def _problems(key: str, table: object) -> Iterator[str]:
    if not TAG.fullmatch(key):
        yield f"the tag {key!r} is not a name; use small letters, digits and _, beginning with a letter"
    if not isinstance(table, dict):
        yield f"{key} is not a table; write [{key}] with a label per language under it"
        return
    yield from (f"{key} has the unknown key {name!r}; take it away" for name in table if name not in _KEYS)
    for language in Language:
        if not isinstance(table.get(language), str) or not table[language].strip():
            yield f"{key} has no label in {language}; add {language} = “…”"
    synonyms = table.get("synonyms", [])
    if not isinstance(synonyms, list) or not all(isinstance(name, str) and name.strip() for name in synonyms):
        yield f"the synonyms of {key} are not a list of texts; write [“…”, “…”]"
    for flag in ("restricted", "sensitive"):
        if not isinstance(table.get(flag, False), bool):
            yield f"{flag} of {key} is neither true nor false; write one of the two"


def _tag(key: str, table: dict[str, object], order: int) -> Tag:
    synonyms = table.get("synonyms", [])
    return Tag(
        key=key,
        labels={language: str(table[language]) for language in Language},
        synonyms=tuple(synonyms) if isinstance(synonyms, list) else (),
        restricted=bool(table.get("restricted", False)),
        sensitive=bool(table.get("sensitive", False)),
        order=order,
    )


def _ambiguities(tags: Mapping[str, Tag]) -> Iterator[tuple[str, str]]:
    owner: dict[str, str] = {}
    for tag in tags.values():
        for name in {_normal(name) for name in _all_names(tag)}:
            if owner.setdefault(name, tag.key) != tag.key:
                yield tag.key, f"{name!r} names both {owner[name]} and {tag.key}; keep it in one of them"


_Names: TypeAlias = Callable[[Tag], tuple[str, ...]]


def _own_names(language: Language) -> _Names:
    return lambda tag: (tag.key, tag.labels[language])


def _all_names(tag: Tag) -> tuple[str, ...]:
    return (tag.key, *tag.labels.values(), *tag.synonyms)


def _normal(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().replace("_", " ").split())


def _line_of(key: str, text: str) -> int:
    header = re.search(rf"^\s*\[?[\"']?{re.escape(key)}\b", text, re.MULTILINE)
    return text.count("\n", 0, header.end()) + 1 if header else 1
