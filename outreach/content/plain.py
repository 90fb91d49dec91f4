"""Markdown as one reads it in a chat: headings, lists and links as plain lines, placeholders kept until sending."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from outreach.domain.errors import Fault

PLACEHOLDER = re.compile(r"\{([a-z][a-z_]*)\}")
_COMMENT = re.compile(r"<!--(?:(?!-->).)*-->\s*", re.DOTALL)
_EAST_ASIAN = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")
_MARKDOWN = MarkdownIt("commonmark")  # nests at most 20 deep, so walking the tree cannot overflow


def plain(body: str) -> str:
    """*body* (Markdown) as plain text: blocks parted by an empty line, "· " and "1. " lists, links as "text (url)".

    Emphasis, comments and rules are dropped; a line broken in the source is one line again.
    """
    return _blocks(SyntaxTreeNode(_MARKDOWN.parse(body)).children)


def fill(text: str, values: Mapping[str, str]) -> str:
    """*text* with each ``{name}`` replaced by its value, once: braces in a value stay as they are.

    Raises `Fault` for a name that has no value: nobody shall read "call {crisis_line}".
    """
    missing = sorted({name for _, name in placeholders(text)} - set(values))
    if missing:
        raise Fault(f"no value for {', '.join(missing)} in a text", "check helplines.toml")
    return PLACEHOLDER.sub(lambda found: values[found[1]], text)


def placeholders(text: str) -> Iterator[tuple[int, str]]:
    """Each placeholder as (line from 0, name)."""
    for line, words in enumerate(text.split("\n")):
        yield from ((line, found[1]) for found in PLACEHOLDER.finditer(words))


def html_lines(body: str) -> Iterator[int]:
    """The lines (from 0) of HTML in *body* that is more than a comment."""
    for token in _MARKDOWN.parse(body):
        line = token.map[0] if token.map else 0
        pieces: Sequence[Token] = token.children or (token,)
        if any(_is_markup(piece) for piece in pieces):
            yield line


def addresses(body: str) -> Iterator[tuple[int, str]]:
    """The target of each link and image in *body* as (line from 0 where its block begins, address)."""
    for token in _MARKDOWN.parse(body):
        for piece in token.children or ():
            if piece.type in {"link_open", "image"}:
                yield (token.map or [0])[0], str(piece.attrs.get("href") or piece.attrs.get("src") or "")


def _is_markup(token: Token) -> bool:
    return token.type in {"html_block", "html_inline"} and bool(_COMMENT.sub("", token.content).strip())


def _blocks(nodes: Sequence[SyntaxTreeNode]) -> str:
    return "\n\n".join(block for node in nodes if (block := _block(node)))


def _block(node: SyntaxTreeNode) -> str:
    match node.type:
        case "bullet_list":
            return "\n".join(_entry("· ", entry) for entry in node.children)
        case "ordered_list":
            first = int(node.attrs.get("start", 1))
            return "\n".join(_entry(f"{number}. ", entry) for number, entry in enumerate(node.children, first))
        case "fence" | "code_block":
            return node.content.rstrip("\n")
        case "hr" | "html_block":
            return ""
        case "inline":
            return _inline(node.children)
        case _:  # paragraph, heading, blockquote, list_item
            return _blocks(node.children)


def _entry(mark: str, node: SyntaxTreeNode) -> str:
    text = "\n".join(block for child in node.children if (block := _block(child)))
    return mark + text.replace("\n", "\n  ")


def _inline(nodes: Sequence[SyntaxTreeNode]) -> str:
    pieces = [_piece(node) for node in nodes]
    for place, node in enumerate(nodes):
        if node.type == "softbreak":
            pieces[place] = _joint(pieces[place - 1][-1:], pieces[place + 1][:1])
    return "".join(pieces).strip()


def _piece(node: SyntaxTreeNode) -> str:
    match node.type:
        case "text" | "code_inline":
            return node.content
        case "hardbreak":
            return "\n"
        case "link":
            return _link(_inline(node.children), str(node.attrs.get("href", "")))
        case "image":
            return node.content
        case "html_inline" | "softbreak":
            return ""
        case _:  # strong, em
            return _inline(node.children)


def _link(text: str, address: str) -> str:
    return address if text in {"", address} else f"{text} ({address})"


def _joint(before: str, after: str) -> str:
    """What a line break of the source becomes: Chinese is joined, words are parted."""
    return "" if _EAST_ASIAN.match(before) or _EAST_ASIAN.match(after) else " "
