"""Reading phrase files: what is refused, and that all of it is told at once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wording_files import shipped

from outreach.domain.errors import BadInput
from outreach.domain.messages import Language
from outreach.wording import parse_wording

GOOD_ZH = '[a]\nb = "您好，{name}"\n'
GOOD_EN = '[a]\nb = "Hello, {name}"\n'


def problems_of(**texts: str) -> list[str]:
    with pytest.raises(BadInput) as refused:
        parse_wording({f"x/phrases.{language}.toml": text for language, text in texts.items()})
    return refused.value.problems


def test_nested_tables_become_dotted_keys() -> None:
    wording = parse_wording({"phrases.zh.toml": GOOD_ZH, "phrases.en.toml": GOOD_EN})

    assert wording.say("a.b", Language.EN, name="Ann") == "Hello, Ann"
    assert wording.say("a.b", Language.ZH, name="安") == "您好，安"
    assert wording.needs("a.b") == {"name"}


def test_all_problems_are_told_at_once_with_file_and_remedy() -> None:
    found = problems_of(zh='[a]\nb = "您好"\nc = 3\nd = "多{出 来"\n', en='[a]\nb = "Hello, {name}"\ne = "only here"\n')

    assert len(found) == 4
    assert any("a.c is not a text" in problem for problem in found)
    assert any("a.d has a brace" in problem for problem in found)
    assert any("a.b lacks {name}" in problem and problem.startswith("x/phrases.zh.toml") for problem in found)
    assert any("a.e is missing" in problem and problem.startswith("x/phrases.zh.toml") for problem in found)


def test_a_language_without_a_file_is_a_problem() -> None:
    assert problems_of(zh=GOOD_ZH)[0] == "phrases.en.toml: is missing; add it"


def test_a_file_that_is_not_toml_is_one_problem_not_a_hundred() -> None:
    found = problems_of(zh="[a", en=GOOD_EN)

    assert len(found) == 1
    assert "is not TOML" in found[0]


def test_a_file_of_no_language_of_ours_is_a_problem() -> None:
    with pytest.raises(BadInput, match=r"phrases\.xx\.toml: names no language"):
        parse_wording({"phrases.zh.toml": GOOD_ZH, "phrases.en.toml": GOOD_EN, "phrases.xx.toml": GOOD_EN})


@given(st.text())
def test_a_value_is_put_in_as_it_is_even_if_it_looks_like_a_placeholder(value: str) -> None:
    wording = parse_wording({"phrases.zh.toml": GOOD_ZH, "phrases.en.toml": GOOD_EN})

    assert wording.say("a.b", Language.EN, name=value + "{name}") == f"Hello, {value}{{name}}"


def test_a_missing_key_or_value_is_a_bug_not_a_blank() -> None:
    wording = shipped()

    with pytest.raises(KeyError):
        wording.say("no.such", Language.ZH)
    with pytest.raises(KeyError):
        wording.say("push.tip", Language.ZH)
    assert not wording.has("no.such")
    assert wording.has("push.tip")
