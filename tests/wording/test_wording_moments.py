"""Moments as people read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.domain.messages import Language
from outreach.wording import clock, day, when

SHANGHAI = "Asia/Shanghai"
NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


def local(year: int, month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=ZoneInfo(SHANGHAI))


@pytest.mark.parametrize(
    ("starts", "minutes", "chinese", "english"),
    [
        (local(2026, 12, 1, 14), 90, "12月1日（周二）下午2:00–3:30", "Tue 1 Dec, 14:00–15:30"),
        (local(2026, 12, 1, 11), 150, "12月1日（周二）上午11:00–下午1:30", "Tue 1 Dec, 11:00–13:30"),
        (local(2026, 12, 1, 12, 30), 20, "12月1日（周二）中午12:30–12:50", "Tue 1 Dec, 12:30–12:50"),
        (local(2026, 11, 23, 19), 60, "今天 11月23日（周一）晚上7:00–8:00", "today, Mon 23 Nov, 19:00–20:00"),
        (local(2026, 11, 24, 7, 5), 30, "明天 11月24日（周二）早上7:05–7:35", "tomorrow, Tue 24 Nov, 07:05–07:35"),
        (local(2027, 1, 5, 9), 60, "2027年1月5日（周二）上午9:00–10:00", "Tue 5 Jan 2027, 09:00–10:00"),
        (
            local(2026, 12, 5, 22),
            180,
            "12月5日（周六）晚上10:00 – 12月6日（周日）凌晨1:00",
            "Sat 5 Dec, 22:00 – Sun 6 Dec, 01:00",
        ),
    ],
)
def test_a_slot_reads_as_people_say_it(starts: datetime, minutes: int, chinese: str, english: str) -> None:
    ends = starts + timedelta(minutes=minutes)

    assert when(starts, ends, SHANGHAI, Language.ZH, NOW) == chinese
    assert when(starts, ends, SHANGHAI, Language.EN, NOW) == english


def test_today_is_a_day_of_the_place_not_of_the_machine() -> None:
    late = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)  # already Monday in Shanghai

    assert day(late, SHANGHAI, Language.ZH, NOW).startswith("今天")
    assert day(late, "Europe/London", Language.EN, NOW) == "Sun 22 Nov"
    assert day(NOW, SHANGHAI, Language.ZH, now=late).startswith("今天")
    assert when(NOW, NOW + timedelta(hours=1), SHANGHAI, Language.ZH, now=late).startswith("今天")


def test_a_clock_is_local() -> None:
    assert clock(NOW, SHANGHAI, Language.ZH) == "上午9:00"
    assert clock(NOW, "Europe/London", Language.EN) == "01:00"


@given(
    st.integers(-(10**7), 10**7).map(lambda minutes: NOW + timedelta(minutes=minutes)),
    st.integers(1, 60 * 24 * 31),
    st.sampled_from(["Asia/Shanghai", "Asia/Kathmandu", "America/New_York", "Pacific/Apia"]),
    st.sampled_from(list(Language)),
)
def test_any_slot_anywhere_can_be_said(starts: datetime, minutes: int, zone: str, language: Language) -> None:
    text = when(starts, starts + timedelta(minutes=minutes), zone, language, NOW)

    here = starts.astimezone(ZoneInfo(zone))
    assert f"{here.day}" in text
    assert f":{here.minute:02}" in text
