"""QR codes of our pages and doors, drawn by us and served from our own address."""

from __future__ import annotations

import io

import segno
from starlette.responses import Response

_QUIET = 4  # modules of white around it, as the standard asks
_A_DAY = "private, max-age=86400"


def svg(address: str) -> bytes:
    """A code that leads to *address*, readable with a quarter of it spoiled. Raises `ValueError` if it is too long."""
    drawn = io.BytesIO()
    code = segno.make(address, error="q", micro=False)
    code.save(
        drawn, kind="svg", border=_QUIET, light="#fff", omitsize=True, xmldecl=False, svgclass=None, lineclass=None
    )
    return drawn.getvalue()


def picture(address: str) -> Response:
    """The same as an answer."""
    return Response(svg(address), media_type="image/svg+xml", headers={"cache-control": _A_DAY})
