"""From WeChat's notice to the values that the house speaks in."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable
from datetime import UTC, datetime

from outreach.channels.wechat.grants import CHOICE_EVENTS, grants_of
from outreach.channels.wechat.notice import Notice, Strange
from outreach.channels.wechat.text import normalise
from outreach.domain.messages import Incoming, Message, Pressed, Reach, Reachability, Receipt, Unparsed
from outreach.domain.secret import Secret

_OPENID = re.compile(r"[0-9A-Za-z_-]{1,64}", re.ASCII)
_SECONDS = re.compile(r"[0-9]{1,11}", re.ASCII)  # 11 digits end in the year 5138
_MESSAGE_ID = re.compile(r"[0-9]{1,19}", re.ASCII)
_LARGEST_ID = 2**63 - 1
_SCENE = re.compile(r"[0-9A-Za-z_:=-]{1,64}", re.ASCII)
_TOKEN = re.compile(r"(?=.{1,40}\Z)[a-z][a-z_]*(:[0-9A-Za-z_.-]+)*", re.ASCII)
_JOB_CODES = {"failed:user block": "user_block", "failed:user blocked": "user_block", "failed: system failed": "system"}
_MASS_FAULT = re.compile(r"err\(([0-9]{1,6})\)", re.ASCII)
_KNOWN_KINDS = frozenset({"image", "voice", "video", "shortvideo", "location", "link"})


def to_incoming(notice: Notice | Strange, xml: bytes, secret: Secret) -> tuple[Incoming, ...]:
    """What *notice* says, `Unparsed` with a reason where we do not understand it. One thing, or several choices.

    *xml* is what it was read from, *secret* the key under which identifiers are made of what has none.
    """
    if isinstance(notice, Strange):
        return (Unparsed(_digest(secret, xml), notice.reason),)
    message_id = _message_id(notice, xml, secret)
    sent_at = _moment(notice.created)
    fault = _fault(notice, sent_at)
    if fault or sent_at is None:
        return (Unparsed(message_id, fault, sent_at),)
    is_event = notice.kind == "event"
    if is_event and notice.event in CHOICE_EVENTS and (grants := grants_of(notice, _digest(secret, xml), sent_at)):
        return grants
    decode = _EVENTS.get(notice.event, _unknown) if is_event else _MESSAGES.get(notice.kind, _unknown)
    return (decode(notice, message_id, sent_at),)


def _fault(notice: Notice, sent_at: datetime | None) -> str:
    if not notice.kind:
        return "no_type"
    if not _OPENID.fullmatch(notice.sender):
        return "no_sender"
    if sent_at is None:
        return "bad_time"
    if notice.message_id and _whole_id(notice.message_id) is None:
        return "bad_id"
    return ""


def _message_id(notice: Notice, xml: bytes, secret: Secret) -> str:
    """`MsgId` where there is a sound one; else what stays the same when WeChat delivers again."""
    number = _whole_id(notice.message_id)
    if number is not None:
        return number
    if not notice.sender or not notice.created or not notice.event:
        return _digest(secret, xml)
    named = (notice.sender, notice.created, notice.event, notice.key, notice.job)
    return _digest(secret, "\0".join((*named, notice.about) if notice.about else named).encode())


def _digest(secret: Secret, content: bytes) -> str:
    # keyed, so that nobody who reads an id can try out OpenIDs or words on it
    return "e-" + hmac.new(secret.reveal().encode(), content, hashlib.sha256).hexdigest()[:24]


def _whole_id(text: str) -> str | None:
    return str(int(text)) if _MESSAGE_ID.fullmatch(text) and int(text) <= _LARGEST_ID else None


def _moment(text: str) -> datetime | None:
    return datetime.fromtimestamp(int(text), UTC) if _SECONDS.fullmatch(text) else None


def _words(notice: Notice, message_id: str, sent_at: datetime) -> Incoming:
    text = normalise(notice.content)
    if not text:
        return Unparsed(message_id, "empty_text", sent_at, notice.sender)
    return Message(message_id, notice.sender, text, sent_at)


def _speech(notice: Notice, message_id: str, sent_at: datetime) -> Incoming:
    text = normalise(notice.speech)
    if not text:
        return Unparsed(message_id, "voice", sent_at, notice.sender)
    return Message(message_id, notice.sender, text, sent_at)


def _joined(notice: Notice, message_id: str, sent_at: datetime) -> Incoming:
    # a key that is no scene: a payment's number, a product's bar code
    return Reachability(message_id, notice.sender, sent_at, Reach.JOINED)


def _scanned(notice: Notice, message_id: str, sent_at: datetime) -> Incoming:
    scene = notice.key if _SCENE.fullmatch(notice.key) else None
    return Reachability(message_id, notice.sender, sent_at, Reach.JOINED, source=scene)


def _left(notice: Notice, message_id: str, sent_at: datetime) -> Incoming:
    return Reachability(message_id, notice.sender, sent_at, Reach.LEFT)


def _closed_account(notice: Notice, message_id: str, sent_at: datetime) -> Incoming:
    """The person has deleted their account. The sender is the platform; of whom it speaks stands in ``OpenID``."""
    if not _OPENID.fullmatch(notice.about):
        return Unparsed(message_id, "other_event", sent_at)
    return Reachability(message_id, notice.about, sent_at, Reach.GONE)


def _job_done(notice: Notice, message_id: str, sent_at: datetime) -> Incoming:
    if not notice.job:
        return Unparsed(message_id, "other_event", sent_at)
    done = notice.status.lower() == "success"
    code = "" if done else _JOB_CODES.get(notice.status.lower(), "failed")
    return Receipt(message_id, notice.sender, sent_at, notice.job, done, code)


def _mass_done(notice: Notice, message_id: str, sent_at: datetime) -> Incoming:
    """What became of a mass message: ``send success``, ``send fail``, or ``err(30003)`` with a reason's number."""
    if not notice.job:
        return Unparsed(message_id, "other_event", sent_at)
    status = notice.status.lower()
    found = _MASS_FAULT.fullmatch(status)
    code = "" if status == "send success" else f"mass_{found[1]}" if found else "mass_failed"
    return Receipt(message_id, notice.sender, sent_at, notice.job, not code, code)


def _pressed(notice: Notice, message_id: str, sent_at: datetime) -> Incoming:
    if not _TOKEN.fullmatch(notice.key):
        return Unparsed(message_id, "foreign_menu_key", sent_at)
    return Pressed(message_id, notice.sender, notice.key, sent_at)


def _unknown(notice: Notice, message_id: str, sent_at: datetime) -> Incoming:
    if notice.kind == "event":
        return Unparsed(message_id, "other_event", sent_at)
    if notice.kind not in _KNOWN_KINDS:
        return Unparsed(message_id, "unknown_type", sent_at)
    return Unparsed(message_id, notice.kind, sent_at, notice.sender)  # whoever sent it waits for an answer


_Decode = Callable[[Notice, str, datetime], Incoming]

_MESSAGES: dict[str, _Decode] = {"text": _words, "voice": _speech}

_EVENTS: dict[str, _Decode] = {
    "subscribe": _joined,
    "subscribe_scan": _scanned,  # wechatpy's name for a follow through a QR code; it has taken `qrscene_` off
    "subscribe_scan_product": _joined,
    "scan": _scanned,
    "unsubscribe": _left,
    "click": _pressed,
    "templatesendjobfinish": _job_done,
    "masssendjobfinish": _mass_done,
    "user_authorization_cancellation": _closed_account,
}
