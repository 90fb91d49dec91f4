"""The content craft: library items read, checked, and made into what a channel can carry. Takes text, never paths."""

from outreach.content.fitting import fit
from outreach.content.item import ContentItem, Format, ItemStatus, SignOff
from outreach.content.library import Library, build_library, survey_library
from outreach.content.lint import Problem, lint, lint_item, unreadable_file
from outreach.content.observances import OBSERVANCES, parse_observances
from outreach.content.parse import PLACEHOLDERS, parse_item
from outreach.content.plain import fill, plain
from outreach.content.rebuild import rebuild
from outreach.content.split import measure, split
from outreach.content.vocabulary import Tag, Tags, Vocabulary, parse_vocabulary
from outreach.content.wordlist import Severity, WordingRules, parse_wording_rules
from outreach.content.workdays import is_workday

__all__ = [
    "OBSERVANCES",
    "PLACEHOLDERS",
    "ContentItem",
    "Format",
    "ItemStatus",
    "Library",
    "Problem",
    "Severity",
    "SignOff",
    "Tag",
    "Tags",
    "Vocabulary",
    "WordingRules",
    "build_library",
    "fill",
    "fit",
    "is_workday",
    "lint",
    "lint_item",
    "measure",
    "parse_item",
    "parse_observances",
    "parse_vocabulary",
    "parse_wording_rules",
    "plain",
    "rebuild",
    "split",
    "survey_library",
    "unreadable_file",
]
