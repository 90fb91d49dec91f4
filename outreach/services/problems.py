"""What is wrong with something that was given, each with the field where it is and a code for its sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from outreach.domain.errors import BadInput


@dataclass(frozen=True, slots=True)
class Problem:
    """One of them. *said* is the English sentence with its remedy; *code* and *values* lead to any other wording."""

    where: str
    code: str
    said: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.where}: {self.said}"


class BadFields(BadInput):
    """A form, file or command line is wrong: `BadInput` that also says which fields, for pages that show it there."""

    def __init__(self, found: Sequence[Problem]) -> None:
        self.found = tuple(found)
        super().__init__([str(problem) for problem in found])
