"""Take the pictures in docs/screens: the demo town, for residents on a phone, for staff at a desk too. Needs Chromium.

.venv/bin/python scripts/screens.py [folder]
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

HOUSE = Path(__file__).parent.parent
sys.path.insert(0, str(HOUSE / "tests" / "browser"))
from browser_town import Town  # noqa: E402 the tests' own way to start a demo
from browser_visits import Visits, press, say  # noqa: E402 and to walk through it

FOLDER = HOUSE / "docs" / "screens"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PHONE = ViewportSize(width=390, height=844)
DESK = ViewportSize(width=1280, height=860)
TAI_CHI = 3  # its number among the activities of the demo, in Dongpo village
PATIENCE = 20_000  # milliseconds until an announcement is in the chat
LARGEST = 200_000  # bytes a picture: a reader in a village pays for them


class Picture(NamedTuple):
    """What one of them shows: the page at *path* after *presses*, once *seen* is there."""

    name: str
    path: str
    seen: str
    presses: tuple[str, ...] = ()
    language: str = "zh-CN"
    scale: float = 2.0
    login: str = ""
    """Whoever of the demo's staff looks at it; empty: a visitor."""
    size: ViewportSize = PHONE
    top: str = ""
    """The heading that is scrolled to the top of the picture; empty: the top of the page."""


PICTURES = (
    Picture("front-phone", "/", "清早太极"),
    Picture("activity-phone", "/", "去聊天里报名", ("清早太极",)),
    Picture("front-place-phone", "/?place=yunxi-liuhe-dongpo", "换个地方"),
    Picture("front-large-en", "/?large=1", "Which day", language="en-GB", scale=1.5),
    Picture("places-phone", "/places?q=村", "云溪县 · 青山镇", scale=1.5),
    Picture("join-phone", "/", "同意并报名", ("清早太极", "css=a.wide"), scale=1.5),
    Picture("join-seated-phone", "/", "加到手机日历", ("清早太极", "css=a.wide", "css=form button")),
    Picture(
        "join-seated-large-en",
        "/?large=1",
        "What happens next",
        ("清早太极", "css=a.wide", "css=form button"),
        "en-GB",
        1.5,
    ),
    Picture("sheet-phone", "/", "不用真名就能报名", ("清早太极", "css=a[href$='/qr']"), scale=1.5),
    Picture("chat-start", "/chat", "您想做什么？", scale=1.5),
    Picture("chat-phone", "/chat", "日历文件", ("看看活动", "清早太极", "报名，1人", "同意并报名")),
    Picture(
        "chat-phone-en",
        "/chat",
        "Calendar file",
        ("See activities", "Try me", "Sign up, 1", "Agree and sign up"),
        "en-GB",
    ),
    Picture("chat-large-en", "/chat?large=1", "Sign up, 2", ("See activities", "Try me"), "en-GB", 1.5),
    Picture("console-today", "/console/", "等您处理", scale=1, login="county", size=DESK),
    Picture("console-activities", "/console/activities", "清早太极", scale=1, login="county", size=DESK),
    Picture("console-month", "/console/activities/month", "场", scale=1, login="county", size=DESK),
    Picture("console-new-phone", "/console/activities/new?kind=lecture", "更多选项", scale=1.5, login="county"),
    Picture("console-move", "/console/activities/1/move", "这一步之后", scale=1, login="county", size=DESK),
    Picture("console-roster-phone", "/console/activities/1/roster", "打印签到表", scale=1.5, login="county"),
    Picture("console-announce-new-phone", "/console/announce/new?activity=3", "先看看", scale=1.5, login="village"),
    Picture("console-announce-outlook", "/console/announce/2", "人会收到", scale=1, login="village", size=DESK),
    Picture(
        "console-announce-preview-phone",
        "/console/announce/2",
        "不要了",
        scale=1.5,
        login="village",
        top="发出去是这样",
    ),
    Picture("console-announce-done", "/console/announce/1", "已送出", scale=1, login="village", size=DESK),
    Picture("console-threads", "/console/threads?all=1", "等回复", scale=1, login="village", size=DESK),
    Picture("console-thread-phone", "/console/threads/1", "发送回复", scale=1.5, login="village"),
    Picture("console-alerts", "/console/alerts", "我来处理", scale=1, login="town", size=DESK),
    Picture("console-library", "/console/library", "已批准", scale=1, login="editor", size=DESK),
    Picture("console-item", "/console/library/whom-to-tell/zh", "发出去", scale=1, login="editor", size=DESK),
    Picture("console-staff", "/console/staff", "新账号", scale=1, login="county", size=DESK),
    Picture("console-channels", "/console/channels", "网页聊天", scale=1, login="county", size=DESK),
    Picture("console-audit", "/console/audit", "做了什么", scale=1, login="auditor", size=DESK),
    Picture("console-sign-in-phone", "/console/sign-in", "登录名", scale=1.5),
)


def main() -> None:
    """Take them all."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        town = Town(Path(home))
        town.start()
        try:
            _take_all(town, folder)
        finally:
            town.stop()


def _take_all(town: Town, folder: Path) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_chromium(), args=ARGUMENTS)
        password = _fill(browser, town)
        for picture in PICTURES:
            context = browser.new_context(
                viewport=picture.size,
                device_scale_factor=picture.scale,
                locale=picture.language,
                base_url=town.address,
                reduced_motion="reduce",
            )
            page = context.new_page()
            if picture.login:
                _sign_in(page, picture.login, password)
            _take(_shown(page, picture), folder / f"{picture.name}.png")
        browser.close()


def _fill(browser: Browser, town: Town) -> str:
    """What staff find in the morning: a note, an alert, one announcement sent and one to look at; the password."""
    visits = Visits(browser, town)
    worried, asking = visits.resident(), visits.resident()
    village = visits.staff("village")
    for sent in (True, False):
        village.goto(f"/console/announce/new?activity={TAI_CHI}")
        village.get_by_role("button", name="先看看会发给谁").click()
        if sent:
            village.get_by_role("button", name="就这样，批准发送").click()
            expect(asking.locator("#log")).to_contain_text("附近有活动，欢迎您来", timeout=PATIENCE)
    for words in ("人工", "周五的讲座能带孩子来吗？"):
        say(asking, words)
    press(asking, "同意并发送")
    say(worried, "我不想活了")
    visits.end()
    return visits.password


def _sign_in(page: Page, login: str, password: str) -> None:
    page.goto("/console/")
    page.locator("#login").fill(login)
    page.locator("#password").fill(password)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_be_visible()


def _shown(page: Page, picture: Picture) -> Page:
    page.goto(picture.path)
    for label in picture.presses:
        shown = page.locator("a.card, #log .choices button").filter(has_text=label)
        (page.locator(label) if label.startswith("css=") else shown).last.click()
    expect(page.get_by_text(picture.seen).last).to_be_visible()
    if picture.top:
        page.get_by_role("heading", name=picture.top).evaluate("one => one.scrollIntoView()")
    return page


def _take(page: Page, picture: Path) -> None:
    page.evaluate("Promise.all(document.getAnimations().map((one) => one.finished))")
    page.screenshot(path=picture)
    if picture.stat().st_size > LARGEST:
        raise SystemExit(f"{picture.name} is larger than {LARGEST // 1_000} kB")


def _chromium() -> str:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        raise SystemExit("no Chromium here: see scripts/browser.sh")
    return found


if __name__ == "__main__":
    main()
