"""What a real hash of a password costs: asked of a process of its own, for the suite hashes lightly."""

from __future__ import annotations

import subprocess
import sys

ASK = "from outreach.services import passwords; print(passwords.hash_of('three-quiet-mountains'))"


def test_a_password_is_hashed_with_argon2id_at_no_less_than_is_recommended():
    kept = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, check=True, timeout=60).stdout

    _, kind, _, costs, _, _ = kept.split("$")
    cost = {name: int(value) for name, value in (part.split("=") for part in costs.split(","))}
    assert kind == "argon2id"
    assert cost["m"] >= 64 * 1024  # KiB: RFC 9106, 4, the second recommended option
    assert cost["t"] >= 3
    assert cost["p"] >= 4
