"""What gmctl learns of an installation from its API, and of the way there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version

from gitmoxi.domain.checkups import Finding, Outcome, judge_clock
from gitmoxi_gmctl.exits import GmctlError
from gitmoxi_gmctl.operating_client import OperatingClient
from gitmoxi_gmctl.operating_replies import Doctor
from gitmoxi_gmctl.repo_replies import Repository

_API = "api"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiChecks:
    """``mode`` of the installation, as the API says; None where it says nothing."""

    findings: tuple[Finding, ...]
    mode: str | None


def ask_api(api: OperatingClient, endpoint: str, now: Callable[[], datetime]) -> ApiChecks:
    """What the API sees, how it can be reached, and whether the clocks agree; never raises."""
    asked_at = now()
    try:
        doctor = api.doctor()
    except GmctlError as error:
        failed = Finding(
            check=_API,
            outcome=Outcome.FAIL,
            because=str(error),
            advice="Without the API, queues, tables and workers cannot be looked at.",
        )
        return ApiChecks(findings=(failed,), mode=None)
    # What the API said lies between question and answer.
    skew = doctor.now - (asked_at + (now() - asked_at) / 2)
    clock = judge_clock(
        "clock of this machine",
        skew,
        whose="The clock of this machine and the API's",
        advice="Set the one that is wrong.",
    )
    seen = (
        Finding(check=found.check, outcome=found.outcome, because=found.because, advice=found.advice)
        for found in doctor.findings
    )
    return ApiChecks(
        findings=(_version(doctor, endpoint), clock, *seen, *_repositories(api)), mode=doctor.mode
    )


def _version(doctor: Doctor, endpoint: str) -> Finding:
    ours = version("gitmoxi")
    told = f"Version {doctor.version} answers at {endpoint} (mode {doctor.mode})."
    if doctor.version == ours:
        return Finding(check=_API, outcome=Outcome.OK, because=told)
    because = f"{told.rstrip('.')}, and this gmctl is {ours}."
    advice = "Use the gmctl of the API's version."
    return Finding(check=_API, outcome=Outcome.WARN, because=because, advice=advice)


def _repositories(api: OperatingClient) -> tuple[Finding, ...]:
    try:
        found = api.repositories().repositories
    except GmctlError as error:
        return (Finding(check="repositories", outcome=Outcome.FAIL, because=str(error)),)
    if not found:
        because = "None is registered."
        return (Finding(check="repositories", outcome=Outcome.SKIPPED, because=because),)
    return tuple(map(judge_repository, found))


def judge_repository(repository: Repository) -> Finding:
    """Whether its server answered at the last look, and has the branches that are registered."""
    check = f"repository {repository.url}"
    health = repository.health
    if health is None:
        because = "It is not known whether it can be reached: nobody looked yet."
        return Finding(check=check, outcome=Outcome.SKIPPED, because=because)
    if not health.get("ok"):
        because = f"It cannot be read: {health.get('because', 'no reason is told')}"
        advice = "Mend its token, address or network; gmctl repo get shows how it is registered."
        return Finding(check=check, outcome=Outcome.FAIL, because=because, advice=advice)
    if missing := health.get("missing_branches"):
        because = f"Its server has no branch {', '.join(map(str, missing))}, of which nothing is deployed."
        advice = "Push the branch, or take it out of the registration."
        return Finding(check=check, outcome=Outcome.WARN, because=because, advice=advice)
    return Finding(check=check, outcome=Outcome.OK, because="Its server answers.")
