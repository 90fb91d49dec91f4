"""What each role may do, and where: the table of domain.md 4.5, written a second time."""

from itertools import product

import pytest

from outreach.domain.actor import LIBRARY_WIDE, Actor, Permission, Role

P, R = Permission, Role
HERE, BELOW, ABOVE, BESIDE, TWIN = "/1/4/", "/1/4/9/", "/1/", "/1/5/", "/1/40/"
REGIONS = (HERE, BELOW, ABOVE, BESIDE, TWIN, "")

# own unit, units below
MAY = {
    R.OPERATOR: dict.fromkeys(P, (True, True)),
    R.SYSTEM: {},
    R.NETWORK_ADMIN: {
        P.PLAN_ACTIVITIES: (True, False),
        P.BROADCAST: (True, True),
        P.APPROVE_BROADCAST: (True, True),
        P.SEE_COUNTS: (True, True),
        P.MANAGE_STAFF: (True, True),
        P.MANAGE_REGIONS: (True, True),
        P.SEE_CHANNELS: (True, True),
    },
    R.AREA_ADMIN: {
        P.PLAN_ACTIVITIES: (True, True),
        P.SEE_ROSTER: (True, False),
        P.DECIDE_REQUESTS: (True, False),
        P.ANSWER_PEOPLE: (True, False),
        P.SEE_ALERTS: (True, True),
        P.BROADCAST: (True, True),
        P.APPROVE_BROADCAST: (True, True),
        P.SEE_COUNTS: (True, True),
        P.MANAGE_STAFF: (True, True),
        P.MANAGE_REGIONS: (True, True),
        P.SEE_CHANNELS: (True, True),
    },
    R.VILLAGE_ADMIN: {
        P.PLAN_ACTIVITIES: (True, False),
        P.SEE_ROSTER: (True, False),
        P.DECIDE_REQUESTS: (True, False),
        P.ANSWER_PEOPLE: (True, False),
        P.BROADCAST: (True, False),
        P.APPROVE_BROADCAST: (True, False),
        P.SEE_COUNTS: (True, False),
        P.SEE_CHANNELS: (True, False),
    },
    R.DUTY: {P.ANSWER_PEOPLE: (True, True), P.HANDLE_ALERTS: (True, True), P.SEE_ALERTS: (True, True)},
    R.HOST: {},
    R.LIAISON: {P.SEE_COUNTS: (True, False)},
    R.EDITOR: {P.APPROVE_CONTENT: (True, True)},
    R.AUDITOR: {P.SEE_AUDIT: (True, True), P.SEE_COUNTS: (True, True)},
}
DUTY_ADDS = (P.ANSWER_PEOPLE, P.HANDLE_ALERTS, P.SEE_ALERTS)


@pytest.mark.parametrize(("role", "permission"), list(product(Role, P)))
def test_a_role_may_what_the_table_says_there_and_nothing_else(role, permission):
    own, below = MAY[role].get(permission, (False, False))
    expected = {HERE: own, BELOW: below, ABOVE: False, BESIDE: False, TWIN: False, "": False}
    if permission in LIBRARY_WIDE:
        expected = dict.fromkeys(REGIONS, own)
    somebody = Actor(role, "somebody", region_path=HERE)

    assert {region: somebody.may(permission, region) for region in REGIONS} == expected


@pytest.mark.parametrize(("role", "permission"), list(product(Role, P)))
def test_who_is_on_duty_also_answers_and_takes_alerts_and_may_nothing_more(role, permission):
    plain, on_duty = (Actor(role, "somebody", region_path=HERE, on_duty=duty) for duty in (False, True))

    for region in REGIONS:
        added = permission in DUTY_ADDS and region in (HERE, BELOW)
        assert on_duty.may(permission, region) is (plain.may(permission, region) or added)


def test_the_command_line_may_everything_everywhere():
    assert all(Actor.operator().may(permission, "/1/4/9/") for permission in P)
    assert all(Actor.operator().may(permission) for permission in P)


def test_the_program_itself_decides_nothing_about_people():
    assert not any(Actor.system().may(permission) for permission in P)


def test_nobody_who_sees_the_whole_city_sees_a_person_in_it():
    about_people = {P.SEE_ROSTER, P.DECIDE_REQUESTS, P.ANSWER_PEOPLE, P.HANDLE_ALERTS}

    assert not about_people & set(MAY[R.NETWORK_ADMIN])
    assert not any(Actor(R.NETWORK_ADMIN, "mayor").may(permission) for permission in about_people)
