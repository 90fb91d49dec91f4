"""A push on WeChat's bad days: once where it must be once, later where it may be later, never lost without a word."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from wechat_account import REMINDER, REPLY, TEMPLATE, play
from wechat_scene import ANN

from outreach.domain.messages import File, MessageKind, Parked, Rejected, RetryLater, Sent, Unconfirmed, Unreachable
from outreach.testing.clock import MONDAY_9AM, FrozenClock

CUSTOM, BY_TEMPLATE = "message/custom/send", "message/template/send"


def test_a_system_that_is_busy_twice_is_asked_a_third_time_for_a_template_and_gives_one_message():
    async def scene(api, channel):
        api.misbehave(path=BY_TEMPLATE, errcode=-1, times=2)
        return type(await channel.send(ANN, REMINDER, "k")), len(api.sent), len(api.calls_of(BY_TEMPLATE))

    assert play(scene) == (Sent, 1, 3)


def test_a_line_that_breaks_after_a_template_was_taken_does_not_double_it():
    async def scene(api, channel):
        api.misbehave(path=BY_TEMPLATE, disconnect=True, times=2)
        return type(await channel.send(ANN, REMINDER, "k")), len(api.sent)

    assert play(scene) == (Sent, 1)


def test_a_template_whose_fate_stays_open_is_unconfirmed_even_if_the_last_word_was_busy():
    async def scene(api, channel):
        api.misbehave(path=BY_TEMPLATE, errcode=-1, times=None)
        api.misbehave(path=BY_TEMPLATE, disconnect=True)
        return await channel.send(ANN, REMINDER, "k")

    assert play(scene) == Unconfirmed("-1")


@pytest.mark.parametrize(
    "day", [{"errcode": -1}, {"disconnect": True}, {"body": "<html>"}, {"body": "{}"}, {"body": "[]"}, {"status": 504}]
)
def test_a_customer_message_whose_fate_is_open_is_tried_once(day):
    async def scene(api, channel):
        api.heard(ANN)
        api.misbehave(path=CUSTOM, times=None, **day)
        return type(await channel.send(ANN, REPLY, "k")), len(api.calls_of(CUSTOM))

    assert play(scene) == (Unconfirmed, 1)


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_gateway_that_found_nobody_is_asked_later(status):
    async def scene(api, channel):
        api.heard(ANN)
        api.misbehave(path=CUSTOM, status=status, body="<html>")
        return await channel.send(ANN, REPLY, "k"), len(api.sent), await channel.send(ANN, REPLY, "k")

    first, sent, second = play(scene)

    assert isinstance(first, RetryLater)
    assert (sent, second) == (0, Sent())


def test_the_sixth_message_of_a_window_waits_and_their_next_word_lets_it_out():
    async def scene(api, channel):
        api.heard(ANN)
        five = [await channel.send(ANN, REPLY, f"k{number}") for number in range(5)]
        sixth = await channel.send(ANN, REPLY, "k6")
        api.heard(ANN)
        return five, sixth, await channel.send(ANN, REPLY, "k6")

    assert play(scene) == ([Sent()] * 5, Parked("quota_used"), Sent())


def test_inside_the_window_a_reminder_is_a_message_and_not_a_template():
    async def scene(api, channel):
        api.heard(ANN)
        await channel.send(ANN, REMINDER, "k")
        return [pushed.template for pushed in api.sent]

    assert play(scene) == [""]


def test_a_template_leads_to_the_calendar_file_where_there_is_no_other_link():
    file = File("a.ics", "text/calendar", b"x", "https://outreach.example/c/f.ics")
    with_file = dataclasses.replace(REMINDER, link=None, file=file)

    async def scene(api, channel):
        await channel.send(ANN, with_file, "k")
        return [(pushed.template, pushed.url) for pushed in api.sent]

    assert play(scene) == [(TEMPLATE, file.link)]


def test_a_template_with_nothing_to_fill_in_is_not_sent_but_waits(caplog):
    bare = dataclasses.replace(REMINDER, fields={"title": "太极"})

    async def scene(api, channel):
        return await channel.send(ANN, bare, "k"), api.calls_of(BY_TEMPLATE)

    assert play(scene) == (Parked("empty_field"), [])
    assert "leaves a field of its template empty" in caplog.text


def test_a_field_that_wechat_refuses_is_named_for_whoever_keeps_the_templates(caplog):
    async def scene(api, channel):
        api.templates[TEMPLATE] = ("thing1", "time2", "thing3", "thing9")
        return await channel.send(ANN, REMINDER, "k")

    assert play(scene) == Rejected("47003_thing9")
    assert "thing9" in caplog.text


def test_who_refuses_templates_is_not_asked_again():
    async def scene(api, channel):
        api.refusing.add(ANN)
        return await channel.send(ANN, REMINDER, "k"), len(api.calls_of(BY_TEMPLATE))

    assert play(scene) == (Parked("43101"), 1)


def test_a_template_that_wechat_does_not_know_is_tried_after_minutes_and_then_taken_away(caplog):
    clock = FrozenClock(MONDAY_9AM)

    async def scene(api, channel):
        api.templates.clear()
        outcomes = [await channel.send(ANN, REMINDER, "k")]
        clock.advance(timedelta(minutes=1))
        outcomes.append(await channel.send(ANN, REMINDER, "k"))
        clock.advance(timedelta(minutes=5))
        outcomes.append(await channel.send(ANN, REMINDER, "k"))
        return outcomes, channel.capabilities.any_time

    caplog.set_level(logging.ERROR)
    outcomes, any_time = play(scene, clock=clock)

    later = RetryLater(timedelta(minutes=5), code="40037")
    assert outcomes == [later, later, Parked("40037")]
    assert any_time == frozenset()
    assert "TEMPLATE_REMINDER" in caplog.text


def test_a_quota_that_is_used_up_stops_its_own_api_until_midnight_in_beijing_and_no_other():
    clock = FrozenClock(MONDAY_9AM)

    async def scene(api, channel):
        api.misbehave(path=BY_TEMPLATE, errcode=45009, times=None)
        reminders = [await channel.send(ANN, REMINDER, f"k{number}") for number in range(3)]
        asked = len(api.calls_of(BY_TEMPLATE))
        api.behave()
        api.heard(ANN)
        reply = await channel.send(ANN, REPLY, "k")
        api.unfollow(ANN)
        api.know(ANN)
        clock.advance(reminders[0].after)
        return reminders, asked, reply, type(await channel.send(ANN, REMINDER, "k4"))

    reminders, asked, reply, after_midnight = play(scene, clock=clock)

    midnight = (MONDAY_9AM + reminders[0].after).astimezone(ZoneInfo("Asia/Shanghai"))
    assert {outcome.code for outcome in reminders} == {"45009"}
    assert (midnight.hour, midnight.minute, midnight.second) == (0, 0, 0)
    assert (asked, reply, after_midnight) == (1, Sent(), Sent)


@pytest.mark.parametrize("to", ["", "\ud800", "'; --", "o" * 65, "中文"])
def test_what_is_no_openid_is_not_sent_anywhere(to):
    async def scene(api, channel):
        return await channel.send(to, REPLY, "k"), api.calls

    assert play(scene) == (Unreachable("bad_openid"), [])


def test_a_text_of_full_length_with_a_link_stays_whole_and_takes_one_message():
    long = dataclasses.replace(REPLY, text="好" * 660, link="https://outreach.example/a/taiji")

    async def scene(api, channel):
        api.heard(ANN)
        await channel.send(ANN, long, "k")
        return [len(pushed.text.encode()) for pushed in api.sent], api.sent[0].text.endswith("/a/taiji")

    (size,), with_link = play(scene)

    assert size <= 2000
    assert with_link


def test_a_send_that_is_stopped_leaves_the_next_ones_unharmed():
    async def scene(api, channel):
        api.heard(ANN)
        api.misbehave(path="stable_token", delay=30)
        hanging = [asyncio.create_task(channel.send(ANN, REPLY, f"k{number}")) for number in range(2)]
        await api.until(lambda: api.token_calls() == 1)
        hanging[0].cancel()
        await asyncio.wait({hanging[0]})
        return await hanging[1], await channel.send(ANN, REPLY, "k3")

    assert play(scene) == (Sent(), Sent())


def test_kinds_without_a_template_are_never_forced_into_one():
    async def scene(api, channel):
        tip = dataclasses.replace(REMINDER, kind=MessageKind.EDUCATION)
        return await channel.send(ANN, tip, "k"), api.calls_of(BY_TEMPLATE)

    assert play(scene) == (Parked("window_closed"), [])


def test_what_support_asks_for_is_in_the_log_and_a_closed_window_is_no_news(caplog):
    async def scene(api, channel):
        await channel.send(ANN, REPLY, "k")
        quiet = caplog.text
        api.misbehave(path=CUSTOM, errcode=40001, times=None)
        await channel.send(ANN, REPLY, "k")  # with a token that was forced
        await channel.send(ANN, REPLY, "k")  # and where no other one may be forced
        return quiet

    assert play(scene) == ""
    assert caplog.text.count("custom/send was refused with 40001, rid 65a1-stand-in") == 2


def test_a_refusal_at_the_token_desk_is_told_as_such_and_not_as_a_refused_message(caplog):
    async def scene(api, channel):
        api.misbehave(path="stable_token", errcode=40164, errmsg="invalid ip 203.0.113.7, not in whitelist", times=None)
        await channel.send(ANN, REPLY, "k")

    play(scene)

    assert "a token was refused with 40164, rid 65a1-stand-in" in caplog.text
    assert CUSTOM not in caplog.text
