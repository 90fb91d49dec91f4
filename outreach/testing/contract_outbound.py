"""Promises about what we say: whole, to the right person, with an honest outcome, and stoppable."""

from __future__ import annotations

import asyncio

from outreach.channels.base import PollingChannel
from outreach.domain.messages import (
    Capabilities,
    Choice,
    File,
    MessageKind,
    Outcome,
    Outgoing,
    Parked,
    Sent,
    Unconfirmed,
)
from outreach.testing.contract_hooks import PATIENCE, ContractHooks

_STOP = 2.0  # seconds: the promise of channels/base.py
_SAMPLE = "中文与 English 混排，\n😀。"  # platforms trim blanks at the ends
_CALENDAR = File("activity.ics", "text/calendar", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")


class OutboundPromises(ContractHooks):
    """What holds for `send`."""

    def test_a_text_of_full_length_arrives_whole(self) -> None:
        """The declared limit is real, in the declared unit."""

        async def scene() -> tuple[str, str]:
            async with self.opened() as channel:
                text = longest_text(channel.capabilities)
                return text, "".join(delivered.text for delivered in await self.say(channel, self.reply(text)))

        text, arrived = self.run(scene())
        assert arrived == text, f"{len(text)} characters were given, {len(arrived)} arrived, or others"

    def test_a_push_is_as_declared(self) -> None:
        """Who may push sends, to the one person meant; who may not parks it, and nothing goes out."""

        async def scene() -> tuple[bool, Outcome, list[str]]:
            async with self.opened() as channel:
                reminder = Outgoing(MessageKind.REMINDER, "it starts soon")
                outcome = await channel.send(self.person, reminder, "contract:push")
                return channel.capabilities.may_push, outcome, [delivered.to for delivered in self.delivered()]

        may_push, outcome, reached = self.run(scene())
        assert isinstance(outcome, Sent if may_push else Parked), f"a plain push gave {outcome}"
        assert reached == ([self.person] if may_push else [])

    def test_a_file_arrives_with_its_name_and_bytes(self) -> None:
        """With `files`, the calendar arrives and the text beside it; without, none is ever given."""

        async def scene() -> None:
            async with self.opened() as channel:
                if not channel.capabilities.files or not channel.capabilities.may_push:
                    return
                got = await self.say(channel, Outgoing(MessageKind.CONFIRMATION, "your seat", file=_CALENDAR))
                assert [d.file for d in got if d.file] == [(_CALENDAR.name, _CALENDAR.content)]
                assert "your seat" in "".join(d.text for d in got), "the text beside the file was lost"

        self.run(scene())

    def test_all_declared_buttons_arrive(self) -> None:
        """`max_buttons` is real, with labels of ordinary length and tokens of full length; without buttons it is 0."""

        async def scene() -> None:
            async with self.opened() as channel:
                if not channel.capabilities.buttons or not channel.capabilities.may_push:
                    return
                choices = tuple(
                    Choice(f"选择 {n}", f"token:{n}".ljust(40, "x")) for n in range(channel.capabilities.max_buttons)
                )
                got = await self.say(channel, Outgoing(MessageKind.REPLY, "choose", choices))
                arrived = [label for delivered in got for label, _ in delivered.buttons]
                assert arrived == [choice.label for choice in choices]

        self.run(scene())

    def test_each_situation_has_its_outcome(self) -> None:
        """What the network did is the returned value, and the right one."""

        async def scene() -> list[str]:
            wrong = []
            for number, situation in enumerate(self.situations()):
                async with self.opened() as channel:
                    situation.arrange()
                    outcome = await channel.send(self.person, self.reply("how are things"), f"contract:{number}")
                if not _is_as(outcome, situation.expected):
                    wrong.append(f"{situation.name}: expected {situation.expected}, got {outcome}")
            return wrong

        wrong = self.run(scene())
        assert not wrong, "\n".join(wrong)

    def test_send_gives_an_outcome_for_any_text(self) -> None:
        """Lone surrogates, control and direction characters, nothing, and a strange address: a value, no exception."""
        texts = ("", "\ud800", "\0\x08", "\u202e txt.exe", "]]><evil>&", "\u200b" * 50)

        async def scene() -> list[object]:
            async with self.opened() as channel:
                pairs = [(self.person, text) for text in texts] + [("", "x"), ("\ud800", "x"), ("'; --", "x")]
                return [await channel.send(to, self.reply(text), f"c:{n}") for n, (to, text) in enumerate(pairs)]

        assert [outcome for outcome in self.run(scene()) if not isinstance(outcome, Outcome)] == []

    def test_a_send_that_hangs_can_be_stopped(self) -> None:
        """Cancelling ends it within 2 s."""

        async def scene() -> None:
            async with self.opened() as channel:
                called = self.slow()
                if called is None:
                    return
                sending = asyncio.create_task(channel.send(self.person, self.reply("slowly"), "contract:slow"))
                await asyncio.wait_for(called(), PATIENCE)
                sending.cancel()
                done, _ = await asyncio.wait({sending}, timeout=_STOP)
                assert done, "send() did not end within 2 s of being cancelled"
                assert sending.cancelled() or isinstance(sending.result(), Unconfirmed)

        self.run(scene())

    def test_listening_can_be_stopped(self) -> None:
        """Pollers: cancelling ends `incoming` within 2 s, also while nobody says anything."""

        async def scene() -> None:
            async with self.opened() as channel:
                if not isinstance(channel, PollingChannel):
                    return
                listening = asyncio.create_task(_listen(channel))
                await asyncio.sleep(0)
                listening.cancel()
                done, _ = await asyncio.wait({listening}, timeout=_STOP)
                assert done, "incoming() did not end within 2 s of being cancelled"

        self.run(scene())


async def _listen(channel: PollingChannel) -> None:
    async for _ in channel.incoming():
        await asyncio.sleep(0)


def longest_text(can: Capabilities) -> str:
    """Mixed Chinese, English and emoji of exactly the limit that *can* declares, in its unit."""
    widths = {"utf16": "utf-16-le", "bytes": "utf-8", "characters": "utf-32-le"}
    per_unit = {"utf16": 2, "bytes": 1, "characters": 4}[can.text_unit]

    def size(text: str) -> int:
        return len(text.encode(widths[can.text_unit])) // per_unit

    whole = can.text_limit // size(_SAMPLE)
    text = _SAMPLE * whole
    return text + "a" * (can.text_limit - size(text))


def _is_as(outcome: Outcome, expected: type[Outcome] | Outcome) -> bool:
    return isinstance(outcome, expected) if isinstance(expected, type) else outcome == expected
