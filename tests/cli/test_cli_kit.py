"""`outreach kit …`: files for a group, a wall and a loudspeaker."""

from __future__ import annotations

from pathlib import Path

from cli_room import Room
from PIL import Image

from outreach.testing.wechat_api import SECRET, Kind, WeChatApiStandIn
from outreach.testing.wechat_wire import Account

PUBLIC = "https://outreach.example.org"


def test_an_activity_becomes_four_files_with_the_way_in(room: Room, chinese_font: Path):
    room.set(FONT=str(chinese_font))
    number = room.add(title="太极晨练")["number"]
    room.set(BASE_URL=PUBLIC)

    told = room.json("kit", "activity", "1", "--out", "kit")

    assert told["files"] == ["article.html", "group.txt", "loudspeaker.txt", "poster.png"]
    assert told["address"].startswith(f"{PUBLIC}/chat?source=a-")
    assert told["address"] in (room.folder / "kit/group.txt").read_text()
    assert str(number) in (room.folder / "kit/loudspeaker.txt").read_text()
    with Image.open(room.folder / "kit/poster.png") as picture:
        assert picture.size == (1080, 1440)


def test_without_a_public_address_staff_are_told_what_is_missing(room: Room):
    room.add(title="太极晨练")

    done = room.run("kit", "activity", "1", "--out", "kit")

    assert done.code == 0
    assert "OUTREACH_BASE_URL" in done.err


def test_a_font_that_is_none_is_refused_by_name(room: Room):
    room.add(title="太极晨练")
    (room.folder / "font.ttf").write_bytes(b"no font")
    room.set(FONT="font.ttf")

    assert "OUTREACH_FONT" in room.refused("kit", "activity", "1")


def test_a_text_that_nobody_approved_is_refused(room: Room):
    assert "content list" in room.refused("kit", "tip", "a-call-a-day")


def test_an_approved_text_becomes_a_kit(room: Room):
    room.json("content", "approve", "a-call-a-day", "--language", "zh")

    told = room.json("kit", "tip", "a-call-a-day", "--out", "kit")

    assert "article.html" in told["files"]


def test_a_lane_that_is_not_there_is_refused(room: Room):
    room.add(title="太极晨练")

    assert "webchat" in room.refused("kit", "activity", "1", "--lane", "pigeon")


def test_a_poster_is_put_into_the_library_of_the_account(room: Room):
    room.add(title="太极晨练")
    with WeChatApiStandIn(Kind(service=True, verified=True)) as api:
        account = Account()
        given = {
            "APPID": account.appid, "TOKEN": account.token, "AES_KEY": account.aes_key, "SECRET": SECRET,
            "API_URL": api.url, "ACCOUNT": "service", "VERIFIED": "true",
        }  # fmt: skip
        room.set(**{f"CHANNELS__WECHAT__{name}": text for name, text in given.items()})

        done = room.run("kit", "activity", "1", "--out", "kit", "--lane", "wechat", "--library", "wechat")

    assert done.code == 0, done.err
    assert api.pictures == ["kit.png"]
    assert "http://weixin.qq.com/q/" in (room.folder / "kit/group.txt").read_text()


def test_a_library_that_there_is_none_of_is_told_and_the_files_are_written(room: Room, chinese_font: Path):
    room.set(FONT=str(chinese_font))
    room.add(title="太极晨练")

    told = room.refused("kit", "activity", "1", "--out", "kit", "--library", "webchat", code=1)

    assert "channels check" in told
    assert (room.folder / "kit/poster.png").exists()
