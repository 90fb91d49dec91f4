"""Pattern files: what is malformed is told with file, line and remedy, all at once."""

import pytest
from safety_measure import LIBRARY

from outreach.domain.errors import BadInput
from outreach.safety.patterns import parse_patterns
from outreach.safety.screen import Screen

SMALL = """language = "zh"
version = "1"

[normalise]
characters = ["殺杀"]
rewrites = ["8(?=想) -> 不"]

[words]
die = "死|亡"

[safe]
patterns = ["笑死"]

[negation]
before = ["没"]
after = ["没有"]
affirmed = ["不是没"]

[past]
frame = ["以前"]
present = ["现在"]
recovered = ["好多了"]

[person]
other = ["朋友"]
speaker = ["我"]

[urgency]
before = ["今晚"]
after = ["今晚"]

[[rule]]
id = "zh.one"
family = "direct_wish"
class = "risk"
subtype = "self"
patterns = ["想{die}", "求~3死"]
"""


def problems_of(text: str) -> list[str]:
    with pytest.raises(BadInput) as caught:
        parse_patterns("safety/patterns.zh.toml", text)
    return caught.value.problems


def test_a_small_file_is_enough_for_a_screen():
    screen = Screen.parse({"patterns.zh.toml": SMALL})

    assert screen.screen("我想死").rules == ("zh.one",)
    assert screen.screen("只求快点死").risk == "risk"
    assert screen.screen("笑死").risk == "none"


def test_all_problems_are_told_at_once_with_their_lines():
    text = SMALL.replace('class = "risk"', 'class = "grave"').replace("想{die}", "想{dye}").replace("求~3死", "求(死")

    problems = problems_of(text)

    assert len(problems) == 3
    assert all(problem.startswith("safety/patterns.zh.toml:") for problem in problems)
    assert "safety/patterns.zh.toml:35: class = 'grave' is not known: use one of none, distress" in "\n".join(problems)


@pytest.mark.parametrize("endless", ["死.*了", "死+", "(?:想死){2}", "死.{2,}了"])
def test_a_pattern_that_could_take_for_ever_is_refused(endless: str):
    assert "no *, + or repeated group" in problems_of(SMALL.replace("求~3死", endless))[0]


@pytest.mark.parametrize("wide", ["求~99死", "求~3~3~3~3死"])
def test_a_pattern_with_too_wide_gaps_is_refused(wide: str):
    assert "at most 3 gaps" in problems_of(SMALL.replace("求~3死", wide))[0]


def test_a_misspelt_key_is_refused():
    assert "'famly' is not known here" in "\n".join(problems_of(SMALL.replace("family =", "famly =")))


def test_broken_toml_is_told_with_its_place():
    assert "line 1" in problems_of("language = zh")[0]


def test_an_id_is_used_once():
    twice = SMALL + SMALL[SMALL.index("[[rule]]") :]

    assert "the id 'zh.one' is used twice" in problems_of(twice)[0]


def test_the_screen_names_the_problems_of_all_files():
    with pytest.raises(BadInput) as caught:
        Screen.parse({"a.toml": "x", "b.toml": "y"})

    assert [problem[:6] for problem in caught.value.problems] == ["a.toml", "b.toml"]


def test_a_library_without_pattern_files_is_refused():
    with pytest.raises(BadInput, match="no pattern file"):
        Screen.parse({})


def test_every_rule_of_the_library_says_which_family_it_is_of():
    for path in LIBRARY.glob("safety/patterns.*.toml"):
        file = parse_patterns(path.name, path.read_text("utf-8"))

        assert {rule.id.split(".")[0] for rule in file.rules} == {file.language}
        assert len({rule.family for rule in file.rules}) >= 17
