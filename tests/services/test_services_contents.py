"""The library at work: who approves, what is refused, what withdrawing stops, what files would change."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import pytest
from services_town import NOTICE, OPERATOR, PUSH, RHYTHM, Queued, Town
from sqlalchemy import select

from outreach.content import (
    Library,
    Severity,
    WordingRules,
    build_library,
    lint,
    parse_vocabulary,
    parse_wording_rules,
)
from outreach.domain.actor import Actor, Role
from outreach.domain.errors import BadInput, Forbidden, NotFound
from outreach.domain.messages import Language
from outreach.services import contents, library_files, people, tips
from outreach.services.cards import ApprovedItem, Caller
from outreach.services.cards_content import Change, ExportedFile, LibraryLine
from outreach.services.contents import Review
from outreach.services.people import Arrival
from outreach.store import read_library
from outreach.store.rows import table_of
from outreach.store.rows_staff import AuditRow

EDITOR = Actor(Role.EDITOR, "an editor")
VILLAGE = Actor(Role.VILLAGE_ADMIN, "a clerk", region_path="/1/4/")
HOUR = timedelta(hours=1)
FILES = read_library()
VOCABULARY = parse_vocabulary(FILES.text("audiences.toml"), FILES.text("topics.toml"))
RULES: WordingRules = parse_wording_rules(FILES.text("wording_lint.toml"))
CLOSE = {"en": "**One small step today:** Breathe.", "zh": "**今天的一小步**：慢慢呼吸。"}


def file(slug: str, language: str, words: str = "Calm.", audience: str = "general", head: str = "") -> tuple[str, str]:
    """Path and text of an item in which the lint finds nothing."""
    lines = f"title: {slug}\naudience: [{audience}]\ntopics: [sleep]\nformat: tip\nsources: [A book]\n{head}"
    return f"sleep/{slug}.{language}.md", f"---\n{lines}---\n{words}\n\n{CLOSE[language]}\n"


def library(*files: tuple[str, str]) -> Library:
    return build_library(files, VOCABULARY)


def both(slug: str, words: str = "Calm.", audience: str = "general", head: str = "") -> list[tuple[str, str]]:
    return [file(slug, language, words, audience, head) for language in ("en", "zh")]


def approve(town: Town, shelf: Library, *slugs: str, languages: Iterable[Language] = Language) -> None:
    with town.database.unit_of_work() as uow:
        for slug in slugs:
            for language in languages:
                contents.approve(uow, EDITOR, shelf.items[slug, language], town.now, Review(shelf, RULES))


def withdraw(town: Town, slug: str, language: Language | None = None, reason: str = "a number is out of date") -> int:
    with town.database.unit_of_work() as uow:
        return len(contents.withdraw(uow, EDITOR, slug, language, reason, town.now))


def listed(town: Town, shelf: Library, by: Actor = EDITOR, **wanted: object) -> list[LibraryLine]:
    with town.database.reading() as uow:
        return contents.listed(uow, by, shelf, **{"limit": 100, **wanted})


def exported(town: Town, shelf: Library) -> list[ExportedFile]:
    with town.database.reading() as uow:
        return library_files.export(uow, EDITOR, shelf)


def changes(town: Town, shelf: Library) -> dict[str, Change]:
    with town.database.unit_of_work() as uow:
        found = library_files.sync(uow, EDITOR, shelf, town.now)
    return {f"{one.slug}.{one.language}": one.change for one in found}


def audited(town: Town) -> list[tuple[str, str, str]]:
    rows = table_of(AuditRow).c
    with town.database.reading() as uow:
        found = uow.connection.execute(select(rows.action, rows.subject_id, rows.reason).order_by(rows.id)).all()
    return [(action, subject.split("@")[0], reason) for action, subject, reason in found]


def subscribed(town: Town, name: str) -> None:
    """Somebody whose slot for a tip is now."""
    with town.database.unit_of_work() as uow:
        person = people.subscribe(uow, Caller(PUSH, name), NOTICE, Arrival(Language.EN), RHYTHM, town.now)
        assert person.resident_id is not None
        town.residents[name] = person.resident_id
    town.now = RHYTHM.following(town.now)


# Approving


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.EDITOR, Role.OPERATOR}))
def test_nobody_but_an_editor_approves_or_withdraws(town: Town, role: Role):
    shelf, by = library(*both("calm")), Actor(role, "somebody", on_duty=True)
    approve(town, shelf, "calm")

    with town.database.unit_of_work() as uow:
        with pytest.raises(Forbidden):
            contents.approve(uow, by, shelf.items["calm", Language.EN], town.now, Review(shelf, RULES))
        with pytest.raises(Forbidden):
            contents.withdraw(uow, by, "calm", None, "because", town.now)
        with pytest.raises(Forbidden):
            library_files.sync(uow, by, shelf, town.now)

    assert {line.state for line in listed(town, shelf)} == {"approved"}


def test_an_editor_of_one_part_of_the_network_works_on_the_whole_library(town: Town):
    shelf, by = library(*both("calm")), Actor(Role.EDITOR, "an editor", region_path="/1/4/")

    with town.database.unit_of_work() as uow:
        assert contents.approve(uow, by, shelf.items["calm", Language.EN], town.now).approved_by == "an editor"


@pytest.mark.parametrize(
    ("files", "told"),
    [
        (both("calm", "This will cure you."), "cure"),
        (both("calm", "Ring 12356 now."), "telephone number"),
        (both("calm")[:1], "there is no zh text"),
        ([(path, text.replace("sources: [A book]\n", "")) for path, text in both("calm")], "no source"),
    ],
)
def test_an_item_with_an_error_is_refused_with_file_and_line(town: Town, files: list[tuple[str, str]], told: str):
    shelf = library(*files)

    with pytest.raises(BadInput) as refused:
        approve(town, shelf, "calm", languages=[Language.EN])

    assert [
        problem for problem in refused.value.problems if told in problem and problem.startswith("sleep/calm.en.md:")
    ]
    assert audited(town) == []


def test_an_error_elsewhere_and_a_warning_here_keep_nothing_from_being_approved(town: Town):
    long = "word " * 40 + "."
    shelf = library(*both("calm", long), *both("other", "This will cure you."))
    found = {(problem.path, problem.severity) for problem in lint(shelf, town.now.date(), RULES)}
    assert found >= {("sleep/calm.en.md", Severity.WARNING), ("sleep/other.en.md", Severity.ERROR)}

    approve(town, shelf, "calm")

    assert [line.state for line in listed(town, shelf)] == ["approved", "approved", "in_review", "in_review"]


def test_a_text_that_asks_for_a_clinician_is_refused(town: Town):
    shelf = library(*both("calm", head="sign_off: psychiatrist\n"))

    with pytest.raises(Forbidden):
        approve(town, shelf, "calm")


# Withdrawing


def test_a_withdrawn_text_is_not_sent_though_it_is_queued(town: Town):
    approve(town, library(*both("calm")), "calm")
    subscribed(town, "ann")
    with town.database.unit_of_work() as uow:
        tips.queue_due(uow, RHYTHM, town.now)
    assert town.ledger() == [Queued("ann", "tip", "queued")]

    withdraw(town, "calm")

    assert town.dispatch() == []
    assert [row.state for row in town.ledger()] == ["expired"]


def test_a_withdrawn_text_is_neither_chosen_for_the_week_nor_read_to_who_asks(town: Town):
    approve(town, library(*both("calm"), *both("rest")), "calm", "rest")
    subscribed(town, "ann")

    withdraw(town, "calm")

    with town.database.unit_of_work() as uow:
        person = uow.people.at(Caller(PUSH, "ann"))
        told = [tips.read_one(uow, person, Language.EN, (), town.now) for _ in range(3)]
        tips.queue_due(uow, RHYTHM, town.now)
    assert [item.slug for item in told if item] == ["rest", "rest", "rest"]
    assert [ready.parts[0].text.split("\n")[0] for ready in town.dispatch()] == ["rest"]


def test_one_language_is_withdrawn_and_the_other_goes_on(town: Town):
    shelf = library(*both("calm"))
    approve(town, shelf, "calm")

    withdraw(town, "calm", Language.ZH)

    assert [(line.language, line.state) for line in listed(town, shelf)] == [("en", "approved"), ("zh", "withdrawn")]


def test_withdrawing_twice_is_written_down_once_and_with_its_reason(town: Town):
    approve(town, library(*both("calm")), "calm", languages=[Language.EN])

    first, again = withdraw(town, "calm", reason="  a number\n is old "), withdraw(town, "calm", reason="once more")

    assert (first, again) == (1, 1)
    assert audited(town) == [("approve", "calm.en", ""), ("withdraw", "calm.en", "a number is old")]


def test_approving_lets_it_be_sent_again(town: Town):
    shelf = library(*both("calm"))
    approve(town, shelf, "calm")
    withdraw(town, "calm")
    town.now += HOUR

    approve(town, shelf, "calm", languages=[Language.EN])

    assert [(line.state, line.withdrawn_at is None) for line in listed(town, shelf)] == [
        ("approved", True),
        ("withdrawn", False),
    ]


@pytest.mark.parametrize(("slug", "language"), [("never", None), ("calm", Language.ZH), ("", None)])
def test_what_was_never_approved_cannot_be_withdrawn(town: Town, slug: str, language: Language | None):
    approve(town, library(*both("calm")), "calm", languages=[Language.EN])

    with pytest.raises(NotFound):
        withdraw(town, slug, language)


@pytest.mark.parametrize("reason", ["", " \n\t", "x" * 201])
def test_a_reason_is_one_short_line(town: Town, reason: str):
    shelf = library(*both("calm"))
    approve(town, shelf, "calm")

    with pytest.raises(BadInput):
        withdraw(town, "calm", reason=reason)

    assert {line.state for line in listed(town, shelf)} == {"approved"}


# Listing


def test_the_list_tells_what_became_of_each_text(town: Town):
    shelf = library(*both("calm"), *both("new"), *both("old"), *both("rest"))
    approve(town, shelf, "calm", "old", "rest", languages=[Language.EN])
    withdraw(town, "rest")
    later = library(*both("calm"), *both("new"), *both("old", "Other words."), *both("rest"))

    lines = listed(town, later, language=Language.EN)

    assert [(line.slug, line.state) for line in lines] == [
        ("calm", "approved"), ("new", "in_review"), ("old", "approved_older"), ("rest", "withdrawn"),
    ]  # fmt: skip
    assert (lines[0].approved_by, lines[0].approved_at, lines[0].topics) == ("an editor", town.now, ("sleep",))
    assert lines[2].shipped_version != lines[2].approved_version
    assert lines[3].withdrawn_by == "an editor"
    assert lines[1].approved_version is None


def test_what_is_sent_though_its_file_is_gone_is_in_the_list(town: Town):
    approve(town, library(*both("calm")), "calm", languages=[Language.EN])

    (line,) = listed(town, library())

    assert (line.slug, line.title, line.audience, line.shipped_version, line.state) == (
        "calm", "calm", ("general",), None, "approved_older",
    )  # fmt: skip


def test_an_audience_sees_what_is_filed_for_it(town: Town):
    shelf = library(*both("calm"), *both("grown", audience="worker"))

    assert {line.slug for line in listed(town, shelf, audience="worker")} == {"grown"}
    assert listed(town, shelf, audience="nobody") == []


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_pages_put_together_are_the_whole_list(town: Town, size: int):
    shelf = library(*both("a"), *both("a-b"), *both("a-b-c"), *both("b"))
    approve(town, library(*both("gone")), "gone")

    pages, after = [], ""
    while page := listed(town, shelf, limit=size, after=after):
        pages += page
        after = page[-1].key

    assert pages == listed(town, shelf)
    assert len(pages) == 10


@pytest.mark.parametrize("after", ["", "no-such", "a.xx", "…", "a.b.c"])
def test_a_forged_place_in_the_list_breaks_nothing(town: Town, after: str):
    assert len(listed(town, library(*both("a"), *both("z")), after=after)) in {2, 3, 4}


@pytest.mark.parametrize("by", [VILLAGE, OPERATOR, EDITOR])
def test_whoever_announces_may_look_at_the_library(town: Town, by: Actor):
    assert len(listed(town, library(*both("calm")), by=by)) == 2


@pytest.mark.parametrize("role", [Role.HOST, Role.SYSTEM, Role.LIAISON])
def test_whoever_neither_approves_nor_announces_may_not(town: Town, role: Role):
    with pytest.raises(Forbidden):
        listed(town, library(), by=Actor(role, "somebody"))


# Files


def test_files_against_what_is_approved_here(town: Town):
    before = library(*both("changed"), *both("gone"), *both("same"), *both("taken"))
    approve(town, before, "changed", "gone", "same", "taken", languages=[Language.EN])
    withdraw(town, "taken")
    wrote = audited(town)

    told = changes(town, library(*both("changed", "Other."), *both("new"), *both("same"), *both("taken")))

    assert {key: change.value for key, change in told.items() if key.endswith(".en")} == {
        "changed.en": "changed", "gone.en": "gone", "new.en": "new", "same.en": "unchanged", "taken.en": "withdrawn",
    }  # fmt: skip
    assert {change for key, change in told.items() if key.endswith(".zh")} == {Change.NEW}
    assert audited(town) == wrote


def test_a_text_that_was_withdrawn_and_has_no_file_is_nobody_s_business(town: Town):
    approve(town, library(*both("calm")), "calm")
    withdraw(town, "calm")

    assert changes(town, library()) == {}


def test_what_was_approved_comes_out_to_the_byte(town: Town):
    shelf = library(*both("calm", head="season: winter\n"), *both("rest"))
    approve(town, shelf, "calm", "rest")
    withdraw(town, "rest")

    files = exported(town, library())

    back = library(*((one.path, one.text) for one in files))
    assert dict(back.items) == {key: item for key, item in shelf.items.items() if key[0] == "calm"}
    assert [(one.version, one.exact) for one in files] == [(item.version, True) for item in back]


def test_the_shipped_library_comes_out_as_it_went_in(town: Town):
    shelf = library(*FILES.items)
    approve(town, shelf, *shelf.slugs())

    assert sorted((one.path, one.text) for one in exported(town, library())) == sorted(FILES.items)


def approved_before_files_were_kept(town: Town, shelf: Library, slug: str) -> None:
    item = shelf.items[slug, Language.EN]
    frozen = ApprovedItem(
        slug, Language.EN, item.version, item.title, item.body, frozenset(item.audience), "an editor", town.now
    )
    with town.database.unit_of_work() as uow:
        uow.contents.approve(frozen, EDITOR, town.now)


def test_an_old_approval_is_written_anew_from_its_words(town: Town):
    shelf = library(*both("calm", "The very words.", head="season: winter\n"))
    approved_before_files_were_kept(town, shelf, "calm")

    (found,) = exported(town, library(*both("calm", "Words of today.", head="season: winter\n")))

    back = library((found.path, found.text)).items["calm", Language.EN]
    assert not found.exact
    assert (back.body, back.season) == (shelf.items["calm", Language.EN].body, "winter")


def test_an_old_approval_gets_its_file_as_soon_as_the_same_is_seen(town: Town):
    shelf = library(*both("calm"))
    approved_before_files_were_kept(town, shelf, "calm")

    changes(town, library(*both("calm", "Other words.")))
    (before,) = exported(town, shelf)
    changes(town, shelf)
    (after,) = exported(town, shelf)

    assert (before.exact, after.exact) == (False, True)
    assert after.text == shelf.items["calm", Language.EN].source
    assert [action for action, _, _ in audited(town)] == ["keep_source"]
