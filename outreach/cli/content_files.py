"""`outreach content sync` and `export`: the library between files and what is approved here."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from outreach.cli.content_reading import read_folder
from outreach.cli.shared import AsJson, fields_of, opened_core, print_json, print_table, set_up_logging
from outreach.domain.actor import Actor
from outreach.domain.errors import BadInput

if TYPE_CHECKING:
    from outreach.content import Problem
    from outreach.services.cards_content import ComparedItem, ExportedFile


def sync(
    folder: Annotated[str, typer.Argument(help="A folder of library files; the settings' library if left out.")] = "",
    as_json: AsJson = False,
) -> None:
    """Hold the files against what is approved here: new, changed, unchanged, withdrawn, gone.

    First all that is wrong, by file and line; with an error nothing else happens, and it exits with 2. Approves
    nothing and sends nothing.
    """
    from outreach.services import library_files
    from outreach.settings import load

    set_up_logging("WARNING")
    now = datetime.now(UTC)
    reading = read_folder(Path(folder) if folder else None, load(), now.date())
    if reading.errors:
        _tell(reading.problems, [], folder, as_json)
        raise typer.Exit(2)
    with opened_core() as core, core.database.unit_of_work() as uow:
        items = library_files.sync(uow, Actor.operator(), reading.library, now)
    _tell(reading.problems, items, folder, as_json)


def export(
    folder: Annotated[str, typer.Argument(help="The folder to write into; made if it is not there.")],
    replace: Annotated[bool, typer.Option("--replace", help="Write over files that say something else.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write what is approved here as library files, each to the byte as it was approved."""
    from outreach.services import library_files

    with opened_core() as core, core.database.reading() as uow:
        files = library_files.export(uow, Actor.operator(), core.crafts.library)
    root = Path(folder)
    problems = [problem for file in files for problem in _in_the_way(root, file, replace)]
    if problems:
        raise BadInput(problems)
    for file in files:
        _write(root / file.path, file.text)
    _tell_of(files, root, as_json)


def _tell(problems: tuple[Problem, ...], items: list[ComparedItem], folder: str, as_json: bool) -> None:
    if as_json:
        print_json({"problems": [fields_of(one) for one in problems], "items": [fields_of(one) for one in items]})
        return
    for problem in problems:
        print(problem)
    if not items and problems:
        print(f"{len(problems)} problems; nothing else was looked at", file=sys.stderr)
        return
    print_table(
        ("CHANGE", "SLUG", "LANGUAGE", "FILE", "APPROVED", "TITLE"),
        (
            (one.change, one.slug, one.language, one.file_version or "-", one.approved_version or "-", one.title)
            for one in items
        ),
    )
    for line in _what_next(items, folder):
        print(line, file=sys.stderr)


def _what_next(items: list[ComparedItem], folder: str) -> Iterator[str]:
    from outreach.services.cards_content import Change

    counted = Counter(one.change for one in items)
    yield ", ".join(f"{counted[change]} {change}" for change in Change)
    if counted[Change.NEW] + counted[Change.CHANGED] + counted[Change.WITHDRAWN]:
        where = f" --from {folder}" if folder else ""
        yield f"none of that is sent before you approve it: outreach content approve SLUG --language zh{where}"
    if counted[Change.GONE]:
        yield "what is gone is still sent, as it was approved: outreach content withdraw SLUG --reason “…”"


def _in_the_way(root: Path, file: ExportedFile, replace: bool) -> Iterator[str]:
    target = root / file.path
    if not target.resolve().is_relative_to(root.resolve()):
        yield f"{target}: leads out of the folder; remove the link that does"
    elif target.exists() and not replace and target.read_bytes() != file.text.encode():
        yield f"{target}: is there and says something else; choose another folder, or write over it with --replace"


def _write(target: Path, text: str) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(text.encode())


def _tell_of(files: list[ExportedFile], root: Path, as_json: bool) -> None:
    if as_json:
        shown = [{name: value for name, value in fields_of(file).items() if name != "text"} for file in files]
        print_json({"folder": str(root), "files": shown})
        return
    for file in files:
        print(root / file.path)
        if not file.exact:
            told = (
                "was approved before files were kept, so its head is written anew: look at topics, format and sources"
            )
            print(f"{file.path}: {told}", file=sys.stderr)
    print(f"{len(files)} files", file=sys.stderr)
