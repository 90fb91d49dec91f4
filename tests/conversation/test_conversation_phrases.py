"""Every phrase that code asks for exists, and every phrase that exists is asked for."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import outreach
from outreach.store import read_phrases
from outreach.wording import Wording, parse_wording

PACKAGE = Path(outreach.__file__).parent
BEGINNING = re.compile(r"[a-z_]+\.")
KEY = re.compile(r"[a-z_]+(\.[a-z_]+)+")


def wording() -> Wording:
    return parse_wording(read_phrases())


def texts_in(room: str) -> Iterator[tuple[str, bool]]:
    """Every string in the room's code; of an f-string the part before its first value, marked as a beginning."""
    for path in sorted((PACKAGE / room).rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr) and node.values and isinstance(node.values[0], ast.Constant):
                yield str(node.values[0].value), True
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value, False


def test_every_phrase_that_code_asks_for_exists() -> None:
    keys = wording().keys
    tables = {key.partition(".")[0] for key in keys}
    asked = [text for room in ("conversation", "services") for text, begins in texts_in(room) if not begins]
    wanted = {text for text in asked if KEY.fullmatch(text) and text.partition(".")[0] in tables}

    assert len(wanted) > 70
    assert wanted <= keys


def test_every_phrase_that_exists_is_asked_for() -> None:
    found = list(texts_in(""))
    whole = {text for text, begins in found if not begins}
    beginnings = tuple(text for text, begins in found if begins and BEGINNING.match(text))

    unused = {key for key in wording().keys if key not in whole and not key.startswith(beginnings)}

    assert not {key for key in unused if not key.startswith(("halt.", "push.thread"))}
