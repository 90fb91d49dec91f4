"""The library between files and database: what a folder would change here, and what stands here as files."""

from __future__ import annotations

from datetime import datetime

from outreach.content import ContentItem, Library, rebuild
from outreach.domain.actor import Actor, Permission
from outreach.domain.messages import Language
from outreach.services.access import require
from outreach.services.cards_content import ApprovedText, Change, ComparedItem, ContentVersion, ExportedFile
from outreach.services.contents import require_reader
from outreach.services.ports import UnitOfWork


def sync(uow: UnitOfWork, by: Actor, library: Library, now: datetime) -> list[ComparedItem]:
    """What the files of *library* mean for what is approved here, by slug and language. Approves nothing.

    The one thing stored: the file of a version that was approved, and is the same to the byte, before files were kept.
    """
    require(by, Permission.APPROVE_CONTENT)
    kept = [text for text in uow.contents.texts() if not text.source]
    for text in kept:
        item = library.get(text.version.slug, text.version.language)
        if item is not None and item.version == text.version.version:
            uow.contents.keep_source(text.version, item.path, item.source)
            subject = f"{item.slug}.{item.language}@{item.version}"
            uow.audit.write(by, "keep_source", "item", subject, now)
    return compare(uow, by, library)


def compare(uow: UnitOfWork, by: Actor, library: Library) -> list[ComparedItem]:
    """What `sync` tells, and nothing stored. Only what is approved or has a file is told of."""
    require_reader(by)
    latest = {(one.slug, one.language): one for one in uow.contents.latest()}
    gone = {key for key, one in latest.items() if one.withdrawn_at is None} - set(library.items)
    return [
        _compared(library.items[key], latest.get(key)) if key in library.items else _gone(latest[key])
        for key in sorted({*library.items, *gone})
    ]


def export(uow: UnitOfWork, by: Actor, library: Library) -> list[ExportedFile]:
    """Every version that stands here as a library file, by slug and language: as it was approved, to the byte.

    What was approved before files were kept is written anew from its words, filed as *library* files that slug.
    """
    require_reader(by)
    return [_exported(text, library) for text in uow.contents.texts()]


def _compared(item: ContentItem, version: ContentVersion | None) -> ComparedItem:
    return ComparedItem(
        item.slug,
        item.language,
        _change(item, version),
        item.title,
        item.path,
        item.version,
        None if version is None else version.version,
    )


def _gone(version: ContentVersion) -> ComparedItem:
    return ComparedItem(version.slug, version.language, Change.GONE, version.title, "", None, version.version)


def _change(item: ContentItem, version: ContentVersion | None) -> Change:
    if version is None:
        return Change.NEW
    if version.withdrawn_at is not None:
        return Change.WITHDRAWN
    return Change.UNCHANGED if item.version == version.version else Change.CHANGED


def _exported(text: ApprovedText, library: Library) -> ExportedFile:
    one = text.version
    if text.source:
        return ExportedFile(text.path, text.source, one.slug, one.language, one.version, exact=True)
    path, written = rebuild(
        one.slug, one.language, one.title, one.audience, text.body, _like(one, library), library.vocabulary
    )
    return ExportedFile(path, written, one.slug, one.language, one.version, exact=False)


def _like(one: ContentVersion, library: Library) -> ContentItem | None:
    """The item of that slug, in its language if there is one."""
    tongues = sorted(Language, key=lambda language: language is not one.language)
    return next((item for language in tongues if (item := library.get(one.slug, language))), None)
