"""Helplines by country: which numbers may be told on a day. They are data; no number is written in code or template."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from outreach.domain.messages import Language
from outreach.safety.tables import Problems, Table, read_toml

ELSEWHERE = "*"
"""The region of the rows for every country that has none of its own."""

_KEYS = frozenset(
    {
        "region", "kind", "service", "number", "display_zh", "display_en", "hours_zh", "hours_en", "languages",
        "text_ok", "text_number", "certainty", "source", "verified_on", "expires_on",
    }
)  # fmt: skip
_TRUSTED = frozenset({"H", "M"})


_DIALLED = re.compile(r"\+?[0-9][0-9 -]{0,19}", re.ASCII)


class HelplineKind(StrEnum):
    """What a line is for."""

    EMERGENCY = "emergency"
    CRISIS = "crisis"
    YOUTH = "youth"
    WOMEN = "women"
    MINOR = "minor"
    LEGAL = "legal"


class Service(StrEnum):
    """Who answers an emergency number."""

    AMBULANCE = "ambulance"
    POLICE = "police"
    FIRE = "fire"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Helpline:
    """One line. *number* is as one dials it; empty only for "your local emergency number"."""

    region: str
    kind: HelplineKind
    service: Service
    number: str
    display: dict[Language, str]
    hours: dict[Language, str]
    languages: tuple[str, ...]
    text_number: str
    """Where one can write instead of speaking; empty if one cannot."""
    certainty: str
    source: str
    verified_on: date | None
    expires_on: date | None
    place: str
    """File and line, for warnings."""

    def may_be_told(self, on: date) -> bool:
        """Verified well enough and not expired. Emergency numbers are told in any case."""
        if self.kind is HelplineKind.EMERGENCY:
            return True
        verified = self.certainty in _TRUSTED and self.verified_on is not None and self.expires_on is not None
        return verified and self.expires_on is not None and on <= self.expires_on

    def named(self, language: Language) -> str:
        """Its number and what it is, such as "110 (police)"."""
        display = self.display[language]
        if not self.number:
            return display
        return f"{self.number}（{display}）" if language is Language.ZH else f"{self.number} ({display})"


@dataclass(frozen=True, slots=True)
class HelplineSet:
    """What may be told in one country on one day; there is always an emergency line."""

    country: str
    emergency: tuple[Helpline, ...]
    others: tuple[Helpline, ...]

    @property
    def crisis(self) -> Helpline | None:
        """The psychological crisis line, the first of several, or ``None`` if none is verified."""
        return self.first(HelplineKind.CRISIS)

    def first(self, kind: HelplineKind) -> Helpline | None:
        """The first line of *kind*."""
        return next((line for line in self.others if line.kind is kind), None)

    def service(self, service: Service) -> Helpline:
        """The emergency line of *service*, else the one that serves all, else the first."""
        wanted = [line for line in self.emergency if line.service is service]
        general = [line for line in self.emergency if line.service is Service.ANY]
        return (wanted + general + list(self.emergency))[0]

    @property
    def texting(self) -> Helpline | None:
        """The first line that one can write to."""
        return next((line for line in self.others if line.text_number), None)


class Helplines:
    """All lines of the library. Immutable."""

    __slots__ = ("_lines",)

    def __init__(self, lines: Iterable[Helpline]) -> None:
        self._lines = tuple(lines)

    @classmethod
    def parse(cls, path: str, text: str) -> Helplines:
        """The lines in *text*. Raises `BadInput` with all problems, also if a region has no emergency number."""
        problems = Problems(path, text)
        table = read_toml(path, text)
        problems.only(table, frozenset({"line"}))
        rows = problems.tables(table, "line")
        lines = [_line(problems, row, problems.line_of_nth("line", index)) for index, row in enumerate(rows)]
        _require_emergency(problems, lines)
        problems.raise_if_any()
        return cls(lines)

    @property
    def countries(self) -> frozenset[str]:
        """The countries, and the parts of them, that have rows of their own."""
        return frozenset(line.region for line in self._lines) - {ELSEWHERE}

    def for_region(self, country: str, on: date) -> HelplineSet:
        """What may be told in *country* (ISO 3166 alpha-2, any case) on the day *on*. Never raises.

        A part of a country, such as ``CN-11``, has the country's lines where it has none of its own that may be told:
        kind by kind, and of the emergency numbers service by service. A crisis line that is expired or was not
        verified is left out. A country without rows gets those of `ELSEWHERE`: the local emergency number in words,
        and a directory.
        """
        told: dict[tuple[HelplineKind, Service | None], list[Helpline]] = {}
        for place in self._places(country.upper()):
            for purpose, lines in self._told_at(place, on).items():
                told.setdefault(purpose, lines)
        lines = [line for of_one_purpose in told.values() for line in of_one_purpose]
        emergency = tuple(line for line in lines if line.kind is HelplineKind.EMERGENCY)
        others = tuple(line for line in lines if line.kind is not HelplineKind.EMERGENCY)
        return HelplineSet(country.upper(), emergency, others)

    def _places(self, country: str) -> list[str]:
        """Where to look, the nearest first: ``CN-11-A``, ``CN-11``, ``CN``."""
        parts = country.split("-")
        found = ["-".join(parts[:depth]) for depth in range(len(parts), 0, -1)]
        return [place for place in found if place in self.countries] or [ELSEWHERE]

    def _told_at(self, place: str, on: date) -> dict[tuple[HelplineKind, Service | None], list[Helpline]]:
        told: dict[tuple[HelplineKind, Service | None], list[Helpline]] = {}
        for line in self._lines:
            if line.region == place and line.may_be_told(on):
                purpose = (line.kind, line.service if line.kind is HelplineKind.EMERGENCY else None)
                told.setdefault(purpose, []).append(line)
        return told

    def warnings(self, on: date) -> list[str]:
        """One sentence for each row that is expired or was never verified, with place and remedy."""
        return [_warning(line, on) for line in self._lines if _is_stale(line, on)]


def _is_stale(line: Helpline, on: date) -> bool:
    return line.certainty not in _TRUSTED or line.expires_on is None or on > line.expires_on


def _warning(line: Helpline, on: date) -> str:
    expired = line.expires_on is not None and on > line.expires_on
    what = f"expired on {line.expires_on}" if expired else "is not verified"
    still = "it is still told" if line.kind is HelplineKind.EMERGENCY else "until then only emergency numbers are told"
    return f"{line.place}: {line.region} {line.kind} {line.number} {what}: check it and renew its dates; {still}"


def _line(problems: Problems, row: Table, at: int) -> Helpline:
    problems.only(row, _KEYS, at)
    region = problems.text(row, "region", at)
    number = problems.text(row, "number", at, default="" if region == ELSEWHERE else None)
    display = {language: problems.text(row, f"display_{language}", at) for language in Language}
    hours = {language: problems.text(row, f"hours_{language}", at, default="") for language in Language}
    if number and not _DIALLED.fullmatch(number) and row.get("kind") == HelplineKind.EMERGENCY.value:
        problems.add("number", f"number = {number!r} cannot be dialled: give digits, such as 120", at)
    certainty = problems.text(row, "certainty", at)
    if certainty and certainty not in {"H", "M", "K"}:
        problems.add("certainty", f"certainty = {certainty!r} is not known: use H, M or K", at)
    verified_on, expires_on = problems.day(row, "verified_on", at), problems.day(row, "expires_on", at)
    if verified_on is not None and (expires_on is None or expires_on <= verified_on):
        problems.add("verified_on", "expires_on must be a later day than verified_on, 180 days is usual", at)
    texting = problems.flag(row, "text_ok", at, default=False)
    return Helpline(
        region=region,
        kind=HelplineKind(_known(problems, row, "kind", [kind.value for kind in HelplineKind], at)),
        service=Service(_known(problems, row, "service", [service.value for service in Service], at, default="any")),
        number=number,
        display=display,
        hours=hours,
        languages=problems.texts(row, "languages", at),
        text_number=problems.text(row, "text_number", at, default=number) if texting else "",
        certainty=certainty,
        source=problems.text(row, "source", at),
        verified_on=verified_on,
        expires_on=expires_on,
        place=f"{problems.path}:{at}",
    )


def _known(problems: Problems, row: Table, key: str, allowed: list[str], at: int, default: str | None = None) -> str:
    value = problems.text(row, key, at, default=default)
    if value in allowed:
        return value
    if value:
        problems.add(key, f"{key} = {value!r} is not known: use one of {', '.join(allowed)}", at)
    return allowed[0]


def _require_emergency(problems: Problems, lines: list[Helpline]) -> None:
    regions = {line.region for line in lines}
    served = {line.region for line in lines if line.kind is HelplineKind.EMERGENCY}
    for region in sorted(place for place in regions - served if place.split("-")[0] not in served):
        problems.add(f'"{region}"', f"region {region} has no emergency number: add a row of kind emergency")
    if not any(line.number for line in lines if line.kind is HelplineKind.EMERGENCY):
        problems.add("kind", "there is no emergency number at all: add a row of kind emergency for your country")
    if ELSEWHERE not in regions:
        problems.add(
            "region", f'there are no rows for region "{ELSEWHERE}" (all other countries): add an emergency row'
        )
