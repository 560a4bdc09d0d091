"""Clients: one per service, account and region; other accounts through a role; every request sent once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest

from gitmoxi.adapters.aws.errors import aws_errors
from gitmoxi.adapters.aws.sessions import AwsClients, AwsClientSettings
from gitmoxi.errors import AccessDeniedError, OutcomeUnknownError, PermanentError, UnavailableError

OWN, OTHER = "1" * 12, "2" * 12
STS = 'xmlns="https://sts.amazonaws.com/doc/2011-06-15/"'


def settings(**changes) -> AwsClientSettings:
    return AwsClientSettings(**{"region": "eu-central-1", "account": OWN, **changes})


def identity(account: str) -> str:
    return (
        f"<GetCallerIdentityResponse {STS}><GetCallerIdentityResult><Account>{account}</Account>"
        "</GetCallerIdentityResult></GetCallerIdentityResponse>"
    )


def assumed(key: str, *, lasts: timedelta) -> str:
    expires = (datetime.now(UTC) + lasts).isoformat()
    return (
        f"<AssumeRoleResponse {STS}><AssumeRoleResult><Credentials><AccessKeyId>{key}</AccessKeyId>"
        f"<SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>"
        f"<Expiration>{expires}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"
    )


def signed_by(request) -> str:
    return request.headers["authorization"].partition("Credential=")[2].partition("/")[0]


def signed_for(request) -> str:
    return request.headers["authorization"].partition("Credential=")[2].split("/")[2]


async def describe(clients: AwsClients, *, account: str | None = None, region: str | None = None) -> None:
    ecs = await clients.client("ecs", account=account, region=region)
    await ecs.describe_clusters()


async def test_a_client_is_made_once_per_service_account_and_region(aws):
    async with AwsClients(settings()) as clients:
        ecs = await clients.client("ecs", account=OWN, region="eu-central-1")
        assert await clients.client("ecs", account=OWN) is ecs
        assert await clients.client("ecs") is ecs
        assert await clients.client("ecs", region="us-west-2") is not ecs
        assert await clients.client("lambda") is not ecs


async def test_the_region_is_the_targets(aws):
    aws.answer({"clusters": []}).answer({"clusters": []})
    async with AwsClients(settings()) as clients:
        await describe(clients, region="us-west-2")
        await describe(clients)
    assert [signed_for(request) for request in aws.received] == ["us-west-2", "eu-central-1"]


async def test_the_own_account_is_asked_for_once(aws):
    aws.answer(identity(OWN))
    async with AwsClients(settings(account=None)) as clients:
        assert await clients.own_account() == OWN
        assert await clients.own_account() == OWN
        await clients.client("ecs", account=OWN)
    assert len(aws.received) == 1


async def test_in_another_account_we_act_as_the_deploy_role(aws):
    aws.answer(assumed("THEIRS", lasts=timedelta(hours=1))).answer({"clusters": []}).answer({"clusters": []})
    async with AwsClients(settings(deploy_role_name="deployer")) as clients:
        await describe(clients, account=OTHER)
        await describe(clients, account=OTHER, region="us-west-2")
    assume, *calls = aws.received
    assert parse_qs(assume.body)["RoleArn"] == [f"arn:aws:iam::{OTHER}:role/deployer"]
    assert [signed_by(call) for call in calls] == ["THEIRS", "THEIRS"]


async def test_targets_in_our_own_account_are_changed_as_the_deploy_role(aws):
    aws.answer({"clusters": []}).answer(assumed("DEPLOYER", lasts=timedelta(hours=1))).answer(
        {"clusters": []}
    )
    async with AwsClients(settings(deploy_role_name="deployer")) as clients:
        await describe(clients)
        await describe(clients, account=OWN)
    ours, _, theirs = aws.received
    assert signed_by(ours) != "DEPLOYER"
    assert signed_by(theirs) == "DEPLOYER"


async def test_a_role_session_near_its_end_is_renewed(aws):
    aws.answer(assumed("FIRST", lasts=timedelta(minutes=1))).answer({"clusters": []})
    aws.answer(assumed("SECOND", lasts=timedelta(hours=1))).answer({"clusters": []})
    async with AwsClients(settings(deploy_role_name="deployer")) as clients:
        await describe(clients, account=OTHER)
        await describe(clients, account=OTHER)
    assert [signed_by(aws.received[index]) for index in (1, 3)] == ["FIRST", "SECOND"]


async def test_the_partition_of_a_role_is_its_regions(aws):
    aws.answer(assumed("THEIRS", lasts=timedelta(hours=1))).answer({"clusters": []})
    async with AwsClients(settings(deploy_role_name="deployer", region="cn-north-1")) as clients:
        await describe(clients, account=OTHER)
    assert parse_qs(aws.received[0].body)["RoleArn"] == [f"arn:aws-cn:iam::{OTHER}:role/deployer"]


async def test_a_role_that_may_not_be_assumed_is_named_and_nothing_is_unknown(aws):
    aws.answer(
        f"<ErrorResponse {STS}><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>",
        status=403,
    )
    async with AwsClients(settings(deploy_role_name="deployer")) as clients:
        ecs = await clients.client("ecs", account=OTHER)
        with pytest.raises(AccessDeniedError, match=f"sts:AssumeRole of arn:aws:iam::{OTHER}:role/deployer"):
            async with aws_errors("ecs:CreateService", mutation=True):
                await ecs.create_service(serviceName="web")


@pytest.mark.parametrize(
    ("changes", "advice"),
    [
        pytest.param({}, "GITMOXI_DEPLOY_ROLE_NAME", id="no role is set"),
        pytest.param({"local": True, "deploy_role_name": "deployer"}, "environment.account", id="local"),
    ],
)
async def test_an_account_without_a_way_in_is_refused_with_advice(aws, changes, advice):
    async with AwsClients(settings(**changes)) as clients:
        with pytest.raises(PermanentError, match=advice) as caught:
            await clients.client("ecs", account=OTHER)
    assert OTHER in str(caught.value)
    assert OWN in str(caught.value)


@pytest.mark.parametrize(
    ("service", "call"),
    [
        pytest.param("ecs", lambda ecs: ecs.delete_service(service="web"), id="POST"),
        pytest.param(
            "lambda",
            lambda one: one.update_function_code(FunctionName="f", ImageUri="i"),
            id="PUT, which aiohttp would repeat",
        ),
        pytest.param(
            "lambda",
            lambda one: one.delete_function(FunctionName="f"),
            id="DELETE, which aiohttp would repeat",
        ),
    ],
)
async def test_a_request_whose_answer_is_lost_is_not_sent_again(aws, clients, service, call):
    aws.hang_up().hang_up()
    client = await clients.client(service)
    with pytest.raises(OutcomeUnknownError):
        async with aws_errors(f"{service}:Change", mutation=True):
            await call(client)
    assert len(aws.received) == 1


async def test_a_refused_request_is_not_sent_again(aws, clients):
    aws.refuse("ServerException", status=500).refuse("ServerException", status=500)
    ecs = await clients.client("ecs")
    with pytest.raises(OutcomeUnknownError):
        async with aws_errors("ecs:DeleteService", mutation=True):
            await ecs.delete_service(service="web")
    assert len(aws.received) == 1


async def test_no_answer_in_time_leaves_the_outcome_open(aws):
    async with AwsClients(settings(read_timeout_seconds=0.05)) as clients:
        ecs = await clients.client("ecs")
        aws.stall()
        with pytest.raises(OutcomeUnknownError, match="Read timeout"):
            async with aws_errors("ecs:DeleteService", mutation=True):
                await ecs.delete_service(service="web")


async def test_a_closed_port_means_that_nothing_was_sent(aws, clients, unused_tcp_port, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{unused_tcp_port}")
    ecs = await clients.client("ecs")
    with pytest.raises(UnavailableError, match="could not be sent"):
        async with aws_errors("ecs:DeleteService", mutation=True):
            await ecs.delete_service(service="web")


async def test_a_request_that_does_not_fit_the_api_is_refused_before_it_is_sent(aws, clients):
    ecs = await clients.client("ecs")
    with pytest.raises(PermanentError, match="was not sent"):
        async with aws_errors("ecs:CreateService", mutation=True):
            await ecs.create_service(serviceName="web", desiredCuont=1)
    assert aws.received == []
