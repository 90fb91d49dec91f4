"""One row of the sign-up table as the domain's value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement

from outreach.domain.signup import SignUp, Standing
from outreach.store.rows import table_of
from outreach.store.rows_activities import SignUpRow

SIGN_UP = table_of(SignUpRow)
_S = SIGN_UP.c

SIGN_UP_COLUMNS: tuple[ColumnElement[Any], ...] = (
    _S.id,
    _S.activity_id,
    _S.resident_id,
    _S.beneficiary,
    _S.party,
    _S.standing,
    _S.number,
    _S.since,
    _S.revision,
    _S.turn,
    _S.offered_until,
)
STANDINGS = {standing.value: standing for standing in Standing}


def sign_up_of(row: Sequence[Any]) -> SignUp:
    """The sign-up of a row in the order of `SIGN_UP_COLUMNS`."""
    found, activity_id, resident_id, beneficiary, party, standing, *rest = row
    return SignUp(found, activity_id, resident_id, beneficiary, party, STANDINGS[standing], *rest)
