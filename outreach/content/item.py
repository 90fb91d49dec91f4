"""One item of the library: what it says, for whom, on whose word, and in which version."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from outreach.domain.messages import Language


class Format(StrEnum):
    """What kind of text it is."""

    TIP = "tip"
    ARTICLE = "article"
    EXERCISE = "exercise"
    SCRIPT = "script"
    BROCHURE = "brochure"
    POSTER = "poster"
    QUIZ = "quiz"
    SELF_CHECK = "self-check"
    GROUP_PLAN = "group-plan"


class SignOff(StrEnum):
    """Who must put their name to it before it is sent, beside the second reader."""

    NONE = "none"
    PSYCHOLOGIST = "psychologist"
    PSYCHIATRIST = "psychiatrist"


class ItemStatus(StrEnum):
    """How far a file says it is. Approval happens in a deployment, never in a file."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class ContentItem:
    """One text in one language. *body* is Markdown; *body_line* is its first line in the file, from 1.

    *source* is the file's exact content, front matter and all; *version* names it: the first 16 hex digits of the
    SHA-256 of its UTF-8 bytes.
    *season*: when it is worth sending, such as ``exam`` or ``spring-festival``; empty = always.
    """

    path: str
    slug: str
    language: Language
    title: str
    audience: tuple[str, ...]
    topics: tuple[str, ...]
    format: Format
    body: str = field(repr=False)
    body_line: int
    version: str
    season: str = ""
    sources: tuple[str, ...] = ()
    minutes: int = 1
    restricted: bool = False
    sign_off: SignOff = SignOff.NONE
    status: ItemStatus = ItemStatus.IN_REVIEW
    reviewed_by: str = ""
    reviewed_on: date | None = None
    review_due: date | None = None
    source: str = field(default="", repr=False)
