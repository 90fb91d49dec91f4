"""QR codes, of the kind that an old telephone reads from a wall: error correction for a quarter of it spoiled."""

from __future__ import annotations

import io

import segno

_QUIET = 4  # modules of white around it, as the standard asks


def qr_png(address: str, pixels: int) -> bytes:
    """A square PNG of about *pixels* a side that leads to *address*. Raises `ValueError` if that is too long."""
    code = segno.make(address, error="q", micro=False)
    side = code.symbol_size(border=_QUIET)[0]
    kept = io.BytesIO()
    code.save(kept, kind="png", scale=max(1, pixels // side), border=_QUIET)
    return kept.getvalue()
