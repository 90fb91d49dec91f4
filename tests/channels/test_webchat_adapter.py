"""What the web chat's adapter does beyond the contract: cookies, origins, options, and a mailbox in trouble."""

from __future__ import annotations

import asyncio
import base64
import json
from datetime import timedelta

import pytest

from outreach.channels.base import Answer, BadOptions, ChannelContext, HookRequest, HookResponse
from outreach.channels.webchat import COOKIE, WebChatChannel, is_foreign, new_visitor, open_channel, visitor_of
from outreach.domain.errors import Fault
from outreach.domain.ids import LaneName
from outreach.domain.messages import Choice, File, Message, MessageKind, Outcome, Outgoing, RetryLater, Sent
from outreach.domain.secret import Secret
from outreach.testing import make_context
from outreach.testing.clock import MONDAY_9AM

VISITOR = "v" * 32
BASE_URL = "https://outreach.example"
CALENDAR = File("活动.ics", "text/calendar", b"BEGIN:VCALENDAR\r\n", "https://outreach.example/c/1-abc.ics")


class FullDisk:
    """A mailbox whose database takes nothing: no mock of ours, the fault of a machine."""

    async def append(self, lane: LaneName, to: str, message: Outgoing, key: str) -> None:
        raise Fault("the disk is full", "make room")


def opened(mailbox: FullDisk | None = None) -> WebChatChannel:
    context = make_context("webchat")
    if mailbox is not None:
        context = ChannelContext(context.lane, context.base_url, context.signer, mailbox, context.cupboard)
    return open_channel({}, context)


def said(**fields: object) -> HookRequest:
    headers = {"cookie": f"{COOKIE}={VISITOR}", "content-type": "application/json"}
    return HookRequest("POST", {}, headers, json.dumps({"id": "page-id-1", **fields}).encode(), MONDAY_9AM)


def heard(channel: WebChatChannel, request: HookRequest) -> list[object]:
    decoded = channel.decode(request)
    assert not isinstance(decoded, HookResponse)
    return list(decoded)


def answered(channel: WebChatChannel, request: HookRequest, *messages: Outgoing, ready: bool = True) -> HookResponse:
    decoded = channel.decode(request)
    assert not isinstance(decoded, HookResponse)
    response = asyncio.run(channel.acknowledge(decoded, Answer(messages, ready), request))
    assert response is not None
    return response


def test_a_visitor_is_known_by_a_hash_and_never_by_the_cookie():
    cookie = new_visitor()

    person = visitor_of(f"{COOKIE}={cookie}")

    assert person is not None
    assert len(person) == 32
    assert cookie not in person


def test_two_visitors_never_share_a_cookie():
    assert len({new_visitor() for _ in range(1_000)}) == 1_000


@pytest.mark.parametrize("header", ["a=1; {ours}", "{ours}; b=2", 'bad="x; {ours}', "{{}}=\\;;{ours};", "=;{ours}"])
def test_a_strange_cookie_beside_ours_takes_nobodys_chat_away(header):
    assert visitor_of(header.format(ours=f"{COOKIE}={VISITOR}")) == visitor_of(f"{COOKIE}={VISITOR}")


@pytest.mark.parametrize(
    "header", ["", "visitor", "visitor=", "visitor=short", f"visitor={'ä' * 32}", "xvisitor=" + VISITOR]
)
def test_what_is_no_cookie_of_ours_is_nobody(header):
    assert visitor_of(header) is None


@pytest.mark.parametrize(
    ("headers", "foreign"),
    [
        ({"sec-fetch-site": "same-origin"}, False),
        ({"sec-fetch-site": "none"}, False),
        ({"sec-fetch-site": "cross-site"}, True),
        ({"sec-fetch-site": "same-site", "origin": BASE_URL}, True),
        ({"origin": "http://192.0.2.7:8000", "host": "192.0.2.7:8000"}, False),
        ({"origin": BASE_URL, "host": "inner.example"}, False),
        ({"origin": "https://outreach.example.evil.example", "host": "outreach.example"}, True),
        ({"origin": "null", "host": "outreach.example"}, True),
        ({"origin": "https://[", "host": "outreach.example"}, True),
        ({"origin": ""}, True),
        ({}, False),
    ],
)
def test_only_our_own_page_is_at_home(headers, foreign):
    assert is_foreign(headers, BASE_URL) is foreign


def test_the_same_page_id_of_another_person_is_another_message():
    channel, other = opened(), {"cookie": f"{COOKIE}={'w' * 32}", "content-type": "application/json"}
    mine = said(text="活动")
    theirs = HookRequest("POST", {}, other, mine.body, MONDAY_9AM)

    (first,), (second,) = heard(channel, mine), heard(channel, theirs)

    assert isinstance(first, Message)
    assert isinstance(second, Message)
    assert first.message_id != second.message_id


def test_a_typed_text_comes_whole_without_control_characters():
    (message,) = heard(opened(), said(text="\u0007 e\u0301t\u00e9\r\n第二行\u0000\ud800 "))

    assert isinstance(message, Message)
    assert message.text == "été\r\n第二行?"


def test_an_answer_shows_texts_buttons_and_the_file_as_its_link():
    channel = opened()
    message = Outgoing(MessageKind.REPLY, "选一个", (Choice("报名", "join:17"),), CALENDAR, "https://example.org/x")

    told = json.loads(answered(channel, said(text="活动"), message).body)

    (reply,) = told["replies"]
    (pressed,) = heard(channel, said(press=reply["choices"][0]["data"]))
    assert told["unclear"] is None
    assert (reply["text"], reply["link"]) == ("选一个", "https://example.org/x")
    assert reply["file"] == {"name": "活动.ics", "href": CALENDAR.link}
    assert getattr(pressed, "token", None) == "join:17"


def test_a_file_without_a_link_comes_with_its_bytes():
    file = File("a.ics", "text/calendar", b"BEGIN")

    told = json.loads(answered(opened(), said(text="日历"), Outgoing(MessageKind.REPLY, "x", file=file)).body)

    assert base64.b64decode(told["replies"][0]["file"]["content"]) == b"BEGIN"


def test_what_is_not_understood_is_said_so():
    assert json.loads(answered(opened(), said(press="join:17.forged")).body) == {
        "replies": [],
        "unclear": "unknown_button",
    }


def test_an_answer_that_is_not_ready_asks_the_page_to_come_again():
    response = answered(opened(), said(text="活动"), ready=False)

    assert response.status == 503
    assert int(response.headers["retry-after"]) >= 1


def test_half_a_character_in_a_reply_stops_no_answer():
    told = json.loads(answered(opened(), said(text="活动"), Outgoing(MessageKind.REPLY, "\ud800")).body)

    assert len(told["replies"]) == 1


def test_a_message_is_sent_once_it_is_in_the_mailbox():
    assert isinstance(_sent(opened()), Sent)


def test_a_full_disk_is_a_reason_to_try_again_and_no_lost_message():
    outcome = _sent(opened(FullDisk()))

    assert outcome == RetryLater(timedelta(seconds=2), whole_lane=True, code="fault")


def _sent(channel: WebChatChannel) -> Outcome:
    return asyncio.run(channel.send("person", Outgoing(MessageKind.REMINDER, "soon"), "reminder:1"))


def test_both_cases_of_an_option_are_read():
    assert open_channel({"ENABLED": Secret("TRUE")}, make_context()).lane == "lane"
    assert open_channel({"enabled": Secret("on")}, make_context()).lane == "lane"


def test_all_that_is_wrong_with_the_options_is_told_at_once():
    with pytest.raises(BadOptions) as refused:
        open_channel({"enabled": Secret("perhaps"), "colour": Secret("blue")}, make_context())

    assert refused.value.problems == ["COLOUR is not an option; there is ENABLED", "ENABLED must be true or false"]
