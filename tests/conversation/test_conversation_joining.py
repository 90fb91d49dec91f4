"""From looking for something to having a place, and giving it back."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from conversation_stage import NOW, Resident, Stage, crafts

from outreach.domain.activity import ActivityKind, SignUpPolicy
from outreach.domain.actor import Actor
from outreach.domain.people import Purpose
from outreach.services import activities

NEXT_DAY = datetime(2026, 12, 2, 6, 0, tzinfo=UTC)


def seated(stage: Stage, name: str, number: int, party: int = 1) -> Resident:
    person = stage.person(name)
    person.says(f"报名 {number} {party}人")
    assert "报好了" in person.taps("agree")
    return person


def test_two_words_and_one_tap_lead_from_nothing_to_a_place(stage: Stage) -> None:
    stage.add("太极晨练")
    ann = stage.person()

    ann.says("活动")
    notice = ann.says("报名 1")
    joined = ann.taps("agree")

    assert "太极晨练" in notice
    assert "同意吗" in notice
    assert "报好了：太极晨练。" in joined
    assert "12月1日" not in joined  # the confirmation, a moment later, tells all of it
    assert "第1号，共1人" in joined


def test_the_list_shows_title_time_place_room_and_public_number(stage: Stage) -> None:
    stage.add("太极晨练", seats=30)
    ann = stage.person()

    ann.says("活动")

    entry = ann.shown[0]
    assert entry.label == "太极晨练"
    assert entry.detail == "12月1日（周二）下午2:00–3:30 · 社区活动室 · 还有30个位子 · 编号100"


def test_a_number_answers_the_list_and_then_the_activity(stage: Stage) -> None:
    stage.add("太极晨练")
    stage.add("读书会", summary="一起读一篇短文。")
    ann = stage.person()
    ann.says("活动")

    shown = ann.says("2")
    notice = ann.says("１")

    assert "读书会" in shown
    assert "一起读一篇短文。" in shown
    assert "您想报：读书会" in notice


def test_nothing_is_kept_of_somebody_who_has_not_agreed(stage: Stage) -> None:
    card = stage.add()
    ann = stage.person()

    ann.says(f"报名 {card.number}")

    assert not ann.card.is_known


def test_the_first_message_may_be_the_wish_itself_and_is_not_lost(stage: Stage) -> None:
    card = stage.add()
    ann = stage.person()

    first = ann.says(f"报名{card.number} 2人")
    joined = ann.says("同意并报名")

    assert "自动程序" in first
    assert "共2人" in joined


def test_what_was_agreed_to_is_kept_with_the_hash_of_the_words_shown(stage: Stage) -> None:
    card = stage.add()
    ann = stage.person()
    ann.says(f"join {card.number}")
    held = ann.remembered["held"]

    ann.taps("agree")

    notice = crafts().wording.notice("take_part", ann.language, stage.office.network[ann.language])
    assert held["notice"] == [notice.version, notice.text_hash]
    assert ann.card.consents == {Purpose.TAKE_PART}


def test_not_now_drops_the_wish_and_keeps_nothing(stage: Stage) -> None:
    card = stage.add()
    ann = stage.person()
    ann.says(f"报名 {card.number}")

    answer = ann.says("2")
    later = ann.says("同意")

    assert "没有留您的资料" in answer
    assert "报好了" not in later
    assert not ann.card.is_known


def test_a_wish_is_held_for_a_day_and_no_longer(stage: Stage) -> None:
    card = stage.add()
    ann, bob = stage.person("ann"), stage.person("bob")
    ann.says(f"报名 {card.number}")
    bob.says(f"报名 {card.number}")

    stage.later(hours=23)
    in_time = ann.says("同意")
    stage.later(hours=1)
    too_late = bob.says("同意")

    assert "报好了" in in_time
    assert "报好了" not in too_late


def test_the_number_is_that_of_the_agreeing_tap(stage: Stage) -> None:
    card = stage.add(seats=1)
    ann, bob = stage.person("ann"), stage.person("bob")

    ann.says(f"报名 {card.number}")
    bob.says(f"报名 {card.number}")
    first = bob.taps("agree")
    second = ann.taps("agree")

    assert "第1号" in first
    assert "有空位就轮到您" in second


def test_who_agreed_once_is_not_asked_again(stage: Stage) -> None:
    ann = stage.person()
    ann.agrees_to_take_part()
    card = stage.add("读书会")

    assert "报好了：读书会" in ann.says(f"报名 {card.number}")


def test_somebody_who_waits_hears_how_many_are_ahead(stage: Stage) -> None:
    card = stage.add(seats=2)
    seated(stage, "ann", card.number, 2)
    bob, cho = stage.person("bob"), stage.person("cho")
    bob.says(f"报名 {card.number} 两人")
    bob.taps("agree")

    cho.says(f"报名 {card.number}")
    waiting = cho.taps("agree")

    assert "给您排上队了" in waiting
    assert "前面还有2人" in waiting


def test_asking_twice_gives_the_first_place_again(stage: Stage) -> None:
    card = stage.add()
    ann = seated(stage, "ann", card.number)

    again = ann.says(f"报名 {card.number}")

    assert "已经报过了" in again
    assert "第1号" in again


def test_a_group_is_talked_over_with_staff_first(stage: Stage) -> None:
    card = stage.add("小组", kind=ActivityKind.GROUP, policy=SignUpPolicy.REQUEST)
    ann = stage.person()
    ann.says(f"报名 {card.number}")

    answer = ann.taps("agree")

    assert "工作人员" in answer
    assert "第" not in answer.split("工作人员")[0]


def test_a_place_is_given_back_by_public_number_and_by_the_number_in_the_list(stage: Stage) -> None:
    first, second = stage.add("太极晨练"), stage.add("读书会", starts_at=NEXT_DAY)
    ann = seated(stage, "ann", first.number)
    ann.says(f"报名 {second.number}")

    by_number = ann.says(f"取消 {first.number}")
    ann.says("我的")
    by_place = ann.says("取消报名 1")

    assert "取消好了：太极晨练" in by_number
    assert "取消好了：读书会" in by_place
    assert "没有报名" in ann.says("我的")


def test_cancel_alone_asks_about_the_only_place(stage: Stage) -> None:
    card = stage.add("太极晨练")
    ann = seated(stage, "ann", card.number)

    asked = ann.says("取消")
    done = ann.says("是")

    assert "太极晨练" in asked
    assert "取消好了" in done


def test_cancel_alone_lists_several_places(stage: Stage) -> None:
    first, second = stage.add("太极晨练"), stage.add("读书会", starts_at=NEXT_DAY)
    ann = seated(stage, "ann", first.number)
    ann.says(f"报名 {second.number}")

    ann.says("不去了")
    done = ann.says("二")

    assert "取消好了：读书会" in done


def test_a_no_keeps_the_place(stage: Stage) -> None:
    card = stage.add("太极晨练")
    ann = seated(stage, "ann", card.number)
    ann.says("取消")

    ann.says("不")

    assert "太极晨练" in ann.says("我的")


def test_my_places_say_how_they_stand_and_lead_to_leaving_and_calendar(stage: Stage) -> None:
    card = stage.add("太极晨练")
    ann = seated(stage, "ann", card.number)

    shown = ann.says("我的")

    assert "第1号，共1人" in shown
    assert f"cal:{card.id}" in ann.tokens
    assert f"leave:{card.id}" in ann.tokens


def test_several_places_are_numbered(stage: Stage) -> None:
    first, second = stage.add("太极晨练"), stage.add("读书会", starts_at=NEXT_DAY)
    ann = seated(stage, "ann", first.number)
    ann.says(f"报名 {second.number}")

    ann.says("mine")
    shown = ann.says("2")

    assert "读书会" in shown
    assert "给您留了位子" in shown


def test_the_calendar_file_is_that_of_the_next_seat(stage: Stage) -> None:
    late = stage.add("读书会", starts_at=NOW + timedelta(days=20))
    soon = stage.add("太极晨练", starts_at=NOW + timedelta(days=2))
    ann = seated(stage, "ann", late.number)
    ann.says(f"报名 {soon.number}")

    ann.says("日历")

    file = ann.said[0].file
    assert file is not None
    assert file.link is not None
    assert file.link.startswith("https://example.org/c/")
    assert "太极晨练".encode() in file.content


def test_who_only_waits_gets_no_calendar_file(stage: Stage) -> None:
    card = stage.add(seats=1)
    seated(stage, "ann", card.number)
    bob = stage.person("bob")
    bob.says(f"报名 {card.number}")
    bob.taps("agree")

    text = bob.says("日历")

    assert bob.said[0].file is None
    assert "有了位子" in text


def test_the_word_calendar_also_says_where_to_subscribe_to_all_of_ones_dates(stage: Stage) -> None:
    card = stage.add("太极晨练")
    ann = seated(stage, "ann", card.number)

    first, again = ann.says("日历"), ann.says("日历")

    assert first == again
    assert own_feed(stage, first) == own_feed(stage, first)
    assert "webcal://example.org/feeds/p/" in first
    assert "太极晨练" in own_feed(stage, first)


def test_another_calendar_address_shuts_the_former(stage: Stage) -> None:
    card = stage.add("太极晨练")
    ann = seated(stage, "ann", card.number)
    before = ann.says("日历")

    after = ann.says("换日历地址")

    assert own_feed(stage, before) == ""
    assert "太极晨练" in own_feed(stage, after)
    assert own_feed(stage, ann.says("日历")) == own_feed(stage, after)


def test_who_is_forgotten_has_no_calendar_any_more(stage: Stage) -> None:
    card = stage.add("太极晨练")
    ann = seated(stage, "ann", card.number)
    told = ann.says("日历")

    ann.says("删除我")
    ann.says("确认删除")

    assert own_feed(stage, told) == ""
    assert "/feeds/p/" not in ann.says("日历")
    assert "/feeds/p/" not in ann.says("换日历地址")


def own_feed(stage: Stage, told: str) -> str:
    """The feed behind the address in *told*; empty if it opens nothing."""
    found = re.search(r"https://example\.org/feeds/p/([a-z2-7]{32})", told)
    assert found is not None
    with stage.database.reading() as uow:
        file = stage.office.calendars.own_feed(uow, found[1], stage.now)
    return "" if file is None else file.body.decode()


def test_a_number_that_no_list_explains_shows_the_list_again(stage: Stage) -> None:
    stage.add("太极晨练")
    ann = stage.person()

    never_seen = ann.says("报名 1")
    stage.later(minutes=31)
    stale = ann.says("报名 1")
    too_far = ann.says("报名 7")

    for answer in (never_seen, stale, too_far):
        assert "没对上" in answer
        assert "报名 1" not in answer.split("没对上")[0]
    assert "太极晨练" in ann.labels


def test_a_public_number_works_at_any_time(stage: Stage) -> None:
    card = stage.add("太极晨练")
    ann = stage.person()
    ann.says("你好")
    stage.later(hours=5)

    assert "太极晨练" in ann.says(str(card.number))


def test_refusals_become_kind_sentences_with_a_way_on(stage: Stage) -> None:
    card = stage.add(seats=2)
    over = stage.add("昨天的", starts_at=NOW + timedelta(hours=1))
    draft = stage.add("草稿", draft=True)
    stage.later(hours=2)
    ann = stage.person()

    said = {
        "none": ann.says("报名 999"),
        "draft": ann.says(f"报名 {draft.number}"),
        "over": ann.says(f"报名 {over.number}"),
        "many": ann.says(f"报名 {card.number} 5人"),
        "not_mine": ann.says(f"取消 {card.number}"),
    }

    assert "没找到" in said["none"]
    assert "没找到" in said["draft"]
    assert "草稿" not in said["draft"]
    assert "不能报名" in said["over"]
    assert "最多报2人" in said["many"]
    assert "没有报这个" in said["not_mine"]
    assert "list" in ann.tokens
    assert not ann.card.is_known


def test_an_activity_that_closes_before_the_agreeing_tap_keeps_nothing_of_the_person(stage: Stage) -> None:
    card = stage.add(starts_at=NOW + timedelta(hours=1))
    ann = stage.person()
    ann.says(f"报名 {card.number}")
    stage.later(hours=1)

    answer = ann.taps("agree")

    assert "不能报名" in answer
    assert not ann.card.is_known


def test_a_restricted_activity_gives_away_neither_title_nor_place(stage: Stage) -> None:
    card = stage.add("戒毒互助小组", place="三楼戒毒室", summary="说说复吸", restricted=True)
    ann = stage.person()

    listed = ann.says("活动")
    shown = ann.says(str(card.number))
    notice = ann.says(f"报名 {card.number}")

    for text in (listed, shown, notice):
        assert "戒毒" not in text
        assert "复吸" not in text


def test_an_activity_that_was_called_off_says_so_and_takes_nobody(stage: Stage) -> None:
    card = stage.add("太极晨练")
    with stage.database.unit_of_work() as uow:
        activities.call_off(uow, Actor.operator(), card.id, stage.now)
    ann = stage.person()

    shown = ann.says(str(card.number))
    refused = ann.says(f"报名 {card.number}")

    assert "不办了" in shown
    assert not any(token.startswith("join") for token in ann.tokens)
    assert "不办了" in refused


def test_a_long_list_is_paged(stage: Stage) -> None:
    for number in range(7):
        stage.add(f"活动甲{number}", starts_at=NOW + timedelta(days=1, hours=number))
    ann = stage.person()
    ann.says("活动")
    first = ann.labels[:5]

    ann.picks("再看几个")
    second = ann.labels

    assert first == [f"活动甲{number}" for number in range(5)]
    assert second == ["活动甲5", "活动甲6"]
    assert "活动甲5" in ann.says("1")


def test_what_is_near_comes_first_and_the_rest_is_one_tap_away(stage: Stage) -> None:
    stage.regions()
    stage.add("东河太极", region_id=stage.region("lj-east"))
    stage.add("南湖读书", region_id=stage.region("nh"))
    stage.add("临江讲座", region_id=stage.region("lj"))
    stage.add("全市讲座")
    ann = stage.person()
    ann.comes("r-lj-east")

    ann.says("活动")
    near = ann.labels
    ann.picks("看所有地方")

    assert near[:3] == ["东河太极", "临江讲座", "全市讲座"]
    assert "南湖读书" not in near
    assert "南湖读书" in ann.labels


def test_the_longest_texts_still_fit_one_passive_answer(stage: Stage) -> None:
    long = {"place": "二楼" * 500, "summary": "说明" * 500}
    cards = [stage.add("长" * 80, **long) for _ in range(6)]
    ann = stage.person()

    ann.says("活动")
    ann.says("1")
    ann.says("报名 1")
    ann.taps("agree")
    for card in cards[1:]:
        ann.says(f"报名 {card.number}")
    ann.says("我的")
    ann.says("1")

    assert len(ann.said) == 1
    assert ann.says("取消")


def test_a_title_that_two_activities_share_is_asked_again(stage: Stage) -> None:
    stage.add("太极晨练", starts_at=NOW + timedelta(days=1))
    stage.add("太极晨练", starts_at=NOW + timedelta(days=8))
    ann = stage.person()
    ann.says("活动")

    assert "回复1到2的数字" in ann.says("太极晨练")
    assert "12月1日" in ann.shown[1].detail
    assert "12月1日" in ann.says("2")


def test_a_number_is_a_place_in_the_list_even_if_a_title_reads_like_it(stage: Stage) -> None:
    stage.add("2", starts_at=NOW + timedelta(days=1))
    stage.add("！！", starts_at=NOW + timedelta(days=2))
    ann = stage.person()
    ann.says("活动")

    assert "！！" in ann.says("2")
    ann.says("活动")
    assert "没听懂" in ann.says("…")
