"""Getting an account ready: its menu, and a cheap look at whether WeChat grants the rights that the settings claim."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace

from outreach.channels.wechat.api import Api
from outreach.channels.wechat.menu import menu
from outreach.channels.wechat.outcomes import NO_RIGHT, outcome_of
from outreach.channels.wechat.rights import Rights
from outreach.channels.wechat.said import NoAnswer, Said
from outreach.channels.wechat.sending import CUSTOM, TEMPLATE, Pushes
from outreach.domain.ids import LaneName
from outreach.domain.messages import Halted

log = logging.getLogger(__name__)

CODES = "/cgi-bin/qrcode/create"
MENU = "/cgi-bin/menu/create"
_QUOTA = "/cgi-bin/openapi/quota/get"
_NOT_OF_THIS_ACCOUNT = 76022  # what the quota desk says of an API that the account may not call


def probed(rights: Rights) -> Mapping[str, tuple[str, bool]]:
    """What can be asked about: the name of each right, the API that it is for, and whether we believe to have it."""
    return {
        "customer_messages": (CUSTOM, rights.customer),
        "templates": (TEMPLATE, rights.template),
        "qr_codes": (CODES, rights.code),
    }


async def ask_about(api: Api, path: str) -> Said | NoAnswer:
    """The day's quota of the API at *path*, or 48001 if the account has no right to it. Uses nothing of it up."""
    said = await api.call(_QUOTA, {"cgi_path": path}, repeatable=True)
    return Said(NO_RIGHT, {}) if isinstance(said, Said) and said.code == _NOT_OF_THIS_ACCOUNT else said


async def prepare(api: Api, pushes: Pushes, lane: LaneName, *, keep_menu: bool) -> bool:
    """Set the menu and drop the rights that WeChat denies. False if WeChat could not be asked: try again later."""
    if pushes.rights.menu and not keep_menu and not _settled(lane, await api.call(MENU, menu(), repeatable=True)):
        return False
    for name, (path, has) in probed(pushes.rights).items():
        if not has:
            continue
        said = await ask_about(api, path)
        if isinstance(said, Said) and said.code == NO_RIGHT:
            pushes.lose(_without(pushes.rights, name), name.replace("_", " "))
        elif not _settled(lane, said):
            return False
    return True


def _settled(lane: LaneName, said: Said | NoAnswer) -> bool:
    """Whether asking again would bring nothing new. What is wrong with our question is for staff to read."""
    if isinstance(said, NoAnswer):
        log.warning("lane %s: WeChat could not be asked (%s)", lane, said.code)
        return False
    if said.code != 0:
        log.error("lane %s: WeChat refused to be prepared (%d). See outreach channels check", lane, said.code)
    return not isinstance(outcome_of(said), Halted)


def _without(rights: Rights, name: str) -> Rights:
    lost = {"customer_messages": "customer", "templates": "template", "qr_codes": "code"}[name]
    return replace(rights, **{lost: False})
