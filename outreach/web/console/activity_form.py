"""The form of an activity: five fields that matter, the rest folded away; read with all problems at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

from outreach.content import Vocabulary
from outreach.domain.activity import SignUpPolicy
from outreach.domain.activity_defaults import Usual
from outreach.domain.ids import StaffId
from outreach.domain.messages import Language
from outreach.domain.offers import Promotion
from outreach.services.activity_checks import about_place, about_seats, about_start, about_summary, about_title
from outreach.services.cards import ActivityCard
from outreach.services.cards_planning import ActivityPlan, HostChoice
from outreach.services.problems import BadFields, Problem
from outreach.web.console.forms import Form
from outreach.web.console.moments import moment_of
from outreach.web.console.visit import number

LONGEST = 31 * 24 * 60  # minutes
IN_SIGHT = 8  # audiences: the first are the common ones
Choice: TypeAlias = tuple[str, str]
"""What a box or a line to choose sends, and what it says."""
APART = "apart"
CLOSES = (0, 60, 120, 720, 1440, 2880)
"""Minutes before an activity begins after which nobody signs up any more; what other clients set stays as it is."""
WAS = "was_"
"""Before the name of a field: what stood in it when the form was opened."""


@dataclass(slots=True)
class Reading:
    """Reads fields of *form* and notes what is wrong; names are prefixed with *prefix*."""

    form: Form
    prefix: str = ""
    problems: list[Problem] = field(default_factory=list)

    def text(self, name: str) -> str:
        """What stands there."""
        return self.form.text(self.prefix + name)

    def whole(self, name: str) -> int:
        """A whole number, in any digits people type; 0 with a problem for anything else."""
        typed = self.text(name)
        digits = typed if typed.isascii() or not typed.isdecimal() else str(int(typed))
        found = number(digits)
        if found is None:
            self.problems.append(Problem(name, "not_a_number", f"{typed!r} is not a whole number"))
        return found or 0

    def moment(self, name: str, zone: str) -> datetime | None:
        """A moment given in the local time of *zone*, in UTC; ``None`` with a problem for what is none."""
        found = moment_of(self.text(name), zone, name)
        if isinstance(found, Problem):
            self.problems.append(found)
            return None
        return found

    def tags(self, name: str, vocabulary: Vocabulary) -> frozenset[str]:
        """Those of the chosen audiences that there are; at least one."""
        known = {tag.key for tag in vocabulary.audiences}
        chosen = frozenset(self.form.all(self.prefix + name)) & known
        if not chosen:
            self.problems.append(Problem(name, "choose", "choose at least one"))
        return chosen

    def policy(self, name: str) -> SignUpPolicy:
        """How a place is had; by asking, for what is none of the ways."""
        return next((policy for policy in SignUpPolicy if policy.value == self.text(name)), SignUpPolicy.OPEN)

    def promotion(self, name: str) -> Promotion:
        """How a place that comes free is given away."""
        return next((one for one in Promotion if one.value == self.text(name)), Promotion.DIRECT)

    def closes(self, name: str) -> int:
        """So many minutes before it begins sign-ups end; 0 for what is none of the choices."""
        return next((minutes for minutes in CLOSES if str(minutes) == self.text(name)), 0)

    def add(self, found: Iterable[Problem]) -> None:
        """Note what a rule found, unless the same field could not be read in the first place."""
        unread = {problem.where for problem in self.problems}
        self.problems += [problem for problem in found if problem.where not in unread]

    def require_none(self) -> None:
        """Raises `BadFields` with all that was noted."""
        if self.problems:
            raise BadFields(self.problems)


def read_plan(reading: Reading, zone: str, vocabulary: Vocabulary, hosts: Iterable[HostChoice]) -> ActivityPlan:
    """The plan that was typed; what is wrong with it is noted in *reading*, and a stand-in takes its place."""
    starts_at = reading.moment("starts", zone) or datetime.max.replace(tzinfo=UTC) - timedelta(days=400)
    minutes = reading.whole("minutes")
    if not 1 <= minutes <= LONGEST:
        reading.add([Problem("minutes", "minutes", f"{minutes} is not between 1 and {LONGEST}", {"most": LONGEST})])
    typed_host = reading.text("host")
    host = next((one.id for one in hosts if str(one.id) == typed_host), None)
    if typed_host and host is None:
        reading.add([Problem("host", "host", "they cannot lead there: choose somebody of that unit or one above it")])
    return ActivityPlan(
        title=reading.text("title"),
        summary=reading.text("summary"),
        place=reading.text("place"),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=min(max(minutes, 1), LONGEST)),
        seats=reading.whole("seats"),
        audience=reading.tags("audience", vocabulary),
        policy=reading.policy("policy"),
        restricted=reading.form.has(reading.prefix + "restricted"),
        host_id=host,
        promotion=reading.promotion("promotion"),
        together=reading.text("together") != APART,
        closes_before=reading.closes("closes"),
    )


def check(reading: Reading, plan: ActivityPlan, now: datetime) -> None:
    """Raises `BadFields` with all that is wrong, in the reading and by the rules."""
    reading.add(about_title(plan.title))
    reading.add(about_start(plan.starts_at, now))
    reading.add(about_place(plan.place))
    reading.add(about_seats(plan.seats))
    reading.add(about_summary(plan.summary))
    reading.require_none()


def usual_fields(usual: Usual) -> Mapping[str, str | list[str]]:
    """What stands in a new form for a kind of activity."""
    return {
        "minutes": str(usual.minutes),
        "seats": str(usual.seats),
        "policy": usual.policy.value,
        "promotion": usual.promotion.value,
        "audience": ["general"],
    }


def fields_of(plan: ActivityPlan, zone: str) -> Mapping[str, str | list[str]]:
    """A plan as it stands in the form."""
    local = plan.starts_at.astimezone(ZoneInfo(zone))
    return {
        "title": plan.title,
        "summary": plan.summary,
        "place": plan.place,
        "starts": f"{local:%Y-%m-%dT%H:%M}",
        "minutes": str(int((plan.ends_at - plan.starts_at).total_seconds() // 60)),
        "seats": str(plan.seats),
        "audience": sorted(plan.audience),
        "policy": plan.policy.value,
        "restricted": "1" if plan.restricted else "",
        "host": "" if plan.host_id is None else str(plan.host_id),
        "promotion": plan.promotion.value,
        "together": "" if plan.together else APART,
        "closes": str(plan.closes_before),
    }


def rebased(form: Form, stored: Mapping[str, str | list[str]]) -> Form:
    """A form that somebody else overtook: what was typed anew is kept, the rest is as it is *stored* now."""
    typed = dict(form.typed)
    for name, value in stored.items():
        now = (value,) if isinstance(value, str) else tuple(value)
        if _same(form.typed.get(name, ()), form.typed.get(WAS + name, ())):
            typed[name] = now
        typed[WAS + name] = now
    return replace(form, typed=typed)


def _same(typed: Sequence[str], was: Sequence[str]) -> bool:
    return sorted(filter(None, typed)) == sorted(filter(None, was))


def hosts_for(card: ActivityCard | None, hosts: Iterable[HostChoice], nobody: str) -> list[tuple[StaffId | str, str]]:
    """Who can be chosen to lead it: *nobody* in particular, or staff whose unit holds the activity's."""
    able = [one for one in hosts if card is None or card.region_path.startswith(one.region_path)]
    return [("", nobody), *((one.id, one.name) for one in able)]


def audience_boxes(vocabulary: Vocabulary, lang: Language, form: Form) -> tuple[list[Choice], list[Choice]]:
    """The audiences as boxes, in the order of menus: those in sight, and those folded away unless one is chosen."""
    boxes = [(tag.key, tag.label(lang)) for tag in vocabulary.audiences]
    chosen = set(form.all("audience"))
    seen = [box for number, box in enumerate(boxes) if number < IN_SIGHT or box[0] in chosen]
    return seen, [box for box in boxes if box not in seen]
