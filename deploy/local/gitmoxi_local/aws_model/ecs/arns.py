"""ARNs of Amazon ECS: how they are built, and what a caller may give in their stead."""

from __future__ import annotations

from gitmoxi_local.aws_model.base import AwsError
from gitmoxi_local.aws_model.ecs.state import Place


def build(place: Place, resource: str) -> str:
    """The ARN of ``resource``, for example ``cluster/demo``."""
    account, region = place
    return f"arn:aws:ecs:{region}:{account}:{resource}"


def resource(arn: str) -> str:
    """What follows account and region, for example ``service/demo/web``; other text unchanged."""
    return arn.split(":", 5)[5] if arn.startswith("arn:") and arn.count(":") >= 5 else arn  # noqa: PLR2004 (an ARN has five colons before its resource)


def cluster_name(identifier: str | None) -> str:
    """The cluster's short name; a call that names none means ``default`` (API_CreateService)."""
    return resource(identifier or "default").removeprefix("cluster/")


def within(cluster: str, identifier: str, kind: str) -> str:
    """The name of a service or task within ``cluster``.

    ``identifier`` is a name, a full ARN, or the older ARN without a cluster.

    Raises:
        AwsError: the ARN lies in another cluster.
    """
    if not identifier.startswith("arn:"):
        return identifier
    own, _, name = resource(identifier).removeprefix(f"{kind}/").rpartition("/")
    if own and own != cluster:
        message = f"Identifier is for {own}. Your cluster is {cluster}"
        raise AwsError("InvalidParameterException", message)
    return name
