"""The days that are quiet: the file that ships, and all that may be wrong with one of somebody's own."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from outreach.content import parse_observances, parse_vocabulary
from outreach.content.vocabulary import Vocabulary
from outreach.domain.errors import BadInput
from outreach.domain.messages import MessageKind
from outreach.domain.quiet_days import Almanac, QuietDays

ROOT = Path(__file__).parents[2] / "content_library"
K = MessageKind
# domain.md 6.1, as it stands there
FACTS = {
    "spring_festival": ["2026-02-17", "2027-02-06", "2028-01-26", "2029-02-13"],
    "zhongyuan": ["2026-08-27", "2027-08-16", "2028-09-03", "2029-08-24"],
}


def read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return parse_vocabulary(read("audiences.toml"), read("topics.toml"))


@pytest.fixture(scope="module")
def shipped(vocabulary: Vocabulary) -> Almanac:
    return parse_observances(read("observances.toml"), vocabulary)


def problems_of(text: str, vocabulary: Vocabulary) -> list[str]:
    with pytest.raises(BadInput) as bad:
        parse_observances(text, vocabulary)
    return bad.value.problems


def test_what_ships_has_the_dates_of_the_facts(shipped: Almanac):
    for name, dates in FACTS.items():
        assert [day.first.isoformat() for day in shipped.days if day.name == name][:4] == dates


def test_what_ships_reaches_to_2035_without_a_gap(shipped: Almanac):
    names = {day.name for day in shipped.days}

    assert names == {"spring_festival", "qingming", "zhongyuan", "gaokao"}
    for name in names:
        assert [day.first.year for day in shipped.days if day.name == name] == list(range(2026, 2036))


def test_whoever_sits_the_exam_hears_of_exams_alone_and_all_others_of_everything(shipped: Almanac):
    (exam,) = [day for day in shipped.days if day.name == "gaokao" and day.first.year == 2027]
    none, stress, exams = frozenset[str](), frozenset({"stress"}), frozenset({"exam", "anxiety"})
    youth, elderly = frozenset({"youth"}), frozenset({"elderly"})

    assert (exam.first, exam.last) == (date(2027, 6, 7), date(2027, 6, 10))
    assert exam.hold_up(K.EDUCATION, stress, youth)
    assert exam.hold_up(K.ANNOUNCEMENT, none, frozenset({"parent_teen", "elderly"}))
    assert not exam.hold_up(K.EDUCATION, exams, youth)
    assert not exam.hold_up(K.EDUCATION, stress, elderly)
    assert not exam.hold_up(K.EDUCATION, stress, none)


def test_on_a_day_of_mourning_nothing_cheerful_goes_out_and_what_helps_those_who_grieve_does(shipped: Almanac):
    mourning = [day for day in shipped.days if day.name in {"qingming", "zhongyuan"}]

    for day in mourning:
        assert day.hold_up(K.EDUCATION, frozenset({"exercise"}), frozenset())
        assert day.hold_up(K.ANNOUNCEMENT, frozenset(), frozenset({"elderly"}))
        assert not day.hold_up(K.EDUCATION, frozenset({"grief"}), frozenset({"bereaved"}))


def test_only_announcements_and_tips_ever_wait(shipped: Almanac):
    assert {kind for day in shipped.days for kind in day.kinds} == {K.ANNOUNCEMENT, K.EDUCATION}


def test_nothing_is_quiet_without_a_file(vocabulary: Vocabulary):
    assert parse_observances("", vocabulary) == Almanac()


def test_a_table_says_all_it_can(vocabulary: Vocabulary):
    text = """
[local_exam]
waits = ["education"]
about = ["exam"]
audiences = ["youth"]
regions = ["east", "west"]
days = 3
dates = [2028-06-20, 2027-06-19]
"""
    almanac = parse_observances(text, vocabulary)

    rest = (frozenset({K.EDUCATION}), frozenset({"youth"}), frozenset({"exam"}), frozenset({"east", "west"}))
    assert almanac.days == (
        QuietDays("local_exam", date(2027, 6, 19), date(2027, 6, 21), *rest),
        QuietDays("local_exam", date(2028, 6, 20), date(2028, 6, 22), *rest),
    )


def test_all_that_is_wrong_is_told_at_once_with_its_line(vocabulary: Vocabulary):
    text = """
[one]
waits = ["reminder"]
about = ["football"]
dates = [2027-01-01]

[two]
audiences = ["pilots"]
days = 0
colour = "red"
"""
    problems = problems_of(text, vocabulary)

    assert [(problem.split(":")[1], problem.split("; ")[0].split(": ")[1]) for problem in problems] == [
        ("2", "waits of one has the unknown 'reminder'"),
        ("2", "about of one has the unknown 'football'"),
        ("7", "two has the unknown key 'colour'"),
        ("7", "two does not say what waits"),
        ("7", "audiences of two has the unknown 'pilots'"),
        ("7", "days of two is 0"),
    ]
    assert all("; " in problem for problem in problems)


@pytest.mark.parametrize("kind", ["safety", "reply", "confirmation", "change", "reminder"])
def test_what_somebody_needs_cannot_be_made_to_wait(vocabulary: Vocabulary, kind: str):
    text = f'[one]\nwaits = ["announcement", "{kind}"]\ndates = [2027-01-01]\n'

    assert problems_of(text, vocabulary)[0].startswith(f"observances.toml:1: waits of one has the unknown '{kind}'")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("dates = []", "dates of one is not a list of days"),
        ("dates = 2027-01-01", "dates of one is not a list of days"),
        ('dates = ["2027-01-01"]', "dates of one is not a list of days"),
        ("dates = [2027-01-01T10:00:00]", "dates of one is not a list of days"),
        ("dates = [0001-01-01]", "dates of one is not a list of days"),
        ("dates = [9999-12-31]", "dates of one is not a list of days"),
        ("days = true\ndates = [2027-01-01]", "days of one is True"),
        ("days = 16\ndates = [2027-01-01]", "days of one is 16"),
        ("days = 3\ndates = [2027-01-05, 2027-01-03]", "one begins on 2027-01-05 before what began on 2027-01-03"),
        ("dates = [2027-01-05, 2027-01-05]", "one begins on 2027-01-05 before what began on 2027-01-05"),
        ('regions = "east"\ndates = [2027-01-01]', "regions of one is not a list of texts"),
        ("regions = [7]\ndates = [2027-01-01]", "regions of one is not a list of texts"),
    ],
)
def test_a_date_or_list_that_is_none_is_named(vocabulary: Vocabulary, line: str, said: str):
    (problem,) = problems_of(f'[one]\nwaits = ["education"]\n{line}\n', vocabulary)

    assert problem.startswith(f"observances.toml:1: {said}")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[one", "is not TOML"),
        ("dates = 7", "dates is not a table"),
        ('[One]\nwaits = ["education"]\ndates = [2027-01-01]', "'One' is not a name"),
    ],
)
def test_what_is_no_table_is_named(vocabulary: Vocabulary, text: str, said: str):
    assert said in problems_of(text, vocabulary)[0]
