"""The request quotas of Amazon ECS as its API reference publishes them.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html
"""

from __future__ import annotations

from collections.abc import Mapping

from gitmoxi_local.aws_model.request_limits import Bucket, RequestLimits

_GROUPS: Mapping[Bucket, tuple[str, ...]] = {
    Bucket(group="task definition writes", burst=20, per_second=1): (
        "RegisterTaskDefinition",
        "DeregisterTaskDefinition",
    ),
    Bucket(group="task definition reads", burst=50, per_second=20): ("DescribeTaskDefinition",),
    Bucket(group="service writes", burst=50, per_second=5): (
        "CreateService",
        "UpdateService",
        "DeleteService",
    ),
    Bucket(group="service reads", burst=100, per_second=20): ("DescribeServices", "ListServices"),
    Bucket(group="service deployment reads", burst=50, per_second=20): (
        "DescribeServiceDeployments",
        "DescribeServiceRevisions",
        "ListServiceDeployments",
    ),
    Bucket(group="task reads", burst=100, per_second=20): ("DescribeTasks", "ListTasks"),
    Bucket(group="cluster reads", burst=50, per_second=20): ("DescribeClusters", "ListClusters"),
}
"""That DescribeServiceRevisions shares the bucket of the service deployments is unverified.

None are published for StopServiceDeployment and the task set operations.
"""


def published() -> RequestLimits:
    """Fresh buckets for every operation that has one, not yet switched on."""
    return RequestLimits(
        buckets={name: bucket for bucket, operations in _GROUPS.items() for name in operations}
    )
