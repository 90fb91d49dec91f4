"""Answers in words to the question whether somebody is in danger: nobody has to find a number or a button then."""

from __future__ import annotations

from outreach.conversation.plaintext import tight
from outreach.conversation.turn import Turn
from outreach.domain.messages import Outgoing
from outreach.services.safeguarding import Safeguard

# Each word under the answer that it means. Where a word could mean two, it stands under the more urgent one.
_MEANT = {
    "safe:now": (
        "有 有的 有啊 是 是的 对 嗯 想 想过 很近 有很近 马上 现在 现在就 就现在 不安全 现在不安全 "
        "yes yeah y yesiam yesido iam ido now rightnow close notsafe imnotsafe iamnotsafe"
    ),
    "safe:yes": "安全 现在安全 有但安全 有但现在安全 还好 我安全 safe imsafe iamsafe yesbutsafe sometimes notnow",
    "safe:no": "没有 没 不是 不 不想 没想过 替别人 替别人问 帮别人问 帮朋友问 no nope n notme forafriend someoneelse",
    "safe:danger": "不安全 现在不安全 有危险 危险 没有 没 不 notsafe imnotsafe iamnotsafe danger no",
    "safe:calm": "安全 现在安全 我安全 safe imsafe iamsafe yes 是 是的",
}
_ANSWERS = {token: frozenset(words.split()) for token, words in _MEANT.items()}
_ASKED_AGAIN = "safe:self"


def is_asked(turn: Turn) -> bool:
    """Whether the last thing they were shown is that question, with its yes and its no."""
    return {"safe:now", "safe:no"} <= set(_offered(turn))


def answered(turn: Turn, text: str) -> str | None:
    """The answer that *text* means, ``None`` if that is not clear."""
    written = tight(text).replace("'", "").replace("’", "")
    return next((token for token in _offered(turn) if written in _ANSWERS.get(token, frozenset())), None)


def ask_again(turn: Turn, safeguard: Safeguard) -> tuple[Outgoing, ...]:
    """The question and its numbers once more: after words we do not understand, no menu may take its place."""
    found = safeguard.follow_up(_ASKED_AGAIN, turn.language, turn.now, turn.there.helplines)
    turn.ask(None)
    return () if found is None else (found[0],)


def _offered(turn: Turn) -> list[str]:
    shown = turn.memory.shown
    return [] if shown is None else [choice.token for choice in shown.choices]
