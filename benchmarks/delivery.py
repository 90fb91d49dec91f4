"""What delivery costs and how late it is, beside floors taken in the same run: `make bench-delivery`.

`--residents 1000000 --rows ledger` is `make bench-large`. On SQLite and on a PostgreSQL of its own.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator

import delivery_peers
from delivery_scene import KINDS, machine, town

RESIDENTS = 100_000


def main() -> None:
    """Measure what was asked for and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--residents", type=int, default=RESIDENTS)
    parser.add_argument("--only", choices=KINDS, default=None)
    parser.add_argument("--rows", choices=tuple(_ROWS), nargs="*", default=list(_ROWS))
    asked = parser.parse_args()
    print(f"{machine()}; {asked.residents:,} residents")
    print("\n| what | figure | floor in the same run | goal |\n|---|---|---|---|", flush=True)
    began = time.monotonic()
    for name in asked.rows:
        for row in _ROWS[name](asked.residents, (asked.only,) if asked.only else KINDS):
            print(row, flush=True)
    print("\n| peers, measured apart; CPU s are per 10,000 messages | figure |\n|---|---|")
    print(*delivery_peers.lines(), sep="\n")
    print(f"\nThe whole took {(time.monotonic() - began) / 60:.1f} minutes.")


def _ledger(residents: int, kinds: tuple[str, ...]) -> Iterator[str]:
    import delivery_ledger

    for kind in kinds:
        with town(kind, residents) as house:
            yield from delivery_ledger.lines(house, kind, residents)


def _http(residents: int, kinds: tuple[str, ...]) -> Iterator[str]:
    import delivery_http

    for kind in kinds:
        with town(kind, min(residents, delivery_http.PEOPLE), planned=True) as house:
            yield from delivery_http.lines(house, kind)


def _reminders(residents: int, kinds: tuple[str, ...]) -> Iterator[str]:
    import delivery_reminders

    for kind in kinds:
        yield from delivery_reminders.lines(kind, residents)


def _lateness(residents: int, kinds: tuple[str, ...]) -> Iterator[str]:
    import delivery_lateness

    for kind in kinds:
        yield from delivery_lateness.lines(kind, residents)


def _idle(residents: int, kinds: tuple[str, ...]) -> Iterator[str]:
    import delivery_idle

    for kind in kinds:
        yield from delivery_idle.lines(kind, residents)


_ROWS: dict[str, Callable[[int, tuple[str, ...]], Iterator[str]]] = {
    "ledger": _ledger,
    "http": _http,
    "reminders": _reminders,
    "lateness": _lateness,
    "idle": _idle,
}


if __name__ == "__main__":
    main()
