"""Visits to one town: residents and staff, each in a browser of their own, and whatever their pages complain about."""

from __future__ import annotations

import re

from axe_playwright_python.sync_playwright import Axe
from browser_town import Town
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, expect

DESK, PHONE, NARROW, ZOOMED = (1280, 860), (390, 844), (360, 740), (640, 430)  # ZOOMED: a desk at 200 %
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
TARGETS = (
    "button, summary, select, textarea, input:not([type=hidden], [type=checkbox], [type=radio], .hidden), label.box,"
    " a:is(.button, .row, .plain, .card), :is(.bar, .side, .tabs, .kinds, .back, .stack tbody th) a"
)


class Visits:
    """Opens pages of *town*. At the `end` none of them may have complained."""

    def __init__(self, browser: Browser, town: Town) -> None:
        self._browser, self._town = browser, town
        self._contexts: list[BrowserContext] = []
        self._complaints: list[str] = []

    def open(
        self, path: str, size: tuple[int, int] = PHONE, language: str = "zh-CN", *, large: bool = False, js: bool = True
    ) -> Page:
        """*path* for somebody who comes for the first time. *js*: whether their browser runs scripts."""
        viewport = {"width": size[0], "height": size[1]}
        context = self._browser.new_context(
            viewport=viewport, locale=language, base_url=self._town.address, java_script_enabled=js
        )
        self._contexts.append(context)
        if large:
            context.add_cookies([{"name": "large", "value": "1", "url": self._town.address}])
        page = context.new_page()
        page.on("console", self._note)
        page.on("pageerror", lambda error: self._complaints.append(str(error)))
        page.on("response", self._look_at)
        page.goto(path)
        return page

    def staff(
        self,
        login: str,
        size: tuple[int, int] = DESK,
        language: str = "zh-CN",
        *,
        large: bool = False,
        js: bool = True,
    ) -> Page:
        """The first page of one of the demo's staff, who has just signed in."""
        page = self.open("/console/", size, language, large=large, js=js)
        page.locator("#login").fill(login)
        page.locator("#password").fill(self.password)
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile("/console/$"))
        if not language.startswith("zh"):
            page.goto("/console/?lang=en")  # the demo's staff have chosen Chinese, whatever their browser says
        return page

    def resident(self) -> Page:
        """The chat of somebody in Dongpo village who wants to hear of everything there."""
        page = self.open("/chat")
        expect(page.locator("#log .said")).to_have_count(1)
        say(page, "订阅")
        press(page, "全体居民")
        press(page, "同意并订阅")
        say(page, "东坡")
        expect(page.locator("#log .said").last).to_contain_text("东坡村")
        return page

    @property
    def password(self) -> str:
        """What all of the demo's staff sign in with."""
        found = re.search(r"the password is (\S+)", self._town.told())
        assert found
        return found[1]

    def end(self) -> None:
        """Close every page; no script may have failed, nothing may have been blocked, nothing be missing."""
        for context in self._contexts:
            context.close()
        assert not self._complaints, self._complaints

    def _note(self, message: ConsoleMessage) -> None:
        is_page = "/static/" not in message.location.get("url", "")  # a page that answers 404 or 422 is meant to
        is_refused = message.text.startswith("Failed to load resource") and is_page
        if message.type in {"error", "warning"} and not is_refused:
            self._complaints.append(message.text)

    def _look_at(self, response: Response) -> None:
        if response.status >= 500:
            self._complaints.append(f"{response.status} {response.url}")


def say(page: Page, text: str) -> None:
    """Type *text* in the chat and wait for the answer."""
    before = page.locator("#log .said").count()
    page.locator("#text").fill(text)
    page.keyboard.press("Enter")
    expect(page.locator("#log .said").nth(before + 1)).to_be_attached()


def press(page: Page, label: str) -> None:
    """Press the button of the latest answer that begins with *label* and wait for the next one."""
    before = page.locator("#log .said").count()
    page.locator("#log .choices:not([inert])").last.get_by_role("button", name=label).first.click()
    expect(page.locator("#log .said").nth(before + 1)).to_be_attached()


def problems(page: Page) -> list[str]:
    """What axe finds, what scrolls sideways, and what a finger would miss."""
    where = re.sub(r"^https?://[^/]+", "", page.url)
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}}).response["violations"]
    told = [f"{where} {one['id']}: {node['html']}" for one in found for node in one["nodes"]]
    width = page.viewport_size["width"] if page.viewport_size else 0
    if page.evaluate("document.documentElement.scrollWidth") > width:
        told.append(f"{where} scrolls sideways")
    small = page.locator(TARGETS).evaluate_all(
        "all => all.filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 43.5)"
        ".map((one) => one.outerHTML.slice(0, 120))"
    )
    return told + [f"{where} is too small: {one}" for one in small]


def focus_is_seen(page: Page) -> bool:
    """Whether a line around what has the focus shows where one is."""
    seen: bool = page.evaluate(
        "() => { const style = getComputedStyle(document.activeElement);"
        " return style.outlineStyle === 'solid' && parseFloat(style.outlineWidth) >= 2; }"
    )
    return seen
