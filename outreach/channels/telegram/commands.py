"""The menu of commands that Telegram shows, in each language; told to Telegram only when it differs."""

from __future__ import annotations

from collections.abc import Mapping

from telegram import BotCommand, BotCommandScopeAllPrivateChats

from outreach.channels.telegram.bot import QuietBot
from outreach.domain.messages import Language

COMMANDS: Mapping[Language, Mapping[str, str]] = {
    Language.EN: {
        "menu": "What I can do for you",
        "activities": "Activities near you",
        "mine": "What you signed up for",
        "calendar": "Your activities for your calendar",
        "tip": "Something short to read",
        "subscribe": "Get a tip now and then",
        "stop": "No more tips and announcements",
        "person": "Leave a note for the team",
        "help": "How this works",
    },
    Language.ZH: {
        "menu": "我能帮您做什么",
        "activities": "附近的活动",
        "mine": "我报名的活动",
        "calendar": "把活动加入日历",
        "tip": "读一段小知识",
        "subscribe": "定期收到小知识",
        "stop": "不再接收推送",
        "person": "给工作人员留言",
        "help": "使用说明",
    },
}

DESCRIPTIONS: Mapping[Language, str] = {
    Language.EN: (
        "Activities near you, sign-ups, reminders and short things to read. No name is needed. "
        "A program, not a person: it does not treat illness, and nobody watches it around the clock."
    ),
    Language.ZH: (
        "帮您找身边的活动、报名、提醒，也有小知识可以读。不用留姓名。这是自动程序，不是真人，不看病，也没人24小时看着。"
    ),
}
"""What somebody reads before they press Start: at most 512 characters."""

SHORT: Mapping[Language, str] = {
    Language.EN: "Activities near you: find, join, be reminded. A program, not a person.",
    Language.ZH: "找身边的活动，报名，提醒。自动程序，不是真人。",
}
"""On the bot's page and in shared links: at most 120 characters."""

_LANGUAGES = ((None, Language.EN), ("zh", Language.ZH), ("en", Language.EN))  # everybody else first, as Telegram asks
_PRIVATE = BotCommandScopeAllPrivateChats()


async def tell_commands(bot: QuietBot) -> None:
    """Set the commands where they differ: Telegram limits how often they may be set. Raises what the bot raises."""
    for code, language in _LANGUAGES:
        wanted = tuple(BotCommand(name, description) for name, description in COMMANDS[language].items())
        if await bot.get_my_commands(scope=_PRIVATE, language_code=code) != wanted:
            await bot.set_my_commands(wanted, scope=_PRIVATE, language_code=code)


async def tell_descriptions(bot: QuietBot) -> None:
    """Set both descriptions where they differ. Raises what the bot raises."""
    for code, language in _LANGUAGES:
        if (await bot.get_my_description(code)).description != DESCRIPTIONS[language]:
            await bot.set_my_description(DESCRIPTIONS[language], code)
        if (await bot.get_my_short_description(code)).short_description != SHORT[language]:
            await bot.set_my_short_description(SHORT[language], code)
