"""What the code on the door of an activity says."""

from __future__ import annotations

from urllib.parse import urlencode

from outreach.bootstrap import App
from outreach.services.cards import ActivityCard


def address_of(house: App, card: ActivityCard, code: str) -> str:
    """What the code on the door of *card* says."""
    return f"{house.settings.base_url.rstrip('/')}/in/{card.slug}?{urlencode({'c': code})}"
