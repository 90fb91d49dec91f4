"""Second looks at a library that could be read: is each text sourced, fresh, plain, kind and safe to send?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from outreach.content.item import ContentItem, Format
from outreach.content.library import Library
from outreach.content.plain import PLACEHOLDER, addresses, placeholders, plain
from outreach.content.split import measure
from outreach.content.wordlist import Severity, WordingRules
from outreach.domain.messages import Language

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_ALLOWED = re.compile(r"<!--\s*allow\s+([^:]+?)\s*:\s*\S.*?-->", re.DOTALL)
_SENTENCE = re.compile(r"[^。！？!?\n]+")
_ENGLISH_SENTENCE = re.compile(r"(?:[^.!?\n]|[.!?](?=\S))+")
_WORDS = {
    Language.ZH: re.compile(r"[\u3400-\u9fff]|[A-Za-z0-9]+"),
    Language.EN: re.compile(r"[^\W_]+(?:['’-][^\W_]+)*"),
}
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
# Five digits and more, however parted (years and "14,170" are none), and the three-digit emergency numbers.
_PHONE = re.compile(r"(?<![\d,.])\d(?:[ -]?\d){4,}(?!\d)|(?<![\d,.])(?:110|112|119|120|122|911|988|999)(?![\d,.%]\d?)")
_INSECURE = re.compile(r"http://\S+", re.IGNORECASE)
_IMAGE_WITHOUT_WORDS = re.compile(r"!\[\s*\]\(")

_Finding: TypeAlias = tuple[int, str, str, Severity]
"""Line, code, message, severity."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend. *message* says what is wrong and, after a semicolon, what to do. *line* counts from 1."""

    path: str
    line: int
    code: str
    message: str
    severity: Severity

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message} [{self.code}]"


def unreadable_file(told: str) -> Problem:
    """What parsing said of a file (``path:line: message``), beside what linting finds in the others."""
    path, line, message = told.split(":", 2)
    return Problem(path, int(line), "unreadable", message.strip(), Severity.ERROR)


def lint(library: Library, on: date, rules: WordingRules) -> list[Problem]:
    """All that is to be mended in *library* as of the day *on*, by file and line; empty if it is ready for review."""
    return [problem for item in library for problem in lint_item(item, library, on, rules)]


def lint_item(item: ContentItem, library: Library, on: date, rules: WordingRules) -> list[Problem]:
    """What `lint` finds in *item*, which is one of *library*, by line."""
    return [Problem(item.path, *finding) for finding in sorted(set(_findings(item, library, on, rules)))]


def _findings(item: ContentItem, library: Library, on: date, rules: WordingRules) -> Iterator[_Finding]:
    yield from _languages(item, library)
    yield from _record(item, on)
    yield from _words(item, rules)
    yield from _numbers(item)
    yield from _links(item)
    yield from _sentences(item, rules)
    yield from _ending(item, library, rules)
    yield from _length(item, rules)


def _languages(item: ContentItem, library: Library) -> Iterator[_Finding]:
    missing = [language for language in Language if library.get(item.slug, language) is None]
    if missing:
        path = item.path.replace(f".{item.language}.md", f".{missing[0]}.md")
        yield 1, "missing_language", f"there is no {', '.join(missing)} text; write {path}", Severity.ERROR


def _record(item: ContentItem, on: date) -> Iterator[_Finding]:
    if not item.sources:
        yield 1, "missing_source", "no source is named; add “sources:” with one a line", Severity.ERROR
    if item.review_due is not None and item.review_due < on:
        message = f"the review was due on {item.review_due}; have it read again and set reviewed_on and review_due"
        yield 1, "stale_review", message, Severity.ERROR


def _words(item: ContentItem, rules: WordingRules) -> Iterator[_Finding]:
    allowed = {word.casefold() for word in _ALLOWED.findall(item.body)}
    for line, text in _lines(item):
        for rule in rules.discouraged:
            for found in rule.pattern.finditer(text) if rule.language is item.language else ():
                if found[0].casefold() not in allowed:
                    yield line, rule.code, f"“{found[0]}”: {rule.instead}", rule.severity


def _numbers(item: ContentItem) -> Iterator[_Finding]:
    for line, text in _lines(item):
        for _ in _PHONE.finditer(_DAY.sub("", text)):
            message = (
                "there is a number like a telephone number; write {crisis_line} or {emergency}, or say it in words"
            )
            yield line, "phone_number", message, Severity.ERROR


def _links(item: ContentItem) -> Iterator[_Finding]:
    for line, address in addresses(item.body):
        if not address.lower().startswith("https://"):
            yield item.body_line + line, "insecure_link", "a link is not https; give the https address", Severity.ERROR
    for line, text in _lines(item):
        if _INSECURE.search(text):
            yield line, "insecure_link", "a link is not https; give the https address", Severity.ERROR
        if _IMAGE_WITHOUT_WORDS.search(text):
            yield line, "image_without_words", "an image has no words; say in [ ] what it shows", Severity.ERROR


def _sentences(item: ContentItem, rules: WordingRules) -> Iterator[_Finding]:
    most = rules.longest_sentence(item.language, item.audience)
    unit = "characters" if item.language is Language.ZH else "words"
    sentence = _SENTENCE if item.language is Language.ZH else _ENGLISH_SENTENCE
    for line, text in _paragraphs(item):
        for found in sentence.findall(PLACEHOLDER.sub("", plain(text))):
            length = len(_WORDS[item.language].findall(found))
            if length > most:
                message = f"a sentence has {length} {unit}, for these readers at most {most}; make two of it"
                yield line, "long_sentence", message, Severity.WARNING


def _ending(item: ContentItem, library: Library, rules: WordingRules) -> Iterator[_Finding]:
    start = rules.small_step[item.language]
    last = [line for line, text in _paragraphs(item)][-2:]
    closing = [text for line, text in _paragraphs(item) if line in last]
    end = last[-1] if last else item.body_line
    if not any(plain(text).startswith(start) for text in closing):
        yield end, "missing_small_step", f"no small thing to do at the end; close with “{start}…”", Severity.ERROR
    sensitive = [key for key in item.topics if library.vocabulary.topics[key].sensitive]
    if sensitive and "crisis_line" not in {name for _, name in placeholders(_COMMENT.sub("", item.body))}:
        message = f"{', '.join(sensitive)} needs a line that helps; end with {{crisis_line}} and {{emergency}}"
        yield end, "missing_helpline", message, Severity.ERROR


def _length(item: ContentItem, rules: WordingRules) -> Iterator[_Finding]:
    size = measure(f"{item.title}\n\n{plain(item.body)}", "bytes")
    if item.format is Format.TIP and size > rules.tip_bytes:
        message = f"a tip fits one message: {rules.tip_bytes} bytes, this has {size}; shorten it or make it an article"
        yield item.body_line, "long_tip", message, Severity.ERROR


def _lines(item: ContentItem) -> Iterator[tuple[int, str]]:
    """The title, as line 1, and each line of the body, without comments."""
    yield 1, item.title
    yield from enumerate(_without_comments(item.body).split("\n"), start=item.body_line)


def _paragraphs(item: ContentItem) -> Iterator[tuple[int, str]]:
    """The blocks of the body, without comments: (first line, Markdown)."""
    line = item.body_line
    for block in re.split(r"(\n{2,})", _without_comments(item.body)):
        if block.strip():
            yield line, block.strip("\n")
        line += block.count("\n")


def _without_comments(body: str) -> str:
    return _COMMENT.sub(lambda found: "\n" * found[0].count("\n"), body)
