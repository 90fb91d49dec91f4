"""Markdown as plain text, and filling in what is known only when it is sent."""

import pytest

from outreach.content import fill, plain
from outreach.domain.errors import Fault


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("# 标题\n\n正文", "标题\n\n正文"),
        ("**重** *轻* `码`", "重 轻 码"),
        ("- 甲\n- 乙", "· 甲\n· 乙"),
        ("- 甲\n\n- 乙\n\n  丙", "· 甲\n· 乙\n  丙"),
        ("- 甲\n  - 乙", "· 甲\n  · 乙"),
        ("3. 甲\n4. 乙", "3. 甲\n4. 乙"),
        ("> 一\n>\n> 二", "一\n\n二"),
        ("[页](https://example.org/a)", "页 (https://example.org/a)"),
        ("<https://example.org/a>", "https://example.org/a"),
        ("![一棵树](https://example.org/t.png)", "一棵树"),
        ("上\n下", "上下"),
        ("up\ndown", "up down"),
        ("up  \ndown", "up\ndown"),
        ("甲\n\n---\n\n乙", "甲\n\n乙"),
        ("<!-- 事实 -->\n甲 <!-- 旁注 -->乙", "甲 乙"),
        ("```\na  b\n```", "a  b"),
        ("1 \\* 2 &amp; 3", "1 * 2 & 3"),
        ("请联系 {emergency} 或 {crisis_line}。", "请联系 {emergency} 或 {crisis_line}。"),
        ("", ""),
    ],
)
def test_markdown_reads_as_one_would_type_it(markdown, expected):
    assert plain(markdown) == expected


def test_a_deep_nest_is_read_without_falling_over():
    assert plain(">" * 5_000 + " 甲") is not None


def test_filling_puts_each_value_in_once():
    assert fill("{emergency}，{crisis_line}，{emergency}", {"emergency": "{crisis_line}", "crisis_line": "乙"}) == (
        "{crisis_line}，乙，{crisis_line}"
    )


def test_filling_leaves_other_braces_alone():
    assert fill("{ } {A} {1}", {}) == "{ } {A} {1}"


def test_a_placeholder_without_a_value_is_never_shown_to_anybody():
    with pytest.raises(Fault, match="crisis_line"):
        fill("{crisis_line}", {"emergency": "甲"})
