"""The phrase files as they ship."""

from __future__ import annotations

from pathlib import Path

import outreach.wording
from outreach.wording import WORDING_FILES, Wording, parse_wording

ROOM = Path(outreach.wording.__file__).parent


def shipped_files() -> dict[str, str]:
    return {name: (ROOM / name).read_text("utf-8") for name in WORDING_FILES}


def shipped() -> Wording:
    return parse_wording(shipped_files())
