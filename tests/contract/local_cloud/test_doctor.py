"""``gmctl doctor``'s looks into AWS, over HTTP against the local cloud with the control plane installed."""

from __future__ import annotations

import secrets
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import boto3
import pytest

from gitmoxi.errors import NotFoundError
from gitmoxi_gmctl.doctor.aws_checks import AwsExamination, AwsLooks
from gitmoxi_gmctl.doctor.permissions import ROLE_NEEDS
from gitmoxi_gmctl.init.clients import UserClients
from gitmoxi_local.process import LocalCloudProcess

TEMPLATE = Path(__file__).parents[3] / "deploy" / "cloudformation" / "gitmoxi.yaml"


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A local cloud with the control plane in it."""
    with LocalCloudProcess(state_dir=tmp_path_factory.mktemp("cloud"), templates=[TEMPLATE]) as process:
        yield process


@pytest.fixture
def stack(installed, aws_to):
    [stack] = [
        found["StackName"]
        for found in aws_to("cloudformation").describe_stacks()["Stacks"]
        if found.get("Outputs")
    ]
    return stack


@pytest.fixture
def aws_to(installed, monkeypatch, tmp_path):
    """Clients of the installed cloud, and the environment of somebody who has its credentials."""
    secret = secrets.token_hex(16)
    for name, value in {
        "AWS_ENDPOINT_URL": installed.endpoint,
        "AWS_ACCESS_KEY_ID": "somebody",
        "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_CONFIG_FILE": str(tmp_path / "none"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none"),
        "AWS_REGION": installed.region,
    }.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    return lambda service: boto3.client(service, region_name=installed.region)


@asynccontextmanager
async def looks(installed):
    async with UserClients(profile=None, region=installed.region) as clients:
        yield AwsLooks(clients)


async def test_who_asks_and_what_time_it_is_there(installed, aws_to):
    async with looks(installed) as aws:
        caller = await aws.caller()
    assert caller.account == installed.outputs["IngestorQueueUrl"].split("/")[-2]
    assert caller.server_time is not None
    assert abs(caller.server_time - datetime.now(UTC)) < timedelta(seconds=5)


async def test_the_stack_gives_out_its_outputs_and_its_roles(installed, stack):
    async with looks(installed) as aws:
        found = await aws.stack(stack)
    assert found.outputs == installed.outputs
    assert set(found.roles) == set(ROLE_NEEDS)


async def test_a_stack_that_is_not_there_is_not_found(installed, aws_to):
    async with looks(installed) as aws:
        with pytest.raises(NotFoundError):
            await aws.stack("nobody")


async def examined(installed, stack):
    async with looks(installed) as aws:
        findings = await AwsExamination(
            looks=aws,
            region=installed.region,
            stack=stack,
            deploy_role="gitmoxi-deploy",
            now=lambda: datetime.now(UTC),
        ).run()
    return {finding.check: (finding.outcome, finding.because) for finding in findings}


async def test_the_installed_roles_may_do_what_they_need_and_what_is_taken_away_is_noticed(
    installed, stack, aws_to
):
    findings = await examined(installed, stack)
    assert findings[f"stack {stack}"][0] == "OK"
    assert {outcome for check, (outcome, _) in findings.items() if check.startswith("role of")} == {"OK"}
    assert findings["deploy role gitmoxi-deploy"][0] == "FAIL", "no target account's stack is installed"
    assert "or there is no such role" in findings["deploy role gitmoxi-deploy"][1]

    async with looks(installed) as aws:
        role = (await aws.stack(stack)).roles["PlannerRole"]
    aws_to("iam").delete_role_policy(RoleName=role, PolicyName="planner")

    outcome, because = (await examined(installed, stack))["role of planner"]
    assert (outcome, "may not dynamodb:BatchGetItem" in because) == ("FAIL", True)
