"""What the lint looks for, read from ``wording_lint.toml``: words and what to say instead, lengths, set phrases."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from outreach.domain.errors import BadInput
from outreach.domain.messages import Language

PATH = "wording_lint.toml"
EVERYBODY = "everybody"
"""The key, in a table of sentence lengths, for audiences that have no row of their own."""


class Severity(StrEnum):
    """An error keeps an item from being approved; a warning asks for a second look."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Discouraged:
    """Words of one language that a text should not use. *pattern* finds any of them; *instead* tells the remedy."""

    code: str
    severity: Severity
    language: Language
    pattern: re.Pattern[str]
    instead: str


@dataclass(frozen=True, slots=True)
class WordingRules:
    """All that `lint` knows of words and lengths.

    *sentences*: the longest sentence by language and audience, in Han characters or words. *small_step*: how the
    closing paragraph begins. *tip_bytes*: the most that title and text of a tip may take, in UTF-8 bytes.
    """

    discouraged: tuple[Discouraged, ...]
    sentences: Mapping[Language, Mapping[str, int]]
    small_step: Mapping[Language, str]
    tip_bytes: int

    def longest_sentence(self, language: Language, audience: Iterable[str]) -> int:
        """The strictest length that any of the *audience* asks for."""
        lengths = self.sentences[language]
        return min(lengths.get(tag, lengths[EVERYBODY]) for tag in audience)


def parse_wording_rules(text: str) -> WordingRules:
    """The rules in the text of ``wording_lint.toml``. Raises `BadInput` with all of its problems."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        raise BadInput([f"{PATH}: is not TOML ({wrong}); mend that place"]) from wrong
    problems = [f"{PATH}: {problem}" for problem in _problems(table)]
    if problems:
        raise BadInput(problems)
    return WordingRules(
        discouraged=tuple(_discouraged(row) for row in table["words"]),
        sentences={language: table["sentence"][language] for language in Language},
        small_step={language: table["small_step"][language] for language in Language},
        tip_bytes=table["tip"]["bytes"],
    )


def _problems(table: Mapping[str, object]) -> Iterator[str]:
    if unknown := sorted(set(table) - {"words", "sentence", "small_step", "tip"}):
        yield f"has the unknown keys {', '.join(unknown)}; take them away"
    yield from _length_problems(table)
    steps = _table(table, "small_step")
    if not all(isinstance(steps.get(language), str) and steps[language] for language in Language):
        yield f"[small_step] does not say how a text ends; give a phrase for each of {', '.join(Language)}"
    rows = table.get("words")
    if not isinstance(rows, list) or not rows:
        yield "has no [[words]]; add what texts should not say"
        return
    for number, row in enumerate(rows, start=1):
        yield from (f"[[words]] number {number} {problem}" for problem in _row_problems(row))


def _length_problems(table: Mapping[str, object]) -> Iterator[str]:
    for language in Language:
        lengths = _table(_table(table, "sentence"), language)
        if EVERYBODY not in lengths or not all(_is_count(length) for length in lengths.values()):
            yield f"[sentence.{language}] lacks {EVERYBODY}, or a value is no whole number from 1; mend it"
    if not _is_count(_table(table, "tip").get("bytes")):
        yield "[tip] bytes is not a whole number from 1; write one"


def _row_problems(row: object) -> Iterator[str]:
    if not isinstance(row, dict) or set(row) != {"code", "severity", "language", "words", "instead"}:
        yield "is incomplete; give code, severity, language, words and instead, and nothing else"
        return
    if not all(isinstance(row[name], str) and row[name] for name in ("code", "instead")):
        yield "has a code or an instead that is no text; write one"
    if row["severity"] not in set(Severity):
        yield f"has the severity {row['severity']!r}; write one of {', '.join(Severity)}"
    if row["language"] not in set(Language):
        yield f"has the language {row['language']!r}; write one of {', '.join(Language)}"
    words = row["words"]
    if not isinstance(words, list) or not words or not all(isinstance(word, str) and word.strip() for word in words):
        yield "has no list of words; write [“…”, “…”]"


def _discouraged(row: Mapping[str, object]) -> Discouraged:
    language = Language(str(row["language"]))
    words = row["words"] if isinstance(row["words"], list) else []
    either = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    # Chinese has no word ends; in English "cure" is not in "secure".
    pattern = either if language is Language.ZH else rf"(?<!\w)(?:{either})(?!\w)"
    return Discouraged(
        code=str(row["code"]),
        severity=Severity(str(row["severity"])),
        language=language,
        pattern=re.compile(pattern, re.IGNORECASE),
        instead=str(row["instead"]),
    )


def _table(parent: Mapping[str, object], name: str) -> Mapping[str, object]:
    found = parent.get(name)
    return found if isinstance(found, dict) else {}


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0
