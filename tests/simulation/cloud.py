"""The modelled AWS of a simulation, and short forms of what tests ask it behind our back."""

from __future__ import annotations

import hashlib
from typing import Any

from gitmoxi.adapters.memory.clock import FakeClock
from gitmoxi.domain.targets import EcsTarget, LambdaTarget
from gitmoxi_local.aws_model.alarm_book import AlarmBook
from gitmoxi_local.aws_model.base import AwsError, CallContext, Clock, Emit, ImageFaults
from gitmoxi_local.aws_model.capacity import Capacity
from gitmoxi_local.aws_model.ecs import EcsModel, Speeds, quotas
from gitmoxi_local.aws_model.past import LaggingReads, Past
from gitmoxi_local.aws_model.scalable_targets import ScalableTargets
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
    """One account with the cluster ``demo``; ``aws`` is how our adapters reach it, and keeps the journal.

    Attributes:
        faults: what goes wrong with which image.
        capacity: how many tasks each capacity provider takes.
        alarms: CloudWatch's alarms, see ``alarm``.
        limits: throttling by AWS's published buckets, off until ``limits.enabled``.
        reads: our adapters' way to ECS; ``reads.seconds`` makes what they read so much older.
    """

    def __init__(self, clock: FakeClock, emit: Emit) -> None:
        self.faults = ImageFaults()
        self.capacity = Capacity()
        self.limits = quotas.published()
        self.alarms = AlarmBook()
        self.model = self._ecs_model(clock, emit)
        self.alarms.watchers.append(self.model.alarm_fired)
        self.reads = LaggingReads(
            model=self.model,
            past=Past(clock=clock, revive=lambda then: self._ecs_model(then, lambda _: None)),
        )
        self.functions = Functions(clock, CountedIds(), HERE)
        self.packages: dict[str, Doc] = {}
        self.scalable_targets = ScalableTargets(clock)
        self.aws = InProcessAws(
            models={
                "ecs": self._ecs_call,
                "lambda": self.functions.answer,
                "s3": self._s3_call,
                "cloudwatch": self._cloudwatch_call,
                "application-autoscaling": self._autoscaling_call,
            }
        )
        self.ecs_call("CreateCluster", clusterName="demo")

    def _ecs_model(self, clock: Clock, emit: Emit) -> EcsModel:
        return EcsModel(
            clock=clock,
            ids=CountedIds(),
            faults=self.faults,
            emit=emit,
            speeds=Speeds(longest_retry=60),
            alarms=self.alarms,
            capacity=self.capacity,
            limits=self.limits,
        )

    def alarm(self, name: str, state: str) -> None:
        """Put a CloudWatch alarm of the account and region into a state."""
        self.alarms.set_state(HERE.account, HERE.region, name, state)

    def scale(self, minimum: int, maximum: int, service: str = "web") -> None:
        """Register the count of a service with Application Auto Scaling."""
        registered = {
            "ServiceNamespace": "ecs",
            "ResourceId": f"service/demo/{service}",
            "ScalableDimension": "ecs:service:DesiredCount",
            "MinCapacity": minimum,
            "MaxCapacity": maximum,
        }
        self.scalable_targets.call("RegisterScalableTarget", registered, HERE)

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

    def _cloudwatch_call(self, operation: str, params: Any) -> Doc:
        """``DescribeAlarms`` of the alarms in the book."""
        states = {name: self.alarms.state(HERE.account, HERE.region, name) for name in params["AlarmNames"]}
        described = [
            {"AlarmName": name, "StateValue": state, "StateReason": f"It was set to {state}."}
            for name, state in states.items()
            if state is not None
        ]
        return {"MetricAlarms": described, "CompositeAlarms": []}

    def _autoscaling_call(self, operation: str, params: Any) -> Doc:
        return self.scalable_targets.call(operation, params, HERE)

    def _ecs_call(self, operation: str, params: Any) -> Doc:
        return self.reads.call(operation, params, HERE)
