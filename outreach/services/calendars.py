"""Calendar files and feeds: one UID per activity everywhere, a SEQUENCE that never falls, discreet where personal."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from outreach.calendar.entry import Entry, sequence
from outreach.calendar.feed import MEDIA_TYPE, calendar_file, file_name
from outreach.domain.activity import ActivityStatus
from outreach.domain.errors import NotFound
from outreach.domain.ids import SignUpId
from outreach.domain.messages import File, Language
from outreach.domain.people import Audience
from outreach.domain.signup import Standing
from outreach.services.cards import ActivityCard, MyPlace
from outreach.services.ports import UnitOfWork
from outreach.wording import Wording

FEED_KEEPS = timedelta(days=30)  # past and called-off entries stay so long, so that a cancellation reaches calendars
FEED_LIMIT = 10_000
_TOKEN_CHARS = 22  # 110 bits: unguessable
_KEPT = (Standing.SEATED, Standing.OFFERED, Standing.ATTENDED, Standing.LATE)
_HERE = (*_KEPT, Standing.REQUESTED, Standing.WAITING)


@dataclass(frozen=True, slots=True)
class CalendarFile:
    """A file and the title it is named after."""

    body: bytes = field(repr=False)
    title: str


class Calendars:
    """Makes calendar files. *key* signs the links of single sign-ups; *base_url* is where we are reached."""

    def __init__(self, base_url: str, key: bytes, wording: Wording, default_language: Language) -> None:
        self._base_url, self._key, self._wording = base_url.rstrip("/"), key, wording
        self._language = default_language

    def public_feed(
        self, uow: UnitOfWork, now: datetime, region_path: str = "", audience: frozenset[str] = frozenset()
    ) -> bytes:
        """All public activities of a region and what lies below it; the same bytes for the same state.

        With *audience* those for one of these tags, and those for everybody.
        """
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        cards = uow.activities.for_feed(midnight - FEED_KEEPS, FEED_LIMIT, region_path)
        entries = [
            self._public_entry(card) for card in cards if not audience or Audience(card.audience).includes(audience)
        ]
        return calendar_file(entries, name=self._wording.say("calendar.feed_name", self._language), refresh=True)

    def activity_file(self, uow: UnitOfWork, slug: str, now: datetime) -> CalendarFile | None:
        """One public activity, or ``None`` if there is none for everybody to see."""
        card = uow.activities.by_slug(slug)
        if card is None or card.restricted or card.status is ActivityStatus.DRAFT:
            return None
        return CalendarFile(calendar_file([self._public_entry(card)], name=card.title, refresh=False), card.title)

    def sign_up_file(self, uow: UnitOfWork, token: str, now: datetime) -> CalendarFile | None:
        """The entry behind a personal link, cancelled if the person left; ``None`` for a link that is no good."""
        sign_up_id = self._sign_up_of(token)
        if sign_up_id is None:
            return None
        try:
            place = uow.sign_ups.place(sign_up_id)
        except NotFound:
            return None
        return self._personal_file(place)

    def sign_up_link(self, sign_up_id: SignUpId) -> str:
        """Where that person's own calendar file is to be had; it follows every change."""
        return f"{self._base_url}/c/{self._token(sign_up_id)}.ics"

    def attachment(self, place: MyPlace, language: Language) -> File:
        """The file of one's own sign-up, to go with a message."""
        made = self._personal_file(place)
        ascii_name, name = file_name(made.title, language)
        return File(name or ascii_name, MEDIA_TYPE, made.body, self.sign_up_link(place.sign_up_id))

    def _personal_file(self, place: MyPlace) -> CalendarFile:
        card = place.activity
        title = discreet_title(card, self._wording, self._language)
        cancelled = card.status is ActivityStatus.CALLED_OFF or place.standing not in _KEPT
        entry = Entry(
            uid=card.uid,
            # Leaving raises it by one, coming back by one more, and moving up from the queue lowers it by none.
            sequence=sequence(card.revision, place.revision * 2 + int(place.standing not in _HERE)),
            title=title,
            starts_at=card.starts_at,
            ends_at=card.ends_at,
            place=None if card.restricted else card.place,
            url=None if card.restricted else self._page(card),
            description=self._wording.say("calendar.latest", self._language),
            status="cancelled" if cancelled else "confirmed",
            changed_at=max(card.changed_at, place.since),
            created_at=card.created_at,
            private=True,
            alarm=timedelta(hours=2),
        )
        return CalendarFile(calendar_file([entry], name=title, refresh=False), title)

    def _public_entry(self, card: ActivityCard) -> Entry:
        return Entry(
            uid=card.uid,
            sequence=sequence(card.revision),
            title=card.title,
            starts_at=card.starts_at,
            ends_at=card.ends_at,
            place=card.place,
            url=self._page(card),
            description=card.summary or None,
            status="cancelled" if card.status is ActivityStatus.CALLED_OFF else "confirmed",
            changed_at=card.changed_at,
            created_at=card.created_at,
            private=False,
            alarm=None,
        )

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


def discreet_title(card: ActivityCard, wording: Wording, language: Language) -> str:
    """The title, or a neutral one where the topic would tell a neighbour why somebody comes."""
    return wording.say("calendar.discreet_title", language) if card.restricted else card.title
