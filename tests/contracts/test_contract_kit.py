"""The pieces that the testing kit is made of: clock, mailbox, context and the guard over the network."""

import asyncio
import os
import socket
from datetime import datetime, timedelta

import pytest

from outreach.domain.ids import LaneName
from outreach.domain.messages import MessageKind, Outgoing
from outreach.testing import FrozenClock, MemoryMailbox, make_context, network_guard


def test_the_clock_stands_until_it_is_moved_and_does_not_run_backwards():
    clock = FrozenClock()
    before = clock()

    clock.advance(timedelta(minutes=5))

    assert clock() - before == timedelta(minutes=5)
    with pytest.raises(ValueError, match="backwards"):
        clock.advance(timedelta(seconds=-1))


def test_the_clock_takes_no_naive_time():
    with pytest.raises(ValueError, match="time zone"):
        FrozenClock(datetime(2026, 1, 1))  # noqa: DTZ001  # that is what is tested


def test_the_mailbox_keeps_a_repeated_key_once():
    mailbox, message = MemoryMailbox(), Outgoing(MessageKind.REPLY, "hello")

    async def scene() -> None:
        for to, key in (("ann", "k1"), ("ann", "k1"), ("ann", "k2"), ("bob", "k1")):
            await mailbox.append(LaneName("webchat"), to, message, key)

    asyncio.run(scene())

    assert mailbox.messages_for("ann") == [message, message]
    assert [letter.to for letter in mailbox.letters] == ["ann", "ann", "bob"]


def test_a_button_signed_in_one_lane_does_not_open_another():
    north, south = make_context("north"), make_context("south")

    assert north.signer.verify(north.signer.sign("menu", "ann"), "ann") == "menu"
    assert south.signer.verify(north.signer.sign("menu", "ann"), "ann") is None


@pytest.mark.parametrize("host", ["192.0.2.7", "town.example", "0.0.0.0", "10.0.0.1", "::2"])
def test_the_guard_lets_nobody_out_and_remembers_who_tried(host):
    with network_guard() as guard, pytest.raises(OSError, match="network guard"):
        socket.create_connection((host, 9), timeout=0.1)

    assert guard.left == [host]


def test_the_guard_lets_this_machine_be_reached_and_leaves_no_trace():
    before = (socket.socket.connect, socket.getaddrinfo, os.environ.get("HTTP_PROXY"))

    with network_guard() as guard, socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()

    assert guard.left == []
    assert guard.connections
    assert (socket.socket.connect, socket.getaddrinfo, os.environ.get("HTTP_PROXY")) == before
