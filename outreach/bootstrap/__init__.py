"""THE composition root: from settings to a house that runs. Nobody else builds things."""

from outreach.bootstrap.app import DEMO_MARK, SPOOL_FILE, App, build
from outreach.bootstrap.core import Core, Crafts, Survey, open_core, read_crafts, survey

__all__ = [
    "DEMO_MARK",
    "SPOOL_FILE",
    "App",
    "Core",
    "Crafts",
    "Survey",
    "build",
    "open_core",
    "read_crafts",
    "survey",
]
