"""From a message of ours to the JSON that the page shows."""

from __future__ import annotations

import base64
from typing import Any

from outreach.channels.base import Signer
from outreach.domain.messages import File, Outgoing


def shown(message: Outgoing, person: str, signer: Signer) -> dict[str, Any]:
    """*message* as the page takes it: text, signed buttons, a file as its link or its bytes."""
    return {
        "kind": message.kind.value,
        "text": message.text,
        "choices": [{"label": choice.label, "data": signer.sign(choice.token, person)} for choice in message.choices],
        "file": None if message.file is None else _file(message.file),
        "link": message.link,
    }


def _file(file: File) -> dict[str, str]:
    if file.link is not None:
        return {"name": file.name, "href": file.link}
    return {"name": file.name, "type": file.media_type, "content": base64.b64encode(file.content).decode()}
