"""Application Auto Scaling's register of what may be scaled; nothing here ever scales.

Application Auto Scaling API Reference: RegisterScalableTarget, DescribeScalableTargets,
DeregisterScalableTarget.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from gitmoxi_local.aws_model.base import AwsError, CallContext, Clock

Doc = dict[str, Any]

_MOST_RESULTS: Final = 50
_IDENTITY: Final = ("ServiceNamespace", "ResourceId", "ScalableDimension")


class ScalableTargets:
    """Scalable targets of every account and region."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._targets: dict[tuple[str, ...], Doc] = {}

    def call(self, operation: str, params: Mapping[str, Any], context: CallContext) -> Doc:
        """Answer one API call; there is nothing that happens by itself.

        Raises:
            AwsError: ValidationException, ObjectNotFoundException.
        """
        match operation:
            case "RegisterScalableTarget":
                return self._register(params, context)
            case "DescribeScalableTargets":
                return self._describe(params, context)
            case "DeregisterScalableTarget":
                return self._deregister(params, context)
            case _:
                raise AwsError("UnknownOperationException", f"{operation} is not modelled")

    def advance(self) -> datetime | None:
        """Nothing is ever due."""
        return None

    def _register(self, params: Mapping[str, Any], context: CallContext) -> Doc:
        key = _key(params, context)
        known = self._targets.get(key, {"CreationTime": self._clock.now()})
        target = {**known, **params}
        if target.get("MinCapacity") is None or target.get("MaxCapacity") is None:
            raise AwsError("ValidationException", "MinCapacity and MaxCapacity are required.")
        if target["MinCapacity"] > target["MaxCapacity"]:
            raise AwsError("ValidationException", "Maximum capacity cannot be less than minimum capacity")
        self._targets[key] = target
        return {}

    def _describe(self, params: Mapping[str, Any], context: CallContext) -> Doc:
        asked = params.get("ResourceIds") or ()
        if len(asked) > _MOST_RESULTS:
            raise AwsError(
                "ValidationException", f"Member must have length less than or equal to {_MOST_RESULTS}"
            )
        here = (context.account, context.region, params["ServiceNamespace"])
        found = [
            target
            for key, target in sorted(self._targets.items())
            if key[:3] == here
            and (not asked or target["ResourceId"] in asked)
            and params.get("ScalableDimension") in {None, target["ScalableDimension"]}
        ]
        return {"ScalableTargets": found[:_MOST_RESULTS]}

    def _deregister(self, params: Mapping[str, Any], context: CallContext) -> Doc:
        if self._targets.pop(_key(params, context), None) is None:
            raise AwsError(
                "ObjectNotFoundException", f"No scalable target registered for {params['ResourceId']}"
            )
        return {}


def _key(params: Mapping[str, Any], context: CallContext) -> tuple[str, ...]:
    return (context.account, context.region, *(str(params[name]) for name in _IDENTITY))
