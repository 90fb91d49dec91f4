"""Setting up: what a person reads when something is missing, and what the wheel carries."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from house_scene import ROOT

TOOLS = ("bash", "dirname", "mkdir", "rm", "grep", "env")
OLD = '#!/usr/bin/env bash\n[ "$1" = -c ] && exit 1\necho "Python 3.9.2"\n'
WITHOUT_VENV = f"""#!/usr/bin/env bash
[ "$2" = venv ] && {{ echo "No module named venv" >&2; exit 1; }}
exec {sys.executable} "$@"
"""


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with the setup script and a PATH of its own: ``bin`` with the bare tools and no Python."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "setup.sh", tmp_path / "scripts")
    for tool in TOOLS:
        found = shutil.which(tool)
        assert found is not None
        (tmp_path / "bin" / tool).symlink_to(found)
    return tmp_path


def put_python(desk: Path, name: str, script: str) -> None:
    path = desk / "bin" / name
    path.write_text(script)
    path.chmod(0o755)


def set_up(desk: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(desk / "scripts" / "setup.sh")],
        env={"PATH": str(desk / "bin"), "HOME": str(desk)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_a_python_that_is_too_old_is_answered_with_one_sentence_and_the_remedy(desk):
    for name in ("python3", "python3.11", "python"):
        put_python(desk, name, OLD)

    done = set_up(desk)

    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "Python 3.11 or newer is needed" in done.stderr
    assert "apt install python3 python3-venv" in done.stderr
    assert not (desk / ".venv").exists()


def test_no_python_at_all_is_answered_in_the_same_way(desk):
    done = set_up(desk)

    assert done.returncode == 2
    assert "Python 3.11 or newer is needed" in done.stderr


def test_a_python_without_venv_is_answered_with_the_package_to_install(desk):
    put_python(desk, "python3", WITHOUT_VENV)

    done = set_up(desk)

    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "apt install python3-venv" in done.stderr
    assert not (desk / ".venv").exists()


@pytest.mark.slow
def test_the_wheel_carries_words_library_and_licence_and_nothing_of_the_tests(tmp_path):
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(ROOT)]

    subprocess.run(command, check=True, capture_output=True, text=True, stdin=subprocess.DEVNULL, env=dict(os.environ))

    (wheel,) = tmp_path.glob("outreach-*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    library = sorted(
        f"outreach/content_library/{path.relative_to(ROOT / 'content_library').as_posix()}"
        for path in (ROOT / "content_library").rglob("*")
        if path.is_file()
    )
    assert library
    assert [name for name in library if name not in names] == []
    assert {"outreach/py.typed", "outreach/wording/phrases.zh.toml", "outreach/wording/phrases.en.toml"} <= set(names)
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not [name for name in names if name.startswith(("tests", "benchmarks"))]
