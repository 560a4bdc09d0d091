"""The model of Amazon ECS: one object that answers calls and changes with the clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from gitmoxi_local.aws_model.alarm_book import AlarmBook, AlarmStates
from gitmoxi_local.aws_model.base import CallContext, Clock, Emit, Ids, ImageFaults
from gitmoxi_local.aws_model.capacity import Capacity
from gitmoxi_local.aws_model.ecs import (
    breaker,
    clusters,
    codec,
    deployment_calls,
    errors,
    lifecycle,
    quotas,
    scheduler,
    service_reads,
    services,
    tags,
    target_health,
    task_calls,
    task_definitions,
)
from gitmoxi_local.aws_model.ecs.last_words import LastWords, last_words
from gitmoxi_local.aws_model.ecs.speeds import Speeds
from gitmoxi_local.aws_model.ecs.state import Doc, Region, Service, Task
from gitmoxi_local.aws_model.ecs.target_health import Target
from gitmoxi_local.aws_model.ecs.world import World
from gitmoxi_local.aws_model.request_limits import RequestLimits

Operation = Callable[[World, CallContext, Mapping[str, Any]], Doc]

OPERATIONS: Mapping[str, Operation] = {
    "ContinueServiceDeployment": deployment_calls.resume,
    "CreateCluster": clusters.create,
    "CreateService": services.create,
    "DeleteCluster": clusters.delete,
    "DeleteService": services.delete,
    "DeregisterTaskDefinition": task_definitions.deregister,
    "DescribeClusters": clusters.describe,
    "DescribeServiceDeployments": deployment_calls.describe,
    "DescribeServiceRevisions": deployment_calls.describe_revisions,
    "DescribeServices": service_reads.describe,
    "DescribeTaskDefinition": task_definitions.describe,
    "DescribeTasks": task_calls.describe,
    "ListClusters": clusters.listing,
    "ListServiceDeployments": deployment_calls.listing,
    "ListServices": service_reads.listing,
    "ListTagsForResource": tags.listing,
    "ListTaskDefinitionFamilies": task_definitions.families,
    "ListTaskDefinitions": task_definitions.listing,
    "ListTasks": task_calls.listing,
    "PutClusterCapacityProviders": clusters.put_capacity_providers,
    "RegisterTaskDefinition": task_definitions.register,
    "RunTask": task_calls.run,
    "StopServiceDeployment": deployment_calls.stop,
    "StopTask": task_calls.stop,
    "TagResource": tags.tag,
    "UntagResource": tags.untag,
    "UpdateService": services.update,
}


class EcsModel:
    """Amazon ECS without its wire protocol; state per account and region (a ``ServiceModel``).

    Args:
        clock: the only source of time.
        ids: the only source of identifiers.
        faults: what goes wrong with which image; looked at when a task starts.
        emit: takes the events that ECS puts on the default bus.
        speeds: how long the life cycles take.
        alarms: where states of CloudWatch alarms are looked up when a deployment starts.
        capacity: how many tasks each capacity provider takes; looked at when tasks are placed.
        limits: the throttling of calls, ``quotas.published()`` and off by default.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        ids: Ids,
        faults: ImageFaults,
        emit: Emit,
        speeds: Speeds | None = None,
        alarms: AlarmStates | None = None,
        capacity: Capacity | None = None,
        limits: RequestLimits | None = None,
    ) -> None:
        self._world = World(
            clock=clock,
            ids=ids,
            faults=faults,
            emit=emit,
            speeds=speeds or Speeds(),
            alarms=alarms or AlarmBook(),
            capacity=capacity or Capacity(),
            limits=limits or quotas.published(),
        )

    def call(self, operation: str, params: Mapping[str, Any], context: CallContext) -> dict[str, Any]:
        """Answer one API call, after everything that is due has happened.

        Raises:
            AwsError: AWS's refusal, ThrottlingException among them, or
                UnsupportedFeatureException for what is not modelled.
        """
        handler = OPERATIONS.get(operation)
        if handler is None:
            raise errors.not_modelled(f"the operation ecs:{operation}")
        self._world.limits.take(self._world.clock, operation, context)
        self.advance()
        answer: Doc = codec.copied(handler(self._world, context, codec.copied(params)))
        return answer

    def advance(self) -> datetime | None:
        """Let everything happen that is due; the time of the next change, or None if idle."""
        self._world.catch_up(self._due)
        return self._world.next_due()

    def alarm_fired(self, account: str, region: str, alarm: str) -> None:
        """A CloudWatch alarm of that name changed to ALARM: deployments that watch it fail."""
        self.advance()
        state = self._world.regions.get((account, region))
        if state is None:
            return
        for service in state.services.values():
            breaker.alarm_fired(self._world, state, service, alarm)

    def targets(self, account: str, region: str, target_group: str) -> list[Target]:
        """The tasks that are registered with a target group or leave it, oldest first."""
        self.advance()
        state = self._world.regions.get((account, region))
        return target_health.of_group(self._world, state, target_group) if state else []

    def last_words(self, account: str, region: str, task_arn: str) -> LastWords | None:
        """What the crashed container of a task wrote; None if there is none."""
        state = self._world.regions.get((account, region))
        return last_words(state, task_arn) if state else None

    def dump(self) -> dict[str, Any]:
        """All state as JSON values; image faults are the control API's, not part of it."""
        return {"version": 1, "regions": [codec.encode(region) for region in self._world.regions.values()]}

    def load(self, saved: Mapping[str, Any]) -> None:
        """Take over what ``dump`` returned; what fell due in between happens at the next advance.

        Raises:
            ValueError: it was saved by a version that this one cannot read.
        """
        if saved.get("version") != 1:
            raise ValueError(f"the saved ECS state has version {saved.get('version')!r}, expected 1")
        self._world.restore([codec.decode(region) for region in saved["regions"]])

    def _due(self, region: Region, item: Task | Service) -> None:
        if isinstance(item, Task):
            self._task_due(region, item)
        else:
            self._service_due(region, item)

    def _task_due(self, region: Region, task: Task) -> None:
        if task.last_status == "STOPPED":
            del region.tasks[task.arn]
            return
        step = lifecycle.step(self._world, region, task)
        scheduler.task_stepped(self._world, region, task, step)

    def _service_due(self, region: Region, service: Service) -> None:
        if service.status == "INACTIVE":
            del region.services[service.arn]
            return
        scheduler.reconcile(self._world, region, service)
