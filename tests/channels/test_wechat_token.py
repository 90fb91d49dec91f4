"""The access token: asked for once, shared by processes, renewed once, and never burnt."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from wechat_account import REPLY, api_of, opened, play
from wechat_scene import ANN

from outreach.channels.wechat.tokens import FORCED
from outreach.domain.messages import Halted, RetryLater, Sent
from outreach.testing.clock import MONDAY_9AM, FrozenClock
from outreach.testing.context import MemoryCupboard


def test_sixteen_callers_on_a_cold_start_ask_for_one_token():
    async def scene(api, channel):
        for number in range(16):
            api.heard(f"o{number}")
        outcomes = await asyncio.gather(*(channel.send(f"o{number}", REPLY, f"k{number}") for number in range(16)))
        return {type(outcome) for outcome in outcomes}, api.token_calls()

    assert play(scene) == ({Sent}, 1)


def test_sixteen_callers_whose_token_expires_at_the_same_instant_ask_for_one_more():
    async def scene(api, channel):
        for number in range(17):
            api.heard(f"o{number}")
        await channel.send("o16", REPLY, "first")
        api.expire_token()
        outcomes = await asyncio.gather(*(channel.send(f"o{number}", REPLY, f"k{number}") for number in range(16)))
        return {type(outcome) for outcome in outcomes}, api.token_calls(), api.token_calls(forced=True)

    assert play(scene) == ({Sent}, 2, 0)


def test_two_processes_share_one_token_through_the_cupboard_and_one_renewal():
    async def scene():
        cupboard = MemoryCupboard()
        async with api_of() as api:
            here, there = opened(api, cupboard), opened(api, cupboard)
            api.heard(ANN)
            first = [await channel.send(ANN, REPLY, "k") for channel in (here, there)]
            asked = api.token_calls()
            api.expire_token()
            second = [await channel.send(ANN, REPLY, "k") for channel in (here, there)]
            await here.close()
            await there.close()
            return first + second, asked, api.token_calls()

    assert asyncio.run(scene()) == ([Sent()] * 4, 1, 2)


def test_a_lane_that_is_given_another_account_never_writes_with_the_token_of_the_former_one():
    async def scene():
        cupboard = MemoryCupboard()
        async with api_of() as api:
            api.heard(ANN)
            former, present = opened(api, cupboard), opened(api, cupboard, APPID="wxanotheraccount")
            outcomes = [await channel.send(ANN, REPLY, "k") for channel in (former, present)]
            await former.close()
            await present.close()
            return outcomes, len(api.sent)

    outcomes, sent = asyncio.run(scene())

    assert outcomes == [Sent(), Halted("40013", "wechat_secret")]  # the stand-in knows one account only
    assert sent == 1


def test_a_token_that_was_revoked_is_forced_anew_once_and_the_message_goes():
    async def scene(api, channel):
        api.heard(ANN)
        await channel.send(ANN, REPLY, "k1")
        api.revoke_token()
        return await channel.send(ANN, REPLY, "k2"), api.token_calls(forced=True), len(api.sent)

    assert play(scene) == (Sent(), 1, 2)


def test_a_token_that_is_refused_for_ever_halts_the_lane_and_never_burns_the_twenty_forced_ones_of_a_day():
    async def scene(api, channel):
        api.heard(ANN)
        api.misbehave(path="custom/send", errcode=40001, times=None)
        outcomes = [await channel.send(ANN, REPLY, f"k{number}") for number in range(10)]
        return (
            {type(outcome) for outcome in outcomes},
            api.token_calls(forced=True),
            len(api.calls_of("message/custom/send")),
        )

    kinds, forced, sends = play(scene)

    assert kinds == {Halted}
    assert forced == 1
    assert sends <= 20


def test_a_secret_that_is_wrong_halts_with_the_remedy():
    async def scene(api, channel):
        return await channel.send(ANN, REPLY, "k"), len(api.calls_of("message/custom/send"))

    outcome, sends = play(scene, SECRET="another-app-secret")

    assert (outcome, sends) == (Halted("40125", "wechat_secret"), 0)


class Meeting(MemoryCupboard):
    """Whoever is about to force a token waits until another process has seen that."""

    def __init__(self) -> None:
        super().__init__()
        self.marked, self.seen = asyncio.Event(), asyncio.Event()

    async def get(self, lane, name):
        found = await super().get(lane, name)
        if name.startswith(FORCED) and self.marked.is_set():
            self.seen.set()
        return found

    async def put(self, lane, name, value, good_until):
        await super().put(lane, name, value, good_until)
        if name.startswith(FORCED):
            self.marked.set()
            await self.seen.wait()


def test_a_process_that_meets_a_revoked_token_while_another_forces_one_raises_no_alarm():
    async def scene():
        cupboard = Meeting()
        async with api_of() as api:
            here, there = opened(api, cupboard), opened(api, cupboard)
            api.heard(ANN)
            before = [await channel.send(ANN, REPLY, "k") for channel in (here, there)]
            api.revoke_token()

            async def second():
                await cupboard.marked.wait()
                return await there.send(ANN, REPLY, "k2")

            first, meanwhile = await asyncio.gather(here.send(ANN, REPLY, "k1"), second())
            after = await there.send(ANN, REPLY, "k2")
            await here.close()
            await there.close()
            return [*before, first, after], meanwhile, api.token_calls(forced=True)

    sent, meanwhile, forced = asyncio.run(scene())

    assert sent == [Sent()] * 4
    assert (type(meanwhile), meanwhile.code) == (RetryLater, "token_elsewhere")
    assert forced == 1


def test_a_token_that_could_not_be_forced_is_forced_after_minutes_and_not_after_an_hour():
    clock = FrozenClock(MONDAY_9AM)

    async def scene(api, channel):
        api.heard(ANN)
        await channel.send(ANN, REPLY, "k1")
        api.revoke_token()
        api.misbehave(path="stable_token", status=502, body="<html>")
        api.misbehave(path="stable_token")  # a good day for the question without force, which comes first
        outcomes = [await channel.send(ANN, REPLY, "k2")]
        for _ in range(2):
            outcomes.append(await channel.send(ANN, REPLY, "k2"))
            clock.advance(timedelta(minutes=5))
        return [type(outcome) for outcome in outcomes], await channel.send(ANN, REPLY, "k2")

    outcomes, after = play(scene, clock=clock)

    assert outcomes == [RetryLater, Halted, Sent]
    assert after == Sent()


def test_a_spoiled_token_never_takes_the_place_of_another_processs_newer_one():
    kept = []

    class Watched(MemoryCupboard):
        async def put(self, lane, name, value, good_until):
            kept.append(value.reveal())
            await super().put(lane, name, value, good_until)

    async def scene():
        async with api_of() as api:
            channel = opened(api, Watched())
            api.heard(ANN)
            await channel.send(ANN, REPLY, "k1")
            api.revoke_token()
            await channel.send(ANN, REPLY, "k2")
            await channel.close()

    asyncio.run(scene())

    tokens = [value for value in kept if value.startswith("standin")]
    assert len(tokens) == len(set(tokens)) == 2


def test_credentials_that_the_token_desk_refuses_with_the_code_of_a_stale_token_are_told_as_a_wrong_secret():
    async def scene(api, channel):
        api.misbehave(path="stable_token", errcode=40001, times=None)
        outcome = await channel.send(ANN, REPLY, "k")
        (finding,) = await channel.check()
        return outcome, finding.remedy

    assert play(scene) == (Halted("40125", "wechat_secret"), "wechat_secret")


def test_sixteen_callers_without_a_token_do_not_ask_sixteen_times():
    async def scene(api, channel):
        api.misbehave(path="stable_token", errcode=40164, errmsg="invalid ip 203.0.113.7, not in whitelist", times=None)
        outcomes = await asyncio.gather(*(channel.send(ANN, REPLY, f"k{number}") for number in range(16)))
        return set(outcomes), api.token_calls()

    assert play(scene) == ({Halted("40164", "wechat_whitelist")}, 1)


def test_a_question_for_a_token_that_goes_astray_leaves_nothing_sent():
    async def scene(api, channel):
        api.heard(ANN)
        api.misbehave(path="stable_token", disconnect=True)
        first = await channel.send(ANN, REPLY, "k")
        return first, len(api.sent), await channel.send(ANN, REPLY, "k")

    first, sent, second = play(scene)

    assert isinstance(first, RetryLater)
    assert (sent, second) == (0, Sent())


def test_a_cupboard_that_is_shut_keeps_nobody_from_being_answered():
    class Shut(MemoryCupboard):
        async def get(self, lane, name):
            raise OSError("no database")

        async def put(self, lane, name, value, good_until):
            raise OSError("no database")

    async def scene():
        async with api_of() as api:
            channel = opened(api, Shut())
            api.heard(ANN)
            outcome = await channel.send(ANN, REPLY, "k")
            await channel.close()
            return outcome

    assert asyncio.run(scene()) == Sent()


def test_no_token_is_in_what_the_channel_prints():
    async def scene(api, channel):
        api.heard(ANN)
        await channel.send(ANN, REPLY, "k")
        return repr(vars(channel)) + repr([vars(part) for part in vars(channel).values() if hasattr(part, "__dict__")])

    assert "standin-access-token" not in play(scene)
