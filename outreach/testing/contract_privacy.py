"""Promises about what stays untold: secrets, words, addresses, and this machine."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Iterable
from typing import TYPE_CHECKING

from outreach.channels.base import Answer, HookChannel
from outreach.domain.messages import Incoming, Message
from outreach.testing.contract_hooks import ContractHooks

if TYPE_CHECKING:  # the kit itself runs without pytest
    import pytest

_WORDS = "words that nobody may read 谁也不能看"


class PrivacyPromises(ContractHooks):
    """What holds for logs, representations, errors and connections."""

    def test_no_secret_is_printed(self, caplog: pytest.LogCaptureFixture) -> None:
        """No secret in a log at any level, in a representation, or in an outcome."""
        caplog.set_level(logging.DEBUG)
        told = self.run(self._a_busy_day())

        assert [n for n, secret in enumerate(self.secrets()) if secret in caplog.text + told] == []

    def test_no_words_of_a_person_are_logged(self, caplog: pytest.LogCaptureFixture) -> None:
        """Neither what people say and get, nor who they are, on good days and bad, at any level."""
        caplog.set_level(logging.DEBUG)
        told = self.run(self._a_busy_day())

        private = {_WORDS, self.person, *_said_by(item for recording in self.recordings() for item in recording.means)}
        leaks = [text for text in private if len(text) > 3 and text in caplog.text + told]
        assert leaks == [], "a log, representation or outcome tells what it must not"

    def test_nothing_leaves_this_machine(self) -> None:
        """All connections go to the configured address; proxy variables of the environment are not obeyed."""
        _, guard = self.run_guarded(self._a_busy_day())

        assert guard.left == []

    async def _a_busy_day(self) -> str:
        """Open, prepare, hear everything, answer, send in each situation; gives all that may be printed."""
        told: list[object] = []
        async with self.opened() as channel:
            await channel.prepare()
            told += [channel, vars(channel) if hasattr(channel, "__dict__") else ""]
            for wire in [*(recording.wire for recording in self.recordings()), *self.unknown()]:
                heard = await self.receive(channel, wire)
                request = wire if isinstance(channel, HookChannel) else None
                told += [*heard, await channel.acknowledge(heard, Answer((), ready=True), request)]
            told.append(await channel.send(self.person, self.reply(_WORDS), "contract:words"))
        for number, situation in enumerate(self.situations()):
            async with self.opened() as channel:
                situation.arrange()
                told.append(await channel.send(self.person, self.reply(_WORDS), f"contract:{number}"))
        async with self.opened() as channel:
            self.outage()
            told.append(await _said(channel.prepare()))
            told.append(await _said(channel.send(self.person, self.reply(_WORDS), "contract:out")))
        return "\n".join(repr(item) for item in told)


async def _said(call: Awaitable[object]) -> object:
    """What *call* gives, or the text of what it raises: that it must not raise is another promise."""
    try:
        return await call
    except Exception as error:
        return f"{error!r} {error}"


def _said_by(items: Iterable[Incoming]) -> set[str]:
    found: set[str] = set()
    for item in items:
        if isinstance(item, Message):
            found.add(item.text)
        found.add(getattr(item, "sender", ""))
    return found
