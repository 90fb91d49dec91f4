"""Settings: environment over file over defaults, to the letter; all problems at once, no secret in any of them."""

from datetime import time, timedelta

import pytest

from outreach.domain.errors import BadInput
from outreach.domain.ids import LaneName
from outreach.domain.messages import Language
from outreach.domain.times import QuietHours
from outreach.settings import load

WORD = "quince-marmalade"  # stands for a secret
WECHAT = LaneName("wechat")


def problems(environment: dict[str, str], folder) -> list[str]:
    """All that is wrong with *environment*."""
    with pytest.raises(BadInput) as refusal:
        load(environment, folder)
    return refusal.value.problems


def test_an_empty_folder_and_environment_are_enough(tmp_path):
    settings = load({}, tmp_path)

    assert settings.data_dir == tmp_path / "var"
    assert settings.key_file == tmp_path / "var.key"
    assert settings.database_url == f"sqlite:///{tmp_path / 'var' / 'outreach.db'}"
    assert (settings.base_url, settings.host, settings.port) == ("http://127.0.0.1:8000", "127.0.0.1", 8000)
    assert (settings.language, settings.country, settings.timezone) == (Language.ZH, "CN", "Asia/Shanghai")
    assert settings.leads == (timedelta(hours=24), timedelta(hours=2))
    assert settings.quiet == QuietHours(time(21, 30), time(7, 30))
    assert settings.tips == (1, time(10))
    assert list(settings.channels) == ["webchat"]


def test_the_key_is_never_inside_the_data_folder(tmp_path):
    settings = load({"OUTREACH_DATA_DIR": "elsewhere/data"}, tmp_path)

    assert settings.key_file == tmp_path / "elsewhere" / "data.key"
    assert not settings.key_file.is_relative_to(settings.data_dir)


def test_the_environment_goes_before_the_file(tmp_path):
    (tmp_path / "outreach.toml").write_text('port = 9000\nlanguage = "en"\n', "utf-8")

    settings = load({"OUTREACH_PORT": "9001"}, tmp_path)

    assert (settings.port, settings.language) == (9001, Language.EN)


def test_an_empty_variable_counts_as_unset_and_an_empty_text_in_the_file_as_said(tmp_path):
    (tmp_path / "outreach.toml").write_text('reminders = ""\n', "utf-8")

    settings = load({"OUTREACH_PORT": "", "OUTREACH_REMINDERS": ""}, tmp_path)

    assert (settings.port, settings.leads) == (8000, ())


@pytest.mark.parametrize(
    "text", ["1e345", "123456", "0012", "true", "null", "[1]", '{"a": 1}', " spaced ", "a=b,c", "词"]
)
def test_an_option_of_a_channel_arrives_to_the_letter(tmp_path, text):
    settings = load({"OUTREACH_CHANNELS__WECHAT__TOKEN": text}, tmp_path)

    assert settings.channels[WECHAT]["token"].reveal() == text


def test_a_channel_may_be_told_of_in_file_and_environment_together(tmp_path):
    (tmp_path / "outreach.toml").write_text('[channels.wechat]\nappid = "wx1"\nverified = true\n', "utf-8")

    section = load({"OUTREACH_CHANNELS__WECHAT__TOKEN": WORD}, tmp_path).channels[WECHAT]

    assert {name: value.reveal() for name, value in section.items()} == {
        "appid": "wx1",
        "verified": "true",
        "token": WORD,
    }


@pytest.mark.parametrize("no", ["false", "No", "off", "0"])
def test_the_web_chat_can_be_switched_off(tmp_path, no):
    assert not load({"OUTREACH_CHANNELS__WEBCHAT__ENABLED": no}, tmp_path).channels


def test_a_misspelt_name_is_noticed_wherever_it_stands(tmp_path):
    (tmp_path / "outreach.toml").write_text("prot = 9000\n", "utf-8")

    found = problems({"OUTREACH_QUEIT_HOURS": "off"}, tmp_path)

    assert found == ["OUTREACH_QUEIT_HOURS: there is no such setting", "outreach.toml: prot: there is no such setting"]


BAD = {
    "OUTREACH_PORT": "70000",
    "OUTREACH_TIMEZONE": "Mars/Olympus",
    "OUTREACH_LANGUAGE": "tlh",
    "OUTREACH_COUNTRY": "China",
    "OUTREACH_BASE_URL": "outreach.example.org",
    "OUTREACH_DATABASE_URL": "mysql://somewhere",
    "OUTREACH_REMINDERS": "a day",
    "OUTREACH_QUIET_DAYS": "sundays",
    "OUTREACH_QUIET_HOURS": "at night",
    "OUTREACH_TIPS": "sometimes",
    "OUTREACH_FIRST_TIP_AFTER": "soon",
    "OUTREACH_LOG_LEVEL": "CHATTY",
    "OUTREACH_NETWORK_NAME": "x" * 201,
    "OUTREACH_CHANNELS__WECHAT": "yes",
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_value_is_told_with_its_name(tmp_path, name):
    (found,) = problems({name: BAD[name]}, tmp_path)

    assert found.startswith(f"{name}: ")


def test_all_that_is_wrong_is_told_at_once(tmp_path):
    assert len(problems(BAD, tmp_path)) == len(BAD)


def test_a_file_that_is_no_toml_is_told_and_not_half_read(tmp_path):
    (tmp_path / "outreach.toml").write_text("port = = 9000\n", "utf-8")

    (found,) = problems({}, tmp_path)

    assert found.startswith("outreach.toml: it cannot be read")


def test_no_secret_is_printed(tmp_path):
    secret = {
        "OUTREACH_SECRET_KEY": WORD,
        "OUTREACH_CHANNELS__TELEGRAM__TOKEN": WORD,
        "OUTREACH_DATABASE_URL": f"sqlite:///{WORD}.db",
    }

    assert WORD not in repr(load(secret, tmp_path))


def test_the_database_may_be_on_postgresql(tmp_path):
    url = f"postgresql+psycopg://outreach:{WORD}@127.0.0.1:5432/town"

    found = load({"OUTREACH_DATABASE_URL": url}, tmp_path)

    assert (found.database_url, found.is_sqlite) == (url, False)
    assert WORD not in repr(found)


@pytest.mark.parametrize("url", ["postgresql+psycopg://host", "postgresql+psycopg://host/", "postgresql+asyncpg://h/d"])
def test_an_address_that_names_no_database_of_ours_is_refused_without_repeating_it(tmp_path, url):
    (found,) = problems({"OUTREACH_DATABASE_URL": f"{url}?x={WORD}"}, tmp_path)

    assert found.startswith("OUTREACH_DATABASE_URL: give sqlite:///")
    assert WORD not in found


@pytest.mark.parametrize("name", ["OUTREACH_DATABASE_URL", "OUTREACH_CHANNELS__WECHAT", "OUTREACH_UNHEARD_OF"])
def test_no_problem_repeats_what_may_be_a_secret(tmp_path, name):
    (found,) = problems({name: f"postgresql://u:{WORD}@h/d"}, tmp_path)

    assert WORD not in found


@pytest.mark.parametrize("text", ["http://127.0.0.1:8000/", "https://outreach.example.org/care/"])
def test_an_address_of_ours_has_no_slash_at_its_end(tmp_path, text):
    assert load({"OUTREACH_BASE_URL": text}, tmp_path).base_url == text.rstrip("/")


def test_the_mainland_profile_keeps_telegram_off_and_another_is_refused(tmp_path):
    assert load({"OUTREACH_PROFILE": "Mainland"}, tmp_path).adapters_off == {"telegram"}
    assert load({}, tmp_path).adapters_off == frozenset()
    assert "mainland" in problems({"OUTREACH_PROFILE": "moon"}, tmp_path)[0]
