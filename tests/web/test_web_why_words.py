"""Every reason why something was not sent can be read: in the console in both languages, and in the reference."""

from pathlib import Path

import pytest

from outreach.domain.may_send import Why
from outreach.web.console.words_office_en import OFFICE_EN
from outreach.web.console.words_office_zh import OFFICE_ZH

CODES = Path(__file__).parents[2] / "docs" / "reference" / "codes.md"


@pytest.mark.parametrize("why", Why)
def test_a_reason_has_words_in_both_languages_and_a_line_in_the_reference(why: Why):
    assert OFFICE_ZH[f"why_{why}"]
    assert OFFICE_EN[f"why_{why}"]
    assert f"| `{why}` |" in CODES.read_text("utf-8")
