"""What the stand-in knows of mass messages and tags: who gets one, how often, and what was sent before (A9, A10)."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

MOST_A_MONTH, LIST_SIZES, LONGEST_ID = 4, range(2, 10_001), 64
MOST_TAGS, MOST_TAGS_EACH, MOST_A_CALL = 100, 20, 50
SENT_BEFORE, ID_TOO_LONG, NO_QUOTA = 45065, 45067, 45028
MOST_A_PAGE = 10_000
_CHINA = timedelta(hours=8)


@dataclass
class MassDesk:
    """Mass messages and tags of one account. *got*: who got which text, in order."""

    got: list[tuple[str, str]] = field(default_factory=list, repr=False)
    tags: dict[int, set[str]] = field(default_factory=dict, repr=False)
    names: dict[int, str] = field(default_factory=dict)
    _sent: dict[str, int] = field(default_factory=dict)
    _months: Counter[tuple[str, str]] = field(default_factory=Counter, repr=False)
    _days: set[str] = field(default_factory=set)
    _numbers: Any = field(default_factory=lambda: itertools.count(100))

    def send(self, asked: dict[str, Any], whom: Iterable[str], now: float, *, once_a_day: bool) -> dict[str, Any]:
        """Send to *whom*; one who had four this month gets nothing, and nobody twice under one ``clientmsgid``."""
        name = str(asked.get("clientmsgid", ""))
        if len(name.encode()) > LONGEST_ID:
            return {"errcode": ID_TOO_LONG, "errmsg": "clientmsgid size out of limit"}
        if name in self._sent:
            return {"errcode": SENT_BEFORE, "errmsg": "clientmsgid exist", "msg_id": self._sent[name]}
        local = datetime.fromtimestamp(now, UTC) + _CHINA
        day, month = local.date().isoformat(), f"{local:%Y-%m}"
        if once_a_day and day in self._days:
            return {"errcode": NO_QUOTA, "errmsg": "has no masssend quota"}
        number = next(self._numbers)
        self._days.add(day)
        if name:
            self._sent[name] = number
        for openid in whom:
            if self._months[openid, month] < MOST_A_MONTH:
                self._months[openid, month] += 1
                self.got.append((openid, str(asked.get("text", {}).get("content", ""))))
        return {"errcode": 0, "errmsg": "send job submission success", "msg_id": number}

    def create(self, name: str) -> dict[str, Any]:
        """A new tag."""
        if len(self.tags) >= MOST_TAGS:
            return {"errcode": 45056, "errmsg": "too many tag now"}
        if name in self.names.values():
            return {"errcode": 45157, "errmsg": "invalid tag name"}
        if len(name.encode()) > 30:
            return {"errcode": 45158, "errmsg": "tag name too long"}
        number = next(self._numbers)
        self.tags[number], self.names[number] = set(), name
        return {"tag": {"id": number, "name": name}}

    def listed(self) -> dict[str, Any]:
        """All tags, with how many have each."""
        return {"tags": [{"id": of, "name": self.names[of], "count": len(who)} for of, who in self.tags.items()]}

    def tagged(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Who has a tag, a page at a time."""
        after = str(asked.get("next_openid", ""))
        page = sorted(who for who in self.tags.get(int(asked.get("tagid", 0)), ()) if who > after)[:MOST_A_PAGE]
        if not page:
            return {"count": 0}
        return {"count": len(page), "data": {"openid": page}, "next_openid": page[-1]}

    def mark(self, asked: dict[str, Any], *, has: bool) -> dict[str, Any]:
        """Give the tag to up to 50, or take it from them."""
        openids, tag = list(asked.get("openid_list", [])), asked.get("tagid")
        if not 1 <= len(openids) <= MOST_A_CALL:
            return {"errcode": 40032, "errmsg": "invalid openid list size"}
        if tag not in self.tags:
            return {"errcode": 45159, "errmsg": "invalid tag"}
        full = (sum(one in who for who in self.tags.values()) >= MOST_TAGS_EACH for one in openids)
        if has and any(full):
            return {"errcode": 45059, "errmsg": "tag member over limit"}
        self.tags[tag] = self.tags[tag] | set(openids) if has else self.tags[tag] - set(openids)
        return {"errcode": 0, "errmsg": "ok"}
