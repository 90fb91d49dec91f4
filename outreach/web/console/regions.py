"""The tree of regions: a list, what holds in one of them and who says so, a new one, changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from starlette.routing import BaseRoute

from outreach.domain.actor import Permission
from outreach.domain.errors import Forbidden, StaleVersion
from outreach.domain.ids import RegionId
from outreach.services import regions
from outreach.services.access import require
from outreach.services.cards_regions import SETTINGS, RegionLine
from outreach.services.ports import UnitOfWork
from outreach.services.region_fields import LONGEST_CODE, LONGEST_HOURS, LONGEST_NAME, shown
from outreach.web.console import region_shown
from outreach.web.console.frame import Console, Page
from outreach.web.console.visit import Go, Visit, number

PATH = "/console/regions"
PAGE_SIZE = 50
_NEVER = -1
"""The version of nothing: what a form without a version claims to have seen."""


def routes(console: Console) -> list[BaseRoute]:
    """``/console/regions`` and ``/console/regions/{region}`` with a new one below it and its change."""
    one, new = Page("console/region.html", _one), Page("console/new_region.html", _new)
    place = f"{PATH}/{{region}}"
    return [
        console.get(PATH, Page("console/regions.html", _list)),
        console.get(f"{place}/new", new),
        console.post(f"{place}/new", _add, new),
        console.get(place, one),
        console.post(f"{place}/change", _change, one),
    ]


def _list(uow: UnitOfWork, visit: Visit) -> Mapping[str, Any]:
    part = visit.asked("part")
    after = visit.asked("after")
    if part:
        lines = regions.found(uow, visit.by, part, PAGE_SIZE + 1)
    else:
        lines = regions.tree(uow, visit.by, PAGE_SIZE + 1, after)
    page = lines[:PAGE_SIZE]
    unit = regions.unit_of(uow, visit.by)
    following = f"{PATH}?{urlencode({'after': page[-1].region.path})}" if len(lines) > PAGE_SIZE and not part else ""
    return {
        "lines": page,
        "own": {line.region.id: region_shown.own_words(line, visit.texts) for line in page},
        "top": unit,
        "part": part,
        "has_more": len(lines) > PAGE_SIZE,
        "following": following,
        "may_manage": visit.by.may(Permission.MANAGE_REGIONS, unit.path),
        "may_add": visit.by.may(Permission.MANAGE_REGIONS, unit.path) and unit.level < regions.DEEPEST,
    }


def _one(uow: UnitOfWork, visit: Visit) -> Mapping[str, Any]:
    asked, after = RegionId(visit.id("region")), visit.asked_number("after")
    behind = None if after is None else RegionId(after)
    line, below = regions.get_with_below(uow, visit.by, asked, PAGE_SIZE + 1, behind)
    page = below[:PAGE_SIZE]
    names = uow.regions.names(_lineage(line))
    was = {**shown(line.own), "name": line.region.name}
    may_manage = visit.by.may(Permission.MANAGE_REGIONS, line.region.path)
    return {
        "line": line,
        "above": [(step, names.get(step, ""), _is_within(visit, line, step)) for step in _lineage(line)[:-1]],
        "names": names,
        "held": region_shown.held(line, visit.house.settings, visit.texts),
        "below": page,
        "own": {each.region.id: region_shown.own_words(each, visit.texts) for each in page},
        "following": f"{PATH}/{line.region.id}?after={page[-1].region.id}" if len(below) > PAGE_SIZE else "",
        "may_manage": may_manage,
        "may_add": may_manage and line.region.level < regions.DEEPEST,
        "was": {f"was_{name}": text for name, text in was.items()},
        "theirs": _theirs(visit, was),
        "tell_value": lambda name, text: region_shown.said(name, text, visit.texts) if name in SETTINGS else text,
        "form": visit.form.opened_with(**was),
        **_choices(visit),
    }


def _theirs(visit: Visit, now: Mapping[str, str]) -> Sequence[str]:
    """What somebody else changed since the form was opened, if that is why it is shown again."""
    if not isinstance(visit.refused, StaleVersion):
        return ()
    return [name for name, text in now.items() if visit.form.text(f"was_{name}") != text]


def _new(uow: UnitOfWork, visit: Visit) -> Mapping[str, Any]:
    line = regions.get(uow, visit.by, RegionId(visit.id("region")))
    require(visit.by, Permission.MANAGE_REGIONS, line.region.path)
    if line.region.level >= regions.DEEPEST:
        raise Forbidden("nothing lies below the deepest level")
    return {"line": line, "form": visit.form.opened_with(**dict.fromkeys(SETTINGS, "")), **_choices(visit)}


def _add(uow: UnitOfWork, visit: Visit) -> Go:
    form = visit.form
    made = regions.add(
        uow,
        visit.by,
        RegionId(visit.id("region")),
        form.text("code"),
        form.text("name"),
        visit.now,
        texts=_typed(visit),
        sets=visit.house.core.crafts.helplines.countries,
    )
    return Go(f"{PATH}/{made.region.id}", "region_added")


def _change(uow: UnitOfWork, visit: Visit) -> Go:
    region_id, version = RegionId(visit.id("region")), number(visit.form.text("version"))
    regions.change(
        uow,
        visit.by,
        region_id,
        _typed(visit),
        visit.now,
        sets=visit.house.core.crafts.helplines.countries,
        name=visit.form.text("name") if "name" in visit.form.typed else None,
        version=_NEVER if version is None else version,
    )
    return Go(f"{PATH}/{region_id}", "saved")


def _typed(visit: Visit) -> Mapping[str, str]:
    return {name: visit.form.text(name) for name in SETTINGS if name in visit.form.typed}


def _choices(visit: Visit) -> Mapping[str, Any]:
    texts = visit.texts
    above = ("", texts["as_above"])
    countries = sorted(visit.house.core.crafts.helplines.countries)
    return {
        "countries": [above, *((country, country) for country in countries)],
        "answers": [above, ("yes", texts["yes"]), ("no", texts["no"])],
        "labels": {
            "code": texts["region_code"],
            "name": texts["region_name"],
            **{name: texts[f"region_{name}"] for name in SETTINGS},
        },
        "most": {"code": LONGEST_CODE, "name": LONGEST_NAME, "hours": LONGEST_HOURS},
    }


def _lineage(line: RegionLine) -> Sequence[RegionId]:
    return [RegionId(int(step)) for step in line.region.path.split("/") if step]


def _is_within(visit: Visit, line: RegionLine, step: RegionId) -> bool:
    """Whether the region *step*, above that of *line*, belongs to the part of whoever looks."""
    path = line.region.path.partition(f"/{step}/")[0] + f"/{step}/"
    return path.startswith(visit.by.region_path)
