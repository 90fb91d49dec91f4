"""What the house keeps to beside what people chose: quiet days, restricted audiences, and what an item is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from outreach.content import Library
from outreach.domain.ids import LaneName
from outreach.domain.people import circle_of
from outreach.domain.quiet_days import Almanac
from outreach.services.cards import ApprovedItem
from outreach.services.cards_broadcasts import Posted


@dataclass(frozen=True, slots=True)
class Manners:
    """*closed*: the restricted audiences. *topics* of each item, by slug. *hidden*: slugs of restricted items.

    *public*: lanes on which others read along, such as a group.
    """

    almanac: Almanac = field(default_factory=Almanac)
    closed: frozenset[str] = frozenset()
    topics: Mapping[str, frozenset[str]] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()
    public: frozenset[LaneName] = frozenset()

    @classmethod
    def of_library(cls, library: Library, almanac: Almanac) -> Manners:
        """Those of one library."""
        return cls(
            almanac,
            library.vocabulary.audiences.restricted,
            {item.slug: frozenset(item.topics) for item in library},
            frozenset(item.slug for item in library if item.restricted),
        )

    def about(self, slug: str | None) -> frozenset[str]:
        """The topics of an item; none for what is no item, or is in the library no more."""
        return self.topics.get(slug or "", frozenset())

    def circle(self, tags: frozenset[str], slug: str | None = None, *, hidden: bool = False) -> frozenset[str] | None:
        """Who alone may be told of what is for *tags*; ``None``: it is not restricted. See `circle_of`."""
        return circle_of(tags, self.closed, hidden=hidden or slug in self.hidden)

    def may_hear(self, item: ApprovedItem, chosen: frozenset[str]) -> bool:
        """Whether somebody who chose *chosen* may know that there is such an item."""
        circle = self.circle(item.audience, item.slug)
        return circle is None or bool(circle & chosen)

    def circle_of_posted(self, posted: Posted) -> frozenset[str] | None:
        """Who alone may be told of a broadcast, whomever it was aimed at."""
        return self.circle(posted.audience | posted.filed_under, posted.slug, hidden=posted.restricted)


PLAIN = Manners()
"""Nothing beside what people chose."""
