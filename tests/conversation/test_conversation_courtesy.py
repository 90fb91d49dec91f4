"""Thanks, good-bye, who are you; a place that goes on only if somebody waits; a note that waits, told once."""

from __future__ import annotations

import pytest
from conversation_stage import Stage


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("谢谢", "不客气"),
        ("再见", "随时可以再来"),
        ("你是谁", "自动程序"),
        ("thank you", "You are welcome"),
        ("bye", "take care"),
    ],
)
def test_who_is_polite_gets_an_answer_in_kind(stage: Stage, text: str, heard: str) -> None:
    ann = stage.person()
    ann.says("活动")

    said = ann.says(text)

    assert heard in said
    assert "没听懂" not in said


def test_who_asks_who_we_are_hears_where_help_is(stage: Stage) -> None:
    ann = stage.person()
    ann.agrees_to_take_part()

    said = ann.says("你是真人吗？")

    assert "不是真人" in said
    assert "12356" in said
    assert "人工" in said


def test_a_thank_you_takes_no_question_off_the_table(stage: Stage) -> None:
    card = stage.add()
    ann = stage.person()
    ann.says(f"报名 {card.number}")

    ann.says("谢谢")
    joined = ann.says("1")

    assert "报好了" in joined


def test_a_thank_you_is_no_answer_to_the_question_of_danger(stage: Stage) -> None:
    ann = stage.person()
    ann.says("我活着没意思")

    assert "不客气" not in ann.says("谢谢")


def test_a_place_goes_on_only_if_somebody_waits(stage: Stage) -> None:
    card = stage.add(seats=1)
    ann, bob = stage.person("ann"), stage.person("bob")
    for person in (ann, bob):
        person.says(f"报名 {card.number}")
        person.taps("agree")

    with_queue, without = ann.taps(f"leave:{card.id}"), bob.taps(f"leave:{card.id}")

    assert "让给排队的邻居了" in with_queue
    assert "排队" not in without


def test_the_only_text_there_is_is_not_given_twice_in_a_row(stage: Stage) -> None:
    stage.approve("only")
    ann = stage.person()

    first, second = ann.says("读一读"), ann.says("再来一篇")

    assert "题目-only" in first
    assert "题目-only" not in second
    assert "只有刚才那一篇" in second


def test_who_subscribed_is_not_asked_to_when_nothing_is_on(stage: Stage) -> None:
    ann, bob = stage.person("ann"), stage.person("bob")
    ann.says("订阅")
    ann.taps("aud:general")
    ann.taps("agree")

    ann.says("活动")
    bob.says("活动")

    assert "sub" not in ann.tokens
    assert "sub" in bob.tokens


def test_all_audiences_can_be_reached_a_page_at_a_time(stage: Stage) -> None:
    ann = stage.person()
    ann.says("订阅")
    found: list[str] = []

    while True:
        found += [token for token in ann.tokens if token.startswith("aud:") and token not in found]
        more = [token for token in ann.tokens if token.startswith("sub:")]
        if not more:
            break
        ann.taps(more[0])

    public = [tag for tag in stage.dialogue._house.vocabulary.audiences if not tag.restricted]
    assert sorted(found) == sorted(f"aud:{tag.key}" for tag in public)


def test_a_note_that_waits_for_their_word_is_told_once(stage: Stage) -> None:
    ann = stage.person()
    ann.says("人工")
    ann.says("想问问活动室有没有台阶")

    first, second = ann.says("活动"), ann.says("帮助")
    sent = ann.says("同意")

    assert "还没发出去" in first
    assert "还没发出去" not in second
    assert "记下了" in sent
