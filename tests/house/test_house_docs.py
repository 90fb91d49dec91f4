"""What the documents must keep up with: settings, commands, codes, links, decisions."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
from house_scene import PACKAGE, ROOT, kept_files, modules, name_of, tree
from packaging.requirements import Requirement

from outreach.cli.main import app

REFERENCE = ROOT / "docs" / "reference"
DECISIONS = ROOT / "docs" / "decisions"
PAGES = [path for path in kept_files() if path.suffix == ".md" and not path.is_relative_to(ROOT / "content_library")]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
LINK = re.compile(r"\]\(([^)\s#]+)(#[^)\s]*)?\)")
OPTION_MODULES = {
    "TELEGRAM": PACKAGE / "channels" / "telegram" / "config.py",
    "WECHAT": PACKAGE / "channels" / "wechat" / "config.py",
}


def settings() -> Iterator[str]:
    """Every name that the settings take."""
    for node in ast.walk(tree(PACKAGE / "settings.py")):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "take":
            name = node.args[0]
            assert isinstance(name, ast.Constant)
            yield f"OUTREACH_{str(name.value).upper()}"


def options(path: Path) -> set[str]:
    """Every option that an adapter's configuration names: the texts in it that are written in capitals."""
    texts = (node.value for node in ast.walk(tree(path)) if isinstance(node, ast.Constant))
    return {text for text in texts if isinstance(text, str) and re.fullmatch(r"[A-Z][A-Z_]{2,}", text)}


def commands(group: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Every command below *group* that does something, with its words."""
    below = getattr(group, "commands", None)  # typer brings its own click: no class to ask for
    if below is None:
        yield path, group
        return
    for name, command in below.items():
        yield from commands(command, f"{path} {name}")


def codes() -> Iterator[str]:
    """Every code of a refusal or fault: a class attribute ``code`` that is a text."""
    for path in modules():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ClassDef):
                yield from (code for line in node.body for code in code_of(line))


def code_of(line: ast.stmt) -> Iterator[str]:
    target = line.targets[0] if isinstance(line, ast.Assign) else getattr(line, "target", None)
    value = getattr(line, "value", None)
    if isinstance(target, ast.Name) and target.id == "code" and isinstance(value, ast.Constant) and value.value:
        yield str(value.value)


COMMANDS = dict(commands(typer.main.get_command(app), "outreach"))


@pytest.mark.parametrize("name", sorted(settings()))
def test_a_setting_is_documented(name):
    assert f"`{name}`" in (REFERENCE / "settings.md").read_text("utf-8")


@pytest.mark.parametrize(
    "name",
    sorted(f"OUTREACH_CHANNELS__{lane}__{option}" for lane, path in OPTION_MODULES.items() for option in options(path)),
)
def test_an_option_of_a_channel_is_documented(name):
    assert f"`{name}`" in (REFERENCE / "settings.md").read_text("utf-8")


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_a_command_is_documented_with_its_options(command):
    page = (REFERENCE / "commands.md").read_text("utf-8")

    section = page.partition(f"`{command}`")[2].partition("\n- ")[0]
    wanted = [
        option
        for parameter in COMMANDS[command].params
        if parameter.param_type_name == "option"
        for option in parameter.opts
        if option not in {"--help", "--json"}
    ]

    assert f"- `{command}`" in page
    assert [option for option in wanted if option not in section] == []


def test_no_command_is_documented_that_does_not_exist():
    page = (REFERENCE / "commands.md").read_text("utf-8")

    assert set(re.findall(r"^- `(outreach [^`]+)`", page, re.MULTILINE)) == set(COMMANDS)


@pytest.mark.parametrize("code", sorted(set(codes())))
def test_a_code_is_documented(code):
    assert f"`{code}`" in (REFERENCE / "codes.md").read_text("utf-8")


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_link_leads_somewhere(page):
    targets = [match.group(1) for match in LINK.finditer(page.read_text("utf-8"))]
    broken = [target for target in targets if "://" not in target and not (page.parent / target).exists()]

    assert not broken


def test_every_decision_is_in_the_index_and_has_a_number_of_its_own():
    decisions = sorted(path.name for path in DECISIONS.glob("0*.md"))
    index = (DECISIONS / "README.md").read_text("utf-8")

    assert [name for name in decisions if f"({name})" not in index] == []
    assert len({name[:4] for name in decisions}) == len(decisions)


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md"])
def test_the_first_page_has_the_two_commands_and_says_that_it_is_no_emergency_service(page):
    text = (ROOT / page).read_text("utf-8")

    assert all(command in text for command in ("make run", "make test"))
    assert all(number in text for number in ("12356", "110", "120"))


@pytest.mark.parametrize("wanted", PROJECT["dependencies"] + PROJECT["optional-dependencies"]["dev"])
def test_a_dependency_has_its_line_of_reason(wanted):
    name = Requirement(wanted).name

    rows = [
        line.split("|")[1]
        for line in (DECISIONS / "0010-dependencies.md").read_text("utf-8").splitlines()
        if "|" in line
    ]

    assert any(re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", row) for row in rows)
