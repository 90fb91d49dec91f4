"""Read models of offers."""

from __future__ import annotations

from dataclasses import dataclass

from outreach.domain.signup import SignUp


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody who is offered a place. *elder*: they said that they are one, and have longer to answer."""

    sign_up: SignUp
    elder: bool
