"""All that is asked of the store. The shelves are read-only properties so that any store can match."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol, TypeAlias

from outreach.domain.ids import LaneName
from outreach.services.ports.accounts import Staffs
from outreach.services.ports.attendance import Attendances
from outreach.services.ports.broadcasts import Broadcasts
from outreach.services.ports.care import Alerts, Audit, Contents, Marks, Threads
from outreach.services.ports.dead_letters import DeadLetters
from outreach.services.ports.dossiers import Dossiers
from outreach.services.ports.feeds import Feeds
from outreach.services.ports.masses import Masses
from outreach.services.ports.notices import Notices
from outreach.services.ports.offers import Offers
from outreach.services.ports.overviews import Overviews
from outreach.services.ports.people import Activities, Conversations, Links, People, Regions, SignUps
from outreach.services.ports.rooms import Bookings, Rooms
from outreach.services.ports.traffic import Deliveries, Inbox, Lanes, Mailboxes
from outreach.services.ports.vitals import Vitals
from outreach.services.ports.windows import Windows

__all__ = [
    "Activities",
    "Alerts",
    "Attendances",
    "Audit",
    "Bookings",
    "Broadcasts",
    "Contents",
    "Conversations",
    "DeadLetters",
    "Deliveries",
    "Dossiers",
    "Feeds",
    "Inbox",
    "Lanes",
    "Links",
    "Mailboxes",
    "Marks",
    "Masses",
    "Notices",
    "Offers",
    "OpenUnitOfWork",
    "Overviews",
    "People",
    "Regions",
    "Rooms",
    "SignUps",
    "Staffs",
    "Threads",
    "UnitOfWork",
    "Vitals",
    "Windows",
]


class UnitOfWork(Protocol):
    """One transaction. Whoever opened it commits; services never do."""

    @property
    def regions(self) -> Regions: ...
    @property
    def people(self) -> People: ...
    @property
    def links(self) -> Links: ...
    @property
    def conversations(self) -> Conversations: ...
    @property
    def activities(self) -> Activities: ...
    @property
    def sign_ups(self) -> SignUps: ...
    @property
    def attendances(self) -> Attendances: ...
    @property
    def rooms(self) -> Rooms: ...
    @property
    def bookings(self) -> Bookings: ...
    @property
    def deliveries(self) -> Deliveries: ...
    @property
    def dead_letters(self) -> DeadLetters: ...
    @property
    def masses(self) -> Masses: ...
    @property
    def feeds(self) -> Feeds: ...
    @property
    def offers(self) -> Offers: ...
    @property
    def notices(self) -> Notices: ...
    @property
    def windows(self) -> Windows: ...
    @property
    def broadcasts(self) -> Broadcasts: ...
    @property
    def lanes(self) -> Lanes: ...
    @property
    def inbox(self) -> Inbox: ...
    @property
    def mailboxes(self) -> Mailboxes: ...
    @property
    def alerts(self) -> Alerts: ...
    @property
    def threads(self) -> Threads: ...
    @property
    def staffs(self) -> Staffs: ...
    @property
    def contents(self) -> Contents: ...
    @property
    def audit(self) -> Audit: ...
    @property
    def marks(self) -> Marks: ...
    @property
    def overviews(self) -> Overviews: ...
    @property
    def vitals(self) -> Vitals: ...
    @property
    def dossiers(self) -> Dossiers: ...
    def wake(self, lane: LaneName) -> None:
        """Something became due for *lane*: its sender is woken after the commit."""


OpenUnitOfWork: TypeAlias = Callable[[], AbstractContextManager[UnitOfWork]]
"""Opens a transaction that commits on clean exit and rolls back on any exception."""
