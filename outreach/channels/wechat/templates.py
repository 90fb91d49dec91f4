"""Template messages: which of our facts goes into which field, made to fit by the field's kind (platforms.md A7)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import regex

_SPEC = re.compile(r"([a-z_]{4,20}[0-9]{1,3})=(:.{1,20}|[a-z_]{1,20})")
_PREFIX = re.compile(r"[a-z_]+?(?=[0-9]+\Z)")


@dataclass(frozen=True, slots=True)
class Template:
    """A template that WeChat approved: its id, and for each field the name of a fact, or a fixed text after a colon."""

    id: str
    fields: Mapping[str, str]

    def fill(self, facts: Mapping[str, str]) -> Mapping[str, str] | None:
        """The fields, each made to fit; ``None`` if one would stay empty: WeChat would refuse the whole."""
        filled = {}
        for name, source in self.fields.items():
            given = source[1:] if source.startswith(":") else facts.get(source, "")
            text = _fitter(name)(_one_line(given))
            if not text:
                return None
            filled[name] = text
        return filled


def parse_fields(text: str) -> Mapping[str, str]:
    """``thing1=title time2=starts phrase3=:已预约`` as a mapping. Raises `ValueError` with what is wrong."""
    fields: dict[str, str] = {}
    for part in text.split():
        found = _SPEC.fullmatch(part)
        if found is None:
            raise ValueError("must name a fact for each field, such as thing1=title time2=starts phrase3=:已预约")
        if _prefix(found[1]) not in _FITTERS:
            raise ValueError(f"has a field {found[1]} of no known kind; there are {', '.join(sorted(_FITTERS))}")
        fields[found[1]] = found[2]
    if not fields:
        raise ValueError("is empty: name a fact for each field, such as thing1=title time2=starts")
    return fields


def _prefix(name: str) -> str:
    found = _PREFIX.match(name)
    return found[0] if found else ""


def _fitter(name: str) -> Callable[[str], str]:
    return _FITTERS[_prefix(name)]


def _one_line(text: str) -> str:
    """Without line breaks and pictures, which WeChat trims away or refuses."""
    kept = (" " if letter.isspace() else letter for letter in text if letter.isspace() or _is_plain(letter))
    return " ".join("".join(kept).split())


def _is_plain(letter: str) -> bool:
    return unicodedata.category(letter) not in ("So", "Sk", "Cs", "Cc", "Cf", "Co", "Cn")


def _at_most(limit: int) -> Callable[[str], str]:
    def fit(text: str) -> str:
        graphemes = regex.findall(r"\X", text)
        while len("".join(graphemes)) > limit - (len("".join(graphemes)) < len(text)):
            graphemes.pop()
        cut = "".join(graphemes)
        return cut if cut == text else cut.rstrip() + "…"

    return fit


def _only(pattern: str) -> Callable[[str], str]:
    """The text if it has the shape that the field asks for, else nothing: a number cannot be shortened."""
    shape = re.compile(pattern)
    return lambda text: text if shape.fullmatch(text) else ""


_CLOCK = r"(?:[01]?\d|2[0-3]):[0-5]\d"
_DAY = r"\d{4}(?:年\d{1,2}月\d{1,2}日|-\d{1,2}-\d{1,2})"
_MOMENT = rf"(?:{_DAY}(?: {_CLOCK})?|{_CLOCK})"
_TIME = rf"{_MOMENT}(?:~{_MOMENT})?"

_FITTERS: Mapping[str, Callable[[str], str]] = {
    "thing": _at_most(20),
    "short_thing": _at_most(20),
    "const": _at_most(20),
    "enum": _at_most(20),
    "phrase": _at_most(5),
    "name": _at_most(10),
    "number": _only(r"\d{1,32}"),
    "character_string": _only(r"[!-~ ]{1,32}"),
    "time": _only(_TIME),
    "date": _only(_TIME),
}
