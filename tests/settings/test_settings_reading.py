"""Settings in their corners: what a newcomer writes in TOML, what no part of the program could live with."""

from __future__ import annotations

from datetime import time, timedelta
from pathlib import Path

import pytest

from outreach.domain.errors import BadInput
from outreach.domain.ids import LaneName
from outreach.domain.times import QuietHours
from outreach.settings import Settings, load

TELEGRAM = LaneName("telegram")


def from_toml(folder: Path, text: str, **environment: str) -> Settings:
    """The settings of a file that says *text*."""
    (folder / "outreach.toml").write_text(text, "utf-8")
    return load({f"OUTREACH_{name}": value for name, value in environment.items()}, folder)


def problems(folder: Path, text: str = "", **environment: str) -> list[str]:
    """All that is wrong."""
    with pytest.raises(BadInput) as refusal:
        from_toml(folder, text, **environment)
    return refusal.value.problems


EVERY = """
data_dir = "town"
database_url = "sqlite:///town/a.db"
key_file = "keys/town.key"
base_url = "https://outreach.example.org/"
host = "0.0.0.0"
port = 8080
timezone = "Asia/Urumqi"
language = "en"
country = "us"
opening_hours = " Mon to Fri "
network_name = "Linjiang"
library = "texts"
reminders = ["2d", "90m", "30s"]
quiet_hours = "22:00-06:00"
tips = "Sunday 8:30"
first_tip_after = "45s"
log_level = "debug"
secret_key = "quince-marmalade"
[channels.telegram]
token = "007"
"""


def test_every_setting_can_be_said_in_the_file(tmp_path: Path):
    found = from_toml(tmp_path, EVERY.replace(" 8:30", " 08:30"))

    assert found.data_dir == tmp_path / "town"
    assert found.database_url == "sqlite:///town/a.db"
    assert found.key_file == tmp_path / "keys" / "town.key"
    assert found.base_url == "https://outreach.example.org"
    assert (found.host, found.port, found.timezone) == ("0.0.0.0", 8080, "Asia/Urumqi")
    assert (found.language, found.country, found.log_level) == ("en", "US", "DEBUG")
    assert (found.opening_hours, found.network_name) == ("Mon to Fri", "Linjiang")
    assert found.library == tmp_path / "texts"
    assert found.leads == (timedelta(days=2), timedelta(minutes=90), timedelta(seconds=30))
    assert found.quiet == QuietHours(time(22), time(6))
    assert (found.tips, found.first_tip_after) == ((6, time(8, 30)), timedelta(seconds=45))
    assert found.secret_key is not None
    assert found.secret_key.reveal() == "quince-marmalade"
    assert found.channels[TELEGRAM]["token"].reveal() == "007"
    assert "quince" not in f"{found} {found!r} {found.secret_key}"


@pytest.mark.parametrize("line", ['token = "1e345"', "token = 1e345", "token = '1e345'"])
def test_a_secret_that_looks_like_a_number_stays_the_very_text(tmp_path: Path, line: str):
    assert from_toml(tmp_path, f"[channels.telegram]\n{line}\n").channels[TELEGRAM]["token"].reveal() == "1e345"


def test_a_file_that_windows_saved_is_read(tmp_path: Path):
    (tmp_path / "outreach.toml").write_bytes(b"\xef\xbb\xbfport = 9000\r\n")

    assert load({}, tmp_path).port == 9000


@pytest.mark.parametrize(
    ("text", "place"),
    [("a = [1\n", "line"), ("port = 1\nport = 2\n", "line 2"), ("[channels.telegram]\ntoken = 007\n", "line 2")],
)
def test_what_is_no_toml_is_told_with_its_line(tmp_path: Path, text: str, place: str):
    (found,) = problems(tmp_path, text)

    assert found.startswith("outreach.toml: it cannot be read")
    assert place in found or "end of document" in found


def test_what_is_no_text_is_told_with_its_byte(tmp_path: Path):
    (tmp_path / "outreach.toml").write_bytes(b"port = 1\xff")

    with pytest.raises(BadInput, match="byte 9 is not UTF-8"):
        load({}, tmp_path)


def test_a_folder_in_the_file_s_place_is_told(tmp_path: Path):
    (tmp_path / "outreach.toml").mkdir()

    with pytest.raises(BadInput, match=r"outreach\.toml: it cannot be read"):
        load({}, tmp_path)


def test_a_name_said_twice_in_two_spellings_is_told(tmp_path: Path):
    assert problems(tmp_path, "port = 1\nPort = 2\n") == ["outreach.toml: port: it is said twice; keep one"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('data_dir = ""', "data_dir"),
        ('key_file = " "', "key_file"),
        ('host = "bad host"', "host"),
        ('host = ""', "host"),
        ("port = 0", "port"),
        ("port = true", "port"),
        ('port = "８０"', "port"),
        ('database_url = "sqlite://"', "database_url"),
        ('database_url = "sqlite:///:memory:"', "database_url"),
        ('quiet_hours = "21:30+01:00-07:30"', "quiet_hours"),
        ('quiet_hours = "21:30"', "quiet_hours"),
        ('tips = "tue 10:00+08:00"', "tips"),
        ('tips = "moonday 10:00"', "tips"),
        ('reminders = ["24h", "soon"]', "reminders"),
        ('reminders = "0h"', "reminders"),
        ('first_tip_after = "never"', "first_tip_after"),
        ("channels = 3", "channels"),
        ("[prot]\na = 1", "prot__a"),
    ],
)
def test_a_bad_value_in_the_file_is_told_with_file_and_name(tmp_path: Path, text: str, name: str):
    (found,) = problems(tmp_path, text)

    assert found.startswith(f"outreach.toml: {name}: ")


def test_a_bad_value_in_the_file_does_not_matter_if_the_environment_says_better(tmp_path: Path):
    assert from_toml(tmp_path, "port = 0", PORT="9000").port == 9000


def test_file_and_environment_are_told_together(tmp_path: Path):
    found = problems(tmp_path, "port = 0\nlanguage = 'tlh'", TIPS="sometimes", HOST="bad host")

    assert len(found) == 4
    assert sum(line.startswith("OUTREACH_") for line in found) == 2


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("0.0.0.0", "http://127.0.0.1:8000"),
        ("::", "http://[::1]:8000"),
        ("::1", "http://[::1]:8000"),
        ("192.0.2.7", "http://192.0.2.7:8000"),
    ],
)
def test_an_address_of_ours_is_one_that_a_browser_can_go_to(tmp_path: Path, host: str, address: str):
    assert load({"OUTREACH_HOST": host}, tmp_path).base_url == address


@pytest.mark.parametrize("text", ["off", "none", "08:00-08:00"])
def test_quiet_hours_can_be_none(tmp_path: Path, text: str):
    assert load({"OUTREACH_QUIET_HOURS": text}, tmp_path).quiet is None


def test_leads_are_sorted_and_said_once(tmp_path: Path):
    leads = load({"OUTREACH_REMINDERS": "2h, 24H,120m,"}, tmp_path).leads

    assert leads == (timedelta(hours=24), timedelta(hours=2))


def test_two_accounts_of_one_platform_are_two_sections(tmp_path: Path):
    text = '[channels.town]\nadapter = "wechat"\nappid = "wx1"\n[channels.county]\nadapter = "wechat"\n'

    found = from_toml(tmp_path, text, CHANNELS__COUNTY__APPID="wx2").channels

    assert {lane: section["appid"].reveal() for lane, section in found.items() if section} == {
        "town": "wx1",
        "county": "wx2",
    }


def test_settings_cannot_be_changed(tmp_path: Path):
    with pytest.raises(AttributeError):
        load({}, tmp_path).port = 1  # type: ignore[misc]


def test_a_short_signing_key_is_refused_and_not_repeated(tmp_path: Path):
    (problem,) = problems(tmp_path, SECRET_KEY="hunter2")

    assert "OUTREACH_SECRET_KEY" in problem
    assert "hunter2" not in problem
