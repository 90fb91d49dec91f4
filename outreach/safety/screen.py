"""The screen: one text in, one `Verdict` out. Built once, never changes, does no I/O, raises on no text."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import regex

from outreach.domain.errors import BadInput
from outreach.safety.normalise import normalise
from outreach.safety.patterns import Context, PatternFile, Rule, parse_patterns, same_ids
from outreach.safety.verdict import RiskClass, Subtype, Verdict

NEAR = 24  # characters before a hit in which a negator, a person or a time is looked for
FAR = 60  # characters after a hit in which recovery is looked for
TIMELESS = frozenset({"passive_wish", "burden"})  # "not to wake up tomorrow" names a time but no plan
BEGUN = regex.compile(r"[。.!?;\n]")
CLAUSE = regex.compile(r"[,。.!?;:、\n]")
_SAFE = "\ue000"  # stands for a masked character: private use, so no pattern matches it


@dataclass(frozen=True, slots=True)
class _Hit:
    rule: Rule
    risk: RiskClass
    subtype: Subtype


class Screen:
    """Text to class. Immutable; safe to use from several threads."""

    __slots__ = ("_characters", "_files", "_rewrites", "lexicon")

    def __init__(self, files: tuple[PatternFile, ...], lexicon: str) -> None:
        self._files = files
        self._characters = {code: meant for file in files for code, meant in file.characters.items()}
        self._rewrites = tuple(rewrite for file in files for rewrite in file.rewrites)
        self.lexicon = lexicon

    @classmethod
    def parse(cls, files: Mapping[str, str]) -> Screen:
        """A screen from pattern files, path to text. Raises `BadInput` with the problems of all of them at once."""
        parsed, problems = [], []
        for path, text in sorted(files.items()):
            try:
                parsed.append(parse_patterns(path, text))
            except BadInput as error:
                problems += error.problems
        problems += [f"{', '.join(sorted(files))}: the id {twice!r} is used in two files" for twice in same_ids(parsed)]
        if not files:
            problems.append("safety/patterns.*.toml: no pattern file: restore the library's")
        if problems:
            raise BadInput(problems)
        return cls(tuple(parsed), _hash_of(files))

    def screen(self, text: str) -> Verdict:
        """The verdict on *text*, any text. Time grows with its length, and stops growing at 8,000 characters."""
        plain = normalise(text, self._characters, self._rewrites)
        hits = [hit for file in self._files for hit in _hits(file, plain)]
        risk = max((hit.risk for hit in hits), key=lambda found: found.rank, default=RiskClass.NONE)
        if risk == RiskClass.RISK and _is_raised(hits):
            risk = RiskClass.IMMINENT
        if risk == RiskClass.NONE:
            return Verdict(risk, Subtype.NONE, (), self.lexicon)
        rules = tuple(dict.fromkeys(hit.rule.id for hit in hits))
        return Verdict(risk, _subtype(hits, risk), rules, self.lexicon)


def _hash_of(files: Mapping[str, str]) -> str:
    digest = hashlib.sha256()
    for _, text in sorted(files.items()):
        digest.update(text.encode() + b"\0")
    return digest.hexdigest()[:12]


def _hits(file: PatternFile, plain: str) -> Iterator[_Hit]:
    masked = file.safe.sub(lambda match: _SAFE * len(match[0]), plain)
    for rule in file.rules:
        for match in rule.pattern.finditer(masked):
            hit = _weigh(rule, _Surroundings(masked, match.start(), match.end(), file.context))
            if hit is not None:
                yield hit


def _weigh(rule: Rule, around: _Surroundings) -> _Hit | None:
    if rule.risk == RiskClass.NONE:
        return None if rule.negatable and around.is_negated() else _Hit(rule, rule.risk, rule.subtype)
    if (rule.negatable and around.is_negated()) or around.is_overcome():
        return None if rule.risk == RiskClass.DISTRESS else _Hit(rule, RiskClass.DISTRESS, rule.subtype)
    other = rule.subtype is Subtype.SELF and around.is_about_another()
    urgent = rule.risk == RiskClass.RISK and rule.family not in TIMELESS and around.is_urgent()
    return _Hit(rule, RiskClass.IMMINENT if urgent else rule.risk, Subtype.THIRD_PERSON if other else rule.subtype)


def _is_raised(hits: list[_Hit]) -> bool:
    at_risk = {hit.rule.family for hit in hits if hit.risk == RiskClass.RISK}
    raising = {hit.rule.family for hit in hits if hit.rule.raises and hit.risk != RiskClass.DISTRESS}
    return any(at_risk - {family} for family in raising)


def _subtype(hits: list[_Hit], risk: RiskClass) -> Subtype:
    least = min(risk, RiskClass.RISK, key=lambda wanted: wanted.rank)
    found = {hit.subtype for hit in hits if hit.risk >= least}
    return next((subtype for subtype in Subtype if subtype in found), Subtype.SELF)


class _Surroundings:
    """What stands around one hit, and what it does to the hit's meaning."""

    def __init__(self, text: str, start: int, end: int, context: Context) -> None:
        self._context = context
        self._before = text[max(0, start - NEAR) : start]
        self._hit = text[start:end]
        self._after = text[end : end + FAR]

    def is_negated(self) -> bool:
        """A negator governs the hit, and no second negation or question undoes it."""
        clause = CLAUSE.split(self._before)[-1]
        negated = self._context.negated_before.search(clause) or self._context.negated_after.search(self._after)
        return bool(negated) and not self._context.affirmed.search(clause + self._hit[:4])

    def is_overcome(self) -> bool:
        """It was so once, and the person says that it is better now."""
        frame = max((match.end() for match in self._context.past.finditer(self._before)), default=None)
        inside = self._context.past.search(self._hit)
        if frame is None and inside is None:
            return False
        if frame is not None and self._context.present.search(self._before[frame:]):
            return False
        return bool(self._context.recovered.search(self._after))

    def is_about_another(self) -> bool:
        """Another person is named before the hit in the same sentence, and the speaker is not named after that."""
        before = BEGUN.split(self._before)[-1]
        sentence = before + self._hit
        named = self._context.other_person.finditer(sentence)
        others = [match.end() for match in named if match.start() <= len(before)]
        return bool(others) and not self._context.speaker.search(sentence[others[-1] :])

    def is_urgent(self) -> bool:
        """A time that is now or soon stands right by it."""
        clause = CLAUSE.split(self._before)[-1] + self._hit
        return bool(self._context.urgent_before.search(clause)) or bool(
            self._context.urgent_after.search(CLAUSE.split(self._after)[0])
        )
