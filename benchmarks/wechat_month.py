"""Thirty days of 10,000 residents against a WeChat that enforces its windows and quotas: what it refused.

``python benchmarks/wechat_month.py 10000``; both kinds of account that may push, minutes each, on SQLite. A word of
the kind behind the number, such as ``service``, takes that one alone.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "services"))

from services_town import open_town
from services_wechat_month import Month, lines_of

from outreach.testing.wechat_api import Kind

KINDS = {"verified subscription account": Kind(verified=True), "verified service account": Kind(True, True)}


def main() -> None:
    """Print the figures of each kind of account."""
    residents = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    wanted = sys.argv[2] if len(sys.argv) > 2 else ""
    for name, kind in KINDS.items():
        if wanted not in name:
            continue
        begun = time.monotonic()
        with tempfile.TemporaryDirectory() as folder, open_town(Path(folder)) as town:
            figures = Month(town, kind, residents).run()
        lines = lines_of(figures, [f"{residents:,} residents, 30 days,", name])
        print("\n".join(lines), f"({time.monotonic() - begun:.0f} s)", flush=True)


if __name__ == "__main__":
    main()
