"""All items together: found by slug and language, read in a fixed order, changed never."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from types import MappingProxyType

from outreach.content.item import ContentItem
from outreach.content.parse import parse_item
from outreach.content.vocabulary import Vocabulary
from outreach.domain.errors import BadInput
from outreach.domain.messages import Language


@dataclass(frozen=True, slots=True)
class Library:
    """The items of one library. Iterating gives them by slug, then language."""

    items: Mapping[tuple[str, Language], ContentItem]
    vocabulary: Vocabulary

    def __iter__(self) -> Iterator[ContentItem]:
        return iter(self.items.values())

    def __len__(self) -> int:
        return len(self.items)

    def get(self, slug: str, language: Language) -> ContentItem | None:
        """The item *slug* in *language*, if there is one."""
        return self.items.get((slug, language))

    def slugs(self) -> tuple[str, ...]:
        """Every slug once, in order."""
        return tuple(dict.fromkeys(item.slug for item in self))


def build_library(files: Iterable[tuple[str, str]], vocabulary: Vocabulary) -> Library:
    """The library in *files*: (path below the library's root with ``/``, text), in any order. See `parse_item`.

    Raises `BadInput` with the problems of all files, sorted by file; nothing is half built.
    """
    library, problems = survey_library(files, vocabulary)
    if problems:
        raise BadInput(problems)
    return library


def survey_library(files: Iterable[tuple[str, str]], vocabulary: Vocabulary) -> tuple[Library, list[str]]:
    """What can be read of *files*, and what is wrong with the others (``path:line: …``, by file): for an editor."""
    in_order = sorted(files)
    problems = list(_clashes([path for path, _ in in_order]))
    read = list(_parsed(in_order, vocabulary, problems))
    items = {(item.slug, item.language): item for item in sorted(read, key=lambda item: (item.slug, item.language))}
    return Library(MappingProxyType(items), vocabulary), problems


def _parsed(files: Iterable[tuple[str, str]], vocabulary: Vocabulary, problems: list[str]) -> Iterator[ContentItem]:
    for path, text in files:
        try:
            yield parse_item(path, text, vocabulary)
        except BadInput as bad:
            problems += bad.problems


def _clashes(paths: Iterable[str]) -> Iterator[str]:
    """One slug is one thing: one folder, and one file a language."""
    first: dict[str, str] = {}
    for path in paths:
        slug = PurePosixPath(path).name.split(".")[0]
        other = first.setdefault(slug, path)
        if PurePosixPath(path).parent != PurePosixPath(other).parent:
            yield f"{path}:1: the slug {slug} is taken by {other}; give one of them another name"
