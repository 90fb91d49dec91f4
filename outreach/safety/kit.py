"""Everything that bootstrap holds in memory for safety, made from the library's files in one go."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TypeVar

from outreach.domain.errors import BadInput
from outreach.safety.helplines import Helplines
from outreach.safety.replies import Replies
from outreach.safety.screen import Screen

HELPLINES = "helplines.toml"
PATTERNS = "safety/patterns.*.toml"
REPLIES = "safety/replies.*.toml"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Safety:
    """The screen, the replies and the numbers; immutable."""

    screen: Screen
    replies: Replies
    helplines: Helplines


def parse(files: Mapping[str, str]) -> Safety:
    """The safety kit of a library: *files* maps paths (relative to the library, ``/``) to texts; others are ignored.

    Raises `BadInput` with the problems of all files at once; a file that is missing is one of them.
    """
    problems: list[str] = []
    screen = _tried(lambda: Screen.parse(_matching(files, PATTERNS)), problems)
    replies = _tried(lambda: Replies.parse(_matching(files, REPLIES)), problems)
    helplines = _tried(lambda: Helplines.parse(HELPLINES, files.get(HELPLINES, "")), problems)
    if screen is None or replies is None or helplines is None:
        raise BadInput(problems)
    return Safety(screen, replies, helplines)


def _matching(files: Mapping[str, str], wanted: str) -> dict[str, str]:
    return {path: text for path, text in files.items() if fnmatchcase(path, wanted)}


def _tried(make: Callable[[], T], problems: list[str]) -> T | None:
    try:
        return make()
    except BadInput as error:
        problems += error.problems
        return None
