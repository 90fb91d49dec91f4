"""A library file written anew, for a text that was approved before whole files were kept."""

from __future__ import annotations

from collections.abc import Iterable

import yaml

from outreach.content.item import ContentItem, Format
from outreach.content.vocabulary import Vocabulary
from outreach.domain.messages import Language

_WIDE = 10_000  # characters: YAML folds nothing, a title stays on its line


def rebuild(
    slug: str,
    language: Language,
    title: str,
    audience: Iterable[str],
    body: str,
    like: ContentItem | None,
    vocabulary: Vocabulary,
) -> tuple[str, str]:
    """Path and text of a file for *body*: it reads as an item again, of another version than was approved.

    What is not known of it (folder, topics, format, season, sources) is taken from *like*, an item of the same slug;
    without one it is a tip on the first topic there is, without sources, so that the lint asks for them.
    """
    tags = sorted(audience)
    topics = list(like.topics) if like else [next(iter(vocabulary.topics)).key]
    closed = any(tag in vocabulary.audiences and vocabulary.audiences[tag].restricted for tag in tags)
    head: dict[str, object] = {
        "title": title,
        "audience": tags,
        "topics": topics,
        "format": (like.format if like else Format.TIP).value,
        **_of(like),
        **({"restricted": True} if closed or (like and like.restricted) else {}),
    }
    folder = like.path.rpartition("/")[0] if like else topics[0]
    return f"{folder}/{slug}.{language}.md", f"---\n{_written(head)}---\n{body}\n"


def _of(like: ContentItem | None) -> dict[str, object]:
    if like is None:
        return {}
    known: dict[str, object] = {"season": like.season, "minutes": like.minutes, "sign_off": like.sign_off.value}
    return {name: value for name, value in known.items() if value} | {"sources": list(like.sources)}


def _written(head: dict[str, object]) -> str:
    return str(yaml.safe_dump(head, allow_unicode=True, sort_keys=False, width=_WIDE, default_flow_style=None))
