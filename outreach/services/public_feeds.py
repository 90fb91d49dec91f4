"""Public feeds: made of ready entries, of which only those that changed are made anew.

Three steps, each skipped if the one before shows that nothing changed: a count over all that feeds may hold; the marks
of what this feed holds; the cards of those whose mark is new. A process keeps its own; what another process changed is
seen in the count.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from outreach.calendar.entry import Entry
from outreach.calendar.feed import Ready, joined, ready
from outreach.calendar.kept import Kept
from outreach.services.calendar_files import CalendarFile, edge, edge_set_at
from outreach.services.cards_feeds import FeedCard, FeedMark, FeedState, FeedWish
from outreach.services.ports import UnitOfWork

FEED_LIMIT = 20_000  # entries; no calendar on a phone takes more
KEPT_ENTRIES = 50_000  # 0.8 kB each; with fewer than two feeds hold, each reading would push out what the next needs
KEPT_BYTES = 64_000_000  # of whole feeds


class PublicFeeds:
    """Makes feeds and keeps them. *entry_of* says what an activity looks like in them."""

    def __init__(self, name: str, entry_of: Callable[[FeedCard], Entry]) -> None:
        self._name, self._entry_of = name, entry_of
        self._entries: Kept[FeedMark, Ready] = Kept(KEPT_ENTRIES)
        self._files: Kept[tuple[FeedWish, str], tuple[FeedState, CalendarFile]] = Kept(KEPT_BYTES, _weight)

    def file(
        self,
        uow: UnitOfWork,
        zone: str,
        now: datetime,
        *,
        title: str,
        region_path: str = "",
        audience: frozenset[str] = frozenset(),
        topics: frozenset[str] = frozenset(),
    ) -> CalendarFile:
        """The feed of a region with what lies below it; the same bytes for the same state.

        With *audience*, what is for one of these or for everybody; with *topics*, what is about one of them.
        *zone* is where a day begins. *title*: what the file is named after.
        """
        wish = FeedWish(edge(now, zone), region_path, audience, topics)
        state = uow.feeds.state(wish.since)
        known = self._files.get((wish, title))
        if known is not None and known[0] == state:
            return known[1]
        body = joined(self._made(uow, wish), name=self._name, refresh=True)
        since = edge_set_at(now, zone)
        made = CalendarFile(body, title, since if state.changed_at is None else max(since, state.changed_at))
        self._files.put((wish, title), (state, made))
        return made

    def _made(self, uow: UnitOfWork, wish: FeedWish) -> list[Ready]:
        marks = uow.feeds.marks(wish, FEED_LIMIT)
        found = [(mark, self._entries.get(mark)) for mark in marks]
        anew: dict[FeedMark, Ready] = {}
        for card in uow.feeds.cards([mark.activity_id for mark, entry in found if entry is None]):
            anew[card.mark] = ready(self._entry_of(card))
            self._entries.put(card.mark, anew[card.mark])
        return [entry or anew[mark] for mark, entry in found if entry is not None or mark in anew]


def _weight(kept: tuple[FeedState, CalendarFile]) -> int:
    return len(kept[1].body)
