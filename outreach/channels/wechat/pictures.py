"""The account's library of pictures: a poster put there is at hand in the editor of articles."""

from __future__ import annotations

import logging
import re

from outreach.channels.wechat.api import Api
from outreach.channels.wechat.rights import Rights
from outreach.channels.wechat.said import Said
from outreach.domain.ids import LaneName

log = logging.getLogger(__name__)

LIBRARY = "/cgi-bin/material/add_material"
LARGEST = 10 * 1024 * 1024  # bytes
_NOT_IN_A_NAME = re.compile(r"[^\w.-]+")
_LONGEST_NAME = 60


async def keep(api: Api, rights: Rights, lane: LaneName, name: str, png: bytes) -> str | None:
    """Put *png* into the library; its ``media_id``. ``None``: an account that may not, or WeChat did not take it."""
    if not rights.customer or not 0 < len(png) <= LARGEST:  # the same verified accounts have both rights
        return None
    said = await api.upload(LIBRARY, _NOT_IN_A_NAME.sub("-", name)[-_LONGEST_NAME:], png)
    if isinstance(said, Said) and said.code == 0 and said.text("media_id"):
        return said.text("media_id")
    log.error("lane %s: a picture was not taken (%s)", lane, said.code)
    return None
