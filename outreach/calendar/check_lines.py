"""Calendar bytes as content lines and components, with everything that is wrong with the lines on the way.

Written without the icalendar library on purpose: what one program writes, another one judges.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

LONGEST_LINE = 75  # octets, without the line break (RFC 5545 §3.1)

_BOM = b"\xef\xbb\xbf"
_CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")
_VALUE = r'(?:"[^"]*"|[^";:,]*)'
_CONTENT_LINE = re.compile(rf"([A-Za-z0-9-]+)((?:;[A-Za-z0-9-]+={_VALUE}(?:,{_VALUE})*)*):(.*)", re.DOTALL)
_PARAMETER = re.compile(rf";([A-Za-z0-9-]+)=({_VALUE}(?:,{_VALUE})*)")


@dataclass(frozen=True, slots=True)
class Property:
    """One content line, unfolded. *line* is where it begins, from 1."""

    name: str
    parameters: dict[str, str]
    value: str = field(repr=False)
    line: int


@dataclass(slots=True)
class Component:
    """What stands between BEGIN and END."""

    name: str
    line: int
    parent: str | None
    properties: list[Property] = field(default_factory=list)
    children: list[Component] = field(default_factory=list)

    def all(self, *names: str) -> list[Property]:
        """Its own properties of these names, in order."""
        return [found for found in self.properties if found.name in names]

    def first(self, name: str) -> Property | None:
        """Its first property of that name, ``None`` if there is none."""
        return next(iter(self.all(name)), None)

    def walk(self) -> Iterator[Component]:
        """Itself and all below it, without recursion: a hostile file may nest without end."""
        waiting = [self]
        while waiting:
            component = waiting.pop()
            yield component
            waiting.extend(reversed(component.children))


def read(data: bytes) -> tuple[list[Component], list[str]]:
    """The outermost components of *data* as far as they can be made out, and the problems of its lines and nesting.

    Never raises. A problem names a line and a property, never a value: a calendar's text has no place in a log.
    """
    problems: list[str] = []
    lines = _physical(data, problems)
    return _nested(_properties(_unfolded(lines, problems), problems), problems), problems


def _physical(data: bytes, problems: list[str]) -> list[str]:
    if data.startswith(_BOM):
        problems.append("line 1: begins with a byte order mark")
        data = data.removeprefix(_BOM)
    if not data.endswith(b"\r\n"):
        problems.append("the last line does not end with CRLF")
    if b"\n" in data.replace(b"\r\n", b""):
        problems.append("a line ends with LF alone")
    lines = re.split(rb"\r?\n", data)
    if not lines[-1]:
        lines.pop()
    return [_text(number, line, problems) for number, line in enumerate(lines, start=1)]


def _text(number: int, line: bytes, problems: list[str]) -> str:
    if len(line) > LONGEST_LINE:
        problems.append(f"line {number}: longer than {LONGEST_LINE} octets")
    if not line:
        problems.append(f"line {number}: empty")
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        problems.append(f"line {number}: not UTF-8, or folded inside a character")
        text = line.decode("utf-8", "replace")
    if _CONTROL.search(text):
        problems.append(f"line {number}: a control character")
    return text


def _unfolded(lines: Iterable[str], problems: list[str]) -> list[tuple[int, str]]:
    whole: list[tuple[int, str]] = []
    for number, line in enumerate(lines, start=1):
        if not line.startswith((" ", "\t")):
            whole.append((number, line))
        elif whole:
            began, text = whole[-1]
            whole[-1] = (began, text + line[1:])
        else:
            problems.append(f"line {number}: continues a line that is not there")
    return whole


def _properties(lines: Iterable[tuple[int, str]], problems: list[str]) -> Iterator[Property]:
    for number, line in lines:
        match = _CONTENT_LINE.fullmatch(line)
        if match is not None:
            parameters = {name.upper(): value.strip('"') for name, value in _PARAMETER.findall(match[2])}
            yield Property(match[1].upper(), parameters, match[3], number)
        elif line:
            problems.append(f"line {number}: not of the form NAME:value")


def _nested(properties: Iterable[Property], problems: list[str]) -> list[Component]:
    roots: list[Component] = []
    stack: list[Component] = []
    for found in properties:
        if found.name == "BEGIN":
            opened = Component(found.value.upper(), found.line, stack[-1].name if stack else None)
            (stack[-1].children if stack else roots).append(opened)
            stack.append(opened)
        elif found.name == "END":
            if not stack or stack.pop().name != found.value.upper():
                problems.append(f"line {found.line}: END without its BEGIN")
        elif stack:
            stack[-1].properties.append(found)
        else:
            problems.append(f"line {found.line}: {found.name} outside of any component")
    problems.extend(f"line {left.line}: {left.name} is never closed" for left in stack)
    return roots
