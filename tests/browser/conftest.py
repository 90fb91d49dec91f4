"""A real browser at phone size, in front of a real demo town in a process of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from browser_town import Town
from browser_visits import Visits
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PHONE = (390, 844)
OpenPage = Callable[..., Page]

expect.set_options(timeout=20_000)  # milliseconds: three tests and a database share two cores


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a demo town that all tests share."""
    shared = Town(tmp_path_factory.mktemp("town"))
    shared.start()
    try:
        yield shared.address
    finally:
        shared.stop()


@pytest.fixture
def own_town(tmp_path: Path) -> Iterator[Town]:
    """A town of one's own, not yet started, to do with as one likes."""
    made = Town(tmp_path)
    yield made
    made.stop()


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """One browser a module: while Playwright lives, its event loop counts as running, and `asyncio.run` refuses."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def staffed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A demo town of one module's own, with its staff."""
    made = Town(tmp_path_factory.mktemp("staffed"))
    made.start()
    yield made
    made.stop()


@pytest.fixture
def visits(browser: Browser, staffed: Town) -> Iterator[Visits]:
    """Residents and staff in front of that town. At the end no page of theirs may have complained."""
    made = Visits(browser, staffed)
    yield made
    made.end()


@pytest.fixture
def open_page(town: str, browser: Browser) -> Iterator[OpenPage]:
    """Opens a page for a new visitor: path, language and width. At the end no page may have complained."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith("Failed to load resource"):
            complaints.append(message.text)

    def opened(path: str = "/chat", language: str = "zh-CN", size: tuple[int, int] = PHONE) -> Page:
        viewport = {"width": size[0], "height": size[1]}
        context = browser.new_context(viewport=viewport, locale=language, base_url=town, device_scale_factor=2)
        contexts.append(context)
        page = context.new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []
