"""One `Outgoing` as the calls that carry it: a text with buttons, a document with its caption, or one after another."""

from __future__ import annotations

import re
import unicodedata

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, InputFile

from outreach.channels.base import Signer
from outreach.channels.telegram.bot import QuietBot
from outreach.channels.telegram.outcomes import outcome_of
from outreach.channels.telegram.updates import clean
from outreach.domain.messages import Choice, File, Outcome, Outgoing, RetryLater, Sent, Unconfirmed, Unreachable

_PERSON = re.compile(r"[1-9]\d{0,15}", re.ASCII)  # groups are negative: what we say is for one person
_CAPTION_LIMIT = 1024  # UTF-16 units, like the text's
_TEXT_LIMIT = 4096
_SHORT_CELLS = 8  # two buttons of four Chinese characters share a row on the smallest phone


async def send(bot: QuietBot, signer: Signer, to: str, message: Outgoing) -> Outcome:
    """Carry *message* to the private chat *to*, without markup and without link previews.

    If the first of two calls went out and the second has to wait, the whole is `Unconfirmed`: a repetition would
    say the first part twice.
    """
    if not _PERSON.fullmatch(to):
        return Unreachable("not_a_private_chat")
    keyboard = _keyboard(message.choices, signer, to)
    sent_id = ""
    texts, file = _parts(message)
    for position, text in enumerate(texts):
        last = file is None and position == len(texts) - 1
        outcome = await _send_text(bot, int(to), text, keyboard if last else None)
        if not isinstance(outcome, Sent):
            return _after_first(outcome) if position else outcome
        sent_id = outcome.external_id
    if file is not None:
        caption = None if texts else _text(message) or None
        outcome = await _send_file(bot, int(to), file, caption, keyboard)
        return outcome if not texts else _after_first(outcome)
    return Sent(sent_id)


def _parts(message: Outgoing) -> tuple[list[str], File | None]:
    text = _text(message)
    if message.file is not None:
        return ([] if units(text) <= _CAPTION_LIMIT else [text]), message.file
    if message.link is not None and message.link not in text:
        together = f"{text}\n{message.link}".strip()
        return [together] if units(together) <= _TEXT_LIMIT else [text, message.link], None
    return [text], None


def _text(message: Outgoing) -> str:
    return clean(message.text)


def units(text: str) -> int:
    """The length of *text* as Telegram counts it: UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


async def _send_text(bot: QuietBot, chat_id: int, text: str, keyboard: InlineKeyboardMarkup | None) -> Outcome:
    try:
        return Sent(await bot.send_text(chat_id, text, keyboard))
    except Exception as fault:  # a KeyError or TypeError for an answer that lacks a field
        return outcome_of(fault)


async def _send_file(
    bot: QuietBot, chat_id: int, file: File, caption: str | None, keyboard: InlineKeyboardMarkup | None
) -> Outcome:
    document = InputFile(file.content, filename=_file_name(file.name))
    document.mimetype = file.media_type  # the library would guess it from the name
    try:
        sent = await bot.send_document(
            chat_id, document, caption=caption, reply_markup=keyboard, disable_content_type_detection=True
        )
    except Exception as fault:  # as above
        return outcome_of(fault)
    return Sent(str(sent.message_id))


def _after_first(outcome: Outcome) -> Outcome:
    return Unconfirmed(f"partial_{outcome.code}") if isinstance(outcome, RetryLater) else outcome


def _keyboard(choices: tuple[Choice, ...], signer: Signer, to: str) -> InlineKeyboardMarkup | None:
    rows: list[list[InlineKeyboardButton]] = []
    room = False
    for choice in choices:
        button = InlineKeyboardButton(choice.label, callback_data=signer.sign(choice.token, to))
        short = _cells(choice.label) <= _SHORT_CELLS
        if room and short:
            rows[-1].append(button)
            room = False
        else:
            rows.append([button])
            room = short
    return InlineKeyboardMarkup(rows) if rows else None


def _cells(label: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in label)


def _file_name(name: str) -> str:
    """*name* without what could break a header, climb a folder, or show an ending that is not its own."""
    kept = [c for c in clean(name) if c not in '\\/"\n' and unicodedata.category(c) not in ("Cf", "Cc", "Zl", "Zp")]
    return "".join(kept)[-120:] or "file"
