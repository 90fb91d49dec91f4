"""An export as two files that only their owner may read: JSON for machines, plain text for the person."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import Enum
from pathlib import Path
from zoneinfo import ZoneInfo

from outreach.cli.privacy_words import CLOSING, LEAD, NOTHING, TITLE, value, word
from outreach.domain.errors import BadInput
from outreach.domain.messages import Language
from outreach.services.cards_dossier import Dossier

_IN_CODES = frozenset(
    {"language", "rhythm", "reach", "purpose", "standing", "kind", "about", "outcome", "by", "state", "role", "action",
     "subject"}
)  # fmt: skip
"""Fields that hold words of ours, to be said in the person's language; any other is told as it is."""
_READABLE, _PLAIN = "export.json", "export.txt"


def new_folder(path: Path) -> Path:
    """*path*, made now for its owner alone. Raises `BadInput` if something is there: nothing is written over."""
    try:
        path.mkdir(mode=0o700, parents=True)
    except FileExistsError:
        raise BadInput([f"--out: {path} is there already; name a folder that is not"]) from None
    return path


def write(folder: Path, dossier: Dossier, language: Language, zone: str, now: datetime) -> list[Path]:
    """Both files in *folder*; times in the text are local to *zone*."""
    content = {"made_at": now, **dossier.sections}
    readable = json.dumps(content, ensure_ascii=False, indent=2, default=_for_json)
    return [
        _private(folder / _READABLE, readable),
        _private(folder / _PLAIN, "\n".join(_lines(dossier, language, ZoneInfo(zone), now))),
    ]


def _private(path: Path, text: str) -> Path:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(file, "w", encoding="utf-8", errors="replace") as opened:
        opened.write(text.rstrip() + "\n")
    return path


def _lines(dossier: Dossier, language: Language, zone: ZoneInfo, now: datetime) -> Iterator[str]:
    yield TITLE[language]
    yield ""
    yield LEAD[language].format(at=f"{now.astimezone(zone):%Y-%m-%d %H:%M}")
    for name, rows in dossier.sections.items():
        yield ""
        yield f"== {word(name, language)} =="
        if not rows:
            yield NOTHING[language]
        for row in rows:
            yield from _row(row, language, zone)
    yield ""
    yield CLOSING[language]


def _row(row: object, language: Language, zone: ZoneInfo) -> Iterator[str]:
    if not dataclasses.is_dataclass(row) or isinstance(row, type):
        yield f"- {row}"
        return
    found = ((one.name, _field(one.name, getattr(row, one.name), language, zone)) for one in dataclasses.fields(row))
    for position, (name, said) in enumerate((name, said) for name, said in found if said):
        yield f"{'- ' if position == 0 else '  '}{word(name, language)}: {said}"


def _field(name: str, kept: object, language: Language, zone: ZoneInfo) -> str:
    if isinstance(kept, str) and name in _IN_CODES:
        return value(kept, language)
    return _said(kept, language, zone)


def _said(kept: object, language: Language, zone: ZoneInfo) -> str:
    """*kept* as a person reads it; a text of several lines goes on below, pushed in."""
    match kept:
        case None | False:
            return ""
        case True:
            return "是" if language is Language.ZH else "yes"
        case datetime():
            return f"{kept.astimezone(zone):%Y-%m-%d %H:%M}"
        case tuple():
            return ", ".join(map(str, kept))
        case Mapping():
            return json.dumps(kept, ensure_ascii=False)
        case _:
            return str(kept).replace("\n", "\n    ")


def _for_json(kept: object) -> object:
    match kept:
        case datetime():
            return kept.isoformat()
        case Enum():
            return kept.value
        case Mapping():
            return dict(kept)
        case _ if dataclasses.is_dataclass(kept) and not isinstance(kept, type):
            return {one.name: getattr(kept, one.name) for one in dataclasses.fields(kept)}
        case _:
            raise TypeError(f"{type(kept).__name__} has no JSON form")
