"""Reading library files: what is right becomes an item, what is wrong is named, all at once."""

import hashlib
from datetime import date

import pytest

from outreach.content import Format, ItemStatus, SignOff, build_library, parse_item, parse_vocabulary
from outreach.domain.errors import BadInput
from outreach.domain.messages import Language

VOCABULARY = parse_vocabulary(
    """
[general]
zh = "全体居民"
en = "Everybody"
synonyms = ["大家", "All Residents"]

[elderly]
zh = "老年人"
en = "Older adults"

[bereaved]
zh = "失去亲人的人"
en = "People who are grieving"
restricted = true
""",
    """
[sleep]
zh = "睡眠"
en = "Sleep"

[stress]
zh = "减压"
en = "Stress"
""",
)
HEAD = "title: 睡前半小时\naudience: [general, elderly]\ntopics: [sleep]\nformat: tip\n"
PATH = "sleep/half-an-hour.zh.md"


def file(head=HEAD, body="正文。\n"):
    return f"---\n{head}---\n{body}"


def problems_of(text, path=PATH):
    with pytest.raises(BadInput) as refused:
        parse_item(path, text, VOCABULARY)
    return refused.value.problems


def test_a_file_becomes_an_item():
    text = file(
        HEAD + "season: school-start\nminutes: 2\nsources:\n  - 甲：乙\nsign_off: psychologist\n"
        "reviewed_by: 丙\nreviewed_on: 2026-01-02\nreview_due: 2027-01-02\n",
        "\n# 题\n\n正文。\n\n",
    )

    item = parse_item(PATH, text, VOCABULARY)

    assert (item.slug, item.language, item.title) == ("half-an-hour", Language.ZH, "睡前半小时")
    assert (item.audience, item.topics, item.format) == (("general", "elderly"), ("sleep",), Format.TIP)
    assert (item.season, item.minutes, item.sources) == ("school-start", 2, ("甲：乙",))
    assert (item.sign_off, item.status, item.restricted) == (SignOff.PSYCHOLOGIST, ItemStatus.IN_REVIEW, False)
    assert (item.reviewed_by, item.reviewed_on, item.review_due) == ("丙", date(2026, 1, 2), date(2027, 1, 2))
    assert item.body == "# 题\n\n正文。"
    assert text.split("\n")[item.body_line - 1] == "# 题"


def test_what_a_file_leaves_out_is_in_review_unsigned_and_unreviewed():
    item = parse_item(PATH, file(), VOCABULARY)

    assert (item.status, item.sign_off, item.reviewed_by, item.reviewed_on) == ("in_review", "none", "", None)


def test_the_version_names_the_exact_bytes():
    item = parse_item(PATH, file(), VOCABULARY)

    assert item.version == hashlib.sha256(file().encode()).hexdigest()[:16]
    assert parse_item(PATH, file(body="正文！\n"), VOCABULARY).version != item.version


def test_a_text_does_not_show_in_the_repr():
    assert "正文" not in repr(parse_item(PATH, file(), VOCABULARY))


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("正文", 1, "does not begin with a front matter"),
        ("---\ntitle: 甲\n", 1, "does not begin with a front matter"),
        (file(HEAD + "title: 乙\n"), 6, "title is given twice"),
        (file(HEAD + "colour: red\n"), 6, "colour is not a key"),
        (file(HEAD + "minutes:\t2\n"), 6, "a tab"),
        (file(HEAD + "sources: &a [x]\n"), 6, "anchors and aliases"),
        (file(HEAD + "season: *a\n"), 6, "anchors and aliases"),
        (file(HEAD + "season: !!python/name:os.system x\n"), 6, "tags (!)"),
        (file(HEAD + "sources: [[x]]\n"), 6, "nested too deeply"),
        (file(HEAD + "sources: " + "[" * 9_000 + "\n"), 6, "nested too deeply"),
        (file(HEAD + "sources:\n  a: b\n"), 6, "sources is neither a text nor a list"),
        (file(HEAD + "? [a]\n: b\n"), 6, "a key is not a plain word"),
        (file(HEAD + "season: 'x\n"), 6, "cannot be read as YAML"),
        (file(HEAD + "season: x" + "y" * 11_000 + "\n"), 2, "longer than 10000"),
        (file(HEAD + "season: Big Day\n"), 6, "season is 'Big Day'"),
        (file(HEAD + "sources: x\n"), 6, "sources is not a list"),
        (file(HEAD + "minutes: 0\n"), 6, "minutes is '0'"),
        (file(HEAD + "minutes: ２\n"), 6, "minutes is '２'"),
        (file(HEAD + "restricted: yes\n"), 6, "restricted is 'yes'"),
        (file(HEAD + "sign_off: me\n"), 6, "sign_off is 'me'"),
        (file(HEAD + "status: approved\n"), 6, "status is 'approved'"),
        (file(HEAD + "reviewed_on: 2026-02-30\n"), 6, "which is no date"),
        (file(HEAD + "reviewed_by: 丙\n"), 6, "add all three"),
        (file(HEAD.replace("tip", "leaflet")), 5, "format is 'leaflet'"),
        (file(HEAD.replace("[sleep]", "[sleep, sleep]")), 4, "a tag twice"),
        (file(HEAD.replace("[sleep]", "[]")), 4, "topics is missing"),
        (file(HEAD.replace("general", "大家")), 3, "unknown tag '大家'; write general"),
        (file(HEAD.replace("general", "cats")), 3, "choose from bereaved, elderly, general"),
        (file(HEAD.replace("general", "bereaved")), 3, "restricted audience"),
        (file("- a\n"), 2, "not a list of “key: value” lines"),
        (file(body="\n\n"), 7, "there is no text"),
        (file(body="一\n\n<script>alert(1)</script>\n"), 9, "there is HTML"),
        (file(body="一 <b>二</b>\n"), 7, "there is HTML"),
        (file(body="<!-- a --> 二\n"), 7, "there is HTML"),
        (file(body="一\n{hotline}\n"), 8, "{hotline} is no placeholder"),
        ("\ufeff" + file(), 1, "byte order mark"),
        (file().replace("\n", "\r\n"), 1, "LF"),
        (file(body="一\udce4二\n"), 7, "not UTF-8"),
        (file(body="一\x00二\n"), 7, "control character"),
        (file(body="一" * 70_000), 1, "larger than 200 kB"),
    ],
)
def test_what_is_wrong_is_named_by_file_and_line_with_a_remedy(text, line, what):
    problems = problems_of(text)

    assert any(problem.startswith(f"{PATH}:{line}: ") and what in problem for problem in problems), problems
    assert all("; " in problem for problem in problems)


def test_all_problems_of_a_file_are_told_at_once():
    problems = problems_of(file("title:\naudience: [cats]\nformat: leaflet\ncolour: red\n", "<i>一</i> {x}\n"))

    assert len(problems) == 7


@pytest.mark.parametrize(
    "path",
    ["sleep/Half.zh.md", "../sleep/half.zh.md", "half.zh.md", "sleep/half.md", "sleep/a/b.zh.md", "sleep/a..b.zh.md"],
)
def test_a_path_that_could_lead_elsewhere_is_refused(path):
    assert "rename the file" in problems_of(file(), path)[0]


@pytest.mark.parametrize(("path", "what"), [("cats/a.zh.md", "not a topic"), ("sleep/a.fr.md", "not a language")])
def test_a_path_must_name_a_topic_and_a_language(path, what):
    assert what in problems_of(file(), path)[0]


def test_a_restricted_audience_needs_a_restricted_item():
    text = file(HEAD.replace("general", "bereaved") + "restricted: true\n")

    assert parse_item(PATH, text, VOCABULARY).restricted


def test_a_library_is_read_in_one_order_whatever_the_order_of_files():
    files = [(path, file()) for path in ("stress/b.en.md", "sleep/c.zh.md", "stress/b.zh.md", "sleep/a.en.md")]

    library = build_library(files, VOCABULARY)

    assert [(item.slug, item.language) for item in library] == [("a", "en"), ("b", "en"), ("b", "zh"), ("c", "zh")]
    assert list(library) == list(build_library(files[::-1], VOCABULARY))
    assert (library.slugs(), len(library)) == (("a", "b", "c"), 4)
    assert library.get("b", Language.EN) is not None
    assert library.get("a", Language.ZH) is None


def test_the_problems_of_all_files_are_told_at_once_and_nothing_is_half_built():
    with pytest.raises(BadInput) as refused:
        build_library([("sleep/b.zh.md", "x"), ("sleep/a.zh.md", "x"), ("sleep/c.zh.md", file())], VOCABULARY)

    assert [problem.split(":")[0] for problem in refused.value.problems] == ["sleep/a.zh.md", "sleep/b.zh.md"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_two_files_with_one_slug_are_refused(language):
    with pytest.raises(BadInput, match=r"the slug a is taken by sleep/a\.zh\.md"):
        build_library([("sleep/a.zh.md", file()), (f"stress/a.{language}.md", file())], VOCABULARY)


def test_a_library_cannot_be_changed():
    library = build_library([(PATH, file())], VOCABULARY)

    with pytest.raises(TypeError):
        library.items["x"] = None
