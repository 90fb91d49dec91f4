"""What the repository may not hold: paths of one machine, package hosts, open pins, keys."""

import re
import tomllib

import pytest
from house_scene import ROOT, kept_files, kept_texts, name_of
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

# Put together here, so that this file does not hold what it looks for.
HOSTS = [
    "py" + "pi.org",
    "python" + "hosted",
    "npm" + "js",
    "crates" + ".io",
    "tuna." + "tsinghua",
    "mirrors." + "aliyun",
]
PACKAGE_HOST = re.compile("|".join(map(re.escape, HOSTS)) + r"|index-" + r"url|https?://[^\s]*/simple\b", re.IGNORECASE)
MACHINE_PATH = re.compile(r"(?<![\w.:/~}>-])/(?:root|home|work|Users|opt/(?!conda))/[\w.]")
PINS = (ROOT / "constraints.txt").read_text("utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"].values()


def pinned() -> dict[str, Requirement]:
    """The pins by canonical name; of several by platform the last."""
    lines = [line.rstrip(" \\") for line in PINS.splitlines() if line and not line.startswith((" ", "#"))]
    return {canonicalize_name(Requirement(line).name): Requirement(line) for line in lines}


def test_no_file_names_a_package_host():
    found = [(name_of(path), match.group()) for path, text in kept_texts() for match in PACKAGE_HOST.finditer(text)]

    assert not found


def test_no_file_holds_a_path_of_one_machine():
    found = [(name_of(path), match.group()) for path, text in kept_texts() for match in MACHINE_PATH.finditer(text)]

    assert not found


def test_no_key_and_no_data_folder_is_kept():
    found = [name_of(path) for path in kept_files() if path.suffix == ".key" or "var" in path.relative_to(ROOT).parts]

    assert not found


def test_pins_have_no_address():
    assert "://" not in PINS


def test_every_pin_is_exact_and_hashed():
    blocks = re.split(r"\n(?=[^\s#])", PINS.strip())

    assert blocks
    assert [block.splitlines()[0] for block in blocks if "==" not in block or "--hash=sha256:" not in block] == []


@pytest.mark.parametrize("wanted", PROJECT["dependencies"] + [line for lines in EXTRAS for line in lines])
def test_every_dependency_is_pinned_within_what_we_ask_for(wanted):
    requirement = Requirement(wanted)

    pin = pinned()[canonicalize_name(requirement.name)]

    assert Version(str(pin.specifier).removeprefix("==")) in requirement.specifier


def test_what_builds_the_project_is_pinned_too():
    assert "hatchling" in pinned(), "setup installs the project without build isolation"


@pytest.mark.parametrize(
    "script", ["scripts/setup.sh", "scripts/browser.sh", "scripts/postgres.sh", "scripts/pin.sh", ".ci/run"]
)
def test_a_script_stops_at_the_first_fault(script):
    path = ROOT / script

    assert "set -euo pipefail" in path.read_text("utf-8")
    assert path.stat().st_mode & 0o111
