"""Tokens: small, ASCII, and the same thing on the way back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from outreach.conversation.intents import (
    Agree,
    Calendar,
    ChooseAudience,
    ChooseRegion,
    Decline,
    Erase,
    EraseConfirmed,
    Help,
    Join,
    Leave,
    Link,
    LinkNo,
    LinkYes,
    Menu,
    Mine,
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
    MyData,
    Settings,
    Silence,
    Unsilence,
    Why,
)
from outreach.conversation.tokens import LONGEST_TOKEN, intent_of, token_of
from outreach.domain.attendance import Reason
from outreach.domain.messages import START, Language
from outreach.domain.people import Purpose, Rhythm

IDS = st.integers(1, 10**15)
PLAIN = [Start(), Help(), Menu(), Mine(), Calendar(), Tip(), Subscribe(), Stop(), Person(), Erase(), EraseConfirmed()]
CHATS = [Link(), Unlink(), UnlinkConfirmed(), PreferHere()]
OWN = [Settings(), AskRegion(), AskRhythm(), AskSilence(), AskNickname(), DropNickname(), Why(), MyData()]
TAPPABLE: st.SearchStrategy[Tappable] = st.one_of(
    st.sampled_from(
        [*PLAIN, *CHATS, *OWN, Agree(), Decline(), Skip(), *(SwitchLanguage(language) for language in Language)]
    ),
    st.builds(ShowList, st.none() | IDS, everywhere=st.booleans()),
    st.builds(Show, IDS),
    st.builds(Join, IDS, st.integers(1, 99)),
    st.builds(Leave, IDS),
    st.builds(Calendar, IDS),
    st.builds(LinkYes, st.none() | IDS),
    st.builds(LinkNo, st.none() | IDS),
    st.builds(ChooseRegion, IDS),
    st.builds(Silence, IDS),
    st.builds(Unsilence, IDS),
    st.builds(AskFeedback, st.none() | IDS),
    st.builds(Answering, IDS, st.from_regex(r"[1-5]{1,5}x?|[1-5]{5}[msl][ny]?x?", fullmatch=True)),
    st.builds(WishTopic, st.integers(1, 10**4), st.from_regex(r"[a-z][a-z0-9_]{1,28}", fullmatch=True)),
    st.builds(Excuse, IDS, st.sampled_from(Reason)),
    st.just(AskExcuse()),
    st.builds(Agree, st.sampled_from([None, Purpose.TIPS, Purpose.NEWS])),
    st.builds(ChooseRhythm, st.none() | st.sampled_from(Rhythm)),
    st.builds(ChooseNews, st.booleans()),
    st.builds(DropAudience, st.from_regex(r"[a-z][a-z0-9_]{1,30}", fullmatch=True)),
    st.builds(ChooseAudience, st.from_regex(r"[a-z][a-z0-9_]{1,30}", fullmatch=True)),
)


@given(TAPPABLE)
def test_a_token_says_on_the_way_back_what_it_said(intent: Tappable) -> None:
    token = token_of(intent)

    assert intent_of(token) == intent
    assert token.isascii()
    assert len(token) <= LONGEST_TOKEN


@given(st.text())
def test_a_token_that_is_none_of_ours_is_no_error(token: str) -> None:
    intent = intent_of(token)

    assert intent is None or token_of(intent) == token  # type: ignore[arg-type]


def test_the_start_token_is_the_one_that_channels_know() -> None:
    assert intent_of(START) == Start()
