"""The one place where foreign XML meets a parser: bytes in, a small typed record or a refusal out.

wechatpy raises twelve kinds of exception on hostile input (platforms.md B4); none leaves this module.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.parsers.expat import ExpatError

from wechatpy import parse_message

from outreach.channels.wechat.refused import Refused

MOST_TAGS = 500  # WeChat's largest callback has about 60; 500 parse in under 1 ms, 16,000 would take 20

_DECLARATION = re.compile(rb"\s*+<\?xml[^<>]{0,100}\?>")
_CDATA_BEGINS, _CDATA_ENDS = b"<![CDATA[", b"]]>"
_RAW_CONTROL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_REFERENCE = re.compile(r"&#(?:x([0-9A-Fa-f]{1,8})|([0-9]{1,8}));")


@dataclass(frozen=True, slots=True)
class Notice:
    """What WeChat tells us, each field as its text: empty where it is absent, repeated or not plain text.

    *kind* and *event* are lower case, as wechatpy names them; *account* is our own original id.
    """

    kind: str
    event: str
    message_id: str = field(repr=False)
    sender: str = field(repr=False)
    account: str
    created: str
    key: str = field(repr=False)
    content: str = field(repr=False)
    speech: str = field(repr=False)
    job: str
    """``MsgID``, with a capital D: the message of ours that a finished job is about."""
    status: str = ""
    """What became of that job."""
    about: str = field(default="", repr=False)
    """``OpenID``: the person of whom the platform itself tells us something."""
    choices: tuple[tuple[str, str], ...] = ()
    """Of a question whether they want notices: each template and ``accept`` or ``reject``."""


@dataclass(frozen=True, slots=True)
class Strange:
    """Genuine, but nothing that we can read. *reason* is a short fixed code."""

    reason: str


def inspect(xml: bytes) -> int | Refused:
    """How many tags *xml* has outside CDATA; refused if it declares a document type, entities or the like.

    Linear, and before any parser. Comments and instructions are refused as well: WeChat sends none, and without
    them what is inside a CDATA section here is inside one for the parser too.
    """
    declaration = _DECLARATION.match(xml)
    begin, tags = declaration.end() if declaration else 0, 0
    while begin < len(xml):
        end = xml.find(_CDATA_BEGINS, begin)
        end = len(xml) if end < 0 else end
        if xml.find(b"<!", begin, end) >= 0 or xml.find(b"<?", begin, end) >= 0:
            return Refused("declarations", status=400)
        tags += xml.count(b"<", begin, end)
        closing = xml.find(_CDATA_ENDS, end)
        begin = len(xml) if closing < 0 else closing + len(_CDATA_ENDS)
    return tags


def read_notice(xml: bytes) -> Notice | Strange | Refused:
    """What *xml* says; `Strange` if it says nothing we can read, `Refused` if it is an attack on the parser."""
    tags = inspect(xml)
    if isinstance(tags, Refused):
        return tags
    if tags > MOST_TAGS:
        return Strange("too_many_tags")
    try:
        return _parse(xml.decode())
    except (ExpatError, UnicodeDecodeError):
        return _read_mended(xml)


def _read_mended(xml: bytes) -> Notice | Strange:
    """Once more without what XML forbids: a broken emoji must not keep somebody's words from being read."""
    try:
        return _parse(_mend(xml.decode(errors="replace")))
    except ExpatError:
        return Strange("not_xml")


def _parse(text: str) -> Notice | Strange:
    try:
        return _notice_of(parse_message(text)._data)
    except ExpatError:
        raise
    except Exception:  # whatever wechatpy trips over: KeyError, TypeError, AttributeError … and what we have not met
        return Strange("no_type")


def _mend(text: str) -> str:
    return _RAW_CONTROL.sub("", _REFERENCE.sub(_legal_reference, text))


def _legal_reference(match: re.Match[str]) -> str:
    number = int(match[1], 16) if match[1] else int(match[2])
    legal = number <= 0x10FFFF and not _RAW_CONTROL.match(chr(number))
    return match[0] if legal else ""


def _notice_of(values: Mapping[str, Any]) -> Notice:
    def text(name: str) -> str:
        value = values.get(name)
        return value if isinstance(value, str) else ""

    return Notice(
        kind=text("MsgType").lower(),
        event=text("Event").lower(),
        message_id=text("MsgId"),
        sender=text("FromUserName"),
        account=text("ToUserName"),
        created=text("CreateTime"),
        key=text("EventKey"),
        content=text("Content"),
        speech=text("Recognition"),
        job=text("MsgID"),
        status=text("Status"),
        about=text("OpenID"),
        choices=_choices_of(values),
    )


def _choices_of(values: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """WeChat writes one choice as an element and several as a list, in either wrapper (platforms.md A3)."""
    return tuple(
        (template, said)
        for wrapper in ("SubscribeMsgPopupEvent", "SubscribeMsgChangeEvent")
        for entry in _entries(values.get(wrapper))
        if isinstance(template := entry.get("TemplateId"), str)
        and isinstance(said := entry.get("SubscribeStatusString"), str)
    )


def _entries(wrapped: object) -> list[Mapping[str, Any]]:
    listed = wrapped.get("List") if isinstance(wrapped, Mapping) else None
    return [entry for entry in (listed if isinstance(listed, list) else [listed]) if isinstance(entry, Mapping)]
