"""The fixed replies: from verdict, language, helplines and what the person on duty really knows to a message.

Choice tokens: ``person`` asks for a human, ``tip`` and ``list`` are the conversation's own; ``safe:…`` answer a safety
question and come back to `answer_verdict` and `Replies.follow_up`.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from string import Formatter

import regex

from outreach.domain.errors import BadInput
from outreach.domain.messages import Choice, Language, MessageKind, Outgoing
from outreach.safety.helplines import Helpline, HelplineKind, HelplineSet, Service
from outreach.safety.templates import Template, TemplateFile, parse_templates
from outreach.safety.verdict import RiskClass, Subtype, Verdict

_HAN = regex.compile(r"\p{Han}")
_LATIN = regex.compile(r"\p{Latin}")

_MEANT: dict[str, tuple[RiskClass, Subtype]] = {
    "safe:now": (RiskClass.IMMINENT, Subtype.SELF),
    "safe:yes": (RiskClass.RISK, Subtype.SELF),
    "safe:no": (RiskClass.DISTRESS, Subtype.SELF),
    "safe:self": (RiskClass.RISK, Subtype.SELF),
    "safe:third": (RiskClass.RISK, Subtype.THIRD_PERSON),
    "safe:quiet": (RiskClass.RISK, Subtype.SELF),
    "safe:danger": (RiskClass.IMMINENT, Subtype.VIOLENCE),
    "safe:calm": (RiskClass.RISK, Subtype.VIOLENCE),
}


class Duty(StrEnum):
    """What has really happened to the alert. Only this decides what the person is told about staff."""

    NOBODY = "nobody"  # no one on the roster, not sent, or not known
    NOTIFIED = "notified"  # the alert was delivered to somebody
    ACKNOWLEDGED = "acknowledged"  # somebody confirmed it


def default_language(text: str, default: Language = Language.ZH) -> Language:
    """The language whose script *text* is written in: any Han character is Chinese, else any Latin letter English."""
    if _HAN.search(text):
        return Language.ZH
    return Language.EN if _LATIN.search(text) else default


def answer_verdict(token: str, lexicon: str) -> Verdict | None:
    """What a tapped answer to a safety question means; ``None`` for any other token. *lexicon* is the screen's."""
    meant = _MEANT.get(token)
    return None if meant is None else Verdict(*meant, (f"answer.{token.removeprefix('safe:')}",), lexicon)


class Replies:
    """All fixed replies, checked at parsing. Immutable; never raises afterwards for a verdict that needs a reply."""

    __slots__ = ("_files",)

    def __init__(self, files: Mapping[Language, TemplateFile]) -> None:
        self._files = dict(files)

    @classmethod
    def parse(cls, files: Mapping[str, str]) -> Replies:
        """Replies from template files, path to text, one for each `Language`. Raises `BadInput` with all problems."""
        found: dict[Language, TemplateFile] = {}
        problems: list[str] = []
        for path, text in sorted(files.items()):
            try:
                file = parse_templates(path, text)
                found[Language(file.language)] = file
            except BadInput as error:
                problems += error.problems
            except ValueError:
                problems.append(f"{path}:1: the language is not one of {', '.join(Language)}: correct it")
        if not problems:
            missing = [language for language in Language if language not in found]
            problems += [f"safety/replies.{language}.toml: missing: restore the library's" for language in missing]
        if problems:
            raise BadInput(problems)
        return cls(found)

    def reply(
        self, verdict: Verdict, language: Language, helplines: HelplineSet, duty: Duty, *, short: bool = False
    ) -> Outgoing:
        """The message for *verdict*. *short*: the second one within 30 minutes. Raises `ValueError` for class none."""
        if verdict.risk == RiskClass.NONE:
            raise ValueError("a text of class none has no safety reply")
        about = verdict.subtype if verdict.needs_reply and verdict.subtype is not Subtype.NONE else Subtype.SELF
        file = self._files[language]
        template = file.replies[(verdict.risk, about)]
        return _fill(file, template, template.short if short else template.long, helplines, duty)

    def follow_up(self, token: str, language: Language, helplines: HelplineSet, duty: Duty) -> Outgoing | None:
        """What the tapped answer *token* is answered with, or ``None`` if it is not an answer to a safety question."""
        verdict = answer_verdict(token, "")
        if verdict is None:
            return None
        file = self._files[language]
        template = file.follow_ups.get(token)
        if template is None:
            return self.reply(verdict, language, helplines, duty)
        return _fill(file, template, template.long, helplines, duty)


def _fill(
    file: TemplateFile, template: Template, lines: tuple[str, ...], helplines: HelplineSet, duty: Duty
) -> Outgoing:
    values = _values(file, helplines) | {"duty": file.duty[duty]}
    told = [line.format_map(values) for line in lines if _names(line) <= values.keys()]
    choices = tuple(Choice(file.labels[token], token) for token in template.choices)
    return Outgoing(MessageKind.SAFETY, "\n".join(told), choices)


def _names(line: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(line) if name}


def _values(file: TemplateFile, helplines: HelplineSet) -> dict[str, str]:
    """What the placeholders stand for; a helpline that is not verified for the place is not among them."""
    language = Language(file.language)
    police, ambulance = helplines.service(Service.POLICE), helplines.service(Service.AMBULANCE)
    both = dict.fromkeys((ambulance.named(language), police.named(language)))
    lines: dict[str, Helpline | None] = {"police": police, "ambulance": ambulance, "crisis": helplines.crisis}
    for kind in (HelplineKind.WOMEN, HelplineKind.MINOR, HelplineKind.YOUTH):
        lines[kind.value] = helplines.first(kind)
    values = {name: line.named(language) for name, line in lines.items() if line is not None}
    values["emergency"] = file.joined_by.join(both)
    if helplines.crisis is not None and helplines.crisis.hours[language]:
        values["crisis_hours"] = helplines.crisis.hours[language]
    if helplines.texting is not None:
        values["texting"] = f"{helplines.texting.text_number} ({helplines.texting.display[language]})"
    return values
