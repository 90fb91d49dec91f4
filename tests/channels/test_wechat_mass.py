"""Mass messages by tag and by list: once each, however often they are tried, in every kind of account."""

from __future__ import annotations

import pytest
from wechat_account import BEST, CHATTY, KINDS, play
from wechat_scene import ANN

from outreach.domain.messages import Parked, Rejected, Sent

NAME = "b7-zh-1-1790000000"
PEOPLE = tuple(f"openid-{number}" for number in range(120))


async def tagged(api, channel, *openids):
    """A tag that *openids* have."""
    api.know(*openids)
    tag = await channel.mass.tag_called("elders")
    assert await channel.mass.keep_in_step(tag, (), openids)
    return tag


@pytest.mark.parametrize("kind", [KINDS["subscription, verified"], KINDS["service, verified"]])
def test_a_tag_mass_send_repeated_after_a_kill_goes_out_once(kind):
    async def scene(api, channel):
        tag = await tagged(api, channel, ANN, *PEOPLE)
        api.misbehave(path="mass/sendall", disconnect=True)  # carried out, and we never hear of it
        first = await channel.mass.to_tag(tag, "周三太极", NAME)
        again = await channel.mass.to_tag(tag, "周三太极", NAME)
        return first, again, api.mass.got

    first, again, got = play(scene, kind)

    assert isinstance(again, Sent)
    assert again.external_id
    assert first == again
    assert sorted(who for who, _ in got) == sorted((ANN, *PEOPLE))


@pytest.mark.parametrize("kind", [KINDS["subscription, unverified"], KINDS["service, unverified"]])
def test_an_unverified_account_may_not(kind):
    async def scene(api, channel):
        return await channel.mass.to_tag(100, "x", NAME), await channel.mass.tag_called("elders")

    assert play(scene, kind, believed=BEST) == (Parked("48001"), Parked("48001"))


def test_a_list_is_for_verified_service_accounts_alone_and_has_two_at_least():
    async def scene(api, channel):
        api.know(*PEOPLE)
        return await channel.mass.to_list(PEOPLE, "x", NAME), await channel.mass.to_list((ANN,), "x", NAME)

    sent, short = play(scene, BEST)

    assert isinstance(sent, Sent)
    assert short == Rejected("list_size")
    assert play(scene, CHATTY)[0] == Parked("48001")


def test_a_subscription_account_has_one_a_day():
    async def scene(api, channel):
        tag = await tagged(api, channel, ANN)
        return [await channel.mass.to_tag(tag, "x", f"b{number}-zh") for number in (1, 2)]

    first, second = play(scene, CHATTY)

    assert (type(first), second) == (Sent, Parked("mass_quota_used"))


def test_nobody_gets_more_than_four_a_month():
    async def scene(api, channel):
        tag = await tagged(api, channel, ANN)
        for number in range(6):
            await channel.mass.to_tag(tag, "x", f"b{number}-zh")
        return api.mass.got

    assert len(play(scene, BEST)) == 4


def test_tags_are_kept_in_step_fifty_a_call():
    async def scene(api, channel):
        tag = await tagged(api, channel, *PEOPLE)
        assert await channel.mass.keep_in_step(tag, PEOPLE, (*PEOPLE[60:], ANN))
        sizes = [len(call.asked["openid_list"]) for call in api.calls if "members" in call.path]
        return api.mass.tags[tag], sizes, await channel.mass.tag_called("elders") == tag

    have, sizes, same = play(scene)

    assert have == {*PEOPLE[60:], ANN}
    assert sizes == [50, 50, 20, 50, 10, 1]
    assert same
