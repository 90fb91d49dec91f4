"""Whether an actor may do something there; refused in one place, the same way everywhere."""

from __future__ import annotations

from outreach.domain.actor import WHOLE_NETWORK, Actor, Permission
from outreach.domain.errors import Forbidden


def require(by: Actor, permission: Permission, region_path: str = WHOLE_NETWORK) -> None:
    """Raise `Forbidden` unless *by* has *permission* over the region with that lineage."""
    if not by.may(permission, region_path):
        raise Forbidden(f"{by.role} may not {permission} in region {region_path or 'of the whole network'}")
