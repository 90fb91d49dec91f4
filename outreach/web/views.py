"""Pages from templates, in the visitor's language and size of type."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from outreach.bootstrap import App
from outreach.domain.messages import Language
from outreach.web import language, static
from outreach.web.words import WORDS

LARGE_COOKIE = "large"
A_YEAR = 365 * 24 * 3600
_HEADERS = {"cache-control": "private, no-cache", "vary": "accept-language, cookie"}
_HAN = re.compile("[\u3400-\u9fff]")
_NUMBER = re.compile(r"(?<!\d)\d[\d -]{1,16}\d(?!\d)", re.ASCII)  # a helpline: three digits or more, perhaps spaced


class Views:
    """Renders pages of *house*."""

    def __init__(self, house: App) -> None:
        self._house = house
        self.is_secure = house.settings.base_url.startswith("https:")
        self._templates = Environment(
            loader=PackageLoader("outreach.web"),
            autoescape=select_autoescape(),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals["asset"] = static.address
        self._templates.filters |= {"dialable": dialable, "numbers": numbers, "tongue": tongue}

    def page(self, request: Request, template: str, status: int = 200, **values: Any) -> Response:
        """The page made of *template*; remembers the language and size that were chosen in the address."""
        lang = self.language(request)
        chosen_size = request.query_params.get("large")
        large = (chosen_size or request.cookies.get(LARGE_COOKIE)) == "1"
        body = self._templates.get_template(template).render(
            **self._standing(lang, large), **_switches(request, lang, large), **values
        )
        response = HTMLResponse(body, status, headers={**_HEADERS, "content-language": lang.value})
        if language.named(request.query_params.get("lang")) is not None:
            self.remember(response, language.COOKIE, lang.value)
        if chosen_size in {"0", "1"}:
            self.remember(response, LARGE_COOKIE, chosen_size)
        return response

    def language(self, request: Request) -> Language:
        """The language of the visitor's page."""
        return language.language_of(request, self._house.settings.language)

    def missing(self, request: Request) -> Response:
        """There is nothing at that address."""
        return self.page(request, "missing.html", status=404)

    def broken(self, request: Request) -> Response:
        """Something of ours broke."""
        return self.page(request, "broken.html", status=500)

    def _standing(self, lang: Language, large: bool) -> dict[str, Any]:
        """What every template may use."""
        return {
            "html_lang": "zh-CN" if lang is Language.ZH else "en",
            "other_lang": _other(lang).value,
            "words": WORDS[lang],
            "large": large,
            "network": self._house.network_name(lang),
            "emergency": self._house.emergency_text(lang),
            "has_chat": self._house.webchat is not None,
        }

    def remember(self, response: Response, name: str, value: str) -> None:
        """Keep a choice of the visitor for a year."""
        response.set_cookie(name, value, max_age=A_YEAR, httponly=True, secure=self.is_secure, samesite="lax")


def _other(lang: Language) -> Language:
    return Language.EN if lang is Language.ZH else Language.ZH


def _switches(request: Request, lang: Language, large: bool) -> dict[str, str]:
    """The same page, what it was asked for included, in the other size and the other language."""
    kept = [(name, value) for name, value in request.query_params.multi_items() if name not in {"large", "lang"}]
    return {
        "other_size_here": "?" + urlencode([*kept, ("large", "0" if large else "1")]),
        "other_lang_here": "?" + urlencode([*kept, ("lang", _other(lang).value)]),
    }


def numbers(text: str) -> list[str]:
    """The telephone numbers in *text*, each once."""
    return list(dict.fromkeys(found.group() for found in _NUMBER.finditer(text)))


def tongue(text: str, html_lang: str) -> Markup:
    """The attribute that tells a screen reader to read *text* in Chinese on a page that is not; else nothing."""
    foreign = not html_lang.startswith("zh") and _HAN.search(text)
    return Markup(' lang="zh-CN"') if foreign else Markup("")


def dialable(text: str) -> Markup:
    """*text* with every telephone number in it as a link that dials it."""
    parts, end = [], 0
    for found in _NUMBER.finditer(text):
        plain = re.sub(r"[ -]", "", found.group())
        parts += [escape(text[end : found.start()]), Markup('<a href="tel:{}">{}</a>').format(plain, found.group())]
        end = found.end()
    return Markup("").join([*parts, escape(text[end:])])
