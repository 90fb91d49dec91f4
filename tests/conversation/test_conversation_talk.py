"""First contact, tips, staff, languages, being forgotten, and what happens when we do not understand."""

from __future__ import annotations

from conversation_stage import Stage, crafts

from outreach.content import parse_vocabulary
from outreach.domain.actor import Actor
from outreach.domain.messages import Choice, Language, MessageKind, Outgoing
from outreach.domain.people import Purpose
from outreach.services import threads


def notes(stage: Stage) -> list[str]:
    with stage.database.unit_of_work() as uow:
        found = threads.listed(uow, Actor.operator(), 10)
        return [
            entry.text for card in found for entry in threads.read(uow, Actor.operator(), card.id, stage.now).entries
        ]


def alerts(stage: Stage) -> int:
    with stage.database.reading() as uow:
        return uow.alerts.count_open()


# --- first contact -------------------------------------------------------------------------------------------


def test_who_comes_first_learns_who_this_is_and_what_is_kept(stage: Stage) -> None:
    text = stage.person().comes()

    assert "临江镇心理服务站" in text
    assert "自动程序" in text
    assert "24小时" in text
    assert "不留您的资料" in text
    assert "12356" in text
    assert "120" in text


def test_the_introduction_is_given_once(stage: Stage) -> None:
    ann = stage.person()

    first, second = ann.says("活动"), ann.says("活动")

    assert "自动程序" in first
    assert "自动程序" not in second


def test_the_first_words_of_somebody_new_need_not_be_understood(stage: Stage) -> None:
    ann = stage.person()

    text = ann.says("请问这里是做什么用的呀")

    assert "自动程序" in text
    assert "没听懂" not in text
    assert "list" in ann.tokens


def test_a_printed_code_opens_its_activity_and_keeps_the_introduction(stage: Stage) -> None:
    card = stage.add("太极晨练")
    ann = stage.person()

    text = ann.comes(f"a-{card.slug}")

    assert "自动程序" in text
    assert "太极晨练" in text
    assert f"join:{card.id}" in ann.tokens


def test_an_unknown_or_hostile_code_is_ignored(stage: Stage) -> None:
    for source in ("r-nowhere", "a-nothing", "' OR 1=1 --", "r-" + "x" * 500, "\u0000", "", "qrscene_9"):
        ann = stage.person(f"ann{len(source)}")

        assert "您想做什么" in ann.comes(source)
        assert source == "" or source not in str(ann.remembered)


def test_a_region_code_counts_at_the_first_consent(stage: Stage) -> None:
    stage.regions()
    card = stage.add()
    ann = stage.person()
    ann.comes("r-lj-east")
    ann.says(f"报名 {card.number}")
    ann.taps("agree")

    with stage.database.reading() as uow:
        region = uow.regions.get(ann.region_id)

    assert region.code == "lj-east"


def test_help_names_every_word_and_the_lines_that_help(stage: Stage) -> None:
    text = stage.person().says("帮助")

    for word in (
        "活动",
        "报名",
        "取消",
        "我的",
        "日历",
        "读一读",
        "订阅",
        "退订",
        "设置",
        "人工",
        "我的数据",
        "删除我",
        "English",
        "12356",
    ):
        assert word in text


# --- languages -----------------------------------------------------------------------------------------------


def test_we_answer_in_the_script_of_the_question(stage: Stage) -> None:
    stage.add("太极晨练")
    ann = stage.person()

    english, chinese = ann.says("activities"), ann.says("活动")

    assert "These are the next activities" in english
    assert "最近有这些活动" in chinese


def test_a_chosen_language_stays_also_for_digits_and_taps(stage: Stage) -> None:
    card = stage.add("太极晨练")
    ann = stage.person()

    ann.says("English")

    assert "No. 100" in ann.says(str(card.number))
    assert "Do you agree" in ann.taps(f"join:{card.id}")
    assert "You are signed up" in ann.says("yes")
    assert ann.language.value == "en"
    assert "以后都说中文" in ann.says("中文")
    assert ann.language.value == "zh"


# --- something to read ---------------------------------------------------------------------------------------


def test_without_approved_items_we_say_so_kindly(stage: Stage) -> None:
    assert "还在请专业人员审" in stage.person().says("读一读")


def test_somebody_unknown_gets_each_item_once_before_any_again(stage: Stage) -> None:
    stage.approve("a-one")
    stage.approve("b-two")
    ann = stage.person()

    first, second, third = ann.says("读一读"), ann.taps("tip"), ann.says("再来一篇")

    assert "题目-a-one" in first
    assert "题目-b-two" in second
    assert "题目-a-one" in third
    assert not ann.card.is_known


# --- subscriptions -------------------------------------------------------------------------------------------


def test_two_taps_subscribe(stage: Stage) -> None:
    ann = stage.person()
    ann.says("订阅")
    offered = ann.tokens

    notice = ann.taps("aud:elderly")
    done = ann.taps("agree")

    assert offered[0] == "aud:general"
    assert len(offered) <= 7
    assert offered[-1] == "sub:1"
    assert "退订" in notice
    assert "订阅好了" in done
    assert ann.card.consents == {Purpose.TIPS, Purpose.NEWS}
    assert ann.card.audiences == {"elderly"}


def test_choosing_nothing_is_fine(stage: Stage) -> None:
    ann = stage.person()
    ann.says("subscribe")

    ann.says("skip")
    ann.says("yes")

    assert Purpose.TIPS in ann.card.consents
    assert ann.card.audiences == frozenset()


def test_a_restricted_audience_is_never_offered_nor_taken(stage: Stage) -> None:
    tags = '[general]\nzh="大家"\nen="All"\n[quiet_one]\nzh="某类"\nen="Some"\nrestricted=true\n'
    tags += '[parent]\nzh="家长"\nen="Parents"'
    stage.use(parse_vocabulary(tags, '[sleep]\nzh="睡眠"\nen="Sleep"'))
    ann = stage.person()
    ann.says("订阅")
    offered = ann.tokens

    ann.taps("aud:quiet_one")

    assert offered == ["aud:general", "aud:parent"]
    assert ann.tokens == offered


def test_where_they_live_is_asked_after_subscribing_and_found_by_part_of_its_name(stage: Stage) -> None:
    stage.regions()
    ann = stage.person()
    ann.says("订阅")
    ann.says("1")

    asked = ann.taps("agree")
    ann.says("河村")
    choices = ann.labels
    kept = ann.says("西河村")

    assert "哪个街道或村" in asked
    assert set(choices) == {"东河村", "西河村", "跳过"}
    assert "记下了：西河村" in kept


def test_a_region_that_nobody_knows_is_asked_again_and_may_be_skipped(stage: Stage) -> None:
    stage.regions()
    ann = stage.person()
    ann.says("订阅")
    ann.says("1")
    ann.taps("agree")

    unknown = ann.says("火星")
    skipped = ann.says("1")

    assert "没找到这个地方" in unknown
    assert "不填也行" in skipped


def test_one_word_ends_it_and_says_how_reminders_end(stage: Stage) -> None:
    ann = stage.person()
    ann.says("订阅")
    ann.says("1")
    ann.taps("agree")

    ended, nothing = ann.says("退订"), ann.says("退订")

    assert "取消" in ended
    assert "没有订阅" in nothing
    assert not ann.card.consents


# --- a human being -------------------------------------------------------------------------------------------


def test_a_note_of_somebody_new_waits_for_their_yes(stage: Stage) -> None:
    ann = stage.person()
    asked = ann.says("人工")

    notice = ann.says("想问问下周的讲座能不能带轮椅进去")
    before = notes(stage)
    kept = ann.picks("同意并发送")

    assert "上班时间" in asked
    assert "12356" in asked
    assert "同意吗" in notice
    assert before == []
    assert "记下了" in kept
    assert "12356" in kept
    assert notes(stage) == ["想问问下周的讲座能不能带轮椅进去"]


def test_who_agreed_before_writes_at_once(stage: Stage) -> None:
    ann = stage.person()
    ann.says("person")
    ann.says("Is there a ramp at the hall?")
    ann.picks("Agree and send")
    ann.says("person")

    ann.says("May I bring my dog along next week?")

    assert notes(stage) == ["Is there a ramp at the hall?", "May I bring my dog along next week?"]


def test_agreeing_to_take_part_is_not_agreeing_to_a_note_being_kept(stage: Stage) -> None:
    ann = stage.person()
    ann.agrees_to_take_part()
    ann.says("人工")

    notice = ann.says("想问问下周的讲座能不能带轮椅进去")

    assert "同意吗" in notice
    assert notes(stage) == []


def test_a_command_leads_out_of_the_note_and_a_greeting_does_not(stage: Stage) -> None:
    ann = stage.person()
    ann.agrees_to_take_part()
    ann.says("人工")

    greeted = ann.says("你好")
    ann.says("菜单")
    ann.says("下周二几点到合适呢")

    assert "写成一条" in greeted
    assert notes(stage) == []


def test_asking_for_something_else_ends_the_wait_for_a_note(stage: Stage) -> None:
    card = stage.add("太极晨练")
    ann = stage.person()
    ann.agrees_to_take_part()
    for other in ("报名 1", "取消", f"{card.number}", "日历 7", "报名"):
        ann.says("人工")
        ann.says(other)

        ann.says("下周二几点到合适呢")

        assert notes(stage) == [], other


def test_a_note_may_be_left_unwritten(stage: Stage) -> None:
    ann = stage.person()
    ann.says("人工")

    ann.says("先不写")
    ann.says("下周二几点到合适呢")

    assert notes(stage) == []
    assert "agree" not in ann.tokens


def test_words_wait_for_staff_no_longer_than_half_an_hour(stage: Stage) -> None:
    ann = stage.person()
    ann.agrees_to_take_part()
    ann.says("人工")

    stage.later(minutes=30)
    ann.says("下周二几点到合适呢")

    assert notes(stage) == []


# --- being forgotten -----------------------------------------------------------------------------------------


def test_deleting_is_asked_once_and_then_everything_is_gone(stage: Stage) -> None:
    card = stage.add()
    ann = stage.person()
    ann.says(f"报名 {card.number}")
    ann.taps("agree")

    asked = ann.says("删除我")
    done = ann.picks("确认删除")

    assert "找不回来" in asked
    assert "1个位子" in done
    assert not ann.card.is_known
    assert ann.remembered == {}


def test_a_no_deletes_nothing(stage: Stage) -> None:
    ann = stage.person()
    ann.agrees_to_take_part()

    ann.says("delete me")
    ann.says("no")

    assert ann.card.is_known


def test_somebody_unknown_hears_that_nothing_was_kept(stage: Stage) -> None:
    ann = stage.person()
    ann.says("删除我")

    assert "I had stored nothing" in ann.says("Yes, delete")
    assert ann.remembered == {}


# --- what we do not understand -------------------------------------------------------------------------------


def test_an_unknown_text_gets_three_next_steps_and_a_human_being(stage: Stage) -> None:
    ann = stage.person()
    ann.comes()

    text = ann.says("嘛哩嘛哩哄")

    assert "没听懂" in text
    assert len(ann.tokens) == 4
    assert ann.tokens[-1] == "person"


def test_what_comes_close_is_guessed_first(stage: Stage) -> None:
    stage.add("太极晨练")
    ann = stage.person()
    ann.comes()

    ann.says("有没有太极晨练可以学")
    title = ann.tokens[0]
    ann.says("activitys")
    slip = ann.tokens[0]
    ann.says("这个怎么退订啊")
    inside = ann.tokens[0]

    assert title.startswith("show:")
    assert slip == "list"
    assert inside == "stop"


def test_a_number_too_high_shows_the_same_choices_again(stage: Stage) -> None:
    ann = stage.person()
    ann.comes()
    before = ann.tokens

    text = ann.says("9")

    assert "1到" in text
    assert ann.tokens == before


def test_a_stale_or_foreign_button_is_answered_kindly(stage: Stage) -> None:
    ann = stage.person()
    ann.comes()

    for token in ("nonsense", "join:", "join:0", "aud:", "show:99999999", "region:77", "safe:unknown", "join:1:99"):
        assert ann.taps(token)
        assert ann.shown


def test_a_yes_to_nothing_is_no_harm(stage: Stage) -> None:
    ann = stage.person()
    ann.comes()

    assert "您想做什么" in ann.says("好")


def test_nothing_is_said_where_others_read_along(stage: Stage) -> None:
    ann = stage.person()

    assert ann.says("我的", private=False) == ""
    assert ann.remembered == {}


# --- safety --------------------------------------------------------------------------------------------------


def test_a_text_in_distress_gets_the_fixed_reply_whose_numbers_work(stage: Stage) -> None:
    ann = stage.person()
    ann.comes()
    words = "最近压力好大，天天失眠，快撑不住了"
    assert crafts().safeguard.look_at(words).risk == "distress"

    text = ann.says(words)

    assert ann.said[0].kind is MessageKind.SAFETY
    assert "12356" in text
    assert ann.says("1")


def test_nothing_is_put_in_front_of_a_fixed_reply(stage: Stage) -> None:
    words = "最近压力好大，天天失眠，快撑不住了"
    verdict = crafts().safeguard.look_at(words)
    fixed = crafts().safeguard.reply(verdict, Language.ZH, stage.now, short=False)
    ann = stage.person()

    assert ann.says(words) == fixed.text
    assert "自动程序" in ann.says("活动")


def test_a_text_at_risk_that_was_interrupted_is_answered_and_raised_here(stage: Stage) -> None:
    ann = stage.person()
    words = "我不想活了"
    assert crafts().safeguard.look_at(words).risk >= "risk"

    text = ann.says(words)

    assert "12356" in text
    assert alerts(stage) == 1


def test_a_number_answers_the_choices_that_the_guard_has_shown(stage: Stage) -> None:
    ann = stage.person()
    shown = Outgoing(MessageKind.SAFETY, "…", (Choice("有", "safe:yes"), Choice("人工", "person")))
    with stage.database.unit_of_work() as uow:
        stage.dialogue.offered(uow, ann.caller, shown, stage.now)

    first = ann.says("一")

    assert ann.said[0].kind is MessageKind.SAFETY
    assert "12356" in first
    assert alerts(stage) == 1


def test_a_note_at_risk_is_never_parked_behind_a_consent(stage: Stage) -> None:
    ann = stage.person()
    ann.says("人工")

    ann.says("我不想活了")

    assert "agree" not in ann.tokens
    assert alerts(stage) == 1
