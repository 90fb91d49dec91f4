"""Promises about opening, preparing, closing and what a channel says of itself."""

from __future__ import annotations

import inspect
from collections.abc import Mapping

from outreach.channels.base import BadOptions, ChannelContext, HookChannel, OpenChannel, PollingChannel
from outreach.domain.ids import LaneName
from outreach.domain.messages import Outcome
from outreach.domain.secret import Secret
from outreach.testing.context import make_context
from outreach.testing.contract_hooks import ContractHooks
from outreach.testing.network import network_guard


class OpeningPromises(ContractHooks):
    """What holds before anybody has said a word."""

    def test_it_keeps_the_name_of_its_lane(self) -> None:
        """Two accounts of one platform are two lanes."""

        async def scene() -> list[LaneName]:
            async with self.platform() as options:
                channels = [self.opener(options, make_context(name)) for name in ("north", "south")]
                for channel in channels:
                    await channel.close()
                return [channel.lane for channel in channels]

        assert self.run(scene()) == ["north", "south"], "channel.lane must be the lane of the context"

    def test_what_it_says_it_can_do_makes_sense(self) -> None:
        """Limits are positive, buttons are counted, and there is a road to people."""

        async def scene() -> list[str]:
            async with self.opened() as channel:
                can = channel.capabilities
                checks = {
                    "text_limit must be positive": can.text_limit > 0,
                    "text_unit must be known": can.text_unit in ("utf16", "bytes", "characters"),
                    "max_buttons is positive exactly with buttons": can.buttons == (can.max_buttons > 0),
                    "rate_per_second must be positive": can.rate_per_second > 0,
                    "max_in_flight must be at least 1": can.max_in_flight >= 1,
                    "replies_in_place must not be negative": can.replies_in_place >= 0,
                    "only a hook can answer in place": can.replies_in_place == 0 or isinstance(channel, HookChannel),
                    "there must be a push or a reply": can.may_push or can.replies_in_place > 0,
                    "a reply window must last": can.reply_window is None or can.reply_window.total_seconds() > 0,
                    "capabilities must not change by being read": channel.capabilities == can,
                }
                return [claim for claim, holds in checks.items() if not holds]

        assert self.run(scene()) == []

    def test_it_is_called_or_it_asks_but_not_both(self) -> None:
        """`decode` is a plain function, `incoming` an asynchronous iterator; who has recordings has one of them."""

        async def scene() -> tuple[bool, bool]:
            async with self.opened() as channel:
                if isinstance(channel, HookChannel):
                    assert not inspect.iscoroutinefunction(channel.decode), "decode() must not be async"
                return isinstance(channel, HookChannel), isinstance(channel, PollingChannel)

        hook, poller = self.run(scene())
        assert not (hook and poller), "a channel has decode() or incoming(), not both"
        assert (hook or poller) == bool(self.recordings()), "recordings() are for channels that hear people, and needed"

    def test_opening_touches_no_network(self) -> None:
        """Opening happens at bootstrap, without a loop: everything else waits for the first call."""

        async def options() -> Mapping[str, Secret]:
            async with self.platform() as given:
                return given

        given = self.run(options())

        with network_guard() as guard:
            channel = self.opener(given, make_context(self.lane))

        assert guard.connections == [], "open_channel() connected to something"
        self.run(channel.close())

    def test_wrong_options_are_all_named_at_once(self) -> None:
        """A wrong section is mended in one go, and no secret of it is printed."""
        wrong = self.wrong_options()
        if wrong is None:
            return

        error = _refusal_of(self.opener, wrong, make_context(self.lane))

        assert error is not None, "open_channel() must raise BadOptions for options that are all wrong"
        assert len(error.problems) >= len(wrong), f"{len(wrong)} wrong options, told {error.problems}"
        told = f"{error} {error!r} {error.problems}"
        assert [name for name, value in wrong.items() if len(value.reveal()) > 3 and value.reveal() in told] == []

    def test_a_platform_that_is_down_does_not_stop_the_start(self) -> None:
        """`prepare` logs and comes back; it does not raise."""

        async def scene() -> None:
            async with self.opened() as channel:
                self.outage()
                await channel.prepare()

        self.run(scene())

    def test_closing_twice_is_harmless(self) -> None:
        """Before use, after use, and once more; what is sent afterwards still gives an outcome."""

        async def scene() -> object:
            async with self.opened() as channel:
                await channel.prepare()
                await channel.close()
                await channel.close()
                return await channel.send(self.person, self.reply("after closing"), "contract:closed")

        outcome = self.run(scene())
        assert isinstance(outcome, Outcome), f"send() after close() gave {outcome!r}"


def _refusal_of(opener: OpenChannel, options: Mapping[str, Secret], context: ChannelContext) -> BadOptions | None:
    try:
        opener(options, context)
    except BadOptions as error:
        return error
    return None
