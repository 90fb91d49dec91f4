"""What the house asks of its code and no linter knows: sync core, plain words, small modules, nothing left open."""

import ast
import re
from collections import Counter
from collections.abc import Iterator

import pytest
from house_scene import ROOT, kept_files, modules, name_of, tree

ASYNC_ROOMS = ("outreach/channels/", "outreach/runtime/", "outreach/web/", "outreach/testing/")
ASYNC_FUNCTIONS = {
    "outreach/bootstrap/app.py": "App starts and stops the async rooms, and hands the sync ticks to the bridge",
    "outreach/cli/run.py": "the one place where the event loop begins: starts App and web server, stops both",
    "outreach/cli/server.py": "overrides a coroutine of uvicorn.Server",
}
LOOP_LIBRARIES = {"asyncio", "anyio", "trio", "uvloop", "aiohttp"}
NO_ROOM_NAMES = {"util", "utils", "helper", "helpers", "manager", "managers", "common", "misc", "data", "info"}
# WeChat calls follows and menu presses events, calendars call their entries so; those who speak their language may.
THE_PLATFORMS_OWN_WORD = ("outreach/channels/wechat/", "outreach/testing/wechat", "outreach/calendar/vevent.py")
LONGEST_MODULE = 400
LONGER_FOR_A_REASON: dict[str, str] = {}
LEFT_OPEN = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError)\b|# type: ignore(?!\[)|# noqa(?!:)|pragma: no cover")
ASYNC = (ast.AsyncFunctionDef, ast.AsyncFor, ast.AsyncWith, ast.Await)


def is_async_room(name: str) -> bool:
    return name.startswith(ASYNC_ROOMS) or name in ASYNC_FUNCTIONS


def test_the_core_is_sync():
    sync = [path for path in modules() if not is_async_room(name_of(path))]
    found = {name_of(path): lines for path in sync if (lines := async_lines(tree(path)))}
    loops = {name_of(path): names for path in sync if (names := LOOP_LIBRARIES & set(imported(tree(path))))}

    assert not found, f"async code belongs to {', '.join(ASYNC_ROOMS)}"
    assert not loops


def async_lines(module: ast.Module) -> list[int]:
    """The lines of *module* with async code."""
    return [node.lineno for node in ast.walk(module) if isinstance(node, ASYNC)]


@pytest.mark.parametrize("name", ASYNC_FUNCTIONS)
def test_an_exception_to_the_sync_core_is_still_needed(name):
    assert async_lines(tree(ROOT / name))


def imported(module: ast.Module) -> Iterator[str]:
    """The top-level names of what *module* imports."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield (node.module or "").partition(".")[0]


def given_names(module: ast.Module) -> Iterator[tuple[str, int]]:
    """Every name that others read: of classes, functions, parameters, fields and constants; each with its line."""
    for node in ast.walk(module):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, node.lineno
        elif isinstance(node, ast.arg):
            yield node.arg, node.lineno
        if isinstance(node, ast.ClassDef | ast.Module):
            yield from assigned(node)


def assigned(place: ast.ClassDef | ast.Module) -> Iterator[tuple[str, int]]:
    """The names that are assigned in *place* itself."""
    for line in place.body:
        targets = line.targets if isinstance(line, ast.Assign) else [getattr(line, "target", None)]
        yield from ((target.id, line.lineno) for target in targets if isinstance(target, ast.Name))


def test_nothing_of_ours_is_called_a_bare_event():
    found = [
        (name_of(path), line)
        for path in modules()
        for name, line in given_names(tree(path))
        if name.lower().strip("_") in {"event", "events"} and not name_of(path).startswith(THE_PLATFORMS_OWN_WORD)
    ]

    assert not found, "say activity for what people join, fact for what has just become true"


def test_a_module_is_named_after_what_lives_there():
    found = [name_of(path) for path in modules() if NO_ROOM_NAMES & set(path.with_suffix("").parts)]

    assert not found


def test_a_module_is_opened_by_a_sentence():
    found = [name_of(path) for path in modules() if tree(path).body and not ast.get_docstring(tree(path))]

    assert not found, "say in one sentence what lives here"


def test_a_module_fits_in_a_head():
    lengths = {name_of(path): len(path.read_text("utf-8").splitlines()) for path in modules()}
    too_long = {name for name, length in lengths.items() if length > LONGEST_MODULE}

    assert too_long == set(LONGER_FOR_A_REASON), "find the second thing in it; an exception that is not needed goes"


def test_nothing_is_left_open():
    found = [
        (name_of(path), match.group()) for path in modules() for match in LEFT_OPEN.finditer(path.read_text("utf-8"))
    ]

    assert not found


def test_no_fault_is_swallowed_whole():
    found = [
        (name_of(path), node.lineno)
        for path in modules()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ExceptHandler) and is_broad(node) and all(is_silent(line) for line in node.body)
    ]

    assert not found, "name what you expect, or say what became of it"


def is_broad(handler: ast.ExceptHandler) -> bool:
    return handler.type is None or (isinstance(handler.type, ast.Name) and handler.type.id.endswith("Exception"))


def is_silent(line: ast.stmt) -> bool:
    return isinstance(line, ast.Pass | ast.Continue) or (
        isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant)
    )


def test_a_test_file_has_a_name_of_its_own():
    tests = [path.name for path in kept_files() if path.is_relative_to(ROOT / "tests") and path.suffix == ".py"]
    twice = [name for name, count in Counter(tests).items() if count > 1 and name != "conftest.py"]

    assert not twice, "pytest imports test files by their bare name"
    assert "__init__.py" not in tests
