"""One turn of a conversation: who speaks, what we remember, and the means to answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from outreach.content import Vocabulary
from outreach.conversation.intents import Tappable
from outreach.conversation.memory import Asked, Memory, Question
from outreach.conversation.office import Office
from outreach.conversation.plaintext import shortened
from outreach.conversation.tokens import token_of
from outreach.domain.ids import RegionId
from outreach.domain.messages import Choice, File, Language, MessageKind, Outgoing
from outreach.domain.people import Purpose
from outreach.services import local
from outreach.services.cards import ActivityCard, Caller, PersonCard
from outreach.services.cards_regions import RegionSettings
from outreach.services.letters import Desk
from outreach.services.people import Arrival
from outreach.services.ports import UnitOfWork
from outreach.wording import Wording, when

_LOCAL = frozenset({"hours", "emergency", "crisis_line"})
LONGEST_LABEL = 36  # columns, a Chinese character takes two: what a phone shows on one button


@dataclass(frozen=True, slots=True)
class House:
    """What every turn has in common."""

    wording: Wording
    vocabulary: Vocabulary
    office: Office

    @property
    def desk(self) -> Desk:
        """What letters are written with."""
        return Desk(self.wording, self.office.calendars, self.office.lines)


@dataclass(slots=True)
class Turn:
    """Mutable for the length of one answer: topics change *memory*, *person* and *language* as they go."""

    house: House
    uow: UnitOfWork
    caller: Caller
    person: PersonCard
    kept: Memory
    """What was remembered when the turn began."""
    memory: Memory
    language: Language
    now: datetime
    forgotten: bool = False
    """Set when the person was erased: nothing is remembered after that."""
    _there: tuple[RegionId | None, RegionSettings] | None = None

    @property
    def there(self) -> RegionSettings:
        """What holds where they live, or in the whole network; looked up once, and only by who asks."""
        region_id = self.person.region_id or self.memory.region_id
        if self._there is None or self._there[0] != region_id:
            self._there = (region_id, local.settings_of(self.uow, region_id))
        return self._there[1]

    def say(self, key: str, **values: str | int) -> str:
        """A phrase in the language of this turn; ``network``, ``hours`` and the lines that help are always at hand."""
        office, language = self.house.office, self.language
        standing: dict[str, str | int] = {"network": office.network[language]}
        if self.house.wording.needs(key) & _LOCAL:
            standing["hours"] = self.there.opening_hours or office.opening_hours[language]
            standing |= office.lines.at(self.there.helplines).values(language, self.now)
        return self.house.wording.say(key, language, **{**standing, **values})

    def choice(self, label_key: str, intent: Tappable, **values: str | int) -> Choice:
        """A choice with a phrase as its label."""
        return Choice(self.say(label_key, **values), token_of(intent))

    def entry(self, label: str, intent: Tappable, detail: str = "") -> Choice:
        """A choice whose label is a name, shortened to fit a button."""
        return Choice(shortened(label, LONGEST_LABEL), token_of(intent), detail)

    def reply(
        self, text: str, *choices: Choice, file: File | None = None, link: str | None = None
    ) -> tuple[Outgoing, ...]:
        """One answer."""
        return (Outgoing(MessageKind.REPLY, text, choices, file, link),)

    def ask(self, question: Question | None) -> None:
        """Wait for free text, or stop waiting."""
        self.memory = replace(self.memory, asked=None if question is None else Asked(question, self.now))

    def allows(self, purpose: Purpose) -> bool:
        """Whether this person agreed to *purpose*."""
        return purpose in self.person.consents

    @property
    def subscribes(self) -> bool:
        """Whether this person gets tips or announcements."""
        return self.allows(Purpose.TIPS) or self.allows(Purpose.NEWS)

    def arrival(self) -> Arrival:
        """What they told us before they agreed."""
        memory = self.memory
        return Arrival(self.language, memory.region_id, memory.audiences, memory.source, memory.nickname)

    def when(self, card: ActivityCard) -> str:
        """When the activity takes place, in words."""
        return when(card.starts_at, card.ends_at, card.zone, self.language, self.now)
