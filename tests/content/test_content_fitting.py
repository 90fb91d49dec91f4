"""From one message of ours to what a channel carries."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.content import fit, measure
from outreach.domain.messages import Capabilities, Choice, File, MessageKind, Outgoing

BUTTONS = Capabilities(
    text_limit=60,
    text_unit="utf16",
    buttons=True,
    max_buttons=2,
    files=True,
    may_push=True,
    replies_in_place=0,
    rate_per_second=30.0,
    max_in_flight=8,
)
PLAIN = replace(BUTTONS, buttons=False, max_buttons=0, files=False)
YES, NO, LATER = Choice("好", "yes"), Choice("不了", "no"), Choice("以后", "later")
CARD = File("card.ics", "text/calendar", b"x", link="https://example.org/c/1.ics")


def message(text="来吗？请回复数字：", **more):
    return Outgoing(MessageKind.REPLY, text, **more)


def test_a_channel_with_buttons_gets_them_as_they_are():
    asked = message(choices=(YES, NO))

    assert fit(asked, BUTTONS) == (asked,)


def test_without_buttons_choices_become_numbered_lines():
    (sent,) = fit(message(choices=(YES, NO, LATER)), PLAIN)

    assert sent.text == "来吗？请回复数字：\n\n1. 好\n2. 不了\n3. 以后"
    assert sent.choices == ()


def test_a_detail_is_written_out_on_every_channel_and_buttons_carry_the_number():
    asked = message(choices=(Choice("太极", "join:1", "周二 9:30"), NO))

    (with_buttons,), (without,) = fit(asked, BUTTONS), fit(asked, PLAIN)

    assert with_buttons.text == without.text == "来吗？请回复数字：\n\n1. 太极 周二 9:30\n2. 不了"
    assert [(choice.label, choice.token) for choice in with_buttons.choices] == [("1 太极", "join:1"), ("2 不了", "no")]


def test_choices_for_which_there_is_no_button_are_lines_with_their_own_number():
    (sent,) = fit(message(choices=(YES, NO, LATER)), BUTTONS)

    assert sent.text.endswith("\n\n3. 以后")
    assert [choice.label for choice in sent.choices] == ["1 好", "2 不了"]


def test_a_file_that_cannot_be_sent_becomes_its_link():
    (sent,) = fit(message("名额定了。", file=CARD), PLAIN)

    assert sent.text == "名额定了。\nhttps://example.org/c/1.ics"
    assert sent.file is None


def test_a_file_that_can_be_sent_stays_a_file():
    (sent,) = fit(message("名额定了。", file=CARD), BUTTONS)

    assert (sent.text, sent.file) == ("名额定了。", CARD)


def test_a_file_with_neither_way_is_left_out():
    (sent,) = fit(message("名额定了。", file=replace(CARD, link=None)), PLAIN)

    assert (sent.text, sent.file) == ("名额定了。", None)


@pytest.mark.parametrize("text", ["看这里。", "看这里。 https://example.org/a/1"])
def test_a_link_is_a_line_and_is_not_said_twice(text):
    (sent,) = fit(message(text, link="https://example.org/a/1"), BUTTONS)

    assert sent.text.count("https://example.org/a/1") == 1
    assert sent.link is None


def test_what_hangs_on_a_long_message_rides_on_its_last_part():
    long = message("一二三四五六七八九。" * 10, choices=(YES,), file=CARD, fields={"title": "太极"})

    *first, last = fit(long, BUTTONS)

    assert first
    assert all(part == Outgoing(MessageKind.REPLY, part.text) for part in first)
    assert (last.choices, last.file, last.fields) == ((YES,), CARD, {"title": "太极"})


def test_a_numbered_line_is_never_torn():
    choices = tuple(Choice(f"第{n}场活动", f"join:{n}", "每周二上午九点半，社区活动中心二楼。") for n in range(1, 9))

    parts = fit(message(choices=choices), PLAIN)

    lines = [line for part in parts for line in part.text.splitlines() if line[:1].isdigit()]
    assert lines == [f"{n}. 第{n}场活动 每周二上午九点半，社区活动中心二楼。" for n in range(1, 9)]
    assert len(parts) > 1


@given(
    text=st.text(max_size=200),
    choices=st.lists(st.builds(Choice, st.text(max_size=8), st.just("t"), st.text(max_size=20)), max_size=5),
    able=st.sampled_from([BUTTONS, PLAIN]),
    link=st.sampled_from([None, "https://example.org/a/1"]),
)
def test_what_fits_fits_again_unchanged(text, choices, able, link):
    parts = fit(message(text, choices=tuple(choices), file=CARD, link=link), able)

    assert all(measure(part.text, able.text_unit) <= able.text_limit for part in parts)
    assert tuple(again for part in parts for again in fit(part, able)) == parts
