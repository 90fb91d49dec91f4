"""Every test's home: no settings of the machine, no network but this computer, nothing skipped in CI."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, nullcontext
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import alike
import hypothesis
import pytest

if TYPE_CHECKING:
    from postgres_server import Postgres

IN_CI = os.environ.get("CI") == "true"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HOME_HOSTS = ("127.", "::1", "localhost")
# By name, so that a machine's own settings can change no test.
for setting in [name for name in os.environ if name.startswith("OUTREACH_")]:
    del os.environ[setting]

# A suite that a script started in the background is deaf to Ctrl-C, and so would be the programs that it starts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# No deadline: a busy machine decides how long an example takes. In CI the same examples every time: not red by itself.
hypothesis.settings.register_profile("house", deadline=None, derandomize=IN_CI, print_blob=not IN_CI)
hypothesis.settings.load_profile("house")


def _stay_at_home(name: str, arguments: tuple[Any, ...]) -> None:
    """Refuse to speak to, listen for or look up anything but this computer (what uvloop does is not seen)."""
    if name in {"socket.connect", "socket.bind", "socket.sendto"}:
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else "localhost"  # a path: a socket of this computer
    elif name == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    host = host.decode() if isinstance(host, bytes) else host
    if host is not None and not str(host).startswith(HOME_HOSTS):
        raise RuntimeError(f"a test wants {name} with {host!r}: only 127.0.0.1 is allowed")


sys.addaudithook(_stay_at_home)

alike.read_once()
alike.hash_lightly()


@pytest.fixture(autouse=True)
def _laid_out_at_once(request: pytest.FixtureRequest) -> Iterator[None]:
    """Tables at once, except where the steps to them are what is tested."""
    with nullcontext() if request.path.parent.name == "store" else alike.laid_out_at_once():
        yield


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let each worker begin with its share of the walks: for one that comes last, the others wait minutes.

    ``--dist worksteal`` gives every worker one stretch of *items* at first.
    """
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    walks = [item for item in items if item.path.parent.name == "walks"]
    if workers == 1 or not walks:
        return
    walks.sort(key=lambda item: item.path.stem != "test_walk_kill")  # the two longest tests of all
    walks = [walk for worker in range(workers) for walk in walks[worker::workers]]
    others = [item for item in items if item.path.parent.name != "walks"]
    ordered: list[pytest.Item] = []
    for left in range(workers, 0, -1):
        stretch = (len(walks) + len(others)) // left
        share = min(stretch, -(-len(walks) // left))
        ordered += walks[:share] + others[: stretch - share]
        del walks[:share], others[: stretch - share]
    items[:] = ordered


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI a skipped test is a failed one."""
    report = yield
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, and CI may skip nothing: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """In CI a module that skips itself is a failed one."""
    report = yield
    if IN_CI and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"skipped, and CI may skip nothing: {report.longrepr}"
    return report


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Whoever asks for `database_kind` runs on both databases, except where a test says why it is SQLite's alone."""
    if "database_kind" in metafunc.fixturenames:
        alone = metafunc.definition.get_closest_marker("sqlite_only")
        assert alone is None or alone.args, "say why it is SQLite's alone"
        metafunc.parametrize("database_kind", ["sqlite"] if alone else ["sqlite", "postgresql"])


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server, one to a worker, started for the first who asks. Skips where there is none (not in CI)."""
    import postgres_server  # here, because most tests need neither it nor the driver

    with ExitStack() as stack:
        try:
            server = stack.enter_context(postgres_server.running())
        except postgres_server.NoPostgres as reason:
            pytest.skip(f"SKIPPED ON POSTGRESQL: {reason}")
        yield server


_numbers = count(1)


@pytest.fixture
def new_postgres(postgres: Postgres) -> Iterator[Callable[[str], str]]:
    """Makes databases as copies of a template and gives their addresses; takes them away after the test."""
    made: list[str] = []

    def make(template: str = "template0") -> str:
        made.append(f"test{next(_numbers)}")
        return postgres.create(made[-1], template)

    yield make
    for name in made:
        postgres.drop(name)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium to drive with Playwright. Skips the test where there is none (a failure in CI)."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip(f"none of {', '.join(BROWSERS)} is installed: see scripts/browser.sh")
    return found


@pytest.fixture(scope="session")
def chinese_font() -> Path:
    """The path of a font that writes Chinese. Skips the test where there is none (a failure in CI)."""
    listed = shutil.which("fc-list") and subprocess.run(
        ["fc-list", ":lang=zh", "--format", "%{file}\\n"], capture_output=True, text=True, check=False
    )
    found = [Path(line) for line in listed.stdout.splitlines() if line] if listed else []
    regular = [path for path in sorted(found) if "Sans" in path.name and "Regular" in path.name]
    if not found:
        pytest.skip("no font that writes Chinese is installed: see scripts/browser.sh")
    return (regular or sorted(found))[0]
