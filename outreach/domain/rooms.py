"""Rooms: what makes one easy to get into, and what makes it one where people can speak freely."""

from __future__ import annotations

from enum import StrEnum

from outreach.domain.activity import ActivityKind


class Access(StrEnum):
    """What helps people in."""

    STEP_FREE = "step_free"
    LIFT = "lift"
    TOILET = "toilet"
    HEARING = "hearing"
    NEAR_BUS = "near_bus"


class Privacy(StrEnum):
    """The checklist of a room where people speak of themselves."""

    DISCREET_ENTRANCE = "discreet_entrance"
    DOOR_CLOSES = "door_closes"
    NOT_OVERHEARD = "not_overheard"
    NOT_SEEN = "not_seen"
    NO_CAMERA = "no_camera"
    NEUTRAL_SIGN = "neutral_sign"


SPOKEN_KINDS = frozenset({ActivityKind.GROUP, ActivityKind.PEER})
"""In these people speak of themselves: a room for them should pass the whole checklist."""


def missing_privacy(kind: ActivityKind, has: frozenset[Privacy]) -> frozenset[Privacy]:
    """What of the checklist a room lacks for *kind*."""
    return frozenset(Privacy) - has if kind in SPOKEN_KINDS else frozenset()
