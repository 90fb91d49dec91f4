"""What holds where somebody lives; for whom we do not know that of, what holds in the whole network."""

from __future__ import annotations

from outreach.domain.ids import RegionId
from outreach.services.cards_regions import RegionSettings
from outreach.services.ports import UnitOfWork

_NOWHERE = "/"


def settings_of(uow: UnitOfWork, region_id: RegionId | None) -> RegionSettings:
    """What holds in that region."""
    if region_id is not None:
        return uow.regions.settings_of(region_id)
    path = next((region.path for region in uow.regions.children(None, 1)), _NOWHERE)
    return uow.regions.settings_at([path])[path]
