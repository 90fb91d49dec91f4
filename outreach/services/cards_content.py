"""Read models of the library: what is in review, approved, withdrawn; what a folder of files would change."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from outreach.domain.messages import Language


class ItemState(StrEnum):
    """What became here of an item: nothing yet; approved as it stands; approved, but not as it stands; withdrawn."""

    IN_REVIEW = "in_review"
    APPROVED = "approved"
    APPROVED_OLDER = "approved_older"
    WITHDRAWN = "withdrawn"


class Change(StrEnum):
    """An item's file against what was approved here.

    ``gone``: approved, and still sent, though there is no file. ``withdrawn``: taken back here and not approved since.
    """

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    WITHDRAWN = "withdrawn"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class ContentVersion:
    """One approved version without its words. With *withdrawn_at* it is sent no more."""

    slug: str
    language: Language
    version: str
    title: str
    audience: frozenset[str]
    approved_by: str
    approved_at: datetime
    withdrawn_at: datetime | None = None
    withdrawn_by: str | None = None


@dataclass(frozen=True, slots=True)
class ApprovedText:
    """An approved version with all that is kept of its file; *path* and *source* are empty for old ones."""

    version: ContentVersion
    body: str = field(repr=False)
    path: str
    source: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class LibraryLine:
    """One item in one language as staff see it in the library.

    *shipped_version*: of the library's file; ``None`` if there is none any more. *approved_version*: the last that was
    approved here, also if it was withdrawn. *key* is the place to go on listing from.
    """

    slug: str
    language: Language
    title: str
    audience: tuple[str, ...]
    state: ItemState
    topics: tuple[str, ...] = ()
    season: str = ""
    sign_off: str = "none"
    shipped_version: str | None = None
    approved_version: str | None = None
    approved_by: str | None = None
    approved_at: datetime | None = None
    withdrawn_at: datetime | None = None
    withdrawn_by: str | None = None

    @property
    def key(self) -> str:
        """What `services.contents.listed` takes as *after*."""
        return f"{self.slug}.{self.language}"


@dataclass(frozen=True, slots=True)
class ComparedItem:
    """What a folder of files means for one item in one language. *path*: below the folder; empty if it is gone."""

    slug: str
    language: Language
    change: Change
    title: str
    path: str
    file_version: str | None
    approved_version: str | None


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """An approved version as a library file. *exact*: byte for byte what was approved, else written anew."""

    path: str
    text: str = field(repr=False)
    slug: str
    language: Language
    version: str
    exact: bool
