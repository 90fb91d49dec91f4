"""The pictures: each is taken by the one command, shown with a word about it, and light enough for a village."""

from __future__ import annotations

import re
from pathlib import Path

HOUSE = Path(__file__).parents[2]
FOLDER = HOUSE / "docs" / "screens"
LARGEST = 200_000  # bytes


def taken() -> list[str]:
    """The names in scripts/screens.py."""
    return re.findall(r'Picture\(\s*"([\w-]+)"', (HOUSE / "scripts" / "screens.py").read_text(encoding="utf-8"))


def test_the_pictures_are_those_that_the_one_command_takes():
    assert sorted(path.stem for path in FOLDER.glob("*.png")) == sorted(taken())


def test_every_picture_is_shown_once_with_a_word_about_it():
    page = (FOLDER / "README.md").read_text(encoding="utf-8")

    shown = re.findall(r"!\[[^\]]+\]\(([\w-]+)\.png\) \| \S", page)

    assert sorted(shown) == sorted(taken())


def test_no_picture_is_heavier_than_a_village_pays_for():
    assert [path.name for path in FOLDER.glob("*.png") if path.stat().st_size > LARGEST] == []
