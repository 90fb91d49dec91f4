"""QR codes with a parameter: what somebody brings along who comes in through a poster."""

from __future__ import annotations

import logging
from dataclasses import replace

from outreach.channels.wechat.api import Api
from outreach.channels.wechat.outcomes import NO_RIGHT
from outreach.channels.wechat.preparing import CODES
from outreach.channels.wechat.said import Said
from outreach.channels.wechat.sending import Pushes
from outreach.domain.ids import LaneName

log = logging.getLogger(__name__)

GOOD_FOR = 2_592_000  # seconds: thirty days, the most that WeChat gives for a code of which there may be any number
LONGEST_SCENE = 64


async def code_address(api: Api, pushes: Pushes, lane: LaneName, source: str) -> str | None:
    """The address that a code for *source* shows; ``None`` without a right to one, or if WeChat gives none."""
    if not pushes.rights.code or not 1 <= len(source) <= LONGEST_SCENE:
        return None
    scene = {"action_name": "QR_STR_SCENE", "action_info": {"scene": {"scene_str": source}}}
    said = await api.call(CODES, {"expire_seconds": GOOD_FOR, **scene}, repeatable=True)
    if isinstance(said, Said) and said.code == 0:
        return said.text("url") or None
    if isinstance(said, Said) and said.code == NO_RIGHT:
        pushes.lose(replace(pushes.rights, code=False), "QR codes")
    log.error("lane %s: a code could not be had (%s)", lane, said.code)
    return None
