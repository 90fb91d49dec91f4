"""The one rule by which a text enters a calendar: what every reader understands, and nothing that hurts one.

A control character in one title makes strict readers refuse the whole feed, and a bare CR lets another read a
property that we did not write (facts: calendar.md A.1). So, in this order:

1. lone surrogates, non-characters, byte order marks and the directional overrides, embeddings and isolates go
   (Unicode 15 §23.7, UAX #9 §2): they cannot be encoded, or they make a title read as another;
2. every kind of line break becomes LF, a tab becomes a space, all other control characters go;
3. ``\\`` becomes ``＼`` (U+FF3C): icalendar 7.3 writes ``\\N`` as a line break and readers differ in undoing escapes;
4. NFC; blanks at the ends of lines go; at most one empty line in a row;
5. a cap in characters, cut so that no accent, joined emoji or flag is left in halves, and marked with ``…``.

Cleaning twice gives the first result again.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

LONGEST_LINE = 200  # characters: a title or place; phones show about 40
LONGEST_TEXT = 2_000  # characters: a description; Outlook.com and phones cut far longer ones at will

_PLANE_ENDS = "".join(f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(17))
_HARMFUL = re.compile(f"[\ud800-\udfff\ufdd0-\ufdef{_PLANE_ENDS}\ufeff\u202a-\u202e\u2066-\u2069]")
_BREAK = re.compile(
    "\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]"
)  # all that str.splitlines, and so some readers, split at
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f]")
_BLANKS = re.compile(" *\n *")
_EMPTY_LINES = re.compile("\n{3,}")
_JOINER = "\u200d"
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_FLAG_LETTERS = range(0x1F1E6, 0x1F200)
_URL_SAFE = "%/:?#[]@!$&'()*+,;=-._~"


def clean_line(text: str, longest: int = LONGEST_LINE) -> str:
    """*text* as one line of at most *longest* characters; may come out empty."""
    return _cut(re.sub(" {2,}", " ", _normal(text).replace("\n", " ")), longest)


def clean_text(text: str, longest: int = LONGEST_TEXT) -> str:
    """*text* with its line breaks as LF, at most *longest* characters; may come out empty."""
    return _cut(_EMPTY_LINES.sub("\n\n", _BLANKS.sub("\n", _normal(text))), longest)


def clean_url(url: str) -> str:
    """*url* with everything but printable ASCII percent-encoded; what is encoded already stays."""
    return quote(_HARMFUL.sub("", url).strip(), safe=_URL_SAFE)


def _normal(text: str) -> str:
    text = _BREAK.sub("\n", _HARMFUL.sub("", text)).replace("\t", " ")
    return unicodedata.normalize("NFC", _CONTROL.sub("", text).replace("\\", "＼")).strip()


def _cut(text: str, longest: int) -> str:
    if len(text) <= longest:
        return text
    end = longest - 1
    while end > 0 and _belongs_together(text, end):
        end -= 1
    return (text[:end] or text[: longest - 1]).rstrip() + "…"


def _belongs_together(text: str, at: int) -> bool:
    """Whether a cut before position *at* would part what is seen as one character. An approximation of UAX #29."""
    before, after = text[at - 1], text[at]
    if _JOINER in (before, after) or ord(after) in _SKIN_TONES or unicodedata.category(after) in {"Mn", "Me", "Mc"}:
        return True
    return ord(before) in _FLAG_LETTERS and ord(after) in _FLAG_LETTERS
