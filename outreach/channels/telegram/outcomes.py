"""What the Bot API or the network did, as the outcome of a send. Codes are fixed words: descriptions may quote a text.

Choices where the platform leaves doubt: 502 and 503 come from a gateway that found nobody to hand the request to,
and 500 is the API's own word that it failed, so they are tried again; 504, a lost connection, a silent one and an
answer that we cannot read leave the fate of the message open. A flood limit pauses the whole bot, because the
answer does not say whether one chat or all of them are meant.
"""

from __future__ import annotations

from datetime import timedelta

from outreach.channels.telegram.faults import ApiRefused, FateUnknown, NotSent
from outreach.domain.messages import Halted, Moved, Outcome, Rejected, RetryLater, Unconfirmed, Unreachable

TROUBLE_PAUSE = timedelta(seconds=5)
FLOOD_PAUSE = timedelta(seconds=10)  # for a flood limit that names no time

_GONE = (
    ("deactivated", Unreachable("deactivated", gone=True)),
    ("to bots", Unreachable("is_a_bot", gone=True)),
    ("blocked", Unreachable("blocked")),
    ("initiate conversation", Unreachable("never_started")),
    ("kicked", Unreachable("removed", gone=True)),
    ("not a member", Unreachable("removed", gone=True)),
    ("deleted", Unreachable("removed", gone=True)),
)
_WRONG = (
    ("chat not found", Unreachable("chat_not_found")),
    ("peer_id_invalid", Unreachable("chat_not_found")),
    ("user not found", Unreachable("chat_not_found")),
    ("caption is too long", Rejected("caption_too_long")),
    ("is too long", Rejected("text_too_long")),
    ("text is empty", Rejected("text_empty")),
    ("button_data_invalid", Rejected("buttons")),
    ("reply markup", Rejected("buttons")),
    ("inline keyboard", Rejected("buttons")),
    ("parse entities", Rejected("markup")),
    ("file", Rejected("file")),
)


def outcome_of(fault: Exception) -> Outcome:
    """The outcome of a send that ended in *fault*. Anything unexpected is `Unconfirmed`: it may have gone out."""
    match fault:
        case NotSent(code=code):
            return RetryLater(TROUBLE_PAUSE, whole_lane=code != "connect_timeout", code=code)
        case FateUnknown(code=code):
            return Unconfirmed(code)
        case ApiRefused():
            return _refused(fault)
        case _:
            return Unconfirmed("answer_unclear")


def _refused(fault: ApiRefused) -> Outcome:
    if fault.migrated_to is not None:
        return Moved(str(fault.migrated_to))
    if fault.status == 429 or fault.retry_after is not None or fault.description.startswith("too many requests"):
        after = FLOOD_PAUSE if fault.retry_after is None else timedelta(seconds=fault.retry_after)
        return RetryLater(after, whole_lane=True, code="flood")
    match fault.status:
        case 401:
            return Halted("http_401", "telegram_token_revoked")
        case 404:
            return Halted("http_404", "telegram_token_wrong")
        case 409:
            return Halted("http_409", "telegram_second_poller")
        case 403:
            return _first_match(fault, _GONE, Unreachable("forbidden"))
        case 413:
            return Rejected("file_too_large")
        case 504:
            return Unconfirmed("http_504")
        case status if status >= 500:
            return RetryLater(TROUBLE_PAUSE, whole_lane=True, code=fault.code)
        case status if status < 400:
            return Unconfirmed(fault.code)
        case _:
            return _first_match(fault, _WRONG, Rejected("bad_request"))


def _first_match(fault: ApiRefused, table: tuple[tuple[str, Outcome], ...], otherwise: Outcome) -> Outcome:
    return next((outcome for part, outcome in table if part in fault.description), otherwise)
