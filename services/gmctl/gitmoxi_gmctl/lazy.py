"""Commands that are imported when they are asked for: so each starts as fast as it can by itself."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Final, NamedTuple, TypeAlias

import typer
from typer.core import TyperCommand, TyperGroup

from gitmoxi_gmctl.pages import PAGES, add_pages

_PACKAGE = "gitmoxi_gmctl"

Command: TypeAlias = TyperCommand | TyperGroup


class Place(NamedTuple):
    """Where a command lies, a function or a group, and the line that a list of commands shows of it.

    ``module`` is without the package.
    """

    module: str
    attribute: str
    summary: str


class Promise(TyperCommand):
    """What a list of commands shows of one whose module is not imported yet."""

    def __init__(self, name: str, place: Place) -> None:
        super().__init__(name, help=place.summary)
        self._name: Final = name
        self._place: Final = place

    def kept(self) -> Command:
        """The command itself; its module is imported now."""
        module = importlib.import_module(f"{_PACKAGE}.{self._place.module}")
        found = getattr(module, self._place.attribute)
        return _group(self._name, found) if isinstance(found, typer.Typer) else _command(self._name, found)


class LazyGroup(TyperGroup):
    """A group that knows its commands by name, and imports the one that is run, completed or explained.

    A subclass says in ``PROMISED`` by name where each lies.
    """

    PROMISED: ClassVar[Mapping[str, Place]]

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        for name, place in self.PROMISED.items():
            self.add_command(Promise(name, place))

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """The command that is meant, imported; typer asks this before it runs or completes one."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, command.kept() if isinstance(command, Promise) else command, rest

    def imported(self) -> Iterator[tuple[str, Command]]:
        """All commands by name, in the order of the help."""
        for name, command in self.commands.items():
            assert isinstance(command, Promise)
            yield name, command.kept()


def _group(name: str, app: typer.Typer) -> Command:
    add_pages(app, f"{name} ")
    group = typer.main.get_group(app)
    group.name = name
    return group


def _command(name: str, run: Any) -> Command:
    app = typer.Typer(add_completion=False)
    app.command(name, epilog=PAGES.get(name))(run)
    command = typer.main.get_command(app)
    assert isinstance(command, TyperCommand)
    return command
