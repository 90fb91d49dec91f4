"""What a letter is about and what it says; of a broadcast worked out once for all in a batch who get the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeAlias

from outreach.content import fit
from outreach.domain.may_send import Subject
from outreach.domain.messages import Capabilities, Language, Outgoing
from outreach.domain.people import Audience
from outreach.services.cards_ledger import Letter
from outreach.services.letters import Desk, write_out
from outreach.services.manners import Manners
from outreach.services.ports import UnitOfWork

_Parts: TypeAlias = tuple[Outgoing, ...] | None


@dataclass(slots=True)
class Copies:
    """For one batch of letters at one moment: the store gives the letters of a broadcast one `Posted` a language."""

    uow: UnitOfWork
    desk: Desk
    manners: Manners
    able: Capabilities
    now: datetime
    _subjects: dict[object, Subject] = field(default_factory=dict)
    _parts: dict[object, _Parts] = field(default_factory=dict)

    def subject(self, letter: Letter) -> Subject:
        """What *letter* is about, as `may_send` asks."""
        if letter.posted is None:
            return subject_of(self.uow, self.manners, letter)
        same = (id(letter.posted), letter.kind, letter.helps_until, letter.needed_by)
        if same not in self._subjects:
            self._subjects[same] = subject_of(self.uow, self.manners, letter)
        return self._subjects[same]

    def parts(self, letter: Letter) -> _Parts:
        """The messages of *letter*, cut to the channel; ``None`` if there is nothing to say any more."""
        if letter.posted is None or letter.body:
            return self._written(letter)
        same = (id(letter.posted), letter.language, letter.helplines)
        if same not in self._parts:
            self._parts[same] = self._written(letter)
        return self._parts[same]

    def _written(self, letter: Letter) -> _Parts:
        messages = write_out(self.uow, self.desk, letter, self.now)
        return None if messages is None else parts(self.able, messages)


def subject_of(uow: UnitOfWork, manners: Manners, letter: Letter) -> Subject:
    """What *letter* is about, as `may_send` asks."""
    subject = Subject(letter.kind, helps_until=letter.helps_until, needed_by=letter.needed_by)
    posted = letter.posted
    if posted is not None:
        return replace(
            subject,
            audience=Audience(posted.audience),
            region_lineage=posted.lineage,
            topics=manners.about(posted.slug),
            restricted_to=manners.circle_of_posted(posted),
        )
    if letter.subject.get("about") != "tip":
        return subject
    slug, version = str(letter.subject["slug"]), str(letter.subject["version"])
    item = uow.contents.get(slug, Language(str(letter.subject["language"])), version)
    if item is None:
        return subject
    circle = manners.circle(item.audience, slug)
    return replace(subject, audience=Audience(item.audience), topics=manners.about(slug), restricted_to=circle)


def parts(able: Capabilities, messages: Sequence[Outgoing]) -> tuple[Outgoing, ...]:
    """*messages* as a channel that is *able* to so much is handed them, cut to it. What a preview shows, too."""
    # A push's choices are buttons or nothing: numbers would clash with those of the conversation.
    shown = tuple(messages) if able.buttons else tuple(replace(message, choices=()) for message in messages)
    return tuple(piece for message in shown for piece in fit(message, able))
