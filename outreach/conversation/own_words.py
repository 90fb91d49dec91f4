"""Commands with somebody's own words in them: a nickname, the name of a place. Those words stay as they were typed."""

from __future__ import annotations

import re

from outreach.conversation.intents_choices import CallMe, OwnWords, SilencePlace

_END = r"[。.！!～~]*"
_NO_NAME = (
    "(?!怎|如何|咋|何|去|来|别|不|做|干|为|什么|死|谁|滚|闭|走|回|帮|等|起|吃|看|说|给|跟|自己|情|我|你|妈|爸|家|"
    "老公|老婆|儿|女|孩|朋友)"
)
"""What may not follow “叫我” in a nickname: “叫我怎么办” and “叫我妈来” are no names."""
_NO_FEELING = (
    "(?!很|好[累难烦痛怕]|太|真|难|伤|心[痛疼里碎酸]|痛|哭|累|绝|崩|受|失|生|气|烦|怕|害|无|没|想|活|忘|住|一直|有|觉|感|"
    "要|该|能|会|还|再|更|又|都|每|睡|醒)"
)
"""“叫我很难过” is said to somebody who listens; after a space such names are likelier."""
_NO_NAME_EN = (
    r"(?!(?:later|back|again|tomorrow|today|tonight|now|asap|soon|when|if|at|on|in|an?|the|please|anytime|maybe|crazy|"
    r"stupid|dumb|ugly|fat|useless|worthless|weak|broken|lonely|nothing|nobody|names|before|after|this|next|as|and|or|for|by|up|only|instead|what(?:ever)?|any|my|your|to|it|that)\b)"
)
_CALL_ME = "(?:[请請]|麻[烦煩])?(?:您|你)?(?:以[后後])?(?:就)?(?:叫我|喊我|[称稱]呼我)(?:[为為]|做|作)?"
_CALL_ME_EN = "(?:please |you can |you may |just )?(?:call me|my nickname is)"
_OPENS, _CLOSES = "[“「『\"']?", "[”」』\"']?"
_NAME = r"(?P<own>[^，。！？；、,!?;]+?)"
_NAME_AT_ONCE = r"(?P<own>[^\s，。！？；、,.!?;“「『]{1,4}?)"  # without a space before it a long one is a sentence

_NICKNAMES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_CALL_ME}(?:\s*[:：]\s*|\s+){_NO_NAME}{_OPENS}{_NAME}{_CLOSES}(?:\s+(?:吧|就行|就好))?[。！!]*",
        rf"{_CALL_ME}{_NO_NAME}{_NO_FEELING}{_OPENS}{_NAME_AT_ONCE}{_CLOSES}(?:吧|就行|就好|好了)?{_END}",
        rf"{_CALL_ME_EN}[\s:]+{_NO_NAME_EN}{_OPENS}{_NAME}{_CLOSES}(?: please)?{_END}",
    )
)
_PLACE = r"(?P<own>[^\s，。！？；、,.!?;][^，。！？；、,.!?;]{0,38}?)"
_PLACES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?:[请請]|以[后後])?(?:不[听聽]|[静靜]音|屏蔽)\s*{_PLACE}(?:的(?:消息|活动|通知))?{_END}",
        rf"(?:[请請]|以[后後])?(?:[别別][发發]|不要[发發]|不想收|不收|不想[听聽]|不要)\s*{_PLACE}的(?:消息|活动|通知)(?:了)?{_END}",
        rf"(?:please )?(?:mute|silence|nothing from|no news from|no messages from)\s+{_PLACE}{_END}",
    )
)


def in_own_words(text: str) -> OwnWords | None:
    """What *text* asks for, with the words in it untouched; ``None`` if it is nothing of the kind."""
    written = text.strip()
    for pattern in _NICKNAMES:
        if found := pattern.fullmatch(written):
            return CallMe(found["own"])
    for pattern in _PLACES:
        if found := pattern.fullmatch(written):
            return SilencePlace(found["own"])
    return None
