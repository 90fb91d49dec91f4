"""What residents choose: one card, two taps for each thing on it, and each kind of message agreed to on its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from conversation_stage import Resident, Stage, open_stage
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.domain.ids import ResidentId
from outreach.domain.messages import MessageKind
from outreach.domain.nickname import MOST_SIGNS
from outreach.domain.people import Purpose, Rhythm
from outreach.services.cards_ledger import Draft
from outreach.store import Database

BOTH = {Purpose.TIPS, Purpose.NEWS}


def subscriber(stage: Stage, name: str = "ann", audience: str = "general") -> Resident:
    person = stage.person(name)
    person.says("订阅")
    person.taps(f"aud:{audience}")
    person.taps("agree")
    person.says("跳过")
    assert person.card.consents == BOTH
    return person


def silent(person: Resident) -> list[str]:
    with person.stage.database.reading() as uow:
        return [region.code for region in uow.people.muted(id_of(person))]


def id_of(person: Resident) -> ResidentId:
    assert person.card.resident_id is not None
    return person.card.resident_id


def next_tip(database: Database, person: Resident) -> list[object]:
    """When it is due, as the database has it; ``[None]``: never."""
    with database.reading() as uow:
        rows = uow.connection.exec_driver_sql("SELECT next_tip_at FROM resident WHERE id = ?", (id_of(person),))
        return list(rows.scalars())


# --- the card ------------------------------------------------------------------------------------------------


def test_the_card_shows_what_is_chosen_and_a_choice_for_each(stage: Stage) -> None:
    stage.regions()
    ann = subscriber(stage, audience="elderly")
    ann.says("叫我 小云")
    ann.taps(f"region:{stage.region('lj-east')}")

    card = ann.says("设置")

    assert "住处：东河村" in card
    assert "关心：老年人" in card
    assert "小知识：每周一篇" in card
    assert "活动消息：收" in card
    assert "不听：没有" in card
    assert "称呼：小云" in card
    assert ann.tokens == ["lang:en", "where", "sub", "often", "news-no", "hush", "nick"]


def test_the_card_speaks_english(stage: Stage) -> None:
    ann = subscriber(stage)
    ann.says("English")

    card = ann.says("Settings")

    assert "Tips: one a week" in card
    assert "Nickname: not said" in card


def test_a_stranger_sees_what_is_remembered_for_the_moment_and_may_subscribe(stage: Stage) -> None:
    stage.regions()
    ann = stage.person()
    ann.comes("r-lj-east")

    card = ann.says("设置")

    assert "住处：东河村" in card
    assert "只记一天" in card
    assert ann.tokens == ["lang:en", "where", "sub", "nick"]
    assert not ann.card.is_known


def test_where_there_is_one_place_only_nobody_is_asked_for_theirs(stage: Stage) -> None:
    ann = subscriber(stage)

    ann.says("设置")

    assert "where" not in ann.tokens
    assert "只有一个片区" in ann.says("改住处")


def test_a_place_is_changed_by_part_of_its_name_or_by_its_code(stage: Stage) -> None:
    stage.regions()
    ann = subscriber(stage)

    ann.says("设置")
    ann.picks("改住的地方")
    ann.says("南湖")
    assert ann.region_id == stage.region("nh")

    ann.says("改住处")
    ann.says("lj-west")
    assert ann.region_id == stage.region("lj-west")


def test_villages_that_share_a_name_are_told_apart_by_what_they_belong_to(stage: Stage) -> None:
    stage.regions()
    with stage.database.unit_of_work() as uow:
        uow.regions.add("nh-east", "东河村", uow.regions.by_code("nh"))
    ann = subscriber(stage)
    ann.says("改住处")

    ann.says("东河村")

    assert [choice.detail for choice in ann.shown[:2]] == ["临江镇", "南湖镇"]


def test_an_audience_is_added_and_taken_away(stage: Stage) -> None:
    ann = subscriber(stage, audience="elderly")
    ann.says("设置")

    ann.picks("改关心的")
    ann.taps("aud:parent")
    assert ann.card.audiences == {"elderly", "parent"}

    ann.says("订阅")
    ann.picks("去掉：老年人")
    assert ann.card.audiences == {"parent"}


# --- how often, and what -------------------------------------------------------------------------------------


def test_tips_and_news_are_agreed_to_apart(stage: Stage) -> None:
    for only, purpose in (("只要小知识", Purpose.TIPS), ("只要活动消息", Purpose.NEWS)):
        ann = stage.person(only)
        ann.says("订阅")
        ann.taps("aud:general")

        ann.picks(only)

        assert ann.card.consents == {purpose}


@pytest.mark.parametrize("yes", ["同意", "好", "1", "同意并订阅"])
def test_a_plain_yes_to_the_notice_means_both(stage: Stage, yes: str) -> None:
    ann = stage.person()
    ann.says("订阅")
    ann.taps("aud:general")

    ann.says(yes)

    assert ann.card.consents == BOTH


def test_half_an_agreement_means_nothing_where_nobody_offered_it(stage: Stage) -> None:
    card = stage.add()
    ann = stage.person()
    ann.says(f"报名 {card.number}")

    ann.taps("agree-tips")

    assert not ann.card.is_known


def test_who_has_one_of_the_two_is_offered_the_other(stage: Stage) -> None:
    ann = stage.person()
    ann.says("订阅")
    ann.taps("aud:general")
    ann.picks("只要活动消息")

    ann.says("订阅")
    ann.picks("也要小知识")
    notice = ann.picks("每周一篇")
    ann.taps("agree")

    assert "活动消息不变" in notice
    assert ann.card.consents == BOTH


def test_tips_once_a_month_take_two_taps_and_come_in_the_next_month(stage: Stage) -> None:
    ann = subscriber(stage)
    before = next_tip(stage.database, ann)
    ann.says("设置")

    ann.picks("多久一次")
    text = ann.picks("每月一次")

    assert "每月一次" in text
    assert ann.card.rhythm is Rhythm.MONTHLY
    assert next_tip(stage.database, ann) != before


def test_no_tips_ends_tips_alone(stage: Stage) -> None:
    ann = subscriber(stage)
    ann.says("多久一次")

    ann.picks("不要小知识")

    assert ann.card.consents == {Purpose.NEWS}
    assert next_tip(stage.database, ann) == [None]
    assert "不会收到" in ann.says("不要小知识")


def test_tips_after_none_ask_for_their_agreement_again(stage: Stage) -> None:
    ann = subscriber(stage)
    ann.says("不要小知识")

    notice = ann.says("每月一次")
    done = ann.says("好")

    assert "您同意吗" in notice
    assert "每月一次" in done
    assert ann.card.consents == BOTH
    assert ann.card.rhythm is Rhythm.MONTHLY
    assert next_tip(stage.database, ann) != [None]


def test_no_news_ends_announcements_alone_and_takes_back_what_waits(stage: Stage) -> None:
    ann = subscriber(stage)
    with stage.database.unit_of_work() as uow:
        kinds = (MessageKind.ANNOUNCEMENT, MessageKind.EDUCATION)
        soon = stage.now + timedelta(days=1)
        uow.deliveries.add([Draft(kind, kind.value, id_of(ann), soon, {}) for kind in kinds], stage.now)

    ann.says("不要活动消息")

    with stage.database.reading() as uow:
        rows = uow.connection.exec_driver_sql("SELECT kind, state FROM delivery ORDER BY kind").all()
    assert ann.card.consents == {Purpose.TIPS}
    assert [tuple(row) for row in rows] == [("announcement", "withdrawn"), ("education", "queued")]


def test_the_one_word_ends_both(stage: Stage) -> None:
    ann = subscriber(stage)

    ann.says("退订")

    assert ann.card.consents == set()


# --- silent places -------------------------------------------------------------------------------------------


def test_a_place_is_silenced_by_its_name_and_heard_again_by_one_tap(stage: Stage) -> None:
    stage.regions()
    ann = subscriber(stage)
    ann.says("设置")
    ann.picks("不听哪里")

    done = ann.says("南湖")
    assert "南湖镇和它下面的" in done
    assert silent(ann) == ["nh"]
    assert "不听：南湖镇" in ann.says("设置")

    ann.says("不听哪里")
    ann.picks("恢复：南湖镇")
    assert silent(ann) == []


@pytest.mark.parametrize("words", ["不听 南湖镇", "别发南湖镇的消息了", "mute 南湖镇"])
def test_a_place_is_silenced_in_so_many_words(stage: Stage, words: str) -> None:
    stage.regions()
    ann = subscriber(stage)

    ann.says(words)

    assert silent(ann) == ["nh"]


def test_of_several_places_one_is_chosen(stage: Stage) -> None:
    stage.regions()
    ann = subscriber(stage)

    ann.says("不听 河村")
    ann.picks("西河村")

    assert silent(ann) == ["lj-west"]


def test_words_about_no_place_of_ours_silence_nothing(stage: Stage) -> None:
    stage.regions()
    ann = subscriber(stage)

    ann.says("不听 火星")

    assert silent(ann) == []
    assert "person" in ann.tokens


def test_a_village_below_a_silent_town_is_not_heard_before_the_town_is(stage: Stage) -> None:
    stage.regions()
    ann = subscriber(stage)
    for code in ("lj", "lj-east"):
        ann.taps(f"hush:{stage.region(code)}")

    text = ann.taps(f"loud:{stage.region('lj-east')}")

    assert "上一级的临江镇" in text
    ann.picks("恢复：临江镇")
    assert silent(ann) == []


def test_a_stranger_has_nothing_to_silence(stage: Stage) -> None:
    stage.regions()
    ann = stage.person()

    text = ann.says("不听 南湖镇")

    assert "没有订阅" in text
    assert not ann.card.is_known


# --- a nickname ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["叫我 小云", "叫我小云", "以后叫我“小云”吧", "call me 小云"])
def test_a_nickname_is_kept_in_so_many_words(stage: Stage, words: str) -> None:
    ann = subscriber(stage)

    text = ann.says(words)

    assert "小云" in text
    assert ann.card.nickname == "小云"
    assert "小云，您好" in ann.says("你好")


def test_a_nickname_is_changed_from_the_card_and_taken_back_by_a_word(stage: Stage) -> None:
    ann = subscriber(stage)
    ann.says("设置")
    ann.picks("留个称呼")

    ann.says("Sunny")
    assert ann.card.nickname == "Sunny"

    assert "删了" in ann.says("不用称呼")
    assert ann.card.nickname is None


def test_the_nickname_of_a_stranger_is_kept_with_their_first_agreement_only(stage: Stage) -> None:
    card = stage.add()
    ann = stage.person()

    told = ann.says("叫我 小云")
    assert "只记一天" in told
    assert not ann.card.is_known

    ann.says(f"报名 {card.number}")
    ann.says("同意")
    assert ann.card.nickname == "小云"
    assert "nickname" not in ann.remembered


def test_a_nickname_that_was_taken_back_does_not_return_with_another_agreement(stage: Stage) -> None:
    card = stage.add()
    ann = stage.person()
    ann.says("叫我 小云")
    ann.says(f"报名 {card.number}")
    ann.says("同意")
    ann.says("不用称呼")

    ann.says("订阅")
    ann.taps("aud:general")
    ann.taps("agree")

    assert ann.card.nickname is None


def test_the_first_place_offers_a_nickname_once_and_never_asks(stage: Stage) -> None:
    first, second = stage.add("太极晨练"), stage.add("读书会")
    ann = stage.person()
    ann.says(f"报名 {first.number}")

    joined = ann.says("同意")
    offered = ann.tokens
    ann.says(f"报名 {second.number}")

    assert "称呼" not in joined
    assert "nick" in offered
    assert "nick" not in ann.tokens


@pytest.mark.parametrize("no", ["跳过", "不用了"])
def test_no_nickname_is_no_word_against_what_waits_for_a_yes(stage: Stage, no: str) -> None:
    card = stage.add()
    ann = stage.person()
    ann.says(f"报名 {card.number}")
    ann.says("称呼")

    ann.says(no)
    joined = ann.says("同意")

    assert "报好了" in joined


@pytest.mark.parametrize(
    ("words", "because"),
    [("13812345678云", "电话"), ("云" * 21, "20个字"), ("小\u200b云", "一行"), ("——", "小云")],
)
def test_what_is_no_nickname_is_refused_kindly_and_asked_again(stage: Stage, words: str, because: str) -> None:
    ann = subscriber(stage)
    ann.says("称呼")

    text = ann.says(words)
    ann.says("小云")

    assert because in text
    assert "不写也行" in text
    assert ann.card.nickname == "小云"


@pytest.mark.parametrize("words", ["叫我 不想活了", "叫我 想死", "叫我去死", "call me worthless, I want to die"])
def test_words_of_danger_are_heard_before_any_nickname(stage: Stage, words: str) -> None:
    ann = subscriber(stage)

    ann.says(words)

    assert ann.card.nickname is None


def test_a_nickname_in_a_note_to_staff_belongs_to_the_note(stage: Stage) -> None:
    ann = subscriber(stage)
    ann.says("人工")

    ann.says("叫我 小云")

    assert ann.card.nickname is None


# --- why, and what is kept -----------------------------------------------------------------------------------


def test_why_tells_what_was_chosen_and_changes_it_in_one_tap(stage: Stage) -> None:
    ann = subscriber(stage, audience="elderly")

    text = ann.says("为什么推给我")

    assert "小知识：每周一篇" in text
    assert "关心：老年人" in text
    assert {"often", "sub", "news-no", "hush", "stop", "set"} == set(ann.tokens)


def test_why_tells_of_the_last_tip(stage: Stage) -> None:
    stage.approve("sleep")
    ann = subscriber(stage)
    with stage.database.unit_of_work() as uow:
        subject = {"about": "tip", "slug": "sleep", "version": "v-sleep", "language": "zh"}
        uow.deliveries.add([Draft(MessageKind.EDUCATION, "tip", id_of(ann), stage.now, subject)], stage.now)
        uow.connection.exec_driver_sql("UPDATE delivery SET state = 'sent' WHERE key = 'tip'")

    text = ann.says("为什么推给我")

    assert "最近发给您的是“题目-sleep”，今天 11月23日（周一）" in text
    assert "给大家看的" in text


def test_who_gets_nothing_is_told_so(stage: Stage) -> None:
    ann = stage.person()
    ann.agrees_to_take_part()

    assert "没有订阅" in ann.says("why this")


def test_my_data_names_all_that_is_kept_and_leads_to_its_end(stage: Stage) -> None:
    stage.regions()
    ann = subscriber(stage)
    card = stage.add()
    ann.says("叫我 小云")
    ann.taps(f"hush:{stage.region('nh')}")
    ann.says(f"报名 {card.number}")
    ann.says("同意")

    text = ann.says("我的数据")

    for line in ("聊天：1个", "称呼：小云", "不听：南湖镇", "小知识：每周一篇", "报名：1个"):
        assert line in text
    assert ann.tokens == ["set", "erase"]


def test_of_a_stranger_nothing_is_kept(stage: Stage) -> None:
    assert "没有存您的资料" in stage.person().says("我的数据")


def test_an_erasure_takes_every_choice_along(stage: Stage) -> None:
    stage.regions()
    ann = subscriber(stage)
    ann.says("叫我 小云")
    ann.taps(f"hush:{stage.region('nh')}")

    ann.says("删除我")
    ann.taps("erase-yes")

    with stage.database.reading() as uow:
        for table in ("resident", "region_mute", "conversation"):
            assert uow.connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one() == 0
    assert "没填" in ann.says("设置")


# --- whatever they type --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def ann(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Resident]:
    with open_stage(Path(tmp_path_factory.mktemp("names"))) as stage:
        yield subscriber(stage)


@settings(max_examples=80, deadline=None)
@given(text=st.text(max_size=40) | st.text(alphabet="小云ab 1一\u200d🌾\n。“”", min_size=1, max_size=24))
def test_any_text_is_refused_kindly_or_kept_unchanged_on_one_line(ann: Resident, text: str) -> None:
    ann.says("不用称呼")
    ann.says("称呼")

    answer = ann.says(text)

    kept = ann.card.nickname
    assert answer
    if kept is not None:
        assert kept == text.strip()
        assert len(kept.splitlines()) == 1
        assert len(kept) <= 3 * MOST_SIGNS
        assert kept in answer


@settings(max_examples=60, deadline=None)
@given(text=st.text(alphabet="小云明Sunny '.-", min_size=1, max_size=12))
def test_what_follows_call_me_is_kept_to_the_letter_or_not_at_all(ann: Resident, text: str) -> None:
    ann.says("不用称呼")

    ann.says(f"叫我 {text}")

    assert ann.card.nickname is None or ann.card.nickname in text
