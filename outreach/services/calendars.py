"""Calendar files and feeds: one UID per activity everywhere, a SEQUENCE that never falls, discreet where personal."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime

from outreach.calendar.entry import Entry, sequence
from outreach.calendar.feed import MEDIA_TYPE, calendar_file, file_name
from outreach.domain.activity import ActivityStatus
from outreach.domain.errors import NotFound
from outreach.domain.ids import ResidentId, SignUpId
from outreach.domain.messages import File, Language
from outreach.services.calendar_files import CalendarFile, discreet_title, edge, public_entry
from outreach.services.cards import ActivityCard, MyPlace, Region
from outreach.services.cards_feeds import FeedCard, FeedKind
from outreach.services.feed_addresses import FeedAddresses
from outreach.services.own_feeds import ALARM, HAS_PLACE, own_entries, own_revision
from outreach.services.ports import UnitOfWork
from outreach.services.public_feeds import PublicFeeds
from outreach.wording import Wording

__all__ = ["CalendarFile", "Calendars", "discreet_title"]

_TOKEN_CHARS = 22  # 110 bits: unguessable
_MOST_PLACES = 1_000  # of one person within the time that a feed keeps


class Calendars:
    """Makes calendar files. *key* signs the links of single sign-ups; *base_url* is where we are reached."""

    def __init__(
        self,
        base_url: str,
        key: bytes,
        wording: Wording,
        default_language: Language,
        zone: str = "Asia/Shanghai",
    ) -> None:
        self._base_url, self._key, self._wording = base_url.rstrip("/"), key, wording
        self._language, self._zone = default_language, zone
        self._public = PublicFeeds(wording.say("calendar.feed_name", default_language), self._public_entry)
        self.addresses = FeedAddresses(key)

    def public_feed(
        self,
        uow: UnitOfWork,
        now: datetime,
        region: Region | None = None,
        audience: frozenset[str] = frozenset(),
        topics: frozenset[str] = frozenset(),
    ) -> CalendarFile:
        """All public activities, or those of a region and what lies below it; the same bytes for the same state.

        With *audience* those for one of these tags, and those for everybody; with *topics* those about one of them.
        """
        zone, path, title = (self._zone, "", "outreach") if region is None else (region.zone, region.path, region.name)
        return self._public.file(uow, zone, now, title=title, region_path=path, audience=audience, topics=topics)

    def own_feed(self, uow: UnitOfWork, token: str, now: datetime) -> CalendarFile | None:
        """The calendar of the person who was given *token*; ``None`` for a token that is no good."""
        owner = self.addresses.owner(uow, FeedKind.PERSON, token)
        if owner is None:
            return None
        since = edge(now, self._zone)
        places = uow.feeds.places(ResidentId(owner), since, _MOST_PLACES)
        entries = own_entries(
            places,
            since,
            title=self._say("calendar.discreet_title"),
            note=self._say("calendar.latest"),
            page=f"{self._base_url}/a/",
        )
        name = self._say("calendar.own_feed_name")
        return CalendarFile(calendar_file(entries, name=name, refresh=True), name)

    def opens_own(self, uow: UnitOfWork, token: str) -> bool:
        """Whether *token* opens somebody's own calendar."""
        return self.addresses.owner(uow, FeedKind.PERSON, token) is not None

    def own_address(self, uow: UnitOfWork, resident_id: ResidentId, now: datetime) -> str:
        """Where that person's own calendar is to be had: the page that helps to subscribe; made at the first call."""
        return self._own_page(self.addresses.token(uow, FeedKind.PERSON, resident_id, now))

    def new_own_address(self, uow: UnitOfWork, resident_id: ResidentId, now: datetime) -> str:
        """Another one; whoever knows the former sees nothing any more."""
        return self._own_page(self.addresses.renew(uow, FeedKind.PERSON, resident_id, now))

    def activity_file(self, uow: UnitOfWork, slug: str, now: datetime) -> CalendarFile | None:
        """One public activity, or ``None`` if there is none for everybody to see."""
        card = uow.activities.by_slug(slug)
        if card is None or card.restricted or card.status is ActivityStatus.DRAFT:
            return None
        found = uow.feeds.cards([card.id])[0]
        body = calendar_file([self._public_entry(found)], name=card.title, refresh=False)
        return CalendarFile(body, card.title, found.changed_at)

    def sign_up_file(self, uow: UnitOfWork, token: str, now: datetime) -> CalendarFile | None:
        """The entry behind a personal link, cancelled if the person left; ``None`` for a link that is no good."""
        sign_up_id = self._sign_up_of(token)
        if sign_up_id is None:
            return None
        try:
            place = uow.sign_ups.place(sign_up_id)
        except NotFound:
            return None
        return self._personal_file(place, uow.feeds.cards([place.activity.id])[0].changed_at)

    def sign_up_link(self, sign_up_id: SignUpId) -> str:
        """Where that person's own calendar file is to be had; it follows every change."""
        return f"{self._base_url}/c/{self._token(sign_up_id)}.ics"

    def attachment(self, place: MyPlace, language: Language) -> File:
        """The file of one's own sign-up, to go with a message."""
        made = self._personal_file(place, place.activity.changed_at)
        ascii_name, name = file_name(made.title, language)
        return File(name or ascii_name, MEDIA_TYPE, made.body, self.sign_up_link(place.sign_up_id))

    def _personal_file(self, place: MyPlace, changed_at: datetime) -> CalendarFile:
        card = place.activity
        title = discreet_title(card, self._wording, self._language)
        cancelled = card.status is ActivityStatus.CALLED_OFF or place.standing not in HAS_PLACE
        entry = Entry(
            uid=card.uid,
            sequence=sequence(card.revision, own_revision(place.standing, place.revision)),
            title=title,
            starts_at=card.starts_at,
            ends_at=card.ends_at,
            place=None if card.restricted else card.place,
            url=None if card.restricted else self._page(card),
            description=self._say("calendar.latest"),
            status="cancelled" if cancelled else "confirmed",
            changed_at=max(changed_at, place.since),
            created_at=card.created_at,
            private=True,
            alarm=ALARM,
        )
        return CalendarFile(calendar_file([entry], name=title, refresh=False), title)

    def _public_entry(self, found: FeedCard) -> Entry:
        return public_entry(found, self._page(found.card))

    def _say(self, key: str) -> str:
        return self._wording.say(key, self._language)

    def _own_page(self, token: str) -> str:
        return f"{self._base_url}/feeds/p/{token}"

    def _page(self, card: ActivityCard) -> str:
        return f"{self._base_url}/a/{card.slug}"

    def _token(self, sign_up_id: SignUpId) -> str:
        digest = hmac.new(self._key, b"sign-up:%d" % sign_up_id, hashlib.sha256).digest()
        return f"{sign_up_id:x}-{base64.b32encode(digest).decode().lower()[:_TOKEN_CHARS]}"

    def _sign_up_of(self, token: str) -> SignUpId | None:
        number, dash, _ = token.partition("-")
        if not dash or not token.isascii() or len(token) > 64:
            return None
        try:
            sign_up_id = SignUpId(int(number, 16))
        except ValueError:
            return None
        return sign_up_id if hmac.compare_digest(token, self._token(sign_up_id)) else None
