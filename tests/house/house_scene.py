"""What the house's tests look at: the files that are kept, and Python modules as trees."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "outreach"
MIGRATIONS = PACKAGE / "store" / "migrations" / "versions"


@cache
def kept_files() -> tuple[Path, ...]:
    """Every file that is tracked, or would be by the next `git add`: what others get to see."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    paths = (ROOT / name for name in listing.stdout.split("\0") if name)
    return tuple(sorted(path for path in paths if path.is_file()))


def kept_texts() -> Iterator[tuple[Path, str]]:
    """Every kept file that is text."""
    for path in kept_files():
        content = path.read_bytes()
        if b"\0" not in content[:8000]:
            yield path, content.decode("utf-8")


@cache
def modules() -> tuple[Path, ...]:
    """The package's own modules, migrations aside."""
    return tuple(path for path in kept_files() if path.suffix == ".py" and _is_ours(path))


def _is_ours(path: Path) -> bool:
    return path.is_relative_to(PACKAGE) and not path.is_relative_to(MIGRATIONS)


@cache
def tree(path: Path) -> ast.Module:
    """The module at *path*, parsed."""
    return ast.parse(path.read_text("utf-8"))


def name_of(path: Path) -> str:
    """*path* as one reads it: from the repository's root."""
    return path.relative_to(ROOT).as_posix()
