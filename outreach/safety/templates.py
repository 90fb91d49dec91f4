"""The reply templates of one language, read and checked: what cannot be filled is refused before it is needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from string import Formatter

from outreach.safety.tables import Problems, Table, read_toml
from outreach.safety.verdict import RiskClass, Subtype

LINES = frozenset({"emergency", "police", "ambulance", "crisis", "crisis_hours", "women", "minor", "youth", "texting"})
PLACEHOLDERS = LINES | {"duty"}
ALWAYS_FILLED = frozenset({"emergency", "police", "ambulance"})
DUTY_KEYS = frozenset({"nobody", "notified", "acknowledged"})

ANSWERS = frozenset(
    {"safe:now", "safe:yes", "safe:no", "safe:self", "safe:third", "safe:quiet", "safe:danger", "safe:calm"}
)
"""The tokens that `Replies.follow_up` answers."""
FOLLOWED_BY_TEMPLATE = frozenset({"safe:yes", "safe:no", "safe:quiet", "safe:danger", "safe:calm"})
"""Those with a text of their own; the others lead to the reply of the class that they mean."""
TOKENS = ANSWERS | {"person", "tip", "list"}
MOST_CHOICES = 3

REQUIRED = frozenset(
    {(risk, about) for risk in (RiskClass.IMMINENT, RiskClass.RISK) for about in Subtype if about is not Subtype.NONE}
    | {(RiskClass.DISTRESS, Subtype.SELF)}
)
_REPLY_KEYS = frozenset({"risk", "subtype", "long", "short", "choices"})
_FOLLOW_UP_KEYS = frozenset({"token", "lines", "choices"})
_FILE_KEYS = frozenset({"language", "version", "joined", "duty", "labels", "reply", "follow_up"})


@dataclass(frozen=True, slots=True)
class Template:
    """Lines of one message; a line whose helpline is missing is left out. *choices* are tokens."""

    long: tuple[str, ...] = field(repr=False)
    short: tuple[str, ...] = field(repr=False)
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TemplateFile:
    """All templates of a language."""

    language: str
    version: str
    joined_by: str
    duty: Mapping[str, str] = field(repr=False)
    labels: Mapping[str, str] = field(repr=False)
    replies: Mapping[tuple[RiskClass, Subtype], Template]
    follow_ups: Mapping[str, Template]


def parse_templates(path: str, text: str) -> TemplateFile:
    """The templates in *text*. Raises `BadInput` with all problems at once: unknown or broken placeholders, a digit,

    a template that is missing, has no emergency number or does not say what the person on duty knows.
    """
    problems, table = Problems(path, text), read_toml(path, text)
    problems.only(table, _FILE_KEYS)
    parsed = TemplateFile(
        language=problems.text(table, "language"),
        version=problems.text(table, "version"),
        joined_by=problems.text(problems.table(table, "joined"), "or"),
        duty=_named(problems, problems.table(table, "duty"), DUTY_KEYS),
        labels=_named(problems, problems.table(table, "labels"), TOKENS),
        replies=_replies(problems, table),
        follow_ups=_follow_ups(problems, table),
    )
    problems.raise_if_any()
    return parsed


def _named(problems: Problems, table: Table, keys: frozenset[str]) -> dict[str, str]:
    problems.only(table, keys)
    texts = {key: problems.text(table, key) for key in sorted(keys)}
    for text in texts.values():
        _check_line(problems, text, frozenset(), 0)
    return texts


def _replies(problems: Problems, table: Table) -> dict[tuple[RiskClass, Subtype], Template]:
    found: dict[tuple[RiskClass, Subtype], Template] = {}
    for index, row in enumerate(problems.tables(table, "reply")):
        at = problems.line_of_nth("reply", index)
        problems.only(row, _REPLY_KEYS, at)
        key = (problems.text(row, "risk", at), problems.text(row, "subtype", at))
        known = next((required for required in REQUIRED if required == key), None)
        if known is None or known in found:
            problems.add("risk", f"a reply for {key[0]!r}, {key[1]!r} is not wanted here or is there twice", at)
            continue
        needs_duty = known[0] >= RiskClass.RISK
        found[known] = Template(
            long=_lines(problems, row, "long", at, needs_duty=needs_duty),
            short=_lines(problems, row, "short", at, needs_duty=needs_duty),
            choices=_choices(problems, row, at),
        )
    for risk, about in sorted(REQUIRED - found.keys()):
        problems.add("[[reply]]", f"there is no reply for risk = {risk.value!r}, subtype = {about.value!r}: write one")
    return found


def _follow_ups(problems: Problems, table: Table) -> dict[str, Template]:
    found: dict[str, Template] = {}
    for index, row in enumerate(problems.tables(table, "follow_up")):
        at = problems.line_of_nth("follow_up", index)
        problems.only(row, _FOLLOW_UP_KEYS, at)
        answer = problems.text(row, "token", at)
        lines = _lines(problems, row, "lines", at, needs_duty=answer != "safe:no")
        found[answer] = Template(lines, lines, _choices(problems, row, at))
    for answer in sorted(FOLLOWED_BY_TEMPLATE ^ found.keys()):
        problems.add("[[follow_up]]", f"follow-up {answer!r} is missing or not wanted: the tokens are fixed")
    return found


def _lines(problems: Problems, row: Table, key: str, at: int, *, needs_duty: bool) -> tuple[str, ...]:
    lines = problems.texts(row, key, at)
    alone = [names for line in lines if (names := _check_line(problems, line, PLACEHOLDERS, at)) is not None]
    sure = [names for names in alone if names <= ALWAYS_FILLED | {"duty"}]
    if lines and not any(names & ALWAYS_FILLED for names in sure):
        problems.add(key, f"{key}: a line must name {{emergency}} or {{police}} and no other helpline", at)
    if lines and needs_duty and not any("duty" in names for names in sure):
        problems.add(key, f"{key}: a line must hold {{duty}} and no helpline that may be missing", at)
    return lines


def _check_line(problems: Problems, line: str, allowed: frozenset[str], at: int) -> frozenset[str] | None:
    """The placeholders of *line*, or ``None`` if it is broken."""
    if any(character.isdigit() for character in line):
        problems.add(line, "a digit in a template: numbers come from helplines.toml alone", at)
    try:
        fields = [(name, spec, conversion) for _, name, spec, conversion in Formatter().parse(line) if name is not None]
    except ValueError:
        problems.add(line, "a brace without its partner: write {name}", at)
        return None
    for name, spec, conversion in fields:
        if name not in allowed or spec or conversion:
            known = ", ".join(sorted(allowed)) or "none here"
            problems.add(line, f"the placeholder {{{name}}} is not known: use one of {known}", at)
    return frozenset(name for name, _, _ in fields)


def _choices(problems: Problems, row: Table, at: int) -> tuple[str, ...]:
    choices = problems.texts(row, "choices", at)
    if len(choices) > MOST_CHOICES:
        problems.add("choices", f"{len(choices)} choices: at most {MOST_CHOICES}, the most urgent first", at)
    for token in choices:
        if token not in TOKENS:
            problems.add(token, f"the choice {token!r} is not known: use one of {', '.join(sorted(TOKENS))}", at)
    return choices
