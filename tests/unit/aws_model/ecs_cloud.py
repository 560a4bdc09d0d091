"""A modelled ECS with a clock moved by hand, and the documents that tests give it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gitmoxi_local.aws_model.alarm_book import AlarmBook
from gitmoxi_local.aws_model.base import (
    AwsError,
    AwsEvent,
    CallContext,
    Clock,
    Emit,
    ImageFault,
    ImageFaults,
)
from gitmoxi_local.aws_model.capacity import Capacity
from gitmoxi_local.aws_model.ecs import EcsModel, Speeds, quotas
from gitmoxi_local.aws_model.request_limits import RequestLimits
from tests.unit.aws_model.api_shapes import check_answer, check_request

Doc = dict[str, Any]

START = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
HERE = CallContext(account="111122223333", region="eu-west-1", caller="tester")
ELSEWHERE = CallContext(account="111122223333", region="us-east-1", caller="tester")
NETWORK = {"awsvpcConfiguration": {"subnets": ["subnet-1"]}}
BREAKER = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}


@dataclass(slots=True)
class HandClock:
    """A clock that only tests move."""

    moment: datetime = START

    def now(self) -> datetime:
        return self.moment


@dataclass(slots=True)
class CountedIds:
    """Identifiers that are the same in every run."""

    count: int = 0

    def hex(self, length: int) -> str:
        self.count += 1
        return hashlib.sha256(str(self.count).encode()).hexdigest()[:length]


@dataclass(slots=True)
class EcsCloud:
    """The model under test, its surroundings, and short forms of the calls that most tests need."""

    clock: HandClock = field(default_factory=HandClock)
    faults: ImageFaults = field(default_factory=ImageFaults)
    events: list[AwsEvent] = field(default_factory=list)
    speeds: Speeds = field(default_factory=Speeds)
    ids: CountedIds = field(default_factory=CountedIds)
    alarms: AlarmBook = field(default_factory=AlarmBook)
    capacity: Capacity = field(default_factory=Capacity)
    limits: RequestLimits = field(default_factory=quotas.published)
    model: EcsModel = field(init=False)

    def __post_init__(self) -> None:
        self.model = self.fresh_model()

    def fresh_model(self) -> EcsModel:
        model = self._model(self.clock, self.events.append)
        self.alarms.watchers[:] = [model.alarm_fired]
        return model

    def model_at(self, clock: Clock) -> EcsModel:
        """A model beside the one under test, whose events lead nowhere."""
        return self._model(clock, lambda _event: None)

    def _model(self, clock: Clock, emit: Emit) -> EcsModel:
        return EcsModel(
            clock=clock,
            ids=self.ids,
            faults=self.faults,
            emit=emit,
            speeds=self.speeds,
            alarms=self.alarms,
            capacity=self.capacity,
            limits=self.limits,
        )

    def call(self, operation: str, context: CallContext = HERE, /, **params: Any) -> Doc:
        check_request(operation, params)
        answer = self.model.call(operation, params, context)
        check_answer(operation, answer)
        return answer

    def refused(self, code: str, operation: str, /, **params: Any) -> str:
        """The message of the refusal with ``code`` that the call must end in."""
        with pytest.raises(AwsError) as caught:
            self.call(operation, **params)
        assert caught.value.code == code
        return caught.value.message

    def pass_time(self, seconds: float = 10.0) -> None:
        """Stop at every change on the way, as the local cloud's server does."""
        end = self.clock.moment + timedelta(seconds=seconds)
        while (due := self.model.advance()) is not None and due <= end:
            self.clock.moment = due
        self.clock.moment = end
        self.model.advance()

    def fault(self, match: str, kind: str, **details: Any) -> None:
        self.faults.entries.append(ImageFault(match=match, kind=kind, **details))

    def alarm(self, name: str, state: str, context: CallContext = HERE) -> None:
        """Put a CloudWatch alarm into a state."""
        self.alarms.set_state(context.account, context.region, name, state)

    def register(self, image: str = "web:1", family: str = "web", **members: Any) -> str:
        """The ARN of a new revision that runs ``image`` on Fargate."""
        document = fargate_definition(image, family) | members
        arn: str = self.call("RegisterTaskDefinition", **document)["taskDefinition"]["taskDefinitionArn"]
        return arn

    def create(self, name: str = "web", image: str = "web:1", **params: Any) -> Doc:
        """Create a Fargate service of a task definition of its own name."""
        self.register(image, family=name)
        service: Doc = self.call("CreateService", **(service_request(name) | params))["service"]
        return service

    def running(self, name: str = "web", image: str = "web:1", **params: Any) -> Doc:
        """Create a service and let it reach its steady state."""
        self.create(name, image, **params)
        self.pass_time(3)
        return self.service(name)

    def update(self, name: str = "web", /, **params: Any) -> Doc:
        service: Doc = self.call("UpdateService", cluster="demo", service=name, **params)["service"]
        return service

    def deploy(self, image: str, name: str = "web") -> Doc:
        """Register a revision with another image and update the service to it."""
        return self.update(name, taskDefinition=self.register(image, family=name))

    def service(self, name: str = "web") -> Doc:
        [service] = self.call("DescribeServices", cluster="demo", services=[name])["services"]
        found: Doc = service
        return found

    def service_deployment(self, name: str = "web") -> Doc:
        """The latest service deployment."""
        arn = self.service(name)["currentServiceDeployment"]
        answer = self.call("DescribeServiceDeployments", serviceDeploymentArns=[arn])
        found: Doc = answer["serviceDeployments"][0]
        return found

    def history(self, name: str = "web") -> list[str]:
        """Statuses of the service deployments, newest first."""
        listed = self.call("ListServiceDeployments", cluster="demo", service=name)["serviceDeployments"]
        return [entry["status"] for entry in listed]

    def tasks(self, status: str = "RUNNING", name: str = "web") -> list[Doc]:
        """The service's tasks of this desired status."""
        arns = self.call("ListTasks", cluster="demo", serviceName=name, desiredStatus=status)["taskArns"]
        found: list[Doc] = self.call("DescribeTasks", cluster="demo", tasks=arns)["tasks"] if arns else []
        return found

    def images(self, name: str = "web") -> list[str]:
        """Images of the tasks that are RUNNING and shall go on."""
        tasks = [task for task in self.tasks(name=name) if task["lastStatus"] == "RUNNING"]
        return sorted(container["image"] for task in tasks for container in task["containers"])

    def messages(self, name: str = "web") -> list[str]:
        """The service's events, oldest first."""
        return [event["message"] for event in reversed(self.service(name)["events"])]

    def sent(self, detail_type: str) -> list[AwsEvent]:
        return [event for event in self.events if event.detail_type == detail_type]


def fargate_definition(image: str = "web:1", family: str = "web") -> Doc:
    return {
        "family": family,
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "cpu": "256",
        "memory": "512",
        "containerDefinitions": [{"name": "app", "image": image, "portMappings": [{"containerPort": 80}]}],
    }


def service_request(name: str = "web") -> Doc:
    return {
        "cluster": "demo",
        "serviceName": name,
        "taskDefinition": name,
        "desiredCount": 2,
        "launchType": "FARGATE",
        "networkConfiguration": NETWORK,
    }
