"""What an answer of WeChat's API means to the ledger: the table of platforms.md A13 in one place."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from outreach.channels.wechat.api import BUSY, STALE_TOKEN
from outreach.channels.wechat.said import NoAnswer, Said
from outreach.domain.messages import Halted, Outcome, Parked, Rejected, RetryLater, Sent, Unconfirmed, Unreachable

NO_RIGHT = 48001
UNKNOWN_TEMPLATE = 40037
WINDOW_CLOSED = {45015: "window_closed", 45047: "quota_used"}
_PASSING = timedelta(seconds=5)
_TOO_FREQUENT = timedelta(seconds=20)
_TOO_FAST = timedelta(seconds=60)
_QUOTA_ZONE = ZoneInfo("Asia/Shanghai")  # daily quotas begin anew at midnight there

_HALTS = {
    **dict.fromkeys(STALE_TOKEN, "wechat_token"),
    **dict.fromkeys((40002, 40013, 40125, 40243, 41002, 41004), "wechat_secret"),
    40164: "wechat_whitelist",
    **dict.fromkeys((89501, 89503, 89506, 89507), "wechat_whitelist"),
    **dict.fromkeys((48004, 50001, 50002), "wechat_account"),
}
_NOT_REACHED = frozenset({40003, 43004, 43019, 48002, 49003, 50005})


def outcome_of(said: Said | NoAnswer, *, repeatable: bool = False, now: datetime | None = None) -> Outcome:
    """The outcome of a send. *repeatable*: WeChat drops a repeat of it, so that "busy" may be asked again."""
    if isinstance(said, NoAnswer):
        return Unconfirmed(said.code) if said.left else RetryLater(_PASSING, whole_lane=True, code=said.code)
    code = str(said.code)
    match said.code:
        case 0 | 45065:  # sent, now or under the same name before
            return Sent(said.text("msgid") or said.text("msg_id"))
        case _ if said.code in BUSY:
            return RetryLater(_PASSING, code=code) if repeatable else Unconfirmed(code)
        case 45009:
            return RetryLater(until_midnight(now or datetime.now(UTC)), code=code)
        case 45011:
            return RetryLater(_TOO_FREQUENT, whole_lane=True, code=code)
        case 45066:
            return RetryLater(_TOO_FAST, code=code)
        case 45015 | 45047 | 43101:
            return Parked(code)
        case _ if said.code == NO_RIGHT:
            return Parked(code)
        case _ if said.code in _NOT_REACHED:
            return Unreachable(code)
        case _ if said.code in _HALTS:
            return Halted(code, _HALTS[said.code])
        case _:
            return Rejected(f"{code}_{said.unfit}" if said.unfit else code)


def until_midnight(now: datetime) -> timedelta:
    """How long the daily quota is still used up."""
    local = now.astimezone(_QUOTA_ZONE)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return midnight - local
