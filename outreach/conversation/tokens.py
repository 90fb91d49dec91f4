"""The compact form of what a button says, both ways: `token_of` and `intent_of` are inverse to each other."""

from __future__ import annotations

import re
from collections.abc import Callable

from outreach.conversation.intents import (
    Agree,
    Calendar,
    ChooseAudience,
    ChooseRegion,
    Decline,
    Erase,
    EraseConfirmed,
    Help,
    Intent,
    Join,
    JoinAnyway,
    Leave,
    Link,
    LinkNo,
    LinkYes,
    Menu,
    Mine,
    NewAddress,
    Person,
    PreferHere,
    Show,
    ShowList,
    Skip,
    Start,
    Stop,
    Subscribe,
    SwitchLanguage,
    Tappable,
    Tip,
    Unlink,
    UnlinkConfirmed,
)
from outreach.conversation.intents_attendance import Answering, AskExcuse, AskFeedback, Excuse, WishTopic
from outreach.conversation.intents_choices import (
    AskNickname,
    AskRegion,
    AskRhythm,
    AskSilence,
    ChooseNews,
    ChooseRhythm,
    DropAudience,
    DropNickname,
    Know,
    MyData,
    Queueing,
    Settings,
    Silence,
    Unsilence,
    Why,
)
from outreach.domain.attendance import Reason
from outreach.domain.ids import ActivityId, RegionId
from outreach.domain.messages import START, Language
from outreach.domain.people import Purpose, Rhythm
from outreach.services.cards import LinkId

LONGEST_TOKEN = 40  # bytes: signed, it must fit into the 64 of a button

_PLAIN: dict[str, Tappable] = {
    START: Start(),
    "help": Help(),
    "menu": Menu(),
    "list": ShowList(),
    "all": ShowList(everywhere=True),
    "mine": Mine(),
    "cal": Calendar(),
    "cal-new": NewAddress(),
    "tip": Tip(),
    "sub": Subscribe(),
    "stop": Stop(),
    "person": Person(),
    "erase": Erase(),
    "erase-yes": EraseConfirmed(),
    "agree": Agree(),
    "agree-tips": Agree(Purpose.TIPS),
    "agree-news": Agree(Purpose.NEWS),
    "no": Decline(),
    "skip": Skip(),
    "link": Link(),
    "linkyes": LinkYes(),
    "linkno": LinkNo(),
    "unlink": Unlink(),
    "unlink-yes": UnlinkConfirmed(),
    "prefer": PreferHere(),
    "set": Settings(),
    "where": AskRegion(),
    "often": AskRhythm(),
    **{f"often-{often}": ChooseRhythm(often) for often in Rhythm},
    "often-none": ChooseRhythm(None),
    "news": ChooseNews(wanted=True),
    "news-no": ChooseNews(wanted=False),
    "hush": AskSilence(),
    "nick": AskNickname(),
    "nick-no": DropNickname(),
    "why": Why(),
    "data": MyData(),
    "queue": Queueing(),
    "fb": AskFeedback(),
    "sorry": AskExcuse(),
    **{f"lang:{language}": SwitchLanguage(language) for language in Language},
}
_NAMES = {intent: token for token, intent in _PLAIN.items()}
_WITH_NUMBER: dict[str, Callable[[int], Tappable]] = {
    "list": lambda number: ShowList(ActivityId(number)),
    "all": lambda number: ShowList(ActivityId(number), everywhere=True),
    "show": lambda number: Show(ActivityId(number)),
    "join": lambda number: Join(ActivityId(number)),
    "know": lambda number: Know(ActivityId(number)),
    "leave": lambda number: Leave(ActivityId(number)),
    "cal": lambda number: Calendar(ActivityId(number)),
    "sub": lambda number: Subscribe(number),
    "linkyes": lambda number: LinkYes(LinkId(number)),
    "linkno": lambda number: LinkNo(LinkId(number)),
    "region": lambda number: ChooseRegion(RegionId(number)),
    "hush": lambda number: Silence(RegionId(number)),
    "loud": lambda number: Unsilence(RegionId(number)),
    "fb": lambda number: AskFeedback(ActivityId(number)),
}
_NUMBERED = re.compile(r"([a-z]{1,8}):([1-9][0-9]{0,17})", re.ASCII)
_PARTY = re.compile(r"(join|both):([1-9][0-9]{0,17}):([1-9][0-9]?)", re.ASCII)
_ANSWERS = re.compile(r"fb:([1-9][0-9]{0,17}):([1-5]{1,5}x|[1-5]{5}[msl][ny]?x?|[1-5]{1,5})", re.ASCII)
_WISH = re.compile(r"wish:([1-9][0-9]{0,17}):([a-z][a-z0-9_]{1,30})", re.ASCII)
_EXCUSE = re.compile(rf"sorry:([1-9][0-9]{{0,17}}):({'|'.join(Reason)})", re.ASCII)
_AUDIENCE = re.compile(r"(aud|drop):([a-z][a-z0-9_]{1,30})", re.ASCII)


def token_of(intent: Tappable) -> str:
    """The token behind a button that says *intent*: ASCII, at most `LONGEST_TOKEN` bytes."""
    match intent:
        case ShowList(after, everywhere) if after is not None:
            return f"{'all' if everywhere else 'list'}:{after}"
        case Show(activity_id):
            return f"show:{activity_id}"
        case Join(activity_id, party):
            return f"join:{activity_id}" if party == 1 else f"join:{activity_id}:{party}"
        case Know(activity_id):
            return f"know:{activity_id}"
        case JoinAnyway(activity_id, party):
            return f"both:{activity_id}:{party}"
        case Leave(activity_id):
            return f"leave:{activity_id}"
        case Calendar(activity_id) if activity_id is not None:
            return f"cal:{activity_id}"
        case Subscribe(page) if page:
            return f"sub:{page}"
        case LinkYes(link_id) if link_id is not None:
            return f"linkyes:{link_id}"
        case LinkNo(link_id) if link_id is not None:
            return f"linkno:{link_id}"
        case ChooseRegion(region_id):
            return f"region:{region_id}"
        case ChooseAudience(tag):
            return f"aud:{tag}"
        case DropAudience(tag):
            return f"drop:{tag}"
        case AskFeedback(activity_id) if activity_id is not None:
            return f"fb:{activity_id}"
        case Answering(activity_id, given):
            return f"fb:{activity_id}:{given}"
        case WishTopic(activity_id, topic):
            return f"wish:{activity_id}:{topic}"
        case Excuse(activity_id, reason):
            return f"sorry:{activity_id}:{reason}"
        case Silence(region_id):
            return f"hush:{region_id}"
        case Unsilence(region_id):
            return f"loud:{region_id}"
        case _:
            return _NAMES[intent]


def intent_of(token: str) -> Intent | None:
    """What *token* says; ``None`` if it is none of ours (an old one, somebody else's)."""
    if token in _PLAIN:
        return _PLAIN[token]
    if found := _PARTY.fullmatch(token):
        joining = Join if found[1] == "join" else JoinAnyway
        return joining(ActivityId(int(found[2])), int(found[3]))
    if found := _ANSWERS.fullmatch(token):
        return Answering(ActivityId(int(found[1])), found[2])
    if found := _WISH.fullmatch(token):
        return WishTopic(ActivityId(int(found[1])), found[2])
    if found := _EXCUSE.fullmatch(token):
        return Excuse(ActivityId(int(found[1])), Reason(found[2]))
    if found := _AUDIENCE.fullmatch(token):
        return ChooseAudience(found[2]) if found[1] == "aud" else DropAudience(found[2])
    if (found := _NUMBERED.fullmatch(token)) and found[1] in _WITH_NUMBER:
        return _WITH_NUMBER[found[1]](int(found[2]))
    return None
