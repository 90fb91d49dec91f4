"""What may be a nickname: short, one line, and no way to find somebody."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from outreach.domain.nickname import MOST_SIGNS, BadNickname, Unfit, as_nickname


@pytest.mark.parametrize(
    "text",
    ["小云", "Sunny", "王奶奶", "Mr. Wang", "J.R.", "Ng\u00e2n", "Nga\u0302n",
     "老张 62", "三三", "🌻", "👩‍🌾", "❤️", "O'Neil", "阿 云",
     "A-Ling", "Ольга", "村里的云", "二姐", "QQ糖", "Marie-Claire", "1984阿明"],
)  # fmt: skip
def test_what_people_are_called_is_kept_as_it_is(text: str) -> None:
    assert as_nickname(f"  {text} ") == text


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", Unfit.EMPTY),
        ("   ", Unfit.EMPTY),
        ("！！！", Unfit.EMPTY),
        ("42", Unfit.EMPTY),
        ("云" * 21, Unfit.LONG),
        ("小\n云", Unfit.SIGNS),
        ("小\u2028云", Unfit.SIGNS),
        ("小\u202e云", Unfit.SIGNS),
        ("小\u200b云", Unfit.SIGNS),
        ("小\u200d云", Unfit.SIGNS),
        ("\u3164", Unfit.SIGNS),
        ("\u0301a", Unfit.SIGNS),
        ("a\u0301\u0301\u0301", Unfit.SIGNS),
        ("云\ud800", Unfit.SIGNS),
        ("小云 13812345678", Unfit.CONTACT),
        ("云１３８１２３４５６７８", Unfit.CONTACT),
        ("一三八一二三四五六七八云", Unfit.CONTACT),
        ("云19850312", Unfit.CONTACT),
        ("sunny@example.org", Unfit.CONTACT),
        ("www.sunny", Unfit.CONTACT),
        ("t.me/sunny", Unfit.CONTACT),
        ("微信号sunny_88", Unfit.CONTACT),
        ("QQ: sunny", Unfit.CONTACT),
        ("3号楼小云", Unfit.CONTACT),
        ("三单元小云", Unfit.CONTACT),
        ("柳河路8号小云", Unfit.CONTACT),
        ("12 High Street", Unfit.CONTACT),
        ("Flat 3 Ann", Unfit.CONTACT),
    ],
)  # fmt: skip
def test_what_is_no_nickname_is_refused_with_its_reason(text: str, why: Unfit) -> None:
    with pytest.raises(BadNickname) as refusal:
        as_nickname(text)

    assert refusal.value.why is why
    assert refusal.value.code == "bad_nickname"


def test_a_refusal_does_not_repeat_the_text() -> None:
    with pytest.raises(BadNickname) as refusal:
        as_nickname("sunny@example.org")

    assert "sunny" not in f"{refusal.value} {refusal.value!r}"


@given(st.text(max_size=60) | st.text(alphabet="小云ab 1一👩\u200d🌾\ufe0f\u0301\n", max_size=25))
@example("\u200d" * 30)
def test_any_text_is_refused_or_comes_back_unchanged_on_one_line(text: str) -> None:
    try:
        wanted = as_nickname(text)
    except BadNickname:
        return

    assert wanted == text.strip()
    assert as_nickname(wanted) == wanted
    assert wanted.isprintable() or "\u3000" in wanted or "\u200d" in wanted
    assert len(wanted.splitlines()) == 1
    assert 1 <= sum(unicodedata.category(sign)[0] not in "MC" for sign in wanted) <= MOST_SIGNS
    assert wanted.encode().decode() == wanted
