"""The group kit: one activity or text for those whom no account can write to first. Words for a person to pass on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import escape

from outreach.content import fill, measure, plain, split
from outreach.domain.activity import ActivityStatus
from outreach.domain.errors import BadInput
from outreach.domain.messages import Language
from outreach.posters import Poster
from outreach.services.cards import ActivityCard, ApprovedItem
from outreach.services.helplines import Lines
from outreach.wording import Wording, when

LONGEST_GROUP_TEXT = 200  # characters; a longer one is folded away in a group
TOMORROW_IS_NEAR = timedelta(days=2)
"""On paper nothing is "tomorrow": it hangs there the day after as well."""
SHORTEST_PART = 4  # characters of a title or text that are left of it at least
LONGEST_ALOUD = {Language.ZH: 240, Language.EN: 850}  # characters that are read out in about 60 s


@dataclass(frozen=True, slots=True)
class Kit:
    """*group* has at most `LONGEST_GROUP_TEXT` characters, *aloud* takes about 60 s, *article* is HTML to paste."""

    group: str = field(repr=False)
    aloud: str = field(repr=False)
    article: str = field(repr=False)
    poster: Poster = field(repr=False)


@dataclass(frozen=True, slots=True)
class Press:
    """What a kit is made with. *address* leads into the chat; ``None`` if there is no public one."""

    wording: Wording
    lines: Lines
    language: Language
    network: str
    address: str | None

    def say(self, key: str, **values: str | int) -> str:
        """A phrase; ``network`` is at hand."""
        return self.wording.say(key, self.language, network=self.network, **values)


def of_activity(card: ActivityCard, press: Press, now: datetime) -> Kit:
    """The kit of an activity that is open to all. Raises `BadInput` for one that must stand on no wall."""
    _require_public(card, now)
    printed = min(now, card.starts_at - TOMORROW_IS_NEAR)
    told: dict[str, str | int] = {
        "title": card.title,
        "when": when(card.starts_at, card.ends_at, card.zone, press.language, printed),
        "place": card.place,
        "number": card.number,
        "summary": card.summary,
    }
    key = "kit.way_in.address" if press.address else "kit.way_in.words"
    way_in = press.say(key, address=press.address or "", **told)
    return Kit(
        group=_short(
            lambda title: press.say("kit.activity.group", **told | {"title": title, "way_in": way_in}), card.title
        ),
        aloud=_short(
            lambda title: press.say("kit.activity.aloud", **told | {"title": title}), card.title, press.language
        ),
        article=_article(press, now, card.title, press.say("kit.activity.article", way_in=way_in, **told)),
        poster=Poster(
            press.network,
            card.title,
            tuple(line for line in (str(told["when"]), card.place, card.summary) if line),
            press.say("kit.caption.code" if press.address else "kit.caption.words", **told),
            press.address,
        ),
    )


def of_item(item: ApprovedItem, press: Press, now: datetime) -> Kit:
    """The kit of an approved text."""
    text = fill(plain(item.body), press.lines.values(press.language, now))
    way_in = press.say("kit.more.address", address=press.address) if press.address else press.say("kit.more.words")
    return Kit(
        group=_filled(lambda part: press.say("kit.item.group", title=item.title, text=part, way_in=way_in), text),
        aloud=_filled(
            lambda part: press.say(
                "kit.item.aloud", title=item.title, text=part, **press.lines.values(press.language, now)
            ),
            text,
            LONGEST_ALOUD[press.language],
        ),
        article=_article(press, now, item.title, f"{text}\n\n{way_in}"),
        poster=Poster(press.network, item.title, (text,), press.say("kit.caption.item"), press.address),
    )


def _require_public(card: ActivityCard, now: datetime) -> None:
    if card.restricted:
        raise BadInput([f"activity {card.id} is restricted: it stands on no list, so it stands on no wall either"])
    if card.status is ActivityStatus.CALLED_OFF:
        raise BadInput([f"activity {card.id} was called off"])
    if card.status is not ActivityStatus.PUBLISHED:
        raise BadInput([f"activity {card.id} is not published yet"])
    if card.starts_at <= now:
        raise BadInput([f"activity {card.id} has begun"])


def _short(say: Callable[[str], str], title: str, language: Language | None = None) -> str:
    """*say* of the title, cut as far as the limit asks; time and place stay whole."""
    limit = LONGEST_GROUP_TEXT if language is None else LONGEST_ALOUD[language]
    return _filled(say, title, limit)


def _filled(say: Callable[[str], str], text: str, limit: int = LONGEST_GROUP_TEXT) -> str:
    """*say* of as much of *text* as *limit* has room for, cut at the end of a sentence where there is one."""
    told, room = say(text), len(text)
    while (over := measure(told, "characters") - limit) > 0 and room > SHORTEST_PART:
        room = max(SHORTEST_PART, room - max(1, over // 3))  # it may stand there more than once
        told = say(split(text, room, "characters")[0].rstrip() + "…")
    return told if over <= 0 else split(told, limit, "characters")[0]


def _article(press: Press, now: datetime, title: str, text: str) -> str:
    """Plain tags only: the editors of accounts drop the rest, and links out of an article are not allowed there."""
    emergency = press.wording.say("page.emergency", press.language, **press.lines.values(press.language, now))
    paragraphs = [*text.split("\n\n"), emergency]
    body = "\n".join(
        f"<p>{'<br>'.join(escape(line) for line in part.splitlines())}</p>" for part in paragraphs if part.strip()
    )
    return f"<section>\n<h2>{escape(title)}</h2>\n{body}\n<p>{escape(press.network)}</p>\n</section>\n"
