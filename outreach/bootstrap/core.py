"""The sync half of the house, from settings: crafts, database, conversation. All that a command needs."""

from __future__ import annotations

from dataclasses import dataclass

from outreach.content import (
    OBSERVANCES,
    Library,
    Problem,
    Vocabulary,
    WordingRules,
    build_library,
    is_workday,
    parse_observances,
    parse_vocabulary,
    parse_wording_rules,
    survey_library,
    unreadable_file,
)
from outreach.conversation import Dialogue, Office
from outreach.domain.ids import LaneName
from outreach.domain.messages import Capabilities, Language
from outreach.domain.quiet_days import Almanac
from outreach.safety import Helplines
from outreach.safety import parse as parse_safety
from outreach.services.calendars import Calendars
from outreach.services.helplines import Lines
from outreach.services.intake import Counter
from outreach.services.letters import Desk
from outreach.services.manners import Manners
from outreach.services.offers import OfferRule
from outreach.services.reminders import ReminderRule
from outreach.services.safeguarding import Safeguard
from outreach.services.tips import TipRhythm
from outreach.settings import Settings
from outreach.store import Database, Defaults, read_library, read_phrases
from outreach.wording import Wording, parse_wording


@dataclass(frozen=True, slots=True)
class Crafts:
    """What is read from files once and never changes: words, library, safety."""

    wording: Wording
    vocabulary: Vocabulary
    library: Library
    wording_rules: WordingRules
    safeguard: Safeguard
    helplines: Helplines
    manners: Manners

    @property
    def lines(self) -> Lines:
        """The helplines of this deployment's country."""
        return self.safeguard.lines


@dataclass(frozen=True, slots=True)
class Survey:
    """The library as an editor's check sees it: what can be read, and what is wrong with the rest."""

    library: Library
    unreadable: tuple[Problem, ...]
    wording_rules: WordingRules
    helplines: Helplines


@dataclass(frozen=True, slots=True)
class Core:
    """The sync half of the house: all that a command needs beside a running server."""

    settings: Settings
    crafts: Crafts
    database: Database
    calendars: Calendars
    desk: Desk
    dialogue: Dialogue
    office: Office
    rule: ReminderRule
    rhythm: TipRhythm
    offers: OfferRule

    @property
    def signing_key(self) -> bytes:
        """Signs buttons and links: of the settings if given, else derived from the key file."""
        given = self.settings.secret_key
        return given.reveal().encode() if given is not None else self.database.ring.key("sign")

    def counter(self, lane: LaneName, capabilities: Capabilities) -> Counter:
        """What it takes to answer on *lane*."""
        answer, offered = self.dialogue.answer, self.dialogue.offered
        return Counter(lane, capabilities, answer, offered, self.desk, self.crafts.manners)


def read_crafts(settings: Settings) -> Crafts:
    """Read words, library and safety. Raises `BadInput` with every problem, among them a missing emergency number."""
    files = read_library(settings.library)
    safety = parse_safety(files.tables)
    vocabulary = parse_vocabulary(files.text("audiences.toml"), files.text("topics.toml"))
    library = build_library(files.items, vocabulary)
    almanac = parse_observances(files.tables.get(OBSERVANCES, ""), vocabulary)  # older libraries have no such file
    return Crafts(
        wording=parse_wording(read_phrases()),
        vocabulary=vocabulary,
        library=library,
        wording_rules=parse_wording_rules(files.text("wording_lint.toml")),
        safeguard=Safeguard(safety.screen, safety.replies, Lines(safety.helplines, settings.country)),
        helplines=safety.helplines,
        manners=Manners.of_library(library, almanac if settings.quiet_days else Almanac()),
    )


def survey(settings: Settings) -> Survey:
    """The library, file by file. Raises `BadInput` only for the tables that all of it is read by."""
    files = read_library(settings.library)
    vocabulary = parse_vocabulary(files.text("audiences.toml"), files.text("topics.toml"))
    parse_observances(files.tables.get(OBSERVANCES, ""), vocabulary)
    library, unreadable = survey_library(files.items, vocabulary)
    rules = parse_wording_rules(files.text("wording_lint.toml"))
    return Survey(library, tuple(map(unreadable_file, unreadable)), rules, parse_safety(files.tables).helplines)


def open_core(settings: Settings) -> Core:
    """Everything but channels and event loop. The database is brought up to date first.

    Raises `BadInput` for a bad library and `Fault` for a database or key that cannot be used.
    """
    crafts = read_crafts(settings)
    defaults = Defaults(settings.timezone, settings.language)
    database = Database.open(settings.database_url, settings.key_file, settings.data_dir, defaults=defaults)
    database.upgrade()
    calendars = Calendars(
        settings.base_url, database.ring.key("calendar"), crafts.wording, settings.language, settings.timezone
    )
    rhythm = TipRhythm(*settings.tips, settings.timezone, settings.first_tip_after)
    office = Office(
        network=_said(settings.network_name, "page.network", crafts.wording),
        opening_hours=_said(settings.opening_hours, "page.hours", crafts.wording),
        default_language=settings.language,
        rhythm=rhythm,
        lines=crafts.lines,
        calendars=calendars,
    )
    desk = Desk(crafts.wording, calendars, crafts.lines, settings.language)
    dialogue = Dialogue(crafts.wording, crafts.vocabulary, office, crafts.safeguard)
    rule = ReminderRule(settings.leads, settings.quiet)
    offers = OfferRule(settings.quiet, is_workday)
    return Core(settings, crafts, database, calendars, desk, dialogue, office, rule, rhythm, offers)


def _said(given: str, key: str, wording: Wording) -> dict[Language, str]:
    """What the settings say, in every language; else our own words."""
    return {language: given or wording.say(key, language) for language in Language}
