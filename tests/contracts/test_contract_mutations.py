"""The contract can fail: each of these adapters breaks one promise, and exactly the test of that promise says so."""

from __future__ import annotations

import asyncio
import inspect
import logging
import socket
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "examples/bridge/src"), str(ROOT / "examples/bridge/tests")]

import test_bridge as bridge  # noqa: E402
from outreach_bridge import channel as bridge_channel  # noqa: E402
from outreach_bridge import parse_config  # noqa: E402

from outreach.channels.base import (  # noqa: E402
    Answer,
    BadOptions,
    ChannelContext,
    HookRequest,
    HookResponse,
)
from outreach.domain.ids import LaneName  # noqa: E402
from outreach.domain.messages import Incoming, Message, Outcome, Outgoing, RetryLater, Unparsed  # noqa: E402
from outreach.domain.secret import Secret  # noqa: E402

log = logging.getLogger("a.broken.adapter")
BridgeChannel = bridge_channel.BridgeChannel
TABLE = ROOT / "docs/reference/contract.md"


class ForgetsItsName(BridgeChannel):
    """calls its lane by the adapter's name"""

    def __init__(self, config: object, lane: LaneName) -> None:
        super().__init__(config, LaneName("bridge"))


class CallsBeforeItIsAsked(BridgeChannel):
    """connects to something while it is opened"""

    def __init__(self, config: object, lane: LaneName) -> None:
        super().__init__(config, lane)
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", 9), timeout=0.1).close()


class SendsNothingAtOnce(BridgeChannel):
    """says that no message may be in the air"""

    def __init__(self, config: object, lane: LaneName) -> None:
        super().__init__(config, lane)
        self.capabilities = replace(self.capabilities, max_in_flight=0)


class StopsTheStart(BridgeChannel):
    """raises in `prepare` while the platform is down"""

    async def prepare(self) -> None:
        async with self._open().post(self._push_url, data=b"{}") as got:
            if got.status >= 500:
                raise ConnectionError("the platform is down")


class ClosesOnce(BridgeChannel):
    """raises when it is closed a second time"""

    closed = False

    async def close(self) -> None:
        if self.closed and self._session is None:
            raise RuntimeError("closed already")
        self.closed = True
        await super().close()


class NamesARedeliveryAnew(BridgeChannel):
    """gives what comes a second time another id"""

    def __init__(self, config: object, lane: LaneName) -> None:
        super().__init__(config, lane)
        self.seen: set[str] = set()

    def decode(self, request: HookRequest) -> Sequence[Incoming] | HookResponse:
        found = super().decode(request)
        if isinstance(found, HookResponse) or not isinstance(found[0], Message):
            return found
        (message,) = found
        name = message.message_id + ("-again" if message.message_id in self.seen else "")
        self.seen.add(message.message_id)
        return [replace(message, message_id=name)]


class TidiesTheirWords(BridgeChannel):
    """writes what people say in small letters"""

    def decode(self, request: HookRequest) -> Sequence[Incoming] | HookResponse:
        found = super().decode(request)
        if isinstance(found, HookResponse) or not isinstance(found[0], Message):
            return found
        return [replace(found[0], text=found[0].text.lower())]


class BelievesAnybody(BridgeChannel):
    """does not look at the signature"""

    def decode(self, request: HookRequest) -> Sequence[Incoming] | HookResponse:
        signed = bridge.signature_of(self._key.reveal(), request.body)
        return super().decode(replace(request, headers={bridge.SIGNATURE: signed}))


class MakesWordsOfAnything(BridgeChannel):
    """passes on what it does not understand as if it had been typed"""

    def decode(self, request: HookRequest) -> Sequence[Incoming] | HookResponse:
        found = super().decode(request)
        if isinstance(found, HookResponse) or not isinstance(found[0], Unparsed):
            return found
        return [Message(found[0].message_id, "somebody", "help", request.received_at)]


class KnowsOneMethod(BridgeChannel):
    """raises at a request that is not a POST"""

    def decode(self, request: HookRequest) -> Sequence[Incoming] | HookResponse:
        return {"POST": super().decode}[request.method](request)


class LosesTheLastAnswer(BridgeChannel):
    """has room for fewer answers than it says"""

    async def acknowledge(
        self, incoming: Sequence[Incoming], answer: Answer, request: HookRequest | None = None
    ) -> HookResponse | None:
        return await super().acknowledge(incoming, replace(answer, messages=answer.messages[:2]), request)


class CutsLongTexts(BridgeChannel):
    """cuts a text below the limit that it declares"""

    async def send(self, to: str, message: Outgoing, key: str) -> Outcome:
        return await super().send(to, replace(message, text=message.text[:900]), key)


class WritesToSomebodyElse(BridgeChannel):
    """changes the address"""

    async def send(self, to: str, message: Outgoing, key: str) -> Outcome:
        return await super().send(to.removeprefix("7"), message, key)


class WaitsAsItLikes(BridgeChannel):
    """does not wait as long as the platform says"""

    async def send(self, to: str, message: Outgoing, key: str) -> Outcome:
        outcome = await super().send(to, message, key)
        return replace(outcome, after=timedelta(seconds=1)) if isinstance(outcome, RetryLater) else outcome


class TakesWellFormedTextOnly(BridgeChannel):
    """raises at half a character"""

    async def send(self, to: str, message: Outgoing, key: str) -> Outcome:
        message.text.encode()
        return await super().send(to, message, key)


class WillNotStop(BridgeChannel):
    """does not let a call that hangs be cancelled"""

    async def send(self, to: str, message: Outgoing, key: str) -> Outcome:
        calling = asyncio.create_task(super().send(to, message, key))
        while not calling.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait({calling}, timeout=4)
                break
        if not calling.done():
            await asyncio.sleep(3)
            calling.cancel()
        return await calling


class LogsWhatPeopleRead(BridgeChannel):
    """logs a text, at the finest level"""

    async def send(self, to: str, message: Outgoing, key: str) -> Outcome:
        log.debug("sending %s", message.text)
        return await super().send(to, message, key)


class ShowsItsKey(BridgeChannel):
    """prints its key when it is printed"""

    def __repr__(self) -> str:
        return f"BridgeChannel({self._key.reveal()})"


class PhonesHome(BridgeChannel):
    """tells somebody else that it was started"""

    async def prepare(self) -> None:
        with suppress(OSError):
            socket.create_connection(("192.0.2.7", 443), timeout=0.1).close()


def names_one_problem(options: Mapping[str, Secret], context: ChannelContext) -> BridgeChannel:
    """tells one wrong option at a time"""
    try:
        return BridgeChannel(parse_config(options), context.lane)
    except BadOptions as refused:
        raise BadOptions(refused.problems[:1]) from None


@dataclass(frozen=True)
class Mutant:
    """A broken adapter and the one test that must notice."""

    made: Callable[..., BridgeChannel]
    caught_by: str

    @property
    def what(self) -> str:
        return inspect.cleandoc(self.made.__doc__ or "")

    def open(self, options: Mapping[str, Secret], context: ChannelContext) -> BridgeChannel:
        if inspect.isclass(self.made):
            return self.made(parse_config(options), context.lane)
        return self.made(options, context)


MUTANTS = [
    Mutant(ForgetsItsName, "test_it_keeps_the_name_of_its_lane"),
    Mutant(CallsBeforeItIsAsked, "test_opening_touches_no_network"),
    Mutant(SendsNothingAtOnce, "test_what_it_says_it_can_do_makes_sense"),
    Mutant(names_one_problem, "test_wrong_options_are_all_named_at_once"),
    Mutant(StopsTheStart, "test_a_platform_that_is_down_does_not_stop_the_start"),
    Mutant(ClosesOnce, "test_closing_twice_is_harmless"),
    Mutant(TidiesTheirWords, "test_each_recording_is_understood_to_the_letter"),
    Mutant(NamesARedeliveryAnew, "test_what_is_not_stored_comes_again"),
    Mutant(MakesWordsOfAnything, "test_what_is_unknown_is_unparsed_and_holds_nothing_up"),
    Mutant(BelievesAnybody, "test_what_is_forged_is_refused"),
    Mutant(KnowsOneMethod, "test_spoiled_bodies_never_raise"),
    Mutant(LosesTheLastAnswer, "test_answers_are_in_place_or_left_to_send_and_none_is_lost"),
    Mutant(CutsLongTexts, "test_a_text_of_full_length_arrives_whole"),
    Mutant(WritesToSomebodyElse, "test_a_push_is_as_declared"),
    Mutant(WaitsAsItLikes, "test_each_situation_has_its_outcome"),
    Mutant(TakesWellFormedTextOnly, "test_send_gives_an_outcome_for_any_text"),
    Mutant(WillNotStop, "test_a_send_that_hangs_can_be_stopped"),
    Mutant(ShowsItsKey, "test_no_secret_is_printed"),
    Mutant(LogsWhatPeopleRead, "test_no_words_of_a_person_are_logged"),
    Mutant(PhonesHome, "test_nothing_leaves_this_machine"),
]


class Records(logging.Handler):
    """As much of pytest's `caplog` as the contract asks for: every test of every mutant needs a fresh one."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""

    def emit(self, record: logging.LogRecord) -> None:
        self.text += self.format(record) + "\n"

    def set_level(self, level: int) -> None:
        logging.getLogger().setLevel(level)


@contextmanager
def records():
    root, records = logging.getLogger(), Records()
    level = root.level
    root.addHandler(records)
    try:
        yield records
    finally:
        root.removeHandler(records)
        root.setLevel(level)


def failures(opener: Callable[..., object]) -> list[str]:
    """The tests of the contract that fail for what *opener* opens."""
    suite = type("Suite", (bridge.TestBridge,), {"opener": staticmethod(opener), "__test__": False})
    return [name for name in dir(suite) if name.startswith("test_") and not _passes(suite(), name)]


def _passes(suite: object, name: str) -> bool:
    test: Callable[..., Awaitable[None] | None] = getattr(suite, name)
    with records() as caplog:
        try:
            test(caplog) if "caplog" in inspect.signature(test).parameters else test()
        except Exception:  # an exception fails a test as well as an assertion does
            return False
    return True


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.made.__name__)
def test_a_broken_adapter_is_caught_by_exactly_the_right_test(mutant: Mutant):
    assert failures(mutant.open) == [mutant.caught_by]


def test_an_adapter_that_keeps_its_promises_is_caught_by_none():
    assert failures(bridge.open_channel) == []


def test_the_table_in_the_documentation_is_this_one():
    rows = [f"| {mutant.what} | `{mutant.caught_by}` |" for mutant in MUTANTS]

    assert [line for line in TABLE.read_text().splitlines() if "| `test_" in line] == rows
