"""The stand-in insists and judges as WeChat does, over real HTTP, against the real adapter and against bad hooks."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import pytest
from wechat_naive import play
from wechat_scene import ACCOUNT, PLAIN, channel

from outreach.channels.base import Answer, HookRequest, HookResponse
from outreach.channels.wechat import HOLD_HEADER, WeChatChannel
from outreach.domain.messages import Incoming, Message, MessageKind, Outgoing, Pressed, Reachability
from outreach.testing.wechat import ServiceUnavailable, WeChatStandIn
from outreach.testing.wechat_wire import Account, compose, pack

DROP = None
"""What a hook does that says nothing: the connection is closed."""

Behaviour = Callable[[HookRequest, int], HookResponse | None]


@dataclass
class Hook:
    """A hook on 127.0.0.1 that does what *behaviour* says; *calls* counts requests."""

    behaviour: Behaviour
    calls: int = 0
    url: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, request: HookRequest) -> HookResponse | None:
        with self.lock:
            self.calls += 1
            number = self.calls
        return self.behaviour(request, number)


@contextmanager
def serving(behaviour: Behaviour) -> Iterator[Hook]:
    hook = Hook(behaviour)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            query = dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))
            headers = {name.lower(): value for name, value in self.headers.items()}
            response = hook.answer(HookRequest(self.command, query, headers, body, datetime.now(UTC)))
            if response is None:
                self.close_connection = True
                return
            self.send_response(response.status)
            self.send_header("Content-Length", str(len(response.body)))
            self.end_headers()
            self.wfile.write(response.body)

        do_GET = do_POST  # noqa: N815  # the names are http.server's

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # http.server's name
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = False
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    hook.url = f"http://127.0.0.1:{server.server_port}/hooks/wechat"
    try:
        yield hook
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def house(account: Account = ACCOUNT, seen: list[Incoming] | None = None) -> Behaviour:
    """The real adapter in front of a conversation that repeats what it hears."""
    wechat = channel(account)

    def behave(request: HookRequest, number: int) -> HookResponse | None:
        decoded = wechat.decode(request)
        if isinstance(decoded, HookResponse):
            return decoded
        (item,) = decoded
        if seen is not None:
            seen.append(item)
        return respond(wechat, item, request, said(item))

    return behave


def said(item: Incoming) -> str | None:
    match item:
        case Message():
            return f"you said {item.text}"
        case Pressed():
            return f"you pressed {item.token}"
        case Reachability():
            return f"welcome from {item.source}"
        case _:
            return None


def respond(wechat: WeChatChannel, item: Incoming, request: HookRequest, text: str | None) -> HookResponse | None:
    messages = (Outgoing(MessageKind.REPLY, text),) if text else ()
    return asyncio.run(wechat.acknowledge([item], Answer(messages), request))


def test_a_template_that_was_taken_is_not_yet_delivered_as_its_finished_job_tells():
    seen: list[Incoming] = []

    async def scene(naive):
        naive.api.know("ann", "bob")
        naive.api.blocking.add("bob")
        answers = [await naive.remind(to=to) for to in ("ann", "bob")]
        with serving(house(seen=seen)) as hook:
            people = WeChatStandIn(hook.url, ACCOUNT, api=naive.api)
            told = [await asyncio.to_thread(people.finish_jobs) for _ in range(2)]
        return answers, told, [pushed.to for pushed in naive.api.sent]

    answers, told, reached = play(scene)

    assert [answer["errcode"] for answer in answers] == [0, 0]
    assert (told, reached) == ([2, 0], ["ann"])
    assert [(item.sender, item.external_id, item.delivered, item.code) for item in seen] == [
        ("ann", str(answers[0]["msgid"]), True, ""),
        ("bob", str(answers[1]["msgid"]), False, "user_block"),
    ]


@pytest.mark.parametrize("account", [ACCOUNT, PLAIN], ids=["secure", "plaintext"])
def test_everything_a_person_can_do_goes_there_and_back(account):
    with serving(house(account)) as hook:
        wechat = WeChatStandIn(hook.url, account)

        assert wechat.verify()
        assert wechat.say("ann", "活动 ]]> & <b>") == "you said 活动 ]]> & <b>"
        assert wechat.follow("ann") == "welcome from None"
        assert wechat.follow("ann", "act:17") == "welcome from act:17"
        assert wechat.scan("ann", "act:17") == "welcome from act:17"
        assert wechat.click("ann", "join:17") == "you pressed join:17"
        assert wechat.unfollow("ann") is None


def test_an_address_that_cannot_answer_the_check_does_not_pass_it():
    with serving(house()) as hook:
        assert not WeChatStandIn(hook.url, replace(ACCOUNT, token="another")).verify()


def test_silence_is_met_with_the_same_message_three_times_in_all():
    seen: list[Incoming] = []
    echo = house(seen=seen)

    def third_time(request: HookRequest, number: int) -> HookResponse | None:
        response = echo(request, number)
        return response if number == 3 else DROP

    with serving(third_time) as hook:
        assert WeChatStandIn(hook.url).say("ann", "活动", "77") == "you said 活动"

    assert [item.message_id for item in seen] == ["77", "77", "77"]


def test_after_three_silences_the_person_sees_a_notice():
    with serving(lambda request, number: DROP) as hook, pytest.raises(ServiceUnavailable):
        WeChatStandIn(hook.url).say("ann", "活动")

    assert hook.calls == 3


def test_a_hook_that_is_too_slow_is_hung_up_on_and_asked_again():
    release = threading.Event()
    echo = house()

    def slow_at_first(request: HookRequest, number: int) -> HookResponse | None:
        if number == 1:
            release.wait(30)
            return DROP
        return echo(request, number)

    with serving(slow_at_first) as hook:
        try:
            assert WeChatStandIn(hook.url, patience=0.2).say("ann", "活动") == "you said 活动"
        finally:
            release.set()

    assert hook.calls == 2


def test_two_copies_arrive_in_parallel_with_one_id():
    both = threading.Barrier(2, timeout=30)
    seen: list[Incoming] = []
    echo = house(seen=seen)

    def together(request: HookRequest, number: int) -> HookResponse | None:
        both.wait()
        return echo(request, number)

    with serving(together) as hook:
        assert WeChatStandIn(hook.url).say_twice_in_parallel("ann", "活动") == ("you said 活动", "you said 活动")

    assert len({item.message_id for item in seen}) == 1


def plain_reply(**changes: str) -> bytes:
    fields = {"ToUserName": "ann", "FromUserName": PLAIN.original_id, "CreateTime": "1", "MsgType": "text"}
    fields |= {"Content": "hello", **changes}
    return ("<xml>" + "".join(f"<{name}>{text}</{name}>" for name, text in fields.items()) + "</xml>").encode()


ILLEGAL = {
    "json": b'{"Content":"hello"}',
    "not closed": plain_reply()[:-6],
    "injected": plain_reply(Content="a</Content><Content>b"),
    "nested": plain_reply(Content="<b>x</b>"),
    "empty": plain_reply(Content=" "),
    "too long": plain_reply(Content="中" * 683),
    "for another": plain_reply(ToUserName="bob"),
    "from another": plain_reply(FromUserName="wx0123456789abcdef"),
    "no text": plain_reply(MsgType="news"),
    "no time": plain_reply(CreateTime=""),
}


@pytest.mark.parametrize("body", ILLEGAL.values(), ids=ILLEGAL.keys())
def test_a_reply_that_wechat_would_not_show_is_an_error(body):
    with serving(lambda request, number: HookResponse(200, body)) as hook, pytest.raises(ServiceUnavailable):
        WeChatStandIn(hook.url, PLAIN).say("ann", "活动")

    assert hook.calls == 1


def test_a_reply_in_the_clear_or_signed_wrongly_is_an_error_in_secure_mode():
    wrong = pack(ACCOUNT, compose(ACCOUNT, "ann", 1, {"MsgType": "text", "Content": "x"}), 1, "1").body
    for body in (plain_reply(), wrong):
        with serving(lambda request, number, body=body: HookResponse(200, body)) as hook:
            wechat = WeChatStandIn(hook.url)

            with pytest.raises(ServiceUnavailable):
                wechat.say("ann", "活动")


def test_another_status_is_an_error_and_never_counts_on_a_second_try():
    with serving(lambda request, number: HookResponse(503)) as hook, pytest.raises(ServiceUnavailable):
        WeChatStandIn(hook.url).say("ann", "活动")

    assert hook.calls == 1


def test_a_held_line_leads_to_the_stored_answer():
    wechat = channel()

    def not_ready_at_first(request: HookRequest, number: int) -> HookResponse | None:
        decoded = wechat.decode(request)
        assert not isinstance(decoded, HookResponse)
        messages = (Outgoing(MessageKind.REPLY, "stored"),)
        response = asyncio.run(wechat.acknowledge(decoded, Answer(messages, ready=number > 1), request))
        assert response is not None
        return DROP if HOLD_HEADER in response.headers else response  # what the web face does, without the wait

    with serving(not_ready_at_first) as hook:
        assert WeChatStandIn(hook.url).say("ann", "活动") == "stored"


def test_raw_posts_give_what_the_hook_said():
    with serving(house()) as hook:
        wechat = WeChatStandIn(hook.url)
        wire = wechat.pack("ann", {"MsgType": "text", "Content": "x", "MsgId": "1"})

        assert wechat.post(wire.body, {**wire.query, "msg_signature": "0" * 40}).status == 403
        assert wechat.post(wire.body, wire.query).status == 200
        assert wechat.post(b"x" * 70_000, wire.query).status == 413


@pytest.mark.slow
def test_as_a_program_it_obeys_commands_line_by_line():
    commands = [
        {"do": "verify"},
        {"do": "say", "openid": "ann", "text": "活动", "msg_id": "77"},
        {"do": "unfollow", "openid": "ann"},
        {"do": "say_twice_in_parallel", "openid": "ann", "text": "x"},
        {"do": "dance"},
        {"do": "say"},
    ]
    with serving(house()) as hook:
        done = subprocess.run(
            [sys.executable, "-m", "outreach.testing.wechat", "--hook", hook.url],
            input="\n".join(json.dumps(command) for command in commands),
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=True,
        )

    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert results[:4] == [
        {"ok": True, "reply": True},
        {"ok": True, "reply": "you said 活动"},
        {"ok": True, "reply": None},
        {"ok": True, "reply": ["you said x", "you said x"]},
    ]
    assert [result["ok"] for result in results[4:]] == [False, False]
