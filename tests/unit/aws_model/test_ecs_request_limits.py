"""ECS throttles by token buckets, per API group, account and region.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html
"""

from datetime import timedelta
from typing import Any

import pytest

from gitmoxi_local.aws_model.base import AwsError, CallContext
from tests.unit.aws_model.ecs_cloud import ELSEWHERE, HERE, EcsCloud

SECOND = timedelta(seconds=1)
THIRD_ACCOUNT = CallContext(account="444455556666", region=HERE.region, caller="tester")


@pytest.fixture
def limited(ecs: EcsCloud) -> EcsCloud:
    """The cluster with one service, from now on with full buckets."""
    ecs.running()
    ecs.limits.enabled = True
    return ecs


def taken(ecs: EcsCloud, operation: str, params: dict[str, Any], context: CallContext = HERE) -> int:
    """How many calls pass until one is throttled."""
    for number in range(1000):
        try:
            ecs.model.call(operation, params, context)
        except AwsError as error:
            if error.code == "ThrottlingException":
                assert (error.message, error.status) == ("Rate exceeded", 400)  # noqa: PT017  # the form of the refusal
                return number
    raise AssertionError(f"{operation} is not throttled")


SERVICE = {"cluster": "demo", "services": ["web"]}
SCALE = {"cluster": "demo", "service": "web", "desiredCount": 2}


@pytest.mark.parametrize(
    ("operation", "params", "burst", "per_second"),
    [
        pytest.param("UpdateService", SCALE, 50, 5, id="service writes"),
        pytest.param("DescribeServices", SERVICE, 100, 20, id="service reads"),
        pytest.param("ListTasks", {"cluster": "demo"}, 100, 20, id="task reads"),
        pytest.param("DescribeTaskDefinition", {"taskDefinition": "web"}, 50, 20, id="definition reads"),
        pytest.param("DeregisterTaskDefinition", {"taskDefinition": "x"}, 20, 1, id="definition writes"),
        pytest.param("DescribeClusters", {}, 50, 20, id="cluster reads"),
        pytest.param(
            "ListServiceDeployments", {"cluster": "demo", "service": "web"}, 50, 20, id="deployment reads"
        ),
    ],
)
def test_a_bucket_holds_its_burst_and_fills_at_its_rate(
    limited: EcsCloud, operation: str, params: dict[str, Any], burst: int, per_second: int
) -> None:
    assert taken(limited, operation, params) == burst
    limited.clock.moment += SECOND
    assert taken(limited, operation, params) == per_second
    limited.clock.moment += 1000 * SECOND
    assert taken(limited, operation, params) == burst


def test_operations_of_a_group_share_its_bucket(limited: EcsCloud) -> None:
    assert taken(limited, "UpdateService", SCALE) == 50
    with pytest.raises(AwsError, match="Rate exceeded"):
        limited.model.call("CreateService", {"cluster": "demo", "serviceName": "x"}, HERE)
    assert taken(limited, "DescribeServices", SERVICE) == 100
    assert limited.limits.refused == {"UpdateService": 1, "CreateService": 1, "DescribeServices": 1}


def test_accounts_and_regions_have_buckets_of_their_own(limited: EcsCloud) -> None:
    assert taken(limited, "DescribeClusters", {}) == 50
    assert taken(limited, "DescribeClusters", {}, ELSEWHERE) == 50
    assert taken(limited, "DescribeClusters", {}, THIRD_ACCOUNT) == 50


def test_refused_calls_do_nothing_and_cost_nothing(limited: EcsCloud) -> None:
    """A throttled call changes nothing, and the bucket fills on meanwhile."""
    taken(limited, "UpdateService", SCALE)
    limited.clock.moment += SECOND / 10
    with pytest.raises(AwsError, match="Rate exceeded"):
        limited.model.call("UpdateService", SCALE | {"desiredCount": 9}, HERE)
    limited.clock.moment += SECOND / 10
    assert limited.service()["desiredCount"] == 2
    limited.update(desiredCount=9)
    assert limited.service()["desiredCount"] == 9


def test_nothing_is_throttled_unless_asked_for(ecs: EcsCloud) -> None:
    for _ in range(200):
        ecs.call("DescribeClusters")


def test_operations_without_a_published_quota_are_never_throttled(limited: EcsCloud) -> None:
    for _ in range(200):
        limited.refused(
            "ServiceDeploymentNotFoundException", "StopServiceDeployment", serviceDeploymentArn="x"
        )
