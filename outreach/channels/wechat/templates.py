"""Template messages: which of our facts goes into which field, made to fit by the field's kind (platforms.md A7)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import regex

FACTS = frozenset({"title", "starts", "when", "place", "number", "party", "ahead", "public_number"})
"""What the house tells of an activity by name."""

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
        _check_source(found[1], found[2])
        fields[found[1]] = found[2]
    if not fields:
        raise ValueError("is empty: name a fact for each field, such as thing1=title time2=starts")
    return fields


def _check_source(name: str, source: str) -> None:
    if source.startswith(":"):
        if _fitter(name)(_one_line(source[1:])) != source[1:]:
            raise ValueError(f"has a text for {name} that does not fit a field of its kind")
    elif source not in FACTS:
        raise ValueError(f"has no known fact for {name}; there are {', '.join(sorted(FACTS))}")


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
    return letter not in _LEFT_OF_PICTURES and unicodedata.category(letter) not in _NOT_PLAIN


def _at_most(limit: int) -> Callable[[str], str]:
    """Cut to *limit* characters with an ellipsis, never inside a grapheme."""

    def fit(text: str) -> str:
        if len(text) <= limit:
            return text
        cut = ""
        for grapheme in regex.findall(r"\X", text[:limit]):
            if len(cut) + len(grapheme) < limit:
                cut += grapheme
        return cut.rstrip() + "…"

    return fit


def _only(pattern: str) -> Callable[[str], str]:
    """The text if it has the shape that the field asks for, else nothing: a number cannot be shortened."""
    shape = re.compile(pattern)
    return lambda text: text if shape.fullmatch(text) else ""


def _moment(text: str) -> str:
    """``2026-12-01 14:00`` as Tencent writes it, ``2026年12月1日 14:00``; a range with ``~`` likewise."""
    return _IS_TIME(_ISO_DAY.sub(lambda day: f"{day[1]}年{int(day[2])}月{int(day[3])}日", text))


_NOT_PLAIN = frozenset({"So", "Sk", "Cs", "Cc", "Cf", "Co", "Cn"})
_LEFT_OF_PICTURES = frozenset("\ufe0e\ufe0f\u20e3")
_CLOCK = r"(?:[01]?\d|2[0-3]):[0-5]\d"
_DAY = r"\d{4}年\d{1,2}月\d{1,2}日"
_POINT = rf"(?:{_DAY}(?: {_CLOCK})?|{_CLOCK})"
_IS_TIME = _only(rf"{_POINT}(?:~{_POINT})?")
_ISO_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)

_FITTERS: Mapping[str, Callable[[str], str]] = {
    "thing": _at_most(20),
    "short_thing": _at_most(20),
    "keyword": _at_most(20),  # of templates from before 2023, which WeChat trims without a word
    "const": _only(r".{1,20}"),  # one of the values approved for the template: half of one is none
    "enum": _only(r".{1,20}"),
    "phrase": _only(r"[\u4e00-\u9fff]{1,5}"),
    "name": _only(r"[\u4e00-\u9fff]{1,10}|[!-~ ]{1,20}"),
    "number": _only(r"(?=.{1,32}\Z)[0-9]+(?:\.[0-9]+)?"),
    "letter": _only(r"[A-Za-z]{1,32}"),
    "symbol": _only(r"[!-/:-@[-`{-~]{1,5}"),
    "character_string": _only(r"[!-~ ]{1,32}"),
    "amount": _only(r"[¥$€£]?[0-9]{1,10}(?:\.[0-9]{1,2})?元?"),
    "phone_number": _only(r"[0-9+() -]{1,17}"),
    "car_number": _only(r".{1,8}"),
    "time": _moment,
    "date": _moment,
}
