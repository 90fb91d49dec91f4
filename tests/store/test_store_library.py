"""Reading the library and our phrases from their files."""

from __future__ import annotations

from pathlib import Path

import pytest

from outreach.domain.errors import BadInput
from outreach.store import read_library, read_phrases
from outreach.wording import parse_wording


def _write(root: Path, path: str, data: bytes) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_bytes(data)


def test_items_and_tables_come_with_their_paths_sorted(tmp_path: Path):
    _write(tmp_path, "sleep/night.zh.md", "\ufeff睡眠".encode())
    _write(tmp_path, "anxiety/breath.en.md", b"breath")
    _write(tmp_path, "topics.toml", b"[topics]")
    _write(tmp_path, "safety/patterns.zh.toml", b"a = 1")
    _write(tmp_path, "safety/replies.zh.toml", b"b = 2")
    _write(tmp_path, ".git/secret.md", b"no")
    _write(tmp_path, "picture.png", b"\x89PNG")

    files = read_library(tmp_path)

    assert files.items == (("anxiety/breath.en.md", "breath"), ("sleep/night.zh.md", "睡眠"))
    assert files.text("topics.toml") == "[topics]"
    assert files.under("safety/patterns.") == {"safety/patterns.zh.toml": "a = 1"}


def test_all_files_that_cannot_be_read_are_named_at_once_with_the_remedy(tmp_path: Path):
    _write(tmp_path, "a.md", b"fine so far \xff")
    _write(tmp_path, "b.toml", b"\xfe")
    _write(tmp_path, "long.md", b"x" * 1_000_001)

    with pytest.raises(BadInput) as refusal:
        read_library(tmp_path)

    assert [problem.split(":")[0] for problem in refusal.value.problems] == ["a.md", "b.toml", "long.md"]
    assert "byte 13" in refusal.value.problems[0]


def test_a_missing_table_is_named(tmp_path: Path):
    with pytest.raises(BadInput, match=r"topics\.toml"):
        read_library(tmp_path).text("topics.toml")


def test_a_missing_library_is_named(tmp_path: Path):
    with pytest.raises(BadInput, match="OUTREACH_LIBRARY"):
        read_library(tmp_path / "nowhere")


def test_the_library_that_comes_with_the_program_is_found():
    assert read_library() == read_library(None)


def test_our_own_phrases_are_found_by_name():
    phrases = read_phrases()

    assert {"phrases.zh.toml", "phrases.en.toml"} <= set(phrases)
    assert parse_wording(phrases) is not None
