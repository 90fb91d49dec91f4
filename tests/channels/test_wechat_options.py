"""The lane's options are checked all at once, without telling a secret."""

from __future__ import annotations

import pytest
from wechat_scene import PLAIN, options

from outreach.channels.base import BadOptions
from outreach.channels.wechat import open_channel
from outreach.domain.secret import Secret
from outreach.testing.context import make_context
from outreach.testing.wechat_wire import Account


def problems(**changes: str) -> list[str]:
    given = {**options(), **{name: Secret(text) for name, text in changes.items()}}
    with pytest.raises(BadOptions) as caught:
        open_channel(given, make_context("wechat"))
    return caught.value.problems


def test_everything_that_is_wrong_is_told_at_once_by_name_and_without_its_value():
    wrong = {
        "APPID": "17",
        "TOKEN": "no spaces please",
        "AES_KEY": "tooshort-secret",
        "ORIGINAL_ID": "our-account",
        "MODE": "clear-ish",
        "ACCOUNT": "private-ish",
        "VERIFIED": "perhaps-so",
        "API_URL": "ftp://x",
        "FRESHNESS": "a while",
        "VERIFEID": "true-ish",
    }

    told = problems(**wrong)

    assert len(told) == len(wrong)
    assert {line.split()[0] for line in told} == set(wrong)
    assert not [value for value in wrong.values() if value in "".join(told) and value != "17"]


def test_nothing_given_is_told_as_three_missing_options():
    with pytest.raises(BadOptions) as caught:
        open_channel({}, make_context("wechat"))

    assert [line.split()[0] for line in caught.value.problems] == ["APPID", "TOKEN", "AES_KEY"]


@pytest.mark.parametrize(
    "address",
    ["http://api.weixin.qq.com", "http://8.8.8.8", "http://me@localhost", "https://x?y", "https://x:port", "https://["],
)
def test_the_app_secret_never_travels_in_the_clear_or_to_what_is_no_address(address):
    (told,) = problems(API_URL=address)

    assert "API_URL must be" in told
    assert address not in told


@pytest.mark.parametrize("address", ["https://api2.weixin.qq.com", "http://127.0.0.1:8082/", "http://relay:80"])
def test_another_server_may_be_on_this_machine_or_behind_tls(address):
    assert open_channel(options(API_URL=address), make_context("wechat")).lane == "wechat"


@pytest.mark.parametrize("key", ["a" * 42, "a" * 44, "a" * 42 + "=", "a" * 42 + "+", "ä" * 43])
def test_an_aes_key_of_another_shape_is_told(key):
    (told,) = problems(AES_KEY=key)

    assert "AES_KEY" in told
    assert "43" in told


def test_a_missing_key_never_means_plaintext_by_itself():
    (told,) = problems(AES_KEY="")

    assert "AES_KEY is missing" in told


def test_plaintext_mode_and_a_key_contradict_each_other():
    (told,) = problems(MODE="plaintext")

    assert "AES_KEY" in told


@pytest.mark.parametrize("account", [Account(), PLAIN])
def test_sound_options_open_and_their_names_may_be_in_lower_case(account):
    given = {name.lower(): value for name, value in options(account, SECRET="s3cret", ADAPTER="wechat").items()}

    assert open_channel(given, make_context("wechat")).lane == "wechat"


def test_no_secret_is_in_what_an_opened_channel_prints():
    house = open_channel(options(SECRET="s3cret"), make_context("wechat"))

    told = repr(house) + repr(vars(house))

    assert not [secret for secret in (Account().token, Account().aes_key, "s3cret") if secret in told]
