"""The vectors that Tencent publishes hold for the adapter and for the stand-in, which share no code."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from wechat_scene import channel

from outreach.channels.base import HookRequest, HookResponse
from outreach.channels.wechat import envelope
from outreach.channels.wechat.refused import Refused
from outreach.testing import wechat_wire

VECTORS: dict[str, dict[str, Any]] = {
    vector["id"]: vector
    for vector in json.loads(Path(__file__).with_name("crypto_vectors.json").read_text(encoding="utf-8"))
}
SIGNERS = pytest.mark.parametrize("sign", [envelope.sign, wechat_wire.sign], ids=["adapter", "stand-in"])


@SIGNERS
@pytest.mark.parametrize("name", ["V1", "V2", "V3"])
def test_a_plain_signature_is_as_published(sign, name):
    vector = VECTORS[name]

    assert sign(vector["token"], vector["timestamp"], vector["nonce"]) == vector["signature"]


@SIGNERS
@pytest.mark.parametrize("name", ["V3", "V4"])
def test_a_message_signature_is_as_published(sign, name):
    vector = VECTORS[name]

    signature = sign(vector["token"], vector["timestamp"], vector["nonce"], vector["encrypt"])

    assert signature == vector["msg_signature"]


@pytest.mark.parametrize("name", ["V3", "V4"])
def test_a_published_message_opens_on_both_sides(name):
    vector = VECTORS[name]

    opened = _envelope(vector).open(vector["encrypt"])

    assert opened == vector["plaintext"].encode()
    assert opened == wechat_wire.decrypt(_account(vector), vector["encrypt"])


@pytest.mark.parametrize("name", ["V3", "V4"])
def test_a_published_message_is_sealed_alike_on_both_sides(name):
    vector = VECTORS[name]
    message, random16 = vector["plaintext"].encode(), vector["random16"].encode()

    sealed = _envelope(vector).seal(message, random16)

    assert sealed == vector["encrypt"]
    assert sealed == wechat_wire.encrypt(_account(vector), message, random16)


def test_a_published_message_of_another_account_does_not_open():
    vector = VECTORS["V3"]

    opened = envelope.Envelope(_key(), "wx0000000000000000").open(vector["encrypt"])

    assert opened == Refused("other_account")


def test_the_published_check_of_an_address_is_passed():
    vector = VECTORS["V1"]
    query = {name: vector[name] for name in ("signature", "timestamp", "nonce", "echostr")}
    moment = datetime.fromtimestamp(int(vector["timestamp"]), UTC)

    response = channel(TOKEN=vector["token"]).decode(HookRequest("GET", query, {}, b"", moment))

    assert isinstance(response, HookResponse)
    assert (response.status, response.body) == (200, vector["echostr"].encode())


def _key() -> bytes:
    return bytes(32)


def _envelope(vector: dict[str, Any]) -> envelope.Envelope:
    return envelope.Envelope(_key(), vector["receive_id"])


def _account(vector: dict[str, Any]) -> wechat_wire.Account:
    return wechat_wire.Account(vector["receive_id"], vector["token"], vector["encoding_aes_key"])
