"""A rule said no: the same as one sentence for staff, with the command that helps on."""

from __future__ import annotations

from outreach.domain.errors import ActivityCalledOff, ActivityClosed, ActivityNotFound, NotFound, Refusal

_WHERE_TO_LOOK = {
    "thread": "outreach thread list --all",
    "broadcast": "outreach broadcast list",
    "alert": "outreach safety alerts list --all",
    "room": "outreach room list",
    "leader": "outreach leader list",
    "sign_up": "outreach activity roster ID",
    "library item": "outreach content list",
}


def told(refusal: Refusal) -> str:
    """*refusal* as a sentence; never empty."""
    match refusal:
        case NotFound(what=what, key=key):
            look = _WHERE_TO_LOOK.get(what)
            return f"there is no {what.replace('_', '-')} {key}" + (f": `{look}` shows those there are" if look else "")
        case ActivityNotFound():
            return f"{str(refusal) or 'no such activity'}: `outreach activity list` shows those there are"
        case ActivityCalledOff(activity_id=activity_id):
            return f"activity {activity_id} was called off already"
        case ActivityClosed(activity_id=activity_id):
            return f"activity {activity_id} has begun or is a draft: see `outreach activity show {activity_id}`"
        case _:
            return str(refusal) or refusal.code.replace("_", " ")
