"""Regions from a spreadsheet: sent, shown with all that would become of it, and then done; and the same to take away.

The file stays with the browser: the page that shows the plan carries its text, and a mark of the plan that was seen.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import islice
from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute

from outreach.domain.actor import Permission
from outreach.domain.errors import BadInput, Forbidden, Refusal
from outreach.services import region_import, regions
from outreach.services.access import require
from outreach.services.ports import UnitOfWork
from outreach.services.problems import BadFields, Problem
from outreach.services.region_export import exported
from outreach.services.region_fields import shown
from outreach.services.region_import import ImportPlan
from outreach.services.spreadsheet import FIELD, Row, decoded
from outreach.web.console import region_shown
from outreach.web.console.frame import Console, Page
from outreach.web.console.refusals import problems_of
from outreach.web.console.regions import PATH
from outreach.web.console.rendering import see_other
from outreach.web.console.uploads import read_upload
from outreach.web.console.visit import Go, Visit

IMPORT = f"{PATH}/import"
MOST_SHOWN = 200
"""Rows of a plan, and problems, that one page shows; the counts are always of all."""


def routes(console: Console) -> list[BaseRoute]:
    """``/console/regions/import`` and what is done with it, ``/console/regions/table.csv``."""
    page = Page("console/region_import.html", _page)

    async def sent(visit: Visit) -> Response:
        if visit.request.method == "GET":
            return await console.show(visit.request, page)
        try:
            text = await asyncio.to_thread(decoded, _file(visit))
            return await _planned(console, visit, text)
        except Refusal as refusal:
            return await console.show_again(visit, page, refusal)

    async def applied(visit: Visit) -> Response:
        text = next(iter(visit.form.all("table")), "")
        try:
            rows = await _rows(text)
            done = await visit.house.bridge.write(lambda uow: _apply(uow, visit, rows))
        except Forbidden as refusal:
            return await console.show_again(visit, page, refusal)
        except Refusal as refusal:
            return await _again(console, visit, text, page, refusal)
        count = len(done.new) + len(done.changed)
        return see_other(Go(PATH, "regions_imported" if count else "regions_as_they_were", count).address)

    async def table(visit: Visit) -> Response:
        try:
            text = await visit.house.bridge.read(lambda uow: exported(uow, visit.by))
        except Refusal as refusal:
            return await console.show_again(visit, page, refusal)
        headers = {"content-disposition": 'attachment; filename="regions.csv"', "cache-control": "no-store"}
        return Response(text, media_type="text/csv; charset=utf-8", headers=headers)

    return [
        console.alone(IMPORT, sent, read=read_upload),
        console.alone(f"{IMPORT}/apply", applied, read=read_upload),
        console.alone(f"{PATH}/table.csv", table),
    ]


def _page(uow: UnitOfWork, visit: Visit) -> dict[str, Any]:
    unit = regions.unit_of(uow, visit.by)
    require(visit.by, Permission.MANAGE_REGIONS, unit.path)
    return {"unit": unit, "columns": [(name, visit.texts[f"column_{name}"]) for name in region_import.COLUMNS if name]}


def _file(visit: Visit) -> bytes:
    data = visit.form.files.get(FIELD, b"")
    if not data:
        raise BadFields([Problem(FIELD, "file_missing", "choose a file")])
    return data


async def _rows(text: str) -> Sequence[Row]:
    """The rows of *text*, read off the loop: thousands take a moment."""
    return await asyncio.to_thread(region_import.rows_of, text)


async def _planned(console: Console, visit: Visit, text: str, refused: Refusal | None = None) -> Response:
    rows, sets = await _rows(text), visit.house.core.crafts.helplines.countries
    plan = await visit.house.bridge.read(lambda uow: region_import.plan(uow, visit.by, rows, sets))
    status = 409 if refused is not None else 200 if plan.is_good else 422
    return console.rendering.page(visit, "console/region_plan.html", status, **_shown(visit, plan, text, refused))


async def _again(console: Console, visit: Visit, text: str, page: Page, refusal: Refusal) -> Response:
    """The plan as it is by now, or the form if the text itself is no table."""
    try:
        return await _planned(console, visit, text, None if isinstance(refusal, BadInput) else refusal)
    except Refusal as reason:
        return await console.show_again(visit, page, reason)


def _apply(uow: UnitOfWork, visit: Visit, rows: Sequence[Row]) -> ImportPlan:
    sets, seen = visit.house.core.crafts.helplines.countries, visit.form.text("fingerprint")
    return region_import.apply(uow, visit.by, rows, sets, visit.now, fingerprint=seen or "unseen")


def _shown(visit: Visit, plan: ImportPlan, text: str, refused: Refusal | None) -> dict[str, Any]:
    texts = visit.texts
    told = [
        (one.row, texts[f"column_{one.problem.where}"], _sentence(BadFields([one.problem]), visit))
        for one in islice(plan.problems, MOST_SHOWN)
    ]
    changed = [
        (one.row, one.line.region, one.name, [_difference(one, name, visit) for name in one.fields])
        for one in islice(plan.changed, MOST_SHOWN)
    ]
    return {
        "plan": plan,
        "told": told,
        "changed": changed,
        "new": list(islice(plan.new, MOST_SHOWN)),
        "most": MOST_SHOWN,
        "table": text,
        "refused": "" if refused is None else _sentence(refused, visit),
    }


def _sentence(refusal: Refusal, visit: Visit) -> str:
    return next(sentence for told in problems_of(refusal, visit.lang).values() for sentence in told)


def _difference(one: region_import.Changed, name: str, visit: Visit) -> tuple[str, str, str]:
    """What is changed: its label, how it was and how it will be."""
    texts = visit.texts
    if name == "name":
        return texts["column_name"], one.line.region.name, one.name
    before, after = (shown(own)[name] for own in (one.line.own, one.own))
    return texts[f"column_{name}"], region_shown.said(name, before, texts), region_shown.said(name, after, texts)
