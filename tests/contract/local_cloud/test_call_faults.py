"""Injected faults look to a client as AWS's own trouble does."""

from __future__ import annotations

import time
import urllib.request

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError

from gitmoxi_local.client import LocalCloudClientError
from gitmoxi_local.faults import CallFaultSpec

READS = {
    "cloudformation": ("ListStacks", lambda client: client.list_stacks()),
    "cloudwatch": ("ListMetrics", lambda client: client.list_metrics()),
    "dynamodb": ("ListTables", lambda client: client.list_tables()),
    "ecs": ("ListClusters", lambda client: client.list_clusters()),
    "elbv2": ("DescribeLoadBalancers", lambda client: client.describe_load_balancers()),
    "lambda": ("ListFunctions", lambda client: client.list_functions()),
    "s3": ("ListBuckets", lambda client: client.list_buckets()),
    "sqs": ("ListQueues", lambda client: client.list_queues()),
}


def inject(cloud, **spec):
    return cloud.client.add_faults(calls=[CallFaultSpec(**spec)])


@pytest.mark.parametrize("service", READS)
@pytest.mark.parametrize(
    ("kind", "codes"),
    [
        (
            "throttle",
            {"RequestThrottled", "SlowDown", "Throttling", "ThrottlingException", "TooManyRequestsException"},
        ),
        ("deny", {"AccessDenied", "AccessDeniedException"}),
        (
            "error500",
            {
                "InternalError",
                "InternalFailure",
                "InternalServerError",
                "ServerException",
                "ServiceException",
            },
        ),
    ],
)
def test_refusals_are_understood_by_the_client_of_each_service(cloud, aws, service, kind, codes):
    action, read = READS[service]
    inject(cloud, service=service, action=action, kind=kind, times=1)

    with pytest.raises(ClientError) as caught:
        read(aws(service))

    assert caught.value.response["Error"]["Code"] in codes
    assert (caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500) is (kind == "error500")


def test_a_throttle_is_gone_after_its_times(cloud, aws):
    inject(cloud, service="ecs", action="ListClusters", kind="throttle", times=1)
    client = aws("ecs")

    with pytest.raises(ClientError, match="Rate exceeded"):
        client.list_clusters()
    client.list_clusters()


def test_only_the_caller_that_was_meant_is_met(cloud, aws):
    inject(cloud, service="ecs", caller="planner*", kind="deny")

    aws("ecs", caller="deployer-1").list_clusters()
    with pytest.raises(ClientError, match="user/planner-1 is not authorized to perform: ecs:ListClusters"):
        aws("ecs", caller="planner-1").list_clusters()


@pytest.mark.parametrize(
    ("service", "create", "there"),
    [
        pytest.param(
            "ecs",
            lambda client, name: client.create_cluster(clusterName=name),
            lambda client, name: client.describe_clusters(clusters=[name])["clusters"],
            id="answered by our model",
        ),
        pytest.param(
            "sqs",
            lambda client, name: client.create_queue(QueueName=name),
            lambda client, name: client.list_queues(QueueNamePrefix=name).get("QueueUrls"),
            id="streamed to ministack",
        ),
    ],
)
def test_a_dropped_reply_leaves_the_call_applied(cloud, aws, name, service, create, there):
    inject(cloud, service=service, action="Create*", kind="drop_reply", times=1)
    client = aws(service)

    with pytest.raises(ConnectionClosedError):
        create(client, name)

    assert there(client, name)


def test_a_slow_reply_outlasts_the_client_s_patience_though_the_call_is_applied(cloud, aws, name):
    inject(cloud, service="ecs", action="CreateCluster", kind="slow", seconds=3, times=1)

    with pytest.raises(ReadTimeoutError):
        aws("ecs", read_timeout=0.3).create_cluster(clusterName=name)

    assert aws("ecs").describe_clusters(clusters=[name])["clusters"]


def test_a_stale_read_does_not_show_what_was_just_made(cloud, aws, name):
    inject(cloud, service="ecs", action="ListClusters", kind="stale", seconds=60)
    client = aws("ecs")
    arn = client.create_cluster(clusterName=name)["cluster"]["clusterArn"]
    assert arn not in client.list_clusters()["clusterArns"]

    cloud.client.clear_faults()

    assert arn in client.list_clusters()["clusterArns"]


def test_ecs_throttles_by_its_published_buckets_if_asked_to(cloud, aws):
    """https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html"""
    client = aws("ecs")
    cloud.client.add_faults(request_limits=True)

    # What is refused for another reason takes a token all the same; one comes back each second.
    codes = [_code_of(client) for _ in range(60)]

    assert codes.index("ThrottlingException") >= 20

    cloud.client.clear_faults()

    assert _code_of(client) == "ClientException"


def _code_of(client):
    with pytest.raises(ClientError) as caught:
        client.deregister_task_definition(taskDefinition="none:1")
    return caught.value.response["Error"]["Code"]


def test_a_fault_that_cannot_be_read_is_refused_with_a_reason(cloud):
    with pytest.raises(LocalCloudClientError, match="no fault 'fault-none' is in force"):
        cloud.client.remove_fault("fault-none")


@pytest.mark.parametrize("path", ["/_gitmoxi/health", "/_ministack/health"])
def test_every_reply_carries_exactly_one_date(cloud, path):
    with urllib.request.urlopen(cloud.endpoint + path) as reply:
        [date] = reply.headers.get_all("Date")

    assert time.strptime(date, "%a, %d %b %Y %H:%M:%S GMT")
