"""Passive replies: one text for the person who wrote, as the XML that WeChat takes within its five seconds.

A malformed reply, an empty text or a foreign sender shows the person an error (platforms.md A4): better silence.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from wechatpy.replies import TextReply

from outreach.channels.wechat.config import TEXT_LIMIT_BYTES
from outreach.channels.wechat.envelope import Envelope, sign
from outreach.channels.wechat.text import cdata, cut, xml_safe
from outreach.domain.messages import Outgoing
from outreach.domain.secret import Secret


@dataclass(frozen=True, slots=True)
class Letter:
    """Who gets a reply, from which account (the original id), at which second, saying what."""

    to: str = field(repr=False)
    account: str
    seconds: int
    text: str = field(repr=False)

    def xml(self) -> str:
        """The reply as WeChat wants it in plaintext mode."""
        reply = TextReply(
            source=cdata(self.account), target=cdata(self.to), content=cdata(self.text), time=self.seconds
        )
        return str(reply.render())


def reply_text(message: Outgoing) -> str:
    """What the person reads of *message*: its text and, whole, the link that stands for a page or a file.

    At most 2,000 bytes; empty if nothing is left that may be sent.
    """
    text = xml_safe(message.text)
    link = xml_safe(message.link or (message.file.link if message.file else None) or "")
    if not link or link in text:
        return cut(text, TEXT_LIMIT_BYTES) if text.strip() else ""
    return f"{cut(text, TEXT_LIMIT_BYTES - len(link.encode()) - 1)}\n{link}".strip()


def seal_letter(letter: Letter, envelope: Envelope, token: Secret) -> str:
    """*letter* encrypted and signed, as secure mode wants it."""
    timestamp, nonce = str(letter.seconds), secrets.token_hex(8)
    encrypt = envelope.seal(letter.xml().encode(), random16=secrets.token_hex(8).encode())
    signature = sign(token.reveal(), timestamp, nonce, encrypt)
    return (
        f"<xml><Encrypt><![CDATA[{encrypt}]]></Encrypt><MsgSignature><![CDATA[{signature}]]></MsgSignature>"
        f"<TimeStamp>{timestamp}</TimeStamp><Nonce><![CDATA[{nonce}]]></Nonce></xml>"
    )
