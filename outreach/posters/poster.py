"""The picture itself: 1080 by 1440 pixels, which a telephone shows whole and a printer takes for A4."""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

from outreach.posters.fonts import Font
from outreach.posters.lines import wrap
from outreach.posters.qr import qr_png

WIDTH, HEIGHT = 1080, 1440  # pixels
_MARGIN, _CODE = 84, 380
_PAPER, _INK, _QUIET_INK, _ACCENT = "#fbf8f1", "#1f2a2e", "#4a5a5f", "#1d6b63"
_LEADING = 1.45


@dataclass(frozen=True, slots=True)
class Poster:
    """What stands on it, from top to bottom. *caption* is beside the code; without an *address* there is no code."""

    network: str
    title: str
    lines: tuple[str, ...]
    caption: str
    address: str | None


def draw(poster: Poster, font: Font) -> bytes:
    """*poster* as PNG. Texts that are too long for their place are set smaller, and in the last resort cut."""
    image = Image.new("RGB", (WIDTH, HEIGHT), _PAPER)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, WIDTH, 24), fill=_ACCENT)
    top = _block(pen, poster.network, font, (40, 32), 96, 130, _ACCENT)
    top = _block(pen, poster.title, font, (96, 80, 64, 52), top + 40, top + 440, _INK)
    bottom = HEIGHT - _MARGIN - _CODE - 60
    _block(pen, "\n".join(poster.lines), font, (50, 44, 38, 32, 27), top + 36, bottom, _INK)
    _foot(image, pen, poster, font)
    kept = io.BytesIO()
    image.save(kept, "PNG", optimize=True)
    return kept.getvalue()


def _foot(image: Image.Image, pen: ImageDraw.ImageDraw, poster: Poster, font: Font) -> None:
    top, left = HEIGHT - _MARGIN - _CODE, _MARGIN
    if poster.address is not None:
        code = Image.open(io.BytesIO(qr_png(poster.address, _CODE))).convert("RGB")
        image.paste(code, (_MARGIN, top))
        left += _CODE + 48
    _block(pen, poster.caption, font, (44, 38, 32, 26), top + 20, HEIGHT - _MARGIN, _QUIET_INK, left)


def _block(
    pen: ImageDraw.ImageDraw, text: str, font: Font, sizes: tuple[int, ...], top: int, bottom: int, ink: str,
    left: int = _MARGIN,
) -> int:  # fmt: skip
    """Write *text* between *top* and *bottom* in the largest of *sizes* that fits; where it ends."""
    for size in sizes:
        face = font.at(size)
        lines = wrap(text, WIDTH - _MARGIN - left, face.getlength)
        height = round(size * _LEADING)
        room = max(1, (bottom - top) // height)
        if len(lines) <= room:
            break
    else:
        lines = [*lines[: room - 1], _cut(lines[room - 1], face, WIDTH - _MARGIN - left)]
    for number, line in enumerate(lines):
        pen.text((left, top + number * height), line, font=face, fill=ink)
    return top + len(lines) * height


def _cut(line: str, face: ImageFont.FreeTypeFont, width: float) -> str:
    while line and face.getlength(line + "…") > width:
        line = line[:-1]
    return line + "…"
