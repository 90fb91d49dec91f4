"""What the doctor looks at, part by part: each look alone, so that what is broken in one hides nothing of another."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, time
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from outreach.domain.errors import BadInput, Fault
from outreach.domain.messages import Language
from outreach.services import checkups, checkups_work
from outreach.services.checkups import Level, Remark
from outreach.settings import FILE, load

if TYPE_CHECKING:
    from outreach.domain.ids import LaneName
    from outreach.services.ports import UnitOfWork
    from outreach.settings import Settings
    from outreach.store import Database, KeyRing


def examine(now: datetime, *, online: bool) -> list[Remark]:
    """All remarks there are. Never raises; of the settings, if they cannot be read, and then of nothing else."""
    try:
        settings = load()
    except BadInput as refused:
        mend = "Mend these first, then run it again."
        stop = Remark("settings", Level.ADVICE, "nothing else could be looked at", mend)
        return [*checkups.refused_settings(refused.problems), stop]
    return Round(settings, now).go(online=online)


class Round:
    """One round through a house whose settings can be read."""

    def __init__(self, settings: Settings, now: datetime) -> None:
        self._settings, self._now = settings, now
        self._remarks: list[Remark] = []
        self._ring: KeyRing | None = None
        self._lanes: list[LaneName] = []
        self._approved: int | None = None
        self._is_current = self._can_open = False

    def go(self, *, online: bool) -> list[Remark]:
        """Every part once, whatever the others are like."""
        self._look("settings", self._at_settings)
        self._look("disk", self._at_disk)
        self._look("key", self._at_key_file)
        self._look("channels", self._at_channels)
        self._look("database", self._at_database)
        self._look("library", self._at_library)
        if online:
            self._look("channels", self._at_platforms)
        self._look("backup", checkups_work.backups)
        return self._remarks

    def _look(self, part: str, look: Callable[[], Iterable[Remark]]) -> None:
        """Remember what *look* finds; what it runs into is a finding, too."""
        try:
            for remark in look():
                self._remarks.append(remark)
        except BadInput as refused:
            self._remarks += [Remark(part, Level.ERROR, problem) for problem in refused.problems]
        except Fault as fault:
            self._remarks.append(checkups.of_fault(part, fault))
        except OSError as error:
            said = f"it cannot be looked at: {error.strerror or type(error).__name__}"
            self._remarks.append(Remark(part, Level.ERROR, said, "Look at the rights of its files, and at the disk."))
        except Exception as error:  # our own mistake: its text may hold somebody's words, so only its name is shown
            said = f"it could not be looked at ({type(error).__name__})"
            self._remarks.append(Remark(part, Level.ERROR, said, "Please report it; all other remarks hold."))

    def _at_settings(self) -> Iterable[Remark]:
        path = Path.cwd() / FILE
        mode = path.stat().st_mode if path.exists() and os.name == "posix" else None
        return checkups.settings(self._settings.base_url, mode, FILE)

    def _at_disk(self) -> Iterator[Remark]:
        folder, file = self._settings.data_dir, self._file
        there = next(path for path in (folder, *folder.parents) if path.exists())
        size = file.stat().st_size if file is not None and file.exists() else 0
        yield from checkups.disk(str(folder), shutil.disk_usage(there).free, size)
        if folder.exists() and os.name == "posix":
            yield from checkups.folder(str(folder), folder.stat().st_mode)

    def _at_key_file(self) -> Iterable[Remark]:
        """The key, if it is there; whether it ought to be, the database tells."""
        from outreach.store.key_file import read_key

        if self._settings.key_file.exists():
            self._ring = read_key(self._settings.key_file)
        return ()

    def _at_channels(self) -> Iterable[Remark]:
        """Whether each section could be opened; opening touches neither network nor database."""
        from outreach.bootstrap.sections import try_sections

        opened, problems = try_sections(self._settings)
        self._lanes, self._can_open = [one.lane for one in opened], not problems
        return checkups_work.channels({one.lane: one.channel.capabilities.may_push for one in opened}, problems)

    def _at_database(self) -> Iterator[Remark]:
        from outreach.store.probe import examine, opened_blind

        if self._is_new:
            yield from self._no_database()
            return
        with opened_blind(self._settings.database_url) as database:
            found = examine(database)
            yield from checkups.structure(found.step, found.newest, is_empty=found.is_empty)
            yield from checkups.wholeness(found.is_whole, found.size)
            self._look("key", lambda: self._judge_key(found.fingerprint, is_empty=found.is_empty))
            self._is_current = found.step == found.newest
            if self._is_current:
                self._look_at_work(database)

    def _no_database(self) -> Iterator[Remark]:
        if self._settings.key_file.exists():
            mend = (
                "If there should be one, look at OUTREACH_DATA_DIR or restore a backup; else `outreach run` makes one."
            )
            yield Remark("database", Level.WARNING, "there is a key, but no database", mend)
            return
        yield Remark("database", Level.ADVICE, "there is none yet", "`outreach run` makes one at the first start.")
        self._look("key", lambda: self._judge_key(None, is_empty=True))

    def _judge_key(self, kept: str | None, *, is_empty: bool) -> Iterator[Remark]:
        """*kept*: the fingerprint of the key that the database belongs to."""
        from outreach.store.key_file import read_key

        path = self._settings.key_file
        if not path.exists() and is_empty:
            yield Remark("key", Level.ADVICE, "there is none yet", "`outreach run` makes one at the first start.")
        elif not path.exists():
            read_key(path)  # raises the fault that says what to do
        elif self._ring is not None:
            is_with_data = path.is_relative_to(self._settings.data_dir)
            yield from checkups.key(self._ring.fingerprint, kept, str(path), is_with_data=is_with_data)

    def _look_at_work(self, database: Database) -> None:
        for part, look in (
            ("zone", self._at_zones),
            ("clock", self._at_stamps),
            ("channels", self._at_traffic),
            ("messages", self._at_messages),
            ("duty", self._at_duty),
        ):
            with database.reading() as uow:
                self._look(part, lambda look=look, uow=uow: look(uow))  # type: ignore[misc]

    def _at_zones(self, uow: UnitOfWork) -> Iterable[Remark]:
        return checkups.zones(self._settings.timezone, {zone: _is_known(zone) for zone in uow.vitals.zones()})

    def _at_stamps(self, uow: UnitOfWork) -> Iterable[Remark]:
        return checkups.stamps(uow.vitals.stamps(), self._now)

    def _at_traffic(self, uow: UnitOfWork) -> Iterator[Remark]:
        today = datetime.combine(self._now.astimezone(ZoneInfo(self._settings.timezone)), time())
        midnight = today.replace(tzinfo=ZoneInfo(self._settings.timezone))
        found = uow.vitals.traffic(self._lanes, midnight, self._now - checkups_work.LATE, self._now)
        yield from checkups_work.running(found)
        for lane in found:
            yield from checkups_work.lane(lane, is_open=lane.lane in self._settings.channels, now=self._now)

    def _at_messages(self, uow: UnitOfWork) -> Iterable[Remark]:
        from outreach.bootstrap import SPOOL_FILE

        self._approved = len(uow.contents.approved())
        spool = self._settings.data_dir / SPOOL_FILE
        spooled = spool.stat().st_size if spool.exists() else 0
        return checkups_work.backlog(uow.vitals.backlog(self._now - checkups_work.LATE), spooled)

    def _at_duty(self, uow: UnitOfWork) -> Iterator[Remark]:
        yield from checkups_work.duty(uow.vitals.homes(), uow.vitals.guards())
        yield from checkups_work.waits(uow.vitals.waits(), self._now)

    def _at_library(self) -> Iterator[Remark]:
        from outreach.bootstrap import survey
        from outreach.content import Severity, lint

        found, today, country = survey(self._settings), self._now.date(), self._settings.country
        problems = [*found.unreadable, *lint(found.library, today, found.wording_rules)]
        errors = [problem for problem in problems if problem.severity is Severity.ERROR]
        stale = sum(problem.code == "stale_review" for problem in errors)
        yield from checkups_work.library(len(found.library), len(errors) - stale, stale, self._approved)
        crisis = found.helplines.for_region(country, today).crisis
        warnings = found.helplines.warnings(today)
        yield from checkups_work.helplines(warnings, country, has_crisis_line=crisis is not None)

    def _at_platforms(self) -> Iterator[Remark]:
        from outreach.bootstrap import build

        if not self._is_current or not self._can_open or self._ring is None:
            mend = "Mend channels, key and database first, then run it again."
            yield Remark("channels", Level.WARNING, "the platforms were not asked", mend)
            return
        house = build(self._settings)
        for look in house.look_at_channels():
            for finding in look.findings:
                said = " ".join((finding.subject, finding.code.replace("_", " "), *finding.values.values())).strip()
                remedy = "" if finding.good else house.remedy(finding, Language.EN)
                level = Level.OK if finding.good else Level.ERROR
                yield Remark(f"channel {look.lane}", level, f"asked just now: {said}", remedy)

    @property
    def _file(self) -> Path | None:
        from outreach.store.probe import file_of

        return file_of(self._settings.database_url)

    @property
    def _is_new(self) -> bool:
        """Whether there is no database yet; of one on a server, looking at it says so."""
        return self._file is not None and not self._file.exists()


def _is_known(zone: str) -> bool:
    try:
        ZoneInfo(zone)
    except (ValueError, OSError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        return False
    return True
