"""A look at the bot for staff: its token, its name, and whether what people say reaches us the way we expect."""

from __future__ import annotations

from collections.abc import Sequence

from outreach.channels.base import Finding
from outreach.channels.telegram.bot import QuietBot
from outreach.channels.telegram.outcomes import outcome_of
from outreach.channels.telegram.polling import fault_code
from outreach.domain.messages import Halted

_MANY_WAITING = 100  # updates that nobody has taken yet: we are down, or too slow


async def look_at(bot: QuietBot, hook: str) -> Sequence[Finding]:
    """What stands well and what does not. *hook* is our address in the webhook mode, else empty. Changes nothing."""
    try:
        me = await bot.get_me()
        info = await bot.get_webhook_info()
    except Exception as fault:
        outcome = outcome_of(fault)
        remedy = outcome.remedy if isinstance(outcome, Halted) else "no_answer"
        return (Finding("token", False, fault_code(fault), remedy),)
    waiting = {"waiting": str(info.pending_update_count)}
    token = Finding("token", True, values={"bot": f"@{me.username}"})
    if info.url != hook:
        code, remedy = ("other_webhook", "telegram_webhook_set") if info.url else ("no_webhook", "telegram_no_webhook")
        return token, Finding("updates", False, code, remedy, waiting)
    if info.last_error_date is not None and info.pending_update_count:
        return token, Finding("updates", False, "hook_failing", "telegram_hook_failing", waiting)
    if info.pending_update_count > _MANY_WAITING:
        return token, Finding("updates", False, "many_waiting", "telegram_many_waiting", waiting)
    return token, Finding("updates", True, values=waiting)
