"""Posters: a title, a few lines and a QR code, as a picture that may be printed or posted into a group."""

from outreach.posters.fonts import BadFont, Font, parse_font
from outreach.posters.poster import Poster, draw
from outreach.posters.qr import qr_png

__all__ = ["BadFont", "Font", "Poster", "draw", "parse_font", "qr_png"]
