"""The block of ``key: value`` lines at the head of an item: read strictly, every value with its line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import yaml

FENCE = "---"
MOST_CHARACTERS = 10_000  # PyYAML reads some 100,000 characters a second: a long head would hold up an import
MOST_DEPTH = 2  # the mapping, and a list in it


@dataclass(frozen=True, slots=True)
class Field:
    """One value as it was written: a text, or a list of texts. *line* counts from 1 in the file."""

    value: str | tuple[str, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Parted:
    """A file in its two halves. *problems* are (line, sentence) pairs; with any, *fields* is what could be read."""

    fields: Mapping[str, Field]
    body: str
    body_line: int
    problems: tuple[tuple[int, str], ...]


def part(text: str) -> Parted:
    """Part *text* (LF line ends) at the two ``---`` lines. Never raises: what is wrong is in `Parted.problems`."""
    lines = text.split("\n")
    if lines[0] != FENCE or FENCE not in lines[1:]:
        wanted = f"the file does not begin with a front matter; put it between two lines of {FENCE}"
        return Parted({}, text, 1, ((1, wanted),))
    end = lines.index(FENCE, 1)
    fields, problems = _fields("\n".join(lines[1:end]))
    return Parted(fields, "\n".join(lines[end + 1 :]), end + 2, tuple(problems))


def _fields(head: str) -> tuple[dict[str, Field], list[tuple[int, str]]]:
    refused = list(_refused(head))
    if refused:
        return {}, refused
    try:
        root = yaml.compose(head, Loader=yaml.SafeLoader)
    except yaml.YAMLError as wrong:
        return {}, [_unreadable(wrong)]
    if not isinstance(root, yaml.MappingNode):
        return {}, [(2, "the front matter is not a list of “key: value” lines; write one key a line")]
    return _collect(root)


def _refused(head: str) -> Iterator[tuple[int, str]]:
    """What could be a bomb or a trap, found before any structure is built."""
    if len(head) > MOST_CHARACTERS:
        yield 2, f"the front matter is longer than {MOST_CHARACTERS} characters; shorten it"
        return
    tabs = [number for number, line in enumerate(head.split("\n"), start=2) if "\t" in line]
    yield from ((number, "there is a tab in the front matter; use spaces") for number in tabs)
    if not tabs:
        yield from _refused_events(head)


def _refused_events(head: str) -> Iterator[tuple[int, str]]:
    depth = documents = 0
    try:
        for event in yaml.parse(head, Loader=yaml.SafeLoader):
            line = (event.start_mark.line if event.start_mark else 0) + 2
            documents += isinstance(event, yaml.DocumentStartEvent)
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if isinstance(event, yaml.NodeEvent) and event.anchor is not None:
                yield (
                    line,
                    "anchors and aliases (& and *) are not allowed; write the value out, in quotes if it has one",
                )
            if getattr(event, "tag", None) is not None:
                yield line, "tags (!) are not allowed; write the plain value, in quotes if it begins with one"
            if depth > MOST_DEPTH or documents > 1:
                yield line, "the front matter is nested too deeply; use plain values and plain lists"
                return
    except yaml.YAMLError as wrong:
        yield _unreadable(wrong)


def _unreadable(wrong: yaml.YAMLError) -> tuple[int, str]:
    mark = wrong.problem_mark if isinstance(wrong, yaml.MarkedYAMLError) else None
    what = wrong.problem if isinstance(wrong, yaml.MarkedYAMLError) else "a character that cannot be printed"
    return (mark.line if mark else 0) + 2, f"cannot be read as YAML ({what}); mend or quote this line"


def _collect(root: yaml.MappingNode) -> tuple[dict[str, Field], list[tuple[int, str]]]:
    fields: dict[str, Field] = {}
    problems: list[tuple[int, str]] = []
    for key_node, value_node in root.value:
        line = key_node.start_mark.line + 2
        value = _value(value_node)
        if not isinstance(key_node, yaml.ScalarNode):
            problems.append((line, "a key is not a plain word; write “key: value”"))
        elif key_node.value in fields:
            problems.append((line, f"{key_node.value} is given twice; keep one"))
        elif value is None:
            problems.append((line, f"{key_node.value} is neither a text nor a list of texts; write one of the two"))
        else:
            fields[key_node.value] = Field(value, line)
    return fields, problems


def _value(node: yaml.Node) -> str | tuple[str, ...] | None:
    if isinstance(node, yaml.ScalarNode):
        return str(node.value).strip()
    if isinstance(node, yaml.SequenceNode) and all(isinstance(entry, yaml.ScalarNode) for entry in node.value):
        return tuple(str(entry.value).strip() for entry in node.value)
    return None
