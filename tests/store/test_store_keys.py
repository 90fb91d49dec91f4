"""Sealing, blind indexes and the key file."""

from __future__ import annotations

import base64
import stat
from pathlib import Path

import pytest

from outreach.domain.errors import Fault
from outreach.store import Database, KeyRing
from outreach.store.key_file import make_key, read_key

RING = KeyRing(bytes(range(32)))
OTHER = KeyRing(bytes(range(1, 33)))


def test_what_is_sealed_opens_with_the_same_purpose_and_column():
    sealed = RING.seal("inbox", "你好".encode(), "inbox.body")

    assert RING.open("inbox", sealed, "inbox.body").decode() == "你好"
    assert "你好".encode() not in sealed


def test_the_same_words_never_seal_to_the_same_bytes():
    assert RING.seal("inbox", b"hello", "inbox.body") != RING.seal("inbox", b"hello", "inbox.body")


@pytest.mark.parametrize(
    ("ring", "purpose", "column"),
    [(OTHER, "inbox", "inbox.body"), (RING, "mail", "inbox.body"), (RING, "inbox", "inbox.answer")],
    ids=["another key", "another purpose", "another column"],
)
def test_what_is_sealed_opens_nowhere_else(ring: KeyRing, purpose: str, column: str):
    sealed = RING.seal("inbox", b"hello", "inbox.body")

    with pytest.raises(Fault) as fault:
        ring.open(purpose, sealed, column)

    assert fault.value.remedy
    assert "hello" not in str(fault.value)


@pytest.mark.parametrize("place", [0, 1, 12, 20, -1], ids=["version", "nonce", "nonce end", "words", "tag"])
def test_a_changed_byte_is_noticed(place: int):
    sealed = bytearray(RING.seal("inbox", b"hello world", "inbox.body"))
    sealed[place] ^= 1

    with pytest.raises(Fault):
        RING.open("inbox", bytes(sealed), "inbox.body")


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01short"])
def test_what_is_too_short_to_be_sealed_is_a_fault(sealed: bytes):
    with pytest.raises(Fault):
        RING.open("inbox", sealed, "inbox.body")


def test_each_person_has_a_key_of_their_own():
    ann, ann_key = RING.new_person()
    bob, _ = RING.new_person()
    sealed = ann.seal(b"ref", "address.ref")

    assert RING.person(ann_key).open(sealed, "address.ref") == b"ref"
    with pytest.raises(Fault):
        bob.open(sealed, "address.ref")


def test_purpose_keys_are_stable_and_unrelated():
    assert RING.key("sign") == KeyRing(bytes(range(32))).key("sign")
    assert len({RING.key(purpose) for purpose in ("sign", "calendar", "index", "fingerprint")}) == 4


def test_the_blind_index_keeps_lane_and_person_apart():
    assert RING.index("a", "bc") == RING.index("a", "bc")
    assert RING.index("a", "bc") != RING.index("ab", "c")
    assert RING.index("a", "bc") != OTHER.index("a", "bc")
    assert len(RING.index("a", "bc")) == 16


def test_a_ring_prints_its_fingerprint_and_no_key():
    assert repr(RING) == f"KeyRing({RING.fingerprint})"
    assert RING.fingerprint != OTHER.fingerprint


def test_a_new_key_file_is_for_its_owner_alone(tmp_path: Path):
    ring = make_key(tmp_path / "folder" / "town.key")

    assert stat.S_IMODE((tmp_path / "folder" / "town.key").stat().st_mode) == 0o600
    assert read_key(tmp_path / "folder" / "town.key").fingerprint == ring.fingerprint


def test_a_key_file_is_never_replaced(tmp_path: Path):
    make_key(tmp_path / "town.key")

    with pytest.raises(Fault):
        make_key(tmp_path / "town.key")


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o602, 0o604])
def test_a_key_file_that_others_may_open_is_refused_with_the_remedy(tmp_path: Path, mode: int):
    make_key(tmp_path / "town.key")
    (tmp_path / "town.key").chmod(mode)

    with pytest.raises(Fault) as fault:
        read_key(tmp_path / "town.key")

    assert "chmod 600" in fault.value.remedy


@pytest.mark.parametrize("text", [b"", b"not base64!", base64.b64encode(b"short"), b"\xff" * 50])
def test_a_file_that_holds_no_key_is_refused(tmp_path: Path, text: bytes):
    (tmp_path / "town.key").write_bytes(text)
    (tmp_path / "town.key").chmod(0o600)

    with pytest.raises(Fault) as fault:
        read_key(tmp_path / "town.key")

    assert "no key of outreach" in str(fault.value)


def test_a_folder_in_place_of_the_key_is_a_fault(tmp_path: Path):
    with pytest.raises(Fault):
        read_key(tmp_path)


def test_a_missing_key_is_not_made_anew_once_there_is_data(database: Database, database_url: str, tmp_path: Path):
    (tmp_path / "town.key").unlink()

    with pytest.raises(Fault) as fault:
        Database.open(database_url, tmp_path / "town.key", tmp_path / "town")

    assert "missing" in str(fault.value)
    assert not (tmp_path / "town.key").exists()


def test_the_key_of_another_database_is_refused(database: Database, database_url: str, tmp_path: Path):
    make_key(tmp_path / "other.key")

    with pytest.raises(Fault) as fault:
        Database.open(database_url, tmp_path / "other.key", tmp_path / "town")

    assert "another database" in str(fault.value)
    assert fault.value.remedy


def test_an_empty_database_takes_a_key_that_is_there_already(tmp_path: Path):
    ring = make_key(tmp_path / "mounted.key")

    opened = Database.open(f"sqlite:///{tmp_path / 'new' / 'outreach.db'}", tmp_path / "mounted.key", tmp_path / "new")

    assert opened.ring.fingerprint == ring.fingerprint
    opened.close()
