"""What a refusal says beside a form, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from outreach.domain.errors import BadInput, Refusal
from outreach.domain.messages import Language
from outreach.services.problems import BadFields, Problem
from outreach.web.console.forms import WHOLE_FORM
from outreach.web.console.words import WORDS


def problems_of(refusal: Refusal, lang: Language) -> Mapping[str, list[str]]:
    """Sentences by field; what belongs to none stands under `WHOLE_FORM`."""
    if isinstance(refusal, BadFields):
        found: dict[str, list[str]] = {}
        for problem in refusal.found:
            found.setdefault(problem.where, []).append(_said(problem, lang))
        return found
    if isinstance(refusal, BadInput):  # of a use case that knows no fields: its own sentences are better than none
        return {WHOLE_FORM: list(refusal.problems)}
    words = WORDS[lang]
    return {WHOLE_FORM: [words.get(f"refused_{refusal.code}", words["refused_refused"])]}


def _said(problem: Problem, lang: Language) -> str:
    sentence = WORDS[lang].get(f"problem_{problem.code}")
    return problem.said if sentence is None else sentence.format(**problem.values)
