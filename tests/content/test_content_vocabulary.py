"""The words that items are filed under."""

import pytest

from outreach.content import parse_vocabulary
from outreach.domain.errors import BadInput
from outreach.domain.messages import Language

ZH, EN = Language.ZH, Language.EN
AUDIENCES = """
[parent]
zh = "家长"
en = "Parents"
synonyms = ["爸爸妈妈", "Mum and Dad"]

[dv_safety]
zh = "在家里感到害怕的人"
en = "People who are afraid at home"
restricted = true
"""
TOPICS = """
[sleep]
zh = "睡眠"
en = "Sleep"

[crisis]
zh = "紧急时刻"
en = "Crisis"
sensitive = true
"""


def test_tags_keep_their_order_labels_and_flags():
    vocabulary = parse_vocabulary(AUDIENCES, TOPICS)

    assert [(tag.key, tag.order, tag.restricted) for tag in vocabulary.audiences] == [
        ("parent", 0, False),
        ("dv_safety", 1, True),
    ]
    assert vocabulary.topics["crisis"].sensitive
    assert (vocabulary.topics["sleep"].label(ZH), vocabulary.topics["sleep"].label(EN)) == ("睡眠", "Sleep")


@pytest.mark.parametrize("text", ["parent", "PARENT ", "家长", "Parents", "ｐａｒｅｎｔｓ", "爸爸妈妈", "mum  and dad"])
def test_a_tag_is_found_by_key_label_or_synonym(text):
    found = parse_vocabulary(AUDIENCES, TOPICS).find_tag(text, ZH)

    assert found is not None
    assert found.key == "parent"


def test_a_topic_is_found_where_no_audience_has_the_name():
    vocabulary = parse_vocabulary(AUDIENCES, TOPICS)

    assert vocabulary.find_tag("睡眠", EN) == vocabulary.topics["sleep"]
    assert vocabulary.find_tag("cats", EN) is None
    assert vocabulary.find_tag("", EN) is None


@pytest.mark.parametrize(
    ("audiences", "problem"),
    [
        ("[a", "audiences.toml: is not TOML"),
        ("xx = 1", "audiences.toml:1: xx is not a table"),
        ('[ab]\nzh = "甲"', "audiences.toml:1: ab has no label in en"),
        ('[ab]\nzh = "甲"\nen = "a"\ncolour = 1', "unknown key 'colour'"),
        ('[ab]\nzh = "甲"\nen = "a"\nsynonyms = "x"', "not a list of texts"),
        ('[ab]\nzh = "甲"\nen = "a"\nrestricted = "no"', "neither true nor false"),
        ('[AB]\nzh = "甲"\nen = "a"', "is not a name"),
        ('[ab]\nzh = "甲"\nen = "a"\n\n[cd]\nzh = "甲"\nen = "c"', "audiences.toml:5: '甲' names both ab and cd"),
    ],
)
def test_what_is_wrong_with_a_vocabulary_is_told(audiences, problem):
    with pytest.raises(BadInput) as refused:
        parse_vocabulary(audiences, TOPICS)

    assert problem in refused.value.problems[0]


def test_the_problems_of_both_files_are_told_at_once():
    with pytest.raises(BadInput) as refused:
        parse_vocabulary("[a", "[b")

    assert [problem.split(":")[0] for problem in refused.value.problems] == ["audiences.toml", "topics.toml"]
