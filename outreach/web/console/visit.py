"""One request of somebody who is signed in: who, when, in which language, with what in the form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from starlette.requests import Request

from outreach.bootstrap import App
from outreach.domain.actor import Actor
from outreach.domain.errors import NotFound, Refusal
from outreach.domain.messages import Language
from outreach.services.cards_staff import Session
from outreach.web.console.forms import Form
from outreach.web.console.words import WORDS

_LONGEST_NUMBER = 15  # digits: more than any id of ours, less than a database's integer


@dataclass(frozen=True, slots=True)
class Visit:
    """What every page and every deed of the console is given. *refused*: why the form is shown again."""

    house: App
    request: Request
    session: Session
    now: datetime
    lang: Language
    form: Form
    refused: Refusal | None = None

    @property
    def by(self) -> Actor:
        """Who does it."""
        return self.session.actor

    @property
    def texts(self) -> Mapping[str, str]:
        """The words of the console in their language."""
        return WORDS[self.lang]

    def id(self, name: str) -> int:
        """The number in the address under *name*. Raises `NotFound` for what is none."""
        found = number(self.request.path_params[name])
        if found is None:
            raise NotFound(name, "of that form")
        return found

    def typed_number(self, name: str) -> int | None:
        """The number that was typed or chosen in *name*; ``None`` for anything else."""
        return number(self.form.text(name))

    def asked(self, name: str) -> str:
        """What stands behind ``?name=`` in the address, without space around it; empty if nothing does."""
        return (self.request.query_params.get(name) or "").strip()

    def asked_number(self, name: str) -> int | None:
        """The number behind ``?name=``; ``None`` for anything else."""
        return number(self.asked(name))


@dataclass(frozen=True, slots=True)
class Go:
    """Where to look after something was done. *done* names the sentence that says so: the word ``done_`` + *done*.

    *n* is the number in it.
    """

    path: str
    done: str = ""
    n: int | None = None

    @property
    def address(self) -> str:
        """Its address, on this site."""
        asked = {"done": self.done or None, "n": self.n}
        query = urlencode({name: value for name, value in asked.items() if value is not None})
        joint = "&" if "?" in self.path else "?"
        return f"{self.path}{joint}{query}" if query else self.path


def number(text: str | None) -> int | None:
    """A whole number as an id of ours may be; ``None`` for anything else."""
    fits = text is not None and text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER
    return int(text) if fits and text else None
