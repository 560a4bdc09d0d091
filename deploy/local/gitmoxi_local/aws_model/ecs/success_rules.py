"""When a rolling deployment counts as successful before it has settled.

API_DeploymentEarlySuccessCriteria.
"""

from __future__ import annotations

import math

from gitmoxi_local.aws_model.ecs.state import Doc


def early(configuration: Doc, *, desired: int, healthy: int, older: int) -> bool:
    """Whether enough of the new tasks are ``healthy`` and, if asked for, no ``older`` one is left."""
    criteria: Doc = configuration.get("earlySuccessCriteria", {})
    if not criteria.get("enable"):
        return False
    enough = healthy >= math.ceil(desired * criteria["healthyPercent"] / 100)
    return enough and (criteria["sourceServiceRevisionCleanup"] == "DEFERRED" or not older)
