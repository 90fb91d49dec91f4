"""The picture: of one size, with the code that was meant, and never without room for a text that is too long."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import segno
from PIL import Image, ImageChops

from outreach.posters import BadFont, Font, Poster, draw, parse_font, qr_png

ADDRESS = "https://outreach.example.org/chat?source=a-vyh5f9f6"
BARE = Poster("网络", "标题", (), "", None)


@pytest.fixture(scope="module")
def font(chinese_font: Path) -> Font:
    return parse_font(chinese_font.read_bytes())


def _picture(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content)).convert("RGB")


def test_a_face_that_writes_chinese_is_taken_of_a_collection_the_simplified_one(font: Font, chinese_font: Path):
    assert font.name
    if chinese_font.name.startswith("NotoSansCJK"):
        assert "SC" in font.name


def test_what_is_no_font_is_refused():
    with pytest.raises(BadFont):
        parse_font(b"no font")


def test_a_poster_has_the_size_that_telephones_and_printers_take(font: Font):
    assert _picture(draw(BARE, font)).size == (1080, 1440)


def test_without_an_address_there_is_no_code_on_it(font: Font):
    without, with_code = (_picture(draw(Poster("网络", "标题", (), "", address), font)) for address in (None, ADDRESS))

    box = ImageChops.difference(without, with_code).getbbox()

    assert box is not None
    assert box[1] > 900


def test_texts_of_any_length_leave_the_code_as_it_is(font: Font):
    long = Poster("网络" * 60, "标题" * 60, ("内容。" * 300,), "说明" * 90, ADDRESS)
    short = Poster("", "", (), "", ADDRESS)

    codes = [_picture(draw(poster, font)).crop((84, 976, 464, 1356)) for poster in (long, short)]

    assert ImageChops.difference(*codes).getbbox() is None


def test_the_code_says_the_address():
    picture = Image.open(io.BytesIO(qr_png(ADDRESS, 400))).convert("1")
    matrix = [list(row) for row in segno.make(ADDRESS, error="q", micro=False).matrix]
    scale = picture.width // (len(matrix) + 8)

    read = [
        [0 if picture.getpixel(((4 + x) * scale, (4 + y) * scale)) else 1 for x in range(len(matrix))]
        for y in range(len(matrix))
    ]

    assert read == matrix
