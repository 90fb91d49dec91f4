"""Pattern files: rules by family, the spans that are safe, and the words that change what a hit means.

A pattern is a regular expression in which ``~6`` is a gap of up to six characters within a sentence and ``{name}``
one of the file's own words. Endless repeats are refused, so that the time for a text grows with its length alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import regex

from outreach.safety.tables import Problems, Table, read_toml
from outreach.safety.verdict import RiskClass, Subtype

WIDEST_GAP = 20
MOST_GAPS = 3  # in one pattern: three nested gaps are the most that stays cheap on a hostile text

FAMILIES = frozenset(
    {
        "direct_wish", "passive_wish", "burden", "reunion", "conditional", "method_seeking", "means_or_act", "farewell",
        "pact", "self_harm", "voices", "threat_to_others", "abuse", "neglect", "child_harmed", "domestic_violence",
        "distress", "circumstance",
    }
)  # fmt: skip

_FILE_KEYS = frozenset(
    {"language", "version", "normalise", "words", "safe", "negation", "past", "person", "urgency", "rule"}
)
_RULE_KEYS = frozenset({"id", "family", "class", "subtype", "negatable", "raises", "patterns"})
_GAP = regex.compile(r"~(\d+)")
_WORD = regex.compile(r"\{([a-z_]+)\}")
_ENDLESS = regex.compile(r"(?<!\\)[*+]|\{\d*,\}|\)\{\d")
_SENTENCE = r"[^。.!?;\n]"


@dataclass(frozen=True, slots=True)
class Rule:
    """One family's patterns with one meaning. *raises*: beside another rule at risk it makes the text imminent."""

    id: str
    family: str
    risk: RiskClass
    subtype: Subtype
    negatable: bool
    raises: bool
    pattern: regex.Pattern[str]


@dataclass(frozen=True, slots=True)
class Context:
    """Words around a hit. *before* patterns end where the hit begins, *after* patterns begin where it ends."""

    negated_before: regex.Pattern[str]
    negated_after: regex.Pattern[str]
    affirmed: regex.Pattern[str]
    """Double negation and rhetorical questions: they undo a negation."""
    past: regex.Pattern[str]
    present: regex.Pattern[str]
    recovered: regex.Pattern[str]
    other_person: regex.Pattern[str]
    speaker: regex.Pattern[str]
    urgent_before: regex.Pattern[str]
    urgent_after: regex.Pattern[str]


@dataclass(frozen=True, slots=True)
class PatternFile:
    """One language's patterns, compiled."""

    language: str
    version: str
    characters: dict[int, str]
    rewrites: tuple[tuple[regex.Pattern[str], str], ...]
    safe: regex.Pattern[str]
    context: Context
    rules: tuple[Rule, ...]


def parse_patterns(path: str, text: str) -> PatternFile:
    """The pattern file *text*; *path* only names it. Raises `BadInput` with all problems at once."""
    reader = _Reader(path, text)
    parsed = reader.read()
    reader.problems.raise_if_any()
    return parsed


class _Reader:
    def __init__(self, path: str, text: str) -> None:
        self.problems = Problems(path, text)
        self._table = read_toml(path, text)
        self._words: dict[str, str] = {}

    def read(self) -> PatternFile:
        problems, table = self.problems, self._table
        problems.only(table, _FILE_KEYS)
        self._read_words(problems.table(table, "words"))
        normalise = problems.table(table, "normalise")
        return PatternFile(
            language=problems.text(table, "language"),
            version=problems.text(table, "version"),
            characters=self._characters(normalise),
            rewrites=self._rewrites(normalise),
            safe=self._alternatives(problems.table(table, "safe"), "patterns"),
            context=self._context(),
            rules=self._rules(),
        )

    def _read_words(self, words: Table) -> None:
        for name in words:
            self._words[name] = "(?:" + self._with_words(self.problems.text(words, name), 0) + ")"

    def _characters(self, table: Table) -> dict[int, str]:
        pairs: dict[int, str] = {}
        for pair in " ".join(self.problems.texts(table, "characters")).split():
            if len(pair) == 2:
                pairs[ord(pair[0])] = pair[1]
            else:
                self.problems.add(pair, f"{pair!r} must be two characters, the written one and the one meant")
        return pairs

    def _rewrites(self, table: Table) -> tuple[tuple[regex.Pattern[str], str], ...]:
        rewrites = []
        for line in self.problems.texts(table, "rewrites"):
            written, arrow, meant = line.partition(" -> ")
            if not arrow:
                self.problems.add(line, "a rewrite is written 'pattern -> replacement'")
            rewrites.append((self._compile(written, 0), meant.strip()))
        return tuple(rewrites)

    def _context(self) -> Context:
        sections = {name: self.problems.table(self._table, name) for name in ("negation", "past", "person", "urgency")}

        def one(section: str, key: str, tail: str = "", head: str = "") -> regex.Pattern[str]:
            return self._alternatives(sections[section], key, head, tail)

        return Context(
            negated_before=one("negation", "before", tail=r"\s?$"),
            negated_after=one("negation", "after", head="^"),
            affirmed=one("negation", "affirmed"),
            past=one("past", "frame"),
            present=one("past", "present"),
            recovered=one("past", "recovered"),
            other_person=one("person", "other"),
            speaker=one("person", "speaker"),
            urgent_before=one("urgency", "before"),
            urgent_after=one("urgency", "after"),
        )

    def _rules(self) -> tuple[Rule, ...]:
        rules = []
        for index, table in enumerate(self.problems.tables(self._table, "rule")):
            rules.append(self._rule(table, self.problems.line_of_nth("rule", index)))
        ids = [rule.id for rule in rules]
        for twice in sorted({rule_id for rule_id in ids if ids.count(rule_id) > 1}):
            self.problems.add(f'"{twice}"', f"the id {twice!r} is used twice: give each rule its own")
        return tuple(rules)

    def _rule(self, table: Table, line: int) -> Rule:
        problems = self.problems
        problems.only(table, _RULE_KEYS, line)
        family = problems.text(table, "family", line)
        if family and family not in FAMILIES:
            problems.add(family, f"{family!r} is not a family: use one of {', '.join(sorted(FAMILIES))}", line)
        return Rule(
            id=problems.text(table, "id", line),
            family=family,
            risk=RiskClass(self._one_of(table, "class", [risk.value for risk in RiskClass], line)),
            subtype=Subtype(self._one_of(table, "subtype", [subtype.value for subtype in Subtype], line)),
            negatable=problems.flag(table, "negatable", line, default=True),
            raises=problems.flag(table, "raises", line, default=False),
            pattern=self._alternatives(table, "patterns", after=line),
        )

    def _one_of(self, table: Table, key: str, allowed: list[str], line: int) -> str:
        value = self.problems.text(table, key, line)
        if value in allowed:
            return value
        if value:
            self.problems.add(key, f"{key} = {value!r} is not known: use one of {', '.join(allowed)}", line)
        return allowed[0]

    def _alternatives(
        self, table: Table, key: str, head: str = "", tail: str = "", after: int = 0
    ) -> regex.Pattern[str]:
        sources = self.problems.texts(table, key, after)
        for source in sources:
            self._compile(source, after)
        if self.problems.found or not sources:
            return regex.compile(r"(?!)")
        return regex.compile(head + "(?:" + "|".join(self._expand(source, after) for source in sources) + ")" + tail)

    def _compile(self, source: str, after: int) -> regex.Pattern[str]:
        expanded = self._expand(source, after)
        gaps = [int(gap) for gap in _GAP.findall(source)]
        if len(gaps) > MOST_GAPS or max(gaps, default=0) > WIDEST_GAP:
            self.problems.add(source, f"{source!r}: at most {MOST_GAPS} gaps of at most {WIDEST_GAP} characters", after)
        if _ENDLESS.search(source):
            self.problems.add(source, f"{source!r}: no *, + or repeated group; write a gap such as ~6", after)
            return regex.compile(r"(?!)")
        try:
            return regex.compile(expanded)
        except regex.error as error:
            self.problems.add(source, f"{source!r} is not a regular expression ({error}): correct it", after)
            return regex.compile(r"(?!)")

    def _expand(self, source: str, after: int) -> str:
        return _GAP.sub(lambda gap: f"{_SENTENCE}{{0,{gap[1]}}}?", self._with_words(source, after))

    def _with_words(self, source: str, after: int) -> str:
        for name in _WORD.findall(source):
            if name not in self._words:
                self.problems.add(source, f"{{{name}}} is not among the file's [words]: add it or correct it", after)
        return _WORD.sub(lambda word: self._words.get(word[1], ""), source)


def same_ids(files: list[PatternFile]) -> list[str]:
    """Rule ids that more than one file uses."""
    ids = [rule.id for file in files for rule in file.rules]
    return sorted({rule_id for rule_id in ids if ids.count(rule_id) > 1})
