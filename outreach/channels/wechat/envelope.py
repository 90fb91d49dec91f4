"""WeChat's signature and encryption: wechatpy's primitives inside checks that wechatpy leaves out.

Facts: platforms.md A1 and A2. wechatpy never validates the padding, compares signatures with ``!=`` and draws
its random bytes from `random`; here all three are ours.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import struct

from wechatpy.crypto.cryptography import WeChatCipher
from wechatpy.crypto.pkcs7 import PKCS7Encoder
from wechatpy.utils import WeChatSigner

from outreach.channels.wechat.refused import Refused

_AES_BLOCK = 16
_LARGEST_PADDING = 32
_RANDOM_BYTES = 16
_HEAD_BYTES = _RANDOM_BYTES + 4  # then comes the length, big-endian


def sign(*parts: str) -> str:
    """The SHA-1, 40 hexadecimal digits, over *parts* sorted and joined."""
    signer = WeChatSigner()
    signer.add_data(*parts)
    return str(signer.signature)


def is_signed(signature: str, *parts: str) -> bool:
    """Whether *signature* (ASCII) is that of *parts*; takes the same time whichever digit differs."""
    return hmac.compare_digest(signature, sign(*parts))


class Envelope:
    """Opens and seals what travels in ``Encrypt``, for one account. Safe to share between threads."""

    def __init__(self, key: bytes, appid: str) -> None:
        self._cipher = WeChatCipher(key)
        self._appid = appid.encode()

    def open(self, encrypt: str) -> bytes | Refused:
        """The message inside *encrypt*, or why there is none. Check the signature over *encrypt* first."""
        try:
            sealed = base64.b64decode(encrypt, validate=True)
        except binascii.Error:
            return Refused("not_base64")
        if len(sealed) < 2 * _AES_BLOCK or len(sealed) % _AES_BLOCK:
            return Refused("not_blocks")
        return self._unframe(self._cipher.decrypt(sealed))

    def seal(self, message: bytes, random16: bytes) -> str:
        """*message* encrypted for WeChat, in base64. *random16* are 16 unpredictable bytes."""
        framed = random16 + struct.pack(">I", len(message)) + message + self._appid
        return base64.b64encode(self._cipher.encrypt(PKCS7Encoder.encode(framed))).decode()

    def _unframe(self, padded: bytes) -> bytes | Refused:
        padding = padded[-1]
        if not 1 <= padding <= _LARGEST_PADDING or not padded.endswith(bytes([padding]) * padding):
            return Refused("bad_padding")
        framed = padded[:-padding]
        if len(framed) < _HEAD_BYTES:
            return Refused("too_short")
        (length,) = struct.unpack_from(">I", framed, _RANDOM_BYTES)
        end = _HEAD_BYTES + length
        if end > len(framed):
            return Refused("bad_length")
        if not hmac.compare_digest(framed[end:], self._appid):
            return Refused("other_account")
        return framed[_HEAD_BYTES:end]
