"""Errors say what happened; another place decides what follows.

`Refusal`: a rule said no, and someone gets a kind sentence. `Fault`: something broke, and staff are told.
Both carry data and a stable *code* that wording, API and docs refer to; nobody parses a message.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from outreach.domain.ids import ActivityId


class OutreachError(Exception):
    """Root of all that we raise on purpose."""

    code: ClassVar[str] = "error"


class Refusal(OutreachError):
    """A rule said no. The person who asked gets a sentence; nothing is broken."""

    code = "refused"


class Fault(OutreachError):
    """Something is broken. *remedy* says in one sentence what a person can do about it."""

    code = "fault"

    def __init__(self, message: str, remedy: str = "") -> None:
        self.remedy = remedy
        super().__init__(message)


class BadInput(Refusal):
    """A form, file or command line is wrong. *problems* are ALL of them, each naming its place and its remedy."""

    code = "bad_input"

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("; ".join(problems))


class ActivityNotFound(Refusal):
    """No such activity, or not for this person to see: the answer is the same."""

    code = "activity_not_found"


class ActivityClosed(Refusal):
    """Sign-ups are no longer taken: it has begun, is over, or is not published."""

    code = "activity_closed"

    def __init__(self, activity_id: ActivityId, since: datetime) -> None:
        self.activity_id, self.since = activity_id, since
        super().__init__(f"activity {activity_id} closed at {since:%Y-%m-%d %H:%M %Z}")


class ActivityCalledOff(ActivityClosed):
    """It will not take place."""

    code = "activity_called_off"


class PartyTooLarge(Refusal):
    """More people in one sign-up than the activity has seats, or than one person may bring."""

    code = "party_too_large"

    def __init__(self, party: int, at_most: int) -> None:
        self.party, self.at_most = party, at_most
        super().__init__(f"a party of {party} where at most {at_most} may come together")


class TooManyPlaces(Refusal):
    """They are in as many coming activities as one person may be."""

    code = "too_many_places"

    def __init__(self, at_most: int) -> None:
        self.at_most = at_most
        super().__init__(f"at most {at_most} at once")


class NotSignedUp(Refusal):
    """There is nothing to leave, accept or refuse."""

    code = "not_signed_up"


class Forbidden(Refusal):
    """This actor may not do that there."""

    code = "forbidden"


class NotFound(Refusal):
    """No such thing: *what* is a noun (``thread``, ``alert``), *key* what was asked for."""

    code = "not_found"

    def __init__(self, what: str, key: object) -> None:
        self.what, self.key = what, key
        super().__init__(f"no {what} {key}")


class IllegalMove(Refusal):
    """The thing is not in a state from which that is possible."""

    code = "illegal_move"

    def __init__(self, what: str, state: str, move: str) -> None:
        self.what, self.state, self.move = what, state, move
        super().__init__(f"a {what} that is {state} cannot be {move}")


class StaleVersion(Refusal):
    """Somebody else saved it meanwhile."""

    code = "stale_version"


class LaneLost(OutreachError):
    """Another process holds this lane now; what we were about to do is theirs."""

    code = "lane_lost"
