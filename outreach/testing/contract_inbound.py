"""Promises about what people say: understood, told apart, refused where forged, and never an exception."""

from __future__ import annotations

import dataclasses

from outreach.channels.base import Answer, HookChannel, HookRequest, HookResponse, PollingChannel
from outreach.domain.messages import Choice, Incoming, MessageKind, Outgoing, Pressed, Receipt, Unparsed
from outreach.testing.contract_hooks import ContractHooks

_CUTS = 60  # places at which each recorded body is cut and spoiled
_MARK = "contract-answer"


class InboundPromises(ContractHooks):
    """What holds for all that a platform hands over."""

    def test_each_recording_is_understood_to_the_letter(self) -> None:
        """Each recorded thing means exactly what its recording says."""

        async def scene() -> list[tuple[str, tuple[Incoming, ...], tuple[Incoming, ...]]]:
            wrong = []
            for recording in self.recordings():
                async with self.opened() as channel:
                    heard = tuple(await self.receive(channel, recording.wire))
                if heard != recording.means:
                    wrong.append((recording.name, heard, recording.means))
            return wrong

        wrong = self.run(scene())
        assert not wrong, "\n".join(f"{name}: heard {heard}, recorded {means}" for name, heard, means in wrong)

    def test_a_receipt_names_the_message_and_says_why_not(self) -> None:
        """`external_id` is what `send` gave; a code is there exactly where the message did not arrive."""
        receipts = [item for recording in self.recordings() for item in recording.means if isinstance(item, Receipt)]

        async def scene() -> list[Incoming]:
            async with self.opened() as channel:
                wires = [one.wire for one in self.recordings() if isinstance(one.means[0], Receipt)]
                return await self.receive(channel, *wires) if wires else []

        heard = self.run(scene())
        assert len(heard) == len(receipts)
        for item in heard:
            assert isinstance(item, Receipt), "what was recorded as a receipt is none"
            assert item.external_id, "a receipt that names no message is `Unparsed`"
            assert bool(item.code) is not item.delivered, "a code says why a message did not arrive, and only then"

    def test_what_comes_twice_has_the_same_id(self) -> None:
        """A redelivery is known by its id, also by a channel that was opened anew."""

        async def scene() -> list[tuple[str, list[str], list[str]]]:
            seen = []
            for recording in self.recordings():
                ids = []
                for _ in range(2):
                    async with self.opened() as channel:
                        ids.append([item.message_id for item in await self.receive(channel, recording.wire)])
                seen.append((recording.name, ids[0], ids[1]))
            return seen

        seen = self.run(scene())
        assert [name for name, first, again in seen if first != again] == []
        every_id = [message_id for _, first, _ in seen for message_id in first]
        assert len(set(every_id)) == len(every_id), "two recordings share a message_id"

    def test_what_is_not_stored_comes_again(self) -> None:
        """Pollers: a batch is confirmed by asking for the next one. Hooks: the request is understood again."""
        if not self.recordings():
            return
        wire = self.first_message().wire

        async def scene() -> tuple[list[str], list[str]]:
            async with self.opened() as channel:
                first = await self.receive(channel, wire)
                again = (
                    await self.poll(channel, 1)
                    if isinstance(channel, PollingChannel)
                    else await self.receive(channel, wire)
                )
                return [item.message_id for item in first], [item.message_id for item in again]

        first, again = self.run(scene())
        assert again == first, "a batch that nobody has stored yet was lost"

    def test_asking_for_more_confirms_what_was_given(self) -> None:
        """Pollers: the next batch does not hold the last one again."""
        recordings = self.recordings()[:2]

        async def scene() -> list[str]:
            async with self.opened() as channel:
                if not isinstance(channel, PollingChannel):
                    return []
                ids: list[str] = []
                self.push(recordings[0].wire)
                async for batch in channel.incoming():
                    ids.extend(item.message_id for item in batch)
                    if len(ids) >= 2:
                        return ids
                    if batch:
                        self.push(recordings[1].wire)
                return ids

        ids = self.run(scene())
        assert len(ids) == len(set(ids)), "a confirmed batch was given again"

    def test_what_is_unknown_is_unparsed_and_holds_nothing_up(self) -> None:
        """Strange things are named by a short code, and the next good message comes through."""
        unknown = self.unknown()
        assert bool(unknown) == bool(self.recordings()), "unknown() belongs to every channel that hears people"
        if not unknown:
            return

        async def scene() -> list[Incoming]:
            async with self.opened() as channel:
                return await self.receive(channel, *unknown, self.first_message().wire)

        heard = self.run(scene())
        means = self.first_message().means
        strange = [item for item in heard if item not in means]
        assert [item for item in heard if item in means] == list(means), "a good message was lost among strange ones"
        assert [item for item in strange if not isinstance(item, Unparsed)] == [], "something strange was acted upon"
        assert all(item.reason.isascii() and item.reason.replace("_", "").isalnum() and len(item.reason) <= 40
                   for item in strange if isinstance(item, Unparsed)), "reasons are short fixed codes"  # fmt: skip
        assert len({item.message_id for item in heard}) == len(heard), "two different things share a message_id"

    def test_what_is_forged_is_refused(self) -> None:
        """A hook answers 4xx and hears nothing; a poller hears `Unparsed`."""
        forged = self.forged()
        assert bool(forged) == bool(self.recordings()), "forged() belongs to every channel that hears people"

        async def scene() -> list[object]:
            accepted: list[object] = []
            for wire in forged:
                async with self.opened() as channel:
                    if isinstance(channel, HookChannel):
                        heard = channel.decode(wire)
                        if not (isinstance(heard, HookResponse) and 400 <= heard.status < 500):
                            accepted.append(heard)
                    else:
                        accepted += [i for i in await self.receive(channel, wire) if not isinstance(i, Unparsed)]
            return accepted

        assert self.run(scene()) == []

    def test_spoiled_bodies_never_raise(self) -> None:
        """Hooks: whatever bytes come, `decode` gives a value. Pollers prove it with `unknown`."""

        async def scene() -> None:
            async with self.opened() as channel:
                if isinstance(channel, HookChannel):
                    for recording in self.recordings():
                        for request in _spoiled(recording.wire):
                            channel.decode(request)

        self.run(scene())

    def test_a_button_works_for_the_one_who_got_it_only(self) -> None:
        """The token comes back from the platform as it was given; another person's press is not accepted."""
        message = Outgoing(MessageKind.REPLY, "choose", (Choice("Sign up", "join:17"), Choice("Back", "menu")))

        async def scene() -> None:
            async with self.opened() as channel:
                if not channel.capabilities.buttons or not channel.capabilities.may_push:
                    return
                got = (await self.say(channel, message))[-1]
                assert [label for label, _ in got.buttons] == ["Sign up", "Back"], "buttons were lost or renamed"
                for person, accepted in ((self.person, True), (self.person + "9", False)):
                    wire = self.press(got.buttons[0][1], person)
                    if wire is not None:
                        await self._press(wire, person, accepted)

        self.run(scene())

    async def _press(self, wire: object, person: str, accepted: bool) -> None:
        async with self.opened() as channel:
            tokens = [i.token for i in await self.receive(channel, wire) if isinstance(i, Pressed)]
        assert tokens == (["join:17"] if accepted else []), (
            f"a press by {'the right' if accepted else 'another'} person"
        )

    def test_answers_are_in_place_or_left_to_send_and_none_is_lost(self) -> None:
        """`replies_in_place` is honest: so many are in the response, twice the same; without any it holds none."""
        if not self.recordings():
            return

        async def scene() -> None:
            async with self.opened() as channel:
                count = channel.capabilities.replies_in_place
                messages = tuple(self.reply(f"{_MARK} {number}") for number in range(count))
                if isinstance(channel, HookChannel):
                    for _ in range(2):
                        texts = "\n".join(self.texts_in(await self.answer(channel, *messages)))
                        assert all(message.text in texts for message in messages), "an answer in place was lost"
                        assert texts.count(_MARK) == count, "an answer in place came twice"
                    assert _MARK not in "".join(self.texts_in(await self.answer(channel, ready=False)))
                else:
                    heard = await self.receive(channel, self.first_message().wire)
                    response = await channel.acknowledge(heard, Answer((self.reply(_MARK),)), None)
                    assert response is None, "a poller has nothing to respond to"
                if channel.capabilities.may_push:
                    sent = await self.say(channel, self.reply(_MARK + " sent"))
                    assert [d.text for d in sent if d.text.startswith(_MARK)] == [_MARK + " sent"]

        self.run(scene())


def _spoiled(request: HookRequest) -> list[HookRequest]:
    body = request.body
    places = range(0, len(body), max(1, len(body) // _CUTS))
    bodies = [b"", b"\0", b"null", b"[]", b"\xff" * 64, b"<" * 4096, body * 2]
    bodies += [body[:place] for place in places]
    bodies += [body[:place] + bytes([body[place] ^ 0x55]) + body[place + 1 :] for place in places]
    return [dataclasses.replace(request, body=spoiled) for spoiled in bodies] + [
        dataclasses.replace(request, query={}),
        dataclasses.replace(request, headers={}),
        dataclasses.replace(request, method="GET"),
        dataclasses.replace(request, method="DELETE"),
    ]
