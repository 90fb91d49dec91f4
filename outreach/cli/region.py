"""`outreach region …`: the tree of the network, and what holds in each part of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from outreach.cli.shared import AsJson, fields_of, opened_core, print_json, print_table
from outreach.domain.actor import Actor
from outreach.domain.errors import BadInput

if TYPE_CHECKING:
    from outreach.bootstrap import Core
    from outreach.services.cards_regions import RegionLine
    from outreach.services.ports import UnitOfWork
    from outreach.services.region_import import ImportPlan

app = typer.Typer(no_args_is_help=True, help="The parts of the network, and what holds in each of them.")
BY = Actor.operator()
Code = Annotated[str, typer.Argument(help="The region's code.")]
Zone = Annotated[str | None, typer.Option(help="An IANA name such as Asia/Shanghai; or above.")]
Quiet = Annotated[str | None, typer.Option(help="When nobody is written to, such as 21:30-07:30; off; or above.")]
Opening = Annotated[str | None, typer.Option(help="When staff read notes, in a few words; or above.")]
Helplines = Annotated[str | None, typer.Option(help="A country that the library has helplines for; or above.")]
SecondPerson = Annotated[str | None, typer.Option(help="yes or no: a second person approves; or above.")]
WeeklyCap = Annotated[str | None, typer.Option(help="The most announcements and tips a week, 0 to 100; or above.")]
_OPTIONS = {
    "code": "CODE",
    "name": "--name",
    "parent": "--parent",
    "zone": "--zone",
    "quiet_hours": "--quiet",
    "opening_hours": "--opening",
    "helplines": "--helplines",
    "second_person": "--second-person",
    "weekly_cap": "--weekly-cap",
}


@app.command("list")
def list_(
    limit: Annotated[int, typer.Option(min=1, max=500)] = 100,
    after: Annotated[str, typer.Option(help="Go on behind the region with this code.")] = "",
    as_json: AsJson = False,
) -> None:
    """The tree, each region behind the one that holds it, with what it sets itself."""
    from outreach.services import regions

    with opened_core() as core, core.database.unit_of_work() as uow:
        behind = _line(uow, after).region.path if after else ""
        lines = regions.tree(uow, BY, limit, behind)
    if as_json:
        print_json([_fields(line) for line in lines])
        return
    rows = (
        ("  " * line.region.level + line.region.code, line.region.name, line.children, _own(line)) for line in lines
    )
    _print_tree(("CODE", "NAME", "BELOW", "SETS"), rows)
    if len(lines) == limit:
        print(f"(there may be more: --after {lines[-1].region.code})")


@app.command()
def show(code: Code, as_json: AsJson = False) -> None:
    """What holds in a region, and which region says so."""
    from outreach.services.region_fields import shown

    with opened_core() as core, core.database.unit_of_work() as uow:
        line = _line(uow, code)
        codes = {source: uow.regions.get(source).code for source in set(line.sources.values())}
    if as_json:
        print_json(_fields(line))
        return
    print(f"{line.region.code}: {line.region.name or 'the whole network'}")
    held = {**shown(line.held), "zone": line.region.zone}
    said = ((name, held[name] or "–", _source(line, name, codes)) for name in held)
    print_table(("SETTING", "HOLDS", "SET BY"), said)


@app.command()
def add(
    code: Code,
    name: Annotated[str, typer.Option(help="As residents know it.")],
    parent: Annotated[str, typer.Option(help="Code of the region above; the whole network if left out.")] = "",
    zone: Zone = None,
    quiet: Quiet = None,
    opening: Opening = None,
    helplines: Helplines = None,
    second_person: SecondPerson = None,
    weekly_cap: WeeklyCap = None,
    as_json: AsJson = False,
) -> None:
    """A new region below another one, four levels deep at most. What it does not set holds as above it."""
    from outreach.services import regions

    texts = _texts(zone, quiet, opening, helplines, second_person, weekly_cap)
    with _changing() as (core, uow):
        above = _line(uow, parent, "--parent").region.id if parent else uow.regions.root().id
        sets = core.crafts.helplines.countries
        line = regions.add(uow, BY, above, code, name, datetime.now(UTC), texts=texts, sets=sets)
    _tell(line, as_json)


@app.command("set")
def set_(
    code: Code,
    name: Annotated[str | None, typer.Option(help="What it is called from now on.")] = None,
    zone: Zone = None,
    quiet: Quiet = None,
    opening: Opening = None,
    helplines: Helplines = None,
    second_person: SecondPerson = None,
    weekly_cap: WeeklyCap = None,
    as_json: AsJson = False,
) -> None:
    """Set what is named, leave the rest. The word above takes a setting back: it then holds as in the region above."""
    from outreach.services import regions

    texts = _texts(zone, quiet, opening, helplines, second_person, weekly_cap)
    if not texts and name is None:
        raise BadInput(["name what to set, such as --quiet 22:00-07:00; `outreach region set --help` lists it all"])
    with _changing() as (core, uow):
        region, sets = _line(uow, code).region.id, core.crafts.helplines.countries
        line = regions.change(uow, BY, region, texts, datetime.now(UTC), sets=sets, name=name)
    _tell(line, as_json)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="A CSV file: code, name, parent and the settings as columns.")],
    do_it: Annotated[bool, typer.Option("--apply", help="Do it; without this it is only shown.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show what a spreadsheet would make and change; with --apply do all of it, or nothing while one row is wrong."""
    from outreach.services import region_import

    rows = region_import.rows_of(_read(file))
    with opened_core() as core, core.database.unit_of_work() as uow:
        sets = core.crafts.helplines.countries
        found = region_import.plan(uow, BY, rows, sets)
        if do_it and found.is_good:
            found = region_import.apply(uow, BY, rows, sets, datetime.now(UTC), fingerprint=found.fingerprint)
    if as_json:
        print_json({**_plan_fields(found), "applied": do_it and found.is_good})
    if not found.is_good:
        raise BadInput([*map(str, found.problems), f"{file.name}: nothing was changed; mend the rows above"])
    if not as_json:
        _show_plan(found, applied=do_it)


@app.command()
def export(file: Annotated[Path, typer.Argument(help="The CSV file to write.")]) -> None:
    """Write every region and what it sets into a spreadsheet that `import` takes back."""
    from outreach.services.region_export import exported

    with opened_core() as core, core.database.unit_of_work() as uow:
        text = exported(uow, BY)
    try:
        with file.open("x", encoding="utf-8", newline="") as out:
            out.write(text)
    except FileExistsError:
        raise BadInput([f"{file.name} is there already; choose another name"]) from None


def _read(file: Path) -> bytes:
    from outreach.services.spreadsheet import LARGEST

    try:
        with file.open("rb") as opened:
            return opened.read(LARGEST + 1)
    except OSError as reason:
        raise BadInput([f"{file.name}: it cannot be read ({reason.strerror}); give a CSV file"]) from None


def _line(uow: UnitOfWork, code: str, where: str = "CODE") -> RegionLine:
    uow.regions.root()  # made on first use: it can be set before there is anything else
    found = uow.regions.coded([code]).get(code)
    if found is None:
        raise BadInput([f"{where}: there is no region {code!r}: `outreach region list` shows those there are"])
    return found


def _texts(
    zone: str | None,
    quiet: str | None,
    opening: str | None,
    helplines: str | None,
    second_person: str | None,
    weekly_cap: str | None,
) -> Mapping[str, str]:
    """What was named, by setting."""
    from outreach.services.cards_regions import SETTINGS

    given = (zone, quiet, opening, helplines, second_person, weekly_cap)
    return {name: text for name, text in zip(SETTINGS, given, strict=True) if text is not None}


@contextmanager
def _changing() -> Iterator[tuple[Core, UnitOfWork]]:
    """A transaction whose problems are told by the options that they are about."""
    from outreach.services.problems import BadFields

    try:
        with opened_core() as core, core.database.unit_of_work() as uow:
            yield core, uow
    except BadFields as refused:
        raise BadInput([f"{_OPTIONS.get(one.where, one.where)}: {one.said}" for one in refused.found]) from None


def _tell(line: RegionLine, as_json: bool) -> None:
    if as_json:
        print_json(_fields(line))
    else:
        print(f"{line.region.code}: {line.region.name or 'the whole network'}; {_own(line) or 'all as above'}")


def _fields(line: RegionLine) -> Mapping[str, Any]:
    """A region as one object: what it is, sets itself, and what holds there."""
    from outreach.services.region_fields import shown

    return {
        **fields_of(line.region),
        "children": line.children,
        "version": line.version,
        "own": fields_of(line.own),
        "held": {**shown(line.held), "zone": line.region.zone},
        "sources": line.sources,
    }


def _own(line: RegionLine) -> str:
    from outreach.services.region_fields import shown

    return ", ".join(f"{_OPTIONS[name].removeprefix('--')} {text}" for name, text in shown(line.own).items() if text)


def _source(line: RegionLine, name: str, codes: Mapping[Any, str]) -> str:
    source = line.sources.get(name)
    return "the house" if source is None else "itself" if source == line.region.id else codes[source]


def _print_tree(headings: Iterable[str], rows: Iterable[tuple[str, object, object, object]]) -> None:
    """As a table, with the steps of the tree kept: a table of ours closes up spaces."""
    print_table(headings, ((code.replace("  ", "· "), *rest) for code, *rest in rows))


def _plan_fields(found: ImportPlan) -> Mapping[str, Any]:
    return {
        "new": [{"row": one.row, "level": one.level, **fields_of(one.new)} for one in found.new],
        "changed": [
            {"row": one.row, "code": one.line.region.code, "fields": one.fields, "name": one.name, "own": one.own}
            for one in found.changed
        ],
        "unchanged": found.unchanged,
        "problems": [{"row": one.row, **fields_of(one.problem)} for one in found.problems],
    }


def _show_plan(found: ImportPlan, applied: bool) -> None:
    rows = [(one.row, "new", one.new.code, one.new.name, f"below {one.new.above}") for one in found.new]
    rows += [(one.row, "change", one.line.region.code, one.name, ", ".join(one.fields)) for one in found.changed]
    if rows:
        print_table(("ROW", "", "CODE", "NAME", "WHAT"), sorted(rows))
    counts = f"{len(found.new)} new, {len(found.changed)} changed, {found.unchanged} as they are"
    print(f"{counts}: done" if applied else f"{counts}; nothing is done yet: --apply does it")
