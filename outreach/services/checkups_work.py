"""What the facts about the daily work mean: channels, messages under way, staff on duty, the library. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from outreach.domain.ids import LaneName
from outreach.services.cards_vitals import MOST, Backlog, Guard, Home, LaneTraffic, Waits
from outreach.services.checkups import Level, Remark, span_text

LATE = timedelta(minutes=10)  # the house looks every second: what is due for longer does not go out
_FRESH_ALERT = timedelta(minutes=15)  # by then the third unit above is told (facts: domain.md 2.7)
_FRESH_NOTE = timedelta(hours=24)
_FULL_MAIL = 1_000
_NAMED = 5  # regions that are named before "and others"


def running(traffic: Sequence[LaneTraffic]) -> Iterator[Remark]:
    """Whether a house is at work on this database: it holds its lanes by leases of seconds."""
    if any(lane.driven for lane in traffic):
        yield Remark("server", Level.OK, "`outreach run` is at work on this database")
    else:
        mend = "Start `outreach run`; if it should be running, look at what it said last."
        yield Remark("server", Level.ADVICE, "no `outreach run` is at work on this database now", mend)


def lane(traffic: LaneTraffic, *, is_open: bool, now: datetime) -> Iterator[Remark]:
    """One account: held up, silent, with messages that do not go out. *is_open*: the settings name it."""
    part = f"channel {traffic.lane}"
    if not is_open:
        yield from _closed(part, traffic)
        return
    found = [*_held(part, traffic, now), *_stuck(part, traffic)]
    yield from found
    if not found:
        heard = (
            "nothing was heard lately" if traffic.heard_at is None else f"last heard {_since(traffic.heard_at, now)}"
        )
        yield Remark(part, Level.OK, f"{heard}; sent today: {_up_to(traffic.sent)}")


def _closed(part: str, traffic: LaneTraffic) -> Iterator[Remark]:
    waiting = traffic.overdue + traffic.parked
    if waiting:
        said = f"{_many(waiting, 'message')} under way to it, and the settings do not name it"
        yield Remark(part, Level.WARNING, said, "Name it again in the settings; until then they reach nobody.")


def _held(part: str, traffic: LaneTraffic, now: datetime) -> Iterator[Remark]:
    if traffic.held_until is not None and traffic.held_until > now:
        why = f" ({traffic.hold_code.replace('_', ' ')})" if traffic.hold_code else ""
        said = f"held up{why} for another {span_text(traffic.held_until - now)}"
        yield Remark(
            part, Level.WARNING, said, f"`outreach channels check {traffic.lane}` says what the platform minds."
        )


def _stuck(part: str, traffic: LaneTraffic) -> Iterator[Remark]:
    check = f"`outreach channels check {traffic.lane}` says how the account stands."
    if traffic.overdue:
        said = f"{_many(traffic.overdue, 'message')} late by more than {span_text(LATE)}"
        yield Remark(part, Level.WARNING, said, f"See that `outreach run` is at work; {check}")
    if traffic.dead:
        yield Remark(part, Level.WARNING, f"{_many(traffic.dead, 'message')} given up after many tries", check)
    if traffic.in_doubt:
        said = f"{_many(traffic.in_doubt, 'message')} of which nobody knows whether they arrived; not sent again"
        yield Remark(
            part, Level.ADVICE, said, "The console's page on channels counts them; tell those people otherwise."
        )


def backlog(found: Backlog, spooled: int) -> Iterator[Remark]:
    """*spooled*: bytes of safety alerts that could not be stored yet."""
    if spooled:
        mend = "Start `outreach run`: it stores them. Look at `outreach safety alerts list` then."
        yield Remark("messages", Level.ERROR, "safety alerts wait in a file because they could not be stored", mend)
    if found.unanswered:
        said = f"{_many(found.unanswered, 'message')} of people not answered"
        yield Remark("messages", Level.ERROR, said, "Start `outreach run`; it answers what it finds.")
    if found.quarantined:
        said = f"{_many(found.quarantined, 'message')} of people could not be handled; deleted after three days"
        yield Remark("messages", Level.WARNING, said, "Report it with what OUTREACH_LOG_LEVEL=DEBUG prints.")
    if found.mail >= _FULL_MAIL:
        said = f"{_many(found.mail, 'message')} for web chats that nobody opens; each is kept for a day"
        yield Remark("messages", Level.ADVICE, said, "Ask these people to come by their messenger as well.")
    if not (spooled or found.unanswered or found.quarantined):
        yield Remark("messages", Level.OK, "what people wrote is answered")


def duty(homes: Sequence[Home], guards: Sequence[Guard]) -> Iterator[Remark]:
    """Each region where people live needs somebody on duty, in it or above it, whom a push reaches."""
    staff = (
        "`outreach staff add LOGIN --role duty --region CODE` makes an account, or set somebody on duty in the console."
    )
    chat = "Each takes a code on the console's page `My account` and types it in the chat."
    alone = [home for home in homes if not _near(home, guards)]
    unheard = [home for home in homes if home not in alone and not any(one.has_chat for one in _near(home, guards))]
    if alone:
        said = f"nobody is on duty for {_named(alone)}: a safety alert from there reaches nobody"
        yield Remark("duty", Level.ERROR, said, staff)
    if unheard:
        said = f"whoever is on duty for {_named(unheard)} has no chat for pushes and sees alerts only in the console"
        yield Remark("duty", Level.WARNING, said, chat)
    if not homes and not guards:
        yield Remark("duty", Level.ADVICE, "nobody is on duty yet, and no resident is here yet", staff)
    elif not alone and not unheard:
        yield Remark("duty", Level.OK, f"{len(guards)} on duty, for every region where people live")


def waits(found: Waits, now: datetime) -> Iterator[Remark]:
    """What staff owe."""
    if found.oldest_alert is not None and now - found.oldest_alert > _FRESH_ALERT:
        said = f"{_many(found.alerts, 'safety alert')} that nobody took, the oldest {_since(found.oldest_alert, now)}"
        yield Remark("duty", Level.ERROR, said, "`outreach safety alerts list`, or the console: take them now.")
    if found.oldest_note is not None and now - found.oldest_note > _FRESH_NOTE:
        said = (
            f"{_many(found.notes, 'conversation')} without an answer, the longest for {_span(found.oldest_note, now)}"
        )
        yield Remark("duty", Level.WARNING, said, "`outreach thread list`, or the console: answer them.")


def library(items: int, errors: int, stale: int, approved: int | None) -> Iterator[Remark]:
    """*errors* beside *stale*, texts whose review is overdue; *approved* is ``None`` where it could not be counted."""
    lint = "`outreach content lint` names each by file and line."
    if errors:
        yield Remark("library", Level.ERROR, f"{_many(errors, 'mistake')} in {_many(items, 'text')}", lint)
    if stale:
        yield Remark("library", Level.WARNING, f"{_many(stale, 'text')} with a review that is overdue", lint)
    if approved == 0:
        said = f"{_many(items, 'text')}, none of them approved here: no tip is sent"
        yield Remark(
            "library", Level.WARNING, said, "Have them reviewed, then `outreach content approve`, or the console."
        )
    elif not errors and not stale:
        counted = "" if approved is None else f", {approved} approved here"
        yield Remark("library", Level.OK, f"{_many(items, 'text')}{counted}")


def helplines(warnings: Iterable[str], country: str, *, has_crisis_line: bool) -> Iterator[Remark]:
    """What people in danger are told: numbers that are checked, and a line to call."""
    for warning in warnings:
        said, _, mend = warning.partition("; ")
        yield Remark("helplines", Level.WARNING, said, f"{mend[:1].upper()}{mend[1:]}." if mend else "")
    if not has_crisis_line:
        mend = "Check the number of a crisis line and add it to helplines.toml of your own library."
        yield Remark("helplines", Level.WARNING, f"there is no crisis line for {country}: emergency numbers only", mend)
    else:
        yield Remark("helplines", Level.OK, f"people in danger are told numbers of {country}")


def backups() -> Iterator[Remark]:
    """We keep no diary of backups: they may be made in many ways."""
    mend = "`outreach backup FILE` every day, onto another machine; rehearse `outreach restore` once."
    yield Remark("backup", Level.ADVICE, "whether there is a backup cannot be seen from here", mend)


def channels(opened: Mapping[LaneName, bool], problems: Sequence[str]) -> Iterator[Remark]:
    """*opened*: the accounts that are set up, and whether each may write first.

    *problems*: of the sections of the settings that could not be opened; none of them holds a secret.
    """
    for problem in problems:
        yield Remark("channels", Level.ERROR, problem, "docs/reference/settings.md says what each channel needs.")
    if opened:
        named = (f"{lane} ({'writes first' if may_push else 'answers only'})" for lane, may_push in opened.items())
        yield Remark("channels", Level.OK, f"set up: {', '.join(named)}")
    elif not problems:
        yield Remark("channels", Level.ERROR, "no channel is set up: nobody can reach us", "Name one in the settings.")


def _near(home: Home, guards: Sequence[Guard]) -> list[Guard]:
    return [guard for guard in guards if home.path.startswith(guard.path)]


def _named(homes: Sequence[Home]) -> str:
    """The topmost of *homes*, which come by lineage: whoever is on duty there is so for all below."""
    tops: list[Home] = []
    for home in homes:
        if not tops or not home.path.startswith(tops[-1].path):
            tops.append(home)
    names = ", ".join(home.name or home.code for home in tops[:_NAMED])
    others = len(homes) - min(len(tops), _NAMED)
    return f"{names} and {_many(others, 'other region')}" if others else names


def _up_to(count: int) -> str:
    return f"{count:,}" if count < MOST else f"{MOST:,} or more"


def _many(count: int, noun: str) -> str:
    return f"{_up_to(count)} {noun}{'' if count == 1 else 's'}"


def _since(moment: datetime, now: datetime) -> str:
    return f"{_span(moment, now)} ago"


def _span(moment: datetime, now: datetime) -> str:
    return span_text(max(now - moment, timedelta()))
