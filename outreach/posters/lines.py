"""Text broken into lines of a width, by the rules of both scripts."""

from __future__ import annotations

from collections.abc import Callable

import regex

_NOT_FIRST = frozenset("，。、；：？！）》」』”’…—％%,.;:?!)]}~·")
_NOT_LAST = frozenset("（《「『“‘([{")
# A word with the blanks after it, or one character of a script that is written without blanks.
_PIECES = regex.compile(r"[\p{Latin}\p{N}@._/:+\-'’–]+\s*|\X")


def wrap(text: str, width: float, measure: Callable[[str], float]) -> list[str]:
    """*text* in lines no wider than *width* by *measure*; its own line breaks stay.

    No line begins with a closing mark or ends with an opening one. A word that is wider than a line is cut.
    """
    return [line for paragraph in text.splitlines() or [""] for line in _wrap(paragraph, width, measure)]


def _wrap(paragraph: str, width: float, measure: Callable[[str], float]) -> list[str]:
    lines, line = [], ""
    for piece in (part for whole in _PIECES.findall(paragraph) for part in _fitting(whole, width, measure)):
        if not line or measure((line + piece).rstrip()) <= width:
            line += piece
            continue
        carried = _carried(line, piece)
        lines.append(line.removesuffix(carried).rstrip())
        line = carried + piece
    return [*lines, line.rstrip()]


def _fitting(piece: str, width: float, measure: Callable[[str], float]) -> list[str]:
    return [piece] if measure(piece.rstrip()) <= width else regex.findall(r"\X", piece)


def _carried(line: str, piece: str) -> str:
    """What goes over to the next line with *piece*, so that neither rule is broken."""
    taken = ""
    while len(line) - len(taken) > 1 and (
        (taken or piece)[0] in _NOT_FIRST or line.removesuffix(taken)[-1] in _NOT_LAST
    ):
        rest = line.removesuffix(taken)
        taken = regex.findall(r"\X", rest)[-1] + taken
    return taken
