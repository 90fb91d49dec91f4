"""What WeChat says becomes what the house understands; strange things hurt nobody (platforms.md A3, E3, E8 to E13)."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from wechat_scene import (
    ACCOUNT,
    ANN,
    CREATED,
    NOW,
    TEXT,
    answered,
    channel,
    event,
    heard,
    later,
    moment,
    read,
    request,
    xml,
)

from outreach.domain.messages import Message, Pressed, Reach, Reachability, Receipt, Unparsed

VOICE = {"MsgType": "voice", "MediaId": "m", "Format": "amr", "MsgId": "78"}


def reason(content: bytes | dict[str, str]) -> str:
    """Why *content* is unparsed; it must be answered with ``success``."""
    wire = request(content)
    item = heard(wire)
    assert isinstance(item, Unparsed)
    response = answered(wire, "an answer that nobody may get")
    assert (response.status, response.body) == (200, b"success")
    return item.reason


def unread(content: bytes | dict[str, str]) -> str:
    """Why *content* is unparsed; whoever sent it waits, and is answered."""
    wire = request(content)
    item = heard(wire)
    assert isinstance(item, Unparsed)
    assert item.sender is not None
    assert read(answered(wire, "only words, please"), by=item.sender) == "only words, please"
    return item.reason


def test_a_text_is_a_message():
    assert heard(request(TEXT)) == Message("77", ANN, "活动", NOW)


def test_a_text_from_an_article_or_a_menu_message_is_a_message_too():
    more = {**TEXT, "MsgDataId": "1", "Idx": "2", "bizmsgmenuid": "join", "Brand": "new"}

    assert heard(request(more)) == Message("77", ANN, "活动", NOW)


def test_recognised_speech_is_a_message():
    assert heard(request({**VOICE, "Recognition": "报名 一。"})) == Message("78", ANN, "报名 一。", NOW)


@pytest.mark.parametrize("speech", [{}, {"Recognition": ""}, {"Recognition": " \u200b "}])
def test_speech_that_was_not_recognised_is_unparsed(speech):
    assert unread({**VOICE, **speech}) == "voice"


def test_a_plain_follow_joins_without_a_source():
    item = heard(request(event("subscribe")))

    assert isinstance(item, Reachability)
    assert (item.reach, item.source, item.sender, item.sent_at) == (Reach.JOINED, None, ANN, NOW)


@pytest.mark.parametrize("fields", [event("subscribe", "qrscene_act:17:ab12"), event("SCAN", "act:17:ab12")])
def test_a_scanned_code_joins_with_its_scene(fields):
    item = heard(request({**fields, "Ticket": "t"}))

    assert isinstance(item, Reachability)
    assert (item.reach, item.source) == (Reach.JOINED, "act:17:ab12")


def test_a_follow_after_a_payment_has_no_source():
    item = heard(request(event("subscribe", "last_trade_no_4200001")))

    assert isinstance(item, Reachability)
    assert item.source is None


def test_an_unfollow_is_a_leave_and_gets_no_answer():
    wire = request(event("unsubscribe"))
    item = heard(wire)

    assert isinstance(item, Reachability)
    assert item.reach is Reach.LEFT
    assert answered(wire, "come back").body == b"success"


def test_a_menu_entry_of_ours_is_a_press():
    item = heard(request(event("CLICK", "join:17")))

    assert isinstance(item, Pressed)
    assert (item.token, item.sender, item.sent_at) == ("join:17", ANN, NOW)


@pytest.mark.parametrize("key", ["", "V1001_TODAY_MUSIC", "'; DROP", "菜单", "me nu", "m" * 41, "menu:", "1"])
def test_a_menu_entry_that_is_not_ours_is_unparsed(key):
    assert reason(event("CLICK", key)) == "foreign_menu_key"


OTHERS = {
    "image": {"MsgType": "image", "PicUrl": "http://x", "MediaId": "m", "MsgId": "1"},
    "video": {"MsgType": "video", "MediaId": "m", "ThumbMediaId": "t", "MsgId": "1"},
    "shortvideo": {"MsgType": "shortvideo", "MediaId": "m", "ThumbMediaId": "t", "MsgId": "1"},
    "location": {"MsgType": "location", "Location_X": "1.5", "Location_Y": "2", "Scale": "9", "MsgId": "1"},
    "link": {"MsgType": "link", "Title": "t", "Url": "http://x", "MsgId": "1"},
}


@pytest.mark.parametrize("name", OTHERS)
def test_e8_other_kinds_of_message_are_named_and_whoever_sent_one_is_answered(name):
    assert unread(OTHERS[name]) == name


def test_e8_a_kind_of_message_that_nobody_knows_is_left():
    assert reason({"MsgType": "brand_new", "MsgId": "1"}) == "unknown_type"


@pytest.mark.parametrize(
    "fields",
    [
        event("VIEW", "http://x"),
        event("LOCATION", Latitude="1", Longitude="2", Precision="3"),
        event("TEMPLATESENDJOBFINISH", Status="success"),
        event("MASSSENDJOBFINISH", Status="send success"),
        event("subscribe_msg_popup_event"),
        event("user_authorization_revoke"),
        event("invented_tomorrow"),
        {"MsgType": "event"},
    ],
)
def test_e8_other_events_are_left(fields):
    assert reason(fields) == "other_event"


HEAD = "<xml><FromUserName>o1</FromUserName><CreateTime>1</CreateTime><MsgId>5</MsgId>"
STRANGE = {
    "no type": (f"{HEAD}</xml>", "no_type"),
    "empty type": (f"{HEAD}<MsgType></MsgType></xml>", "no_type"),
    "type twice": (f"{HEAD}<MsgType>text</MsgType><MsgType>text</MsgType></xml>", "no_type"),
    "type nested": (f"{HEAD}<MsgType><a>text</a></MsgType></xml>", "no_type"),
    "empty event": (f"{HEAD}<MsgType>event</MsgType><Event></Event></xml>", "no_type"),
    "nothing": ("<xml/>", "no_type"),
    "another root": ("<html><MsgType>text</MsgType></html>", "no_type"),
    "json": ('{"MsgType":"text","Content":"活动"}', "not_xml"),
    "empty": ("", "no_type"),
    "cut off": ("<xml><MsgType>text</Ms", "not_xml"),
    "many tags": ("<xml>" + "<a/>" * 501 + "</xml>", "too_many_tags"),
}


@pytest.mark.parametrize(("content", "expected"), STRANGE.values(), ids=STRANGE.keys())
def test_e8_strange_but_genuine_content_is_unparsed(content, expected):
    assert reason(content.encode()) == expected


def test_e8_content_that_comes_twice_is_none():
    twice = f"{HEAD}<MsgType>text</MsgType><Content>a</Content><Content>b</Content></xml>"

    assert heard(request(twice.encode())) == Unparsed("5", "empty_text", moment(1), "o1")


@pytest.mark.parametrize(
    ("status", "delivered", "code"),
    [("success", True, ""), ("failed:user block", False, "user_block"), ("failed: invented", False, "failed")],
)
def test_a_finished_template_is_a_receipt_and_nobody_is_answered(status, delivered, code):
    wire = request(event("TEMPLATESENDJOBFINISH", MsgID="9", Status=status))
    item = heard(wire)

    assert isinstance(item, Receipt)
    assert (item.external_id, item.delivered, item.code) == ("9", delivered, code)
    assert answered(wire, "not for anybody").body == b"success"


@pytest.mark.parametrize(
    ("status", "delivered", "code"),
    [("send success", True, ""), ("err(30003)", False, "mass_30003"), ("send fail", False, "mass_failed")],
)
def test_what_became_of_a_mass_message_is_a_receipt(status, delivered, code):
    item = heard(request(event("MASSSENDJOBFINISH", MsgID="9", Status=status)))

    assert isinstance(item, Receipt)
    assert (item.external_id, item.delivered, item.code) == ("9", delivered, code)


def test_e3_a_redelivery_has_the_same_id_though_it_is_signed_anew():
    for content in (TEXT, event("CLICK", "menu"), {"MsgType": "brand_new"}, b"not xml"):
        body = content if isinstance(content, bytes) else xml(content)

        first = heard(request(body))
        again = heard(request(body, signed_at=later(5), received_at=later(5), nonce="2"), channel())

        assert again == first


def test_e9_two_menu_entries_in_one_second_are_two():
    one, two = heard(request(event("CLICK", "menu"))), heard(request(event("CLICK", "mine")))
    again = heard(request(event("CLICK", "menu")))

    assert one.message_id != two.message_id
    assert one.message_id == again.message_id


def test_an_id_that_we_make_tells_nothing_and_is_stable_across_accounts_of_one_token():
    item = heard(request(event("subscribe", "qrscene_act")))

    assert re.fullmatch(r"e-[0-9a-f]{24}", item.message_id)
    assert ANN not in repr(item)


def test_e10_a_hostile_scene_is_ignored_and_the_follow_is_not():
    for scene in ("'; DROP", "😀" * 20, "../../etc", "x" * 65, "a b", "a\nb", "<b>", "%2e"):
        for fields in (event("subscribe", f"qrscene_{scene}"), event("SCAN", scene)):
            item = heard(request(fields))

            assert isinstance(item, Reachability)
            assert (item.reach, item.source) == (Reach.JOINED, None)


@pytest.mark.parametrize(
    ("written", "understood"),
    [
        ("cafe\u0301", "caf\u00e9"),
        ("👨\u200d👩\u200d👧 ok", "👨\u200d👩\u200d👧 ok"),
        ("\u202eexe.txt\u202c", "exe.txt"),
        ("自\u200b杀\ufeff", "自杀"),
        ("a\u2066b\u2069\u200e", "ab"),
        (" 活动\r\n报名 ", "活动\n报名"),
        ("]]><Evil>1</Evil>", "]]><Evil>1</Evil>"),
        ("中" * 600, "中" * 600),
        ("a\x00b\x08c", "abc"),
        ("broken \ud83d emoji", "broken emoji"),
        ("tab\there", "tab\there"),
    ],
)
def test_e11_text_is_normalised_and_nobodys_words_are_lost(written, understood):
    item = heard(request({**TEXT, "Content": written}))

    assert isinstance(item, Message)
    assert item.text.replace("\ufffd", "").replace("  ", " ") == understood


@pytest.mark.parametrize("reference", ["&#8;", "&#xD83D;", "&#0;", "&#xFFFF;", "&#x110000;", "&#99999999;"])
def test_e11_an_illegal_reference_does_not_hide_what_somebody_wrote(reference):
    content = f"<Content>help &#38; {reference}me</Content>"
    body = xml({"MsgType": "text", "MsgId": "9"}).replace(b"</xml>", content.encode() + b"</xml>")

    item = heard(request(body))

    assert isinstance(item, Message)
    assert item.text == "help & me"


def test_e11_a_pile_of_marks_is_cut_and_the_word_stays():
    item = heard(request({**TEXT, "Content": "help" + "\u0315\u0300" * 5_000}))

    assert isinstance(item, Message)
    assert item.text.startswith("help")
    assert len(item.text) < 40


@pytest.mark.parametrize("empty", ["", "  \n", "\u200b\u200b", "\u200d\ufe0f", "\u202e", "\x00"])
def test_e12_a_text_without_anything_to_see_is_unparsed(empty):
    assert unread({**TEXT, "Content": empty}) == "empty_text"


@pytest.mark.parametrize("sender", ["", "]]><Evil>", "o" * 65, "o 1", "仁"])
def test_e12_a_missing_or_impossible_sender_is_unparsed(sender):
    assert reason(xml(TEXT, sender=sender)) == "no_sender"


@pytest.mark.parametrize("created", ["", "soon", "-1", "1e9", "1.5", str(2**63), "9" * 4000, "٣"])
def test_e12_an_impossible_time_is_unparsed(created):
    body = xml(TEXT).replace(f"<CreateTime>{CREATED}<".encode(), f"<CreateTime>{created}<".encode())

    assert reason(body) == "bad_time"


@pytest.mark.parametrize("number", [str(2**63), "1" * 20, "x", "1.0", "-5", "9" * 5000])
def test_e12_an_impossible_id_is_unparsed_and_never_rounded(number):
    assert reason({**TEXT, "MsgId": number}) == "bad_id"


def test_e12_the_largest_ids_are_told_apart():
    low, high = (heard(request({**TEXT, "MsgId": str(number)})) for number in (2**63 - 2, 2**63 - 1))

    assert (low.message_id, high.message_id) == ("9223372036854775806", "9223372036854775807")


def test_e13_each_thing_carries_wechats_own_time_so_that_the_house_can_order_them():
    left = heard(request(xml(event("unsubscribe"), CREATED + 60)))
    late = heard(request(xml(event("TEMPLATESENDJOBFINISH", MsgID="9", Status="failed:user block"), CREATED + 62)))
    back = heard(request(xml(event("subscribe"), CREATED + 30)))

    assert [item.sent_at for item in (left, late, back)] == [moment(CREATED + add) for add in (60, 62, 30)]
    assert isinstance(late, Receipt)


def test_children_may_come_in_any_order_and_without_cdata():
    body = (
        f"<xml><MsgId>77</MsgId><Content>活动</Content><MsgType>text</MsgType><CreateTime>{CREATED}</CreateTime>"
        f"<FromUserName>{ANN}</FromUserName><ToUserName>{ACCOUNT.original_id}</ToUserName></xml>"
    )

    assert heard(request(body.encode())) == Message("77", ANN, "活动", NOW)


def test_what_we_make_ids_of_depends_on_a_secret():
    other = replace(ACCOUNT, token="othertoken")
    fields = event("CLICK", "menu")

    assert heard(request(fields)).message_id != heard(request(xml(fields), other), channel(other)).message_id
