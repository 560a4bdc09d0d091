"""``gmctl init``: its options, and which of them go together."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from gitmoxi_gmctl.exits import ExitCode, GmctlError
from gitmoxi_gmctl.options import OutputOption
from gitmoxi_gmctl.printing import Output


@dataclass(frozen=True, slots=True, kw_only=True)
class EcsChoice:
    """One service."""

    cluster: str
    service: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LambdaChoice:
    """One function; ``alias`` None takes the only one, ``code`` is where a .zip is to lie in S3."""

    function: str
    alias: str | None
    code: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InitOptions:
    """What to read, as whom, and where to write it; ``name`` None takes the target's own name."""

    choice: EcsChoice | LambdaChoice
    region: str | None
    profile: str | None
    folder: Path
    name: str | None
    force: bool
    output: Output


def init(
    *,
    cluster: Annotated[str | None, typer.Option("--cluster", help="The ECS cluster.")] = None,
    service: Annotated[str | None, typer.Option("--service", help="The ECS service.")] = None,
    function: Annotated[str | None, typer.Option("--function", help="The Lambda function.")] = None,
    alias: Annotated[
        str | None, typer.Option("--alias", help="The function's alias that serves; by default its only one.")
    ] = None,
    code: Annotated[
        str | None,
        typer.Option(
            "--code", metavar="s3://BUCKET/KEY", help="Where a .zip function's package lies, or is to be put."
        ),
    ] = None,
    region: Annotated[str | None, typer.Option("--region", help="By default that of the profile.")] = None,
    profile: Annotated[str | None, typer.Option("--profile", help="Of AWS's configuration files.")] = None,
    folder: Annotated[Path, typer.Option("--dir", file_okay=False, help="Where to write.")] = Path(),
    name: Annotated[
        str | None, typer.Option("--name", metavar="PREFIX", help="What the files' names begin with.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace files that are there.")] = False,
    output: OutputOption = Output.TABLE,
) -> None:
    """Write the files of a live service or function, ready to commit; AWS is read with your credentials."""
    options = InitOptions(
        choice=_choice(cluster=cluster, service=service, function=function, alias=alias, code=code),
        region=region,
        profile=profile,
        folder=folder,
        name=name,
        force=force,
        output=output,
    )
    # AWS's libraries take longer to import than most other commands to run.
    from gitmoxi_gmctl.init.run import run  # noqa: PLC0415

    run(options)


def _choice(
    *, cluster: str | None, service: str | None, function: str | None, alias: str | None, code: str | None
) -> EcsChoice | LambdaChoice:
    if function is not None and cluster is None and service is None:
        return LambdaChoice(function=function, alias=alias, code=code)
    if cluster is not None and service is not None and function is None:
        if alias is not None or code is not None:
            raise GmctlError("--alias and --code are for functions.", ExitCode.USAGE)
        return EcsChoice(cluster=cluster, service=service)
    raise GmctlError("Say what to read: --cluster and --service, or --function.", ExitCode.USAGE)
