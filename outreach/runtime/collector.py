"""Python's garbage collector, told that what the house is made of is no garbage."""

from __future__ import annotations

import gc

_YOUNG, _MIDDLE, _OLD = 20_000, 20, 50


def spare_what_stays() -> None:
    """Never look again through what lives now, and through what is new less often: for a house that has started.

    Modules, mappings and templates are some 400,000 objects. Each look through them held whoever was writing for up
    to 90 ms, and cost the sender a quarter of its time (`benchmarks/delivery.py`).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)
