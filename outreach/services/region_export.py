"""Regions as a spreadsheet that `region_import` takes back."""

from __future__ import annotations

from collections.abc import Iterator

from outreach.domain.actor import Actor
from outreach.services import regions
from outreach.services.cards_regions import SETTINGS, RegionLine
from outreach.services.ports import UnitOfWork
from outreach.services.region_fields import shown
from outreach.services.spreadsheet import as_csv

HEADINGS = ("code", "name", "parent", *SETTINGS)
CHUNK = 500  # regions a look


def exported(uow: UnitOfWork, by: Actor) -> str:
    """The part of *by* as a CSV file: what each region sets itself, each behind the one that holds it.

    Only what is set is said, so the file taken back changes nothing. Raises `Forbidden`.
    """
    codes: dict[int | None, str] = {}
    rows = []
    for line in _lines(uow, by):
        region = line.region
        codes[region.id] = region.code
        own = shown(line.own)
        rows.append((region.code, region.name, codes.get(region.parent_id, ""), *(own[name] for name in SETTINGS)))
    return as_csv(HEADINGS, rows)


def _lines(uow: UnitOfWork, by: Actor) -> Iterator[RegionLine]:
    after = ""
    while page := regions.tree(uow, by, CHUNK, after):
        yield from page
        after = page[-1].region.path
