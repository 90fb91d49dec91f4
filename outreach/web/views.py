"""Pages from templates, in the visitor's language and size of type."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse

from outreach.bootstrap import App
from outreach.domain.messages import Language
from outreach.web import language, static
from outreach.web.words import WORDS

LARGE_COOKIE = "large"
A_YEAR = 365 * 24 * 3600


class Views:
    """Renders pages of *house*."""

    def __init__(self, house: App) -> None:
        self._house = house
        self._templates = Environment(
            loader=PackageLoader("outreach.web"),
            autoescape=select_autoescape(),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals["asset"] = static.address

    def page(self, request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
        """The page made of *template*; remembers the language and size that were chosen in the address."""
        lang = self.language(request)
        chosen_size = request.query_params.get("large")
        large = (chosen_size or request.cookies.get(LARGE_COOKIE)) == "1"
        body = self._templates.get_template(template).render(
            lang=lang.value,
            html_lang="zh-CN" if lang is Language.ZH else "en",
            other_lang=(Language.EN if lang is Language.ZH else Language.ZH).value,
            words=WORDS[lang],
            large=large,
            path=request.url.path,
            network=self._house.network_name(lang),
            emergency=self._house.emergency_text(lang),
            has_chat=self._house.webchat is not None,
            **values,
        )
        response = HTMLResponse(body, status, headers={"cache-control": "no-cache", "content-language": lang.value})
        if language.named(request.query_params.get("lang")) is not None:
            response.set_cookie(language.COOKIE, lang.value, max_age=A_YEAR, samesite="lax")
        if chosen_size in {"0", "1"}:
            response.set_cookie(LARGE_COOKIE, chosen_size, max_age=A_YEAR, samesite="lax")
        return response

    def language(self, request: Request) -> Language:
        """The language of the visitor's page."""
        return language.language_of(request, self._house.settings.language)

    def missing(self, request: Request) -> HTMLResponse:
        """There is nothing at that address."""
        return self.page(request, "missing.html", status=404)
