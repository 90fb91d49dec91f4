"""A look at the template table of the settings beside the templates that the account really has."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from outreach.channels.base import Finding
from outreach.channels.wechat.api import Api
from outreach.channels.wechat.outcomes import NO_RIGHT
from outreach.channels.wechat.said import NoAnswer, Said
from outreach.channels.wechat.templates import Template
from outreach.domain.messages import MessageKind

_LIST = "/cgi-bin/template/get_all_private_template"
_FIELD = re.compile(r"\{\{([a-z_]{1,20}[0-9]{1,3})\.DATA\}\}", re.ASCII)


async def look_at_templates(api: Api, table: Mapping[MessageKind, Template]) -> list[Finding]:
    """One finding for each template of *table*: there with these fields, there with others, or not there."""
    if not table:
        return []
    said = await api.call(_LIST, None, repeatable=True)
    if isinstance(said, NoAnswer):
        return [Finding("template_list", False, said.code, "no_answer")]
    if said.code == NO_RIGHT:
        return []  # the row about the right itself says so
    if said.code != 0:
        return [Finding("template_list", False, str(said.code), "other")]
    real = _fields_by_id(said)
    return [_compared(kind, template, real.get(template.id)) for kind, template in table.items()]


def _compared(kind: MessageKind, template: Template, real: frozenset[str] | None) -> Finding:
    subject = f"template_{kind}"
    if real is None:
        return Finding(subject, False, "unknown", "wechat_template", {"option": f"TEMPLATE_{kind.upper()}"})
    if real == template.fields.keys():
        return Finding(subject, True)
    fields = ", ".join(sorted(real)) or "-"
    return Finding(
        subject, False, "other_fields", "wechat_fields", {"option": f"FIELDS_{kind.upper()}", "fields": fields}
    )


def _fields_by_id(said: Said) -> dict[str, frozenset[str]]:
    listed: Any = said.body.get("template_list")
    rows = [row for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []
    return {str(row.get("template_id")): frozenset(_FIELD.findall(str(row.get("content", "")))) for row in rows}
