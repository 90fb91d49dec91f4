"""The example package as its readers use it: built, installed beside Outreach, found, and tested by its own tests."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples/bridge"


def _run(folder: Path, *command: str, **environment: str) -> str:
    """What a Python program prints; it must end well."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    done = subprocess.run(
        [sys.executable, *command],
        cwd=folder, env=kept | environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the example's wheel installs."""
    folder = tmp_path_factory.mktemp("bridge")
    _run(EXAMPLE, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(EXAMPLE))
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as files:
        files.extractall(folder / "installed")
    return folder / "installed"


def test_the_settings_name_it_and_outreach_finds_it(installed: Path, tmp_path: Path):
    told = _run(
        tmp_path, "-m", "outreach", "channels", "list", "--json",
        PYTHONPATH=f"{installed}:{ROOT}",
        OUTREACH_CHANNELS__TEXTING__ADAPTER="bridge",
        OUTREACH_CHANNELS__TEXTING__KEY="a key that both sides know",
    )  # fmt: skip

    rows = {row["lane"]: row for row in json.loads(told)}

    assert (rows["texting"]["adapter"], rows["texting"]["writes_first"]) == ("bridge", "no")


def test_its_own_tests_pass_with_what_the_testing_extra_brings(installed: Path, tmp_path: Path):
    told = _run(
        tmp_path, "-m", "pytest", "-q", "-c", os.devnull, "-p", "no:cacheprovider", "-p", "no:randomly",
        str(EXAMPLE / "tests"),
        PYTHONPATH=f"{installed}:{ROOT}",
    )  # fmt: skip

    assert " passed" in told
    assert "skipped" not in told
