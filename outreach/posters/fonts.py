"""A font that can write Chinese, from the bytes of a font file or collection."""

from __future__ import annotations

import io
from dataclasses import dataclass, field

from PIL import ImageFont

_SIMPLIFIED = ("SC", "Hans", "GB", "CN")
_PROBE = "心"
_MOST_FACES = 40


class BadFont(ValueError):
    """These bytes are no font, or one that cannot write Chinese."""


@dataclass(frozen=True, slots=True)
class Font:
    """One face of a font file."""

    content: bytes = field(repr=False)
    face: int
    name: str

    def at(self, size: int) -> ImageFont.FreeTypeFont:
        """The face at *size* pixels."""
        return ImageFont.truetype(io.BytesIO(self.content), size, index=self.face)


def parse_font(content: bytes) -> Font:
    """The face for simplified Chinese in *content*, else its first that can write Chinese. Raises `BadFont`."""
    faces = [Font(content, face, name) for face, name in _faces(content)]
    able = [font for font in faces if _writes_chinese(font)]
    if not able:
        raise BadFont("no font that writes Chinese")
    return next((font for font in able if any(mark in font.name for mark in _SIMPLIFIED)), able[0])


def _faces(content: bytes) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    for face in range(_MOST_FACES):
        try:
            font = ImageFont.truetype(io.BytesIO(content), 10, index=face)
        except OSError:
            break
        found.append((face, " ".join(part for part in font.getname() if part)))
    return found


def _writes_chinese(font: Font) -> bool:
    """A face without a character draws its box for missing ones, which is the same for all."""
    face = font.at(32)
    return bytes(face.getmask(_PROBE)) != bytes(face.getmask("\U000f0000"))
