"""``gmctl doctor``: its options, and how its findings are shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Annotated

import typer
from rich.console import Console

from gitmoxi.adapters.aws.system_clock import SystemClock
from gitmoxi.domain.checkups import Finding, Outcome
from gitmoxi_gmctl.doctor.api_checks import ask_api
from gitmoxi_gmctl.exits import ExitCode
from gitmoxi_gmctl.operating_client import OperatingClient
from gitmoxi_gmctl.operating_replies import CheckFinding, Findings
from gitmoxi_gmctl.options import OutputOption
from gitmoxi_gmctl.presenting import present
from gitmoxi_gmctl.printing import Output, cell
from gitmoxi_gmctl.session import session_of

_STYLES: Mapping[Outcome, str] = {
    Outcome.OK: "green",
    Outcome.WARN: "yellow",
    Outcome.FAIL: "bold red",
    Outcome.SKIPPED: "dim",
}


def doctor(
    context: typer.Context,
    *,
    aws: Annotated[
        bool | None,
        typer.Option(
            "--aws/--no-aws",
            help="Look into AWS with your own credentials too. Without it: if there are any, and the API is "
            "not a local one.",
        ),
    ] = None,
    profile: Annotated[str | None, typer.Option("--profile", help="Of AWS's configuration files.")] = None,
    region: Annotated[str | None, typer.Option("--region", help="By default that of the profile.")] = None,
    stack: Annotated[str, typer.Option("--stack", help="The control plane's stack.")] = "gitmoxi",
    deploy_role: Annotated[
        str,
        typer.Option(
            "--deploy-role", envvar="GITMOXI_DEPLOY_ROLE_NAME", help="The role in accounts to deploy to."
        ),
    ] = "gitmoxi-deploy",
    output: OutputOption = Output.TABLE,
) -> None:
    """Check if all is well: API, stack, tables, bucket, queues, workers, clocks, repositories, roles.

    Nothing is changed. What cannot be looked at is said to be SKIPPED, with the reason. Ends with 1 if
    something FAILs. With the credentials of a target account it looks at the deploy role there.
    """
    endpoint = session_of(context).endpoint
    now = SystemClock().now
    with OperatingClient(endpoint) as api:
        of_api = ask_api(api, endpoint, now)
    findings = list(of_api.findings)
    if aws is None and of_api.mode == "local":
        findings.append(_skipped("The API is a local one; --aws looks into your AWS account all the same."))
    elif aws is False:
        findings.append(_skipped("--no-aws was given."))
    else:
        # AWS's libraries take longer to import than most other commands to run.
        from gitmoxi_gmctl.doctor.looking import AwsOptions, look_into_aws  # noqa: PLC0415

        options = AwsOptions(
            profile=profile, region=region, stack=stack, deploy_role=deploy_role, wanted=aws is True, now=now
        )
        findings += look_into_aws(options)
    _show(findings, output)
    raise typer.Exit(ExitCode.FAILED if _has(findings, Outcome.FAIL) else ExitCode.SUCCESS)


def _skipped(because: str) -> Finding:
    return Finding(check="aws", outcome=Outcome.SKIPPED, because=because)


def _has(findings: Iterable[Finding], outcome: Outcome) -> bool:
    return any(finding.outcome is outcome for finding in findings)


def _show(findings: list[Finding], output: Output) -> None:
    told = Findings(
        findings=tuple(
            CheckFinding(check=item.check, outcome=item.outcome, because=item.because, advice=item.advice)
            for item in findings
        )
    )
    present(output, told, lambda console: _print_all(console, findings))


def _print_all(console: Console, findings: list[Finding]) -> None:
    for finding in findings:
        _print(console, finding)
    counts = Counter(finding.outcome for finding in findings)
    told = ", ".join(f"{counts[outcome]} {outcome}" for outcome in Outcome if counts[outcome])
    console.print(cell(told, "bold"))


def _print(console: Console, finding: Finding) -> None:
    line = cell(f"{finding.outcome.value:<8}", _STYLES[finding.outcome]) + cell(f"{finding.check}: ", "bold")
    console.print(line + cell(finding.because), soft_wrap=True)
    if finding.advice is not None:
        console.print(cell(f"        {finding.advice}", "cyan"), soft_wrap=True)
