"""The main job, as a newcomer has it: sign me up, confirmation, reminder, calendar, tip, through each door."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from conftest import Program, eventually
from doors import TelegramResident, WebChatResident, WeChatResident, telegram_beside, wechat_beside

from outreach.calendar.check import problems
from outreach.testing.telegram_residents import TOKEN
from outreach.testing.wechat_wire import Account

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

LEAD = timedelta(hours=1)
TITLE = "清早太极"
ITEM = "steady-ground"


def prepare(program: Program, **channels: str) -> None:
    """A server that runs, one approved tip that comes 2 s after subscribing, and one activity.

    Its reminder is due 20 s from now: whoever signs up later than that would rightly get none.
    """
    program.settings |= {
        "OUTREACH_REMINDERS": "1h",
        "OUTREACH_FIRST_TIP_AFTER": "2s",
        "OUTREACH_BASE_URL": program.url,
        **channels,
    }
    program.run("content", "approve", ITEM, "--language", "zh")
    program.start()
    starts = datetime.now(UTC) + LEAD + timedelta(seconds=20)
    program.json(
        "activity", "add", "--kind", "cultural", "--title", TITLE, "--starts", starts.isoformat(timespec="seconds"),
        "--minutes", "60", "--seats", "30", "--place", "老槐树广场", "--audience", "general",
    )  # fmt: skip


def assert_calendar(data: bytes) -> None:
    """A calendar file that keeps our rules and names the activity."""
    assert problems(data) == []
    assert TITLE in data.decode().replace("\r\n ", "")


def test_the_walk_through_the_web_chat(program: Program):
    prepare(program)
    ann = WebChatResident(program.url)

    ann.post({"id": "a-first-visit", "start": True})
    ann.press("看看活动")
    ann.say("报名 1")
    ann.press("同意并报名")
    eventually(lambda: ann.files() or (ann.reads() and ann.files()), "the confirmation with its file")
    assert "老槐树广场" in ann.all_read()
    status, calendar, headers = program.get(ann.files()[-1])
    ann.say("订阅")
    ann.press("全体居民")
    ann.press("同意并订阅")
    eventually(lambda: ann.has("活动快到了"), "the reminder")
    eventually(lambda: ann.has("回复“退订”"), "the tip")
    shown = program.json("activity", "show", "1")

    assert status == 200
    assert headers["content-type"].startswith("text/calendar")
    assert_calendar(calendar)
    assert (shown["seated"], shown["waiting"]) == (1, 0)
    assert program.stop() == 0


def test_the_walk_through_telegram(program: Program):
    with telegram_beside() as telegram:
        prepare(
            program, OUTREACH_CHANNELS__TELEGRAM__TOKEN=TOKEN, OUTREACH_CHANNELS__TELEGRAM__API_URL=telegram,
        )  # fmt: skip
        ann = TelegramResident(telegram, 4711)

        ann.say("/start")
        eventually(lambda: "看看活动" in str(ann.messages()), "the welcome")
        ann.press("看看活动")
        eventually(lambda: TITLE in ann.reads(), "the list")
        ann.say("报名 1")
        eventually(lambda: "同意并报名" in str(ann.messages()), "the notice")
        ann.press("同意并报名")
        eventually(ann.files, "the confirmation with its file")
        ann.say("订阅")
        eventually(lambda: "全体居民" in str(ann.messages()), "the audiences")
        ann.press("全体居民")
        eventually(lambda: "同意并订阅" in str(ann.messages()), "the notice")
        ann.press("同意并订阅")
        eventually(lambda: "活动快到了" in ann.reads(), "the reminder")
        eventually(lambda: "回复“退订”" in ann.reads(), "the tip")
        shown = program.json("activity", "show", "1")
        (calendar, *_) = ann.files()
        code = program.stop()

    assert_calendar(calendar)
    assert (shown["seated"], shown["waiting"]) == (1, 0)
    assert code == 0
    assert TOKEN not in program.log.read_text()


def test_the_walk_through_wechat(program: Program):
    account = Account()
    prepare(
        program,
        OUTREACH_CHANNELS__WECHAT__APPID=account.appid,
        OUTREACH_CHANNELS__WECHAT__TOKEN=account.token,
        OUTREACH_CHANNELS__WECHAT__AES_KEY=account.aes_key,
        OUTREACH_CHANNELS__WECHAT__ORIGINAL_ID=account.original_id,
    )
    with wechat_beside(f"{program.url}/hooks/wechat") as ask:
        ann = WeChatResident(ask, "oFictionalAnn")

        assert ask({"do": "verify"})["reply"] is True
        ann.do("follow")
        ann.say("活动")
        ann.say("报名 1")
        joined = ann.say("同意", msg_id="770077")
        again = ann.say("同意", msg_id="770077")
        copies = ann.do("say_twice_in_parallel", text="我的")
        link = next(word for word in joined.split() if word.endswith(".ics"))
        status, calendar, _ = program.get(link)
        ann.say("订阅")
        ann.say("1")
        ann.say("同意")
        eventually(lambda: "活动快到了" in ann.say("我的"), "the reminder in front of an answer")
        eventually(lambda: "回复“退订”" in ann.reads() or ann.say("菜单"), "the tip in front of an answer")
        shown = program.json("activity", "show", "1")

    assert "老槐树广场" in joined
    assert again == joined
    assert copies[0] == copies[1]
    assert status == 200
    assert_calendar(calendar)
    assert "回复“退订”" in ann.reads()
    assert ann.reads().count("活动快到了") == 1
    assert (shown["seated"], shown["waiting"]) == (1, 0)
    assert program.stop() == 0


def test_a_moved_and_a_called_off_activity_reach_a_chat_and_a_calendar_within_seconds(program: Program):
    prepare(program)
    ann = WebChatResident(program.url)
    ann.post({"id": "a-first-visit", "start": True})
    ann.say("报名 100")
    ann.press("同意并报名")
    eventually(lambda: ann.files() or (ann.reads() and ann.files()), "the confirmation")
    link = ann.files()[-1]
    before = program.get(link)[1]
    later = (datetime.now(UTC) + timedelta(days=3)).isoformat(timespec="seconds")

    program.run("activity", "move", "1", "--starts", later)
    eventually(lambda: ann.has("变动"), "the news of the move")
    moved = program.get(link)[1]
    program.run("activity", "call-off", "1")
    eventually(lambda: ann.has("不办了"), "the news of the end")
    off = program.get(link)[1]
    feed = program.get("/feeds/public.ics")

    assert b"SEQUENCE:0" in before
    assert b"SEQUENCE:1" in moved
    assert b"STATUS:CANCELLED" in off
    assert b"STATUS:CANCELLED" in feed[1]
    assert program.get("/feeds/public.ics", {"if-none-match": feed[2]["etag"]})[0] == 304


def test_staff_answer_a_note_from_the_command_line(program: Program):
    prepare(program)
    ann = WebChatResident(program.url)
    ann.post({"id": "a-first-visit", "start": True})
    ann.say("人工")
    ann.say("想问问活动室有没有台阶")
    ann.say("同意")

    (waiting,) = program.json("thread", "list")
    shown = program.json("thread", "show", str(waiting["id"]))
    program.run("thread", "answer", str(waiting["id"]), "有坡道，轮椅能进。")
    eventually(lambda: ann.has("有坡道"), "the answer of staff")

    assert shown["entries"][0]["text"] == "想问问活动室有没有台阶"
    assert "台阶" not in program.log.read_text()
