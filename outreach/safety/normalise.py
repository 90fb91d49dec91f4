"""Bringing a text into the one form that patterns are written for, so that disguises and accidents do not hide it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping

import regex

WINDOW = (
    4_000  # characters kept from each end of a long text: what matters is said first or last, and work stays bounded
)

_INVISIBLE = regex.compile(r"[\p{Cf}\p{Mn}\p{Me}\p{Cc}--[\n\r\t]]", regex.V1)
_BLANKS = regex.compile(r"[^\S\n]+")
_BETWEEN_HAN = regex.compile(r"(?<=\p{Han})[\p{Zs}\p{S}\p{Pd}\p{Pc}·•.*/\\'\"#@&%_¤]+(?=\p{Han})")
_SPELT_OUT = regex.compile(r"(?<![a-z])[a-z](?:[ .*_\-][a-z]){3,}(?![a-z])")
_COLUMN_SHARE = 0.5  # of the lines: a text written one character a line is read as one line


def cut(text: str) -> str:
    """The first and the last `WINDOW` characters of what can be seen of *text*."""
    visible = _BLANKS.sub(" ", _INVISIBLE.sub("", text))
    if len(visible) <= 2 * WINDOW:
        return visible
    return f"{visible[:WINDOW]}\n{visible[-WINDOW:]}"


def normalise(text: str, characters: Mapping[int, str], rewrites: Iterable[tuple[regex.Pattern[str], str]]) -> str:
    """*text*, cut, in NFKC and lower case, without accents and inserted separators, look-alikes replaced.

    *characters* is a table for `str.translate` (traditional to simplified, Cyrillic to Latin); *rewrites* are
    (pattern, replacement) and run last. Commas and full stops stay: they end a clause.
    """
    plain = unicodedata.normalize("NFKD", cut(text))
    plain = unicodedata.normalize("NFKC", _INVISIBLE.sub("", plain)).lower().translate(characters)
    plain = _BETWEEN_HAN.sub("", _BLANKS.sub(" ", _unstack(plain)))
    plain = _SPELT_OUT.sub(lambda match: regex.sub(r"[^a-z]", "", match[0]), plain)
    for pattern, replacement in rewrites:
        plain = pattern.sub(replacement, plain)
    return plain


def _unstack(text: str) -> str:
    lines = [line.strip() for line in text.split("\n")]
    written = [line for line in lines if line]
    single = sum(len(line) == 1 for line in written)
    if len(written) >= 3 and single > _COLUMN_SHARE * len(written):
        return "".join(written)
    return "\n".join(lines)
