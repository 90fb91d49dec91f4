"""`outreach content …`: check the library, see what it holds, approve items."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from outreach.cli.shared import AsJson, fields_of, opened_core, print_json, print_table, set_up_logging
from outreach.domain.actor import Actor
from outreach.domain.errors import NotFound
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
    with opened_core() as core, core.database.unit_of_work() as uow:
        approved = {(item.slug, item.language.value): item for item in uow.contents.approved()}
        items = list(core.crafts.library)
    rows = []
    for item in items:
        frozen = approved.get((item.slug, str(item.language)))
        state = "in_review" if frozen is None else "approved" if frozen.version == item.version else "approved_older"
        rows.append(
            {
                "slug": item.slug,
                "language": str(item.language),
                "title": item.title,
                "audience": list(item.audience),
                "version": item.version,
                "state": state,
                "approved_by": frozen.approved_by if frozen else None,
                "approved_at": frozen.approved_at if frozen else None,
            }
        )
    if as_json:
        print_json(rows)
    else:
        print_table(
            ("SLUG", "LANGUAGE", "STATE", "VERSION", "TITLE"),
            ((row["slug"], row["language"], row["state"], row["version"], row["title"]) for row in rows),
        )


@app.command()
def approve(
    slug: Annotated[str, typer.Argument(help="The item's slug.")],
    language: Annotated[Language, typer.Option(help="Each language is approved on its own.")],
    as_json: AsJson = False,
) -> None:
    """Freeze the item as it stands: only approved versions are ever sent."""
    from outreach.services import contents

    with opened_core() as core, core.database.unit_of_work() as uow:
        item = core.crafts.library.get(slug, language)
        if item is None:
            raise NotFound("library item", f"{slug}.{language}")
        frozen = contents.approve(uow, Actor.operator(), item, datetime.now(UTC))
    if as_json:
        print_json({name: value for name, value in fields_of(frozen).items() if name != "body"})
    else:
        print(f"{frozen.slug} ({frozen.language}) is approved in version {frozen.version}")
