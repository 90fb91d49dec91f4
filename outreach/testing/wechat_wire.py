"""WeChat's side of the wire, written without wechatpy so that the two ends check each other.

Facts: platforms.md A1 to A5; the vectors of crypto_vectors.json hold here too.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.etree import ElementTree

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

MOST_REPLY_BYTES = 2048
_PADDING_BITS = 32 * 8


class IllegalReply(Exception):
    """What the hook answered is nothing that WeChat would show; the person sees an error notice instead."""


@dataclass(frozen=True, slots=True)
class Account:
    """An Official Account as its owner has set it up. All of it is fictional here."""

    appid: str = "wx0123456789abcdef"
    token: str = field(default="standintoken", repr=False)
    aes_key: str = field(default="abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", repr=False)
    """43 characters; empty for plaintext mode."""
    original_id: str = "gh_0123456789ab"


@dataclass(frozen=True, slots=True)
class Wire:
    """One callback ready to be posted."""

    body: bytes = field(repr=False)
    query: Mapping[str, str] = field(repr=False)


def sign(*parts: str) -> str:
    """SHA-1 in hexadecimal over the sorted parts."""
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


def encrypt(account: Account, message: bytes, random16: bytes | None = None) -> str:
    """*message* as the content of ``Encrypt``."""
    head = secrets.token_bytes(16) if random16 is None else random16
    padder = padding.PKCS7(_PADDING_BITS).padder()
    framed = head + len(message).to_bytes(4, "big") + message + account.appid.encode()
    encryptor = _cipher(account).encryptor()
    return base64.b64encode(encryptor.update(padder.update(framed) + padder.finalize()) + encryptor.finalize()).decode()


def decrypt(account: Account, sealed: str) -> bytes:
    """The message inside *sealed*. Raises `IllegalReply` if it is not for this account or damaged."""
    try:
        decryptor = _cipher(account).decryptor()
        padded = decryptor.update(base64.b64decode(sealed, validate=True)) + decryptor.finalize()
        unpadder = padding.PKCS7(_PADDING_BITS).unpadder()
        framed = unpadder.update(padded) + unpadder.finalize()
    except ValueError as error:
        raise IllegalReply(f"cannot be decrypted: {error}") from None
    end = 20 + int.from_bytes(framed[16:20], "big")
    if framed[end:] != account.appid.encode():
        raise IllegalReply("is for another account, or its length is wrong")
    return framed[20:end]


def compose(account: Account, sender: str, created: int, fields: Mapping[str, str]) -> bytes:
    """A callback's XML, text in CDATA as WeChat writes it."""
    head = {"ToUserName": account.original_id, "FromUserName": sender}
    lines = [f"<{name}>{_cdata(text)}</{name}>" for name, text in (head | dict(fields)).items()]
    lines.insert(2, f"<CreateTime>{created}</CreateTime>")
    return ("<xml>" + "".join(lines) + "</xml>").encode(errors="surrogatepass")


def pack(account: Account, xml: bytes, timestamp: int, nonce: str) -> Wire:
    """*xml* as WeChat posts it: signed, and sealed unless the account is in plaintext mode."""
    moment = str(timestamp)
    query = {"signature": sign(account.token, moment, nonce), "timestamp": moment, "nonce": nonce}
    if not account.aes_key:
        return Wire(xml, query)
    sealed = encrypt(account, xml)
    query |= {"encrypt_type": "aes", "msg_signature": sign(account.token, moment, nonce, sealed)}
    body = f"<xml><ToUserName>{_cdata(account.original_id)}</ToUserName><Encrypt>{_cdata(sealed)}</Encrypt></xml>"
    return Wire(body.encode(), query)


def unpack(account: Account, body: bytes, reader: str) -> str | None:
    """The text that *reader* would see, ``None`` for silence. Raises `IllegalReply` for what WeChat would not show."""
    if body in (b"", b"success"):
        return None
    xml = _unseal(account, _elements(body)) if account.aes_key else body
    reply = _elements(xml)
    if (reply.get("ToUserName"), reply.get("FromUserName")) != (reader, account.original_id):
        raise IllegalReply("is from or for somebody else")
    if reply.get("MsgType") != "text" or not reply.get("CreateTime", "").isdigit():
        raise IllegalReply("is no text, or has no time")
    return _shown(reply.get("Content", ""))


def _shown(content: str) -> str:
    if not content.strip():
        raise IllegalReply("has no Content")
    if len(content.encode()) > MOST_REPLY_BYTES:
        raise IllegalReply(f"has {len(content.encode())} bytes of Content")
    return content


def _unseal(account: Account, outer: Mapping[str, str]) -> bytes:
    missing = {"Encrypt", "MsgSignature", "TimeStamp", "Nonce"} - outer.keys()
    if missing:
        raise IllegalReply(f"lacks {', '.join(sorted(missing))}")
    if sign(account.token, outer["TimeStamp"], outer["Nonce"], outer["Encrypt"]) != outer["MsgSignature"]:
        raise IllegalReply("is signed wrongly")
    return decrypt(account, outer["Encrypt"])


def _elements(xml: bytes) -> dict[str, str]:
    try:
        root = ElementTree.fromstring(xml)
    except (ElementTree.ParseError, ValueError):
        raise IllegalReply("is not well-formed XML") from None
    names = [child.tag for child in root]
    if root.tag != "xml" or len(set(names)) != len(names) or any(len(child) for child in root):
        raise IllegalReply("has another root, or an element twice or inside another")
    return {child.tag: child.text or "" for child in root}


def _cdata(text: str) -> str:
    return "<![CDATA[" + text.replace("]]>", "]]]]><![CDATA[>") + "]]>"


def _cipher(account: Account) -> Cipher[modes.CBC]:
    key = base64.b64decode(account.aes_key + "=")
    return Cipher(algorithms.AES(key), modes.CBC(key[:16]))
