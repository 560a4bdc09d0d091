"""A modelled ECS behind the real adapter, and hands that do what a plan says in the simplest way."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from gitmoxi.adapters.aws.ecs import AwsEcs
from gitmoxi.adapters.aws.rate_limits import RateLimits
from gitmoxi.adapters.memory.clock import FakeClock
from gitmoxi.domain.deployments import PlanRecord, Verb, action_id
from gitmoxi.domain.targets import EcsTarget
from gitmoxi.planning.desired import DesiredEcs, from_bytes, to_bytes
from gitmoxi.planning.ecs import EcsPlan, plan_ecs
from gitmoxi.planning.ecs_requests import create_service_request, register_request, update_service_request
from gitmoxi.planning.rendered_plan import describe
from gitmoxi_local.aws_model.base import ImageFaults
from gitmoxi_local.aws_model.ecs import EcsModel
from tests.simulation.cloud import HERE, CountedIds
from tests.simulation.in_process_aws import InProcessAws

Doc = dict[str, Any]

OWNER = "gitmoxi-test"
SETTLED_AFTER = timedelta(seconds=30)


class PlanningHands:
    """Plans for an ECS of its own, and carries plans out; ``aws`` keeps the journal.

    The cluster, ``demo`` unless said otherwise, has ``capacity_providers``.
    """

    def __init__(
        self, *, cluster: str = "demo", capacity_providers: tuple[str, ...] = ("FARGATE", "FARGATE_SPOT")
    ) -> None:
        self.clock = FakeClock()
        self._model = EcsModel(clock=self.clock, ids=CountedIds(), faults=ImageFaults(), emit=lambda _: None)
        self.aws = InProcessAws(models={"ecs": self._ecs_call})
        self.ecs = AwsEcs(self.aws, RateLimits(self.clock), collect_seconds=0)
        self._actions = 0
        self.call("CreateCluster", clusterName=cluster, capacityProviders=list(capacity_providers))

    def call(self, operation: str, **params: Any) -> Doc:
        """A call by somebody else: it stands in no journal."""
        return self._model.call(operation, params, HERE)

    async def plan(self, desired: DesiredEcs, **options: Any) -> EcsPlan:
        """The plan for what is wanted, after its way through a store, against what lives."""
        service = await self.ecs.service(desired.target)
        running = None
        if service is not None and service.status == "ACTIVE":
            running = await self.ecs.task_definition(desired.target, service.task_definition_arn)
        restored = from_bytes(to_bytes(desired))
        assert isinstance(restored, DesiredEcs)
        return plan_ecs(restored, service, running, owner=OWNER, **options)

    async def carry_out(self, desired: DesiredEcs, plan: EcsPlan) -> None:
        """Send the plan's requests, and nothing else, and let ECS settle."""
        target = desired.target
        arn = await self._registered(desired) if plan.register else None
        if plan.verb is Verb.CREATE:
            names = {"client_token": self._action(), "owner": OWNER, "action_id": self._action()}
            await self.ecs.create_service(
                target, create_service_request(plan, task_definition_arn=arn, **names)
            )
        elif plan.update_request is not None:
            await self.ecs.update_service(target, update_service_request(plan, task_definition_arn=arn))
        if plan.tags_to_set:
            await self.ecs.tag_resource(target, target.service_arn, plan.tags_to_set)
        if plan.tags_to_remove:
            await self.ecs.untag_resource(target, target.service_arn, plan.tags_to_remove)
        self.settle()

    def settle(self) -> None:
        """Let what was begun come to its end."""
        end = self.clock.now() + SETTLED_AFTER
        while (due := self._model.advance()) is not None and due <= end:
            self.clock.advance((due - self.clock.now()).total_seconds())
        self.clock.advance((end - self.clock.now()).total_seconds())

    def service_deployments(self, target: EcsTarget) -> int:
        """How many service deployments there have been."""
        listed = self.call("ListServiceDeployments", cluster=target.cluster, service=target.service_name)
        return len(listed["serviceDeployments"])

    async def _registered(self, desired: DesiredEcs) -> str:
        request = register_request(desired, owner=OWNER, action_id=self._action())
        return await self.ecs.register_task_definition(desired.target, request)

    def _action(self) -> str:
        self._actions += 1
        return action_id("d-1", 1, self._actions)

    def _ecs_call(self, operation: str, params: Any) -> Doc:
        return self._model.call(operation, params, HERE)


def described(plan: EcsPlan) -> PlanRecord:
    """The plan as people read it."""
    return describe(plan, deployment_id="d-1")
