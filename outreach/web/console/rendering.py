"""Pages of the console from templates, in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from outreach.bootstrap import App
from outreach.domain.messages import Language
from outreach.services.cards import ActivityCard
from outreach.web import language, static
from outreach.web.console.doors import current, doors_for
from outreach.web.console.forms import EMPTY
from outreach.web.console.visit import Visit, number
from outreach.web.console.words import WORDS
from outreach.web.views import LARGE_COOKIE, tongue
from outreach.wording import clock, day, when

A_YEAR = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Telling:
    """Moments and labels in one language, at one moment."""

    lang: Language
    now: datetime
    house: App

    def when(self, card: ActivityCard) -> str:
        """From when to when it takes place, in its own zone."""
        return when(card.starts_at, card.ends_at, card.zone, self.lang, self.now)

    def hours(self, card: ActivityCard) -> str:
        """From which hour to which."""
        begins, ends = (clock(moment, card.zone, self.lang) for moment in (card.starts_at, card.ends_at))
        part_of_day = begins.rstrip("0123456789:")  # said once if it is the same
        return f"{begins}–{ends.removeprefix(part_of_day)}"

    def day(self, moment: datetime, zone: str) -> str:
        """The day of *moment*."""
        return day(moment, zone, self.lang, self.now)

    def moment(self, moment: datetime, zone: str) -> str:
        """Day and time of day."""
        return f"{self.day(moment, zone)} {clock(moment, zone, self.lang)}"

    def audiences(self, tags: frozenset[str]) -> str:
        """The labels of *tags*, in the order of menus."""
        known = [tag.label(self.lang) for tag in self.house.core.crafts.vocabulary.audiences if tag.key in tags]
        return ("、" if self.lang is Language.ZH else ", ").join(known)


class Rendering:
    """Renders the console's pages of *house*."""

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
        self._templates.filters["tongue"] = tongue

    def page(self, visit: Visit, template: str, status: int = 200, **values: Any) -> Response:
        """A page for somebody who is signed in."""
        who = {"visit": visit, "doors": doors_for(visit.by), "here": current(visit.request.url.path)}
        return self._made(visit.request, visit.lang, template, status, {"form": visit.form, **who, **values})

    def outside(self, request: Request, template: str, status: int = 200, **values: Any) -> Response:
        """A page for somebody who is not."""
        lang = self.language(request)
        return self._made(request, lang, template, status, {"form": EMPTY, "visit": None, **values})

    def language(self, request: Request, preferred: Language | None = None) -> Language:
        """``?lang=`` over the cookie over what the account says over what the browser asks for."""
        chosen = language.named(request.query_params.get("lang")) or language.named(
            request.cookies.get(language.COOKIE)
        )
        return chosen or preferred or language.language_of(request, self._house.settings.language)

    def _made(self, request: Request, lang: Language, template: str, status: int, values: dict[str, Any]) -> Response:
        standing = {
            "html_lang": "zh-CN" if lang is Language.ZH else "en",
            "other_lang": (Language.EN if lang is Language.ZH else Language.ZH).value,
            "texts": WORDS[lang],
            "tell": Telling(lang, self._house.clock(), self._house),
            "network": self._house.network_name(lang),
            "large": request.cookies.get(LARGE_COOKIE) == "1",
            "done": _done(request, lang),
        }
        body = self._templates.get_template(template).render(standing | values)
        response = HTMLResponse(body, status, headers={"content-language": lang.value})
        if language.named(request.query_params.get("lang")) is not None:
            response.set_cookie(
                language.COOKIE, lang.value, max_age=A_YEAR, httponly=True, secure=self.is_secure, samesite="lax"
            )
        return response


def _done(request: Request, lang: Language) -> str:
    """What has just been done, if the address says so in one of our own words."""
    sentence = WORDS[lang].get(f"done_{request.query_params.get('done')}", "")
    count = number(request.query_params.get("n"))
    return sentence.format(n=0 if count is None else count)


def see_other(address: str) -> Response:
    """Go and look there: after a form, so that a reload sends nothing again."""
    return RedirectResponse(address, 303)
