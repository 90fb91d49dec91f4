"""Making one message of ours into what a channel can carry: numbered, written out, cut. Pure.

What comes out fits as it is, so fitting it once more changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from outreach.content.split import split
from outreach.domain.messages import Capabilities, Choice, Outgoing


def fit(message: Outgoing, capabilities: Capabilities) -> tuple[Outgoing, ...]:
    """*message* as the platform messages to send, in order; at least one.

    Without buttons choices become lines "1. label", to be answered with the number. With buttons they stay, those
    beyond ``max_buttons`` as lines only. As soon as one line is written for a detail or for want of room, buttons carry
    their numbers too. A link, and the link of a file that cannot be sent, become lines.
    Choices, file and fields ride on the last message.
    """
    numbered = _needs_numbers(message.choices, capabilities)
    buttons = message.choices[: capabilities.max_buttons] if capabilities.buttons else ()
    text = "\n\n".join(filter(None, _paragraphs(message, capabilities)))
    *first, last = split(text, capabilities.text_limit, capabilities.text_unit)
    return (
        *(Outgoing(message.kind, part) for part in first),
        replace(
            message,
            text=last,
            choices=_with_numbers(buttons) if numbered else buttons,
            file=message.file if capabilities.files else None,
            link=None,
        ),
    )


def _needs_numbers(choices: tuple[Choice, ...], capabilities: Capabilities) -> bool:
    return len(choices) > capabilities.max_buttons or any(choice.detail for choice in choices)


def _paragraphs(message: Outgoing, capabilities: Capabilities) -> Iterator[str]:
    """The text with its links under it, then the numbered lines."""
    links = [link for link in _links(message, capabilities) if link not in message.text]
    yield "\n".join([message.text, *links] if message.text else links)
    lines = list(_lines(message.choices, capabilities))
    if lines:
        yield "\n".join(lines)


def _links(message: Outgoing, capabilities: Capabilities) -> Iterator[str]:
    if message.link:
        yield message.link
    if message.file is not None and message.file.link and not capabilities.files:
        yield message.file.link


def _lines(choices: tuple[Choice, ...], capabilities: Capabilities) -> Iterator[str]:
    in_text = not capabilities.buttons or any(choice.detail for choice in choices)
    for number, choice in enumerate(choices, start=1):
        if in_text or number > capabilities.max_buttons:
            yield f"{number}. {choice.label} {choice.detail}".rstrip()


def _with_numbers(buttons: tuple[Choice, ...]) -> tuple[Choice, ...]:
    return tuple(Choice(f"{number} {choice.label}", choice.token) for number, choice in enumerate(buttons, start=1))
