"""What people decide about subscription notices, and the accounts that they close."""

from __future__ import annotations

import asyncio

import pytest
from wechat_scene import ANN, NOW, TEXT, channel, event, heard, request, xml

from outreach.channels.base import Answer, HookResponse
from outreach.domain.messages import Grant, Message, MessageKind, Outgoing, Reach, Reachability, Unparsed

POPUP, CHANGE = "SubscribeMsgPopupEvent", "SubscribeMsgChangeEvent"
ASKED, SWITCHED = "subscribe_msg_popup_event", "subscribe_msg_change_event"


def choices(name: str, wrapper: str, *said: tuple[str, str]) -> bytes:
    listed = "".join(
        f"<List><TemplateId><![CDATA[{template}]]></TemplateId>"
        f"<SubscribeStatusString><![CDATA[{status}]]></SubscribeStatusString><PopupScene>2</PopupScene></List>"
        for template, status in said
    )
    return xml(event(name)).replace(b"</xml>", f"<{wrapper}>{listed}</{wrapper}></xml>".encode())


def decoded(body: bytes) -> list[object]:
    found = channel().decode(request(body))
    assert not isinstance(found, HookResponse)
    return list(found)


@pytest.mark.parametrize(
    "said", [[("t1", "accept")], [("t1", "accept"), ("t2", "reject"), ("t1", "accept")]], ids=["one", "three"]
)
def test_e13_one_choice_or_three_are_counted_per_template(said):
    grants = decoded(choices(ASKED, POPUP, *said))

    assert [(grant.template, grant.count) for grant in grants] == [(name, int(how == "accept")) for name, how in said]
    assert all(isinstance(grant, Grant) and (grant.sender, grant.sent_at) == (ANN, NOW) for grant in grants)
    assert len({grant.message_id for grant in grants}) == len(said)


def test_a_redelivered_choice_is_the_same_and_another_one_in_that_second_is_not():
    first, again, other = (decoded(choices(ASKED, POPUP, (name, "accept"))) for name in ("t1", "t1", "t2"))

    assert first == again
    assert first[0].message_id != other[0].message_id


@pytest.mark.parametrize("wrapper", [POPUP, CHANGE])
def test_a_notice_that_is_switched_off_grants_nothing_in_either_wrapper(wrapper):
    (grant,) = decoded(choices(SWITCHED, wrapper, ("t1", "reject")))

    assert (grant.template, grant.count) == ("t1", 0)


@pytest.mark.parametrize("template", ["", "a b", "'; DROP", "t" * 65, "模板"])
def test_a_choice_about_no_template_is_left(template):
    (item,) = decoded(choices(ASKED, POPUP, (template, "accept")))

    assert isinstance(item, Unparsed)
    assert item.reason == "other_event"


@pytest.mark.parametrize("inside", ["", "<List/>", "<List>x</List>", "<List><TemplateId>t</TemplateId></List>", "<a/>"])
def test_an_empty_or_broken_list_of_choices_is_left(inside):
    body = xml(event(ASKED)).replace(b"</xml>", f"<{POPUP}>{inside}</{POPUP}></xml>".encode())

    (item,) = decoded(body)

    assert isinstance(item, Unparsed)


def test_more_choices_than_anybody_makes_are_not_all_kept():
    assert len(decoded(choices(ASKED, POPUP, *[(f"t{number}", "accept") for number in range(60)]))) == 20


def test_nobody_is_answered_for_a_choice():
    wire, house = request(choices(ASKED, POPUP, ("t1", "accept"))), channel()
    items = house.decode(wire)

    response = asyncio.run(house.acknowledge(items, Answer((Outgoing(MessageKind.REPLY, "not for anybody"),)), wire))

    assert response.body == b"success"


def test_a_choice_list_in_an_ordinary_message_means_nothing():
    body = choices(ASKED, POPUP, ("t1", "accept")).replace(b"event]]></MsgType>", b"text]]></MsgType>")

    assert not [item for item in decoded(body) if isinstance(item, Grant)]
    assert isinstance(heard(request(TEXT)), Message)


def test_a_person_who_closed_their_account_is_gone_and_not_the_platform_that_says_so():
    item = heard(request(event("user_authorization_cancellation", OpenID="oBob", AppID="wx1", RevokeInfo="1")))

    assert isinstance(item, Reachability)
    assert (item.sender, item.reach) == ("oBob", Reach.GONE)


def test_two_accounts_closed_in_one_second_are_two():
    one, two = (heard(request(event("user_authorization_cancellation", OpenID=name))) for name in ("oBob", "oCho"))

    assert one.message_id != two.message_id


@pytest.mark.parametrize("about", ["", "o 1", "o" * 65])
def test_an_account_that_nobody_has_is_not_closed(about):
    item = heard(request(event("user_authorization_cancellation", OpenID=about)))

    assert isinstance(item, Unparsed)
