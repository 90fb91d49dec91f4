"""A secret never prints; neither do a person's words."""

import copy
import logging
import pickle
import traceback
from dataclasses import dataclass

import pytest
from domain_scene import MONDAY_9AM
from hypothesis import given
from hypothesis import strategies as st

from outreach.domain.messages import (
    Choice,
    File,
    Grant,
    Message,
    MessageKind,
    Moved,
    Outgoing,
    Pressed,
    Reach,
    Reachability,
    Receipt,
    Unparsed,
)
from outreach.domain.secret import Secret

WORD = "quince-marmalade"  # stands for a token, or for what somebody wrote


@dataclass(frozen=True)
class Holder:
    token: Secret


@pytest.mark.parametrize(
    "printed",
    [
        str(Secret(WORD)),
        repr(Secret(WORD)),
        f"{Secret(WORD)}",
        f"{Secret(WORD)!r}",
        f"{Secret(WORD)!s:>40}",
        "%s %r" % (Secret(WORD), Secret(WORD)),  # noqa: UP031 (a way of printing is what is tested)
        repr([Secret(WORD)]),
        repr({"token": Secret(WORD)}),
        repr(Holder(Secret(WORD))),
    ],
)
def test_no_way_of_printing_shows_a_secret(printed):
    assert WORD not in printed
    assert "***" in printed


def test_a_log_line_shows_no_secret(caplog):
    with caplog.at_level(logging.INFO):
        logging.getLogger("outreach.test").info("token %s in %r", Secret(WORD), Holder(Secret(WORD)))

    assert WORD not in caplog.text


def test_an_error_about_a_secret_shows_no_secret():
    with pytest.raises(ValueError) as raised:
        raise ValueError(Secret(WORD))

    assert WORD not in "".join(traceback.format_exception(raised.value))


def test_a_secret_has_no_attributes_to_dump():
    with pytest.raises(TypeError):
        vars(Secret(WORD))


def test_only_reveal_gives_the_text():
    assert Secret(WORD).reveal() == WORD


@given(st.text(), st.text())
def test_secrets_are_equal_when_their_texts_are(one, other):
    assert (Secret(one) == Secret(other)) is (one == other)
    assert Secret(one).equals(other) is (one == other)


def test_a_secret_is_not_equal_to_its_text_and_hashes_like_its_equal():
    assert Secret(WORD) != WORD
    assert hash(Secret(WORD)) == hash(Secret(WORD))


def test_an_empty_secret_is_false():
    assert not Secret("")
    assert Secret(" ")


def test_a_secret_survives_copying():
    assert copy.deepcopy(Secret(WORD)) == Secret(WORD)
    assert pickle.loads(pickle.dumps(Secret(WORD))).reveal() == WORD


SAID = [
    Message("1", WORD, WORD, MONDAY_9AM),
    Pressed("1", WORD, WORD, MONDAY_9AM, press_id="9"),
    Reachability("1", WORD, MONDAY_9AM, Reach.MOVED, new_ref=WORD),
    Receipt("1", WORD, MONDAY_9AM, "77", delivered=True),
    Grant("1", WORD, MONDAY_9AM, "T1", 1),
    Unparsed("1", "not_xml"),
    Outgoing(
        MessageKind.REPLY,
        WORD,
        (Choice(WORD, "join:1", WORD),),
        File("a.ics", "text/calendar", WORD.encode(), f"https://x.invalid/{WORD}"),
        f"https://x.invalid/{WORD}",
        {"title": WORD},
    ),
    File("a.ics", "text/calendar", WORD.encode(), f"https://x.invalid/{WORD}"),
    Moved(WORD),
]


@pytest.mark.parametrize("value", SAID, ids=lambda value: type(value).__name__)
def test_what_crosses_a_channel_prints_neither_words_nor_addresses(value):
    assert WORD not in repr(value)
