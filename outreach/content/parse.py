"""From the text of one library file to a `ContentItem`, or to everything that is wrong with it at once."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from outreach.content.form import Form
from outreach.content.frontmatter import Parted, part
from outreach.content.item import ContentItem, Format, ItemStatus, SignOff
from outreach.content.plain import html_lines, placeholders
from outreach.content.vocabulary import Vocabulary
from outreach.domain.errors import BadInput
from outreach.domain.messages import Language

MOST_BYTES = 200_000
PLACEHOLDERS = frozenset({"emergency", "crisis_line"})
"""What a text may leave to be filled in when it is sent: the numbers that help, from data."""

_PATH = re.compile(r"(?P<topic>[a-z][a-z0-9_]*)/(?P<slug>[a-z0-9]+(?:-[a-z0-9]+)*)\.(?P<language>[a-z]{2})\.md")
_SEASON = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_UNDECODED = re.compile("[\ud800-\udfff\ufffd]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class _Place:
    path: str
    slug: str
    language: Language


def parse_item(path: str, text: str, vocabulary: Vocabulary) -> ContentItem:
    """The item in *text*, whose file is *path*: ``<topic>/<slug>.<language>.md`` below the library.

    *text* is the file decoded with ``errors="surrogateescape"`` and no newline translation, so that what is not
    UTF-8 or not LF is named here and nothing is mended in silence: the version stands for the exact bytes.
    Raises `BadInput` with every problem of the file, each as ``path:line: what is wrong; what to do``.
    """
    unreadable = [f"{path}:{line}: {sentence}" for line, sentence in _unreadable(text)]
    if unreadable:
        raise BadInput(unreadable)
    parted = part(text)
    form = Form(path, parted.fields)
    for line, sentence in parted.problems:
        form.complain(line, sentence)
    if parted.fields:
        item = _read(form, _place_of(path, form, vocabulary), text, parted, vocabulary)
        form.finish()
        _check(form, item, vocabulary)
        if not form.problems:
            return item
    raise BadInput(form.problems)


def version_of(text: str) -> str:
    """What names exactly this text: 16 hex digits."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _unreadable(text: str) -> Iterator[tuple[int, str]]:
    if len(text) > MOST_BYTES or len(text.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        yield 1, f"the file is larger than {MOST_BYTES // 1000} kB; make several items of it"
        return
    if text.startswith("\ufeff"):
        yield 1, "the file begins with a byte order mark; save it as UTF-8 without BOM"
    if "\r" in text:
        yield _line_at(text, text.index("\r")), "the lines end with CR; save the file with Unix (LF) line ends"
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if undecoded := _UNDECODED.search(text):
        yield _line_at(text, undecoded.start()), "the file is not UTF-8; save it as UTF-8"
    if control := _CONTROL.search(text):
        yield _line_at(text, control.start()), "there is an invisible control character; delete it"


def _read(form: Form, place: _Place, text: str, parted: Parted, vocabulary: Vocabulary) -> ContentItem:
    words = parted.body.strip("\n")
    blank = parted.body.index(words)
    return ContentItem(
        path=place.path,
        slug=place.slug,
        language=place.language,
        title=form.text("title", required=True),
        audience=form.tags("audience", vocabulary.audiences),
        topics=form.tags("topics", vocabulary.topics),
        format=form.one_of("format", Format),
        body=words,
        body_line=parted.body_line + blank,
        version=version_of(text),
        season=form.text("season"),
        sources=form.texts("sources"),
        minutes=form.number("minutes", range(1, 61)),
        restricted=form.flag("restricted"),
        sign_off=form.one_of("sign_off", SignOff, SignOff.NONE),
        status=form.one_of("status", ItemStatus, ItemStatus.IN_REVIEW),
        reviewed_by=form.text("reviewed_by"),
        reviewed_on=form.day("reviewed_on"),
        review_due=form.day("review_due"),
        source=text,
    )


def _check(form: Form, item: ContentItem, vocabulary: Vocabulary) -> None:
    """What no field can know alone."""
    if item.season and not _SEASON.fullmatch(item.season):
        form.complain(form.line_of("season"), f"season is {item.season!r}; use small letters, digits and single -")
    if len({bool(item.reviewed_by), bool(item.reviewed_on), bool(item.review_due)}) > 1:
        form.complain(form.line_of("reviewed_by"), "a review is reviewed_by, reviewed_on and review_due; add all three")
    closed = [tag for tag in item.audience if tag in vocabulary.audiences and vocabulary.audiences[tag].restricted]
    if closed and not item.restricted:
        form.complain(form.line_of("audience"), f"{', '.join(closed)} is a restricted audience; add “restricted: true”")
    _check_body(form, item)


def _check_body(form: Form, item: ContentItem) -> None:
    if not item.body.strip():
        form.complain(item.body_line, "there is no text; write it below the front matter")
    for line in html_lines(item.body):
        form.complain(item.body_line + line, "there is HTML in the text; write Markdown, or a <!-- comment --> alone")
    for line, name in placeholders(item.body):
        if name not in PLACEHOLDERS:
            known = ", ".join(f"{{{name}}}" for name in sorted(PLACEHOLDERS))
            form.complain(item.body_line + line, f"{{{name}}} is no placeholder; write one of {known}")


def _place_of(path: str, form: Form, vocabulary: Vocabulary) -> _Place:
    found = _PATH.fullmatch(path)
    if found is None:
        form.complain(1, "the path is not <topic>/<slug>.<language>.md in small letters, digits and -; rename the file")
        return _Place(path, "", Language.ZH)
    if found["topic"] not in vocabulary.topics:
        form.complain(1, f"the folder {found['topic']} is not a topic; move the file to one of topics.toml")
    if found["language"] not in set(Language):
        form.complain(1, f"{found['language']} is not a language we write in; use {', '.join(Language)}")
        return _Place(path, found["slug"], Language.ZH)
    return _Place(path, found["slug"], Language(found["language"]))


def _line_at(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1
