"""Calendar files and feeds: blocks joined under one head, and what HTTP needs to hand them out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from operator import attrgetter
from typing import Literal
from urllib.parse import quote

from icalendar import Calendar, vText

from outreach.calendar.clean import clean_line
from outreach.calendar.entry import Entry
from outreach.calendar.vevent import NAMELESS, vevent_block
from outreach.calendar.zone import zone_block
from outreach.domain.messages import Language

MEDIA_TYPE = "text/calendar; charset=utf-8"
PRODID = "-//Outreach//Calendar//EN"  # without a version: an upgrade alone must not change a feed's bytes
REFRESH_EVERY = timedelta(hours=1)

_LONGEST_FILE_NAME = 60  # characters before ``.ics``: 255 octets is the limit of file systems, a character has up to 4
_UNNAMED = {Language.ZH: "活动", Language.EN: "activity"}
_NOT_IN_FILE_NAMES = re.compile(r'[/＼:*?"<>|%\s]+')
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9]+", re.ASCII)
_END = b"END:VCALENDAR\r\n"


@dataclass(frozen=True, slots=True)
class Ready:
    """One entry as it stands in a file. *order*: where; *zone*, *years*: the time zone that has to stand beside it."""

    order: tuple[datetime, str]
    block: bytes = field(repr=False)
    zone: str | None = None
    years: tuple[int, int] = (0, 0)


def ready(entry: Entry) -> Ready:
    """*entry*, made: about 0.2 ms. What is private may be kept nowhere: it must not outlive its erasure."""
    years = (entry.starts_at.year, entry.ends_at.year)
    return Ready((entry.starts_at, entry.uid), vevent_block(entry), entry.zone, years)


def calendar_file(
    entries: Iterable[Entry], *, name: str, method: Literal["PUBLISH"] = "PUBLISH", refresh: bool = False
) -> bytes:
    """*entries* as one iCalendar file (UTF-8, CRLF, no BOM), earliest first; the same state gives the same bytes.

    *name* is what a client calls the calendar. *refresh* asks subscribers to come back hourly: for feeds, not for
    single files. Of several entries with one UID the highest SEQUENCE counts, then the later change: readers
    otherwise show the last, whichever it is. PUBLISH names no organiser and no attendee: some clients would mail them.
    """
    return joined(map(ready, _one_a_uid(entries)), name=name, method=method, refresh=refresh)


def joined(
    entries: Iterable[Ready], *, name: str, method: Literal["PUBLISH"] = "PUBLISH", refresh: bool = False
) -> bytes:
    """The same of entries that are made already, each with a UID of its own."""
    ordered = sorted(entries, key=_ORDER)
    return b"".join((_head(name, method, refresh), *_zones(ordered), *map(_BLOCK, ordered), _END))


_ORDER, _BLOCK = attrgetter("order"), attrgetter("block")


def _zones(entries: Iterable[Ready]) -> Iterator[bytes]:
    years: dict[str, list[int]] = {}
    for entry in entries:
        if entry.zone is not None:
            years.setdefault(entry.zone, []).extend(entry.years)
    for zone in sorted(years):
        yield zone_block(zone, min(years[zone]), max(years[zone]))


def etag(body: bytes) -> str:
    """The strong ETag of *body*, with its quotes (RFC 9110 §8.8.3)."""
    return f'"{sha256(body).hexdigest()[:32]}"'


def file_name(title: str, language: Language = Language.ZH) -> tuple[str, str]:
    """A file name for *title* twice: in plain ASCII (letters, digits, ``-``), and as it is, safe on every system."""
    full = _NOT_IN_FILE_NAMES.sub(" ", clean_line(title, _LONGEST_FILE_NAME)).strip(" .")
    plain = _NOT_PLAIN.sub("-", unicodedata.normalize("NFKD", full)).strip("-").lower()
    return f"{plain or 'activity'}.ics", f"{full or _UNNAMED[language]}.ics"


def content_disposition(title: str, language: Language = Language.ZH) -> str:
    """The header value: shown rather than saved where a device can, ASCII name and RFC 5987 name beside each other."""
    plain, full = file_name(title, language)
    return f"inline; filename=\"{plain}\"; filename*=UTF-8''{quote(full, safe='')}"


def _one_a_uid(entries: Iterable[Entry]) -> list[Entry]:
    newest: dict[str, Entry] = {}
    for entry in entries:
        known = newest.get(entry.uid)
        if known is None or (entry.sequence, entry.changed_at) > (known.sequence, known.changed_at):
            newest[entry.uid] = entry
    return list(newest.values())


def _head(name: str, method: str, refresh: bool) -> bytes:
    shown = vText(clean_line(name) or NAMELESS)
    calendar = Calendar()
    calendar.add("prodid", PRODID)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    calendar.add("name", shown)  # RFC 7986; the next is what Apple, Google and Outlook read
    calendar.add("x-wr-calname", shown)
    if refresh:
        calendar.add("refresh-interval", REFRESH_EVERY, parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", "PT1H")
    empty: bytes = calendar.to_ical()
    return empty.removesuffix(_END)
