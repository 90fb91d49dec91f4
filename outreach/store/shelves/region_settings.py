"""What regions set and what holds in them: read along lineages, changed one by one or many at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from itertools import count, islice
from typing import Any

from sqlalchemy import Integer, Select, bindparam, cast, func, insert, or_, select, update
from sqlalchemy.types import String

from outreach.domain.errors import NotFound, StaleVersion
from outreach.domain.ids import RegionId
from outreach.services.cards import Region
from outreach.services.cards_regions import (
    SETTINGS,
    ChangedRegion,
    NewRegion,
    RegionLine,
    RegionOwn,
    RegionSettings,
)
from outreach.store.rows import table_of
from outreach.store.rows_people import RegionRow
from outreach.store.transaction import Transaction

CHUNK = 1_000  # regions a statement: far below what either database takes as parameters of one
_REGION = table_of(RegionRow)
_C = _REGION.c
_OWN = (_C.own_zone, _C.quiet_hours, _C.opening_hours, _C.helplines, _C.second_person, _C.weekly_cap)  # as SETTINGS
_OWN_OF = dict(zip(SETTINGS, (column.name for column in _OWN), strict=True))
_ABOVE = _REGION.alias("above")

_SET_THERE = select(_C.id, _C.zone, *_OWN).where(_C.id.in_(bindparam("ids", expanding=True)))
_LINES = select(_C.id, _C.parent_id, _C.path, _C.level, _C.code, _C.name, _C.zone, _C.version, *_OWN)
_BY_ID = _LINES.where(_C.id == bindparam("id"))
_RIGHT_BELOW = (
    _LINES.where(_C.parent_id == bindparam("above"), _C.id > bindparam("after"))
    .order_by(_C.id)
    .limit(bindparam("limit"))
)
_INSIDE = _C.path.startswith(bindparam("inside"))
_TREE = _LINES.where(_INSIDE, _C.path > bindparam("after")).order_by(_C.path).limit(bindparam("limit"))
_FOUND = (
    _LINES.where(
        _INSIDE,
        or_(
            _C.name.icontains(bindparam("part"), escape="/"),
            _C.code.istartswith(bindparam("part"), escape="/"),
        ),
    )
    .order_by(_C.level.desc(), _C.code, _C.id)
    .limit(bindparam("limit"))
)
_CODED = _LINES.where(_C.code.in_(bindparam("codes", expanding=True)))
_IDS = select(_C.code, _C.id, _C.level).where(_C.code.in_(bindparam("codes", expanding=True)))
_COUNTS = (
    select(_C.parent_id, func.count().label("children"))
    .where(_C.parent_id.in_(bindparam("ids", expanding=True)))
    .group_by(_C.parent_id)
)
_CHANGE = (
    update(_REGION)
    .where(_C.id == bindparam("of_id"))
    .values({column: bindparam(column.name) for column in _OWN} | {_C.version: _C.version + 1})
)
_CHANGE_UNLESS_STALE = _CHANGE.where(_C.version == bindparam("seen"))
_CHANGE_WITH_NAME = _CHANGE.values({_C.name: bindparam("name")})
_RENAME = update(_REGION).where(_C.id == bindparam("of_id")).values(name=bindparam("name"), version=_C.version + 1)
_INSERT = insert(_REGION)
# Level by level, each from the one above it: as many statements as there are levels, however many regions.
_ZONES = (
    update(_REGION)
    .where(_C.level == bindparam("at_level"), _INSIDE)
    .values(
        zone=func.coalesce(
            _C.own_zone,
            select(_ABOVE.c.zone).where(_ABOVE.c.id == _C.parent_id).scalar_subquery(),
            bindparam("house", type_=String),
        )
    )
)
_PATHS = (
    update(_REGION)
    .where(_C.level == bindparam("at_level", type_=Integer), _C.path == "")
    .values(
        path=select(_ABOVE.c.path)
        .where(_ABOVE.c.id == _C.parent_id)
        .scalar_subquery()
        .concat(cast(_C.id, String) + "/")
    )
)


def settings_at(at: Transaction, paths: Iterable[str]) -> dict[str, RegionSettings]:
    """What holds where *paths* end."""
    wanted = {path: lineage(path) for path in paths}
    there = _set_there(at, {step for steps in wanted.values() for step in steps})
    return {path: _settings(steps, there, at.defaults.zone) for path, steps in wanted.items()}


def line(at: Transaction, region_id: RegionId) -> RegionLine:
    """Raises `NotFound`."""
    found = _lines(at, _BY_ID, {"id": region_id})
    if not found:
        raise NotFound("region", region_id)
    return found[0]


def right_below(at: Transaction, above: RegionId, limit: int, after: RegionId | None) -> list[RegionLine]:
    """The children of *above*."""
    return _lines(at, _RIGHT_BELOW, {"above": above, "after": after or 0, "limit": limit})


def tree(at: Transaction, path: str, limit: int, after: str) -> list[RegionLine]:
    """By lineage, which puts each behind the one that holds it: ``/`` sorts before every digit."""
    return _lines(at, _TREE, {"inside": path, "after": after, "limit": limit})


def found(at: Transaction, part: str, path: str, limit: int) -> list[RegionLine]:
    """By part of the name or by the beginning of the code."""
    literal = part.replace("/", "//").replace("%", "/%").replace("_", "/_")
    return _lines(at, _FOUND, {"inside": path, "part": literal, "limit": limit})


def coded(at: Transaction, codes: Iterable[str]) -> dict[str, RegionLine]:
    """Chunk by chunk."""
    lines = (each for chunk in _chunks(sorted(set(codes))) for each in _lines(at, _CODED, {"codes": chunk}))
    return {each.region.code: each for each in lines}


def change(at: Transaction, region_id: RegionId, own: RegionOwn, version: int | None) -> None:
    """Raises `NotFound` or `StaleVersion`."""
    before = line(at, region_id)
    statement = _CHANGE if version is None else _CHANGE_UNLESS_STALE
    values = {"of_id": region_id, **_columns(own)} | ({} if version is None else {"seen": version})
    if at.connection.execute(statement, values).rowcount == 0:
        raise StaleVersion(f"region {region_id} was changed since version {version}")
    if before.own.zone != own.zone:
        spread_zones(at, before.region.path, before.region.level)


def rename(at: Transaction, region_id: RegionId, name: str) -> None:
    """Raises `NotFound`."""
    if at.connection.execute(_RENAME, {"of_id": region_id, "name": name}).rowcount == 0:
        raise NotFound("region", region_id)


def plant(at: Transaction, new: Iterable[NewRegion]) -> None:
    """Level by level, so that each finds the one above it."""
    waiting = list(new)
    top: int | None = None
    while waiting:
        above = _ids(at, {each.above for each in waiting})
        ready = [each for each in waiting if each.above in above]
        if not ready:
            raise NotFound("region", waiting[0].above)
        for level in sorted({above[each.above][1] + 1 for each in ready}):
            of_level = [each for each in ready if above[each.above][1] + 1 == level]
            for chunk in _chunks(of_level):
                at.connection.execute(_INSERT, [_row(each, above[each.above][0], level) for each in chunk])
            at.connection.execute(_PATHS, {"at_level": level})
            top = level if top is None else min(top, level)
        placed = {each.code for each in ready}
        waiting = [each for each in waiting if each.code not in placed]
    if top is not None:
        spread_zones(at, "/", top)


def change_all(at: Transaction, changed: Iterable[ChangedRegion]) -> None:
    """Chunk by chunk; zones of the whole tree afterwards."""
    all_changed = list(changed)
    for chunk in _chunks(all_changed):
        values = [{"of_id": each.id, "name": each.name, **_columns(each.own)} for each in chunk]
        at.connection.execute(_CHANGE_WITH_NAME, values)
    if all_changed:
        spread_zones(at, "/", 0)


def spread_zones(at: Transaction, path: str, top: int) -> None:
    """Work out anew which zone holds in the region with that lineage, of level *top*, and in all below it."""
    for level in count(top):
        values = {"at_level": level, "inside": path, "house": at.defaults.zone}
        if at.connection.execute(_ZONES, values).rowcount == 0:
            return


def lineage(path: str) -> tuple[RegionId, ...]:
    """The ids in *path*, from the top."""
    return tuple(RegionId(int(step)) for step in path.split("/") if step)


def _set_there(at: Transaction, region_ids: Iterable[RegionId]) -> dict[RegionId, tuple[str, RegionOwn]]:
    rows = (row for chunk in _chunks(sorted(region_ids)) for row in at.connection.execute(_SET_THERE, {"ids": chunk}))
    return {RegionId(row[0]): (row[1], RegionOwn(*row[2:])) for row in rows}


def _settings(steps: Sequence[RegionId], there: Mapping[RegionId, tuple[str, RegionOwn]], house: str) -> RegionSettings:
    zone = there[steps[-1]][0] if steps and steps[-1] in there else house
    return RegionSettings.of(_held(steps, there), zone)


def _held(steps: Sequence[RegionId], there: Mapping[RegionId, tuple[str, RegionOwn]]) -> RegionOwn:
    return reduce(lambda above, own: own.under(above), (there[step][1] for step in steps if step in there), RegionOwn())


def _lines(at: Transaction, statement: Select[Any], values: Mapping[str, object]) -> list[RegionLine]:
    rows = at.connection.execute(statement, values).all()
    if not rows:
        return []
    steps = {row.id: lineage(row.path) for row in rows}
    there = _set_there(at, {step for each in steps.values() for step in each})
    children = {row.parent_id: row.children for row in at.connection.execute(_COUNTS, {"ids": list(steps)})}
    return [_line(row, steps[row.id], there, children.get(row.id, 0)) for row in rows]


def _line(
    row: Any, steps: Sequence[RegionId], there: Mapping[RegionId, tuple[str, RegionOwn]], children: int
) -> RegionLine:
    held = _held(steps, there)
    return RegionLine(
        region=Region(*row[:7]),
        version=row.version,
        children=children,
        own=RegionOwn(*row[8:]),
        held=held,
        settings=RegionSettings.of(held, row.zone),
        sources={name: step for step in steps if step in there for name in there[step][1].named()},
    )


def _ids(at: Transaction, codes: Iterable[str]) -> dict[str, tuple[int, int]]:
    chunks = (at.connection.execute(_IDS, {"codes": chunk}) for chunk in _chunks(sorted(codes)))
    return {code: (region_id, level) for rows in chunks for code, region_id, level in rows}


def _row(new: NewRegion, above: int, level: int) -> dict[str, object]:
    named = {"parent_id": above, "path": "", "level": level, "code": new.code, "name": new.name, "zone": ""}
    return {**named, **_columns(new.own)}


def _columns(own: RegionOwn) -> dict[str, object]:
    return {column: getattr(own, name) for name, column in _OWN_OF.items()}


def _chunks(items: Iterable[Any]) -> Iterable[list[Any]]:
    left = iter(items)
    while chunk := list(islice(left, CHUNK)):
        yield chunk
