"""Regions from a spreadsheet: first a plan of all that would become of it, then that plan or nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from outreach.domain.actor import Actor, Permission
from outreach.domain.errors import StaleVersion
from outreach.services import regions
from outreach.services.access import require
from outreach.services.cards import Region
from outreach.services.cards_regions import SETTINGS, ChangedRegion, NewRegion, RegionLine, RegionOwn
from outreach.services.ports import UnitOfWork
from outreach.services.problems import BadFields, Problem
from outreach.services.region_branches import levels_of
from outreach.services.region_fields import about_code, about_name, clean, read_settings
from outreach.services.spreadsheet import Row, read_rows

COLUMNS: Mapping[str, Iterable[str]] = {
    "code": ("编码", "代码", "编号", "地区编码", "区划代码", "行政区划代码", "region code"),
    "name": ("名称", "地区", "地区名称", "region", "region name"),
    "parent": ("上级", "上级编码", "上级代码", "parent code", "above"),
    "zone": ("时区", "time zone", "timezone"),
    "quiet_hours": ("安静时段", "免打扰", "免打扰时段", "quiet"),
    "opening_hours": ("办公时间", "工作时间", "开放时间", "opening", "office hours"),
    "helplines": ("热线", "求助热线", "helpline"),
    "second_person": ("双人审核", "第二人审核", "第二人批准", "two people"),
    "weekly_cap": ("每周上限", "每周最多", "cap"),
    "": ("备注", "说明", "note", "notes", "remark", "remarks"),
}
"""The headings that are understood, by column; those under the empty name are for people alone."""

_PLACES = {column: place for place, column in enumerate(COLUMNS)}


@dataclass(frozen=True, slots=True)
class Told:
    """A problem and the row it is in, numbered as the spreadsheet numbers them."""

    row: int
    problem: Problem

    def __str__(self) -> str:
        return f"row {self.row}: {self.problem}"


@dataclass(frozen=True, slots=True)
class Planned:
    """A region to be made, from *row*, at *level*."""

    row: int
    new: NewRegion
    level: int


@dataclass(frozen=True, slots=True)
class Changed:
    """A region to be changed: how it is, and what it is called and sets afterwards."""

    row: int
    line: RegionLine
    name: str
    own: RegionOwn

    @property
    def fields(self) -> tuple[str, ...]:
        """What becomes different."""
        renamed = ("name",) if self.name != self.line.region.name else ()
        return (*renamed, *(name for name in SETTINGS if getattr(self.own, name) != getattr(self.line.own, name)))


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What would become of a file below *unit*. While there is one problem, nothing of it does."""

    unit: Region
    new: Sequence[Planned] = ()
    changed: Sequence[Changed] = ()
    unchanged: int = 0
    problems: Sequence[Told] = ()

    @property
    def is_good(self) -> bool:
        """Whether it can be applied."""
        return not self.problems

    @property
    def fingerprint(self) -> str:
        """The same for the same plan over the same regions."""
        changes = [(one.line.region.id, one.line.version, one.name, one.own) for one in self.changed]
        seen = repr((self.unit.id, [one.new for one in self.new], changes, self.unchanged))
        return hashlib.sha256(seen.encode()).hexdigest()[:16]


def rows_of(data: bytes | str) -> list[Row]:
    """The rows of a CSV file, or of its text, with at least a column of codes. Raises `BadFields`."""
    return read_rows(data, COLUMNS, needed=("code",))


def plan(uow: UnitOfWork, by: Actor, rows: Sequence[Row], sets: Collection[str]) -> ImportPlan:
    """What *rows* would do to the part of the network of *by*, and everything that stands against it.

    A code that is there already is changed, another one is new; parents may come behind their children, and without
    one it lies right below the unit of *by*. A column that is missing leaves things as they are; an empty cell of a
    setting means as above. Nothing is ever moved or taken away. *sets*: the countries with helplines.
    """
    unit = regions.unit_of(uow, by)
    require(by, Permission.MANAGE_REGIONS, unit.path)
    drafts = [_Draft(row, clean(row.texts["code"]), clean(row.texts.get("parent", ""))) for row in rows]
    codes = {code for draft in drafts for code in (draft.code, draft.parent)}
    there = uow.regions.coded(code for code in codes if not about_code(code))
    return _Planner(unit, sets, drafts, there).plan()


def apply(
    uow: UnitOfWork, by: Actor, rows: Sequence[Row], sets: Collection[str], now: datetime, *, fingerprint: str = ""
) -> ImportPlan:
    """Do what `plan` says, all of it or nothing; what was done.

    *fingerprint*: of the plan that somebody looked at. Raises `BadFields` with all problems, `StaleVersion` if the
    plan would be another one by now, `Forbidden`.
    """
    uow.regions.hold()
    planned = plan(uow, by, rows, sets)
    if planned.problems:
        raise BadFields([_with_row(told) for told in planned.problems])
    if not planned.new and not planned.changed:
        return planned  # done already, perhaps by the same form a moment ago
    if fingerprint and planned.fingerprint != fingerprint:
        raise StaleVersion("the regions were changed since the plan was shown")
    uow.regions.plant(one.new for one in planned.new)
    uow.regions.change_all(ChangedRegion(one.line.region.id, one.name, one.own) for one in planned.changed)
    reason = f"{len(planned.new)} new, {len(planned.changed)} changed"
    uow.audit.write(by, "import", "region", planned.unit.id, now, reason)
    return planned


def _with_row(told: Told) -> Problem:
    where = f"row {told.row}, {told.problem.where}"
    return Problem(where, told.problem.code, told.problem.said, told.problem.values)


@dataclass(frozen=True, slots=True)
class _Draft:
    row: Row
    code: str
    parent: str


@dataclass(slots=True)
class _Planner:
    """Works a plan out: every row by itself first, then how those that are new hang together."""

    unit: Region
    sets: Collection[str]
    drafts: Sequence[_Draft]
    there: Mapping[str, RegionLine]
    problems: list[Told] = field(default_factory=list)

    def plan(self) -> ImportPlan:
        first = self._first_rows()
        own = [draft for draft in self.drafts if first.get(draft.code) == draft.row.number]
        coming = {draft.code: draft for draft in own if draft.code not in self.there}
        changed = [one for draft in own if draft.code in self.there for one in self._of_known(draft)]
        levels = self._levels(coming)
        new = [self._of_new(draft, levels.get(draft.code, 0)) for draft in coming.values()]
        different = [one for one in changed if one.fields]
        self.problems.sort(key=lambda told: (told.row, _PLACES[told.problem.where]))
        return ImportPlan(self.unit, new, different, len(changed) - len(different), self.problems)

    def _first_rows(self) -> Mapping[str, int]:
        """The row where each code that is one comes first; a code that comes again is a problem there."""
        first: dict[str, int] = {}
        for draft in self.drafts:
            row = draft.row.number
            if bad := about_code(draft.code):
                self._tell(row, bad)
            elif draft.code in first:
                said = f"{draft.code} stands in row {first[draft.code]} already; keep one"
                values = {"code": draft.code, "row": first[draft.code]}
                self._tell(row, [Problem("code", "region_code_twice", said, values)])
            else:
                first[draft.code] = row
        return first

    def _of_known(self, draft: _Draft) -> Iterator[Changed]:
        row, line = draft.row, self.there[draft.code]
        if not line.region.path.startswith(self.unit.path):
            self._tell(row.number, [regions.taken(draft.code)])
            return
        above = self.there.get(draft.parent)
        if draft.parent and (above is None or above.region.id != line.region.parent_id):
            self._tell(row.number, [_moved(draft)])
        name = row.texts.get("name", "") or line.region.name
        own, bad = self._settings(row, line.own)
        self._tell(row.number, bad + (about_name(name) if name != line.region.name else []))
        yield Changed(row.number, line, name, own)

    def _of_new(self, draft: _Draft, level: int) -> Planned:
        row = draft.row
        name = row.texts.get("name", "")
        own, bad = self._settings(row, RegionOwn())
        self._tell(row.number, about_name(name) + bad)
        return Planned(row.number, NewRegion(draft.code, name, draft.parent or self.unit.code, own), level)

    def _settings(self, row: Row, before: RegionOwn) -> tuple[RegionOwn, list[Problem]]:
        return read_settings({name: row.texts[name] for name in SETTINGS if name in row.texts}, before, self.sets)

    def _levels(self, coming: Mapping[str, _Draft]) -> Mapping[str, int]:
        """How deep each new one lies; told where it cannot be said, and where it is too deep."""
        parents = {code: draft.parent or self.unit.code for code, draft in coming.items()}
        roots = {self.unit.code: self.unit.level}
        for code, line in self.there.items():
            if line.region.path.startswith(self.unit.path):
                roots[code] = line.region.level
        levels, circles = levels_of(parents, roots)
        for code, draft in coming.items():
            if code in circles:
                self._tell(draft.row.number, [_circle(draft)])
            elif levels.get(code, 0) > regions.DEEPEST:
                self._tell(draft.row.number, [regions.too_deep()])
            elif parents[code] not in roots and parents[code] not in coming:
                self._tell(draft.row.number, [_no_parent(draft)])
        return levels

    def _tell(self, row: int, problems: Iterable[Problem]) -> None:
        self.problems += (Told(row, problem) for problem in problems)


def _moved(draft: _Draft) -> Problem:
    said = f"{draft.code} lies below another region; a file moves nothing, so give that one or leave it empty"
    return Problem("parent", "region_moved", said, {"code": draft.code})


def _circle(draft: _Draft) -> Problem:
    said = f"{draft.code} would lie below itself; give another region above it"
    return Problem("parent", "region_circle", said, {"code": draft.code})


def _no_parent(draft: _Draft) -> Problem:
    said = f"there is no region {draft.parent[:40]!r}, here or in the file; add a row for it or mend the code"
    return Problem("parent", "region_no_parent", said, {"code": draft.parent[:40]})
