"""The tree of the network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update

from outreach.domain.errors import NotFound
from outreach.domain.ids import RegionId
from outreach.services.cards import Region
from outreach.services.cards_regions import ChangedRegion, NewRegion, RegionLine, RegionOwn, RegionSettings
from outreach.store.dialect import ByDialect
from outreach.store.rows import table_of
from outreach.store.rows_people import RegionRow
from outreach.store.shelves import region_settings
from outreach.store.transaction import Shelf

ROOT_CODE = "root"

_REGION = table_of(RegionRow)
_C = _REGION.c
_COLUMNS = select(_C.id, _C.parent_id, _C.path, _C.level, _C.code, _C.name, _C.zone)
_BY_ID = _COLUMNS.where(_C.id == bindparam("id"))
_BY_CODE = _COLUMNS.where(_C.code == bindparam("code"))
_TOP = _COLUMNS.where(_C.parent_id.is_(None)).order_by(_C.id).limit(1)
_MATCHING = (
    _COLUMNS.where(_C.name.icontains(bindparam("part"), escape="/"))
    .order_by(_C.level.desc(), _C.name, _C.id)
    .limit(bindparam("limit"))
)
_CHILDREN = (
    _COLUMNS.where(_C.parent_id == bindparam("above"), _C.id > bindparam("after"))
    .order_by(_C.id)
    .limit(bindparam("limit"))
)
_HOLD = select(_C.id).where(_C.id == bindparam("id")).with_for_update()
_NAMES = select(_C.id, _C.name).where(_C.id.in_(bindparam("ids", expanding=True)))
_BRANCHING = select(_C.parent_id).where(_C.parent_id.in_(bindparam("ids", expanding=True))).distinct()
_INSERT = insert(_REGION)
_INSERT_ROOT = ByDialect(_REGION, lambda new: new.on_conflict_do_nothing(index_elements=["code"]))
_SET_PATH = update(_REGION).where(_C.id == bindparam("of_id")).values(path=bindparam("path"))


class RegionShelf(Shelf):
    """Matches `services.ports.Regions`."""

    __slots__ = ()

    def root(self) -> Region:
        """The top of the tree, made on first use."""
        found = self._one(_TOP, {})
        return found if found is not None else self._plant()

    def get(self, region_id: RegionId) -> Region:
        """Raises `NotFound`."""
        found = self._one(_BY_ID, {"id": region_id})
        if found is None:
            raise NotFound("region", region_id)
        return found

    def by_code(self, code: str) -> Region | None:
        """The region with that code."""
        return self._one(_BY_CODE, {"code": code})

    def matching(self, part: str, limit: int) -> list[Region]:
        """Regions whose name contains *part*, deepest level first."""
        literal = part.replace("/", "//").replace("%", "/%").replace("_", "/_")
        rows = self._at.connection.execute(_MATCHING, {"part": literal, "limit": limit})
        return [Region(*row) for row in rows]

    def count(self) -> int:
        """How many there are."""
        return self._at.connection.execute(select(func.count()).select_from(_REGION)).scalar_one()

    def children(self, region_id: RegionId | None, limit: int, after: RegionId | None = None) -> list[Region]:
        """Those right below that one, oldest first, behind *after*; with ``None`` the top of the tree, if any."""
        if region_id is None:
            top = self._one(_TOP, {})
            return [] if top is None else [top]
        rows = self._at.connection.execute(_CHILDREN, {"above": region_id, "after": after or 0, "limit": limit})
        return [Region(*row) for row in rows]

    def names(self, region_ids: Iterable[RegionId]) -> Mapping[RegionId, str]:
        """What those are called, in one statement."""
        rows = self._at.connection.execute(_NAMES, {"ids": list(region_ids)})
        return {RegionId(found): name for found, name in rows}

    def branching(self, region_ids: Iterable[RegionId]) -> frozenset[RegionId]:
        """Which of those hold others, in one statement."""
        return frozenset(self._at.connection.execute(_BRANCHING, {"ids": list(region_ids)}).scalars())

    def add(self, code: str, name: str, parent: Region | None, zone: str | None = None) -> Region:
        """A new region below *parent*; without a zone it has its parent's."""
        above = parent if parent is not None or self.count() == 0 else self.root()
        values = _values(code, name, above, zone or (above.zone if above else self._at.defaults.zone)) | {
            "own_zone": zone
        }
        return self._with_path(RegionId(self._at.insert(_INSERT, values)), above)

    def hold(self) -> None:
        """Lock the top of the tree, which everybody who makes regions asks for first."""
        self._at.connection.execute(_HOLD, {"id": self.root().id})

    def settings_of(self, region_id: RegionId) -> RegionSettings:
        """Raises `NotFound`."""
        path = self.get(region_id).path
        return self.settings_at([path])[path]

    def settings_at(self, paths: Iterable[str]) -> Mapping[str, RegionSettings]:
        """What holds where those lineages end."""
        return region_settings.settings_at(self._at, paths)

    def line(self, region_id: RegionId) -> RegionLine:
        """Raises `NotFound`."""
        return region_settings.line(self._at, region_id)

    def listed(self, above: RegionId, limit: int, after: RegionId | None = None) -> list[RegionLine]:
        """Those right below that one."""
        return region_settings.right_below(self._at, above, limit, after)

    def tree(self, path: str, limit: int, after: str = "") -> list[RegionLine]:
        """The region with that lineage and all below it."""
        return region_settings.tree(self._at, path, limit, after)

    def found(self, part: str, path: str, limit: int) -> list[RegionLine]:
        """By part of the name or the beginning of the code."""
        return region_settings.found(self._at, part, path, limit)

    def coded(self, codes: Iterable[str]) -> Mapping[str, RegionLine]:
        """By code, for thousands."""
        return region_settings.coded(self._at, codes)

    def change(self, region_id: RegionId, own: RegionOwn, *, version: int | None = None) -> None:
        """Raises `NotFound` or `StaleVersion`."""
        region_settings.change(self._at, region_id, own, version)

    def rename(self, region_id: RegionId, name: str) -> None:
        """Raises `NotFound`."""
        region_settings.rename(self._at, region_id, name)

    def plant(self, new: Iterable[NewRegion]) -> None:
        """Many at once, each below one that is there or among them."""
        region_settings.plant(self._at, new)

    def change_all(self, changed: Iterable[ChangedRegion]) -> None:
        """Name and settings of many at once."""
        region_settings.change_all(self._at, changed)

    def _plant(self) -> Region:
        values = _values(ROOT_CODE, "", None, self._at.defaults.zone)
        self._at.connection.execute(_INSERT_ROOT.on(self._at.connection), values)
        found = self._one(_BY_CODE, {"code": ROOT_CODE})
        if found is None:
            raise NotFound("region", ROOT_CODE)
        return self._with_path(found.id, None)

    def _with_path(self, region_id: RegionId, above: Region | None) -> Region:
        path = f"{above.path if above else '/'}{region_id}/"
        self._at.connection.execute(_SET_PATH, {"of_id": region_id, "path": path})
        return self.get(region_id)

    def _one(self, statement: Any, values: dict[str, Any]) -> Region | None:
        row = self._at.connection.execute(statement, values).one_or_none()
        return None if row is None else Region(*row)


def _values(code: str, name: str, above: Region | None, zone: str) -> dict[str, object]:
    return {
        "parent_id": above.id if above else None,
        "path": "",
        "level": above.level + 1 if above else 0,
        "code": code,
        "name": name,
        "zone": zone,
    }
