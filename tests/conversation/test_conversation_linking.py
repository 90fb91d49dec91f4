"""One person in several chats: the walk through two lanes, and every way in which it ends otherwise."""

from __future__ import annotations

import pytest
from conversation_stage import Stage
from linking_scene import code_for, is_one_person, link, opened, receives

from outreach.conversation.intents import LinkCode
from outreach.domain.messages import Language


def test_two_chats_become_one_person_when_both_have_said_yes(stage: Stage) -> None:
    ann, web = opened(stage)
    card = stage.add()
    ann.says(f"报名 {card.number}")

    told = web.says(f"连接 {code_for(ann)}")
    asked = web.picks("连起来")
    (question,) = receives(ann)
    done = ann.picks("是我")

    assert "每条消息只发一次" in told
    assert "回到另一个聊天" in asked
    assert "网页聊天" in question.text
    assert done.startswith("连好了")
    assert [message.text for message in receives(web)] == [done]
    assert is_one_person(ann, web)
    assert "太极晨练" in web.says("我的")


def test_a_chat_that_asks_for_the_code_may_be_the_unknown_one(stage: Stage) -> None:
    ann, web = opened(stage)
    resident = ann.card.resident_id

    link(web, ann)

    assert is_one_person(ann, web)
    assert ann.card.resident_id == resident


def test_nothing_is_told_and_nothing_is_linked_before_the_first_chat_says_yes(stage: Stage) -> None:
    ann, web = opened(stage)
    card = stage.add("合唱排练")
    ann.says(f"报名 {card.number}")

    told = web.says(f"连接 {code_for(ann)}") + web.picks("连起来") + web.says("我的")

    assert not web.card.is_known
    assert "合唱" not in told
    assert "Telegram" not in told


@pytest.mark.parametrize("no", ["不是我", "不", "2"])
def test_the_first_chat_can_say_no_in_words(stage: Stage, no: str) -> None:
    ann, web = opened(stage)
    web.says(f"连接 {code_for(ann)}")
    web.picks("连起来")
    ann.says("嗯")  # whatever comes first brings the question, with its numbers

    said = ann.says(no)

    assert said == "好的，没有连接，什么都没动。"
    assert [message.text for message in receives(web)] == ["没有连接，什么都没动。"]
    assert not web.card.is_known
    ann.says("是我")
    assert not web.card.is_known


def test_a_question_that_was_put_in_an_answer_does_not_come_again(stage: Stage) -> None:
    ann, web = opened(stage)
    web.says(f"连接 {code_for(ann)}")
    web.picks("连起来")

    put = ann.says("这是什么意思呀您说说看")

    assert "是您本人在网页聊天连接吗" in put
    assert receives(ann) == []
    assert ann.says("1").startswith("连好了")


def test_a_plain_yes_counts_only_where_the_question_was_the_last_thing_shown(stage: Stage) -> None:
    ann, web = opened(stage)
    web.says(f"连接 {code_for(ann)}")
    web.picks("连起来")

    first = ann.says("好的")

    assert not web.card.is_known
    assert "是您本人" in first
    assert ann.says("好的").startswith("连好了")


@pytest.mark.parametrize("no", ["先不了", "不用了", "2"])
def test_the_other_chat_can_say_no(stage: Stage, no: str) -> None:
    ann, web = opened(stage)
    web.says(f"连接 {code_for(ann)}")

    said = web.says(no)

    assert said == "好的，没有连接，什么都没动。"
    assert receives(ann) == []


def test_wrong_used_and_expired_codes_are_answered_alike(stage: Stage) -> None:
    ann, web = opened(stage)
    code = code_for(ann)
    web.says(f"连接 {code}")

    used = stage.person("eve").says(f"连接 {code}")
    late = code_for(ann)
    stage.later(minutes=10)
    expired = stage.person("eva").says(f"连接 {late}")
    wrong, short = stage.person("zoe").says("连接 0000 0000"), stage.person("zed").says("连接 7")

    assert used == expired == wrong == short
    assert "现在用不了" in wrong


def test_after_five_wrong_codes_even_the_right_one_must_wait(stage: Stage) -> None:
    ann, web = opened(stage)
    for _ in range(5):
        web.says("连接 0000 0000")

    paused = web.says(f"连接 {code_for(ann)}")
    web.says("删除我")
    web.picks("确认删除")
    still = web.says(f"连接 {code_for(ann)}")
    stage.later(hours=1)

    assert "先歇一歇" in paused
    assert "先歇一歇" in still
    assert "连吗" in web.says(f"连接 {code_for(ann)}")


def test_a_code_in_the_chat_that_made_it_is_not_used_up(stage: Stage) -> None:
    ann, web = opened(stage)
    code = code_for(ann)

    assert "另一个聊天里发" in ann.says(f"连接 {code}")
    assert "连吗" in web.says(f"连接 {code}")


def test_a_new_code_takes_the_place_of_the_old_one_and_of_its_question(stage: Stage) -> None:
    ann, web = opened(stage)
    web.says(f"连接 {code_for(ann)}")
    web.picks("连起来")
    old = [choice.token for choice in receives(ann)[0].choices]

    code_for(ann)

    assert "过了时间" in ann.taps(old[0])
    assert not web.card.is_known


def test_an_answer_after_an_hour_is_too_late(stage: Stage) -> None:
    ann, web = opened(stage)
    web.says(f"连接 {code_for(ann)}")
    web.picks("连起来")
    receives(ann)
    stage.later(hours=1)

    assert "过了时间" in ann.picks("是我")
    assert not web.card.is_known


def test_somebody_else_cannot_answer_for_them(stage: Stage) -> None:
    ann, web = opened(stage)
    web.says(f"连接 {code_for(ann)}")
    web.picks("连起来")
    (question,) = receives(ann)
    eve = stage.person("eve")

    for choice in question.choices:
        assert "过了时间" in eve.taps(choice.token)
    assert "过了时间" in web.taps(question.choices[0].token)
    assert not web.card.is_known


def test_two_chats_that_nobody_knows_have_nothing_to_link(stage: Stage) -> None:
    one, other = stage.person("one", "telegram"), stage.person("other")

    assert "没有什么可连的" in other.says(f"连接 {code_for(one)}")


def test_two_chats_of_one_person_are_told_so(stage: Stage) -> None:
    ann, web = opened(stage)
    link(ann, web)

    assert "本来就连着" in web.says(f"连接 {code_for(ann)}")


def test_a_chat_with_a_place_is_not_taken_in_until_it_is_given_back(stage: Stage) -> None:
    ann, web = opened(stage)
    card = stage.add(seats=1)
    web.says(f"报名 {card.number}")
    web.taps("agree")

    refused = web.says(f"连接 {code_for(ann)}")
    web.says(f"取消 {card.number}")
    link(ann, web)

    assert "还有报名" in refused
    assert is_one_person(ann, web)


def test_a_place_taken_after_the_yes_is_not_lost(stage: Stage) -> None:
    ann, web = opened(stage)
    web.agrees_to_take_part()
    card = stage.add(seats=1)
    web.says(f"连接 {code_for(ann)}")
    web.picks("连起来")
    web.says(f"报名 {card.number}")
    receives(ann)

    said = ann.picks("是我")

    assert said.startswith("没连成")
    assert "太极晨练" in web.says("我的")
    assert not is_one_person(ann, web)


def test_delete_me_in_any_chat_deletes_everything_in_all(stage: Stage) -> None:
    ann, web = opened(stage)
    link(ann, web)

    web.says("删除我")
    web.picks("确认删除")

    assert not ann.card.is_known
    assert not web.card.is_known
    assert ann.remembered == web.remembered == {}


def test_a_chat_on_its_own_again_is_a_strangers(stage: Stage) -> None:
    ann, web = opened(stage)
    link(ann, web)
    stage.add()
    web.says("活动")

    asked = web.says("断开")
    done = web.picks("断开")

    assert "不认得您了" in asked
    assert done.startswith("断开了")
    assert not web.card.is_known
    assert ann.card.is_known
    assert "listed" not in web.remembered
    assert "没有报名" in web.says("我的")


def test_the_only_chat_is_not_unlinked_but_may_be_deleted(stage: Stage) -> None:
    ann, web = opened(stage)

    said = ann.says("断开")

    assert "只有这一个聊天" in said
    assert ann.labels == ["删除我的资料"]
    assert "只有这一个聊天" in ann.taps("unlink-yes")
    assert ann.card.is_known
    assert "没有存您的资料" in web.says("断开")


def test_a_preferred_chat_is_where_messages_go(stage: Stage) -> None:
    ann, web = opened(stage)
    link(ann, web)
    card = stage.add()

    said = web.says("优先这里")
    ann.says(f"报名 {card.number}")

    assert said.startswith("好的，以后消息先发到这里")
    with stage.database.reading() as uow:
        lanes = uow.connection.exec_driver_sql("SELECT lane FROM delivery WHERE kind = 'confirmation' ORDER BY id DESC")
        assert lanes.scalars().first() == "webchat"


def test_each_chat_is_spoken_to_in_its_own_language(stage: Stage) -> None:
    ann, web = opened(stage)
    web.says("english")

    told = web.says(f"link {code_for(ann)}")
    web.picks("Yes, link them")
    (question,) = receives(ann)
    ann.picks("是我")

    assert "each message comes once" in told
    assert "是您本人" in question.text
    assert receives(web)[0].text.startswith("Linked.")
    assert ann.language is Language.ZH


def test_a_code_is_kept_out_of_what_prints() -> None:
    assert "1234" not in repr(LinkCode("12345678"))
