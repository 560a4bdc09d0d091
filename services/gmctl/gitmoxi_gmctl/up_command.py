"""``gmctl up``: options of the runner, and its errors in words."""

from __future__ import annotations

import asyncio
import importlib.util
import os
from pathlib import Path
from typing import Annotated

import typer

from gitmoxi_gmctl.exits import ExitCode, GmctlError
from gitmoxi_gmctl.printing import make_console
from gitmoxi_gmctl.session import given, session_of
from gitmoxi_gmctl.up.console import RunnerConsole
from gitmoxi_gmctl.up.plan import MODULES, NOTIFIER_TEMPLATE, UpOptions, UpUsageError, parse_scale
from gitmoxi_gmctl.up.run import Runner
from gitmoxi_gmctl.up.state_file import AlreadyRunningError, UnusableFolderError
from gitmoxi_gmctl.up.supervisor import StartError

_TEMPLATE = Path("deploy/cloudformation/gitmoxi.yaml")


PortOption = Annotated[
    int, typer.Option("--port", min=0, max=65535, help="Of the local cloud; 0 takes a free one.")
]
ApiPortOption = Annotated[
    int, typer.Option("--api-port", min=0, max=65535, help="Of the API; 0 takes a free one.")
]


def up(
    context: typer.Context,
    *,
    port: PortOption = 4566,
    api_port: ApiPortOption = 8080,
    scale: Annotated[
        list[str] | None,
        typer.Option("--scale", metavar="SERVICE=N", help="Run N of a service; repeatable."),
    ] = None,
    state_dir: Annotated[Path, typer.Option("--state-dir", help="Where state and logs are kept.")] = Path(
        ".gitmoxi"
    ),
    template: Annotated[
        Path | None, typer.Option("--template", help=f"The control plane; by default {_TEMPLATE}.")
    ] = None,
    faults: Annotated[
        Path | None, typer.Option("--faults", help="A file of faults for the local cloud to begin with.")
    ] = None,
    playground: Annotated[
        bool,
        typer.Option(
            "--playground/--no-playground", help="Make a repository whose commits are deployed at once."
        ),
    ] = True,
    verbose: Annotated[bool, typer.Option("-v", "--verbose", help="Show every line of the logs.")] = False,
) -> None:
    """Run the local cloud and all services on this machine until Ctrl-C."""
    try:
        options = UpOptions(
            state_dir=state_dir.absolute(),
            port=port,
            api_port=api_port,
            template=_template(template),
            scale=parse_scale(given(scale)),
            faults=faults.absolute() if faults is not None else None,
            log_level=session_of(context).log_level or "info",
            playground=playground,
        )
    except UpUsageError as error:
        raise GmctlError(str(error), ExitCode.USAGE) from None
    width = max(len(name) for name in MODULES) + 1
    runner = Runner(options, RunnerConsole(make_console(), width=width, verbose=verbose), os.environ)
    try:
        asyncio.run(runner.run())
    except (AlreadyRunningError, UnusableFolderError) as error:
        raise GmctlError(str(error), ExitCode.USAGE) from None
    except StartError as error:
        raise GmctlError(str(error)) from None


def _template(stated: Path | None) -> Path:
    """The stated file, or the one of the folder we are in, of the sources we run from, or of the package."""
    candidates = [stated] if stated is not None else [_TEMPLATE, *_shipped()]
    for candidate in candidates:
        if candidate.is_file():
            return _with_company(candidate.absolute())
    raise UpUsageError(
        f"there is no control plane template {candidates[0]}: run gmctl up in the folder with Gitmoxi's "
        "sources, or name the file with --template"
    )


def _with_company(template: Path) -> Path:
    """The control plane's template, if the notifier's lies beside it."""
    beside = template.with_name(NOTIFIER_TEMPLATE)
    if beside.is_file():
        return template
    raise UpUsageError(f"there is no notifier's template {beside}: both lie in the same folder")


def _shipped() -> list[Path]:
    """Where the template lies beside the sources, and in an installed local cloud (which is not imported)."""
    sources = [up / _TEMPLATE for up in Path(__file__).resolve().parents]
    local_cloud = importlib.util.find_spec("gitmoxi_local")
    if local_cloud is None or local_cloud.origin is None:
        return sources
    return [*sources, Path(local_cloud.origin).parent / "cloudformation" / _TEMPLATE.name]
