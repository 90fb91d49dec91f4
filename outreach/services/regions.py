"""The tree of regions: looked at, grown and set by those whose part of the network it is."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import datetime

from outreach.domain.actor import Actor, Permission
from outreach.domain.errors import Forbidden, NotFound
from outreach.domain.ids import RegionId
from outreach.services.access import require
from outreach.services.cards import Region
from outreach.services.cards_regions import NewRegion, RegionLine, RegionOwn, RegionSettings
from outreach.services.ports import UnitOfWork
from outreach.services.problems import BadFields, Problem
from outreach.services.region_fields import about_code, about_name, clean, read_settings

DEEPEST = 4
"""Levels below the whole network: city, county, township, village."""
_LINEAGE = re.compile(r"[/0-9]*", re.ASCII)

READERS = frozenset(
    {
        Permission.MANAGE_REGIONS,
        Permission.MANAGE_STAFF,
        Permission.PLAN_ACTIVITIES,
        Permission.BROADCAST,
        Permission.SEE_AUDIT,
    }
)
"""Whoever has one of these needs to know codes and what holds where."""


def unit_of(uow: UnitOfWork, by: Actor) -> Region:
    """The region that *by* works for. Raises `Forbidden` for somebody who has no use for the tree."""
    if not any(map(by.reach, READERS)):
        raise Forbidden(f"{by.role} has no use for regions")
    own = by.region_path.strip("/").rpartition("/")[2]
    return uow.regions.get(RegionId(int(own))) if own else uow.regions.root()


def get(uow: UnitOfWork, by: Actor, region_id: RegionId) -> RegionLine:
    """One region. Raises `NotFound`, also for one that lies outside the part of *by*, or `Forbidden`."""
    unit = unit_of(uow, by)
    line = uow.regions.line(region_id)
    if not line.region.path.startswith(unit.path):
        raise NotFound("region", region_id)
    return line


def get_with_below(
    uow: UnitOfWork, by: Actor, region_id: RegionId, limit: int, after: RegionId | None = None
) -> tuple[RegionLine, list[RegionLine]]:
    """One region as `get`, and those right below it, oldest first, behind *after*."""
    line = get(uow, by, region_id)
    return line, uow.regions.listed(region_id, limit, after)


def tree(uow: UnitOfWork, by: Actor, limit: int, after: str = "") -> list[RegionLine]:
    """The part of *by*, each region behind the one that holds it; page on with the last one's lineage."""
    return uow.regions.tree(unit_of(uow, by).path, limit, after if _LINEAGE.fullmatch(after) else "")


def found(uow: UnitOfWork, by: Actor, part: str, limit: int) -> list[RegionLine]:
    """Those whose name contains *part* or whose code begins with it."""
    return uow.regions.found(clean(part).replace("\0", ""), unit_of(uow, by).path, limit)


def settings_of(uow: UnitOfWork, region_id: RegionId) -> RegionSettings:
    """What holds there after inheritance: for sending and talking, which ask for nobody's leave. Raises `NotFound`."""
    return uow.regions.settings_of(region_id)


def add(
    uow: UnitOfWork,
    by: Actor,
    above: RegionId,
    code: str,
    name: str,
    now: datetime,
    *,
    texts: Mapping[str, str] | None = None,
    sets: Collection[str] = (),
) -> RegionLine:
    """A new region right below *above*. *texts*: what it sets itself, as typed; *sets*: countries with helplines.

    Raises `BadFields` with all problems, `NotFound` or `Forbidden`.
    """
    line = _managed(uow, by, above)
    plain, said = clean(code), name.strip()
    own, problems = read_settings(texts or {}, RegionOwn(), sets)
    problems = about_code(plain) + about_name(said) + problems
    if line.region.level >= DEEPEST:
        problems.append(too_deep())
    uow.regions.hold()
    if not about_code(plain) and uow.regions.by_code(plain) is not None:
        problems.append(taken(plain))
    if problems:
        raise BadFields(problems)
    uow.regions.plant([NewRegion(plain, said, line.region.code, own)])
    made = uow.regions.coded([plain])[plain]
    uow.audit.write(by, "add", "region", made.region.id, now)
    return made


def change(
    uow: UnitOfWork,
    by: Actor,
    region_id: RegionId,
    texts: Mapping[str, str],
    now: datetime,
    *,
    sets: Collection[str] = (),
    name: str | None = None,
    version: int | None = None,
) -> RegionLine:
    """Set what *texts* say, as typed (empty: as above), leave the rest; *name* renames it.

    Raises `BadFields` with all problems, `StaleVersion` if it was changed since *version*, `NotFound` or `Forbidden`.
    What changes nothing is not written down.
    """
    line = _managed(uow, by, region_id)
    own, problems = read_settings(texts, line.own, sets)
    said = line.region.name if name is None else name.strip()
    is_nameless_top = line.region.parent_id is None and not said
    if not is_nameless_top:
        problems = about_name(said) + problems
    if problems:
        raise BadFields(problems)
    if (own, said) == (line.own, line.region.name):
        return line
    uow.regions.change(region_id, own, version=version)
    if said != line.region.name:
        uow.regions.rename(region_id, said)
    uow.audit.write(by, "change", "region", region_id, now)
    return uow.regions.line(region_id)


def rename(
    uow: UnitOfWork, by: Actor, region_id: RegionId, name: str, now: datetime, *, version: int | None = None
) -> RegionLine:
    """What it is called from now on; its code stays."""
    return change(uow, by, region_id, {}, now, name=name, version=version)


def too_deep() -> Problem:
    """It would lie below the deepest level."""
    said = f"there are {DEEPEST} levels at most; choose a region further up"
    return Problem("parent", "region_too_deep", said, {"most": DEEPEST})


def taken(code: str) -> Problem:
    """Somebody has that code."""
    return Problem("code", "region_code_taken", f"{code} is taken; choose another", {"code": code})


def _managed(uow: UnitOfWork, by: Actor, region_id: RegionId) -> RegionLine:
    line = get(uow, by, region_id)
    require(by, Permission.MANAGE_REGIONS, line.region.path)
    return line
