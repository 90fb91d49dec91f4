"""A look at the account for staff: the token, the rights that WeChat really gives, what is left of the day's quotas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from outreach.channels.base import Finding
from outreach.channels.wechat.api import Api
from outreach.channels.wechat.checking_templates import look_at_templates
from outreach.channels.wechat.outcomes import NO_RIGHT, outcome_of
from outreach.channels.wechat.preparing import MENU, ask_about, probed
from outreach.channels.wechat.rights import Rights
from outreach.channels.wechat.said import NoAnswer, Said
from outreach.channels.wechat.templates import Template
from outreach.domain.messages import Halted, MessageKind
from outreach.domain.secret import Secret


async def look_at(
    api: Api, rights: Rights, templates: Mapping[MessageKind, Template], *, has_secret: bool
) -> Sequence[Finding]:
    """What stands well and what does not, against the *rights* that the settings claim.

    Changes nothing: it asks for a token, for quotas and for the list of templates.
    """
    if not has_secret:
        return (Finding("push", True, "answers_only", "wechat_answers_only"),)
    token = await api.token()
    if not isinstance(token, Secret):
        return (_no_token(token),)
    asked = {"menu": (MENU, rights.menu), **probed(rights)}
    found = [await _right(api, name, path, has) for name, (path, has) in asked.items()]
    table = templates if rights.template else {}
    return (Finding("token", True), *found, *await look_at_templates(api, table))


def _no_token(why: Said | NoAnswer) -> Finding:
    if isinstance(why, NoAnswer):
        return Finding("token", False, why.code, "no_answer")
    outcome = outcome_of(why)
    remedy = outcome.remedy if isinstance(outcome, Halted) else "other"
    values = {"address": why.our_address or "-"} if remedy == "wechat_whitelist" else {}
    return Finding("token", False, str(why.code), remedy, values)


async def _right(api: Api, subject: str, path: str, has: bool) -> Finding:
    if not has:
        return Finding(subject, True, "not_of_this_kind")
    said = await ask_about(api, path)
    if isinstance(said, NoAnswer):
        return Finding(subject, False, said.code, "no_answer")
    if said.code == NO_RIGHT:
        return Finding(subject, False, "denied", "wechat_kind")
    if said.code != 0:
        return Finding(subject, False, str(said.code), "other")
    return Finding(subject, True, "", "", _left(said))


def _left(said: Said) -> dict[str, str]:
    quota = said.body.get("quota")
    numbers = quota if isinstance(quota, dict) else {}
    named = {"left_today": numbers.get("remain"), "a_day": numbers.get("daily_limit")}
    return {name: str(number) for name, number in named.items() if type(number) is int}
