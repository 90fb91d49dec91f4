"""Helplines: verified ones are told, expired ones fall back to the emergency numbers. All dates are fixed."""

from datetime import date, timedelta

import pytest
from safety_measure import LIBRARY

from outreach.domain.errors import BadInput
from outreach.domain.messages import Language
from outreach.safety import HelplineKind, Helplines, Service

TEXT = (LIBRARY / "helplines.toml").read_text("utf-8")
LINES = Helplines.parse("helplines.toml", TEXT)
FRESH = date(2026, 12, 1)
LAST_GOOD_DAY = date(2027, 5, 20)
EXPIRED = date(2027, 5, 21)

ELSEWHERE = """
[[line]]
region = "*"
kind = "emergency"
display_zh = "当地急救电话"
display_en = "your local emergency number"
languages = ["zh"]
certainty = "M"
source = "a test"
verified_on = 2026-11-21
expires_on = 2027-05-20
"""
CRISIS_ONLY = ELSEWHERE.replace('"*"', '"CN"').replace('kind = "emergency"', 'kind = "crisis"\nnumber = "12356"')


def problems_of(text: str) -> list[str]:
    with pytest.raises(BadInput) as caught:
        Helplines.parse("helplines.toml", text)
    return caught.value.problems


def test_mainland_china_has_its_numbers():
    china = LINES.for_region("cn", FRESH)

    assert [line.number for line in china.emergency] == ["120", "110", "119"]
    assert china.crisis is not None
    assert china.crisis.number == "12356"
    assert {line.number for line in china.others} == {"12356", "12355", "12338", "12345"}
    assert china.service(Service.POLICE).number == "110"
    assert china.service(Service.AMBULANCE).named(Language.EN) == "120 (ambulance)"


def test_12356_is_never_said_to_answer_day_and_night():
    crisis = LINES.for_region("CN", FRESH).crisis

    assert crisis is not None
    assert not any("24" in hours for hours in crisis.hours.values())
    assert "18" in crisis.hours[Language.ZH]


def test_a_line_is_told_until_the_day_it_expires():
    assert LINES.for_region("CN", LAST_GOOD_DAY).crisis is not None
    assert LINES.warnings(LAST_GOOD_DAY) == []


def test_an_expired_crisis_line_falls_back_to_the_emergency_numbers():
    china = LINES.for_region("CN", EXPIRED)

    assert china.crisis is None
    assert china.others == ()
    assert len(china.emergency) == 3


def test_expired_rows_are_told_with_place_and_remedy():
    warnings = LINES.warnings(EXPIRED)

    assert any("CN crisis 12356 expired on 2027-05-20" in warning for warning in warnings)
    assert all(warning.startswith("helplines.toml:") and "renew its dates" in warning for warning in warnings)


def test_an_unverified_crisis_line_is_not_told():
    text = ELSEWHERE + ELSEWHERE.replace('"*"', '"NZ"').replace(
        'kind = "emergency"', 'kind = "emergency"\nnumber = "1"'
    )
    text += CRISIS_ONLY.replace('"CN"', '"NZ"').replace('"M"', '"K"')

    lines = Helplines.parse("helplines.toml", text)

    assert lines.for_region("NZ", FRESH).crisis is None
    assert "is not verified" in lines.warnings(FRESH)[0]


def test_a_country_without_rows_gets_the_local_number_in_words_and_a_directory():
    somewhere = LINES.for_region("FR", FRESH)

    assert somewhere.service(Service.POLICE).named(Language.EN) == "your local emergency number"
    assert somewhere.crisis is not None
    assert somewhere.crisis.number == "findahelpline.com"


def test_every_region_has_an_emergency_number_and_every_row_a_source():
    for country in LINES.countries:
        assert LINES.for_region(country, EXPIRED).emergency

    assert TEXT.count("source = ") == TEXT.count("[[line]]")


def test_a_row_is_trusted_for_180_days():
    china = LINES.for_region("CN", FRESH)

    for line in (*china.emergency, *china.others):
        assert line.verified_on is not None
        assert line.expires_on == line.verified_on + timedelta(days=180)


@pytest.mark.parametrize("text", ["", ELSEWHERE, ELSEWHERE + CRISIS_ONLY])
def test_a_library_without_an_emergency_number_is_refused(text: str):
    assert "no emergency number" in "\n".join(problems_of(text)) or "[[line]]" in problems_of(text)[0]


def test_all_problems_of_a_row_are_told_at_once():
    bad = TEXT.replace('kind = "emergency"', 'kind = "emergancy"', 1).replace("expires_on = 2027-05-20", "", 1)
    bad = bad.replace('certainty = "H"', 'certainty = "sure"', 1)

    problems = problems_of(bad)

    assert len(problems) == 3
    line = bad.splitlines().index('kind = "emergancy"') + 1
    assert f"helplines.toml:{line}: kind = 'emergancy' is not known" in "\n".join(problems)


def test_the_first_line_of_a_kind_is_the_one_that_is_told():
    assert LINES.for_region("HK", FRESH).first(HelplineKind.CRISIS) == LINES.for_region("HK", FRESH).crisis


LOCAL = (
    TEXT
    + """
[[line]]
region = "CN-99"
kind = "crisis"
number = "000-0000"
display_zh = "本市心理热线"
display_en = "the city's own line"
languages = ["zh"]
text_ok = false
certainty = "H"
source = "a test"
verified_on = 2026-11-21
expires_on = 2026-12-21
"""
)


def test_a_part_of_a_country_has_its_own_line_and_the_countrys_for_all_else():
    city = Helplines.parse("helplines.toml", LOCAL).for_region("cn-99", FRESH)

    assert city.crisis is not None
    assert city.crisis.number == "000-0000"
    assert [line.number for line in city.emergency] == ["120", "110", "119"]
    assert {line.number for line in city.others} == {"000-0000", "12355", "12338", "12345"}


def test_an_expired_line_of_a_part_gives_way_to_the_countrys():
    city = Helplines.parse("helplines.toml", LOCAL).for_region("CN-99", date(2026, 12, 22))

    assert city.crisis is not None
    assert city.crisis.number == "12356"


def test_a_part_that_has_no_lines_has_its_countrys():
    lines = Helplines.parse("helplines.toml", LOCAL)

    assert lines.for_region("CN-98-A", FRESH).emergency == lines.for_region("CN", FRESH).emergency
    assert lines.for_region("CN-99-A", FRESH).crisis == lines.for_region("CN-99", FRESH).crisis


def test_a_part_of_a_country_that_has_no_emergency_number_needs_one():
    assert any("XX-1" in problem for problem in problems_of(LOCAL.replace('"CN-99"', '"XX-1"')))
