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
class BulkChoice:
    """Everything of a cluster, or of all; ``code`` is a folder in S3."""

    cluster: str | None
    functions: bool
    include: tuple[str, ...]
    exclude: tuple[str, ...]
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


AllOption = Annotated[bool, typer.Option("--all", help="All services of all clusters, or of --cluster.")]
FunctionsOption = Annotated[
    bool, typer.Option("--functions", help="With --all: all functions with an alias as well.")
]
IncludeOption = Annotated[
    list[str] | None,
    typer.Option("--include", metavar="GLOB", help="With --all: only CLUSTER/SERVICE or names like this."),
]
ExcludeOption = Annotated[
    list[str] | None, typer.Option("--exclude", metavar="GLOB", help="With --all: none like this.")
]
ClusterOption = Annotated[str | None, typer.Option("--cluster", help="The ECS cluster.")]
ServiceOption = Annotated[str | None, typer.Option("--service", help="The ECS service.")]
FunctionOption = Annotated[str | None, typer.Option("--function", help="The Lambda function.")]
AliasOption = Annotated[
    str | None, typer.Option("--alias", help="The function's alias that serves; by default its only one.")
]
CodeOption = Annotated[
    str | None,
    typer.Option(
        "--code",
        metavar="s3://BUCKET/KEY",
        help="Where a .zip function's package lies, or is to be put; with --all the folder for them.",
    ),
]
RegionOption = Annotated[str | None, typer.Option("--region", help="By default that of the profile.")]
ProfileOption = Annotated[str | None, typer.Option("--profile", help="Of AWS's configuration files.")]
FolderOption = Annotated[Path, typer.Option("--dir", file_okay=False, help="Where to write.")]
NameOption = Annotated[
    str | None, typer.Option("--name", metavar="PREFIX", help="What the files' names begin with.")
]
ForceOption = Annotated[bool, typer.Option("--force", help="Replace files that are there.")]


def init(
    *,
    everything: AllOption = False,
    functions: FunctionsOption = False,
    include: IncludeOption = None,
    exclude: ExcludeOption = None,
    cluster: ClusterOption = None,
    service: ServiceOption = None,
    function: FunctionOption = None,
    alias: AliasOption = None,
    code: CodeOption = None,
    region: RegionOption = None,
    profile: ProfileOption = None,
    folder: FolderOption = Path(),
    name: NameOption = None,
    force: ForceOption = False,
    output: OutputOption = Output.TABLE,
) -> None:
    """Write the files of what lives in AWS, ready to commit; it is read with your credentials.

    With --all: of whole clusters, each in DIR/CLUSTER/SERVICE or DIR/functions/NAME. Files that are there
    are kept, so that the same command goes on where an earlier one was interrupted.
    """
    if not everything:
        if functions or include or exclude:
            raise GmctlError("--functions, --include and --exclude go with --all.", ExitCode.USAGE)
        choice = _choice(cluster=cluster, service=service, function=function, alias=alias, code=code)
        _run(
            InitOptions(
                choice=choice,
                region=region,
                profile=profile,
                folder=folder,
                name=name,
                force=force,
                output=output,
            )
        )
        return
    _check_alone(service=service, function=function, name=name)
    whole = BulkChoice(
        cluster=cluster,
        functions=functions,
        include=tuple(include or ()),
        exclude=tuple(exclude or ()),
        alias=alias,
        code=code,
    )
    _run_all(whole, folder=folder, force=force, region=region, profile=profile, output=output)


def _run(options: InitOptions) -> None:
    # AWS's libraries take longer to import than most other commands to run.
    from gitmoxi_gmctl.init.run import run  # noqa: PLC0415

    run(options)


def _check_alone(*, service: str | None, function: str | None, name: str | None) -> None:
    if service is not None or function is not None or name is not None:
        raise GmctlError(
            "--all goes with --cluster, and with --include for some of them; not with --service, --function "
            "or --name.",
            ExitCode.USAGE,
        )


def _run_all(
    chosen: BulkChoice,
    *,
    folder: Path,
    force: bool,
    region: str | None,
    profile: str | None,
    output: Output,
) -> None:
    # AWS's libraries take longer to import than most other commands to run.
    from gitmoxi_gmctl.init.all_run import AllOptions, run_all  # noqa: PLC0415
    from gitmoxi_gmctl.init.everything import Wanted  # noqa: PLC0415
    from gitmoxi_gmctl.init.inventory import Choice  # noqa: PLC0415
    from gitmoxi_gmctl.init.packages import parse_place  # noqa: PLC0415

    wanted = Wanted(
        folder=folder,
        cluster=chosen.cluster,
        functions=chosen.functions,
        choice=Choice(include=chosen.include, exclude=chosen.exclude),
        alias=chosen.alias,
        code=parse_place(chosen.code) if chosen.code is not None else None,
        force=force,
    )
    run_all(AllOptions(wanted=wanted, region=region, profile=profile, output=output))


def _choice(
    *, cluster: str | None, service: str | None, function: str | None, alias: str | None, code: str | None
) -> EcsChoice | LambdaChoice:
    if function is not None and cluster is None and service is None:
        return LambdaChoice(function=function, alias=alias, code=code)
    if cluster is not None and service is not None and function is None:
        if alias is not None or code is not None:
            raise GmctlError("--alias and --code are for functions.", ExitCode.USAGE)
        return EcsChoice(cluster=cluster, service=service)
    raise GmctlError("Say what to read: --cluster and --service, or --function, or --all.", ExitCode.USAGE)
