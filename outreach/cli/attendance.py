"""`outreach activity check-in` and `attendance`: who came, by number or from a paper list, and the figures of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from outreach.cli.activity import Id
from outreach.cli.form import one_of
from outreach.cli.shared import AsJson, fields_of, opened_core, print_json, print_table
from outreach.domain.actor import Actor
from outreach.domain.attendance import MARKS, Numbers
from outreach.domain.errors import BadInput
from outreach.domain.ids import ActivityId
from outreach.domain.signup import Standing

if TYPE_CHECKING:
    from outreach.services.ports import UnitOfWork

_NUMBERS = "Numbers from the roster."
_Some = Annotated[list[int] | None, typer.Option(min=1, help=_NUMBERS)]


def check_in(
    activity: Id,
    numbers: Annotated[list[int] | None, typer.Argument(min=1, help=_NUMBERS)] = None,
    as_: Annotated[str, typer.Option("--as", help="attended, late, absent or excused; by the clock if left out.")] = "",
    walk_ins: Annotated[int, typer.Option(help="So many more came without a sign-up, or fewer.")] = 0,
    close: Annotated[bool, typer.Option("--close", help="The list is complete: all others did not come.")] = False,
    everybody: Annotated[bool, typer.Option("--all", help="From a paper list: all came, but …; closes it.")] = False,
    but: _Some = None,
    late: _Some = None,
    excused: _Some = None,
    as_json: AsJson = False,
) -> None:
    """Note who came, by number."""
    by_hand = bool(numbers or as_ or close)
    if everybody and by_hand:
        raise BadInput(["--all goes with --but, --late, --excused and --walk-ins, and with nothing else"])
    if not everybody and (but or late or excused):
        raise BadInput(["--but, --late and --excused go with --all; else name numbers, and what to note --as"])
    mark = _mark(as_) if as_ else None
    now, activity_id = datetime.now(UTC), ActivityId(activity)
    with opened_core() as core, core.database.unit_of_work() as uow:
        if everybody:
            _enter(uow, activity_id, (but or [], excused or [], late or []), walk_ins, now)
        else:
            _note(uow, activity_id, numbers or [], mark, walk_ins, now, close=close)
        shown = _shown(uow, activity_id)
    _print(shown, as_json)


def attendance(activity: Id, as_json: AsJson = False) -> None:
    """How many came, were late, absent or excused, walked in or cancelled late; and what enough people answered."""
    with opened_core() as core, core.database.unit_of_work() as uow:
        shown = _shown(uow, ActivityId(activity))
    _print(shown, as_json)


def _note(
    uow: UnitOfWork,
    activity_id: ActivityId,
    numbers: list[int],
    mark: Standing | None,
    walk_ins: int,
    now: datetime,
    *,
    close: bool,
) -> None:
    from outreach.services import attendance as services

    by = Actor.operator()
    if numbers:
        services.note_numbers(uow, by, activity_id, frozenset(numbers), now, mark)
    if walk_ins:
        services.walk_in(uow, by, activity_id, walk_ins, now)
    if close:
        services.close(uow, by, activity_id, now)
    if not (numbers or walk_ins or close):
        raise BadInput(["name the numbers of those who came, or give --walk-ins, --close or --all"])


def _enter(
    uow: UnitOfWork,
    activity_id: ActivityId,
    named: tuple[list[int], list[int], list[int]],
    walk_ins: int,
    now: datetime,
) -> None:
    from outreach.services import attendance as services

    absent, excused, late = map(frozenset, named)
    paper = services.Paper(absent=absent, excused=excused, late=late, walk_ins=walk_ins)
    services.enter(uow, Actor.operator(), activity_id, paper, now)


def _mark(text: str) -> Standing:
    mark = one_of(Standing, text, "--as")
    if mark not in MARKS:
        raise BadInput([f"--as: {text!r} is not one of {', '.join(sorted(MARKS))}"])
    return mark


def _shown(uow: UnitOfWork, activity_id: ActivityId) -> Mapping[str, Any]:
    from outreach.services import attendance as services

    by = Actor.operator()
    found = services.numbers_of(uow, by, activity_id)
    kept = uow.attendances.list_of(activity_id)
    return {
        **_figures(found),
        "closed_at": None if kept is None else kept.closed_at,
        "answers": services.answers_of(uow, by, activity_id).by_question,
    }


def _figures(found: Numbers) -> dict[str, Any]:
    return {"came": found.came, **fields_of(found), "show_rate": found.show_rate}


def _print(shown: Mapping[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(shown)
        return
    names = ("came", "expected", "attended", "late", "absent", "excused", "open", "walk_ins", "cancelled_late")
    print_table((name.replace("_", " ").upper() for name in names), [[shown[name] for name in names]])
    if shown["closed_at"] is None:
        print("the list is not closed yet")
