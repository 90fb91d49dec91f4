"""`outreach doctor`: everything that is or will be wrong with an installation, at once, each with its remedy."""

from __future__ import annotations

import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from outreach.cli.shared import AsJson, fields_of, print_json, set_up_logging

if TYPE_CHECKING:
    from outreach.services.checkups import Remark

_ORDER = ("ok", "advice", "warning", "error")
_Online = Annotated[bool, typer.Option("--online", help="Ask every platform how our account stands, too.")]


def doctor(online: _Online = False, as_json: AsJson = False) -> None:
    """Look at everything, say what is wrong and what to do. Changes nothing; works on whatever is broken.

    Exits with 1 if there is an error, with 0 if there is advice or a warning at most.
    """
    from outreach.cli.doctor_looks import examine
    from outreach.services import checkups

    set_up_logging("CRITICAL")  # what a look runs into is a remark, in plain words
    now, ticks = datetime.now(UTC), time.monotonic()
    remarks = examine(now, online=online)
    drift = (datetime.now(UTC) - now) - timedelta(seconds=time.monotonic() - ticks)
    remarks = [*checkups.clock(now, drift), *remarks]
    if as_json:
        print_json([fields_of(remark) for remark in remarks])
    else:
        _print(remarks)
    if any(remark.level is checkups.Level.ERROR for remark in remarks):
        raise typer.Exit(1)


def _print(remarks: list[Remark]) -> None:
    """What is in order first, the worst last: that is where a terminal stands when it is done."""
    for remark in sorted(remarks, key=lambda one: _ORDER.index(one.level)):
        print(f"{_mark(remark):<8} {remark.part}: {remark.said}")
        if remark.remedy:
            print(f"{'':<8}   -> {remark.remedy}")
    print(f"\n{_summary(remarks)}")


def _mark(remark: Remark) -> str:
    """What is bad stands out without colours, for whoever reads it from a log or aloud."""
    return remark.level.upper() if remark.level in ("error", "warning") else str(remark.level)


def _summary(remarks: list[Remark]) -> str:
    counts = Counter(str(remark.level) for remark in remarks)
    words = {
        "error": ("error", "errors"),
        "warning": ("warning", "warnings"),
        "advice": ("piece of advice", "pieces of advice"),
    }
    found = [f"{counts[level]} {names[counts[level] > 1]}" for level, names in words.items() if counts[level]]
    return f"{', '.join(found)}." if found else "Everything is in order."
