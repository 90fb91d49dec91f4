"""How regions of a file hang together: how deep each one lies, and which would lie below themselves."""

from __future__ import annotations

from collections.abc import Mapping


def levels_of(parents: Mapping[str, str], roots: Mapping[str, int]) -> tuple[dict[str, int], frozenset[str]]:
    """The level of each code that hangs below one of *roots*, and the codes that are part of a circle.

    *parents*: for each new code the code above it; *roots*: the levels of those that are there. A code that hangs
    below a circle, or below nothing, is in neither. Takes time in proportion to their number, however deep.
    """
    levels: dict[str, int] = {}
    circles: set[str] = set()
    done: set[str] = set()
    for start in parents:
        walk: dict[str, None] = {}  # in order, and quick to ask
        at = start
        while at in parents and at not in done and at not in walk:
            walk[at] = None
            at = parents[at]
        if at in walk:
            way = list(walk)
            circles.update(way[way.index(at) :])
        level = levels.get(at, roots.get(at))
        for code in reversed(walk):
            level = None if level is None or code in circles else level + 1
            if level is not None:
                levels[code] = level
        done.update(walk)
    return levels, frozenset(circles)
