"""The Telegram adapter keeps the contract, against the stand-in Bot API over real HTTP."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from outreach.channels.base import Channel, ChannelContext
from outreach.channels.telegram import open_channel
from outreach.channels.telegram.backoff import Backoff
from outreach.domain.messages import (
    Halted,
    Message,
    Moved,
    Pressed,
    Reach,
    Reachability,
    Rejected,
    RetryLater,
    Sent,
    Unconfirmed,
    Unreachable,
)
from outreach.domain.secret import Secret
from outreach.testing import ChannelContract, Delivered, FrozenClock, Recording, Situation, make_context
from outreach.testing.telegram import TelegramStandIn

ANN = 700100123456
MALLORY = 700100666666
SAID_AT = 1_795_424_400
CHAT = {"id": ANN, "type": "private", "first_name": "Ann-Marie Testperson"}
FROM = {"id": ANN, "is_bot": False, "first_name": "Ann-Marie Testperson"}
GROUP = {"id": -1001234567890, "type": "supergroup", "title": "Neighbours of Block 9"}
DATED = datetime.fromtimestamp(SAID_AT, UTC)
CLOCK = FrozenClock()


def opener(options: Mapping[str, Secret], context: ChannelContext) -> Channel:
    return open_channel(options, context, clock=CLOCK, backoff=Backoff(first=0.01, most=0.05))


def message(update_id: int, **content: Any) -> dict[str, Any]:
    said = {"message_id": 5, "from": FROM, "chat": CHAT, "date": SAID_AT} | content
    return {"update_id": update_id, "message": said}


def press(update_id: int, data: Any, person: int = ANN, **more: Any) -> dict[str, Any]:
    query = {"id": str(update_id), "from": FROM | {"id": person}, "chat_instance": "1", "data": data}
    return {"update_id": update_id, "callback_query": query | more}


def membership(update_id: int, status: str, chat: dict[str, Any]) -> dict[str, Any]:
    member = {"user": {"id": 1, "is_bot": True, "first_name": "B"}, "status": status}
    change = {"chat": chat, "from": FROM, "date": SAID_AT, "old_chat_member": member, "new_chat_member": member}
    return {"update_id": update_id, "my_chat_member": change}


class TestTelegram(ChannelContract):
    opener = staticmethod(opener)
    person = str(ANN)
    stand_in: TelegramStandIn

    @asynccontextmanager
    async def platform(self) -> AsyncIterator[Mapping[str, Secret]]:
        async with TelegramStandIn(clock=CLOCK) as self.stand_in:
            self.stand_in.know(ANN)
            yield {
                "API_URL": Secret(self.stand_in.url),
                "TOKEN": Secret(self.stand_in.token),
                "POLL_SECONDS": Secret("1"),
            }

    def secrets(self) -> Sequence[str]:
        return (TelegramStandIn().token,)

    def wrong_options(self) -> Mapping[str, Secret]:
        wrong = {"TOKEN": "not a token at all", "API_URL": "ftp://files", "MODE": "pigeon", "RATE": "fast"}
        return {name: Secret(value) for name, value in wrong.items()}

    def recordings(self) -> Sequence[Recording]:
        person, signer = str(ANN), make_context(self.lane).signer
        came, left = Reach.JOINED, Reach.LEFT
        return (
            Recording("text", message(11, text="报名 1 2人"), (Message("11", person, "报名 1 2人", DATED),)),
            Recording("caption", message(12, caption="look at this 😀", photo=[{}]),
                      (Message("12", person, "look at this 😀", DATED),)),
            Recording("command", message(13, text="/join@our_bot 17"), (Message("13", person, "/join 17", DATED),)),
            Recording("start", message(14, text="/start"), (Reachability("14", person, DATED, came),)),
            Recording("start with a payload", message(15, text="/start qr_East-3"),
                      (Reachability("15", person, DATED, came, "qr_East-3"),)),
            Recording("start with rubbish", message(16, text="/start ..%2f"),
                      (Reachability("16", person, DATED, came),)),
            Recording("start with 65 characters", message(17, text="/start " + "a" * 65),
                      (Reachability("17", person, DATED, came),)),
            Recording("button", press(18, signer.sign("join:17", person), message={"chat": CHAT, "date": 0}),
                      (Pressed("18", person, "join:17", CLOCK(), "18"),)),
            Recording("button of a vanished message", press(19, signer.sign("menu", person)),
                      (Pressed("19", person, "menu", CLOCK(), "19"),)),
            Recording("blocked", membership(20, "kicked", CHAT), (Reachability("20", person, DATED, left),)),
            Recording("unblocked", membership(21, "member", CHAT), (Reachability("21", person, DATED, came),)),
            Recording("a lone surrogate and controls", message(22, text="a\ud800b\0c\nd"),
                      (Message("22", person, "a\ufffdbc\nd", DATED),)),
            Recording("a lower number after a quiet week", message(7, text="still here"),
                      (Message("7", person, "still here", DATED),)),
        )  # fmt: skip

    def unknown(self) -> Sequence[dict[str, Any]]:
        edited = message(0, text="/join 17")["message"]
        contents: list[dict[str, Any]] = [
            {},
            {"subscription": {"user": FROM}},
            {"message_generation_stopped": 17},
            {"message": []},
            {"message": {"date": SAID_AT, "text": "no chat"}},
            {"callback_query": {"id": "9", "data": "menu"}},
            {"edited_message": edited},
            {"channel_post": {"chat": GROUP, "date": SAID_AT, "text": "from nobody"}},
            {"message": message(0, text="of a group", chat=GROUP)["message"]},
            {"message": message(0, text="masked", sender_chat=GROUP)["message"]},
            {"message": message(0, text="a robot", **{"from": FROM | {"is_bot": True}})["message"]},
            {"message": message(0, text="wrong date", date="x")["message"]},
            {"message": message(0, text="no such date", date=10**18)["message"]},
            {"message": message(0, text={"a": ["dict"]})["message"]},
            {"message": message(0, text=" \0 ")["message"]},
            {"message": message(0, sticker={"file_id": "s"})["message"]},
            {"my_chat_member": membership(0, "restricted", CHAT)["my_chat_member"]},
            {"my_chat_member": membership(0, "kicked", GROUP)["my_chat_member"]},
        ]
        return [{"update_id": 100 + number} | content for number, content in enumerate(contents)]

    def forged(self) -> Sequence[dict[str, Any]]:
        signed = make_context(self.lane).signer.sign("join:17", str(ANN))
        elsewhere = make_context("another_lane").signer.sign("join:17", str(ANN))
        return [
            press(31, signed, person=MALLORY),
            press(32, elsewhere),
            press(33, signed[:-1] + ("A" if signed[-1] != "A" else "B")),
            press(34, "join:17"),
            press(35, "四" * 21),
            press(36, None),
            press(37, signed, message={"chat": GROUP, "date": SAID_AT}),
        ]

    def push(self, wire: Any) -> None:
        self.stand_in.queue(wire)

    def press(self, data: str, person: str) -> dict[str, Any]:
        return press(41, data, person=int(person))

    def delivered(self) -> Sequence[Delivered]:
        return [Delivered(str(m.chat), m.text, tuple(m.buttons), m.file) for m in self.stand_in.sent]

    def situations(self) -> Sequence[Situation]:
        def day(name: str, expected: Any, **how: Any) -> Situation:
            return Situation(name, partial(self._misbehave, how), expected)

        flood = partial(RetryLater, whole_lane=True, code="flood")
        trouble = partial(RetryLater, timedelta(seconds=5), whole_lane=True)
        return (
            Situation("a good day", lambda: None, Sent),
            day("blocked", Unreachable("blocked"), status=403, description="Forbidden: bot was blocked by the user"),
            day("deactivated", Unreachable("deactivated", gone=True), status=403,
                description="Forbidden: user is deactivated"),
            day("never started", Unreachable("never_started"), status=403,
                description="Forbidden: bot can't initiate conversation with a user"),
            day("new refusal", Unreachable("forbidden"), status=403, description="Forbidden: of a new kind"),
            day("unknown chat", Unreachable("chat_not_found"), status=400, description="Bad Request: chat not found"),
            day("peer", Unreachable("chat_not_found"), status=400, description="Bad Request: PEER_ID_INVALID"),
            day("moved", Moved("-100777"), status=400, migrate_to=-100777, description="Bad Request: group chat was"
                " upgraded to a supergroup chat"),
            day("too long", Rejected("text_too_long"), status=400, description="Bad Request: message is too long"),
            day("empty", Rejected("text_empty"), status=400, description="Bad Request: message text is empty"),
            day("buttons", Rejected("buttons"), status=400, description="Bad Request: BUTTON_DATA_INVALID"),
            day("another 400", Rejected("bad_request"), status=400, description="Bad Request: of a new kind"),
            day("too large", Rejected("file_too_large"), status=413, description="Request Entity Too Large"),
            day("revoked", Halted("http_401", "telegram_token_revoked"), status=401),
            day("wrong token", Halted("http_404", "telegram_token_wrong"), status=404),
            day("flood", flood(timedelta(seconds=3)), status=429, retry_after=3),
            day("flood without a time", flood(timedelta(seconds=10)), status=429),
            day("broken", trouble(code="http_500"), status=500, description="Internal Server Error"),
            day("gateway", trouble(code="http_502"), status=502, body=b"<html>Bad Gateway</html>"),
            day("gateway waited", Unconfirmed("http_504"), status=504, body=b"<html>Gateway Time-out</html>"),
            day("html", Unconfirmed("answer_not_json"), body=b"<html>maintenance</html>"),
            day("ok: false", Unconfirmed("answer_unclear")),
            day("ok: false with a code", Unreachable("blocked"),
                body=b'{"ok":false,"error_code":403,"description":"Forbidden: bot was blocked by the user"}'),
            day("no result", Unconfirmed("answer_unclear"), body=b'{"ok":true}'),
            day("half a result", Unconfirmed("answer_unclear"), body=b'{"ok":true,"result":{}}'),
            day("hung up after taking it", Unconfirmed("connection_lost"), disconnect=True),
        )  # fmt: skip

    def outage(self) -> None:
        self.stand_in.misbehave("*", status=502, body=b"<html>Bad Gateway</html>", times=None)

    def slow(self) -> Callable[[], Awaitable[None]]:
        self.stand_in.misbehave("sendMessage", delay=30.0)
        return lambda: self.stand_in.until(lambda: any(c.method == "sendMessage" for c in self.stand_in.calls))

    def _misbehave(self, how: dict[str, Any]) -> None:
        self.stand_in.misbehave("sendMessage", **how)
