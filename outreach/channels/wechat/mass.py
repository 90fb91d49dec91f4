"""One text for many: mass messages by tag or by list, each under a name by which WeChat knows it again (A9, A10)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from outreach.channels.wechat.api import Api
from outreach.channels.wechat.outcomes import NO_RIGHT, outcome_of
from outreach.channels.wechat.said import NoAnswer, Said
from outreach.channels.wechat.tokens import Clock
from outreach.domain.messages import Outcome, Parked, Rejected, RetryLater

BY_TAG, BY_LIST = "/cgi-bin/message/mass/sendall", "/cgi-bin/message/mass/send"
TAGS, NEW_TAG = "/cgi-bin/tags/get", "/cgi-bin/tags/create"
MARK, UNMARK = "/cgi-bin/tags/members/batchtagging", "/cgi-bin/tags/members/batchuntagging"
FEWEST, MOST = 2, 10_000  # people of one list
MOST_A_CALL = 50  # people of one call about a tag
LONGEST_NAME = 30  # bytes of a tag's name
NO_QUOTA = 45028
_PASSING = timedelta(seconds=60)  # WeChat wants a minute between two tries (45066)
USED_UP = Parked("mass_quota_used")


def client_id(broadcast: int, language: str, chunk: int) -> str:
    """The name of one mass message: the same each time that it is tried. At most 64 bytes."""
    return f"b{broadcast}-{language}-{chunk}"


def chunks(openids: Sequence[str]) -> Iterator[Sequence[str]]:
    """*openids* in lists that WeChat takes. Of 10,001 the last list would be one too short: it takes one along."""
    at = 0
    while len(openids) - at >= FEWEST:
        size = min(MOST, len(openids) - at)
        size -= len(openids) - at - size == 1
        yield openids[at : at + size]
        at += size


class Mass:
    """Mass messages and tags of one account, for which it needs the right: WeChat says 48001 where it has none."""

    def __init__(self, api: Api, clock: Clock) -> None:
        self._api, self._clock = api, clock

    async def to_tag(self, tag: int, text: str, name: str) -> Outcome:
        """Send *text* to all that have *tag*, once under *name*, however often it is asked."""
        return await self._send(BY_TAG, {"filter": {"is_to_all": False, "tag_id": tag}}, text, name)

    async def to_list(self, openids: Sequence[str], text: str, name: str) -> Outcome:
        """Send *text* to 2 to 10,000 people, once under *name*. Verified service accounts only."""
        if not FEWEST <= len(openids) <= MOST:
            return Rejected("list_size")
        return await self._send(BY_LIST, {"touser": list(openids)}, text, name)

    async def tag_called(self, name: str) -> int | None:
        """The tag called *name*, made if there is none; ``None``: not to be had, WeChat takes 100 in all."""
        said = await self._api.call(TAGS, None, repeatable=True)
        listed = said.body.get("tags") if isinstance(said, Said) and said.code == 0 else None
        if not isinstance(listed, list) or len(name.encode()) > LONGEST_NAME:
            return None
        for tag in listed:
            if isinstance(tag, dict) and tag.get("name") == name:
                return _number(tag)
        made = await self._api.call(NEW_TAG, {"tag": {"name": name}})
        return _number(made.body.get("tag")) if isinstance(made, Said) and made.code == 0 else None

    async def keep_in_step(self, tag: int, have: Collection[str], want: Collection[str]) -> bool:
        """Give *tag* to whom it lacks and take it from the others, 50 a call; False: ask again, nothing is undone."""
        gone, new = sorted(set(have) - set(want)), sorted(set(want) - set(have))
        return await self._mark(UNMARK, tag, gone) and await self._mark(MARK, tag, new)

    async def _mark(self, path: str, tag: int, openids: Sequence[str]) -> bool:
        for at in range(0, len(openids), MOST_A_CALL):
            body = {"openid_list": list(openids[at : at + MOST_A_CALL]), "tagid": tag}
            said = await self._api.call(path, body, repeatable=True)
            if not isinstance(said, Said) or said.code != 0:
                return False
        return True

    async def _send(self, path: str, whom: Mapping[str, Any], text: str, name: str) -> Outcome:
        body = {**whom, "text": {"content": text}, "msgtype": "text", "clientmsgid": name}
        said = await self._api.call(path, body, repeatable=True)
        if isinstance(said, Said) and said.code in {NO_QUOTA, NO_RIGHT}:
            return USED_UP if said.code == NO_QUOTA else Parked(str(NO_RIGHT))
        if isinstance(said, NoAnswer):  # asked again under the same name it is sent once
            return RetryLater(_PASSING, code=said.code)
        return outcome_of(said, repeatable=True, now=self._clock())


def _number(tag: object) -> int | None:
    found = tag.get("id") if isinstance(tag, dict) else None
    return found if type(found) is int else None
