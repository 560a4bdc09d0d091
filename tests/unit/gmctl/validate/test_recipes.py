"""The recipes for pre-commit and CI do what they say."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import yaml

from gitmoxi.domain.files import FileKind
from tests.unit.gmctl.validate.conftest import SERVICE, TASK

ROOT = Path(__file__).parents[4]
PAGE = (ROOT / "docs/how-to/validate-in-ci.md").read_text()
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"gmctl validate [^>\n`#]*")


def blocks(language):
    return [text for name, text in BLOCK.findall(PAGE) if name == language]


def commands():
    return sorted(
        {found.strip() for text in blocks("sh") + blocks("yaml") for found in COMMAND.findall(text)}
    )


@pytest.fixture(scope="module")
def hook():
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    return hook


def test_there_are_commands_to_try():
    assert len(commands()) >= 6


@pytest.mark.parametrize("command", commands())
def test_a_command_of_the_page_runs(command, run, tree):
    tree(
        {
            "dev/web/web_taskdef.json": TASK,
            "dev/web/web_svcdef.json": SERVICE,
            "ecs/task.json": TASK,
        }
    )
    program, *words = shlex.split(command)
    assert program == "gmctl"
    ran = run(*words)
    assert (ran.code, ran.err) == (0, "")


@pytest.mark.parametrize("text", blocks("yaml"))
def test_every_recipe_is_yaml(text):
    assert yaml.safe_load(text)


def test_the_page_uses_the_hook_by_its_name(hook):
    assert f"- id: {hook['id']}\n" in PAGE


@pytest.mark.parametrize("kind", FileKind)
def test_the_hook_takes_every_kind_of_file(hook, kind):
    assert re.search(hook["files"], f"dev/web/web{kind.suffix}")


@pytest.mark.parametrize(
    "path",
    [
        "package.json",
        "web_taskdef.json.sample",
        "web_taskdef_json",
        "web_svcdefs.json",
        "web-taskdef.json",
        "webtaskdef.json",
        "web_lambda_def.json",
    ],
)
def test_the_hook_takes_no_other_file(hook, path):
    assert not re.search(hook["files"], path)


def test_the_hook_runs_the_command_once_on_the_files(hook, run, tree):
    tree({"web_svcdef.json": SERVICE, "web_taskdef.json": TASK})
    program, *words = shlex.split(hook["entry"])
    assert program == "gmctl"
    assert hook["types"] == ["file"]
    assert hook["require_serial"] is True
    assert hook["language"] == "python"
    assert run(*words, "web_svcdef.json", "web_taskdef.json").code == 0


def test_the_package_has_the_program_that_the_hook_runs():
    assert 'gmctl = "gitmoxi_gmctl.main:main"' in (ROOT / "pyproject.toml").read_text()
