"""When the deployment circuit breaker trips (Developer Guide, "deployment circuit breaker")."""

from __future__ import annotations

import math

from gitmoxi_local.aws_model.ecs.state import Doc

TYPES = frozenset({"BOUNDED_PERCENT", "COUNT", "UNBOUNDED_PERCENT"})
"""How a threshold may be given (API_ThresholdConfiguration)."""

_FEWEST, _MOST = 3, 200
_DEFAULT = {"type": "BOUNDED_PERCENT", "value": 50}


def enabled(configuration: Doc) -> bool:
    """Whether the breaker watches deployments under this deploymentConfiguration."""
    return bool(configuration.get("deploymentCircuitBreaker", {}).get("enable"))


def rolls_back(configuration: Doc) -> bool:
    """Whether a tripped breaker brings the last completed revision back."""
    return bool(configuration.get("deploymentCircuitBreaker", {}).get("rollback"))


def resets(configuration: Doc) -> bool:
    """Whether a healthy task sets the count of failures to zero; the default is true."""
    return bool(configuration.get("deploymentCircuitBreaker", {}).get("resetOnHealthyTask", True))


def threshold(configuration: Doc, desired: int) -> int:
    """How many failed tasks trip the breaker at a desired count (API_ThresholdConfiguration).

    By default half of the latest desired count, rounded up, at least 3 and at most 200.
    """
    rule = configuration.get("deploymentCircuitBreaker", {}).get("thresholdConfiguration", _DEFAULT)
    value: int = rule["value"]
    if rule["type"] == "COUNT":
        return value
    share = math.ceil(value * desired / 100)
    if rule["type"] == "UNBOUNDED_PERCENT":
        return share
    return min(max(_FEWEST, share), _MOST)
