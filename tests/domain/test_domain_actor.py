"""What each role may do, and where."""

from itertools import product

import pytest

from outreach.domain.actor import Actor, Permission, Role

P = Permission
MAY = {
    Role.OPERATOR: set(P),
    Role.SYSTEM: set(),
    Role.EDITOR: {P.APPROVE_CONTENT},
    Role.ADMIN: {P.PLAN_ACTIVITIES, P.SEE_ROSTER, P.DECIDE_REQUESTS},
    Role.DUTY: {P.ANSWER_PEOPLE, P.HANDLE_ALERTS},
}


@pytest.mark.parametrize(("role", "permission"), list(product(Role, P)))
def test_a_role_may_what_the_table_says_and_nothing_else(role, permission):
    assert Actor(role, "anybody").may(permission) is (permission in MAY[role])


def test_the_command_line_may_everything_everywhere():
    assert all(Actor.operator().may(permission, "/1/4/9/") for permission in P)


def test_the_program_itself_decides_nothing_about_people():
    assert not any(Actor.system().may(permission) for permission in P)


@pytest.mark.parametrize(
    ("region", "allowed"),
    [("/1/4/", True), ("/1/4/9/", True), ("/1/", False), ("/1/5/", False), ("/1/40/", False), ("", False)],
)
def test_a_role_reaches_its_own_region_and_what_is_below(region, allowed):
    ann = Actor(Role.ADMIN, "Ann", region_path="/1/4/")

    assert ann.may(P.SEE_ROSTER, region) is allowed
