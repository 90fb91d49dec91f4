"""What somebody wants, as small values: what a button can say, and what only typed words say."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from outreach.conversation.intents_attendance import Afterwards, CheckIn
from outreach.conversation.intents_choices import Choosing, OwnWords
from outreach.domain.ids import ActivityId, RegionId
from outreach.domain.messages import Language
from outreach.domain.people import Purpose
from outreach.services.cards import LinkId


@dataclass(frozen=True, slots=True)
class Start:
    """Begin: say who we are."""


@dataclass(frozen=True, slots=True)
class Help:
    """What can I do here?"""


@dataclass(frozen=True, slots=True)
class Menu:
    """The next steps, and nothing else."""


@dataclass(frozen=True, slots=True)
class ShowList:
    """The next activities, after *after* if given; *everywhere*: not only near this person."""

    after: ActivityId | None = None
    everywhere: bool = False


@dataclass(frozen=True, slots=True)
class Show:
    """One activity."""

    activity_id: ActivityId


@dataclass(frozen=True, slots=True)
class Join:
    """A place for *party* people."""

    activity_id: ActivityId
    party: int = 1


@dataclass(frozen=True, slots=True)
class JoinAnyway:
    """A place for *party* people, though something else is on at the same time."""

    activity_id: ActivityId
    party: int = 1


@dataclass(frozen=True, slots=True)
class Leave:
    """Give the place back."""

    activity_id: ActivityId


@dataclass(frozen=True, slots=True)
class Mine:
    """What I signed up for."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """The calendar file of one sign-up, of the next one if none is named."""

    activity_id: ActivityId | None = None


@dataclass(frozen=True, slots=True)
class NewAddress:
    """Another address for my own calendar: somebody knows the one I have."""


@dataclass(frozen=True, slots=True)
class Tip:
    """Something to read."""


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Tips and announcements, please; *page*: further audiences to choose from."""

    page: int = 0


@dataclass(frozen=True, slots=True)
class ChooseAudience:
    """What concerns me: a tag of the vocabulary."""

    tag: str


@dataclass(frozen=True, slots=True)
class Stop:
    """No tips and announcements any more."""


@dataclass(frozen=True, slots=True)
class Person:
    """I want to write to a human being."""


@dataclass(frozen=True, slots=True)
class Erase:
    """Delete what you keep of me; asked once more."""


@dataclass(frozen=True, slots=True)
class EraseConfirmed:
    """Yes, delete it."""


@dataclass(frozen=True, slots=True)
class SwitchLanguage:
    """Another language."""

    language: Language


@dataclass(frozen=True, slots=True)
class ChooseRegion:
    """Where I live."""

    region_id: RegionId


@dataclass(frozen=True, slots=True)
class Agree:
    """I agree to the notice that I was shown; *only*: to that part of it."""

    only: Purpose | None = None


@dataclass(frozen=True, slots=True)
class Decline:
    """Not now."""


@dataclass(frozen=True, slots=True)
class Skip:
    """I would rather not answer that."""


@dataclass(frozen=True, slots=True)
class Link:
    """I have another chat with you, too."""


@dataclass(frozen=True, slots=True)
class LinkYes:
    """Yes, link the two; without an offer: the one that waits for my word."""

    link_id: LinkId | None = None


@dataclass(frozen=True, slots=True)
class LinkNo:
    """No, do not link them."""

    link_id: LinkId | None = None


@dataclass(frozen=True, slots=True)
class Unlink:
    """This chat shall be on its own again; asked once more."""


@dataclass(frozen=True, slots=True)
class UnlinkConfirmed:
    """Yes, on its own."""


@dataclass(frozen=True, slots=True)
class PreferHere:
    """Write to me here."""


@dataclass(frozen=True, slots=True)
class LinkCode:
    """The code that my other chat gave me."""

    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class DutyCode:
    """I work here: the code that my page in the console gave me. Without one: no more pushes to this chat."""

    code: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Yes:
    """Yes, to whatever was asked last."""


@dataclass(frozen=True, slots=True)
class Number:
    """A bare number: the place of a choice, or a public number."""

    number: int


@dataclass(frozen=True, slots=True)
class JoinNumber:
    """A place in the activity that has *number* in the list or in public."""

    number: int
    party: int = 1


@dataclass(frozen=True, slots=True)
class LeaveNumber:
    """Give back the place in the activity that has *number* in the list or in public."""

    number: int


@dataclass(frozen=True, slots=True)
class CalendarNumber:
    """The calendar file of the activity that has *number* in the list or in public."""

    number: int


@dataclass(frozen=True, slots=True)
class JoinWhat:
    """Sign up, without saying for what."""


@dataclass(frozen=True, slots=True)
class LeaveWhat:
    """Cancel, without saying what."""


@dataclass(frozen=True, slots=True)
class Thanks:
    """Thank you."""


@dataclass(frozen=True, slots=True)
class Bye:
    """Good-bye."""


@dataclass(frozen=True, slots=True)
class Who:
    """Who are you?"""


Tappable: TypeAlias = (
    Start
    | Help
    | Menu
    | ShowList
    | Show
    | Join
    | JoinAnyway
    | Leave
    | Mine
    | Calendar
    | NewAddress
    | Tip
    | Subscribe
    | ChooseAudience
    | Stop
    | Person
    | Erase
    | EraseConfirmed
    | SwitchLanguage
    | ChooseRegion
    | Agree
    | Decline
    | Skip
    | Link
    | LinkYes
    | LinkNo
    | Unlink
    | UnlinkConfirmed
    | PreferHere
    | Afterwards
    | Choosing
)
"""What a button can say: each has a token."""

Courtesy: TypeAlias = Thanks | Bye | Who
"""What people say to somebody, and some of them to a program."""

Typed: TypeAlias = (
    Yes
    | Number
    | JoinNumber
    | LeaveNumber
    | CalendarNumber
    | JoinWhat
    | LeaveWhat
    | LinkCode
    | DutyCode
    | CheckIn
    | OwnWords
    | Courtesy
)
"""What only words say, because it needs the context to be understood, or because nobody would look for a button."""

Intent: TypeAlias = Tappable | Typed
