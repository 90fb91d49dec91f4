"""Template fields: what WeChat would refuse or trim is made to fit, or not sent at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.channels.base import BadOptions
from outreach.channels.wechat.config import parse_config
from outreach.channels.wechat.templates import _FITTERS, Template, parse_fields
from outreach.domain.secret import Secret
from outreach.testing.wechat_api_rules import unfit_field

GOOD = {"APPID": "wx0000000000000000", "TOKEN": "abc", "AES_KEY": "a" * 43}


@pytest.mark.parametrize(
    ("name", "text", "fits"),
    [
        ("thing1", "短的", "短的"),
        ("thing1", "一" * 20, "一" * 20),
        ("thing1", "一" * 21, "一" * 19 + "…"),
        ("thing1", "两行\n的 字😀", "两行 的 字"),
        ("keyword1", "一" * 21, "一" * 19 + "…"),
        ("phrase1", "已经预约", "已经预约"),
        ("phrase1", "已经预约好了", None),
        ("phrase1", "soon", None),
        ("time1", "2026-12-01 14:00", "2026年12月1日 14:00"),
        ("time1", "2026-12-01 14:00~2026-12-01 15:30", "2026年12月1日 14:00~2026年12月1日 15:30"),
        ("time1", "12月1日下午", None),
        ("number1", "107", "107"),
        ("number1", "第107号", None),
        ("character_string1", "A-107", "A-107"),
        ("character_string1", "编号7", None),
        ("thing1", " \n😀 ", None),
    ],
)
def test_a_fact_fits_its_field_or_the_message_is_not_sent(name: str, text: str, fits: str | None):
    filled = Template("t", {name: "fact"}).fill({"fact": text})

    assert filled == (None if fits is None else {name: fits})


@given(st.text(max_size=60), st.sampled_from(["thing1", "phrase2", "name3", "const4"]))
def test_whatever_is_written_stays_within_the_limit_and_on_one_line(text: str, name: str):
    filled = Template("t", {name: "fact"}).fill({"fact": text})

    if filled is not None:
        limit = {"thing1": 20, "phrase2": 5, "name3": 20, "const4": 20}[name]
        assert 1 <= len(filled[name]) <= limit
        assert len(filled[name].splitlines()) == 1


def test_a_fixed_text_stands_after_a_colon():
    assert Template("t", parse_fields("phrase1=:已预约")).fill({}) == {"phrase1": "已预约"}


@pytest.mark.parametrize("text", ["thing1", "thing1=", "thing=title", "colour1=title", "thing1=title;time2=x", " "])
def test_a_table_that_cannot_be_read_is_told(text: str):
    with pytest.raises(ValueError, match=r"field|fact"):
        parse_fields(text)


def test_half_a_template_is_a_problem_with_both_names():
    for given_option in ({"TEMPLATE_REMINDER": "template-reminder"}, {"FIELDS_REMINDER": "thing1=title"}):
        with pytest.raises(BadOptions) as refused:
            parse_config({name: Secret(text) for name, text in (GOOD | given_option).items()})
        assert len(refused.value.problems) == 1


@pytest.mark.parametrize(
    "text", ["phrase1=:已经预约好了", "thing1=:两个😀", "time1=:明天", "const1=:" + "一" * 20 + " x"]
)
def test_a_fixed_text_that_does_not_fit_its_field_is_told_at_once(text: str):
    with pytest.raises(ValueError, match=r"fit|fact"):
        parse_fields(text)


def test_a_fact_that_the_house_does_not_tell_is_told_at_once():
    with pytest.raises(ValueError, match="title"):
        parse_fields("thing1=titel")


@given(
    st.text(max_size=60) | st.from_regex(r"[0-9:~ .元-]{1,20}", fullmatch=True) | st.text("明天下午abc12", max_size=30),
    st.sampled_from([f"{prefix}1" for prefix in sorted(_FITTERS)]),
)
def test_what_is_filled_in_is_what_wechats_own_rules_take(text: str, name: str):
    filled = Template("t", {name: "fact"}).fill({"fact": text})

    if filled is not None:
        assert unfit_field((name,), {name: {"value": filled[name]}}) == ""
