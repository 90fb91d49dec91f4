"""What somebody typed into a form, and what is wrong with it: read once, shown again with everything kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import Response

from outreach.web.bodies import read_body

LONGEST_FORM = 64 * 1024  # bytes
MOST_FIELDS = 200
WHOLE_FORM = ""
"""The field of a problem that belongs to no single field."""

Typed = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Form:
    """A form as it is shown: *typed* by field, *problems* by field in the reader's language.

    *before* is what stands in a field that nobody has typed into; *files* what was sent as a file.
    """

    typed: Typed = field(default_factory=dict, repr=False)
    problems: Mapping[str, Sequence[str]] = field(default_factory=dict)
    before: Typed = field(default_factory=dict, repr=False)
    sent: bool = False
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)

    def text(self, name: str) -> str:
        """The one value of *name*, without space around it; empty if there is none."""
        return next(iter(self.all(name)), "").strip()

    def all(self, name: str) -> Sequence[str]:
        """Every value of *name*. What was sent counts as a whole: a box that is not ticked is not sent."""
        return self.typed.get(name, ()) if self.sent else self.before.get(name, ())

    def has(self, name: str, value: str = "1") -> bool:
        """Whether *value* is chosen in *name*."""
        return value in self.all(name)

    def opened_with(self, **before: str | Sequence[str]) -> Form:
        """The same, with what its fields hold at first."""
        given = {name: (value,) if isinstance(value, str) else value for name, value in before.items()}
        return replace(self, before={**self.before, **given})

    def with_problems(self, problems: Mapping[str, Sequence[str]]) -> Form:
        """The same, with what is wrong."""
        return replace(self, problems=problems)


EMPTY = Form()


async def read_form(request: Request) -> Form | Response:
    """What was sent; or the bare answer to what is no form of ours (400) or too long (413)."""
    body = await read_body(request, LONGEST_FORM)
    if isinstance(body, Response):
        return body
    try:
        typed = parse_qs(body.decode("utf-8"), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError:  # not UTF-8, or more fields than any form of ours
        return Response(status_code=400)
    return Form({name: tuple(map(_unix_lines, values)) for name, values in typed.items()}, sent=True)


def _unix_lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
