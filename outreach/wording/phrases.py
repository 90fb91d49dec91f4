"""Reading phrase files: nested TOML tables to dotted keys, checked against each other, all problems at once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from outreach.domain.errors import BadInput
from outreach.domain.messages import Language
from outreach.wording.wording import PLACEHOLDER, Wording

WORDING_FILES = ("phrases.zh.toml", "phrases.en.toml")
"""The files that the room ships, beside this module."""

_NAME = re.compile(r"phrases\.(?P<language>[a-z]{2})\.toml")
_BRACE = re.compile(r"[{}]")


def parse_wording(files: Mapping[str, str]) -> Wording:
    """The phrases in *files* (path -> text), one file per language.

    Raises `BadInput` with every problem: a language without a file, a file that is not TOML, a value that is not a
    text, a key that one language lacks, a placeholder that another language does not have.
    """
    problems: list[str] = []
    phrases: dict[Language, dict[str, str]] = {}
    paths: dict[Language, str] = {}
    for path, text in sorted(files.items()):
        language = _language_of(path)
        if language is None:
            problems.append(f"{path}: names no language of ours; call it phrases.zh.toml or phrases.en.toml")
            continue
        paths[language] = path
        table = _table(path, text, problems)
        if table is not None:
            phrases[language] = dict(_read(path, table, problems))
    problems += [f"phrases.{missing}.toml: is missing; add it" for missing in Language if missing not in paths]
    problems += _differences(phrases, paths)
    if problems:
        raise BadInput(problems)
    return Wording(phrases)


def _language_of(path: str) -> Language | None:
    match = _NAME.fullmatch(path.replace("\\", "/").rpartition("/")[2])
    return Language(match["language"]) if match and match["language"] in set(Language) else None


def _table(path: str, text: str, problems: list[str]) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        problems.append(f"{path}: is not TOML ({wrong}); mend that place")
        return None


def _read(path: str, table: Mapping[str, Any], problems: list[str]) -> Iterator[tuple[str, str]]:
    for key, phrase in _flat(table, ""):
        if not isinstance(phrase, str) or not phrase.strip():
            problems.append(f"{path}: {key} is not a text; write {key.rpartition('.')[2]} = “…”")
        elif _BRACE.search(PLACEHOLDER.sub("", phrase)):
            problems.append(f"{path}: {key} has a brace that is no placeholder; write {{name}} in small letters")
        else:
            yield key, phrase.strip()


def _flat(table: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, object]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _differences(phrases: Mapping[Language, Mapping[str, str]], paths: Mapping[Language, str]) -> Iterator[str]:
    every = sorted({key for texts in phrases.values() for key in texts})
    for key in every:
        having = {language: set(PLACEHOLDER.findall(texts[key])) for language, texts in phrases.items() if key in texts}
        wanted = set().union(*having.values())
        for language in phrases:
            path = paths[language]
            if language not in having:
                yield f"{path}: {key} is missing; translate it from {', '.join(paths[other] for other in having)}"
            elif lacking := wanted - having[language]:
                names = ", ".join(f"{{{name}}}" for name in sorted(lacking))
                yield f"{path}: {key} lacks {names}, which another language has; add it, or take it away there"
