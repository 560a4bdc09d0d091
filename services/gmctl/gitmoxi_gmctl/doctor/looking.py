"""Opens AWS with the person's credentials, if there are any, and lets them be examined."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from gitmoxi.domain.checkups import Finding, Outcome
from gitmoxi_gmctl.doctor.aws_checks import AwsExamination, AwsLooks
from gitmoxi_gmctl.exits import GmctlError
from gitmoxi_gmctl.init.clients import UserClients


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsOptions:
    """``wanted``: the person asked for AWS to be looked into, so that no credentials are a failure."""

    profile: str | None
    region: str | None
    stack: str
    deploy_role: str
    wanted: bool
    now: Callable[[], datetime]


def look_into_aws(options: AwsOptions) -> list[Finding]:
    """What is found there; never raises for what AWS answers."""
    try:
        return asyncio.run(_look(options))
    except GmctlError as error:
        asked_for = options.wanted or options.profile is not None
        outcome = Outcome.FAIL if asked_for else Outcome.SKIPPED
        return [Finding(check="aws", outcome=outcome, because=str(error))]


async def _look(options: AwsOptions) -> list[Finding]:
    async with UserClients(profile=options.profile, region=options.region) as clients:
        examination = AwsExamination(
            looks=AwsLooks(clients),
            region=clients.region,
            stack=options.stack,
            deploy_role=options.deploy_role,
            now=options.now,
        )
        return await examination.run()
