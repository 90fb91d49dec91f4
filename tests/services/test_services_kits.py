"""The group kit: short enough for a group, a minute for a loudspeaker, nothing that must not hang on a wall."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.domain.activity import ActivityKind, ActivityStatus, SignUpPolicy
from outreach.domain.errors import BadInput
from outreach.domain.ids import ActivityId, RegionId
from outreach.domain.messages import Language
from outreach.safety import parse as parse_safety
from outreach.services import kits
from outreach.services.cards import ActivityCard, ApprovedItem
from outreach.services.helplines import Lines
from outreach.services.kits import LONGEST_ALOUD, LONGEST_GROUP_TEXT, Press
from outreach.store import read_library, read_phrases
from outreach.wording import parse_wording

NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)
CARD = ActivityCard(
    id=ActivityId(1), slug="vyh5f9f6", uid="u", region_id=RegionId(1), region_path="/1/", region_name="东坡村",
    zone="Asia/Shanghai", kind=ActivityKind.LECTURE, title="睡不好怎么办", summary="讲讲睡眠。", place="活动室二楼",
    starts_at=NOW + timedelta(days=1), ends_at=NOW + timedelta(days=1, hours=1), seats=20, seated=3, waiting=0,
    policy=SignUpPolicy.OPEN, status=ActivityStatus.PUBLISHED, restricted=False, audience=frozenset(), revision=1,
    version=1, created_at=NOW, changed_at=NOW,
)  # fmt: skip
ITEM = ApprovedItem("a-walk", Language.ZH, "v", "出门走走", "一天里挑个时候，出门走走。\n\n- 走到河边\n- 再走回来\n")
ADDRESS = "https://outreach.example.org/chat?source=a-vyh5f9f6"


@cache
def press(language: Language = Language.ZH, address: str | None = ADDRESS, network: str = "云溪县心理服务") -> Press:
    safety = parse_safety(read_library(None).tables)
    return Press(parse_wording(read_phrases()), Lines(safety.helplines, "CN"), language, network, address)


def test_a_kit_says_what_when_where_and_how_in_every_form():
    kit = kits.of_activity(CARD, press(), NOW)

    for text in (kit.group, kit.aloud, kit.article, "\n".join((kit.poster.title, *kit.poster.lines))):
        assert "睡不好怎么办" in text
        assert "11月24日（周二）中午12:00" in text
        assert "活动室二楼" in text
    assert ADDRESS in kit.group
    assert kit.poster.address == ADDRESS
    assert "100" in kit.poster.caption


def test_on_paper_nothing_is_tomorrow():
    kit = kits.of_activity(CARD, press(), NOW)

    assert "明天" not in kit.group + kit.aloud + kit.article + "".join(kit.poster.lines)


def test_without_a_public_way_in_the_words_to_type_are_told():
    kit = kits.of_activity(CARD, press(address=None), NOW)

    assert "报名 100" in kit.group
    assert kit.poster.address is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"restricted": True},
        {"status": ActivityStatus.CALLED_OFF},
        {"status": ActivityStatus.DRAFT},
        {"starts_at": NOW},
    ],
)
def test_what_must_not_hang_on_a_wall_is_refused(wrong: dict[str, object]):
    with pytest.raises(BadInput, match="activity 1"):
        kits.of_activity(replace(CARD, **wrong), press(), NOW)


def test_a_text_is_read_out_with_a_number_to_call():
    kit = kits.of_item(ITEM, press(), NOW)

    assert "出门走走" in kit.aloud
    assert "12356" in kit.aloud
    assert "<h2>出门走走</h2>" in kit.article


def test_an_article_holds_no_tag_of_theirs():
    kit = kits.of_activity(replace(CARD, title="<b>&", summary="<script>x</script>"), press(), NOW)

    assert "<script>" not in kit.article
    assert "<h2>&lt;b&gt;&amp;</h2>" in kit.article


@given(st.text("心a ，。", max_size=120), st.text("心a，。\n", max_size=900), st.sampled_from(Language))
def test_a_group_text_has_200_characters_and_a_loudspeaker_a_minute(title: str, text: str, language: Language):
    activity = kits.of_activity(replace(CARD, title=title, place=text[:100]), press(language), NOW)
    item = kits.of_item(replace(ITEM, title=title[:60], body=text, language=language), press(language), NOW)

    for kit in (activity, item):
        assert len(kit.group) <= LONGEST_GROUP_TEXT
        assert len(kit.aloud) <= LONGEST_ALOUD[language]
