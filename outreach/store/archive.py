"""The form of a backup: one zip with a stream of JSON lines for each table, and a signed list of what must be in it.

The same for every database, so that moving from one to another is a backup and a restore. Values stand as they do in
the rows: what is sealed stays sealed, and the key is never in it.
"""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, LargeBinary, String
from sqlalchemy.types import TypeDecorator, TypeEngine

from outreach.domain.errors import Fault
from outreach.store.keys import KeyRing
from outreach.store.types import Moment

FORMAT = 1
MANIFEST, SIGNATURE = "manifest.json", "manifest.hmac"
PURPOSE = "backup"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_TYPES: dict[str, TypeEngine[Any]] = {
    "moment": Moment(),
    "bytes": LargeBinary(),
    "boolean": Boolean(),
    "integer": BigInteger(),
    "text": String(),
}
_KINDS: dict[type, str] = {bytes: "bytes", bool: "boolean", int: "integer", str: "text"}


@dataclass(frozen=True, slots=True)
class TableEntry:
    """What a backup holds of one table. *columns*: name and kind. *counter*: the highest id ever given, 0: unknown.

    *sha256* is over its lines, before they are compressed.
    """

    name: str
    columns: tuple[tuple[str, str], ...]
    rows: int
    counter: int
    sha256: str

    @property
    def member(self) -> str:
        """Where its lines are in the zip."""
        return f"tables/{self.name}.jsonl"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup must hold. *step* is the structure that its rows have; *tables* are in the order to fill them."""

    made_at: datetime
    made_by: str
    step: str
    key_fingerprint: str
    tables: tuple[TableEntry, ...]

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(table.rows for table in self.tables)

    def written(self) -> bytes:
        """As it stands in the archive."""
        fields = asdict(self) | {"format": FORMAT, "made_at": self.made_at.isoformat()}
        return json.dumps(fields, ensure_ascii=False, indent=1).encode()


def signature(ring: KeyRing, manifest: bytes) -> bytes:
    """Shows who has the key that *manifest*, and with it every hash, is as it was made."""
    return hmac.digest(ring.key(PURPOSE), manifest, "sha256").hex().encode()


def read_manifest(text: bytes, signed: bytes, ring: KeyRing) -> Manifest:
    """The list in *text*. Raises `Fault` if it is newer than we are, another key's, changed, or no list of ours."""
    try:
        fields = json.loads(text)
        if fields["format"] > FORMAT:
            raise Fault("the backup was made by a newer outreach than this one", "Install that version or a later one.")
        _require_key(str(fields["key_fingerprint"]), ring)
        if not hmac.compare_digest(signature(ring, text), signed):
            raise Fault("the backup was changed after it was made", "Take another copy of it, or an older backup.")
        return Manifest(
            made_at=datetime.fromisoformat(fields["made_at"]),
            made_by=fields["made_by"],
            step=fields["step"],
            key_fingerprint=fields["key_fingerprint"],
            tables=tuple(_entry(found) for found in fields["tables"]),
        )
    except (ValueError, KeyError, TypeError) as reason:
        raise Fault("the file is not a backup of outreach", "Point at a file that `outreach backup` wrote.") from reason


def _require_key(fingerprint: str, ring: KeyRing) -> None:
    if fingerprint != ring.fingerprint:
        raise Fault(
            f"the backup belongs to another key: its fingerprint is {fingerprint}, not {ring.fingerprint}",
            "Put the key file of the house that made the backup in its place (OUTREACH_KEY_FILE).",
        )


def _entry(found: dict[str, Any]) -> TableEntry:
    columns = tuple((str(name), str(kind)) for name, kind in found["columns"])
    return TableEntry(found["name"], columns, int(found["rows"]), int(found["counter"]), found["sha256"])


def kind_of(column: Column[Any]) -> str:
    """What sort of value *column* has: moment, bytes, boolean, integer or text."""
    if isinstance(column.type, Moment):
        return "moment"
    plain = column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type  # SQLModel's text
    found = _KINDS.get(plain.python_type)
    if found is None:
        raise TypeError(f"{column} has a type that no backup knows: {column.type!r}")
    return found


def type_of(kind: str) -> TypeEngine[Any]:
    """The column type for values of *kind*."""
    return _TYPES[kind]


def line_of(kinds: Iterable[str], row: Iterable[Any]) -> bytes:
    """*row* as one line of JSON: moments as microseconds since 1970, bytes in base 64."""
    values = [_plain(kind, value) for kind, value in zip(kinds, row, strict=True)]
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode(errors="surrogatepass") + b"\n"


def row_of(kinds: Iterable[str], line: bytes) -> list[Any]:
    """What `line_of` was given. Raises `ValueError` for anything else."""
    values = json.loads(line.decode(errors="surrogatepass"))
    return [_value(kind, value) for kind, value in zip(kinds, values, strict=True)]


def _plain(kind: str, value: Any) -> Any:
    if value is None:
        return None
    if kind == "moment":
        return (value - _EPOCH) // _MICROSECOND
    return base64.b64encode(value).decode() if kind == "bytes" else value


def _value(kind: str, value: Any) -> Any:
    if value is None:
        return None
    if kind == "moment":
        return _EPOCH + value * _MICROSECOND
    return base64.b64decode(value, validate=True) if kind == "bytes" else value
