"""One transaction with all shelves on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cached_property

from sqlalchemy import Connection, Engine

from outreach.domain.ids import LaneName
from outreach.services.ports import OpenUnitOfWork, UnitOfWork
from outreach.store.faults import as_faults
from outreach.store.keys import KeyRing
from outreach.store.shelves.activities import ActivityShelf
from outreach.store.shelves.alerts import AlertShelf
from outreach.store.shelves.attendance import AttendanceShelf
from outreach.store.shelves.audit import AuditShelf
from outreach.store.shelves.bookings import BookingShelf
from outreach.store.shelves.broadcasts import BroadcastShelf
from outreach.store.shelves.contents import ContentShelf
from outreach.store.shelves.conversations import ConversationShelf
from outreach.store.shelves.dead_letters import DeadLetterShelf
from outreach.store.shelves.deliveries import DeliveryShelf
from outreach.store.shelves.dossiers import DossierShelf
from outreach.store.shelves.feeds import FeedShelf
from outreach.store.shelves.inbox import InboxShelf
from outreach.store.shelves.lanes import LaneShelf
from outreach.store.shelves.links import LinkShelf
from outreach.store.shelves.mailboxes import MailboxShelf
from outreach.store.shelves.marks import MarkShelf
from outreach.store.shelves.masses import MassShelf
from outreach.store.shelves.notices import NoticeShelf
from outreach.store.shelves.offers import OfferShelf
from outreach.store.shelves.overviews import OverviewShelf
from outreach.store.shelves.people import PeopleShelf
from outreach.store.shelves.regions import RegionShelf
from outreach.store.shelves.rooms import RoomShelf
from outreach.store.shelves.sign_ups import SignUpShelf
from outreach.store.shelves.staffs import StaffShelf
from outreach.store.shelves.threads import ThreadShelf
from outreach.store.shelves.vitals import VitalsShelf
from outreach.store.shelves.windows import WindowShelf
from outreach.store.transaction import DEFAULTS, Defaults, Transaction


class SqlUnitOfWork:
    """Matches `services.ports.UnitOfWork` on an open transaction of *connection*; commits nothing by itself."""

    def __init__(self, connection: Connection, ring: KeyRing, defaults: Defaults = DEFAULTS) -> None:
        self._at = Transaction(connection, ring, defaults)

    @property
    def woken(self) -> set[LaneName]:
        """The lanes that have something due once this is committed."""
        return self._at.woken

    @property
    def connection(self) -> Connection:
        """The connection below, for the store's own tests and tools."""
        return self._at.connection

    def wake(self, lane: LaneName) -> None:
        """Something became due for *lane*: its sender is woken after the commit."""
        self._at.woken.add(lane)

    @cached_property
    def regions(self) -> RegionShelf:
        """The tree of the network."""
        return RegionShelf(self._at)

    @cached_property
    def people(self) -> PeopleShelf:
        """Residents."""
        return PeopleShelf(self._at)

    @cached_property
    def links(self) -> LinkShelf:
        """Who asks to link two chats."""
        return LinkShelf(self._at)

    @cached_property
    def conversations(self) -> ConversationShelf:
        """What dialogues remember."""
        return ConversationShelf(self._at)

    @cached_property
    def activities(self) -> ActivityShelf:
        """What people join."""
        return ActivityShelf(self._at)

    @cached_property
    def sign_ups(self) -> SignUpShelf:
        """Who comes."""
        return SignUpShelf(self._at)

    @cached_property
    def attendances(self) -> AttendanceShelf:
        """Who came."""
        return AttendanceShelf(self._at)

    @cached_property
    def rooms(self) -> RoomShelf:
        """Rooms and leaders."""
        return RoomShelf(self._at)

    @cached_property
    def bookings(self) -> BookingShelf:
        """When they are taken."""
        return BookingShelf(self._at)

    @cached_property
    def deliveries(self) -> DeliveryShelf:
        """The ledger."""
        return DeliveryShelf(self._at)

    @cached_property
    def windows(self) -> WindowShelf:
        """What platforms still let through."""
        return WindowShelf(self._at)

    @cached_property
    def masses(self) -> MassShelf:
        """Mass messages, and who is in them."""
        return MassShelf(self._at)

    @cached_property
    def feeds(self) -> FeedShelf:
        """What calendar feeds are made of."""
        return FeedShelf(self._at)

    @cached_property
    def offers(self) -> OfferShelf:
        """Places offered and not taken yet."""
        return OfferShelf(self._at)

    @cached_property
    def notices(self) -> NoticeShelf:
        """Who knows of a change."""
        return NoticeShelf(self._at)

    @cached_property
    def dead_letters(self) -> DeadLetterShelf:
        """What was given up."""
        return DeadLetterShelf(self._at)

    @cached_property
    def broadcasts(self) -> BroadcastShelf:
        """What is sent to many."""
        return BroadcastShelf(self._at)

    @cached_property
    def lanes(self) -> LaneShelf:
        """Who drives which channel account."""
        return LaneShelf(self._at)

    @cached_property
    def inbox(self) -> InboxShelf:
        """What people wrote."""
        return InboxShelf(self._at)

    @cached_property
    def mailboxes(self) -> MailboxShelf:
        """What waits for a page of ours."""
        return MailboxShelf(self._at)

    @cached_property
    def alerts(self) -> AlertShelf:
        """Who may be in danger."""
        return AlertShelf(self._at)

    @cached_property
    def threads(self) -> ThreadShelf:
        """Who talks with staff."""
        return ThreadShelf(self._at)

    @cached_property
    def staffs(self) -> StaffShelf:
        """Who works here."""
        return StaffShelf(self._at)

    @cached_property
    def contents(self) -> ContentShelf:
        """What was approved."""
        return ContentShelf(self._at)

    @cached_property
    def audit(self) -> AuditShelf:
        """Who did what."""
        return AuditShelf(self._at)

    @cached_property
    def overviews(self) -> OverviewShelf:
        """What waits for staff, counted."""
        return OverviewShelf(self._at)

    @cached_property
    def vitals(self) -> VitalsShelf:
        """How the house is doing."""
        return VitalsShelf(self._at)

    @cached_property
    def dossiers(self) -> DossierShelf:
        """All that is kept of one person."""
        return DossierShelf(self._at)

    @cached_property
    def marks(self) -> MarkShelf:
        """Facts about the database."""
        return MarkShelf(self._at)


@contextmanager
def transaction(engine: Engine, ring: KeyRing, defaults: Defaults) -> Iterator[SqlUnitOfWork]:
    """A unit of work that commits on clean exit and rolls back on any exception; the database's errors are `Fault`."""
    with as_faults(), engine.begin() as connection:
        yield SqlUnitOfWork(connection, ring, defaults)


def opener(engine: Engine, ring: KeyRing, defaults: Defaults = DEFAULTS) -> OpenUnitOfWork:
    """A function that opens a unit of work, each on a connection of its own."""

    def open_unit_of_work() -> AbstractContextManager[UnitOfWork]:
        return transaction(engine, ring, defaults)

    return open_unit_of_work
