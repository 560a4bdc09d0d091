"""A modelled Lambda with a clock moved by hand, and short forms of the calls that most tests need."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from gitmoxi_local.aws_model.base import AwsError, CallContext
from gitmoxi_local.aws_model.functions import (
    FunctionChanged,
    FunctionFault,
    FunctionFaults,
    FunctionsModel,
    Limits,
    Speeds,
    quotas,
)
from gitmoxi_local.aws_model.request_limits import RequestLimits
from tests.simulation.packages import MemoryPackages
from tests.unit.aws_model.api_shapes import check_answer
from tests.unit.aws_model.ecs_cloud import HERE, CountedIds, HandClock

Doc = dict[str, Any]

ARN = f"arn:aws:lambda:{HERE.region}:{HERE.account}:function:f"
ROLE = f"arn:aws:iam::{HERE.account}:role/function"
FUNCTION: Doc = {
    "FunctionName": "f",
    "Runtime": "python3.13",
    "Handler": "app.handler",
    "Role": ROLE,
    "Code": {"S3Bucket": "code", "S3Key": "one.zip"},
}
NETWORK: Doc = {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}
SPEEDS = Speeds(creating=2, updating=2, network=4, deleting=0, deleting_network=10, provisioning=5)


@dataclass(slots=True)
class FunctionsCloud:
    """The model under test and its surroundings; calls are about the function ``f``."""

    clock: HandClock = field(default_factory=HandClock)
    faults: FunctionFaults = field(default_factory=FunctionFaults)
    packages: MemoryPackages = field(default_factory=MemoryPackages)
    changes: list[FunctionChanged] = field(default_factory=list)
    limits: Limits = field(default_factory=Limits)
    request_limits: RequestLimits = field(default_factory=quotas.published)
    ids: CountedIds = field(default_factory=CountedIds)
    model: FunctionsModel = field(init=False)

    def __post_init__(self) -> None:
        self.model = self.fresh_model()

    def fresh_model(self) -> FunctionsModel:
        return FunctionsModel(
            clock=self.clock,
            ids=self.ids,
            packages=self.packages,
            faults=self.faults,
            emit=self.changes.append,
            speeds=SPEEDS,
            limits=self.limits,
            request_limits=self.request_limits,
        )

    def call(self, operation: str, context: CallContext = HERE, **params: Any) -> Doc:
        """A call that AWS takes; its answer has the API's shape."""
        answer = self.model.call(operation, params, context)
        check_answer(operation, answer, "lambda")
        return answer

    def of(self, operation: str, **params: Any) -> Doc:
        """A call about the function ``f``."""
        return self.call(operation, FunctionName="f", **params)

    def refused(self, operation: str, code: str, **params: Any) -> AwsError:
        """The refusal of a call about the function ``f``."""
        with pytest.raises(AwsError) as caught:
            self.model.call(operation, {"FunctionName": "f", **params}, HERE)
        assert caught.value.code == code, caught.value
        return caught.value

    def wait(self, seconds: float = 10) -> None:
        self.clock.moment += timedelta(seconds=seconds)

    def create(self, **members: Any) -> Doc:
        return self.call("CreateFunction", **{**FUNCTION, **members})

    def created(self, **members: Any) -> Doc:
        """The configuration of the function once it is Active."""
        self.create(**members)
        self.wait()
        return self.latest()

    def update(self, key: str, **members: Any) -> Doc:
        return self.of("UpdateFunctionCode", S3Bucket="code", S3Key=key, **members)

    def published(self, *keys: str) -> None:
        """Versions 1, 2, ... of the code under ``keys``; the first one is there already."""
        self.of("PublishVersion")
        for key in keys:
            self.update(key)
            self.wait()
            self.of("PublishVersion")

    def latest(self) -> Doc:
        configuration: Doc = self.of("GetFunction")["Configuration"]
        return configuration

    def break_down(self, kind: str, **members: Any) -> None:
        self.faults.entries.append(FunctionFault(kind=kind, **members))
