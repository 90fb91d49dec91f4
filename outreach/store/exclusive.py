"""One running house to a data folder: a lock that the operating system lets go of, however the process ends."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from outreach.domain.errors import Fault

LOCK_FILE = "outreach.lock"


@contextmanager
def exclusive(data_dir: Path) -> Iterator[None]:
    """Hold *data_dir* for this process. Raises `Fault` if another one holds it; other commands work beside it."""
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(data_dir / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as reason:
        raise Fault(
            f"the data folder {data_dir} cannot be used: {reason.strerror}",
            "Let the user that runs outreach write it, or set OUTREACH_DATA_DIR.",
        ) from reason
    try:
        if not _try_lock(descriptor):
            raise Fault(
                f"another outreach is running on {data_dir}",
                "Stop it first, or give this one a data folder of its own (OUTREACH_DATA_DIR).",
            )
        yield
    finally:
        os.close(descriptor)


if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try_lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
