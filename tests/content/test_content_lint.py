"""What the lint finds in items that could be read."""

from datetime import date

import pytest

from outreach.content import Severity, build_library, lint, parse_vocabulary, parse_wording_rules
from outreach.domain.errors import BadInput

TODAY = date(2026, 11, 23)
VOCABULARY = parse_vocabulary(
    '[general]\nzh = "全体居民"\nen = "Everybody"\n[elderly]\nzh = "老年人"\nen = "Older adults"',
    '[sleep]\nzh = "睡眠"\nen = "Sleep"\n[crisis]\nzh = "紧急时刻"\nen = "Crisis"\nsensitive = true',
)
RULES_TEXT = """
sentence.zh = {everybody = 12, elderly = 9}
sentence.en = {everybody = 6}
small_step = {zh = "今天的一小步", en = "One small step"}
tip = {bytes = 300}

[[words]]
code = "stigma"
severity = "error"
language = "zh"
words = ["想不开"]
instead = "say 很难受"

[[words]]
code = "promise"
severity = "warning"
language = "en"
words = ["cure"]
instead = "say can improve"
"""
RULES = parse_wording_rules(RULES_TEXT)
HEAD = "title: {title}\naudience: [{audience}]\ntopics: [{topic}]\nformat: tip\nsources: [甲]\n{more}"


def item(body, *, language="zh", title="题", audience="general", topic="sleep", more="", step=True):
    ending = {"zh": "\n\n**今天的一小步**：喝口水。\n", "en": "\n\n**One small step**: drink water.\n"}[language]
    head = HEAD.format(title=title, audience=audience, topic=topic, more=more)
    return f"{topic}/a.{language}.md", f"---\n{head}---\n{body}{ending if step else ''}"


def found(*files, on=TODAY):
    """The problems of *files*; a plain text in the other language is added so that none is missing."""
    languages = {path.split(".")[1] for path, _ in files}
    topic = files[0][0].split("/")[0]
    others = [item("{crisis_line}", language=other, topic=topic) for other in {"zh", "en"} - languages]
    return lint(build_library([*files, *others], VOCABULARY), on, RULES)


def codes(*files, on=TODAY):
    return [problem.code for problem in found(*files, on=on)]


def test_a_good_item_has_no_problem():
    assert found(item("睡前慢下来。")) == []


def test_a_problem_says_where_what_and_how_to_mend_it():
    (problem,) = found(item("一。\n别想不开。"))

    assert str(problem) == "sleep/a.zh.md:9: “想不开”: say 很难受 [stigma]"
    assert problem.severity is Severity.ERROR


def test_a_language_that_is_missing_is_named_with_the_file_to_write():
    (problem,) = lint(build_library([item("一。")], VOCABULARY), TODAY, RULES)

    assert (problem.code, "write sleep/a.en.md" in problem.message) == ("missing_language", True)


def test_an_item_without_a_source_is_found():
    path, text = item("一。")

    assert codes((path, text.replace("sources: [甲]\n", ""))) == ["missing_source"]


@pytest.mark.parametrize(("due", "expected"), [("2026-11-22", ["stale_review"]), ("2026-11-23", [])])
def test_a_review_is_stale_the_day_after_it_was_due(due, expected):
    more = f"reviewed_by: 丙\nreviewed_on: 2025-11-22\nreview_due: {due}\n"

    assert codes(item("一。", more=more)) == expected


def test_words_are_looked_for_in_the_title_too():
    assert codes(item("一。", title="别想不开")) == ["stigma"]


def test_english_words_are_found_whole_and_in_any_case():
    assert codes(item("A secure door.", language="en")) == []
    assert [(p.code, p.severity) for p in found(item("A Cure.", language="en"))] == [("promise", "warning")]


def test_words_are_looked_for_in_their_own_language_only():
    assert codes(item("cure 一下。")) == []


def test_a_comment_is_not_published_and_not_checked():
    assert codes(item("<!-- 想不开 13900000000 -->\n一。")) == []


def test_a_quotation_is_allowed_with_a_reason():
    assert codes(item("<!-- allow 想不开: 引用别人的话 -->\n有人说“想不开”。")) == []
    assert codes(item("<!-- allow 想不开: -->\n有人说“想不开”。")) == ["stigma"]


@pytest.mark.parametrize(
    "text",
    ["打12356。", "打 120。", "打110！", "400-161-9995", "139 0000 0000", "请打１２３５６。", "电话：021 6234 5678"],
)
def test_a_number_like_a_telephone_number_is_found(text):
    assert codes(item(text)) == ["phone_number"]


@pytest.mark.parametrize("text", ["2025年", "14,170人", "871,000人", "2026-10-10", "9:20", "3.5倍", "1200步", "12.0%"])
def test_other_numbers_are_left_alone(text):
    assert codes(item(text)) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[页](http://example.org/)", ["insecure_link"]),
        ("见 http://example.org/", ["insecure_link"]),
        ("[页](/a)", ["insecure_link"]),
        ("[页](https://example.org/)", []),
        ("![](https://example.org/t.png)", ["image_without_words"]),
        ("![树](https://example.org/t.png)", []),
    ],
)
def test_links_are_https_and_images_have_words(text, expected):
    assert codes(item(text)) == expected


def test_a_sentence_is_measured_for_the_strictest_of_its_readers():
    text = "这一句话刚好十个字长。"

    assert codes(item(text)) == []
    (problem,) = found(item(text, audience="general, elderly"))
    assert (problem.code, problem.severity) == ("long_sentence", "warning")
    assert "10 characters" in problem.message
    assert "at most 9" in problem.message


def test_english_sentences_are_measured_in_words():
    assert codes(item("One two three four. Five six, 3.5 eight.", language="en")) == []
    assert codes(item("One two three four five six seven.", language="en")) == ["long_sentence"]


def test_a_sentence_broken_over_lines_is_one_sentence():
    assert codes(item("这一句话，\n分成两行来写，\n其实很长。")) == ["long_sentence"]


def test_a_text_without_a_small_thing_to_do_is_found_at_its_end():
    (problem,) = found(item("一。\n\n二。", step=False))

    assert (problem.code, problem.line) == ("missing_small_step", 10)


def test_a_sensitive_topic_needs_a_line_that_helps():
    assert codes(item("一。", topic="crisis")) == ["missing_helpline"]
    assert codes(item("联系 {crisis_line}。", topic="crisis")) == []
    assert codes(item("<!-- {crisis_line} -->\n一。", topic="crisis")) == ["missing_helpline"]


def test_a_tip_must_fit_one_message():
    assert codes(item("一。\n" * 80)) == ["long_tip"]


@pytest.mark.parametrize(
    ("was", "becomes", "problem"),
    [
        ("sentence.zh", "= x", "is not TOML"),
        ("tip = {bytes = 300}", "", "[tip] bytes"),
        ("everybody = 12, ", "", "[sentence.zh] lacks everybody"),
        ("elderly = 9", "elderly = true", "[sentence.zh] lacks everybody, or a value"),
        (', en = "One small step"', "", "[small_step]"),
        ('severity = "error"', 'severity = "bad"', "[[words]] number 1 has the severity"),
        ('words = ["cure"]', "words = []", "[[words]] number 2 has no list of words"),
        ('instead = "say 很难受"', "", "[[words]] number 1 is incomplete"),
        ("tip =", "colour = 1\ntip =", "unknown keys colour"),
    ],
)
def test_what_is_wrong_with_the_rules_is_told(was, becomes, problem):
    with pytest.raises(BadInput) as refused:
        parse_wording_rules(RULES_TEXT.replace(was, becomes))

    assert problem in refused.value.problems[0]
