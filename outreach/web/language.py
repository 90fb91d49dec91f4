"""Which language a page is in: chosen by the visitor, else by their browser, else the house's."""

from __future__ import annotations

from starlette.requests import Request

from outreach.domain.messages import Language

COOKIE = "language"


def language_of(request: Request, default: Language) -> Language:
    """``?lang=`` over the cookie over ``Accept-Language`` over *default*."""
    chosen = named(request.query_params.get("lang")) or named(request.cookies.get(COOKIE))
    return chosen or _preferred(request.headers.get("accept-language", "")) or default


def named(text: str | None) -> Language | None:
    """The language with that code, ``None`` for anything else."""
    return next((language for language in Language if language.value == text), None)


def _preferred(header: str) -> Language | None:
    ranked = sorted(enumerate(header.split(",")[:20]), key=lambda part: (-_weight(part[1]), part[0]))
    for _, part in ranked:
        found = named(part.split(";")[0].strip().lower()[:2])
        if found is not None:
            return found
    return None


def _weight(part: str) -> float:
    _, found, text = part.partition("q=")
    try:
        return float(text) if found else 1.0
    except ValueError:
        return 0.0
