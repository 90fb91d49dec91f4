"""Forms that carry a file: read up to a limit, whole and in memory."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from urllib.parse import parse_qs

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import Response

from outreach.services.spreadsheet import LARGEST
from outreach.web.bodies import read_body
from outreach.web.console.forms import MOST_FIELDS, Form

LONGEST_UPLOAD = 2 * LARGEST  # bytes: the file, or its text once more, and what frames it; a larger one is told as such


class _InMemory(MultiPartParser):
    spool_max_size = LONGEST_UPLOAD  # nothing of it is put on the disk


async def read_upload(request: Request) -> Form | Response:
    """What was sent, files apart; or the bare answer to what is no form of ours (400) or too long (413)."""
    body = await read_body(request, LONGEST_UPLOAD)
    if isinstance(body, Response):
        return body
    try:
        if request.headers.get("content-type", "").startswith("multipart/form-data"):
            return await _parts(request, body)
        typed = parse_qs(body.decode("utf-8"), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except (MultiPartException, ValueError):
        return Response(status_code=400)
    return Form({name: tuple(values) for name, values in typed.items()}, sent=True)


async def _parts(request: Request, body: bytes) -> Form:
    parser = _InMemory(
        request.headers, _at_once(body), max_files=1, max_fields=MOST_FIELDS, max_part_size=LONGEST_UPLOAD
    )
    typed: dict[str, tuple[str, ...]] = {}
    files: dict[str, bytes] = {}
    parts = await parser.parse()
    for name, value in parts.multi_items():
        if isinstance(value, UploadFile):
            files[name] = await value.read()
        else:
            typed[name] = (*typed.get(name, ()), value)
    await parts.close()
    return Form(typed, sent=True, files=files)


async def _at_once(body: bytes) -> AsyncGenerator[bytes, None]:
    yield body
