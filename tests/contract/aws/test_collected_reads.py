"""Reads of many services at once are as few calls as AWS's limits allow; one that is missing hurts nobody."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace

import pytest

from gitmoxi.errors import AwsRejectedError

TASK = {"family": "many", "containerDefinitions": [{"name": "web", "image": "nginx", "memory": 64}]}


@pytest.fixture
def calls(cloud):
    """How often an operation was called since this fixture was made."""
    before = cloud.client.last_seq()

    def count() -> Counter[str]:
        return Counter(call.action for call in cloud.client.journal(since=before, service="ecs"))

    return count


async def test_services_are_described_by_ten_for_each_cluster(ecs, service, calls):
    targets = [replace(service, service_name=f"{service.service_name}-{n}") for n in range(25)]
    arn = await ecs.register_task_definition(service, TASK)
    for target in targets[:21]:
        await ecs.create_service(
            target, {"taskDefinition": arn, "desiredCount": 0, "clientToken": target.id[-32:]}
        )

    found = await asyncio.gather(*(ecs.service(target) for target in targets))

    names = [one.document["serviceName"] if one else None for one in found]
    assert names == [target.service_name for target in targets[:21]] + [None] * 4
    assert calls()["DescribeServices"] == 3


async def test_a_cluster_that_does_not_exist_fails_only_its_own_services(ecs, service, calls):
    elsewhere = replace(service, cluster="nowhere")

    missing, *refused = await asyncio.gather(
        ecs.service(service), ecs.service(elsewhere), ecs.service(elsewhere), return_exceptions=True
    )

    assert missing is None
    assert [error.code for error in refused if isinstance(error, AwsRejectedError)] == [
        "ClusterNotFoundException"
    ] * 2


async def test_service_deployments_are_described_by_twenty_across_clusters(ecs, service, calls):
    arn = await ecs.register_task_definition(service, TASK)
    made = []
    for number in range(3):
        target = replace(service, service_name=f"{service.service_name}-{number}")
        await ecs.create_service(
            target, {"taskDefinition": arn, "desiredCount": 0, "clientToken": target.id[-32:]}
        )
        made += [(target, one.arn) for one in await ecs.service_deployments(target, 1)]
    asked = [*made, (service, made[0][1].replace("service-deployment/", "service-deployment/x"))]
    before = calls()["DescribeServiceDeployments"]

    found = await asyncio.gather(*(ecs.service_deployment(target, one) for target, one in asked))

    assert [one.arn if one else None for one in found] == [one for _, one in made] + [None]
    assert calls()["DescribeServiceDeployments"] - before <= 2
