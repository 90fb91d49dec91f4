"""Library files as an editor's command sees them: all that can be read, and all that is wrong with the rest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from outreach.domain.errors import BadInput

if TYPE_CHECKING:
    from outreach.content import Library, Problem, WordingRules
    from outreach.settings import Settings
    from outreach.store import LibraryFiles


@dataclass(frozen=True)
class Reading:
    """A folder of library files. *problems*: of every file, by file and line."""

    library: Library
    rules: WordingRules
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        """Those that keep a text from being approved."""
        from outreach.content import Severity

        return tuple(problem for problem in self.problems if problem.severity is Severity.ERROR)


def read_folder(folder: Path | None, settings: Settings, today: date) -> Reading:
    """The texts in *folder*, else those of the settings' library.

    Tags and words are looked up in the tables that lie in *folder*, else in the library's.
    Raises `BadInput` for a folder that is not there and for a table that cannot be read.
    """
    from outreach.content import (
        OBSERVANCES,
        lint,
        parse_observances,
        parse_vocabulary,
        parse_wording_rules,
        survey_library,
        unreadable_file,
    )
    from outreach.store import LibraryFiles

    of_house = _files(settings.library)
    given = of_house if folder is None else _files(folder)
    files = LibraryFiles(given.items, {**of_house.tables, **given.tables})
    vocabulary = parse_vocabulary(files.text("audiences.toml"), files.text("topics.toml"))
    rules = parse_wording_rules(files.text("wording_lint.toml"))
    parse_observances(files.tables.get(OBSERVANCES, ""), vocabulary)
    library, unreadable = survey_library(files.items, vocabulary)
    problems = [*map(unreadable_file, unreadable), *lint(library, today, rules)]
    return Reading(library, rules, tuple(sorted(problems, key=lambda one: (one.path, one.line))))


def _files(folder: Path | None) -> LibraryFiles:
    """Every file as text. Bytes that are none stay in it, so that parsing names their line beside all others."""
    from outreach.store import LibraryFiles, read_library

    if folder is None:
        return read_library()
    if not folder.is_dir():
        raise BadInput([f"{folder}: there is no such folder"])
    texts = {name: path.read_bytes().decode("utf-8-sig", "surrogateescape") for name, path in sorted(_walk(folder))}
    return LibraryFiles(
        tuple((name, text) for name, text in texts.items() if name.endswith(".md")),
        {name: text for name, text in texts.items() if name.endswith(".toml")},
    )


def _walk(folder: Path) -> Iterator[tuple[str, Path]]:
    for path in folder.rglob("*"):
        below = path.relative_to(folder)
        if path.suffix in {".md", ".toml"} and path.is_file() and not any(part[0] == "." for part in below.parts):
            yield below.as_posix(), path
