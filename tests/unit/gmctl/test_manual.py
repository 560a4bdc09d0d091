"""The help of every command, and the whole table of options that people were promised."""

from __future__ import annotations

import re
import shlex

import pytest
import typer

from docs.command_line_page import command_line_page, commands
from gitmoxi_gmctl.main import Gmctl, app
from gitmoxi_gmctl.manual import EXAMPLES, PROMPT

ROOT = typer.main.get_command(app)
COMMANDS = dict(commands(ROOT))
ALL = [pytest.param(name, command, id=name) for name, command in COMMANDS.items()]

WITHOUT_RESULT = {"gmctl up", "gmctl completion"}
"""They run or print something else than records."""

ONE_LINE = {"gmctl repo add", "gmctl repo update", "gmctl repo delete"}
"""They say in a line what they did."""

TABLE = {
    "repo add": "-r URL -b main -b next -a ARN --path prod/** --max-deletes 3",
    "repo get": "-r URL",
    "repo delete": "-r URL",
    "commit deploy": "-r URL -b main -f -v --wait --timeout 60",
    "commit dryrun": "-r URL -b main -p -v",
    "commit get": "-r URL -b main -n 5",
    "commit files": "-c 4f1c0de",
    "commit approve-deletes": "-c 4f1c0de -r URL -b main",
    "deployment get": "-c 4f1c0de -r URL -a 111122223333 -re eu-west-1 -st PROCESSING -n 10 -v -A",
    "deployment ecs get": "-r URL -c 4f1c0de -a 111122223333 -re eu-west-1 -s web -cl prod "
    "-st PROCESSED_ERROR -n 10 -v -A",
    "deployment lambda get": "-r URL -c 4f1c0de -a 111122223333 -re eu-west-1 -fn resize "
    "-st PROCESSED_SUCCESS -n 10 -v -A",
    "deployment watch": "d-1 --timeout 5",
    "watch": "-r URL -b main --timeout 5",
    "event list": "-r URL --kind push --since 2h -n 5",
    "rollback": "web --wait --timeout 5 --yes",
    "validate": "deploy task.json --as taskdef",
    "init": "--cluster prod --service web",
    "completion": "zsh",
}
"""By command the options of the command line's table, with values."""


def _parsed(line: str) -> dict[str, object]:
    """The parameters of a whole command line, as typer takes them; nothing is run."""
    command, arguments = ROOT, shlex.split(line)
    context = command.make_context("gmctl", arguments, resilient_parsing=False)
    rest = [*context._protected_args, *context.args]
    while hasattr(command, "commands"):
        name, command, rest = command.resolve_command(context, rest)
        context = command.make_context(name, rest, parent=context)
        if hasattr(command, "commands"):
            rest = [*context._protected_args, *context.args]
    return context.params


@pytest.mark.parametrize(("name", "options"), [pytest.param(*item, id=item[0]) for item in TABLE.items()])
def test_every_option_of_the_table_is_taken(name, options):
    taken = _parsed(f"-e http://127.0.0.1:1 -l debug --no-color {name} {options}")
    assert None not in [taken[key] for key in taken if key in {"repository", "branch", "commit"}]


@pytest.mark.parametrize("status", ["PROCESSING", "PROCESSED_SUCCESS", "PROCESSED_ERROR", "processed_error"])
def test_every_status_is_taken(status):
    assert _parsed(f"deployment ecs get -st {status}")["status"] == status.upper()


@pytest.mark.parametrize(("name", "command"), ALL)
def test_every_command_says_what_it_does_with_examples_and_exit_codes(name, command):
    assert command.help
    assert command.epilog, "give the command a page in gitmoxi_gmctl.pages"
    assert command.epilog.startswith(EXAMPLES)
    assert "Exit codes: 0 success" in command.epilog
    for parameter in command.params:
        assert parameter.help, f"{name}: {parameter.name} has no help"


def _examples():
    pages = {"gmctl": ROOT, **COMMANDS}
    for name, command in pages.items():
        for line in (command.epilog or "").replace("\\[", "[").splitlines():
            if line.strip().startswith(PROMPT):
                yield pytest.param(name, line.strip().removeprefix(PROMPT), id=line.strip())


@pytest.mark.parametrize(("name", "line"), [*_examples()])
def test_every_example_is_a_command_line_that_is_taken(name, line):
    assert line.startswith(f"{name} ") or line == name
    _parsed(line.partition(" > ")[0].removeprefix("gmctl").strip())


@pytest.mark.parametrize(("name", "command"), ALL)
def test_what_it_refers_to_exists(name, command):
    [referred] = re.findall(r"See also: (.*)\.", command.epilog) or [""]
    for other in filter(None, referred.split(", ")):
        assert other in COMMANDS


@pytest.mark.parametrize(("name", "command"), ALL)
def test_every_result_can_be_read_by_scripts(name, command):
    output = next((param for param in command.params if param.name == "output"), None)
    if name in WITHOUT_RESULT | ONE_LINE:
        return
    assert output is not None
    assert {"table", "json", "yaml"} <= {choice.value for choice in type(output.default)}


def test_examples_are_shown_one_below_the_other(run):
    shown = run("commit", "deploy", "-h").out
    line = "gmctl commit deploy -r https://github.com/example/shop -b main"
    assert re.search(rf"^ +\$ {line} *\n +ask for it, and see that it is taken *$", shown, re.MULTILINE)
    assert "Exit codes: 0 success" in shown


@pytest.mark.parametrize(("name", "command"), [pytest.param(*item, id=item[0]) for item in ROOT.imported()])
def test_the_list_of_commands_shows_the_first_line_of_each(name, command):
    assert Gmctl.PROMISED[name].summary == command.help.split("\n\n")[0]


def test_a_group_alone_shows_its_help(run):
    done = run("deployment")
    assert done.code == 2
    assert "watch" in done.out + done.err


def test_the_reference_names_every_command():
    page = command_line_page()
    assert [line.removeprefix("## ") for line in page.splitlines() if line.startswith("## ")] == [*COMMANDS]
    assert "`-re`, `--region`" in page
