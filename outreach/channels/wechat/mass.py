"""One text for many: mass messages by tag or by list, each under a name by which WeChat knows it again (A9, A10)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

from outreach.channels.wechat.api import Api
from outreach.channels.wechat.outcomes import NO_RIGHT, outcome_of
from outreach.channels.wechat.said import NoAnswer, Said
from outreach.channels.wechat.tokens import Clock
from outreach.domain.messages import Outcome, Parked, Rejected, RetryLater, Unconfirmed

BY_TAG, BY_LIST = "/cgi-bin/message/mass/sendall", "/cgi-bin/message/mass/send"
TAGS, NEW_TAG, TAGGED = "/cgi-bin/tags/get", "/cgi-bin/tags/create", "/cgi-bin/user/tag/get"
OUR_TAG = "outreach"  # one is enough: whom a message is for is marked before it goes
MARK, UNMARK = "/cgi-bin/tags/members/batchtagging", "/cgi-bin/tags/members/batchuntagging"
FEWEST, MOST = 2, 10_000  # people of one list
MOST_A_CALL = 50  # people of one call about a tag
LONGEST_NAME = 30  # bytes of a tag's name
NO_QUOTA = 45028
_PASSING = timedelta(seconds=60)  # WeChat wants a minute between two tries (45066)
USED_UP = Parked("mass_quota_used")


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

    async def to_tagged(self, openids: Sequence[str], text: str, name: str) -> Outcome:
        """Mark *openids*, and nobody else, with our tag, then send to it. What could not be asked is asked again."""
        tag = await self.tag_called(OUR_TAG)
        if isinstance(tag, Parked):
            return tag
        have = None if tag is None else await self.tagged(tag)
        if tag is None or have is None:
            return RetryLater(_PASSING, code="tag")
        if not await self.keep_in_step(tag, have, openids) or await self.tagged(tag) != set(openids):
            return Rejected("tag")  # not one more, and not one fewer
        return await self.to_tag(tag, text, name)

    async def tagged(self, tag: int) -> set[str] | None:
        """Who has *tag*, by WeChat's own account; ``None``: it could not be asked."""
        found: set[str] = set()
        after = ""
        while True:
            said = await self._api.call(TAGGED, {"tagid": tag, "next_openid": after}, repeatable=True)
            if not isinstance(said, Said) or said.code != 0:
                return None
            data = said.body.get("data")
            page = data.get("openid") if isinstance(data, dict) else None
            some = {each for each in page if isinstance(each, str)} if isinstance(page, list) else set()
            after = said.text("next_openid")
            if not some - found or not after:
                return found | some
            found |= some

    async def tag_called(self, name: str) -> int | Parked | None:
        """The tag called *name*, made if there is none; ``None``: not to be had just now, WeChat takes 100 in all.

        `Parked`: this account has no right to tags.
        """
        said = await self._api.call(TAGS, None, repeatable=True)
        if isinstance(said, Said) and said.code == NO_RIGHT:
            return Parked(str(NO_RIGHT))
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
        if isinstance(said, NoAnswer) and said.left:  # asked again under the same name it is sent once
            return Unconfirmed(said.code)
        return outcome_of(said, repeatable=True, now=self._clock())


def _number(tag: object) -> int | None:
    found = tag.get("id") if isinstance(tag, dict) else None
    return found if type(found) is int else None
