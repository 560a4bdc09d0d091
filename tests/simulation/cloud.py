"""The modelled AWS of a simulation, and short forms of what tests ask it behind our back."""

from __future__ import annotations

import hashlib
from typing import Any

from gitmoxi.adapters.memory.clock import FakeClock
from gitmoxi.domain.targets import EcsTarget, LambdaTarget
from gitmoxi_local.aws_model.base import AwsError, CallContext, Emit, ImageFaults
from gitmoxi_local.aws_model.ecs import EcsModel, Speeds
from tests.simulation.functions import Functions
from tests.simulation.in_process_aws import InProcessAws

Doc = dict[str, Any]

HERE = CallContext(account="111122223333", region="eu-central-1", caller="tester")
ECS_TARGET = EcsTarget(account=HERE.account, region=HERE.region, cluster="demo", service_name="web")
LAMBDA_TARGET = LambdaTarget(account=HERE.account, region=HERE.region, function_name="greet")


class CountedIds:
    """Identifiers of the models, the same in every run."""

    def __init__(self) -> None:
        self._count = 0

    def hex(self, length: int) -> str:
        self._count += 1
        return hashlib.sha256(str(self._count).encode()).hexdigest()[:length]


class Cloud:
    """One account with the cluster ``demo``; ``aws`` is how our adapters reach it, and keeps the journal."""

    def __init__(self, clock: FakeClock, emit: Emit) -> None:
        self.faults = ImageFaults()
        self.model = EcsModel(
            clock=clock, ids=CountedIds(), faults=self.faults, emit=emit, speeds=Speeds(longest_retry=60)
        )
        self.functions = Functions(clock, CountedIds(), HERE)
        self.packages: dict[str, Doc] = {}
        self.aws = InProcessAws(
            models={"ecs": self._ecs_call, "lambda": self.functions.call, "s3": self._s3_call}
        )
        self.ecs_call("CreateCluster", clusterName="demo")

    def ecs_call(self, operation: str, **params: Any) -> Doc:
        """A call by somebody else: it stands in no journal."""
        return self.model.call(operation, params, HERE)

    def service(self) -> Doc | None:
        answer = self.ecs_call("DescribeServices", cluster="demo", services=["web"], include=["TAGS"])
        return answer["services"][0] if answer["services"] else None

    def images(self) -> list[str]:
        """Images of the tasks that run."""
        arns = self.ecs_call("ListTasks", cluster="demo", serviceName="web")["taskArns"]
        tasks = self.ecs_call("DescribeTasks", cluster="demo", tasks=arns)["tasks"] if arns else []
        return sorted(one["image"] for task in tasks for one in task["containers"])

    def function(self) -> Doc:
        return self.functions.call("GetFunction", {"FunctionName": "greet"})

    def alias(self) -> str:
        answer = self.functions.call("GetAlias", {"FunctionName": "greet", "Name": "live"})
        return str(answer["FunctionVersion"])

    def versions(self) -> list[str]:
        return self.functions.published("greet")

    def _s3_call(self, operation: str, params: Any) -> Doc:
        """``HeadObject`` of the packages that a test has put there; whoever may not read gets the same."""
        if params["Key"] not in self.packages:
            raise AwsError("404", "Not Found", 404)
        return self.packages[params["Key"]]

    def _ecs_call(self, operation: str, params: Any) -> Doc:
        return self.model.call(operation, params, HERE)
