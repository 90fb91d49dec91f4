"""The start of an account: its menu, the rights that WeChat really grants, and codes for posters."""

from __future__ import annotations

import logging

import pytest
from wechat_account import BEST, CHATTY, KINDS, REMINDER, REPLY, play
from wechat_scene import ANN

from outreach.channels.base import CheckedChannel, EntranceChannel
from outreach.conversation.tokens import intent_of
from outreach.domain.messages import Language, MessageKind, Parked, Sent
from outreach.store.library import read_phrases
from outreach.testing.wechat_api import Kind
from outreach.wording.phrases import parse_wording


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_an_account_that_is_what_its_settings_say_is_left_with_all_its_rights(kind):
    async def scene(api, channel):
        before = channel.capabilities
        await channel.prepare()
        return before == channel.capabilities, before.may_push, [call.path for call in api.calls if "send" in call.path]

    assert play(scene, kind) == (True, kind.verified, [])


@pytest.mark.parametrize("believed", [BEST, CHATTY], ids=["service", "subscription"])
def test_an_account_that_is_not_verified_after_all_is_found_out_at_the_start(believed, caplog):
    async def scene(api, channel):
        await channel.prepare()
        return channel.capabilities, await channel.send(ANN, REPLY, "k"), api.calls_of("message/custom/send")

    caplog.set_level(logging.ERROR)
    able, outcome, calls = play(scene, Kind(), believed=believed)

    assert (able.may_push, able.any_time, able.reply_window) == (False, frozenset(), None)
    assert (outcome, calls) == (Parked("no_push"), [])
    assert "denies this account customer messages" in caplog.text


def test_a_subscription_account_that_believes_to_be_a_service_keeps_what_it_has():
    async def scene(api, channel):
        await channel.prepare()
        api.heard(ANN)
        return channel.capabilities.any_time, await channel.send(ANN, REPLY, "k"), await channel.entrance("a")

    assert play(scene, CHATTY, believed=BEST) == (frozenset(), Sent(), None)


@pytest.mark.parametrize("code", [48001, 76022])
def test_an_account_without_customer_messages_only_answers_lest_what_is_no_template_waits_for_ever(code):
    async def scene(api, channel):
        api.misbehave(path="openapi/quota/get", errcode=code)  # the first question is about customer messages
        await channel.prepare()
        return channel.capabilities, await channel.send(ANN, REPLY, "k"), await channel.send(ANN, REMINDER, "k2")

    able, *outcomes = play(scene)

    assert (able.may_push, able.any_time, able.reply_window) == (False, frozenset(), None)
    assert outcomes == [Parked("no_push")] * 2


def test_an_account_that_cannot_be_asked_starts_and_is_prepared_later():
    async def scene(api, channel):
        api.misbehave(path="menu/create", status=502, body="<html>", times=4)
        await channel.prepare()
        first = api.menu
        await api.until(lambda: api.menu is not None)
        return first

    assert play(scene) is None


def test_what_runs_beside_us_ends_with_the_channel():
    async def scene(api, channel):
        api.misbehave(status=502, body="<html>", times=None)
        await channel.prepare()
        await channel.close()
        asked = len(api.calls)
        await channel.prepare()
        return len(api.calls) - asked

    assert play(scene) == 0


def test_an_owners_menu_is_left_alone_if_told_so():
    async def scene(api, channel):
        await channel.prepare()
        return api.menu, api.calls_of("menu/create")

    assert play(scene, MENU="keep") == (None, [])


def test_every_entry_of_the_menu_comes_back_as_a_word_of_ours():
    async def scene(api, channel):
        await channel.prepare()
        return api.menu

    entries = [below for top in play(scene)["button"] for below in top.get("sub_button", [top])]

    assert {entry["type"] for entry in entries} == {"click"}  # `view` would open no window
    assert [entry["key"] for entry in entries if intent_of(entry["key"]) is None] == []


@pytest.mark.parametrize(("source", "given"), [("a-taiji", True), ("", False), ("s" * 64, True), ("s" * 65, False)])
def test_a_source_comes_whole_into_a_code_or_there_is_none(source, given):
    async def scene(api, channel):
        assert isinstance(channel, EntranceChannel)
        address = await channel.entrance(source)
        scenes = [call.asked["action_info"]["scene"]["scene_str"] for call in api.calls_of("qrcode/create")]
        return address is not None, scenes

    assert play(scene) == (given, [source] if given else [])


def test_a_right_to_codes_that_is_denied_is_not_asked_for_again():
    async def scene(api, channel):
        codes = [await channel.entrance("a"), await channel.entrance("a")]
        return codes, len(api.calls_of("qrcode/create"))

    assert play(scene, CHATTY, believed=BEST) == ([None, None], 1)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_a_check_of_an_account_that_is_what_its_settings_say_finds_all_well(kind):
    async def scene(api, channel):
        assert isinstance(channel, CheckedChannel)
        found = await channel.check()
        changed = (api.menu, api.sent, channel.capabilities)
        return [finding for finding in found if not finding.good], changed[:2]

    assert play(scene, kind) == ([], (None, []))


def test_a_template_reaches_who_has_long_been_silent_from_a_verified_service_account_only():
    async def scene(api, channel):
        await channel.prepare()
        return type(await channel.send(ANN, REMINDER, "k")), MessageKind.REMINDER in channel.capabilities.any_time

    done = [play(scene, kind) for kind in KINDS.values()]

    assert done == [(Parked, False)] * 3 + [(Sent, True)]


@pytest.mark.parametrize(
    ("real", "code", "remedy"),
    [
        ({"template-of-a-reminder": ("thing1", "time2", "thing3")}, "", ""),
        ({"another-template": ("thing1", "time2", "thing3")}, "unknown", "wechat_template"),
        ({"template-of-a-reminder": ("thing1", "time2", "thing9")}, "other_fields", "wechat_fields"),
    ],
)
def test_a_check_lays_the_template_table_beside_the_accounts_own_templates(real, code, remedy):
    async def scene(api, channel):
        api.templates = real
        return {finding.subject: finding for finding in await channel.check()}["template_reminder"]

    finding = play(scene)

    assert (finding.good, finding.code, finding.remedy) == (not code, code, remedy)
    assert "thing9" in finding.values.get("fields", "thing9")


def test_every_remedy_of_a_check_has_a_sentence_in_both_languages_and_its_blanks_are_filled():
    days = [{"errcode": code} for code in (40001, 40125, 40164, 48004, 89503, 45009, 12345)]

    async def scene(api, channel):
        found = []
        for day in days:
            api.misbehave(path="stable_token", times=None, **day)
            found += await channel.check()
        api.behave()
        api.templates = {"template-of-a-reminder": ("thing9",)}
        found += await channel.check()
        api.templates, api.kind = {}, CHATTY
        return [*found, *await channel.check()]

    wording = parse_wording(read_phrases())
    bad = [finding for finding in play(scene) if not finding.good]

    assert {finding.remedy for finding in bad} >= {"wechat_secret", "wechat_whitelist", "wechat_fields", "wechat_kind"}
    for finding in bad:
        for language in Language:
            assert "{" not in wording.say(f"remedy.{finding.remedy}", language, **finding.values)


def test_a_check_says_what_the_settings_claim_and_wechat_denies_also_after_the_start_found_it_out():
    async def scene(api, channel):
        await channel.prepare()
        return {finding.subject for finding in await channel.check() if not finding.good}

    assert play(scene, Kind(), believed=BEST) == {"menu", "customer_messages", "templates", "qr_codes"}
