"""The lane's section: defaults, spellings, and every problem told at once."""

import pytest

from outreach.channels.base import BadOptions
from outreach.channels.telegram import Config
from outreach.domain.secret import Secret

TOKEN = "7001:AAfictional_token-of-nobody"


def parse(**options: str) -> Config:
    return Config.parse({name: Secret(value) for name, value in options.items()})


def problems(**options: str) -> list[str]:
    with pytest.raises(BadOptions) as caught:
        parse(**options)
    return caught.value.problems


def test_a_token_is_enough():
    config = parse(TOKEN=TOKEN)

    assert config.api_url == "https://api.telegram.org"
    assert (config.rate, config.poll_seconds) == (25.0, 25)


def test_names_may_be_in_any_case_and_values_padded():
    config = parse(token=f" {TOKEN}\n", Api_Url="http://127.0.0.1:8081/", mode="Polling")

    assert config.token.reveal() == TOKEN
    assert config.api_url == "http://127.0.0.1:8081"


def test_all_problems_are_told_at_once_and_none_prints_a_value():
    told = problems(TOKEN="hunter2secret", API_URL="gopher://hole", MODE="pigeon", RATE="0", POLL_SECONDS="1.5", X="1")

    assert [problem.split()[0] for problem in told] == ["X", "TOKEN", "API_URL", "MODE", "RATE", "POLL_SECONDS"]
    assert "hunter2secret" not in str(told)


def test_a_missing_token_is_told():
    assert problems() == [
        "TOKEN must be the bot's token as BotFather gives it: digits, a colon, letters and digits",
    ]


@pytest.mark.parametrize(
    "url",
    [
        "http://api.telegram.org",  # the token would travel in the clear
        "https://user:word@host",
        "https://host/?a=1",
        "https://{token}.example",
        "https://",
        "http://[::1",
        "http://8.8.8.8",
        "api.telegram.org",
        "https://ho st",
    ],
)
def test_an_address_that_would_leak_or_break_is_refused(url):
    assert problems(TOKEN=TOKEN, API_URL=url)[0].startswith("API_URL")


@pytest.mark.parametrize(
    "url", ["http://localhost:8081", "http://telegram-api:8081", "http://10.0.0.7", "http://[::1]:9"]
)
def test_plain_http_is_fine_on_this_machine_and_in_private_networks(url):
    assert parse(TOKEN=TOKEN, API_URL=url).api_url == url


@pytest.mark.parametrize("rate", ["0", "-1", "1001", "nan", "inf", "1e9", "²", ""])
def test_a_rate_that_is_none_is_refused(rate):
    assert problems(TOKEN=TOKEN, RATE=rate)[0].startswith("RATE")


def test_options_of_others_are_left_alone():
    assert parse(TOKEN=TOKEN, ADAPTER="telegram", ENABLED="true", WEBHOOK_SECRET="later").rate == 25.0


def test_the_config_does_not_print_its_token():
    assert TOKEN not in repr(parse(TOKEN=TOKEN))


def test_a_webhook_needs_a_secret_that_nobody_guesses():
    for secret in ("", "short", "with spaces in it, and long enough"):
        (problem,) = problems(TOKEN=TOKEN, MODE="webhook", WEBHOOK_SECRET=secret)
        assert problem.startswith("WEBHOOK_SECRET")
    assert parse(TOKEN=TOKEN, MODE="webhook", WEBHOOK_SECRET="a-secret-of-this-bot").webhook_secret is not None
    assert parse(TOKEN=TOKEN, WEBHOOK_SECRET="left-over-from-before").webhook_secret is None
