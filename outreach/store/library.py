"""Reading the library's files and our own phrases: bytes to text, all problems at once. Crafts say what they mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from outreach.domain.errors import BadInput

_MOST_BYTES = 1_000_000  # a file; texts are a few thousand
_FOLDER = "content_library"


@dataclass(frozen=True, slots=True)
class LibraryFiles:
    """*items* are (path below the root, text) of all Markdown files, sorted; *tables* the TOML files by path."""

    items: tuple[tuple[str, str], ...]
    tables: Mapping[str, str]

    def text(self, path: str) -> str:
        """One TOML file. Raises `BadInput` if the library has none of that name."""
        if path not in self.tables:
            raise BadInput([f"{path}: the file is missing: restore the library's, or check OUTREACH_LIBRARY"])
        return self.tables[path]

    def under(self, prefix: str) -> dict[str, str]:
        """The TOML files whose path begins with *prefix*, such as ``safety/patterns.``."""
        return {path: text for path, text in self.tables.items() if path.startswith(prefix)}


def read_library(folder: Path | None = None) -> LibraryFiles:
    """The library in *folder*, else the one that came with the program.

    Raises `BadInput` with place and remedy of every file that cannot be read.
    """
    root: Traversable = _shipped() if folder is None else folder
    if not root.is_dir():
        raise BadInput([f"{root}: there is no library: set OUTREACH_LIBRARY to a folder that holds one"])
    problems: list[str] = []
    texts = {path: _text(path, file, problems) for path, file in sorted(_walk(root, ""), key=lambda found: found[0])}
    if problems:
        raise BadInput(problems)
    return LibraryFiles(
        tuple((path, text) for path, text in texts.items() if path.endswith(".md")),
        {path: text for path, text in texts.items() if path.endswith(".toml")},
    )


def read_phrases() -> dict[str, str]:
    """Our own phrase files, by name: they ship inside the package."""
    room = files("outreach.wording")
    return {file.name: file.read_text("utf-8") for file in room.iterdir() if file.name.endswith(".toml")}


def _shipped() -> Traversable:
    """In an installed package the library lies inside it, in a checkout beside it."""
    package = files("outreach")
    inside = package / _FOLDER
    return inside if inside.is_dir() else Path(str(package)).parent / _FOLDER


def _walk(folder: Traversable, path: str) -> Iterator[tuple[str, Traversable]]:
    for found in folder.iterdir():
        if found.name.startswith("."):
            continue
        if found.is_dir():
            yield from _walk(found, f"{path}{found.name}/")
        elif found.name.endswith((".md", ".toml")):
            yield f"{path}{found.name}", found


def _text(path: str, file: Traversable, problems: list[str]) -> str:
    try:
        with file.open("rb") as opened:
            data = opened.read(_MOST_BYTES + 1)
        if len(data) > _MOST_BYTES:
            problems.append(f"{path}: longer than {_MOST_BYTES} bytes: no text is; remove it")
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as reason:
        problems.append(f"{path}: byte {reason.start + 1} is not UTF-8: save the file as UTF-8")
    except OSError as reason:
        problems.append(f"{path}: cannot be read ({reason.strerror}): let the user that runs outreach read it")
    return ""
