"""`outreach content …`: check the library, see what it holds, approve and withdraw items."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from outreach.cli.content_files import export, sync
from outreach.cli.content_reading import Reading, read_folder
from outreach.cli.shared import AsJson, fields_of, opened_core, print_json, print_table, set_up_logging
from outreach.domain.actor import Actor
from outreach.domain.errors import BadInput, NotFound
from outreach.domain.messages import Language

app = typer.Typer(no_args_is_help=True, help="The library of reviewed texts.")


@app.command()
def lint(as_json: AsJson = False) -> None:
    """Everything that is wrong with the library, by file and line, also of files that cannot be read at all.

    Exits with 2 if something is.
    """
    from outreach.bootstrap import survey
    from outreach.content import Severity
    from outreach.content import lint as lint_library
    from outreach.settings import load

    set_up_logging("WARNING")
    found = survey(load())
    today = datetime.now(UTC).date()
    problems = [*found.unreadable, *lint_library(found.library, today, found.wording_rules)]
    warnings = found.helplines.warnings(today)
    if as_json:
        print_json({"problems": [fields_of(problem) for problem in problems], "warnings": warnings})
    else:
        for problem in problems:
            print(problem)
        for warning in warnings:
            print(f"warning: {warning}", file=sys.stderr)
        print(f"{len(found.library)} items, {len(problems)} problems")
    if any(problem.severity is Severity.ERROR for problem in problems):
        raise typer.Exit(2)


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """What the library holds and what is approved here."""
    from outreach.services import contents

    with opened_core() as core, core.database.reading() as uow:
        lines = contents.listed(uow, Actor.operator(), core.crafts.library, limit=sys.maxsize)
    if as_json:
        print_json([fields_of(line) | {"version": line.shipped_version} for line in lines])
    else:
        print_table(
            ("SLUG", "LANGUAGE", "STATE", "VERSION", "TITLE"),
            ((line.slug, line.language, line.state, line.shipped_version or "-", line.title) for line in lines),
        )


@app.command()
def approve(
    slug: Annotated[str, typer.Argument(help="The item's slug.")],
    language: Annotated[Language, typer.Option(help="Each language is approved on its own.")],
    folder: Annotated[str, typer.Option("--from", help="A folder of library files, as `content sync` reads it.")] = "",
    as_json: AsJson = False,
) -> None:
    """Freeze the item as it stands: only approved versions are ever sent. What the lint calls an error is refused."""
    from outreach.services import contents
    from outreach.settings import load

    now = datetime.now(UTC)
    reading = read_folder(Path(folder) if folder else None, load(), now.date())
    with opened_core() as core, core.database.unit_of_work() as uow:
        item = reading.library.get(slug, language)
        if item is None:
            _refuse_unreadable(reading, slug, language)
            raise NotFound("library item", f"{slug}.{language}")
        review = contents.Review(reading.library, reading.rules)
        frozen = contents.approve(uow, Actor.operator(), item, now, review)
    if as_json:
        print_json({name: value for name, value in fields_of(frozen).items() if name != "body"})
    else:
        print(f"{frozen.slug} ({frozen.language}) is approved in version {frozen.version}")


@app.command()
def withdraw(
    slug: Annotated[str, typer.Argument(help="The item's slug.")],
    reason: Annotated[str, typer.Option(help="Why, in a few words; kept with your name.")],
    language: Annotated[Language | None, typer.Option(help="In this language only; in all if left out.")] = None,
    as_json: AsJson = False,
) -> None:
    """Take an approved text back: it is sent no more, not even where it is queued already."""
    from outreach.services import contents

    with opened_core() as core, core.database.unit_of_work() as uow:
        taken = contents.withdraw(uow, Actor.operator(), slug, language, reason, datetime.now(UTC))
    if as_json:
        print_json([fields_of(one) for one in taken])
    else:
        for one in taken:
            print(f"{one.slug} ({one.language}) is withdrawn")


app.command("sync")(sync)
app.command("export")(export)


def _refuse_unreadable(reading: Reading, slug: str, language: Language) -> None:
    """Say what is wrong with the item's file, where there is one that could not be read."""
    problems = [str(one) for one in reading.errors if one.path.endswith(f"/{slug}.{language}.md")]
    if problems:
        raise BadInput(problems)
