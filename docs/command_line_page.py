"""The page of all commands of gmctl, made from the commands themselves."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from docs.tables import literal, table_row
from gitmoxi_gmctl.lazy import LazyGroup
from gitmoxi_gmctl.main import app
from gitmoxi_gmctl.manual import EXAMPLES

_INTRODUCTION = """\
# gmctl

Every command, its options and examples, as `gmctl COMMAND --help` shows them. Generated from the commands by
`make docs`.

Global options stand before the command: `gmctl -e http://gitmoxi.internal repo get`.

`--output json` and `--output yaml` give what the API says, whole and in its order; progress, warnings and
hints then go to standard error. Tables fit the terminal; in a pipe or a file they are whole. Colours are left
out with `--no-color`, with `NO_COLOR=1`, and where no terminal is.

What you named and does not exist is a failure (1), as what went wrong is; options that cannot be understood,
or a name that stands for several things, are wrong usage (2).
"""


def command_line_page() -> str:
    """The page as Markdown."""
    root = typer.main.get_command(app)
    assert isinstance(root, TyperGroup)
    parts = [_INTRODUCTION, _options(root)]
    parts += [_section(name, command) for name, command in commands(root)]
    return "\n".join(parts)


def commands(group: TyperGroup, above: str = "gmctl") -> Iterator[tuple[str, TyperCommand]]:
    """All commands with their whole names, in the order of the help."""
    found = group.imported() if isinstance(group, LazyGroup) else group.commands.items()
    for name, command in found:
        if isinstance(command, TyperGroup):
            yield from commands(command, f"{above} {name}")
        elif isinstance(command, TyperCommand):
            yield f"{above} {name}", command


def _section(name: str, command: TyperCommand) -> str:
    arguments = " ".join(
        param.metavar or f"{param.name}".upper()
        for param in command.params
        if isinstance(param, TyperArgument)
    )
    usage = f"{name} [OPTIONS] {arguments}".rstrip()
    described = literal(inspect.cleandoc(command.help or ""))
    epilog = (command.epilog or "").replace("\\[", "[")
    examples, _, rest = epilog.removeprefix(EXAMPLES).strip("\n").partition("\n\n")
    return (
        f"\n## {name}\n\n{described}\n\n```text\n{usage}\n```\n\n{_options(command)}\n"
        f"Examples:\n\n```shell\n{_shell(examples)}\n```\n\n{rest}\n"
    )


def _shell(examples: str) -> str:
    """Lines that can be copied, what they do as comments before them."""
    lines = [line.strip() for line in examples.splitlines()]
    pairs = zip(lines[::2], lines[1::2], strict=True)
    return "\n".join(f"# {meaning}\n{line.removeprefix('$ ')}" for line, meaning in pairs)


def _options(command: TyperCommand | TyperGroup) -> str:
    rows = [
        table_row(
            ", ".join(f"`{name}`" for name in sorted(param.opts, key=len)),
            literal(param.help or ""),
            _default(param),
        )
        for param in command.params
        if isinstance(param, TyperOption) and not param.hidden
    ]
    heading = (table_row("Option", "What it does", "Default"), table_row("---", "---", "---"))
    return "\n".join((*heading, *rows)) + "\n" if rows else ""


def _default(param: TyperOption) -> str:
    if param.required:
        return "required"
    default = param.default
    if default is None or default is False or callable(default):
        return ""
    return f"`{getattr(default, 'value', default)}`"
