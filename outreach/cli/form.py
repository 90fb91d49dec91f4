"""What somebody typed, taken bit by bit, so that all that is wrong with it is told at once."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from outreach.domain.errors import BadInput

if TYPE_CHECKING:
    from outreach.services.cards import Region
    from outreach.services.ports import UnitOfWork

_T = TypeVar("_T")
_E = TypeVar("_E", bound=StrEnum)


class Form:
    """Remembers problems until the last step, which `finish` takes."""

    def __init__(self) -> None:
        self._problems: list[str] = []

    def take(self, read: Callable[[], _T], instead: _T) -> _T:
        """What *read* gives; on `BadInput` its problems are noted and *instead* stands in."""
        try:
            return read()
        except BadInput as refused:
            self._problems += refused.problems
            return instead

    def finish(self, read: Callable[[], _T]) -> _T:
        """What *read* gives. Raises `BadInput` with every problem if there was one, here or before."""
        try:
            found = read()
        except BadInput as refused:
            raise BadInput(self._problems + refused.problems) from None
        if self._problems:
            raise BadInput(self._problems)
        return found


def one_of(values: type[_E], text: str, option: str) -> _E:
    """The member of *values* that *text* names. Raises `BadInput` with all there are."""
    try:
        return values(text.strip().lower())
    except ValueError:
        raise BadInput([f"{option}: {text!r} is not one of {', '.join(values)}"]) from None


def region_of(uow: UnitOfWork, code: str) -> Region:
    """The region with that code. Raises `BadInput`."""
    found = uow.regions.by_code(code)
    if found is None:
        raise BadInput([f"--region: there is no region with the code {code!r}; leave it away for the whole network"])
    return found
