"""The question whether somebody is in danger is answered in words as well as by numbers and buttons."""

from __future__ import annotations

import pytest
from conversation_stage import Resident, Stage


def asked(stage: Stage, text: str = "我不想活了") -> Resident:
    """Somebody who has just been asked."""
    person = stage.person()
    person.says(text)
    return person


@pytest.mark.parametrize("word", ["有", "有的", "是的", "很近", "现在", "嗯", "不安全"])
def test_a_yes_in_words_is_taken_for_the_urgent_answer(stage: Stage, word: str) -> None:
    assert asked(stage).says(word) == asked(stage).says("1")


@pytest.mark.parametrize("word", ["yes", "Yes, I am", "right now", "I am not safe"])
def test_an_english_yes_is_taken_for_the_urgent_answer(stage: Stage, word: str) -> None:
    assert asked(stage, "I want to kill myself").says(word) == asked(stage, "I want to kill myself").says("1")


@pytest.mark.parametrize("word", ["现在安全", "安全", "还好"])
def test_safe_for_now_in_words(stage: Stage, word: str) -> None:
    assert asked(stage).says(word) == asked(stage).says("2")


@pytest.mark.parametrize("word", ["没有", "不是", "替别人问"])
def test_a_no_in_words(stage: Stage, word: str) -> None:
    assert asked(stage).says(word) == asked(stage).says("3")


@pytest.mark.parametrize("word", ["我不知道", "好", "谢谢你", "随便吧", "是我", "不是我"])
def test_what_is_unclear_then_is_asked_again_and_no_menu_takes_its_place(stage: Stage, word: str) -> None:
    ann = asked(stage)

    again = ann.says(word)
    answer = ann.says("1")

    assert "12356" in again
    assert "看看活动" not in again
    assert answer == asked(stage).says("1")


def test_a_command_is_still_followed(stage: Stage) -> None:
    assert "12356" in asked(stage).says("人工")


def test_who_asks_for_staff_then_is_not_told_first_what_we_are(stage: Stage) -> None:
    ann = asked(stage)
    ann.says("有")

    asked_for = ann.picks("给工作人员留言")

    assert "自动程序" not in asked_for
