"""Refusals in Amazon ECS's own words, as its API reference and its users report them."""

from __future__ import annotations

from gitmoxi_local.aws_model.base import AwsError


def client(message: str) -> AwsError:
    """ClientException: an action or identifier that is not valid."""
    return AwsError("ClientException", message)


def invalid(message: str) -> AwsError:
    """InvalidParameterException: a parameter that is not valid."""
    return AwsError("InvalidParameterException", message)


def cluster_not_found() -> AwsError:
    """ClusterNotFoundException."""
    return AwsError("ClusterNotFoundException", "Cluster not found.")


def service_not_found() -> AwsError:
    """ServiceNotFoundException."""
    return AwsError("ServiceNotFoundException", "Service not found.")


def service_not_active() -> AwsError:
    """ServiceNotActiveException: UpdateService of a DRAINING or INACTIVE service."""
    return AwsError("ServiceNotActiveException", "Service was not ACTIVE.")


def resource_not_found(arn: str) -> AwsError:
    """ResourceNotFoundException of the tagging operations."""
    return AwsError("ResourceNotFoundException", f"The specified resource wasn't found: {arn}")


def not_modelled(what: str) -> AwsError:
    """Something that AWS offers and the local cloud does not: no retry will help."""
    message = f"The local cloud does not model {what} yet. Nothing was changed."
    return AwsError("UnsupportedFeatureException", message)
